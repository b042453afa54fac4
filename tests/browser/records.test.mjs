// The table of records holds every row of a large load, and says all there is to say of one.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Flowglass, line, text_of } from "./lib/flowglass.mjs";
import { start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());
const visit = (check, options) => Flowglass.visit(browser, check, options);

const N_ROWS = 1_000_000;

test("a million rows: the last one is a key away, and sorting brings the largest to the top", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
  const lines = [];
  // Bytes count up, but for one row in the middle that has most.
  for (let at = 0; at < N_ROWS; at += 1) {
    lines.push(line({ srcport: at % 60_000, bytes: at === 333_333 ? 77_777_777 : at, start: 1763456400 + (at % 3600) }));
  }
  writeFileSync(join(folder, "million.log"), text_of(lines));
  try {
    await visit(async (glass) => {
      await glass.drop([join(folder, "million.log")]);
      await glass.page.locator(".load-bar").waitFor();
      await glass.settled();
      assert.equal(await glass.n_rows(), N_ROWS);
      const grid = glass.page.getByRole("grid", { name: "Records" });
      assert.equal(await grid.getAttribute("aria-rowcount"), String(N_ROWS + 1));
      assert.equal((await glass.column("bytes"))[0], "0");

      await grid.focus();
      await glass.page.keyboard.press("Control+End");
      await glass.row(N_ROWS).locator(".value").first().waitFor();
      await glass.answered();
      assert.match(await glass.row(N_ROWS).textContent(), /999,?999/);
      assert.ok(await glass.row(N_ROWS).isVisible());

      // The scrollbar, at half its way, shows the rows in the middle.
      await grid.evaluate((element) => (element.scrollTop = (element.scrollHeight - element.clientHeight) / 2));
      await glass.answered();
      const place = await glass.page.locator(".grid-rows [role=row]").first().getAttribute("aria-rowindex");
      assert.ok(Math.abs(Number(place) - N_ROWS / 2) < 1_000, place);

      const header = glass.page.locator(".grid-head [role=columnheader]", { hasText: "bytes" });
      while ((await header.getAttribute("aria-sort")) !== "descending") {
        await header.getByRole("button").click();
        await glass.answered();
      }
      // Until its row has come, a row's elements keep the text of the row before, covered: so wait for the text.
      await glass.row(1).getByText("77,777,777", { exact: true }).waitFor();
      assert.equal((await glass.column("bytes"))[0], "77,777,777");
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("rows that stay on screen keep their elements, and a jump makes none: those there are go on with the new rows", () =>
  visit(async (glass) => {
    const lines = Array.from({ length: 2_000 }, (_, at) => line({ bytes: at }));
    await glass.open({ name: "long.log", text: text_of(lines) });
    await glass.tab("Records");
    const grid = glass.page.getByRole("grid", { name: "Records" });
    const rows = glass.page.locator(".grid-rows [role=row]");
    const scroll_to_row = async (row) => {
      await grid.evaluate((element, row) => (element.scrollTop = row * 28), row);
      await glass.page.locator(`.grid-rows [aria-rowindex="${row + 2}"]`).waitFor();
      await glass.answered();
    };
    await scroll_to_row(100);
    const mark = () => rows.evaluateAll((rows) => rows.forEach((row) => (row.was_at = row.getAttribute("aria-rowindex"))));
    await mark();
    await scroll_to_row(104);
    const stayed = await rows.evaluateAll((rows) => rows.filter((row) => row.was_at === row.getAttribute("aria-rowindex")).length);
    assert.ok(stayed >= (await rows.count()) - 5, "a row that stays on screen keeps its elements");
    await mark();
    await scroll_to_row(1_500);
    assert.equal(await rows.evaluateAll((rows) => rows.every((row) => row.was_at)), true, "a jump makes none");
    // They stand and read in the order of the rows, each with its own text.
    const places = await rows.evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("aria-rowindex")) - 2));
    assert.deepEqual(places, places.map((_, at) => places[0] + at));
    assert.deepEqual((await glass.column("bytes")).map((bytes) => Number(bytes.replaceAll(",", ""))), places);
    const value = glass.row(places[8] + 1).locator(".value").first();
    await value.hover();
    await glass.page.locator('.value[title*="only these rows"]').waitFor();
    assert.match(await value.getAttribute("title"), /Click: only these rows/, "what a press does is said where a pointer is");
  }));

test("a row opens with its file, line, text, each field in words, and the line can be copied", () =>
  visit(async (glass) => {
    await glass.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const rows = [line({ srcport: 50_001 }), line({ srcaddr: "10.0.2.9", dstaddr: "10.0.9.9", dstport: 5432, "interface-id": "eni-9" })];
    await glass.open({ name: "two.log", text: text_of(["# hello", ...rows]) });
    await glass.tab("Records");
    await glass.row(2).locator("button.place").click();
    const detail = glass.page.getByRole("dialog", { name: "Row detail" });
    await detail.getByText(rows[1], { exact: true }).waitFor();
    const text = await detail.textContent();
    assert.match(text, /two\.log, line 3/);
    assert.match(text, /The destination port; 0 for protocols without ports/);
    assert.match(text, /5432 ?postgres/);
    assert.match(text, /012345678901/);
    await detail.getByRole("button", { name: "Copy line" }).click();
    assert.equal(await glass.page.evaluate(() => navigator.clipboard.readText()), rows[1]);
    await glass.page.keyboard.press("Escape");
    await detail.waitFor({ state: "detached" });
  }));

test("columns can be chosen and ordered, and the choice is in the link", () =>
  visit(async (glass) => {
    await glass.open({ name: "one.log", text: text_of([line()]) });
    await glass.tab("Records");
    const headers = () => glass.page.locator(".grid-head [role=columnheader]").allTextContents();
    assert.ok(!(await headers()).some((header) => header.startsWith("account-id")));
    await glass.page.getByRole("button", { name: /^Columns/ }).click();
    const chooser = glass.page.getByRole("dialog", { name: "Columns" });
    await chooser.getByRole("checkbox", { name: /account-id/ }).check();
    await chooser.getByRole("button", { name: /account-id.*(up|left|before|earlier)/i }).first().click();
    await chooser.click({ position: { x: 2, y: 2 } });
    assert.ok(await chooser.isVisible(), "a press on its ground leaves it open");
    await glass.page.getByRole("tab", { name: "Records" }).click();
    await chooser.waitFor({ state: "detached" });
    await glass.answered();
    const after = await headers();
    const at = after.findIndex((header) => header.startsWith("account-id"));
    assert.ok(at > 0 && at < after.length - 1, `${after}`);
    await glass.page.waitForURL(/columns=.*account-id/);
    assert.deepEqual(await glass.column("account-id"), ["012345678901"]);
  }));

test("the table is read and narrowed by keyboard alone", () =>
  visit(async (glass) => {
    await glass.open({ name: "three.log", text: text_of([line(), line({ dstport: 22 }), line()]) });
    await glass.tab("Records");
    const grid = glass.page.getByRole("grid", { name: "Records" });
    await grid.focus();
    await glass.page.keyboard.press("ArrowDown");
    await glass.page.keyboard.press("Enter");
    await glass.page.getByRole("dialog", { name: "Row detail" }).waitFor();
    await glass.page.keyboard.press("Escape");
    assert.equal(await grid.evaluate((element) => element === document.activeElement), true, "focus comes back");
    const n_columns = Number(await grid.getAttribute("aria-colcount"));
    for (let at = 0; at < n_columns; at += 1) {
      const active = await glass.page.locator(`#${await grid.getAttribute("aria-activedescendant")}`).textContent();
      if (active.startsWith("22")) break;
      await glass.page.keyboard.press("ArrowRight");
    }
    await glass.page.keyboard.press("Space");
    await glass.answered();
    assert.equal(await glass.filter_text(), "dstport = 22");
    assert.equal(await glass.n_rows(), 1);
  }));
