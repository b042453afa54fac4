// What is wanted of Flowglass, as numbers, and whether a run of the bench reached it. Ratios to peers in the same run
// first; the rest is milliseconds on the machine of the run.

import { ACTIONS } from "./actions.mjs";

const PLAIN_V2 = (n_rows_min) => (log) => log.kind === "plain" && log.layout === "v2" && log.n_rows >= n_rows_min;
const M = 1_000_000;

/** Rows of `{ what, wanted, got, is_met }`; what was not measured is left out. */
export function check_targets(logs, figures) {
  const checks = [];
  const check = (log, what, wanted, got, is_met, digits = 1) => {
    if (got !== undefined && Number.isFinite(got)) {
      checks.push({ what: `${log.name}: ${what}`, wanted, got: got.toFixed(digits), is_met: is_met(got) });
    }
  };
  const at_least = (log, what, wanted, got, unit = "") => check(log, what, `≥ ${wanted}${unit}`, got, (got) => got >= wanted, 2);
  const at_most = (log, what, wanted, got, unit) => check(log, what, `≤ ${wanted} ${unit}`, got, (got) => got <= wanted);
  const page = (log, name) => figures.median(log, "page", name);
  const times = (log, peer, name = "load") => figures.median(log, peer, name) / page(log, name);

  for (const log of logs.filter(PLAIN_V2(M))) {
    at_least(log, "load, times DuckDB-Wasm eh", log.n_rows >= 10 * M ? 10 : 6, times(log, "duckdb-eh"));
    at_least(log, "load, times DuckDB-Wasm threads", 6, times(log, "duckdb-threads"));
    at_least(log, "load, times tuned JavaScript", 2, times(log, "js-tuned"));
    at_least(log, "load, share of the bare read rate", 0.5, times(log, "file-read"));
  }
  for (const log of logs) {
    at_most(log, "first chart", 150, page(log, "first chart"), "ms");
    at_most(log, "longest task of the page's thread", 50, page(log, "longest task while loading"), "ms");
    at_most(log, "cancel", 100, page(log, "cancel"), "ms");
    if (page(log, "load") > 500) at_least(log, "chart redrawn a second", 4, page(log, "chart redrawn while loading"));
    at_most(log, "store, bytes a row", log.layout === "v2" ? 32 : 64, page(log, "store"), "bytes");
    if (log.kind === "files") {
      at_least(log, "text, GB/s", 0.4, log.n_text_bytes / 1e6 / page(log, "load"));
    }
    const same_v2 = logs.find((other) => PLAIN_V2(0)(other) && other.n_rows === log.n_rows);
    if (log.layout !== "v2" && log.kind === "plain" && same_v2) {
      const share = log.n_text_bytes / page(log, "load") / (same_v2.n_text_bytes / page(same_v2, "load"));
      at_least(log, "load, share of the v2 rate in bytes", 0.33, share);
    }
  }
  for (const log of logs.filter(PLAIN_V2(10 * M))) at_most(log, "memory of the renderer", 500, page(log, "memory"), "MB");
  for (const log of logs.filter((log) => log.n_rows >= M)) {
    const is_large = log.n_rows >= 10 * M;
    for (const { name, question } of ACTIONS) {
      const figure = question ? `ask: ${question}` : `press: ${name}`;
      const is_sort = name.startsWith("sort");
      const is_search = question === "substring";
      const wanted = is_sort ? 300 : is_search ? 150 : name.startsWith("scroll") || !is_large ? 16.7 : 50;
      at_most(log, name, wanted, page(log, figure), "ms");
      if (is_large && !is_sort && !is_search) {
        at_most(log, `${name}, worst`, 100, figures.worst(log, "page", figure), "ms");
      }
    }
  }
  return checks;
}
