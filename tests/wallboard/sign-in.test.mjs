// SPDX-License-Identifier: Apache-2.0
// The door: who gets in, what is shown to nobody else, and how one gets out again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Api, Daemon, browser, eventually, isLive, openCampaign, pageOf, repository, signIn } from "./harness.mjs";

test("signing in", async (t) => {
  const daemon = await Daemon.start(t);
  await daemon.api.login();
  await daemon.campaign("Autumn", { customers: 20 });
  const chrome = await browser(t);

  await t.test("a wrong password is refused and opens nothing", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page, "admin", "wrong");
    await page.getByText("Wrong user or password.").waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.equal(await page.getByText("Autumn").count(), 0);
    await signIn(page, "admin", "");
    await page.getByText("The password is missing.").waitFor();
  });

  await t.test("the right one shows the campaigns, also after a reload, until one signs out", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await page.getByRole("link", { name: "Autumn" }).waitFor();
    await isLive(page);
    await page.reload();
    await page.getByRole("link", { name: "Autumn" }).waitFor();
    const token = await page.evaluate(() => sessionStorage.getItem("authtoken"));
    const api = new Api(daemon.url);
    api.token = token;
    assert.equal((await api.call("GET", "/ob/plans")).status, 200);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(await page.getByText("Autumn").count(), 0, "nothing is left to be read");
    await eventually(async () => (await api.call("GET", "/ob/plans")).status === 401, "the token is good no longer");
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });

  await t.test("a token that is good no longer leads back to the door, which says so", async (t) => {
    const page = await pageOf(t, chrome, daemon.url);
    await signIn(page);
    await openCampaign(page, "Autumn");
    const api = new Api(daemon.url);
    api.token = await page.evaluate(() => sessionStorage.getItem("authtoken"));
    await api.call("DELETE", "/v1/admin/login");
    await page.getByText("Your sign-in has expired. Sign in again.").waitFor();
    await signIn(page);
    await page.getByRole("heading", { level: 1, name: "Autumn" }).waitFor(); // where one was
  });

  await t.test("the page is served strictly, and from memory when nothing has changed", async () => {
    for (const [path, type] of [["/wallboard", "text/html; charset=utf-8"], ["/wallboard/app.js", "text/javascript; charset=utf-8"],
      ["/wallboard/style.css", "text/css; charset=utf-8"], ["/wallboard/icon.svg", "image/svg+xml"]]) {
      const reply = await fetch(daemon.url + path);
      assert.equal(reply.status, 200, path);
      assert.equal(reply.headers.get("content-type"), type);
      const policy = reply.headers.get("content-security-policy");
      for (const word of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
        assert.ok(policy.includes(word), `${path}: ${policy}`);
      assert.doesNotMatch(policy, /unsafe|\*|data:/);
      assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
      const again = await fetch(daemon.url + path, { headers: { "If-None-Match": reply.headers.get("etag") } });
      assert.equal(again.status, 304, path);
      assert.equal(await again.text(), "");
    }
    assert.equal((await fetch(`${daemon.url}/wallboard/nothing.js`)).status, 404);
    const html = await (await fetch(`${daemon.url}/wallboard`)).text();
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=/, "nothing inline");
  });
});

test("what draws the charts is the version that is named, and comes with its licence", async (t) => {
  const lock = JSON.parse(readFileSync(join(repository, "http/www/packages/package-lock.json"), "utf8"));
  const daemon = await Daemon.start(t);
  const served = async (name) => {
    const reply = await fetch(`${daemon.url}/wallboard/${name}`);
    return [reply.status, reply.headers.get("content-type"), await reply.text()];
  };
  const [, type, script] = await served("uplot.js");
  assert.equal(type, "text/javascript; charset=utf-8");
  assert.ok(script.startsWith(`/*! https://github.com/leeoniya/uPlot (v${lock.packages["node_modules/uplot"].version}) */`));
  const [status, plain, licence] = await served("uplot.license.txt");
  assert.deepEqual([status, plain], [200, "text/plain; charset=utf-8"]);
  assert.match(licence, /The MIT License/);
});
