// The parts of the harness that other tests take on trust.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { WAYS, accessibility_findings, drop_files, open_page, run_under_policy, start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());

/** Opens a page made of `html`, with an icon so that the browser asks for none. */
async function with_html(html, check) {
  const place = await WAYS.hosted(html.replace("<!doctype html>", '$&<link rel="icon" href="data:,">'));
  const opened = await open_page(browser, place.url);
  try {
    await check(opened);
  } finally {
    await opened.close();
    await place.close();
  }
}

test("dropped files arrive with their names and contents", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-drop-"));
  const paths = ["one.log", "two.log"].map((name) => join(folder, name));
  paths.forEach((path, index) => writeFileSync(path, `text ${index}`));
  const html = `<!doctype html><div id="zone" style="height: 100px">drop here</div>`;
  return with_html(html, async ({ page, session }) => {
    await page.evaluate(() => {
      addEventListener("dragover", (event) => event.preventDefault());
      globalThis.dropped = new Promise((resolve) =>
        addEventListener("drop", async (event) => {
          event.preventDefault();
          const files = [...event.dataTransfer.files];
          resolve(await Promise.all(files.map(async (file) => [event.target.id, file.name, await file.text()])));
        }),
      );
    });
    await drop_files(session, page.locator("#zone"), paths);
    assert.deepEqual(await page.evaluate(() => globalThis.dropped), [
      ["zone", "one.log", "text 0"],
      ["zone", "two.log", "text 1"],
    ]);
  }).finally(() => rmSync(folder, { recursive: true }));
});

test("an inaccessible page has findings", () =>
  with_html(`<!doctype html><html lang="en"><title>t</title><main><h1>h</h1><img src="data:,"></main>`, async ({ page }) => {
    const findings = await accessibility_findings(page);
    assert.equal(findings.length, 1, findings.join("\n"));
    assert.match(findings[0], /^image-alt: /);
  }));

test("errors on the console are collected", () =>
  with_html(`<!doctype html><script>console.error("said"); setTimeout(() => { throw new Error("thrown") })</script>`, async ({ page, errors }) => {
    await page.waitForTimeout(100);
    assert.deepEqual(errors.sort(), ["Error: thrown", "said"]);
  }));

test("scripts are run under the page's policy, unlike Playwright's own", () =>
  with_html(`<!doctype html><meta http-equiv="Content-Security-Policy" content="script-src 'none'">`, async ({ session }) => {
    await assert.rejects(run_under_policy(session, "eval('1')"), /EvalError/);
  }));
