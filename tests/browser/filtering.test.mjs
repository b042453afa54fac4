// A reader narrows what is shown by words, by a click and by the timeline, and can always go back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Flowglass, count_questions, line, n_asked_at_rest, text_of } from "./lib/flowglass.mjs";
import { start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());

/** Ten rows: ports 22 (rejected), 53, and 443 for the rest, a minute apart. */
const LOG = text_of(
  Array.from({ length: 10 }, (_, at) =>
    line({
      srcaddr: `10.0.1.${at}`,
      dstport: at === 0 ? 22 : at === 1 ? 53 : 443,
      protocol: at === 1 ? 17 : 6,
      action: at === 0 ? "REJECT" : "ACCEPT",
      bytes: 1000 - at,
      start: 1763456400 + 60 * at,
      end: 1763456460 + 60 * at,
    }),
  ),
);

const visit = (check, options) =>
  Flowglass.visit(browser, async (glass) => {
    await glass.open({ name: "ten.log", text: LOG });
    await check(glass);
  }, options);

test("a filter in words leaves the rows that it says", () =>
  visit(async (glass) => {
    const counts = {
      "dstport = ssh": 1,
      "dstport in (22, 53)": 2,
      "srcaddr in 10.0.1.0/30": 4,
      "addr = 10.0.2.9 and not action = reject": 9,
      "port = 1024..65535": 10,
      "protocol = udp or reject": 2,
      "bytes < 995": 4,
      "bytes >= 1000": 1,
      'any contains "10.0.1.7"': 1,
      "srcport = 1": 0,
    };
    for (const [text, n_rows] of Object.entries(counts)) {
      await glass.filter(text);
      assert.equal(await glass.n_rows(), n_rows, text);
    }
  }));

test("a mistake is marked at its place with what was expected, and the last good filter stays", () =>
  visit(async (glass) => {
    await glass.filter("dstport = 443");
    await glass.filter_field.fill("dstprt = 443");
    const mistake = glass.page.locator(".filter-mistake");
    await mistake.waitFor();
    assert.equal(await mistake.locator("mark").textContent(), "dstprt");
    assert.match(await mistake.textContent(), /dstport/);
    assert.equal(await glass.filter_field.getAttribute("aria-invalid"), "true");
    assert.equal(await glass.n_rows(), 8);
  }));

test("a click on a value keeps its rows, with Shift it leaves them out, and Back undoes it", () =>
  visit(async (glass) => {
    assert.equal(await glass.n_rows(), 10);
    const value = () => glass.page.getByRole("button", { name: /^dstport 443/ }).first();
    await value().click();
    await glass.answered();
    assert.equal(await glass.filter_text(), "dstport = 443");
    assert.equal(await glass.n_rows(), 8);
    await glass.page.waitForURL(/filter=dstport%20=/);
    await value().click({ modifiers: ["Shift"] });
    await glass.answered();
    assert.equal(await glass.filter_text(), "dstport != 443");
    assert.equal(await glass.n_rows(), 2);
    await glass.page.waitForURL(/filter=dstport%20(!|%21)=/);
    await glass.page.goBack();
    await glass.answered();
    assert.equal(await glass.filter_text(), "dstport = 443");
    assert.equal(await glass.n_rows(), 8);
  }));

test("a condition goes by its cross", () =>
  visit(async (glass) => {
    await glass.filter("dstport = 443 and srcaddr != 10.0.1.5");
    await glass.button("Remove dstport = 443").click();
    await glass.answered();
    assert.equal(await glass.filter_text(), "srcaddr != 10.0.1.5");
  }));

test("the timeline narrows the time: previewed while dragging, committed at its end, reset by a button", () =>
  visit(async (glass) => {
    const box = await glass.page.locator(".timeline-plot").boundingBox();
    const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
    await glass.page.mouse.move(...at(0.02));
    await glass.page.mouse.down();
    await glass.page.mouse.move(...at(0.2));
    await glass.page.mouse.move(...at(0.45), { steps: 4 });
    assert.equal(await glass.page.locator(".timeline-chosen.is-preview").count(), 1);
    assert.ok(!glass.page.url().includes("from="), "a preview is not in the URL");
    await glass.page.mouse.up();
    await glass.answered();
    await glass.page.waitForURL(/from=\d+.*to=\d+/);
    const n_rows = await glass.n_rows();
    assert.ok(n_rows > 1 && n_rows < 8, `${n_rows}`);
    await glass.button("All time").click();
    await glass.answered();
    assert.equal(await glass.n_rows(), 10);
  }));

test("a drag over the timeline takes the views along, and asks for the next answer when it has the last", () =>
  visit(async (glass) => {
    const rows = async () => Number(await glass.page.locator(".figures .figure-value").first().textContent());
    assert.equal(await rows(), 10);
    const box = await glass.page.locator(".timeline-plot").boundingBox();
    const at = (share) => [box.x + box.width * share, box.y + box.height / 2];
    // What other views will ask is asked after a load, and is not what is counted here.
    await n_asked_at_rest(glass);
    await glass.page.mouse.move(...at(0.02));
    await glass.page.mouse.down();
    await glass.page.evaluate(() => Object.assign(globalThis.flowglass_questions, { open: 0, most: 0, asked: 0 }));
    await glass.page.mouse.move(...at(0.45), { steps: 12 });
    await glass.answered();
    assert.ok((await rows()) < 10, "before it is let go");
    const { most, asked } = await glass.page.evaluate(() => globalThis.flowglass_questions);
    assert.equal(most, 1, "one question of the one view on screen");
    assert.ok(asked >= 1 && asked <= 13, `${asked}`);
    await glass.page.keyboard.press("Escape");
    await glass.page.mouse.move(...at(0.5));
    await glass.page.mouse.up();
  }, { before: (page) => page.addInitScript(count_questions) }));

test("times in which records were skipped are bands on the timeline, and words", () =>
  visit(async (glass) => {
    const at = (start, fields = {}) => line({ start, end: start + 60, ...fields });
    const skipped = { srcaddr: "-", dstaddr: "-", action: "-", "log-status": "SKIPDATA" };
    const start = 1763456400;
    await glass.open({ name: "a.log", text: text_of([at(start), at(start + 600, skipped), at(start + 1200)]) });
    await glass.answered();
    assert.match(await glass.page.locator(".series-holes").getAttribute("d"), /^M[\d. v-]+h[\d.]+v[\d.]+z$/, "one band");
    const timeline = glass.page.getByRole("region", { name: "Traffic over time" });
    assert.match(await timeline.textContent(), /Records are missing \(SKIPDATA\) within 2025-11-18 09:10:00 – 09:11:00 UTC/);
    await timeline.getByRole("button", { name: "Table" }).click();
    const cells = await timeline.locator("tbody tr").filter({ hasText: "09:10" }).first().locator("td").allTextContents();
    assert.equal(cells.at(-1), "1");
  }));

test("times for which a flow log has no file are bands on the timeline, and words", () =>
  visit(async (glass) => {
    const start = Date.UTC(2025, 10, 18, 10) / 1000;
    const delivery = (minutes) => ({
      name: `123456789012_vpcflowlogs_us-east-1_fl-0a_20251118T10${String(minutes).padStart(2, "0")}Z_fe123456.log`,
      text: text_of([line({ start: start + minutes * 60 - 60, end: start + minutes * 60 })]),
    });
    await glass.open(...[0, 5, 50, 55].map(delivery));
    await glass.answered();
    assert.match(await glass.page.locator(".series-gaps").getAttribute("d"), /^M[\d. v-]+h[\d.]+v[\d.]+z$/, "one band");
    assert.equal(await glass.page.locator(".series-holes").getAttribute("d"), "", "nothing was skipped");
    const timeline = glass.page.getByRole("region", { name: "Traffic over time" });
    const words = /A flow log has no file \(not opened, or not written\) within 2025-11-18 10:10:00 – 10:50:00 UTC/;
    assert.match(await timeline.textContent(), words);
    assert.equal(await timeline.locator(".legend-gap").textContent(), "File missing");
    await timeline.getByRole("button", { name: "Table" }).click();
    assert.match(await timeline.locator(".timeline-table").textContent(), words);
  }));

test("the timeline narrows the time by keyboard", () =>
  visit(async (glass) => {
    await glass.page.getByRole("slider", { name: /from|start|begin/i }).focus();
    await glass.page.keyboard.press("ArrowRight");
    await glass.page.keyboard.press("Enter");
    await glass.answered();
    await glass.page.waitForURL(/from=\d+/);
    assert.ok((await glass.n_rows()) < 10);
  }));

test("a link brings back the view: tab, filter, range, order and columns", async () => {
  let fragment, bytes;
  await visit(async (glass) => {
    await glass.filter("dstport = 443");
    await glass.tab("Records");
    await glass.page.locator(".grid-head").getByRole("button", { name: /bytes/ }).click();
    await glass.answered();
    // Load order is 998, 997, …; largest first is the same, so the smallest first.
    const header = glass.page.locator(".grid-head [role=columnheader]", { hasText: "bytes" });
    if ((await header.getAttribute("aria-sort")) !== "ascending") await header.getByRole("button").click();
    await glass.answered();
    bytes = await glass.column("bytes");
    assert.deepEqual(bytes, ["991", "992", "993", "994", "995", "996", "997", "998"]);
    await glass.page.waitForURL(/#v1\/records\?.*sort=bytes/);
    fragment = new URL(glass.page.url()).hash;
    assert.match(fragment, /^#v1\/records\?/);
    assert.ok(!fragment.includes("10.0.1."), "no data of the log is in the link");
  });
  await visit(async (glass) => {
    assert.equal(await glass.page.getByRole("tab", { selected: true }).textContent(), "Records");
    assert.equal(await glass.filter_text(), "dstport = 443");
    assert.deepEqual(await glass.column("bytes"), bytes);
  }, { fragment });
});

test("a link that nobody can read opens the page as it begins", () =>
  visit(async (glass) => {
    assert.equal(await glass.n_rows(), 10);
  }, { fragment: "#v9/nowhere?filter=%E0%A4%A&sort=&from=x" }));

test("nothing matches: the page says so and offers the way back", () =>
  visit(async (glass) => {
    await glass.filter("srcport = 1");
    for (const tab of ["Overview", "Rejected", "Direction", "Records"]) {
      await glass.tab(tab);
      await glass.page.getByText(/no row matches|nothing was rejected/i).first().waitFor();
    }
    await glass.button("Clear filter").first().click();
    await glass.answered();
    assert.equal(await glass.filter_text(), "");
  }));
