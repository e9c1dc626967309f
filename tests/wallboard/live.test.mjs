// SPDX-License-Identifier: Apache-2.0
// What the page shows is what REST says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Daemon, browser, eventually, isLive, openCampaign, pageOf, signIn } from "./harness.mjs";

const number = (text) => Number(text.replaceAll(",", ""));
const tile = (page, name) => page.locator(`.tile.${name}`);

test("live figures", async (t) => {
  const daemon = await Daemon.start(t, { agents: 12, timeScale: 20, population: { queues: [{ name: "support", agents: 3, talk: { constant: 60 }, wrapup: { constant: 5 } }] } });
  await daemon.api.login();
  const autumn = await daemon.campaign("Autumn", { customers: 400, plan: { abandon_limit: 0.05, abandon_grace_ms: 500 } });
  const winter = await daemon.campaign("Winter", { customers: 7, queue: "support", plan: { pacing_method: "progressive" } });
  await daemon.agentsThere(autumn, 12);
  const chrome = await browser(t);
  const page = await pageOf(t, chrome, daemon.url);
  await signIn(page);
  await isLive(page);

  await t.test("all campaigns and their queues are there", async () => {
    const card = (id) => page.locator(`[data-id="${id}"]`);
    await eventually(async () => /Entries left\s*7/.test((await card(winter).innerText()).replaceAll("\n", " ")), "Winter's seven entries");
    assert.match(await card(winter).innerText(), /Stopped/);
    assert.match(await card(autumn).innerText(), /12 free of 12/);
    const queues = page.locator(".queue-card");
    assert.deepEqual(await queues.locator("h3").allInnerTexts(), ["sales_1", "support"]);
  });

  await t.test("a campaign begins, and its figures are those of REST", async () => {
    await openCampaign(page, "Autumn");
    await daemon.status(autumn, 1);
    await page.locator(".title .status", { hasText: "Running" }).waitFor();
    const shown = async () => ({
      left: number(await tile(page, "list").locator(".huge").innerText()),
      ...Object.fromEntries(await Promise.all(["dialing", "ringing", "waiting", "talking"].map(async (state) =>
        [state, number(await tile(page, "calls").locator(`[data-state=${state}] dd`).innerText())]))),
      ...Object.fromEntries(await Promise.all(["free", "talking", "paused"].map(async (state) =>
        [`agents_${state}`, number(await tile(page, "busy").locator(`.legend [data-state=${state}] b`).innerText())]))),
    });
    // Both change all the time: at some moment between two looks at REST the page shows what both say.
    let matches = 0;
    await eventually(async () => {
      const before = await daemon.api.stats(autumn);
      const now = await shown();
      const after = await daemon.api.stats(autumn);
      const rest = (s) => ({ left: s.entries_left, dialing: s.dialing, ringing: s.ringing, waiting: s.waiting, talking: s.talking,
        agents_free: s.agents_free, agents_talking: s.agents_talking, agents_paused: s.agents_paused });
      const told = [rest(before), rest(after)].map((one) => JSON.stringify(one));
      if (told.includes(JSON.stringify(now)) && now.talking > 0) matches += 1;
      return matches >= 3;
    }, "three moments at which all figures are the same", 40);
  });

  await t.test("agents are there one by one, doing what REST says they do", async () => {
    await eventually(async () => {
      const { list } = await daemon.api.get(`/ob/campaigns/${autumn}/agents`);
      const rest = list.map((agent) => `${agent.name}: ${agent.state}`).sort();
      const tiles = await page.locator(".agents li").evaluateAll((all) => all.map((one) => `${one.querySelector("b").textContent}: ${one.dataset.state}`).sort());
      assert.equal(tiles.length, 12);
      return JSON.stringify(rest) === JSON.stringify(tiles);
    }, "the same agents in the same states", 40);
    const first = page.locator(".agents li").first();
    // In one look: how long an agent has been so is known (0:12), or only that it is no less (≥ 0:12) since he is what he was before the
    // daemon came; the next event of his turns the second into the first.
    const [name, time, at_least] = await first.evaluate((one) => [one.querySelector("b").textContent, one.querySelector("time").textContent,
      "atLeast" in one.querySelector("time").dataset]);
    assert.match(time, at_least ? /^≥ \d+:\d\d$/ : /^\d+:\d\d$/);
    await eventually(async () => (await page.locator(".agents li", { hasText: name }).locator("time").innerText()) !== time, "its timer runs");
  });

  await t.test("the gauge has the limit and the share of the plan's window", async () => {
    const gauge = page.getByRole("meter", { name: "Abandoned calls against the limit" });
    await eventually(async () => /abandoned, limit 5 %$/.test(await gauge.getAttribute("aria-valuetext")), "enough answers for a share", 40);
    await eventually(async () => {
      const s = await daemon.api.stats(autumn);
      return (await tile(page, "abandoned").locator(".figure").innerText()) === `${(100 * s.abandon_window_share).toFixed(1)} %`
        && (await tile(page, "abandoned").locator("p.note").innerText()) === `${s.abandon_window_abandons} of ${s.abandon_window_answers} live answers, 30 days`;
    }, "the share that REST tells");
  });

  await t.test("charts have the last hour at once, in words as well, also after a reload", async () => {
    await eventually(async () => (await daemon.api.get(`/ob/campaigns/${autumn}/history`)).at.length >= 4, "some history", 60);
    await page.reload();
    const chart = page.getByRole("img", { name: /^Answer rate over the last hour: now \d+ %, mean \d+ %/ });
    await chart.waitFor();
    await page.getByRole("button", { name: "Answer rate as a table" }).click();
    await page.getByRole("region", { name: "Answer rate as a table" }).getByRole("row").nth(1).waitFor();
    assert.equal(await page.locator(".chart canvas").count(), 2);
  });

  await t.test("why nothing is dialed is said in plain words, and in the daemon's own when one asks", async () => {
    await daemon.status(autumn, 2);
    const first = page.locator(".why li").first();
    await eventually(async () => {
      const { reasons } = await daemon.api.get(`/ob/campaigns/${autumn}/explain`);
      return (await first.locator("details > p").textContent()) === reasons[0].text && ["paused", "pausing"].includes(reasons[0].code);
    }, "the reason of explain");
    assert.doesNotMatch(await first.locator("summary").innerText(), /status \d/);
    assert.ok(!(await first.locator("details > p").isVisible()));
    await first.locator("summary").click();
    assert.ok(await first.locator("details > p").isVisible());
  });

  await t.test("who waits and how long is of one moment, in every painting", async () => {
    await daemon.status(autumn, 1);
    await page.evaluate(() => {
      window.looks = { some: 0, wrong: [] };
      const waiting = document.querySelector(".calls [data-state=waiting] dd"), longest = document.querySelector(".calls .longest dd");
      new MutationObserver(() => {
        if (waiting.textContent !== "0") window.looks.some += 1;
        else if (longest.textContent !== "–") window.looks.wrong.push(longest.textContent);
      }).observe(document.querySelector(".calls"), { childList: true, characterData: true, subtree: true });
    });
    await eventually(async () => (await page.evaluate(() => window.looks.some)) >= 3, "callers who wait", 40);
    await eventually(async () => (await page.locator(".calls [data-state=waiting] dd").innerText()) === "0", "nobody waits", 40);
    assert.deepEqual(await page.evaluate(() => window.looks.wrong), []);
  });

  await t.test("what is called something wicked is text and nothing else", async () => {
    const name = `<img src=x onerror="document.title='owned'"> & "Söhne"`;
    await daemon.campaign(name, { customers: 1 });
    await page.goto(`${daemon.url}/wallboard#/`);
    await page.getByRole("link", { name }).waitFor();
    assert.notEqual(await page.title(), "owned");
  });
});
