// SPDX-License-Identifier: Apache-2.0
// The description of the API: a linter has nothing against it, the page shows all of it, and nothing of that comes from the internet.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Daemon, browser, pictures } from "./harness.mjs";

const require = createRequire(join(resolve(process.env.WALLBOARD_PACKAGES ?? "wallboard-packages"), "x.js"));

test("the description of the API", async (t) => {
  const daemon = await Daemon.start(t);
  const reply = await fetch(`${daemon.url}/openapi.json`); // open to everybody
  assert.equal(reply.status, 200);
  const source = await reply.text();
  const described = JSON.parse(source);

  await t.test("a linter takes it", async () => {
    const { lintFromString, createConfig } = require("@redocly/openapi-core");
    const config = await createConfig({ extends: ["recommended"], rules: {
      "tag-description": "off", // their names say it
      "operation-4xx-response": "off", // every refusal is `default`, of whatever status
      "no-ambiguous-paths": "off", // /ob/dls/import is a POST, /ob/dls/{uuid} has none
    } });
    const lint = async (text) => (await lintFromString({ source: text, absoluteRef: "openapi.json", config }))
      .map((p) => `${p.severity} ${p.ruleId}: ${p.message} ${p.location[0]?.pointer}`);
    assert.deepEqual(await lint(source), []);
    const spoilt = structuredClone(described);
    spoilt.paths["/ob/plans"].get.responses = {};
    delete spoilt.info.title;
    assert.ok((await lint(JSON.stringify(spoilt))).length > 0, "it would say so");
  });

  await t.test("a client who knows nothing else can make a plan by it", async () => {
    await daemon.api.login();
    const operation = described.paths["/ob/plans"].post;
    const schema = described.components.schemas[operation.requestBody.content["application/json"].schema.$ref.split("/").pop()];
    const body = Object.fromEntries(Object.entries(schema.properties).filter(([, p]) => !p.readOnly && "default" in p).map(([name, p]) => [name, p.default]));
    assert.ok(Object.keys(body).length > 25);
    const made = await daemon.api.post("/ob/plans", body);
    const shown = described.components.schemas.Plan;
    assert.deepEqual(Object.keys(made).sort(), Object.keys(shown.properties).sort());
    assert.deepEqual(Object.keys(made).sort(), [...shown.required].sort());
  });

  await t.test("the page shows it", async (t) => {
    const chrome = await browser(t);
    const page = await chrome.newPage({ viewport: { width: 1200, height: 1400 } });
    const asked = [], said = [];
    page.on("request", (r) => asked.push(r.url()));
    page.on("console", (m) => { if (m.type() === "error") said.push(m.text()); });
    page.on("pageerror", (e) => said.push(String(e)));
    await page.goto(`${daemon.url}/api`);
    const operations = Object.values(described.paths).flatMap((p) => Object.values(p));
    for (const tag of new Set(operations.map((o) => o.tags[0])))
      await page.locator(".opblock-tag", { hasText: tag }).first().waitFor();
    await page.screenshot({ path: join(pictures, "api.png") });
    await page.locator(".opblock-tag", { hasText: "Plans" }).first().click();
    await page.locator("#operations-Plans-post_ob_plans .opblock-summary").click();
    await page.getByText("Needs the permission").first().waitFor();
    await page.getByText("dial_timeout").first().waitFor({ state: "attached" });
    await page.screenshot({ path: join(pictures, "api-plan.png") });
    assert.deepEqual(asked.filter((url) => !url.startsWith(daemon.url) && !url.startsWith("data:") && !url.startsWith("blob:")), []);
    assert.deepEqual(said, []);
  });
});
