// Why it was rejected, and what to do about it: from the logs alone, and with the account's rules beside them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { account_log, account_rules } from "./lib/account.mjs";
import { Flowglass, line, text_of } from "./lib/flowglass.mjs";
import { accessibility_findings, start_browser } from "./lib/harness.mjs";

let browser;
before(async () => (browser = await start_browser()));
after(() => browser.close());
const visit = (check, options) => Flowglass.visit(browser, check, options);

const LOG = { name: "flows.log", text: account_log() };
const RULES = { name: "account.json", text: account_rules() };

/** The first cause's card. */
const card = (glass) => glass.page.locator(".cause").first();

test("a card says who was refused what, how sure that is and why; scanners are folded away", () =>
  visit(async (glass) => {
    await glass.open(LOG);
    await glass.tab("Diagnosis");
    const text = await card(glass).innerText();
    assert.match(text, /5432\/tcp postgres of 10\.0\.2\.20/);
    assert.match(text, /Refused on the way in\s+high confidence/);
    assert.match(text, /2 clients in 10\.0\.1\.0\/24/);
    assert.match(text, /12 rejected rows in 12 conversations/);
    assert.match(text, /the clients are in your own networks/);
    assert.equal(await glass.page.locator(".cause").count(), 1, "the scanner has no card");
    const scanners = glass.page.locator("details", { hasText: /^Scanners 1 address, 10 conversations/ });
    await scanners.locator("summary").click();
    await scanners.getByRole("row", { name: /203\.0\.113\.9/ }).waitFor();
    await card(glass).getByRole("button", { name: "Evidence" }).click();
    assert.match(await card(glass).locator("tbody tr").first().innerText(), /with the SYN that opens a connection/);
    await card(glass).getByRole("button", { name: "Show records" }).click();
    await glass.answered();
    assert.match(await glass.page.locator(".chips").innerText(), /dstport = 5432/);
    assert.match(await glass.page.getByRole("tab", { selected: true }).innerText(), /Records/);
  }));

test("with the account's rules beside the logs the card names the rule, and what opens is what the commands say", () =>
  visit(async (glass) => {
    await glass.open(LOG);
    await glass.tab("Diagnosis");
    await glass.page.locator(".account > summary").click();
    const commands = await glass.page.getByRole("region", { name: "Commands" }).innerText();
    assert.match(commands, /aws ec2 describe-security-groups --output json > security-groups\.json/);
    await glass.open(RULES);
    await glass.answered();
    assert.match(await glass.page.locator(".account > summary").innerText(), /2 security groups, 1 network ACL, 2 network interfaces/);
    const text = await card(glass).innerText();
    assert.match(text, /No security group rule lets it in/);
    assert.match(text, /Nearest is sg-db, inbound tcp 5432 from 10\.0\.1\.10\/32: the source 10\.0\.1\.11 is outside its CIDR/);
    assert.doesNotMatch(text, /cannot tell/);
  }));

test("the sample comes with its account: rules are named, used and tried out at once", () =>
  visit(async (glass) => {
    await glass.open_sample();
    await glass.tab("Diagnosis");
    const postgres = glass.page.locator(".cause", { hasText: "5432/tcp postgres" }).first();
    assert.match(await postgres.innerText(), /No security group rule lets it in[^]*Nearest is sg-[^]*is no interface of sg-/);
    await postgres.getByRole("button", { name: "The fix" }).click();
    await glass.answered();
    assert.match(await postgres.getByRole("region", { name: "The fix" }).innerText(), /add to sg-[^]*After this 2 peers pass/);
    await glass.tab("Rules");
    await glass.page.locator(".rules", { hasText: /Use of rules[^]*unused/ }).waitFor();
    await glass.tab("Exposure");
    await glass.page.locator(".exposure", { hasText: "443/tcp https" }).waitFor();
  }));

test("the fix is the smallest rule, can be copied in every form, and is tried on the loaded flows", () =>
  visit(
    async (glass) => {
      await glass.open(LOG, RULES);
      await glass.tab("Diagnosis");
      await card(glass).getByRole("button", { name: "The fix" }).click();
      await glass.answered();
      const fix = card(glass).getByRole("region", { name: "The fix" });
      assert.match(await fix.innerText(), /add to sg-db: inbound tcp 5432 from 10\.0\.1\.11\/32/);
      assert.match(await fix.innerText(), /After this 2 peers pass/);
      for (const [form, part] of [
        ["AWS CLI", /authorize-security-group-ingress --group-id sg-db/],
        ["Terraform", /aws_vpc_security_group_ingress_rule/],
        ["CloudFormation", /AWS::EC2::SecurityGroupIngress/],
        ["Undo (AWS CLI)", /revoke-security-group-ingress/],
      ]) {
        await fix.getByRole("button", { name: form, exact: true }).click();
        assert.match(await fix.getByRole("region", { name: form }).innerText(), part);
      }
      await fix.getByRole("button", { name: "Copy: Undo (AWS CLI)" }).click();
      await glass.page.getByText("Copied: Undo (AWS CLI)").waitFor();
      await fix.getByRole("button", { name: "Try it on the loaded flows" }).click();
      await glass.answered();
      const changed = glass.page.locator(".draft .figure", { hasText: "Rejected, and would be accepted" });
      assert.match(await changed.innerText(), /12 rows of 2 requests/);
      await glass.button("Take all back").click();
      await glass.answered();
      assert.equal(await glass.page.locator(".draft .figure").count(), 0);
    },
    { settings: { permissions: ["clipboard-read", "clipboard-write"] } },
  ));

test("a rule that is typed is tried; a mistake says what is expected", () =>
  visit(async (glass) => {
    await glass.open(LOG, RULES);
    await glass.tab("Rules");
    await glass.page.locator(".draft > summary").click();
    const entry = glass.page.getByRole("textbox", { name: "Entry" });
    await entry.fill("inbound deny tcp 443");
    await entry.press("Enter");
    assert.match(await glass.page.getByRole("alert").innerText(), /the number of the entry, 1 to 32766/);
    await entry.fill("inbound rule 90: deny tcp 443 from 0.0.0.0/0");
    await entry.press("Enter");
    await glass.answered();
    const broken = glass.page.locator(".draft .figure", { hasText: "Accepted, and would be refused" });
    assert.match(await broken.innerText(), /12 rows of 6 requests/);
  }));

test("rules say what used them, and which nothing used within the loaded time", () =>
  visit(async (glass) => {
    await glass.open(LOG);
    await glass.tab("Rules");
    assert.match(await glass.page.locator(".rules").innerText(), /No rules are described/);
    await glass.open(RULES);
    await glass.answered();
    const row = (text) => glass.page.getByRole("row", { name: text });
    assert.match(await row(/inbound tcp 5432 from 10\.0\.1\.10\/32/).innerText(), /used\s+6\s+6.*10\.0\.1\.10\s+tcp 5432/s);
    assert.match(await row(/inbound tcp 8080 from 10\.0\.0\.0\/8/).innerText(), /unused\s+0/);
    const wide = row(/inbound tcp 443 from 0\.0\.0\.0\/0/);
    await wide.locator("summary").click();
    assert.match(await wide.locator("pre").innerText(), /^\+ inbound tcp 443 from 198\.51\.100[^]*- inbound tcp 443 from 0\.0\.0\.0\/0$/);
  }));

test("what the internet reached is named, replies to our own connections are not", () =>
  visit(async (glass) => {
    const out = { "interface-id": "eni-web", dstaddr: "192.0.2.1", srcport: 50000, dstport: 443 };
    const back = { "interface-id": "eni-web", srcaddr: "192.0.2.1", dstaddr: "10.0.1.5", srcport: 443, dstport: 50000 };
    await glass.open({ name: "own.log", text: text_of([line(out), line(back)]) });
    await glass.tab("Exposure");
    assert.match(await glass.page.locator(".exposure").innerText(), /Nobody outside was let in/);
    await glass.open(LOG, RULES);
    await glass.answered();
    const port = glass.page.locator(".exposure tbody tr");
    assert.equal(await port.count(), 1);
    assert.match(await port.innerText(), /443\/tcp https[^]*eni-web[^]*sg-web inbound tcp 443 from 0\.0\.0\.0\/0/);
  }));

test("the report has the chosen causes, and no address of the log where these are replaced", () =>
  visit(async (glass) => {
    await glass.open(LOG, RULES);
    await glass.tab("Diagnosis");
    const saved = async (name) => {
      const [download] = await Promise.all([glass.page.waitForEvent("download"), glass.button(name).click()]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    };
    const markdown = await saved("Report (Markdown)");
    assert.equal(markdown.name, "flowglass-report.md");
    assert.match(markdown.text, /## Cause 1: 5432\/tcp postgres(ql)? of 10\.0\.2\.20, security-group-inbound/);
    assert.match(markdown.text, /authorize-security-group-ingress/);
    await glass.page.getByLabel("replace addresses").check();
    const html = await saved("Report (HTML)");
    assert.equal(html.name, "flowglass-report.html");
    assert.match(html.text, /<h2>Cause 1: /);
    for (const address of ["10.0.2.20", "10.0.1.11", "10.0.1.12", "10.0.1.10", "203.0.113.9"]) {
      assert.ok(!html.text.includes(address), address);
    }
    await glass.page.getByLabel("in the report").uncheck();
    const without = await saved("Report (Markdown)");
    assert.match(without.text, /0 in this report, 1 in all/);
  }));

test("nobody is shut out: axe finds nothing in cards, fixes, drafts and exposure", () =>
  visit(async (glass) => {
    await glass.open(LOG, RULES);
    await glass.tab("Diagnosis");
    await glass.page.locator(".account > summary").click();
    await card(glass).getByRole("button", { name: "The fix" }).click();
    await card(glass).getByRole("button", { name: "Evidence" }).click();
    await glass.answered();
    assert.deepEqual(await accessibility_findings(glass.page), [], "diagnosis");
    await card(glass).getByRole("button", { name: "Try it on the loaded flows" }).click();
    await glass.answered();
    assert.deepEqual(await accessibility_findings(glass.page), [], "rules");
    await glass.tab("Exposure");
    assert.deepEqual(await accessibility_findings(glass.page), [], "exposure");
  }));
