// Where memory ends, loading stops with all so far usable, and the page offers what to do; whoever knows beforehand that
// all would be too much can keep less at once. Every number of a rolled-up load says whether it is exact.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Flowglass, line, pretend_memory_ended, text_of } from "./lib/flowglass.mjs";
import { accessibility_findings, start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());
const visit = (check, options) => Flowglass.visit(browser, check, options);

const START = 1763456400;

/** Two minutes of clients that open connections to a web server, and one attempt at another port. */
const CLIENTS = [
  ...Array.from({ length: 40 }, (_, at) =>
    line({ srcport: 50_000 + at, dstport: 443, bytes: 100 + at, start: START + 3 * at, end: START + 3 * at + 20 }),
  ),
  line({ srcport: 51_000, dstport: 22, bytes: 60, action: "REJECT", start: START + 90, end: START + 95 }),
];
const N_BYTES = 40 * 100 + (40 * 39) / 2 + 60;

const panel_of = (glass) => glass.page.getByRole("region", { name: /Not all was loaded/ });

async function with_memory_ended(glass, check) {
  await pretend_memory_ended(glass);
  await glass.open({ name: "clients.log", text: text_of(CLIENTS) });
  const panel = panel_of(glass);
  await panel.waitFor();
  await check(panel);
}

/** What the load line says is kept. */
const in_force = (glass) => glass.page.locator(".load-options").innerText();

async function overview_figure(glass, name) {
  await glass.tab("Overview");
  const figure = glass.page.locator(".figure").filter({ has: glass.page.locator("dt", { hasText: name }) }).first();
  return figure.locator(".figure-value").innerText();
}

test("where memory ends, what was loaded can be used, and the page says what to do", () =>
  visit((glass) =>
    with_memory_ended(glass, async (panel) => {
      assert.match(await panel.innerText(), /41 rows from 100 % of .*2025-11-18 09:00:00 to .* UTC\. All of it can be used/s);
      assert.equal(await glass.n_rows(), 41);
      assert.match(await glass.page.locator(".load-words").textContent(), /Loading stopped at/);
      await panel.getByRole("button", { name: "Dismiss" }).click();
      await panel.waitFor({ state: "detached" });
    }),
  ));

test("keeping only the filter that is looked at is one press", () =>
  visit((glass) =>
    with_memory_ended(glass, async (panel) => {
      await glass.filter("dstport = 22");
      const field = panel.getByLabel("Keep only");
      assert.equal(await field.inputValue(), "dstport = 22");
      await panel.getByRole("button", { name: "Load again, keeping only these" }).click();
      await panel.waitFor({ state: "detached" });
      await glass.settled();
      assert.match(await in_force(glass), /^1 of 41 rows kept: dstport = 22/);
      await glass.filter("");
      assert.equal(await glass.n_rows(), 1);
      await glass.button("Load everything").click();
      await glass.page.locator(".load-options").waitFor({ state: "detached" });
      await glass.settled();
      assert.equal(await glass.n_rows(), 41);
    }),
  ));

test("only a time range is one press, from what is loaded or chosen", () =>
  visit((glass) =>
    with_memory_ended(glass, async (panel) => {
      assert.match(await panel.getByLabel("From").inputValue(), /^2025-11-18T09:00/);
      await panel.getByLabel("From").fill("2025-11-18T09:01");
      await panel.getByLabel("To").fill("2025-11-18T09:00:30");
      assert.ok(await panel.getByRole("button", { name: "Load again, only this time" }).isDisabled());
      await panel.getByLabel("To").fill("2025-11-18T09:01:30");
      await panel.getByRole("button", { name: "Load again, only this time" }).click();
      await panel.waitFor({ state: "detached" });
      await glass.settled();
      assert.match(await in_force(glass), /^10 of 41 rows kept: start >= 2025-11-18T09:01:00Z and start < /);
      assert.equal(await glass.n_rows(), 10);
    }),
  ));

test("a mistake is shown as in the filter field, and what rows cannot be asked is named", () =>
  visit((glass) =>
    with_memory_ended(glass, async (panel) => {
      const field = panel.getByLabel("Keep only");
      const button = panel.getByRole("button", { name: "Load again, keeping only these" });
      assert.ok(await button.isDisabled(), "nothing to keep by");
      await field.fill("dstport = 99999");
      assert.equal(await panel.locator(".filter-mistake mark").innerText(), "99999");
      assert.ok(await button.isDisabled());
      await field.fill("dstport = 22 and direction = ingress");
      assert.match(await panel.locator(".filter-mistake").innerText(), /direction = ingress cannot be decided while loading/);
      await field.fill("dstport = 22");
      await field.press("Enter");
      await panel.waitFor({ state: "detached" });
      await glass.settled();
      assert.match(await in_force(glass), /^1 of 41 rows kept/);
    }),
  ));

test("rolled up, sums stay, rows say what they stand for, and every view says which numbers are exact", () =>
  visit((glass) =>
    with_memory_ended(glass, async (panel) => {
      await panel.getByRole("button", { name: "Load again, rolled up" }).click();
      await panel.waitFor({ state: "detached" });
      await glass.settled();
      assert.match(await in_force(glass), /41 rows rolled up into 3\b/);
      assert.equal((await overview_figure(glass, "Rows")).trim(), "41");
      assert.match(await glass.page.locator(".figure-detail").first().innerText(), new RegExp(`^${N_BYTES.toLocaleString("en")} bytes`));
      assert.equal(await glass.n_rows(), 3);
      const records = (await glass.column("records")).map(Number).sort((a, b) => a - b);
      assert.deepEqual(records, [1, 20, 20]);
      for (const [tab, marks] of [
        ["Overview", /^exact$/],
        ["Overview", /^rolled up$/],
        ["Rejected", /^rolled up$/],
        ["Direction", /^exact$/],
        ["Records", /^rolled up$/],
      ]) {
        await glass.tab(tab);
        const said = await glass.page.locator(".panel .exactness").evaluateAll((marks) => marks.map((mark) => mark.firstChild.textContent));
        assert.ok(said.some((word) => marks.test(word)), `${tab}: ${said}`);
      }
      await glass.tab("Records");
      await glass.row(1).locator("button.place").click();
      await glass.answered();
      assert.match(await glass.page.getByRole("dialog", { name: "Row detail" }).innerText(), /rolled up/);
    }),
  ));

test("a load that is as it was recorded bears no marks", () =>
  visit(async (glass) => {
    await glass.open({ name: "clients.log", text: text_of(CLIENTS) });
    for (const tab of ["Overview", "Rejected", "Direction", "Records"]) {
      await glass.tab(tab);
      assert.equal(await glass.page.locator(".exactness").count(), 0, tab);
    }
    assert.equal(await glass.page.locator(".load-options").count(), 0);
  }));

test("the Files tab loads again by keyboard, and lines stay accounted for", () =>
  visit(async (glass) => {
    await glass.open({ name: "clients.log", text: text_of(CLIENTS) });
    await glass.tab("Files");
    const summary = glass.page.getByText("Load again with …");
    await summary.focus();
    await glass.page.keyboard.press("Enter");
    const field = glass.page.getByLabel("Keep only");
    await field.fill("dstport = 9");
    await field.press("Enter");
    await glass.page.locator(".load-options").waitFor();
    await glass.settled();
    assert.match(await in_force(glass), /^0 of 41 rows kept/);
    assert.match(await glass.page.locator(".files").innerText(), /None of the 41 rows that were read is kept/);
    const row = await glass.page.locator(".file-table tbody tr").innerText();
    assert.match(row, /\b41\b/);
  }));

for (const colorScheme of ["light", "dark"]) {
  test(`the panel and the section shut nobody out, ${colorScheme}`, () =>
    visit(
      (glass) =>
        with_memory_ended(glass, async (panel) => {
          await panel.getByLabel("Keep only").fill("dstport = 99999");
          assert.deepEqual(await accessibility_findings(glass.page), []);
          await panel.getByRole("button", { name: "Load again, rolled up" }).click();
          await panel.waitFor({ state: "detached" });
          await glass.settled();
          await glass.tab("Files");
          await glass.page.getByText("Load again with …").click();
          assert.deepEqual(await accessibility_findings(glass.page), []);
          await glass.tab("Overview");
          assert.deepEqual(await accessibility_findings(glass.page), []);
        }),
      { settings: { colorScheme } },
    ));
}
