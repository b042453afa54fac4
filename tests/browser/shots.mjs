// Screenshots of every view, to be looked at before a change is called done:
//
//     cargo xtask dist && CHROME=chromium node tests/browser/shots.mjs [folder]
//
// Light and dark, 1440 and 900 pixels wide; the drop screen, every tab of the sample, a row's details, a filter with a
// mistake, nothing left by a filter, refused files, times without a file, where memory has ended, a rolled-up load.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Flowglass, line, pretend_memory_ended, text_of } from "./lib/flowglass.mjs";
import { start_browser } from "./lib/harness.mjs";

/** Deliveries of two flow logs over two hours, one each five minutes. For a time neither has a file, for another only
 *  one of them has; for a third, records were skipped. */
function deliveries() {
  const DELIVERY_SECS = 300;
  const LACKING = { "fl-0a1b2c3d": [13, 14, 15, 16], "fl-0e1f2a3b": [4, 5, 6, 7, 13, 14, 15, 16] };
  const SKIPPED = 19;
  const delivery = (flow_log, at) => {
    const start = 1763456400 + at * DELIVERY_SECS;
    const minute = new Date(start * 1000).toISOString().slice(0, 16).replaceAll(/[-:]/g, "");
    const lines = Array.from({ length: 60 + 7 * (at % 5) }, (_, row) => line({
      start: start + 4 * row,
      end: start + 4 * row + 3,
      srcport: 50_000 + row,
      action: row % 4 === 0 ? "REJECT" : "ACCEPT",
    }));
    if (at === SKIPPED) lines.push(`2 012345678901 eni-0a1b2c3d - - - - - - - ${start} ${start + DELIVERY_SECS} - SKIPDATA`);
    return { name: `012345678901_vpcflowlogs_eu-west-1_${flow_log}_${minute}Z_${at}0ab.log`, text: text_of(lines) };
  };
  return Object.entries(LACKING).flatMap(([flow_log, lacking]) => {
    const there = Array.from({ length: 24 }, (_, at) => at).filter((at) => !lacking.includes(at));
    return there.map((at) => delivery(flow_log, at));
  });
}

const folder = process.argv[2] ?? new URL("shots", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const browser = await start_browser();

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 900]) {
    const settings = { colorScheme, viewport: { width, height: 900 } };
    const shoot = (glass, name) =>
      glass.page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
    await Flowglass.visit(browser, async (glass) => {
      await shoot(glass, "empty");
      await glass.open_sample();
      for (const tab of ["Overview", "Rejected", "Diagnosis", "Rules", "Exposure", "Direction", "Records", "Files"]) {
        await glass.tab(tab);
        await shoot(glass, tab.toLowerCase());
      }
      await glass.tab("Records");
      await glass.row(3).locator("button.place").click();
      await glass.page.getByRole("dialog", { name: "Row detail" }).waitFor();
      await glass.answered();
      await shoot(glass, "detail");
      await glass.page.keyboard.press("Escape");
      await glass.page.getByRole("button", { name: /^Columns/ }).click();
      await shoot(glass, "columns");
      await glass.page.keyboard.press("Escape");
      await glass.filter_field.fill("dstport = 443 and srcadr in 10.0.0.0/8");
      await glass.page.locator(".filter-mistake").waitFor();
      await shoot(glass, "mistake");
      await glass.filter("srcport = 1 and srcport = 2");
      await shoot(glass, "nothing");
      await glass.filter("");
      await glass.button("Export").click();
      await shoot(glass, "export");
      await glass.page.keyboard.press("Escape");
      await glass.page.keyboard.press("?");
      await shoot(glass, "help");
    }, { settings });
    await Flowglass.visit(browser, async (glass) => {
      await glass.open(
        { name: "holiday.png", bytes: Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1") },
        { name: "good.log", text: text_of([line(), line({ dstport: "https" }), "", line({ dstport: 70000 }), "..."]) },
      );
      await glass.tab("Files");
      await shoot(glass, "refused");
    }, { settings });
    await Flowglass.visit(browser, async (glass) => {
      await glass.open(...deliveries());
      await shoot(glass, "without-a-file");
    }, { settings });
    await Flowglass.visit(browser, async (glass) => {
      await pretend_memory_ended(glass);
      await glass.open_sample();
      await glass.filter("dstport = 443 and direction = ingress");
      await shoot(glass, "memory-ended");
      await glass.button("Load again, rolled up").click();
      await glass.page.locator(".load-options").waitFor();
      await glass.settled();
      await glass.filter("");
      for (const tab of ["Overview", "Rejected", "Direction", "Records"]) {
        await glass.tab(tab);
        await shoot(glass, `rolled-up-${tab.toLowerCase()}`);
      }
      await glass.tab("Files");
      await glass.page.getByText("Load again with …").click();
      await shoot(glass, "load-again");
    }, { settings });
  }
}
await browser.close();
