// What the bench prints: ratios first, then what was wanted, then medians with least and most, then the cost model.

import { QUESTIONS } from "./questions.mjs";
import { check_targets } from "./targets.mjs";

const PEERS = ["duckdb-eh", "duckdb-threads", "js-tuned", "file-read", "native"];

/** What docs/performance.md shows of each log. */
const CPU = ["all", "workers", "page", "drawing", "browser"].map((part) => `CPU while loading: ${part}`);
const SUMMARY = ["load", "first chart", "memory", "store", "cancel", "rate", ...CPU];

export function print_report({ machine, logs, figures, failures, model, n_runs, markdown }) {
  const table = markdown ? markdown_table : plain_table;
  const heading = (text) => console.log(markdown ? `\n### ${text}\n` : `\n${text}`);
  console.log(`${machine.browser}, ${machine.n_cores} cores (${machine.cpu}), ${machine.date}; medians of ${n_runs}`);

  heading("How many times as fast the page is");
  console.log(table(["", ...logs.map(({ name }) => name)], ratios(logs, figures)));
  heading("What is wanted");
  const checks = check_targets(logs, figures);
  console.log(table(["", "wanted", "got", ""], checks.map((check) => [check.what, check.wanted, check.got, check.is_met ? "yes" : "NO"])));
  for (const log of logs) {
    heading(`${log.name}: ${(log.n_text_bytes / 1e6).toFixed(1)} MB of text`);
    console.log(table(["", "", "median", "least", "most", ""], all_of(log, figures, markdown ? SUMMARY : undefined)));
  }
  if (model) print_model(model, table, heading);
  if (failures.length > 0) heading("Runs that failed, whose figures are left out");
  for (const { log, contender, run, error } of failures) console.log(` * ${contender}, ${log}, run ${run + 1}: ${error}`);
}

/** Each peer's time beside the page's: above 1 the page is faster. The page is asked by a press and draws its whole
 *  screen, which takes a frame or more whatever it shows; the peers only answer. So the page's answers are also timed
 *  by themselves, until they reach the page's thread. */
function ratios(logs, figures) {
  const rows = [];
  const row = (title, name, peer, peer_name = name) => {
    const cells = logs.map((log) => figures.median(log, peer, peer_name) / figures.median(log, "page", name));
    if (cells.every(Number.isNaN)) return;
    rows.push([`${title}, ${peer}`, ...cells.map((ratio) => (Number.isNaN(ratio) ? "" : `${ratio.toFixed(2)} ×`))]);
  };
  for (const peer of PEERS) row("load", "load", peer);
  for (const question of QUESTIONS) {
    for (const peer of PEERS) row(`${question}, answered`, `answered: ${question}`, peer, `ask: ${question}`);
    for (const peer of PEERS) row(`${question}, redrawn`, `ask: ${question}`, peer);
  }
  return rows;
}

/** The figures of a log; only those in `names` where it is given. */
function all_of(log, figures, names) {
  return figures
    .all()
    .filter((figure) => figure.log === log.name && (names?.includes(figure.name) ?? true))
    .flatMap(({ contender, name, unit, median, min, max }) => {
      const cells = [median, min, max].map((value) => value.toFixed(1));
      const rows = [[contender, name, ...cells, unit]];
      if (name === "load") {
        const rates = [median, max, min].map((ms) => (log.n_text_bytes / 1e3 / ms).toFixed(0));
        rows.push([contender, "load rate", ...rates, "MB/s of text"]);
      }
      return rows;
    });
}

function print_model({ native, page }, table, heading) {
  heading("Cost model: the native engine");
  console.log(table(["", "cost", ""], native.costs.map(({ name, value, unit }) => [name, value.toFixed(2), unit])));
  console.log("");
  const foretold = native.loads.map(({ name, foretold_ms, measured_ms }) => foretold_row(name, foretold_ms, measured_ms));
  console.log(table(["load", "foretold ms", "measured ms", "error"], foretold));
  console.log("");
  const answers = native.answers.map(({ name, fixed_ms, ns_per_row, error }) => [
    name,
    fixed_ms.toFixed(2),
    ns_per_row.toFixed(2),
    `${(error * 100).toFixed(0)} %`,
  ]);
  console.log(table(["answer", "fixed ms", "ns a row", "worst error"], answers));
  for (const { layout, fixed_ms, ns_per_byte, sizes } of page) {
    heading(`Cost model: loading ${layout} in the page is ${fixed_ms.toFixed(1)} ms + ${ns_per_byte.toFixed(2)} ns a byte`);
    const rows = sizes.map(({ log, foretold_ms, measured_ms }) => foretold_row(log, foretold_ms, measured_ms));
    console.log(table(["load", "foretold ms", "measured ms", "error"], rows));
  }
}

function foretold_row(name, foretold_ms, measured_ms) {
  const error = ((foretold_ms - measured_ms) / measured_ms) * 100;
  return [name, foretold_ms.toFixed(1), measured_ms.toFixed(1), `${error.toFixed(0)} %`];
}

function plain_table(head, rows) {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => String(row[at]).length)));
  const is_number = (text) => /^[≤≥-]?\s?[\d.]/.test(text);
  const line = (cells) =>
    cells
      .map((cell, at) => (at > 0 && is_number(String(cell)) ? String(cell).padStart(widths[at]) : String(cell).padEnd(widths[at])))
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}

function markdown_table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
