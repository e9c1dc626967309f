// SPDX-License-Identifier: Apache-2.0
// When something is the matter the page says so, and nothing on it looks as if all were well: an Asterisk that has stopped, one
// of two, a trunk over which nobody is reached. Pictures of it are in wallboard-pictures.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Daemon, browser, eventually, isLive, listen, openCampaign, pageOf, pictures, signIn } from "./harness.mjs";

const link = (page) => page.locator("#link-text").textContent();
const visible = (page) => page.locator("body").innerText();

test("an Asterisk that has stopped", async (t) => {
  const daemon = await Daemon.start(t, { agents: 8 });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn", { customers: 600 });
  await daemon.agentsThere(autumn, 8);
  await daemon.status(autumn, 1);
  const chrome = await browser(t);
  const page = await pageOf(t, chrome, daemon.url);
  await signIn(page);
  await isLive(page);
  await page.locator(".server", { hasText: "pbx1" }).getByText("Connected", { exact: true }).waitFor();
  await openCampaign(page, "Autumn");
  const talking = page.locator(".calls [data-state=talking] dd");
  await eventually(async () => Number(await talking.innerText()) > 0 && (await page.locator(".agents li").count()) === 8, "calls");
  const said = await listen(page);
  await daemon.pbxs[0].kill();

  await t.test("is said at once, by a campaign's page", async () => {
    await eventually(async () => (await link(page)) === "No connection to Asterisk: pbx1", "the head says so");
    await eventually(async () => (await page.locator(".title .status").first().innerText()) === "No server", "the campaign says so");
    assert.notEqual(await page.locator("#link").getAttribute("data-state"), "live");
    await page.locator(".server", { hasText: "pbx1" }).getByText(/since .+, for \d+ s/).waitFor();
    await eventually(async () => (await said()).some((one) => one.startsWith("Asterisk pbx1: ")), "it is announced");
    await eventually(async () => /^No connection to Asterisk \(pbx1\)/.test(await page.locator(".why summary").first().innerText()), "one reason, and the true one");
    const reasons = await page.locator(".why").textContent();
    assert.doesNotMatch(reasons, /no members|no agent is logged in/i);
    assert.doesNotMatch(await visible(page), /\bLive\b|\bRunning\b/);
  });

  await t.test("keeps what was seen last, grey and with its age", async () => {
    assert.match(await page.locator(".title .stale-note").innerText(), /^Agents and calls as of .+, \d+ (s|min) ago$/);
    assert.notEqual(await page.locator(".campaign").getAttribute("data-stale"), null);
    assert.equal(await page.locator(".agents li").count(), 8, "the agents who were there");
    const [figure, grey] = await page.evaluate(() => [getComputedStyle(document.querySelector(".tile.calls [data-state=talking] dd")).color,
      getComputedStyle(document.querySelector(".tile.calls dt")).color]);
    assert.equal(figure, grey, "figures are as pale as their names");
    const timer = () => page.locator(".agents time").first().innerText();
    const before = await timer();
    await page.screenshot({ path: join(pictures, "stopped-campaign.png") });
    await eventually(async () => !(await page.locator(".title .stale-note").innerText()).includes(" 0 s"), "time passes");
    assert.equal(await timer(), before, "nobody's timer runs on");
    const left = (await daemon.api.stats(autumn)).entries_left;
    await eventually(async () => (await page.locator(".tile.list .huge").innerText()) === String(left), "what the daemon knows by itself goes on");
  });

  await t.test("is said by the page of all campaigns, and by one that is opened then", async (t) => {
    await page.goto(`${daemon.url}/wallboard#/`);
    await page.getByRole("heading", { level: 1, name: "0 of 1 campaign running, 1 not dialing" }).waitFor();
    assert.match(await page.title(), /^0 of 1 campaign running/);
    await page.locator(".queue-card .stale-note", { hasText: /^All of this as of .+ ago$/ }).waitFor();
    await page.screenshot({ path: join(pictures, "stopped-overview.png") });
    const late = await pageOf(t, chrome, daemon.url);
    await signIn(late);
    await openCampaign(late, "Autumn");
    await eventually(async () => (await late.locator(".title .status").first().innerText()) === "No server", "it says so");
    assert.equal(await late.locator(".calls [data-state=talking] dd").innerText(), "–", "what was never seen is no nought");
    assert.equal(await late.locator(".tile.busy .legend [data-state=free] b").innerText(), "–");
    await late.getByText("Agents cannot be seen.").waitFor();
    assert.doesNotMatch(await visible(late), /\bLive\b|\bRunning\b|Nobody is logged in/);
  });

  await t.test("is over when it is over", async () => {
    await daemon.startPbx(0);
    await isLive(page);
    await page.getByRole("heading", { level: 1, name: "1 of 1 campaign running" }).waitFor();
    await eventually(async () => (await page.locator("[data-stale]").count()) === 0, "nothing is stale");
  });
});

test("one Asterisk of two", async (t) => {
  const daemon = await Daemon.start(t, { agents: 4, servers: 2 });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn", { customers: 300 });
  await daemon.agentsThere(autumn, 8);
  await daemon.status(autumn, 1);
  const chrome = await browser(t);
  const page = await pageOf(t, chrome, daemon.url);
  await signIn(page);
  await isLive(page);
  await daemon.pbxs[1].kill();
  await eventually(async () => (await link(page)) === "No connection to Asterisk: pbx2", "the head says so");
  await page.locator(".campaign-card .stale-note", { hasText: "Without pbx2, which cannot be seen" }).waitFor();
  await eventually(async () => / of 4\b/.test(await page.locator(".campaign-card").innerText()), "the four who can be seen");
  assert.equal(await page.locator(".campaign-card .status").innerText(), "Running", "the other one dials");
  assert.equal(await page.locator("[data-stale]").count(), 0);
});

test("a trunk over which nobody is reached", async (t) => {
  const daemon = await Daemon.start(t, { agents: 4, population: { more: { trunks: ["carrier"], trunk_conditions: [{ name: "dead", is: "missing" }] } } });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn", { customers: 300, plan: { trunk_name: "dead" } });
  await daemon.agentsThere(autumn, 4);
  const chrome = await browser(t);
  const page = await pageOf(t, chrome, daemon.url);
  await signIn(page);
  await isLive(page);
  await daemon.status(autumn, 1);
  await page.locator(".server", { hasText: "pbx1" }).getByText(/^Trunk PJSIP\/dead of pbx1 rests since .+: .+/).waitFor();
  await eventually(async () => (await link(page)) === "Connected, but: Trunk PJSIP/dead of pbx1 rests", "the head says so");
  await eventually(async () => (await page.locator(".campaign-card .status").innerText()) === "Not dialing", "the campaign says so");
  assert.match(await page.locator(".campaign-card .rests").innerText(), /^Trunk PJSIP\/dead of pbx1 rests: /);
  assert.doesNotMatch(await visible(page), /\bLive\b|\bRunning\b/);
  await page.screenshot({ path: join(pictures, "dead-trunk-overview.png") });
  await openCampaign(page, "Autumn");
  await eventually(async () => /^Trunk PJSIP\/dead reaches nobody and rests/.test(await page.locator(".why summary").first().innerText()), "the reason in plain words");
  await page.screenshot({ path: join(pictures, "dead-trunk-campaign.png") });
});

test("names that nobody could see, and colours of the reader's own", async (t) => {
  const daemon = await Daemon.start(t, { agents: 6 });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn", { customers: 300 });
  await daemon.campaign("   ", { customers: 1 });
  await daemon.agentsThere(autumn, 6);
  const chrome = await browser(t);
  const page = await pageOf(t, chrome, daemon.url, { forcedColors: "active" });
  await signIn(page);
  await isLive(page);
  await page.getByRole("link", { name: "(3 blanks for a name)" }).waitFor();
  await openCampaign(page, "Autumn");
  await eventually(async () => (await page.locator(".agents li").count()) === 6, "agents");
  const look = await page.evaluate(() => {
    const of = (selector) => getComputedStyle(document.querySelector(selector));
    return { free: of(".bar i[data-state=free]").backgroundColor, canvas: of("body").backgroundColor, edge: of(".bar").borderTopWidth,
      done: of(".progress i").backgroundColor, legend: of(".legend i").backgroundColor };
  });
  assert.equal(look.edge, "1px");
  for (const part of ["free", "done", "legend"]) assert.notEqual(look[part], look.canvas, `${part} can be told from the page`);
  await page.screenshot({ path: join(pictures, "forced-colours.png") });
});
