// A peer in the bench: one of those in peers/, in a page of its own in the same browser.

import { setTimeout as pause } from "node:timers/promises";
import { watch_cpu } from "./cpu.mjs";
import { watch_memory } from "./memory.mjs";
import { SEEKING_MS } from "./product.mjs";
import { QUESTIONS } from "./questions.mjs";

/** Those that keep the rows and can be asked. */
const ASKED = ["duckdb-eh", "duckdb-threads", "js-tuned"];

/** What a load can take at most. */
const LOAD_MS_MAX = 180_000;

/** One run over a log: notes figures by name; gives the answers where the peer has any. */
export async function run_peer({ name, browser, browser_session, origin, log, warm_up_log, note }) {
  const page = await browser.newPage();
  page.setDefaultTimeout(LOAD_MS_MAX);
  try {
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${origin}/peers/peers.html`);
    await page.evaluate((name) => globalThis.start_peer(name), name);
    if (ASKED.includes(name)) await warm_up(page, warm_up_log);
    await page.locator("input").setInputFiles(log.paths);
    await pause(SEEKING_MS);

    const memory = await watch_memory(browser_session);
    const cpu = await watch_cpu(browser_session);
    const { ms, answer } = await page.evaluate(() => globalThis.load_files());
    // What is timed several ways has no one figure.
    const spent = ASKED.includes(name) ? await cpu() : undefined;
    for (const [part, ms] of Object.entries(spent ?? {})) note(`CPU while loading: ${part}`, ms, "ms");
    if (!ASKED.includes(name)) return note_wall(answer, log, note);
    note("load", ms, "ms");
    note("memory", await memory(), "MB");
    const answers = { rows: answer.n_rows };
    for (const question of QUESTIONS) {
      const asked = await page.evaluate((question) => globalThis.ask(question), question);
      note(`ask: ${question}`, asked.ms, "ms");
      answers[question] = asked.answer;
    }
    if (problems.length > 0) throw new Error(`${name}: ${problems.join("; ")}`);
    return answers;
  } finally {
    await page.close();
  }
}

/** Everything once over a small log, so that the peer's code is compiled well before it is timed. */
async function warm_up(page, log) {
  await page.locator("input").setInputFiles(log.paths);
  await page.evaluate(() => globalThis.load_files());
  for (const question of QUESTIONS) await page.evaluate((question) => globalThis.ask(question), question);
  await page.evaluate(() => globalThis.forget());
}

function note_wall({ ways_ms, bytes_per_ms }, log, note) {
  if (bytes_per_ms) note("rate", bytes_per_ms / 1e6, "GB/s");
  if (!ways_ms) return;
  for (const [way, ms] of Object.entries(ways_ms)) note(`read by ${way}`, ms, "ms");
  // The best of them is the wall.
  note("load", Math.min(...Object.values(ways_ms)), "ms");
}
