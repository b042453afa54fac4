// The first promise of Flowglass: nothing leaves the machine. Two parts:
//  * After the page has loaded it makes no request.
//  * Its policy blocks every background channel that a policy can block, so that even a mistake, or a script hidden in
//    a log line, has no way out. Each channel is tried out, and each trial is proved to be one: the same page without
//    the policy reaches a server that the page with the policy does not.
//
// What no policy blocks, a page that does not do it must be trusted for: navigating, window.open, WebRTC's STUN, DNS
// lookups ahead of time. The first part watches for the requests among these.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  WAYS,
  open_page,
  page_html,
  run_under_policy,
  start_browser,
  start_canary,
  without_policy,
} from "./lib/harness.mjs";

/** Long enough for a request that has been started to arrive on the same machine. */
const ARRIVAL_MS = 300;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());

describe("after the page has loaded it makes no request", () => {
  for (const way of Object.keys(WAYS)) {
    test(way, async () => {
      const place = await WAYS[way]();
      const { page, requests, errors, close } = await open_page(browser, place.url);
      try {
        assert.deepEqual(requests, [place.url], "the page is one file");
        await page.evaluate(() => void (globalThis.test_worker = globalThis.flowglass_spawn_worker()));
        await pause(1000);
        assert.deepEqual(requests, [place.url]);
        assert.deepEqual(place.requests?.filter((path) => !place.url.endsWith(path)) ?? [], []);
        assert.deepEqual(errors, []);
      } finally {
        await close();
        await place.close();
      }
    });
  }

  test("the watch sees requests of the page and of workers", async () => {
    const canary = await start_canary();
    const place = await WAYS.hosted(without_policy(page_html()));
    const { session, requests, close } = await open_page(browser, place.url);
    try {
      const urls = ["page", "worker", "socket", "import"].map((name) => `${canary.origin}/${name}`);
      await run_under_policy(session, trial(`await fetch(url)`, urls[0]));
      await run_under_policy(session, trial(in_worker(`await fetch(url)`), urls[1]));
      await run_under_policy(session, trial(in_worker(`new WebSocket(url)`), urls[2]));
      await run_under_policy(session, trial(in_worker(`importScripts(url)`), urls[3]));
      urls[2] = urls[2].replace("http", "ws");
      await within(3000, () => requests.length > urls.length);
      assert.deepEqual(requests, [place.url, ...urls]);
    } finally {
      await close();
      await place.close();
      await canary.close();
    }
  });
});

// A channel is [directive that blocks it, script that tries to reach `url`]. The script may end before the request is
// made, and may throw. "alone" is for what browsers do only in a window of its own, which takes longer to open.
const CHANNELS = {
  fetch: ["connect-src", `await fetch(url, { mode: "no-cors" })`],
  XMLHttpRequest: ["connect-src", `const xhr = new XMLHttpRequest(); xhr.open("GET", url); xhr.send()`],
  WebSocket: ["connect-src", `new WebSocket(url.replace("http", "ws"))`],
  EventSource: ["connect-src", `new EventSource(url + ".events")`],
  sendBeacon: ["connect-src", `navigator.sendBeacon(url, "data")`],
  "link with a ping": [
    "connect-src",
    `const link = add("a", { href: "#here" }); link.ping = url; link.click()`,
  ],
  image: ["img-src", `new Image().src = url + ".svg"`],
  "image in an SVG": [
    "img-src",
    `document.body.insertAdjacentHTML("beforeend", '<svg><image href="' + url + '.svg"/></svg>')`,
  ],
  video: ["media-src", `add("video", { src: url })`],
  "script element": ["script-src-elem", `add("script", { src: url + ".js" })`],
  "inline script": ["script-src-elem", `add("script", { textContent: fetch_text })`],
  "event handler attribute": [
    "script-src-attr",
    `const button = add("button", {}); button.setAttribute("onclick", fetch_text); button.click()`,
  ],
  "javascript: link": ["script-src-elem", `add("a", { href: "javascript:" + fetch_text }).click()`],
  "dynamic import": ["script-src-elem", `await import(url + ".js")`],
  "preloaded module": ["script-src-elem", `add("link", { rel: "modulepreload", href: url + ".js" })`],
  eval: ["script-src", `eval(fetch_text)`],
  "new Function": ["script-src", `new Function(fetch_text)()`],
  "timer with a text": ["script-src", `setTimeout(fetch_text, 0)`],
  "style sheet link": ["style-src-elem", `add("link", { rel: "stylesheet", href: url + ".css" })`],
  "style element": ["style-src-elem", `add("style", { textContent: 'body { background: url("' + url + '.svg") }' })`],
  "style attribute": ["style-src-attr", `document.body.setAttribute("style", 'background: url("' + url + '.svg")')`],
  "CSS import": ["style-src-elem", `document.styleSheets[0].insertRule('@import "' + url + '.css"', 0)`],
  "CSS url()": ["img-src", `document.body.style.background = 'url("' + url + '.svg")'`],
  "CSS font": [
    "font-src",
    `document.styleSheets[0].insertRule('@font-face { font-family: "leak"; src: url("' + url + '") }', 0);
     document.body.style.fontFamily = "leak"; document.body.append("text in this font")`,
  ],
  iframe: ["frame-src", `add("iframe", { src: url })`],
  object: ["object-src", `add("object", { data: url })`],
  embed: ["object-src", `add("embed", { src: url })`],
  "prefetch link": ["default-src", `add("link", { rel: "prefetch", href: url })`],
  "preload link": ["connect-src", `add("link", { rel: "preload", as: "fetch", href: url })`],
  "icon link": ["img-src", `document.querySelector("link[rel=icon]").href = url + ".svg"`],
  "speculation rules": [
    "script-src-elem",
    `add("script", {
       type: "speculationrules",
       textContent: JSON.stringify({ prefetch: [{ source: "list", urls: [url], eagerness: "immediate" }] }),
     })`,
    "alone",
  ],
  "form submit": ["form-action", `add("form", { action: url, method: "get" }).submit()`],
  "base element": [
    "base-uri",
    `document.head.prepend(Object.assign(document.createElement("base"), { href: url + "/" }));
     new Image().src = "relative.svg"`,
  ],
  "worker from a URL": ["worker-src", `new Worker("data:text/javascript," + encodeURIComponent(fetch_text))`],
  "fetch in a worker": ["connect-src", in_worker(`await fetch(url, { mode: "no-cors" })`)],
  "XMLHttpRequest in a worker": [
    "connect-src",
    in_worker(`const xhr = new XMLHttpRequest(); xhr.open("GET", url, false); xhr.send()`),
  ],
  "WebSocket in a worker": ["connect-src", in_worker(`new WebSocket(url.replace("http", "ws"))`)],
  "EventSource in a worker": ["connect-src", in_worker(`new EventSource(url + ".events")`)],
  "importScripts in a worker": ["script-src-elem", in_worker(`importScripts(url + ".js")`)],
  "dynamic import in a worker": ["script-src-elem", in_worker(`await import(url + ".js")`)],
  "eval in a worker": ["script-src", in_worker(`eval(fetch_text)`)],
  "fetch in a worker of a worker": [
    "connect-src",
    in_worker(`
      const script = "onmessage = async ({ data }) => {"
        + "addEventListener('securitypolicyviolation', (event) => postMessage(event.effectiveDirective));"
        + "await fetch(data, { mode: 'no-cors' }) }";
      const inner = new Worker(URL.createObjectURL(new Blob([script])));
      inner.onmessage = ({ data }) => violations.push(data);
      inner.postMessage(url)`),
  ],
};

/** Script that runs `script` in a Blob worker, and passes on what the policy blocks there. */
function in_worker(script) {
  const worker_script = `
    const violations = { push: (directive) => postMessage(directive) };
    addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
    onmessage = async ({ data: url }) => {
      const fetch_text = "fetch(" + JSON.stringify(url) + ", { mode: 'no-cors' })";
      try { ${script} } catch {}
      postMessage(null);
    }`;
  return `
    await new Promise((resolve) => {
      const blob = new Blob([${JSON.stringify(worker_script)}], { type: "text/javascript" });
      const worker = new Worker(URL.createObjectURL(blob));
      worker.onmessage = ({ data }) => data === null ? resolve() : violations.push(data);
      worker.postMessage(url);
    })`;
}

/** Script that tries `channel`. The directives that block something because of it are put into `globalThis.violations`,
 *  some of them only later. */
function trial(channel, url) {
  return `(async () => {
    const url = ${JSON.stringify(url)};
    const fetch_text = "fetch(" + JSON.stringify(url) + ", { mode: 'no-cors' })";
    const violations = (globalThis.violations = []);
    document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
    const add = (name, properties) => {
      const element = Object.assign(document.createElement(name), properties);
      document.body.append(element);
      return element;
    };
    const attempt = (async () => { ${channel} })();
    // A blocked attempt may throw, or never end.
    await Promise.race([attempt.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 2000))]);
  })()`;
}

for (const way of Object.keys(WAYS)) {
  describe(`the policy blocks each channel, ${way}`, { concurrency: 4 }, () => {
    let context, canary, page_place, control_place;
    before(async () => {
      context = await browser.newContext();
      canary = await start_canary();
      page_place = await WAYS[way]();
      control_place = await WAYS[way](without_policy(page_html()));
    });
    after(async () => {
      await pause(ARRIVAL_MS);
      await context.close();
      await Promise.all([canary, page_place, control_place].map((place) => place.close()));
      const got_out = canary.requests.filter((path) => path.startsWith("/page/"));
      assert.deepEqual(got_out, [], "something got out after all");
    });

    for (const [name, [directive, script, alone]] of Object.entries(CHANNELS)) {
      test(name, async () => {
        const opener = alone ? browser : context;
        const slug = name.replaceAll(/[^A-Za-z]+/g, "-");
        const reached = (path) => canary.requests.some((request) => request.startsWith(path));

        const page = await open_page(opener, page_place.url);
        await run_under_policy(page.session, trial(script, `${canary.origin}/page/${slug}`));
        const violations = () => page.page.evaluate(() => globalThis.violations);
        const blocked = await within(3000, async () => (await violations()).includes(directive));
        assert.ok(blocked, `blocked by [${await violations()}], not by ${directive}`);
        assert.ok(!reached(`/page/${slug}`), "it got out");
        await page.close();

        // The proof that the trial is one. A form's answer takes the place of the page, and with it of the script.
        const control = await open_page(opener, control_place.url);
        await run_under_policy(control.session, trial(script, `${canary.origin}/control/${slug}`)).catch(() => {});
        const got_out = await within(3000, () => reached(`/control/${slug}`));
        assert.ok(got_out, "without the policy it does not get out either: this proves nothing");
        await control.close();
      });
    }
  });
}

/** Whether `condition` comes true within `limit_ms`. */
async function within(limit_ms, condition) {
  const end = Date.now() + limit_ms;
  while (!(await condition())) {
    if (Date.now() > end) return false;
    await pause(10);
  }
  return true;
}
