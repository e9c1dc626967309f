// SPDX-License-Identifier: Apache-2.0
// Start, pause, stop and the limit: asked twice, told to the daemon, and only for those who may.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, Daemon, browser, eventually, isLive, listen, openCampaign, pageOf, signIn } from "./harness.mjs";

const reader = { name: "wall", password: "look, do not touch", permissions: ["ob.read"] };

test("controls", async (t) => {
  const daemon = await Daemon.start(t, { agents: 6, users: [{ name: "admin", password: Daemon.password, permissions: ["*"] }, reader] });
  await daemon.api.login();
  const campaign = await daemon.campaign("Autumn", { customers: 400, plan: { abandon_limit: 0.03 } });
  await daemon.agentsThere(campaign, 6);
  const status = async () => (await daemon.api.get(`/ob/campaigns/${campaign}`)).status;
  const chrome = await browser(t);

  await t.test("with the permission", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await openCampaign(page, "Autumn");
    await isLive(page);
    const button = (name) => page.getByRole("group", { name: "Controls" }).getByRole("button", { name, exact: true });
    const dialog = page.getByRole("dialog");

    await button("Start").click();
    await dialog.getByRole("heading", { name: "Start Autumn?" }).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await button("Start").click();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await status(), 0, "nothing happened without a yes");

    await button("Start").click();
    await dialog.getByRole("button", { name: "Start" }).click();
    await eventually(async () => (await status()) === 1, "it is started");
    await page.getByText("Autumn: running.").waitFor();
    await page.locator(".title .status", { hasText: "Running" }).waitFor();
    await eventually(async () => (await daemon.api.stats(campaign)).in_flight > 0, "calls");

    await button("Pause").click();
    await dialog.getByRole("button", { name: "Pause" }).click();
    await eventually(async () => [12, 2].includes(await status()), "it is paused");
    await page.locator(".title .status", { hasText: /Paus/ }).waitFor();

    await button("Start").click();
    await dialog.getByRole("button", { name: "Start" }).click();
    await eventually(async () => (await daemon.api.stats(campaign)).in_flight > 0 && (await status()) === 1, "calls again");
    await eventually(async () => Number((await page.locator(".calls [data-state=talking] dd").innerText())) > 0, "the page shows calls");
    await button("Stop").click();
    await dialog.getByRole("button", { name: /^Hang up \d+ calls$/ }).click();
    await eventually(async () => (await status()) === 0, "it is stopped, its calls hung up", 30);
    assert.equal((await daemon.api.stats(campaign)).in_flight, 0);

    await button("Limit").click();
    await dialog.getByLabel("Limit (%)").fill("2.5");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByRole("heading", { name: "Set the limit to 2.5 %?" }).waitFor();
    await dialog.getByRole("button", { name: "Set 2.5 %" }).click();
    const { plan } = await daemon.api.get(`/ob/campaigns/${campaign}`);
    await eventually(async () => (await daemon.api.get(`/ob/plans/${plan}`)).abandon_limit === 0.025, "the plan has the limit");
    await eventually(async () => /limit 2\.5 %/.test(await page.locator(".gauge").innerText()), "the gauge shows it");
  });

  await t.test("a start that finds nobody left is not said to run", async (t) => {
    const done = await daemon.campaign("Done", { customers: 1, plan: { max_retry_cnt_1: 1, pacing_method: "progressive" } });
    await daemon.status(done, 1);
    await eventually(async () => (await daemon.api.get(`/ob/campaigns/${done}`)).status === 0 && (await daemon.api.stats(done)).entries_left === 0, "the end of its list", 60);
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await openCampaign(page, "Done");
    await isLive(page);
    const said = await listen(page);
    await eventually(async () => (await page.locator(".tile.list .huge").innerText()) === "0", "nobody left");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("dialog").getByText("Nobody on its list is left to be called").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    await eventually(async () => (await said()).length > 0, "an answer", 20);
    assert.match((await said()).join("\n"), /^Done: .*nobody on its list is left to be called/);
  });

  await t.test("what the daemon refuses is said, and changes nothing", async (t) => {
    const bare = (await daemon.api.post("/ob/campaigns", { name: "Without anything" })).uuid;
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await openCampaign(page, "Without anything");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    await eventually(async () => (await page.locator("#say").getAttribute("data-tone")) === "over", "a refusal");
    assert.match(await page.locator("#say").innerText(), /plan/);
    assert.equal((await daemon.api.get(`/ob/campaigns/${bare}`)).status, 0);
  });

  await t.test("without the permission there is nothing to press, and the daemon refuses all the same", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page, reader.name, reader.password);
    await openCampaign(page, "Autumn");
    await isLive(page);
    await eventually(async () => (await page.locator(".agents li").count()) === 6, "it sees what there is to see");
    assert.equal(await page.getByRole("group", { name: "Controls" }).count(), 0);
    const api = await new Api(daemon.url).login(reader.name, reader.password);
    assert.equal((await api.call("PUT", `/ob/campaigns/${campaign}`, { status: 1 })).status, 403);
  });
});
