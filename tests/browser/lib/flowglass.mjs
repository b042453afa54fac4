// Flowglass as a reader uses it: the page object that the feature tests speak through. What is found is found by role
// and by words, as a person would.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { WAYS, drop_files, open_page } from "./harness.mjs";

/** A line of the default layout; `fields` replaces some of them. */
export function line(fields = {}) {
  const all = {
    version: 2,
    "account-id": "012345678901",
    "interface-id": "eni-0a1b2c3d",
    srcaddr: "10.0.1.5",
    dstaddr: "10.0.2.9",
    srcport: 49152,
    dstport: 443,
    protocol: 6,
    packets: 10,
    bytes: 840,
    start: 1763456400,
    end: 1763456460,
    action: "ACCEPT",
    "log-status": "OK",
    ...fields,
  };
  return Object.values(all).join(" ");
}

/** The lines as a file has them. */
export const text_of = (lines) => lines.map((line) => `${line}\n`).join("");

export const gzip = (text) => gzipSync(Buffer.from(text));

/** Makes the engine say once that memory has ended where it says that all was read. Gibibytes of rows are too much for
 *  a test, and a product has no switch for less memory; so what is said on the wire is changed: the phase of a Progress
 *  event (the event's number, three numbers of its coverage, then the phase), which postcard writes as bytes. */
export async function pretend_memory_ended(glass) {
  while (glass.page.workers().length === 0) await glass.page.waitForTimeout(20);
  await glass.page.workers()[0].evaluate(change_what_is_said);
}

/** Runs in the worker. */
function change_what_is_said() {
  const post = self.postMessage;
  self.postMessage = (bytes, transfer) => {
    const [PROGRESS, LOADED, OUT_OF_BUDGET] = [0, 2, 4];
    let at = 1;
    for (let n_numbers = 0; n_numbers < 3; n_numbers += 1) {
      while (bytes[at] >= 128) at += 1;
      at += 1;
    }
    if (bytes[0] !== PROGRESS || bytes[at] !== LOADED) {
      post.call(self, bytes, transfer);
      return;
    }
    const words = new TextEncoder().encode("Loading stopped at 2.0 GiB of rows");
    const changed = new Uint8Array([...bytes.slice(0, at), OUT_OF_BUDGET, words.length, ...words, ...bytes.slice(at + 1)]);
    self.postMessage = post;
    post.call(self, changed, [changed.buffer]);
  };
}

/** Counts, in the page, the questions that the worker has not ended yet, and the most there ever were. */
export function count_questions() {
  globalThis.flowglass_questions = { open: 0, most: 0, asked: 0 };
  const count = globalThis.flowglass_questions;
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (...message) {
    count.open += 1;
    count.asked += 1;
    count.most = Math.max(count.most, count.open);
    return post.apply(this, message);
  };
  const { set } = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
  Object.defineProperty(Worker.prototype, "onmessage", {
    set(listener) {
      set.call(this, listener && ((message) => ((count.open -= 1), listener(message))));
    },
  });
}

/** How many were asked when for a while none more is. `count_questions` must count. */
export async function n_asked_at_rest({ page }) {
  let n_before;
  let n_asked;
  do {
    n_before = n_asked;
    n_asked = await page.evaluate(() => globalThis.flowglass_questions.asked);
    await page.waitForTimeout(500);
  } while (n_asked !== n_before);
  return n_asked;
}

export class Flowglass {
  constructor(opened, place) {
    Object.assign(this, opened);
    this.place = place;
  }

  /** Opens the page by one of the ways, hands it to `check`, and tidies up whatever comes. The page must have logged
   *  no error by then, unless `check` has emptied `errors`. */
  static async visit(browser, check, { way = "hosted", fragment = "", ...options } = {}) {
    const place = await WAYS[way]();
    const opened = await open_page(browser, place.url + fragment, options);
    const glass = new Flowglass(opened, place);
    try {
      await check(glass);
      assert.deepEqual(opened.errors, []);
    } finally {
      await opened.close();
      await place.close();
    }
  }

  button(name, options = {}) {
    return this.page.getByRole("button", { name, exact: true, ...options });
  }

  /** Gives the page files through its picker, with `{ name, text | bytes }`, and waits until they are read. */
  async open(...files) {
    await this.page.locator(".file-input").first().setInputFiles(
      files.map(({ name, text, bytes }) => ({ name, mimeType: "", buffer: bytes ?? Buffer.from(text) })),
    );
    await this.settled();
  }

  /** Drops files of this machine on the page. */
  async drop(paths) {
    await drop_files(this.session, this.page.locator("body"), paths);
  }

  async open_sample() {
    await this.button("Try the sample").click();
    await this.settled();
  }

  /** Waits until everything is read. */
  async settled() {
    await this.page.locator(".load-bar:not(.is-loading)").waitFor({ timeout: 60_000 });
  }

  async tab(name) {
    await this.page.getByRole("tab", { name, exact: true }).click();
    await this.answered();
  }

  /** Waits until nothing on screen waits for an answer, for three frames in a row: a change on screen asks in the next.
   *  Not by `waitForFunction`, to which the promise of an answer is as good as the answer. */
  async answered() {
    await this.page.evaluate(async () => {
      const waits = () =>
        document.querySelector(".is-pending, .is-waiting") || /Working it out …/.test(document.getElementById("app").textContent);
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const began = performance.now();
      for (let n_quiet = 0; n_quiet < 3; n_quiet = waits() ? 0 : n_quiet + 1) {
        if (performance.now() - began > 20_000) throw new Error("something on screen waits for an answer for ever");
        await frame();
      }
    });
  }

  get filter_field() {
    return this.page.getByRole("combobox", { name: "Filter" });
  }

  async filter(text) {
    await this.filter_field.fill(text);
    await this.filter_field.press("Enter");
    await this.filter_field.press("Escape");
    await this.answered();
  }

  /** What stands in the filter field. */
  filter_text() {
    return this.filter_field.inputValue();
  }

  /** The number of rows that the Records tab counts. */
  async n_rows() {
    await this.tab("Records");
    const empty = this.page.getByText("No row matches the filter", { exact: true });
    const heading = this.page.locator(".records .view-heading");
    await heading.or(empty).first().waitFor();
    if (await empty.isVisible()) return 0;
    return Number((await heading.textContent()).match(/^[\d,]+/)[0].replaceAll(",", ""));
  }

  /** The texts of one row of the Records tab, by its place from 1. */
  row(place) {
    return this.page.locator(`.grid-rows [role=row][aria-rowindex="${place + 1}"]`);
  }

  /** The cells of a column, by its name, of the rows in view. */
  async column(name) {
    const headers = await this.page.locator(".grid-head [role=columnheader]").allTextContents();
    const at = headers.findIndex((header) => header.startsWith(name)) + 1;
    assert.ok(at > 0, `no column ${name} in ${headers}`);
    return this.page
      .locator(`.grid-rows [role=row] > [aria-colindex="${at}"] .value-text`)
      .allTextContents();
  }

  async export(choice) {
    await this.button("Export").click();
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.locator("#export-menu").getByRole("button", { name: choice }).click(),
    ]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
  }
}
