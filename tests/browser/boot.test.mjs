// The page starts, hosted and from disk; a worker starts from the same program; and where it cannot start, it says why.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  WAYS,
  accessibility_findings,
  open_page,
  page_html,
  start_browser,
  without_policy,
} from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());

/** Opens the page by one of the ways, hands it to `check`, and tidies up whatever comes. */
async function with_page(way, { html, ...options }, check) {
  const place = await WAYS[way](html);
  let opened;
  try {
    opened = await open_page(browser, place.url, options);
    await check(opened);
  } finally {
    await opened?.close();
    await place.close();
  }
}

for (const way of Object.keys(WAYS)) {
  describe(way, () => {
    test("the page mounts without an error", () =>
      with_page(way, {}, async ({ page, errors }) => {
        assert.ok(await page.locator("#app > *").count(), "#app is empty");
        assert.deepEqual(errors, []);
      }));

    test("a worker starts from the same program and sets its handler", () =>
      with_page(way, {}, async ({ page, errors }) => {
        const [worker] = await Promise.all([
          page.waitForEvent("worker"),
          page.evaluate(() => void (globalThis.test_worker = globalThis.flowglass_spawn_worker())),
        ]);
        await eventually(() => worker.evaluate(() => typeof self.onmessage === "function"));
        assert.deepEqual(errors, []);
      }));

    test("two workers can be started", () =>
      with_page(way, {}, async ({ page }) => {
        // The page starts some by itself, which may not be there yet: the engine, and a spare one where there is a core for it.
        const n_before = await page.evaluate(() => Math.min(navigator.hardwareConcurrency, 2));
        await eventually(() => page.workers().length === n_before);
        await page.evaluate(() => {
          globalThis.test_workers = [globalThis.flowglass_spawn_worker(), globalThis.flowglass_spawn_worker()];
        });
        await eventually(async () => {
          const ready = page.workers().map((worker) => worker.evaluate(() => typeof self.onmessage === "function"));
          return ready.length === n_before + 2 && (await Promise.all(ready)).every(Boolean);
        });
      }));
  });
}

test("views are rehearsed where nobody sees or reaches them, and nothing is left of it", () =>
  with_page("hosted", { before: (page) => page.addInitScript(watch_rehearsal) }, async ({ page, errors }) => {
    await eventually(() => page.evaluate(() => globalThis.test_rehearsal.ended !== undefined));
    const { began, ended, seen } = await page.evaluate(() => globalThis.test_rehearsal);
    assert.deepEqual(began, { inert: true, hidden: "true", visibility: "hidden", is_open: false });
    assert.deepEqual(ended, { n_stored: 1, hash: "", has_focus: false }, "it has stored its theme, as ever");
    assert.deepEqual(seen, [], "nothing of it was found in the page");
    assert.equal(await page.title(), await page.evaluate(() => globalThis.test_rehearsal.title));
    assert.deepEqual(errors, []);
  }));

/** Runs in the page. */
function watch_rehearsal() {
  const watch = (globalThis.test_rehearsal = { seen: [] });
  const look = () => {
    if (document.querySelector("[role=tab], .timeline, .grid")) watch.seen.push(document.body.innerText);
    if (!watch.ended) requestAnimationFrame(look);
  };
  const note = ({ addedNodes, removedNodes }) => {
    const [added] = [...addedNodes].filter((node) => node.inert);
    if (added) {
      const { visibility } = getComputedStyle(added);
      const hidden = added.getAttribute("aria-hidden");
      watch.began = { inert: added.inert, hidden, visibility, is_open: added.shadowRoot !== null };
      watch.title = document.title;
      look();
    }
    if ([...removedNodes].some((node) => node.inert)) {
      const has_focus = document.activeElement !== document.body;
      watch.ended = { n_stored: localStorage.length, hash: location.hash, has_focus };
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver((changes) => changes.forEach(note)).observe(document.body, { childList: true });
  });
}

/** The page with a few lines in place of the program: about the boot scripts alone, whatever Rust does. On the page
 *  `initSync` does nothing, so it never mounts; in a worker it runs `in_worker`. */
function html_with_program(in_worker) {
  const glue = `const wasm_bindgen = {
    initSync({ module }) {
      if (typeof document === "undefined") { ${in_worker} }
    },
  };`;
  const html = without_policy(page_html());
  return html.replace(/(?<=<script id="glue">)[^]*?(?=<\/script>)/, () => glue);
}

test("what is posted right behind the start of a worker reaches the handler that its main sets", () => {
  const html = html_with_program(`
    const is_module = module instanceof WebAssembly.Module;
    self.onmessage = (event) => postMessage([is_module, event.data]);`);
  return with_page("hosted", { mounted: false, html }, async ({ page }) => {
    await page.waitForFunction(() => globalThis.flowglass_spawn_worker);
    const answers = await page.evaluate(() => {
      const worker = globalThis.flowglass_spawn_worker();
      worker.postMessage("first");
      worker.postMessage("second");
      return new Promise((resolve, reject) => {
        const answers = [];
        worker.onmessage = (event) => answers.push(event.data) === 2 && resolve(answers);
        worker.onerror = (event) => reject(new Error(event.message));
      });
    });
    assert.deepEqual(answers, [[true, "first"], [true, "second"]]);
  });
});

test("a worker that cannot start fires an error on the page", () => {
  const html = html_with_program(`throw new Error("broken on purpose");`);
  return with_page("hosted", { mounted: false, html }, async ({ page }) => {
    await page.waitForFunction(() => globalThis.flowglass_spawn_worker);
    const message = await page.evaluate(() => {
      const worker = globalThis.flowglass_spawn_worker();
      return new Promise((resolve) => (worker.onerror = (event) => resolve(event.message)));
    });
    assert.match(message, /broken on purpose/);
  });
});

const MISSING = {
  WebAssembly: () => delete globalThis.WebAssembly,
  DecompressionStream: () => delete globalThis.DecompressionStream,
  "WebAssembly SIMD": () => (WebAssembly.validate = () => false),
};
for (const [feature, take_away] of Object.entries(MISSING)) {
  test(`a browser without ${feature} is told so`, () =>
    with_page("hosted", { mounted: false, before: (page) => page.addInitScript(take_away) }, async ({ page, errors }) => {
      const message = page.locator("#boot-message [role=alert]");
      await message.waitFor();
      assert.ok((await message.textContent()).includes(`It has no ${feature}.`), await message.textContent());
      assert.equal(await page.locator("#app > *").count(), 0);
      assert.deepEqual(errors, []);
    }));
}

test("a file that was cut short says that it could not start", () => {
  const html = page_html().replace(/(id="wasm">[^<]{200})[^<]*/, "$1");
  return with_page("hosted", { mounted: false, html }, async ({ page }) => {
    const message = page.locator("#boot-message [role=alert]");
    await message.waitFor();
    assert.match(await message.textContent(), /could not start.*fetch it again/s);
  });
});

test("without JavaScript the page says what it needs", () =>
  with_page("hosted", { mounted: false, settings: { javaScriptEnabled: false } }, async ({ page }) => {
    const message = page.locator("noscript");
    assert.match(await message.innerText(), /Allow JavaScript for this page/);
    assert.ok(await message.isVisible());
    assert.equal(await page.locator("#boot-message").innerText(), "", "nothing is starting");
  }));

test("the message of a page that cannot start can be read with assistive technology", () =>
  with_page("hosted", { mounted: false, before: (page) => page.addInitScript(MISSING.WebAssembly) }, async ({ page }) => {
    await page.locator("#boot-message [role=alert]").waitFor();
    assert.deepEqual(await accessibility_findings(page), []);
  }));

/** Waits until `condition` gives something true. */
async function eventually(condition, limit_ms = 10_000) {
  const end = Date.now() + limit_ms;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `not within ${limit_ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
