// Figures of the built page in Chromium, over a log of the generator:
//
//     cargo xtask bench [--rows 1000000] [--runs 5] [--json]
//
// For each run a new page: the time from the drop to the first chart and to the last row, the longest task on the page's
// thread meanwhile, the bytes that a row takes; then the time from a press to the redrawn screen for each view and a few
// filters. Medians, with the worst behind. Ratios matter; milliseconds depend on the machine.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Flowglass } from "./lib/flowglass.mjs";
import { start_browser } from "./lib/harness.mjs";

const words = process.argv.slice(2);
const number = (name, otherwise) => Number(words.includes(name) ? words[words.indexOf(name) + 1] : otherwise);
const n_rows = number("--rows", 1_000_000);
const n_runs = number("--runs", 5);

const SEEKING_MS = 2_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `${root}target/bench`;
const file = `${folder}/sample-${n_rows}.log`;
mkdirSync(folder, { recursive: true });
execFileSync("cargo", ["run", "--quiet", "--release", "-p", "flow_core", "--example", "sample", "--", "--rows", String(n_rows), "--seed", "1", "--out", file], { cwd: root, stdio: "inherit" });
const n_bytes = statSync(file).size;

/** What is done once all is loaded, by name: a press, and the screen is to be redrawn with its answer. */
const ACTIONS = {
  "view: rejected": (glass) => press(glass, '[role=tab][id="tab-rejected"]'),
  "view: direction": (glass) => press(glass, '[role=tab][id="tab-direction"]'),
  "view: overview": (glass) => press(glass, '[role=tab][id="tab-overview"]'),
  "filter: dstport = 443 (overview)": (glass) => filter(glass, "dstport = 443"),
  "filter: srcaddr in 10.0.0.0/8 and reject": (glass) => filter(glass, "srcaddr in 10.0.0.0/8 and reject"),
  'filter: any contains "10.0.1"': (glass) => filter(glass, 'any contains "10.0.1"'),
  "filter: none": (glass) => filter(glass, ""),
  "view: records": (glass) => press(glass, '[role=tab][id="tab-records"]'),
  "records: sort by bytes": (glass) => press(glass, '.grid-head [role=columnheader]:has(.column-name:text-is("bytes")) button'),
  "records: sort by srcaddr": (glass) => press(glass, '.grid-head [role=columnheader]:has(.column-name:text-is("srcaddr")) button'),
};

const browser = await start_browser();
const figures = new Map();
const note = (name, value) => figures.set(name, [...(figures.get(name) ?? []), value]);

for (let run = 0; run < n_runs; run += 1) {
  await Flowglass.visit(browser, async (glass) => {
    await glass.page.evaluate(watch_loading);
    // A reader looks for the file; the engine makes itself ready meanwhile.
    await glass.page.waitForTimeout(SEEKING_MS);
    await glass.drop([file]);
    const loading = await glass.page.evaluate(() => globalThis.flowglass_bench);
    note("load: first chart", loading.first_chart_ms);
    note("load: all rows", loading.loaded_ms);
    note("load: longest task on the page's thread", loading.longest_task_ms);
    await glass.answered();
    for (const [name, act] of Object.entries(ACTIONS)) note(name, await act(glass));
    await glass.tab("Files");
    const memory = await glass.page.locator("[data-bytes-per-row]").getAttribute("data-bytes-per-row");
    note("memory: bytes a row", Number(memory));
  });
}
await browser.close();

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [...figures].map(([name, values]) => ({ name, median: median(values), worst: Math.max(...values) }));
const mb_per_s = n_bytes / 1e3 / median(figures.get("load: all rows"));
if (words.includes("--json")) {
  console.log(JSON.stringify({ page: { rows: n_rows, bytes: n_bytes, runs: n_runs, mb_per_s, figures: rows } }));
} else {
  console.log(`the page, in Chromium: ${n_rows} rows, ${(n_bytes / 1e6).toFixed(1)} MB, medians of ${n_runs}`);
  console.log(`${"load rate".padEnd(48)} ${mb_per_s.toFixed(0).padStart(9)} MB/s`);
  console.log(`${"".padEnd(48)} ${"median".padStart(9)} ${"worst".padStart(9)}`);
  for (const { name, median, worst } of rows) {
    console.log(`${name.padEnd(48)} ${median.toFixed(1).padStart(9)} ${worst.toFixed(1).padStart(9)} ${name.startsWith("memory") ? "" : "ms"}`);
  }
}

/** In the page: resolves when the load that the next drop begins is over. */
function watch_loading() {
  globalThis.flowglass_bench = new Promise((resolve) => {
    let began = 0;
    let first_chart_ms;
    let longest_task_ms = 0;
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) if (task.startTime >= began) longest_task_ms = Math.max(longest_task_ms, task.duration);
    }).observe({ type: "longtask" });
    document.addEventListener("drop", () => (began = performance.now()), { capture: true, once: true });
    const look = () => {
      if (began > 0 && first_chart_ms === undefined && document.querySelector(".series-accepted")?.getAttribute("d")) {
        first_chart_ms = performance.now() - began;
      }
      if (first_chart_ms !== undefined && document.querySelector(".load-bar:not(.is-loading)")) {
        const loaded_ms = performance.now() - began;
        // Long tasks are told a little later.
        setTimeout(() => resolve({ first_chart_ms, loaded_ms, longest_task_ms }), 200);
        return;
      }
      requestAnimationFrame(look);
    };
    look();
  });
}

/** Milliseconds from `act`, run in the page, until the screen shows what came of it. */
function timed(glass, act, argument) {
  // As text, which the DevTools run themselves: the page's policy allows no code made of text.
  return glass.page.evaluate(`(async () => {
    const began = performance.now();
    (${act})(${JSON.stringify(argument)});
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    const waits = () =>
      document.querySelector(".is-pending, .is-waiting") || /Working it out …/.test(document.body.textContent);
    while (waits()) await frame();
    return performance.now() - began;
  })()`);
}

async function press(glass, selector) {
  const element = await glass.page.locator(selector).first().elementHandle();
  await element.evaluate((element) => (globalThis.flowglass_pressed = element));
  return timed(glass, () => globalThis.flowglass_pressed.click());
}

function filter(glass, text) {
  return timed(
    glass,
    (text) => {
      const field = document.getElementById("filter-input");
      field.focus();
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    },
    text,
  );
}
