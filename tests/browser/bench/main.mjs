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
import { unlike_the_first } from "./questions.mjs";
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
const OURS = ["page", "native"];

/** After so many failures over one log a peer is not asked again: some take minutes to fail. */
const FAILURES_MAX = 3;
const contenders = options.only.filter((name) => name !== "model");

/** What a turn can take at most: a load, its questions, and for the page all that is pressed. */
const TURN_MS_MAX = 300_000;

async function take_turn_in_time(...turn) {
  let timer;
  const over = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TURN_MS_MAX / 1e3} s`)), TURN_MS_MAX);
  });
  try {
    return await Promise.race([take_turn(...turn), over]);
  } finally {
    clearTimeout(timer);
  }
}

async function take_turn(log, name, note, is_first_run) {
  const shared = { browser, browser_session, log, note };
  if (name === "page") return run_page({ ...shared, wants_answer: is_first_run });
  if (name === "native") return run_native(shared);
  return run_peer({ ...shared, name, origin: server.origin, warm_up_log: warm_up_logs[log.layout] });
}

for (const log of logs) {
  /** A peer may not be able to do it, or do it wrong; what ours cannot do fails the bench. */
  const fail = (name, run, error) => {
    if (OURS.includes(name)) throw error;
    failures.push({ log: log.name, contender: name, run, error: error.message.split("\n")[0] });
  };
  const n_failures = (name) => failures.filter((failure) => failure.log === log.name && failure.contender === name).length;
  for (let run = 0; run < options.n_runs; run += 1) {
    process.stderr.write(`${log.name}: run ${run + 1} of ${options.n_runs}`);
    const done = [];
    // Each run begins with another, so that none is always the first after the machine rested.
    const turns = contenders.map((_, at) => contenders[(at + run) % contenders.length]);
    for (const name of turns.filter((name) => n_failures(name) < FAILURES_MAX)) {
      process.stderr.write(` · ${name}`);
      const notes = [];
      try {
        const answer = await take_turn_in_time(log, name, (...figure) => notes.push(figure), run === 0);
        done.push({ name, notes, answer: answer ?? {} });
      } catch (error) {
        fail(name, run, error);
      }
    }
    process.stderr.write("\n");
    // Ours first, so that the others are held against it; ours against itself has to hold too. A wrong contender is not
    // a fast one, so that only then its figures count.
    done.sort((a, b) => OURS.includes(b.name) - OURS.includes(a.name));
    const wrong = unlike_the_first(done);
    for (const { name, error } of wrong) fail(name, run, new Error(error));
    for (const { name, notes } of done.filter((one) => !wrong.some(({ name }) => name === one.name))) {
      for (const [figure, value, unit] of notes) figures.note(log, name, figure, value, unit);
    }
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
