// SPDX-License-Identifier: Apache-2.0
// The wall: thirty campaigns on screens from a telephone to 4K, without scrolling, the worst first, each of them in its turn.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Daemon, axeSource, browser, eventually, isLive, pageOf, pictures, signIn } from "./harness.mjs";

const sizes = { phone: [390, 844], laptop: [1366, 768], desktop: [1920, 1080], wall: [3840, 2160] };

test("the wall", async (t) => {
  const daemon = await Daemon.start(t, { agents: 20, population: { more: { trunks: ["carrier"], trunk_conditions: [{ name: "dead", is: "missing" }] } } });
  await daemon.api.login();
  const names = Array.from({ length: 30 }, (_, i) => `Campaign ${String(i + 1).padStart(2, "0")}`);
  const ids = [];
  for (const [i, name] of names.entries())
    ids.push(await daemon.campaign(name, { customers: 40, plan: i === 16 ? { trunk_name: "dead" } : {} }));
  await daemon.agentsThere(ids[0], 20);
  for (const id of ids.slice(0, 24)) await daemon.status(id, 1);
  await eventually(async () => (await daemon.api.stats(ids[16])).rests.length > 0, "the trunk rests", 60);
  const chrome = await browser(t);

  for (const [size, [width, height]] of Object.entries(sizes))
    await t.test(`${size}: ${width}×${height}`, async (t) => {
      const page = await pageOf(t, chrome, daemon.url, { width, height });
      await signIn(page);
      await page.locator(".campaign-card").nth(29).waitFor();
      await page.goto(`${daemon.url}/wallboard#/wall`);
      const tiles = page.locator(".wall-tile");
      await tiles.first().waitFor();
      await eventually(async () => (await tiles.first().locator(".name").innerText()) === "Campaign 17" && (await tiles.first().locator(".status").innerText()) === "Not dialing",
        "the one that does not dial is the first");
      await page.screenshot({ path: join(pictures, `wall-${size}.png`) });
      const seen = new Set();
      for (let turn = 0; turn < 40 && seen.size < 30; ++turn) {
        const look = await page.evaluate(() => ({
          scrolls: document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth,
          outside: [...document.querySelectorAll(".wall-tile")].filter((one) => {
            const box = one.getBoundingClientRect();
            return box.bottom > innerHeight + 1 || box.right > innerWidth + 1;
          }).length,
          over: [...document.querySelectorAll(".wall-tile .fit")].filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.textContent),
          names: [...document.querySelectorAll(".wall-tile .name")].map((one) => one.textContent),
        }));
        assert.ok(!look.scrolls, "nothing to scroll");
        assert.equal(look.outside, 0, "every tile is on the screen");
        assert.deepEqual(look.over, [], "what does not fit its tile");
        assert.equal(look.names[0], "Campaign 17", "what is urgent stays");
        look.names.forEach((name) => seen.add(name));
        if (seen.size < 30) await page.getByRole("button", { name: "Next" }).click();
      }
      assert.deepEqual([...seen].sort(), names, "each of them has its turn");
      if (size === "wall") {
        assert.equal(await tiles.count(), 30, "all at once");
        const least = await page.locator(".wall-tile :is(dt, .status, .rests:not(:empty))").evaluateAll((all) => Math.min(...all.map((one) => parseFloat(getComputedStyle(one).fontSize))));
        const big = await page.locator(".wall-tile dd.figure").evaluateAll((all) => Math.min(...all.map((one) => parseFloat(getComputedStyle(one).fontSize))));
        assert.ok(least >= 20 && big >= 48, `letters of ${least} and figures of ${big} px`);
      }
      await page.evaluate(axeSource());
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`), []);
    });

  await t.test("turns by itself, unless it is held", async (t) => {
    const page = await pageOf(t, chrome, daemon.url, { width: 1366, height: 768 });
    await signIn(page);
    await page.getByRole("link", { name: "Wall" }).click();
    const where = page.locator(".pager .note");
    const first = await where.innerText();
    assert.match(first, /^1 of \d+$/);
    await page.getByRole("button", { name: "Hold this page" }).click();
    assert.equal(await page.getByRole("button", { name: "Go on turning" }).getAttribute("aria-pressed"), "true");
    await page.getByRole("button", { name: "Go on turning" }).click();
    await page.locator("h1").click();
    await eventually(async () => (await where.innerText()) !== first, "the next page", 30);
    await page.getByRole("link", { name: "All", exact: true }).click();
    await page.locator(".overview").waitFor();
    assert.equal(await page.locator("body").getAttribute("data-wall"), null, "and other pages scroll again");
  });
});
