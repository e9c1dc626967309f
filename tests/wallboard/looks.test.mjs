// SPDX-License-Identifier: Apache-2.0
// At the three sizes, dark and light: nothing overflows, what matters is large, axe has no complaint, the keyboard
// reaches everything. The pictures are in build/…/wallboard-pictures, for a person to look at.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Daemon, axeSource, browser, eventually, isLive, openCampaign, pageOf, pictures, signIn } from "./harness.mjs";

const sizes = { phone: [390, 844], desktop: [1440, 900], wall: [3840, 2160] };

async function assertNothingOverflows(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: the page is ${wide} px too wide`);
  const cut = await page.evaluate(() => [...document.querySelectorAll(".figure, .status, h1, h2, h3, button, .legend li, dt, dd, time")]
    .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
    .map((one) => `${one.className || one.tagName}: ${one.textContent}`));
  assert.deepEqual(cut, [], `${what}: cut off`);
  const outside = await page.evaluate(() => [...document.querySelectorAll(".panel *, .card *")].filter((one) => {
    const box = one.getBoundingClientRect(), around = one.closest(".panel, .card").getBoundingClientRect();
    return box.width && one.offsetParent && !one.closest("svg, .table, .u-wrap") && (box.right > around.right + 1 || box.left < around.left - 1);
  }).map((one) => `${one.className || one.tagName}: ${one.textContent.slice(0, 40)}`));
  assert.deepEqual(outside, [], `${what}: out of its panel`);
}

async function assertAccessible(page, what) {
  await page.evaluate(axeSource());
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" / ")}`), [], what);
}

test("looks", async (t) => {
  const daemon = await Daemon.start(t, { agents: 24, timeScale: 10, population: { queues: [{ name: "support", agents: 5, talk: { constant: 90 }, wrapup: { constant: 10 } }] } });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn offer", { customers: 2500, plan: { abandon_grace_ms: 400 } });
  await daemon.campaign("Contract renewals and other things with a long name", { customers: 120, queue: "support", plan: { pacing_method: "progressive" } });
  await daemon.campaign("Customer survey", { customers: 40 });
  await daemon.agentsThere(autumn, 24);
  await daemon.status(autumn, 1);
  const chrome = await browser(t);
  await eventually(async () => (await daemon.api.stats(autumn)).connected > 20, "a call centre at work", 40);

  for (const [size, [width, height]] of Object.entries(sizes))
    for (const colorScheme of ["dark", "light"])
      await t.test(`${size}, ${colorScheme}`, async (t) => {
        const page = await pageOf(t, chrome, daemon.url, { width, height, colorScheme });
        const picture = (name) => page.screenshot({ path: join(pictures, `${size}-${colorScheme}-${name}.png`), fullPage: size === "phone" });
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
        await assertAccessible(page, "the door");
        await picture("door");
        await signIn(page);
        await isLive(page);
        await page.locator(".queue-card").nth(1).waitFor();
        await assertNothingOverflows(page, "all campaigns");
        await assertAccessible(page, "all campaigns");
        await picture("overview");
        await openCampaign(page, "Autumn offer");
        await page.locator(".chart canvas").nth(1).waitFor();
        await eventually(async () => (await page.locator(".agents li").count()) === 24 && (await page.locator(".why li").count()) > 0, "agents and reasons");
        await assertNothingOverflows(page, "one campaign");
        await assertAccessible(page, "one campaign");
        await picture("campaign");
        if (size === "wall") {
          // Digits of an inch and a half on a screen of 55 inches: legible from five metres.
          const heights = await page.locator(".huge").evaluateAll((all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize)));
          assert.ok(heights.length === 2 && heights.every((px) => px >= 160), `big figures are ${heights} px`);
          const least = await page.locator(".tile dt, .tile .note, .tile .legend").evaluateAll((all) => Math.min(...all.map((one) => parseFloat(getComputedStyle(one).fontSize))));
          assert.ok(least >= 26, `small print is ${least} px`);
          assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), "a wall cannot be scrolled");
        }
        if (size === "phone") {
          const small = await page.locator("button:visible, a.back").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.textContent));
          assert.deepEqual(small, [], "too small for a finger");
        }
      });

  await t.test("the switch of colours is kept", async (t) => {
    const page = await pageOf(t, chrome, daemon.url, { colorScheme: "dark" });
    await page.getByRole("button", { name: "Switch to light colours" }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    await page.reload();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  });

  await t.test("the keyboard reaches everything, and one sees where it is", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await page.keyboard.type("admin"); // the first field has the focus
    await page.keyboard.press("Tab");
    await page.keyboard.type(Daemon.password);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Autumn offer" }).waitFor();
    await isLive(page);
    await page.getByRole("link", { name: "Autumn offer" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Autumn offer" }).waitFor();
    const reached = new Set();
    for (let i = 0; i < 40; ++i) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const one = document.activeElement, look = getComputedStyle(one), after = getComputedStyle(one, "::after");
        return { name: one.getAttribute("aria-label") ?? one.textContent, seen: look.outlineStyle !== "none" || after.outlineStyle !== "none", body: one === document.body };
      });
      if (here.body) continue;
      assert.ok(here.seen, `no focus to be seen on ${here.name}`);
      reached.add(here.name);
    }
    for (const name of ["Skip to the figures", "Pause", "Stop", "Limit", "Sign out", "Answer rate as a table", "Customer survey"])
      assert.ok(reached.has(name), `the keyboard does not reach ${name}: ${[...reached]}`);
    await page.getByRole("button", { name: "Stop", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await assertAccessible(page, "a question");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Stop", "the focus is back where it was");
  });
});
