// The native engine in the bench: the `bench` example of flow_core, in a process of its own for each run.

import { execFileSync } from "node:child_process";
import { NATIVE_QUESTIONS } from "./questions.mjs";
import { ROOT } from "./places.mjs";

const EXAMPLE = `${ROOT}target/release/examples/bench`;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export function build_native() {
  const example = ["build", "--quiet", "--release", "-p", "flow_core", "--example", "bench"];
  execFileSync("cargo", example, { cwd: ROOT, stdio: "inherit" });
}

function run_example(words) {
  const text = execFileSync(EXAMPLE, [...words, "--json"], { encoding: "utf8", maxBuffer: OUTPUT_BYTES_MAX });
  return JSON.parse(text);
}

/** One run over a log: notes figures by name; gives the answers that it has in common with the peers. */
export function run_native({ log, note }) {
  const { n_rows, load_ms, heap_bytes, peak_rss_bytes, ask_ms } = run_example(["load", ...log.paths]);
  note("load", load_ms, "ms");
  note("store", heap_bytes / n_rows, "bytes a row");
  note("memory", peak_rss_bytes && peak_rss_bytes / 1e6, "MB");
  for (const [question, names] of Object.entries(NATIVE_QUESTIONS)) {
    note(`ask: ${question}`, names.reduce((sum, name) => sum + ask_ms[name], 0), "ms");
  }
  return { rows: n_rows };
}

/** What each stage costs, and how well that foretells whole loads; see docs/performance.md. */
export const native_model = () => run_example(["model"]);
