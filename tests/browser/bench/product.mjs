// Flowglass in the bench: the finished page, as a reader uses it. Times are from the drop or the press to the redrawn
// screen, on the page's own clock.

import { setTimeout as pause } from "node:timers/promises";
import { Flowglass } from "../lib/flowglass.mjs";
import { ACTIONS, watch_workers } from "./actions.mjs";
import { watch_cpu } from "./cpu.mjs";
import { watch_memory } from "./memory.mjs";
import { answers_of_summaries } from "./questions.mjs";

/** A reader looks for the file; the engine makes itself ready meanwhile. The peers get the same time, and a warm-up. */
export const SEEKING_MS = 2_000;

/** A reader looks at what came before pressing again: the page is at rest then, and a browser begins a frame when one is
 *  needed. Pressed within a frame of the last one, every time has the rest of that frame in it. */
const LOOKING_MS = 300;

/** Logs of less are read before anybody could cancel. */
const CANCELLED_BYTES_MIN = 300e6;
const CANCELLED_AFTER_MS = 150;

/** One run over a log: notes figures by name; gives the answers where `wants_answer`. */
export async function run_page({ browser, browser_session, log, note, wants_answer }) {
  let answer;
  await Flowglass.visit(browser, async (glass) => {
    await glass.page.evaluate(watch_loading);
    await pause(SEEKING_MS);
    const memory = await watch_memory(browser_session);
    const cpu = await watch_cpu(browser_session);
    await glass.drop(log.paths);
    const loading = await glass.page.evaluate(() => globalThis.flowglass_bench);
    for (const [part, ms] of Object.entries((await cpu()) ?? {})) note(`CPU while loading: ${part}`, ms, "ms");
    note("load", loading.loaded_ms, "ms");
    note("first chart", loading.first_chart_ms, "ms");
    note("longest task while loading", loading.longest_task_ms, "ms");
    note("chart redrawn while loading", (loading.n_redrawn / loading.loaded_ms) * 1e3, "a second");
    note("memory", await memory(), "MB");
    await glass.answered();
    for (const { name, act, question } of ACTIONS) {
      await pause(LOOKING_MS);
      const { redrawn_ms, answered_ms } = await act(glass);
      note(question ? `ask: ${question}` : `press: ${name}`, redrawn_ms, "ms");
      // Nothing is asked where the page knows the answer.
      if (answered_ms !== undefined) note(`answered: ${question ?? name}`, answered_ms, "ms");
    }
    await glass.tab("Files");
    const per_row = await glass.page.locator("[data-bytes-per-row]").getAttribute("data-bytes-per-row");
    note("store", Number(per_row), "bytes a row");
    if (wants_answer) answer = await answers(glass);
  }, { before: (page) => page.addInitScript(watch_workers) });
  if (log.n_file_bytes >= CANCELLED_BYTES_MIN) note("cancel", await cancel_ms(browser, log), "ms");
  return answer;
}

async function answers(glass) {
  const summary = async (text) => {
    await glass.filter(text);
    return JSON.parse((await glass.export(/Summary/)).text);
  };
  return answers_of_summaries({
    filtered: await summary("dstport = 443"),
    searched: await summary('any contains "10.0.1"'),
    all: await summary(""),
  });
}

async function cancel_ms(browser, log) {
  let ms;
  await Flowglass.visit(browser, async (glass) => {
    await pause(SEEKING_MS);
    await glass.drop(log.paths);
    await glass.button("Cancel").waitFor();
    await pause(CANCELLED_AFTER_MS);
    ms = await glass.page.evaluate(async () => {
      const button = [...document.querySelectorAll(".load-bar button")].find(({ textContent }) => textContent === "Cancel");
      // A load that is over cannot be cancelled.
      if (!button) return undefined;
      const began = performance.now();
      button.click();
      while (document.querySelector(".load-bar.is-loading")) await new Promise(requestAnimationFrame);
      return performance.now() - began;
    });
  });
  return ms;
}

/** In the page: resolves when the load that the next drop begins is over. */
function watch_loading() {
  globalThis.flowglass_bench = new Promise((resolve) => {
    let began = 0;
    let first_chart_ms;
    let longest_task_ms = 0;
    let drawn;
    let n_redrawn = 0;
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        // The drop's own task began before it.
        if (began > 0 && startTime + duration >= began) longest_task_ms = Math.max(longest_task_ms, duration);
      }
    }).observe({ type: "longtask" });
    document.addEventListener("drop", () => (began = performance.now()), { capture: true, once: true });
    const look = () => {
      const chart = began > 0 ? document.querySelector(".series-accepted")?.getAttribute("d") : undefined;
      if (chart) {
        first_chart_ms ??= performance.now() - began;
        if (chart !== drawn) n_redrawn += 1;
        drawn = chart;
      }
      if (first_chart_ms !== undefined && document.querySelector(".load-bar:not(.is-loading)")) {
        const loaded_ms = performance.now() - began;
        // Long tasks are told a little later.
        setTimeout(() => resolve({ first_chart_ms, loaded_ms, longest_task_ms, n_redrawn }), 200);
        return;
      }
      requestAnimationFrame(look);
    };
    look();
  });
}
