// What a reader drops is read, all of it, and what is not is named.

import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Flowglass, gzip, line, text_of } from "./lib/flowglass.mjs";
import { start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());
const visit = (check, options) => Flowglass.visit(browser, check, options);

/** Cells of the row of the Files tab that is about `name`, by their heading. */
async function file_row(glass, name) {
  await glass.tab("Files");
  const table = glass.page.locator(".file-table");
  const headings = await table.locator("thead th").allTextContents();
  const cells = await table.locator("tr", { has: glass.page.getByText(name, { exact: true }) }).locator("th, td").allTextContents();
  return Object.fromEntries(headings.map((heading, at) => [heading, cells[at]]));
}

test("the sample opens without a download, and shows rows, a chart and rejections", () =>
  visit(async (glass) => {
    await glass.open_sample();
    assert.ok((await glass.n_rows()) >= 20_000);
    assert.ok(await glass.page.locator(".series-accepted").getAttribute("d"));
    assert.ok(await glass.page.locator(".series-rejected").getAttribute("d"));
  }));

test("files and folders that are dropped are read: plain, gzip, several members", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
  const inner = join(folder, "2025", "11");
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(folder, "plain.log"), text_of([line(), line({ dstport: 22 })]));
  writeFileSync(join(inner, "one.log.gz"), gzip(text_of([line()])));
  writeFileSync(join(inner, "two.log.gz"), Buffer.concat([gzip(text_of([line()])), gzip(text_of([line(), line()]))]));
  try {
    await visit(async (glass) => {
      await glass.drop([join(folder, "plain.log"), join(folder, "2025")]);
      await glass.settled();
      assert.equal(await glass.n_rows(), 6);
      await glass.tab("Files");
      const names = await glass.page.locator(".file-table tbody .file-name").allTextContents();
      assert.ok(names.some((name) => name.endsWith("2025/11/two.log.gz")), `${names}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("hundreds of files are read in their order, and a folder among them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
  const numbers = Array.from({ length: 200 }, (_, at) => String(at).padStart(3, "0"));
  const paths = numbers.map((number) => join(folder, `${number}.log.gz`));
  for (const path of paths) writeFileSync(path, gzip(text_of([line()])));
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "folder", "one.log"), text_of([line(), line()]));
  try {
    // More than are measured at once, and more than are asked whether they are folders.
    for (const [dropped, n_rows] of [[paths, 200], [[...paths, join(folder, "folder")], 202]]) {
      await visit(async (glass) => {
        await glass.drop(dropped);
        await glass.settled();
        while ((await glass.n_rows()) < n_rows) await glass.page.waitForTimeout(50);
        await glass.settled();
        assert.equal(await glass.n_rows(), n_rows);
        await glass.tab("Files");
        const names = await glass.page.locator(".file-table tbody .file-name").allTextContents();
        assert.deepEqual(names.slice(0, 3), ["000.log.gz", "001.log.gz", "002.log.gz"]);
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a Parquet table and the files of a zip archive are read, each with its own line", () =>
  visit(async (glass) => {
    const log = (name) => fileURLToPath(new URL(`../logs/${name}`, import.meta.url));
    await glass.drop([log("parquet.log.parquet"), log("archive.zip"), log("archive.tar")]);
    await glass.settled();
    await glass.tab("Files");
    const names = await glass.page.locator(".file-table tbody .file-name").allTextContents();
    const table = await file_row(glass, "parquet.log.parquet");
    assert.equal(table.Format, "parquet, gzip");
    for (const archive of ["archive.zip", "archive.tar"]) {
      assert.deepEqual(names.filter((name) => name.startsWith(`${archive}/`)).sort(), [
        `${archive}/AWSLogs/packed.log.gz`,
        `${archive}/AWSLogs/plain.log`,
        `${archive}/AWSLogs/table.log.parquet`,
      ]);
      const member = await file_row(glass, `${archive}/AWSLogs/table.log.parquet`);
      assert.deepEqual([member.State, member.Rows, member.Lines], [table.State, table.Rows, table.Lines]);
    }
  }));

test("records without a header are asked about, and read again with the format that is said", () =>
  visit(async (glass) => {
    const own_order = ["10.0.0.1 10.0.0.2 443 ACCEPT", "10.0.0.3 10.0.0.2 22 REJECT"].join("\n");
    // Without a row, the page has nothing to show but what became of the files.
    await glass.open({ name: "mine.log", text: own_order });
    const layouts = glass.page.locator(".layouts");
    assert.match(await layouts.locator("thead").first().textContent(), /action/);
    await layouts.getByLabel("Log format").fill("${srcaddr} ${dstaddr} ${dstport}");
    assert.match(await layouts.textContent(), /This format has 3 fields, the records have 4 values/);
    await layouts.getByLabel("Log format").fill("${srcaddr} ${dstaddr} ${dstport} ${action}");
    await layouts.getByRole("button", { name: "Read again" }).click();
    assert.match((await file_row(glass, "mine.log")).Layout, /as you said, 4 fields/);
    assert.equal(await glass.n_rows(), 2);
    // And taken back.
    await glass.tab("Files");
    await layouts.getByText("Layouts of files without a header").click();
    await layouts.getByRole("button", { name: "Forget and read again" }).click();
    await glass.page.getByRole("heading", { name: "1 file not read" }).waitFor();
  }));

test("a layout that was told by its shape is changed after loading, and the file is read again as was said", () =>
  visit(async (glass) => {
    const name = "headerless-all-fields-up-to-version-5.log";
    await glass.drop([fileURLToPath(new URL(`../logs/${name}`, import.meta.url))]);
    await glass.settled();
    assert.match((await file_row(glass, name)).Layout, /^told by its shape, 29 fields/);
    assert.equal(await glass.n_rows(), 2);
    assert.deepEqual((await glass.column("srcaddr")).sort(), ["10.0.0.9", "172.31.16.139"]);
    await glass.tab("Files");
    const layouts = glass.page.locator(".layouts");
    await layouts.getByText("Layouts of files without a header").click();
    await layouts.getByLabel("choose a usual one").selectOption("all fields up to version 5, 29 fields");
    const format = layouts.getByLabel("Log format");
    const usual = await format.inputValue();
    await format.fill(usual.replace("${srcaddr} ${dstaddr}", "${dstaddr} ${srcaddr}"));
    await layouts.getByRole("button", { name: "Read again" }).click();
    const layout = (words) => glass.page.locator(".file-layout", { hasText: words });
    await layout("as you said").waitFor();
    await glass.settled();
    assert.match((await file_row(glass, name)).Layout, /^as you said, 29 fields/);
    assert.equal(await glass.n_rows(), 2);
    assert.deepEqual(await glass.column("srcaddr"), ["172.31.16.21", "172.31.16.21"]);
    // What was said is taken back, and the shape tells again.
    await glass.tab("Files");
    await layouts.getByText("Layouts of files without a header").click();
    await layouts.getByRole("button", { name: "Forget and read again" }).click();
    await layout("told by its shape").waitFor();
    await glass.settled();
    assert.match((await file_row(glass, name)).Layout, /^told by its shape, 29 fields/);
  }));

test("the output of describe-flow-logs beside the logs settles their layouts", () =>
  visit(async (glass) => {
    const name = "123456789012_vpcflowlogs_us-east-1_fl-0000aaaa_20231114T2210Z_fe.log";
    const described = { FlowLogs: [{ FlowLogId: "fl-0000aaaa", LogFormat: "${dstaddr} ${srcaddr} ${dstport} ${action}" }] };
    await glass.open(
      { name, text: "10.0.0.2 10.0.0.1 443 ACCEPT" },
      { name: "describe-flow-logs.json", text: JSON.stringify(described) },
    );
    await glass.page.getByText("1 refused").waitFor({ state: "detached" });
    await glass.settled();
    assert.match((await file_row(glass, name)).Layout, /as you said, 4 fields/);
    assert.match((await file_row(glass, "describe-flow-logs.json")).State, /describes 1 flow log/);
  }));

test("a file that is dropped twice is said to count twice", () =>
  visit(async (glass) => {
    const text = text_of([line(), line({ dstport: 22 }), line({ dstport: 80 })]);
    await glass.open({ name: "a.log", text }, { name: "a copy.log", text });
    await glass.tab("Files");
    const banner = glass.page.getByRole("region", { name: "1 file to look at" });
    await banner.waitFor();
    assert.match(await banner.textContent(), /a copy\.log.*the same rows as a\.log: all of them count twice/s);
    await glass.page.getByRole("button", { name: "a copy.log" }).click();
    assert.match(await glass.page.locator(".known").textContent(), /Rows cover.*Fields/s);
  }));

test("what is opened later is added to what is loaded", () =>
  visit(async (glass) => {
    await glass.open({ name: "a.log", text: text_of([line()]) });
    await glass.open({ name: "b.log", text: text_of([line(), line()]) });
    assert.equal(await glass.n_rows(), 3);
  }));

test("pasted records are read", () =>
  visit(async (glass) => {
    await glass.page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, text_of([line(), line(), line()]));
    await glass.settled();
    assert.equal(await glass.n_rows(), 3);
  }));

test("every line is accounted for, and a problem says where and why", () =>
  visit(async (glass) => {
    const text = [
      "# made by hand",
      line(),
      line({ "log-status": "NODATA", srcaddr: "-", dstaddr: "-" }),
      "",
      line({ dstport: "https" }),
      "version srcaddr dstaddr protocol new-field",
      "5 10.0.0.1 10.0.0.2 6 what",
      "5 10.0.0.1",
    ].join("\r\n");
    await glass.open({ name: "mixed.log", text });
    const row = await file_row(glass, "mixed.log");
    const { Lines, Rows, Headers, Blank, Ignored, Problems } = row;
    assert.deepEqual({ Lines, Rows, Headers, Blank, Ignored, Problems, status: row["Status records"] }, {
      Lines: "8", Rows: "2", Headers: "1", Blank: "1", Ignored: "1", Problems: "2", status: "1",
    });
    const problem = await glass.page.locator(".problem-table tbody tr").first().locator("td").allTextContents();
    assert.deepEqual(problem.slice(0, 3), ["mixed.log", "5", "dstport"]);
    assert.match(problem[3], /number is expected/);
    assert.match(problem[4], / https 6 10 840 /);
  }));

test("a file that is no flow log is refused with what it seems to be, and the others are read", () =>
  visit(async (glass) => {
    await glass.open(
      { name: "holiday.png", bytes: Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1") },
      { name: "stats.csv", text: "srcAddr,sum(bytes)\n10.0.0.1,840\n" },
      { name: "good.log", text: text_of([line()]) },
    );
    await glass.tab("Files");
    const refused = await glass.page.locator(".refused-files").textContent();
    assert.match(refused, /holiday\.png.*image/s);
    assert.match(refused, /stats\.csv.*result of a query/s);
    assert.equal(await glass.n_rows(), 1);
  }));

test("only a refused file: the page says so and what to do", () =>
  visit(async (glass) => {
    await glass.open({ name: "page.html", text: "<!doctype html><title>x</title>" });
    await glass.answered();
    assert.match(await glass.page.locator("main").textContent(), /page\.html.*seems to be a web page.*Download the log itself/s);
  }));

test("a damaged gzip gives the rows before the damage and one problem that says where", () =>
  visit(async (glass) => {
    const lines = Array.from({ length: 3_000 }, (_, at) => line({ srcport: 1024 + at, bytes: (at * 7919) % 100_003 }));
    const whole = gzip(text_of(lines));
    await glass.open({ name: "cut.log.gz", bytes: whole.subarray(0, whole.length / 2) });
    const row = await file_row(glass, "cut.log.gz");
    assert.equal(row.Problems, "1");
    const n_rows = Number(row.Rows.replaceAll(",", ""));
    assert.ok(n_rows > 500 && n_rows < 3_000, row.Rows);
    const problem = await glass.page.locator(".problem-table tbody tr td").allTextContents();
    assert.equal(problem[1].replaceAll(",", ""), String(n_rows + 1));
    assert.match(problem[3], /damaged or cut off/);
  }));

/** Makes the worker wait once so many pieces of files were asked for, and gives what tells that it does and what
 *  lets it go on. Reading is too fast to change a file under it by luck. */
async function hold_reading(glass, n_pieces) {
  while (glass.page.workers().length === 0) await glass.page.waitForTimeout(20);
  const worker = glass.page.workers()[0];
  await worker.evaluate((n_pieces) => {
    const reader = ReadableStreamBYOBReader.prototype;
    const read = reader.read;
    const gate = new Promise((resolve) => (self.go_on = resolve));
    let n_asked = 0;
    self.has_asked = new Promise((resolve) => {
      reader.read = function (...args) {
        n_asked += 1;
        if (n_asked <= n_pieces) return read.apply(this, args);
        resolve();
        return gate.then(() => read.apply(this, args));
      };
    });
  }, n_pieces);
  return {
    begun: () => worker.evaluate(() => self.has_asked),
    go_on: () => worker.evaluate(() => self.go_on()),
  };
}

const MANY_LINES = text_of(Array.from({ length: 40_000 }, (_, at) => line({ srcport: at % 65_536, bytes: at })));
const CHANGES = {
  "is still written to": (path) => appendFileSync(path, text_of([line()])),
  "is cut off": (path) => truncateSync(path, 1_000),
  "is removed": (path) => unlinkSync(path),
};
for (const [how, change] of Object.entries(CHANGES)) {
  test(`a file that ${how} before it is read is named, with what to do, and the others are read`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
    const [changing, other] = [join(folder, "changing.log"), join(folder, "other.log")];
    writeFileSync(changing, MANY_LINES);
    writeFileSync(other, text_of([line(), line()]));
    try {
      await visit(async (glass) => {
        const reading = await hold_reading(glass, 0);
        await glass.drop([changing, other]);
        await reading.begun();
        change(changing);
        await reading.go_on();
        await glass.settled();
        assert.equal(await glass.n_rows(), 2);
        assert.match((await file_row(glass, "changing.log")).State, /^not read to its end/);
        const banner = glass.page.getByRole("region", { name: "1 file not read" });
        const words = await banner.textContent();
        assert.match(words, /changing\.log.*The browser could not read the file/s);
        assert.match(words, /If it was moved or changed, drop it again/);
        assert.doesNotMatch(words, /other\.log/);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("a file that is cut off while it is read keeps the rows before, and the others are read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
  const [changing, other] = [join(folder, "changing.log"), join(folder, "other.log")];
  writeFileSync(changing, MANY_LINES.repeat(5));
  writeFileSync(other, text_of([line(), line()]));
  try {
    await visit(async (glass) => {
      // Two pieces of a megabyte are asked for when the file is opened; the browser has read somewhat more ahead.
      const reading = await hold_reading(glass, 2);
      await glass.drop([changing]);
      await reading.begun();
      truncateSync(changing, 1_000);
      await reading.go_on();
      await glass.settled();
      await glass.drop([other]);
      await glass.settled();
      const row = await file_row(glass, "changing.log");
      const n_rows = Number(row.Rows.replaceAll(",", ""));
      assert.ok(n_rows > 10_000 && n_rows < 200_000, row.Rows);
      assert.match(row.State, /^cut off: \d+ % read$/);
      const odd = await glass.page.getByRole("region", { name: "1 file to look at" }).textContent();
      assert.match(odd, /changing\.log.*shorter than when it was picked: \S+ MB of \S+ MB were read/s);
      assert.equal((await file_row(glass, "other.log")).Rows, "2");
      assert.equal(await glass.n_rows(), n_rows + 2);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("cancel stops at once and keeps what was loaded", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
  const block = text_of(Array.from({ length: 40_000 }, (_, at) => line({ srcport: at % 65_536, bytes: at })));
  writeFileSync(join(folder, "large.log"), block.repeat(100));
  try {
    await visit(async (glass) => {
      await glass.drop([join(folder, "large.log")]);
      await glass.button("Cancel").click({ timeout: 20_000 });
      await glass.settled();
      assert.match(await glass.page.locator(".load-words").textContent(), /cancel|stopped/i);
      const n_rows = await glass.n_rows();
      assert.ok(n_rows > 0 && n_rows < 4_000_000, `${n_rows}`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("text of a log is text: markup, script and formulas stay what they are", () =>
  visit(async (glass) => {
    const hostile = [
      `<img/src=x/onerror=globalThis.hacked=1>`,
      `"><script>globalThis.hacked=1</script>`,
      `=HYPERLINK("http://127.0.0.1:9/",1)`,
      `javascript:globalThis.hacked=1`,
    ];
    const records = hostile.map((text) => `eni-1 10.0.0.1 10.0.0.2 443 REJECT ${text}`);
    const header = "interface-id srcaddr dstaddr dstport action new-field";
    await glass.open({ name: `<img src=x onerror="globalThis.hacked=1">.log`, text: text_of([header, ...records, hostile[0]]) });
    for (const tab of ["Overview", "Rejected", "Direction", "Files", "Records"]) {
      await glass.tab(tab);
      assert.equal(await glass.page.locator("#app img, #app script, #app b, #app a[href^=javascript]").count(), 0, tab);
    }
    await glass.row(1).locator("button.place").click();
    await glass.answered();
    assert.match(await glass.page.getByRole("dialog", { name: "Row detail" }).textContent(), /<img\/src=x/);
    assert.equal(await glass.page.evaluate(() => globalThis.hacked), undefined);
  }));

const CRASHES = {
  "says that it has": () => self.onmessage({ data: [new Uint8Array([255, 255, 255])] }),
  // What nobody would send to a shard.
  "panics": () => {
    const { port1, port2 } = new MessageChannel();
    self.onmessage({ data: [port2] });
    port1.postMessage([new Uint8Array([255, 255, 255])]);
  },
  "dies without a word": () => setTimeout(() => { throw new Error("broken on purpose"); }),
};

/** Crashes a worker, and starts again from what the page then offers. */
async function crash_and_start_again(glass, worker, crash) {
  await worker.evaluate(crash);
  const banner = glass.page.getByRole("alert", { name: "The engine has stopped" });
  await banner.waitFor({ timeout: 10_000 });
  await banner.getByRole("button", { name: /same files/ }).click();
  await banner.waitFor({ state: "detached" });
  await glass.settled();
  glass.errors.length = 0;
}

for (const [how, crash] of Object.entries(CRASHES)) {
  test(`an engine that crashes (it ${how}) is replaced, with the same files`, () =>
    visit(async (glass) => {
      await glass.open({ name: "a.log", text: text_of([line(), line()]) });
      await crash_and_start_again(glass, glass.page.workers()[0], crash);
      assert.equal(await glass.n_rows(), 2);
    }));
}

test("an engine that ran out of memory is said to have, with what may help", () =>
  visit(async (glass) => {
    await glass.open({ name: "a.log", text: text_of([line()]) });
    // How a browser tells it: a program that gets no memory can say nothing itself.
    const crash = () => setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); });
    await glass.page.workers()[0].evaluate(crash);
    const banner = glass.page.getByRole("alert", { name: "The engine has stopped" });
    await banner.getByText(/memory ran out.*open fewer files/is).waitFor({ timeout: 10_000 });
    glass.errors.length = 0;
  }));

test("an engine that has come up and dies before it is asked anything is replaced by another worker", () =>
  visit(async (glass) => {
    while (glass.page.workers().length === 0) await glass.page.waitForTimeout(20);
    const [worker] = glass.page.workers();
    await worker.evaluate(async () => { while (self.onmessage === null) await new Promise((done) => setTimeout(done, 5)); });
    await worker.evaluate(CRASHES["dies without a word"]);
    const banner = glass.page.getByRole("alert", { name: "The engine has stopped" });
    await banner.getByRole("button", { name: "Start empty" }).click({ timeout: 10_000 });
    await banner.waitFor({ state: "detached" });
    await glass.open({ name: "a.log", text: text_of([line()]) });
    assert.equal(await glass.n_rows(), 1);
    assert.ok(!glass.page.workers().includes(worker), "the dead one is gone");
    glass.errors.length = 0;
  }));

/** Files that are worth a second worker (`BYTES_FOR_MORE_SHARDS`), on a machine with two cores. */
async function with_two_workers(check, { before = async () => {}, while_idle = async () => {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "flowglass-logs-"));
  const block = text_of(Array.from({ length: 40_000 }, (_, at) => line({ srcport: at % 65_536, bytes: at })));
  const n_blocks = Math.ceil((128 << 20) / block.length);
  writeFileSync(join(folder, "large.log"), block.repeat(n_blocks));
  const two_cores = () => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2 });
  const set_up = async (page) => {
    await page.addInitScript(two_cores);
    await before(page);
  };
  try {
    await visit(
      async (glass) => {
        await while_idle(glass);
        await glass.drop([join(folder, "large.log")]);
        await glass.settled();
        await check(glass, n_blocks * 40_000);
      },
      { before: set_up },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [how, crash] of Object.entries(CRASHES)) {
  test(`a second worker that crashes (it ${how}) is told like the first`, () =>
    with_two_workers(async (glass, n_rows) => {
      await crash_and_start_again(glass, glass.page.workers()[1], crash);
      assert.equal(await glass.n_rows(), n_rows);
    }));
}

const NEVER_UP = {
  "is refused its program": () => {
    const { Worker } = globalThis;
    let n_workers = 0;
    globalThis.Worker = function (url) {
      n_workers += 1;
      if (n_workers === 1) return new Worker(url);
      return new Worker(URL.createObjectURL(new Blob(["throw new Error('broken on purpose')"])));
    };
  },
  "cannot be made": () => {
    const { Worker } = globalThis;
    let n_workers = 0;
    globalThis.Worker = function (url) {
      n_workers += 1;
      if (n_workers > 1) throw new Error("broken on purpose");
      return new Worker(url);
    };
  },
};
for (const [how, take_away] of Object.entries(NEVER_UP)) {
  test(`a second worker that ${how} is done without`, () =>
    with_two_workers(
      async (glass, n_rows) => {
        assert.equal(await glass.n_rows(), n_rows);
        assert.equal(await glass.page.getByRole("alert").count(), 0);
        glass.errors.length = 0;
      },
      { before: (page) => page.addInitScript(take_away) },
    ));
}

for (const how of ["says that it has", "dies without a word"]) {
  test(`a second worker that crashes before it is needed (it ${how}) is not missed`, () =>
    with_two_workers(
      async (glass, n_rows) => {
        assert.equal(await glass.n_rows(), n_rows);
        assert.equal(await glass.page.getByRole("alert").count(), 0);
        glass.errors.length = 0;
      },
      {
        while_idle: async (glass) => {
          while (glass.page.workers().length < 2) await glass.page.waitForTimeout(20);
          const spare = glass.page.workers()[1];
          await spare.evaluate(async () => { while (self.onmessage === null) await new Promise((done) => setTimeout(done, 5)); });
          await spare.evaluate(CRASHES[how]);
          await glass.page.waitForTimeout(200);
        },
      },
    ));
}
