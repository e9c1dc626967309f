// SPDX-License-Identifier: Apache-2.0
// Two Asterisk servers with agents of the same names: each tile says whose it is, and is one agent of REST's list.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Daemon, browser, eventually, isLive, openCampaign, pageOf, pictures, signIn } from "./harness.mjs";

test("agents of two servers", async (t) => {
  const daemon = await Daemon.start(t, { agents: 6, servers: 2 });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn");
  await daemon.agentsThere(autumn, 12);
  const chrome = await browser(t);
  for (const [size, [width, height]] of Object.entries({ phone: [390, 844], desktop: [1440, 900] }))
    await t.test(size, async (t) => {
      const page = await pageOf(t, chrome, daemon.url, { width, height });
      await signIn(page);
      await isLive(page);
      await openCampaign(page, "Autumn");
      await eventually(async () => (await page.locator(".agents li").count()) === 12, "twelve agents");
      const { list } = await daemon.api.get(`/ob/campaigns/${autumn}/agents`);
      const tiles = await page.locator(".agents li .person").evaluateAll((all) => all.map((one) => [...one.children].map((part) => part.textContent).join(" on ")));
      assert.deepEqual(tiles.sort(), list.map((agent) => `${agent.name} on ${agent.pbx}`).sort());
      assert.equal(new Set(tiles).size, 12, "no two look the same");
      const cut = await page.locator(".agents .person > *").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent));
      assert.deepEqual(cut, [], "cut off");
      await page.locator(".agents").scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(pictures, `servers-${size}.png`) });
    });
});
