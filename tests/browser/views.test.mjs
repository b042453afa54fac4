// Overview, direction, rejected and the exports say what is in the logs, and what they rest on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Flowglass, count_questions, line, n_asked_at_rest, text_of } from "./lib/flowglass.mjs";
import { accessibility_findings, start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());
const visit = (check, options) => Flowglass.visit(browser, check, options);

/** A web server at 10.0.2.9 (eni-web) with two clients, refused from a third, and scanned from outside. */
const WEB = [
  line({ "interface-id": "eni-web", srcaddr: "10.0.1.5", dstaddr: "10.0.2.9", srcport: 50001, dstport: 443, bytes: 3000 }),
  line({ "interface-id": "eni-web", srcaddr: "10.0.2.9", dstaddr: "10.0.1.5", srcport: 443, dstport: 50001, bytes: 90000 }),
  line({ "interface-id": "eni-web", srcaddr: "203.0.113.7", dstaddr: "10.0.2.9", srcport: 50002, dstport: 443, bytes: 1000 }),
  ...[1, 2, 3].map((at) =>
    line({ "interface-id": "eni-web", srcaddr: "10.0.7.7", dstaddr: "10.0.2.9", srcport: 40000 + at, dstport: 5432, bytes: 60, packets: 1, action: "REJECT" }),
  ),
  line({ "interface-id": "eni-web", srcaddr: "198.51.100.1", dstaddr: "10.0.2.9", srcport: 44000, dstport: 23, bytes: 40, packets: 1, action: "REJECT" }),
];

test("the overview counts what is there", () =>
  visit(async (glass) => {
    await glass.open({ name: "web.log", text: text_of(WEB) });
    await glass.tab("Overview");
    const text = await glass.page.locator(".overview").innerText();
    assert.match(text, /Rows\s+7\b/);
    assert.match(text, /Interfaces\s+1\b/);
    const sources = await glass.page.locator(".top-list", { hasText: "srcaddr" }).locator(".top-row").allInnerTexts();
    assert.match(sources[0], /10\.0\.7\.7.*3/s, "by rows at first");
    await glass.page.getByRole("group", { name: "Measured in" }).first().getByRole("button", { name: "bytes" }).click();
    await glass.answered();
    const by_bytes = await glass.page.locator(".top-list", { hasText: "srcaddr" }).locator(".top-row").allInnerTexts();
    assert.match(by_bytes[0], /10\.0\.2\.9/);
  }));

test("what readers look at first after a load was asked before, and is there without asking", () =>
  visit(
    async (glass) => {
      const n_asked = () => glass.page.evaluate(() => globalThis.flowglass_questions.asked);
      await glass.open({ name: "web.log", text: text_of(WEB) });
      const n_foreseen = await n_asked_at_rest(glass);
      await glass.tab("Rejected");
      await glass.page.locator(".rejected").getByText("5432").first().waitFor();
      await glass.tab("Direction");
      await glass.page.locator(".direction .flows tbody tr").first().waitFor();
      await glass.tab("Records");
      await glass.row(1).waitFor();
      assert.equal(await n_asked(), n_foreseen);

      await glass.filter("dstport = 23");
      await glass.tab("Rejected");
      assert.ok((await n_asked()) > n_foreseen, "of other rows it asks");
      assert.equal(await glass.page.locator(".rejected").getByText("5432").count(), 0);
    },
    { before: (page) => page.addInitScript(count_questions) },
  ));

test("direction is inferred, drawn from the interface, shown with its evidence, and can be corrected", () =>
  visit(async (glass) => {
    await glass.open({ name: "web.log", text: text_of(WEB) });
    await glass.tab("Direction");
    const view = glass.page.locator(".direction");
    assert.match(await view.innerText(), /One address is an end of every record of this interface/);
    const flows = await view.locator(".flows tbody tr").allInnerTexts();
    assert.match(flows[0].replace(/\s+/g, " "), /10\.0\.2\.9 ?: ?443.* 10\.0\.1\.5 ?: ?50001/);
    const arrow = (at) => view.locator(".flows tbody tr").nth(at).locator(".flow-arrow").textContent();
    assert.equal(await arrow(0), "→", "the largest went out");
    assert.equal(await arrow(1), "←");

    await view.getByRole("button", { name: /^Correct/ }).first().click();
    await view.locator(".correction input").fill("10.0.1.5");
    await view.getByRole("button", { name: "Use it" }).click();
    await glass.page.getByText(/You said which address the interface has/).first().waitFor();
    await glass.answered();
    assert.equal(await arrow(0), "←");
    await view.getByRole("button", { name: /^Correct/ }).first().click();
    await view.getByRole("button", { name: /Back to/ }).click();
    await glass.page.getByText(/You said which address/).first().waitFor({ state: "detached" });
  }));

test("recorded directions are taken as they are", () =>
  visit(async (glass) => {
    const header = "version interface-id srcaddr dstaddr srcport dstport protocol bytes start end action log-status flow-direction";
    await glass.open({
      name: "v5.log",
      text: text_of([header, "5 eni-1 10.0.0.1 10.0.0.2 50000 443 6 100 1763456400 1763456460 ACCEPT OK ingress"]),
    });
    await glass.tab("Direction");
    assert.match(await glass.page.locator(".direction").innerText(), /Recorded in flow-direction/);
  }));

test("rejected traffic of one's own networks stands before the noise of the internet", () =>
  visit(async (glass) => {
    await glass.open({ name: "web.log", text: text_of(WEB) });
    await glass.tab("Rejected");
    const sections = await glass.page.locator(".rejected-section").allInnerTexts();
    assert.match(sections[0], /Your own networks.*5432.*postgres.*10\.0\.7\.7.*10\.0\.2\.9/s);
    const noise = glass.page.locator("details.rejected-section");
    assert.equal(await noise.evaluate((element) => element.open), false, "noise is folded away");
    await noise.locator("summary").click();
    await noise.locator("table").waitFor();
    assert.match(await noise.innerText(), /telnet.*198\.51\.100\.1/s);
    await glass.page.getByRole("button", { name: "Show records" }).first().click();
    await glass.answered();
    assert.equal(await glass.page.getByRole("tab", { selected: true }).textContent(), "Records");
    assert.equal(await glass.n_rows(), 3);
  }));

test("a log without an action says so instead of showing that nothing was rejected", () =>
  visit(async (glass) => {
    await glass.open({ name: "nat.log", text: text_of(["instance-id interface-id srcaddr dstaddr", "- eni-1 10.0.1.5 10.0.0.220"]) });
    await glass.tab("Rejected");
    const text = await glass.page.locator("#view-panel").innerText();
    assert.match(text, /cannot be told/);
    assert.match(text, /action/);
  }));

test("a transit gateway's log shows what was lost and why, and the views that need more say so", () =>
  visit(async (glass) => {
    await glass.drop([fileURLToPath(new URL("../logs/transit-gateway-default.log", import.meta.url))]);
    await glass.settled();
    await glass.tab("Overview");
    const lost = glass.page.locator(".packets-lost");
    await lost.getByText("10 packets, in 1 of the 1 record that say so").waitFor();
    assert.match(await lost.innerText(), /No route\s+1\b[^]*Blackhole route\s+2\b[^]*Larger than the MTU\s+3\b[^]*Time to live ran out\s+4\b/);
    const tables = await lost.locator("table").allInnerTexts();
    assert.equal(tables.length, 3);
    assert.match(tables[0], /tgw-attach-0a1b2c3d\s+tgw-attach-0b1c2d3e\s+1\s+2\s+3\s+4\s+10\s+1/);
    assert.match(tables[1], /use1-az1\s+use1-az2/);
    assert.match(tables[2], /10\.1\.0\.5\s+10\.2\.0\.9\s+443/);
    assert.match(await glass.page.locator(".overview").innerText(), /Interfaces\s+not recorded/);
    await lost.getByRole("button", { name: "Only these rows" }).first().click();
    await glass.answered();
    assert.match(await glass.page.locator(".chips").innerText(), /packets-lost-no-route > 0/);
    assert.deepEqual(await accessibility_findings(glass.page), []);

    await glass.tab("Rejected");
    const rejected = await glass.page.locator(".rejected").innerText();
    assert.match(rejected, /Not in these files: action/);
    assert.match(rejected, /transit gateways have no action/);
    await glass.tab("Direction");
    const direction = await glass.page.locator(".direction").innerText();
    assert.match(direction, /Seen from the transit gateway/);
    assert.match(direction, /cannot be told[^]*Not in these files: interface-id/);
  }));

test("the summary export has the schema's keys and true numbers", () =>
  visit(async (glass) => {
    await glass.open({ name: "web.log", text: text_of([...WEB, "..."]) });
    const { name, text } = await glass.export("Summary (JSON)");
    assert.match(name, /\.json$/);
    const summary = JSON.parse(text);
    assert.deepEqual(Object.keys(summary), [
      "schema", "files", "rows", "status_records", "time", "action", "direction", "direction_evidence", "interfaces",
      "addresses", "top_sources", "top_rejected", "problems",
    ]);
    assert.equal(summary.schema, "flowglass.summary/1");
    assert.equal(summary.rows, 7);
    assert.deepEqual(summary.files[0].lines, { total: 8, rows: 7, status_records: 0, headers: 0, blank: 0, ignored: 0, problems: 1 });
    assert.deepEqual(summary.action.REJECT, { rows: 4, packets: 4, bytes: 220 });
    assert.deepEqual(summary.direction.ingress.rows, 6);
    assert.deepEqual(summary.direction_evidence, { recorded: 0, inferred: 7, none: 0 });
    assert.deepEqual(summary.top_rejected[0], { interface_id: "eni-web", dstaddr: "10.0.2.9", dstport: 5432, protocol: 6, rows: 3, sources: 1 });
    assert.equal(summary.problems[0].kind, "too-few-fields");
  }));

test("the records export has every record in load order, absent as null", () =>
  visit(async (glass) => {
    const nodata = line({ srcaddr: "-", dstaddr: "-", srcport: "-", dstport: "-", protocol: "-", packets: "-", bytes: "-", action: "-", "log-status": "NODATA" });
    await glass.open({ name: "web.log", text: text_of([WEB[0], nodata, WEB[1]]) });
    const { text } = await glass.export("Records (JSON lines)");
    const records = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(records.length, 3);
    assert.deepEqual(records[0], {
      version: 2, account_id: "012345678901", interface_id: "eni-web", srcaddr: "10.0.1.5", dstaddr: "10.0.2.9", srcport: 50001,
      dstport: 443, protocol: 6, packets: 10, bytes: 3000, start: 1763456400, end: 1763456460, action: "ACCEPT", log_status: "OK",
    });
    assert.equal(records[1].log_status, "NODATA");
    assert.equal(records[1].srcaddr, null);
  }));

test("the CSV export has the rows and columns on screen, and no cell is a formula", () =>
  visit(async (glass) => {
    const header = "srcaddr dstaddr dstport protocol new-field";
    const rows = ["10.0.0.1 10.0.0.2 443 6 =1+1", "10.0.0.1 10.0.0.2 22 6 fine", "10.0.0.1 10.0.0.2 - 6 x,y"];
    await glass.open({ name: "x.log", text: text_of([header, ...rows]) });
    await glass.filter("not dstport = 22");
    const { text } = await glass.export("Records (CSV)");
    const lines = text.trimEnd().split(/\r?\n/);
    assert.equal(lines.length, 3);
    assert.deepEqual(lines, ["dstport,new-field", "443,'=1+1", ',"x,y"']);
  }, { fragment: "#v1/records?columns=dstport,new-field" }));

for (const colorScheme of ["light", "dark"]) {
  test(`nobody is shut out: axe finds nothing on any view, ${colorScheme}`, () =>
    visit(async (glass) => {
      const check = async (where) => assert.deepEqual(await accessibility_findings(glass.page), [], where);
      await check("drop screen");
      await glass.open_sample();
      await glass.open({ name: "bad.txt", text: "what is this?\n" }, { name: "more.log", text: text_of([line(), "..."]) });
      for (const tab of ["Overview", "Rejected", "Diagnosis", "Rules", "Exposure", "Direction", "Records", "Files"]) {
        await glass.tab(tab);
        await check(tab);
      }
      await glass.tab("Records");
      await glass.row(1).locator("button.place").click();
      await glass.page.getByRole("dialog", { name: "Row detail" }).waitFor();
      await glass.answered();
      await check("row detail");
      await glass.page.keyboard.press("Escape");
      await glass.page.getByRole("button", { name: /^Columns/ }).click();
      await check("column chooser");
      await glass.page.keyboard.press("Escape");
      await glass.filter_field.fill("dstprt = 1");
      await glass.page.locator(".filter-mistake").waitFor();
      await check("mistake in the filter");
      await glass.filter("srcport = 1 and srcport = 2");
      await check("nothing matches");
      await glass.page.locator("body").press("?");
      await check("help");
    }, { settings: { colorScheme } }));
}

for (const way of ["hosted", "from disk"]) {
  test(`${way}: no request is made while files are read and every view is opened`, () =>
    visit(async (glass) => {
      const n_before = glass.requests.length;
      await glass.open({ name: "web.log", text: text_of(WEB) });
      await glass.button("Add files…").waitFor();
      for (const tab of ["Overview", "Rejected", "Direction", "Records", "Files"]) await glass.tab(tab);
      await glass.tab("Records");
      await glass.row(1).locator("button.place").click();
      await glass.answered();
      await glass.filter("dstport = 443");
      await glass.export("Records (CSV)");
      assert.ok(glass.page.workers().length > 0, "the engine is in a worker");
      assert.deepEqual(glass.requests.slice(n_before), []);
    }, { way }));
}
