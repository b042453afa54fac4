// What the browser tests stand on: the finished page, hosted below a sub-path or opened from disk, in a Chromium that
// is watched for every request it makes. Names are written as in Rust, like all JavaScript of this project.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const PAGE_FILE = fileURLToPath(new URL("../../../dist/index.html", import.meta.url));

/** A path that no build could have guessed: the page must work below any. */
const SUB_PATH = "/some/sub/path/";

/** The text of the finished page. */
export function page_html() {
  try {
    return readFileSync(PAGE_FILE, "utf8");
  } catch {
    throw new Error("there is no dist/index.html: run `cargo xtask test browser`, or `cargo xtask dist` first");
  }
}

/** The page without its policy, to prove that the policy is what makes a difference, or to put other scripts in. */
export function without_policy(html) {
  const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>\n/;
  if (!policy.test(html)) throw new Error("the page has no policy");
  return html.replace(policy, "");
}

/** A server on 127.0.0.1 that answers by `respond(path)`, with `{ status, type, body }`. `requests` has every path
 *  that it was asked for. */
async function start_server(respond) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    const { status = 200, type = "text/html; charset=utf-8", body = "", headers = {} } = respond(request.url);
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(body);
  });
  // A WebSocket arrives as an upgrade; refused, but it got out.
  server.on("upgrade", (request, socket) => {
    requests.push(request.url);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Two ways to the page, `html` or the finished one: from a static host below a sub-path, and from disk. Each gives
 *  `{ url, close }`. */
export const WAYS = {
  async hosted(html = page_html()) {
    const server = await start_server((path) => (path === SUB_PATH ? { body: html } : { status: 404 }));
    return { ...server, url: server.origin + SUB_PATH };
  },
  async "from disk"(html = page_html()) {
    const folder = mkdtempSync(join(tmpdir(), "flowglass-page-"));
    const file = join(folder, "flow glass.html");
    writeFileSync(file, html);
    return { url: pathToFileURL(file).href, close: async () => rmSync(folder, { recursive: true }) };
  },
};

/** A server that nobody should ever reach. It lets everything in, so that only the page's policy can keep it lonely:
 *  what is wanted as a script, style sheet or image is one. `requests` has what reached it. */
export function start_canary() {
  const types = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", events: "text/event-stream" };
  return start_server((path) => ({
    type: types[path.split(".").pop()] ?? "text/html",
    body: path.endsWith(".svg") ? '<svg xmlns="http://www.w3.org/2000/svg"/>' : "",
    headers: { "access-control-allow-origin": "*" },
  }));
}

/** Starts Chromium. CHROME says where it is; `cargo xtask test browser` sets it. */
export function start_browser() {
  const executablePath = process.env.CHROME;
  if (!executablePath) throw new Error("set CHROME to a Chromium, or run `cargo xtask test browser`");
  return chromium.launch({
    executablePath,
    // No sandbox, as CI runs as root. The rest keeps the browser itself from the network, so that whatever is seen
    // there comes from the page.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens `url` and waits until Rust has mounted the page. `opener` is the browser, for a page with nothing in common
 *  with any other, or a context of it. Gives Playwright's `page`, a DevTools `session` and, collected from before the
 *  first byte: `errors` (console and uncaught) and `requests` (of page and workers, but for data: and blob:, which go
 *  nowhere). */
export async function open_page(opener, url, { mounted = true, settings = {}, before = async () => {} } = {}) {
  const page = await opener.newPage(settings);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  const session = await page.context().newCDPSession(page);
  const requests = [];
  const note = (url) => /^(data|blob):/.test(url) || requests.push(url);
  page.on("request", (request) => note(request.url()));
  page.on("websocket", (socket) => note(socket.url()));
  await before(page);
  await page.goto(url);
  if (mounted) await page.locator("#boot-message").waitFor({ state: "detached", timeout: 20_000 });
  return { page, session, errors, requests, close: () => page.close() };
}

/** Runs `script` in the page, as the page's own code would be run: under the page's policy, with its `eval`.
 *  (Playwright's `evaluate` goes around the policy.) Gives what the script's promise gives. */
export async function run_under_policy(session, script) {
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression: script,
    awaitPromise: true,
    returnByValue: true,
    userGesture: true,
    allowUnsafeEvalBlockedByCSP: false,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

/** Drops real files of this machine on the middle of `locator`, as a user would. */
export async function drop_files(session, locator, paths) {
  const { x, y, width, height } = await locator.boundingBox();
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
  }
}

const AXE_SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page for people who use assistive technology: a line for each finding. */
export async function accessibility_findings(page) {
  await page.evaluate(AXE_SOURCE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}`));
}
