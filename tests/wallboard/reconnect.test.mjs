// SPDX-License-Identifier: Apache-2.0
// The daemon goes and comes back; the network goes and comes back. The page says so, and shows what is true.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Daemon, browser, cuttableWay, eventually, isLive, listen, openCampaign, pageOf, pause, signIn } from "./harness.mjs";

const link = (page) => page.locator("#link-text").textContent();

test("interruptions", async (t) => {
  // Who talks when the daemon goes still talks when the page is back, however slow the machine is.
  const daemon = await Daemon.start(t, { agents: 6, population: { queue: { talk: { constant: 6000 } } } });
  await daemon.api.login();
  const campaign = await daemon.campaign("Autumn", { customers: 300 });
  await daemon.agentsThere(campaign, 6);
  const chrome = await browser(t);

  await t.test("over a kill -9 of the daemon the page waits, comes back by itself, and is right again", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await openCampaign(page, "Autumn");
    await isLive(page);
    await daemon.status(campaign, 1);
    await page.locator(".title .status", { hasText: "Running" }).waitFor();
    await eventually(async () => (await daemon.api.stats(campaign)).calls_begun > 5, "some calls");
    await daemon.kill();
    await eventually(async () => /^No connection\. Figures of .+ Trying again in \d+ s$/.test(await link(page)), "the page says that it has lost the daemon");
    await page.getByText("The connection to the daemon is lost. Trying again.").waitFor();
    assert.ok(await page.getByRole("heading", { level: 1, name: "Autumn" }).isVisible(), "what was known stays");
    for (const name of ["Pause", "Stop", "Limit"])
      assert.ok(await page.getByRole("group", { name: "Controls" }).getByRole("button", { name, exact: true }).isDisabled(), `${name} without a connection`);
    assert.match(await page.title(), /^No connection/);
    await daemon.start();
    await isLive(page);
    await page.getByText("Connected again, with everything as it is now.").waitFor();
    // Of calls that were begun before nobody knows how many there were that nobody answered.
    const rate = page.locator(".chart", { hasText: "Answer rate" });
    if ((await daemon.api.stats(campaign)).answer_rate === null) {
      assert.equal(await rate.locator(".figure").innerText(), "–");
      await rate.getByText("not enough answers yet").waitFor();
    }
    assert.ok(await page.getByRole("group", { name: "Controls" }).getByRole("button", { name: "Pause", exact: true }).isEnabled());
    await eventually(async () => (await page.locator(".agents time[data-at-least]").count()) > 0, "timers of agents whose beginning nobody told");
    assert.match(await page.locator(".agents time[data-at-least]").first().innerText(), /^≥ \d+:\d\d$/);
    await daemon.campaign("Winter", { customers: 3 });
    await page.getByRole("link", { name: "Winter" }).waitFor();
    await daemon.status(campaign, 2);
    await eventually(async () => {
      const s = await daemon.api.stats(campaign);
      const left = Number((await page.locator(".tile.list .huge").innerText()).replaceAll(",", ""));
      return s.agents_total === 6 && left === s.entries_left && (await page.locator(".agents li").count()) === 6;
    }, "figures of the new process", 30);
  });

  await t.test("over a short break of the network nothing is missed and no snapshot needed", async (t) => {
    const way = await cuttableWay(t, daemon.port);
    const page = await pageOf(t, chrome, way.url);
    await signIn(page);
    await isLive(page);
    await page.getByRole("link", { name: "Autumn" }).waitFor();
    way.cut();
    await eventually(async () => /^No connection/.test(await link(page)), "the page says that the connection is lost");
    await daemon.campaign("Made meanwhile", { customers: 3 });
    way.mend();
    await isLive(page);
    await page.getByText("Connected again, with everything that was missed.").waitFor();
    await page.getByRole("link", { name: "Made meanwhile" }).waitFor();
  });

  await t.test("a sign-in that was ended elsewhere ends here at once", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await isLive(page);
    const said = await listen(page);
    const token = await page.evaluate(() => Object.values(sessionStorage).find((value) => /^[0-9a-f-]{36}$/.test(value)));
    assert.equal((await daemon.api.call("DELETE", "/v1/admin/login", undefined, { token })).status, 200);
    await page.getByText("Your sign-in has expired. Sign in again.").waitFor();
    await pause(2000); // whatever else may hear of it late
    assert.deepEqual(await said(), [], "and that is all there is to say");
    assert.equal(await page.getByRole("alert").innerText(), "Your sign-in has expired. Sign in again.");
  });

  await t.test("a page that is opened while the daemon is away waits for it", async (t) => {
    const way = await cuttableWay(t, daemon.port);
    const page = await pageOf(t, chrome, way.url);
    await signIn(page);
    await isLive(page);
    // The page itself comes from the browser's memory or not at all; what it asks for does not come.
    await page.route("**/v1/**", (route) => route.abort());
    await page.reload();
    await page.getByText("The daemon does not answer. Trying again …").waitFor();
    await page.unroute("**/v1/**");
    await isLive(page);
    await page.getByRole("link", { name: "Autumn" }).waitFor();
  });
});
