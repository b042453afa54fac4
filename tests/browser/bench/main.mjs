// `cargo xtask bench`: Flowglass beside its peers, over the same files in the same browser, taking turns. See
// docs/performance.md for what is measured and how to read it.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { start_browser } from "../lib/harness.mjs";
import { fit_page } from "./cost_model.mjs";
import { Figures } from "./figures.mjs";
import { make_logs, make_warm_up_log } from "./logs.mjs";
import { build_native, native_model, run_native } from "./native.mjs";
import { HELP, read_options } from "./options.mjs";
import { run_peer } from "./peer.mjs";
import { ROOT } from "./places.mjs";
import { run_page } from "./product.mjs";
import { assert_alike } from "./questions.mjs";
import { print_report } from "./report.mjs";
import { start_server } from "./server.mjs";

const words = process.argv.slice(2);
if (words.includes("--help")) {
  console.log(HELP);
  process.exit();
}
let options;
try {
  options = read_options(words);
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

if (options.only.some((name) => ["native", "model"].includes(name))) build_native();
const logs = await make_logs(options);
const warm_up_logs = Object.fromEntries(
  await Promise.all(options.layouts.map(async (layout) => [layout, await make_warm_up_log(layout)])),
);

const browser = await start_browser();
const browser_session = await browser.newBrowserCDPSession();
const server = await start_server();
const figures = new Figures();
const failures = [];
const contenders = options.only.filter((name) => name !== "model");

/** What a turn can take at most: a load, its questions, and for the page all that is pressed. */
const TURN_MS_MAX = 300_000;

async function take_turn_in_time(log, name, is_first_run) {
  let timer;
  const over = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TURN_MS_MAX / 1e3} s`)), TURN_MS_MAX);
  });
  try {
    return await Promise.race([take_turn(log, name, is_first_run), over]);
  } finally {
    clearTimeout(timer);
  }
}

async function take_turn(log, name, is_first_run) {
  const note = (figure, value, unit) => figures.note(log, name, figure, value, unit);
  const shared = { browser, browser_session, log, note };
  if (name === "page") return run_page({ ...shared, wants_answer: is_first_run });
  if (name === "native") return run_native(shared);
  return run_peer({ ...shared, name, origin: server.origin, warm_up_log: warm_up_logs[log.layout] });
}

for (const log of logs) {
  const out_of_the_race = new Set();
  for (let run = 0; run < options.n_runs; run += 1) {
    process.stderr.write(`${log.name}: run ${run + 1} of ${options.n_runs}`);
    const answers = [];
    // Each run begins with another, so that none is always the first after the machine rested.
    const turns = contenders.map((_, at) => contenders[(at + run) % contenders.length]);
    for (const name of turns.filter((name) => !out_of_the_race.has(name))) {
      process.stderr.write(` · ${name}`);
      try {
        const answer = await take_turn_in_time(log, name, run === 0);
        if (answer) answers.push({ name, answer });
      } catch (error) {
        // A peer may not be able to do it at all; what ours cannot do fails the bench.
        if (name === "page" || name === "native") throw error;
        failures.push({ log: log.name, contender: name, error: error.message.split("\n")[0] });
        out_of_the_race.add(name);
      }
    }
    process.stderr.write("\n");
    assert_alike(log, answers);
  }
}
const machine = {
  cpu: cpus()[0]?.model,
  n_cores: cpus().length,
  browser: `Chromium ${browser.version()}`,
  node: process.version,
  date: new Date().toISOString().slice(0, 10),
};
await server.close();
await browser.close();

const model = options.only.includes("model") ? { native: native_model(), page: fit_page(logs, figures) } : undefined;
const results = { machine, options, logs, figures: figures.all(), failures, model };
const json = options.json ?? `${ROOT}target/bench/results.json`;
mkdirSync(dirname(json), { recursive: true });
writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
print_report({ machine, logs, figures, failures, model, n_runs: options.n_runs, markdown: options.markdown });
console.log(`\nAll figures of all runs: ${json}`);
