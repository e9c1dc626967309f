// SPDX-License-Identifier: Apache-2.0
// What the tests of the wallboard share: a daemon and a simulated PBX of their own, a REST client, Chromium, waits.
// Waits are polls with a deadline.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { createServer, connect } from "node:net";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const repository = resolve(here, "../..");
const build = resolve(process.env.RINGMASTER_BUILD ?? join(repository, "build/release"));
const require = createRequire(join(resolve(process.env.WALLBOARD_PACKAGES ?? join(build, "wallboard-packages")), "x.js"));
const { chromium } = require("playwright-core");
export const axeSource = () => readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** Pictures of this run; looked at by a person. */
export const pictures = join(build, "wallboard-pictures");
mkdirSync(pictures, { recursive: true });

/** Sanitizers and busy machines are slow, a hang is a hang. */
const slowness = Number(process.env.RINGMASTER_SLOWNESS ?? 3);
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The first true value of `condition()`, which may throw for "not yet". */
export async function eventually(condition, what, seconds = 15) {
  const deadline = Date.now() + 1000 * seconds * slowness;
  for (;;) {
    let value;
    try {
      value = await condition();
      if (value) return value;
    } catch (notYet) {
      value = notYet;
    }
    if (Date.now() > deadline) assert.fail(`not within ${seconds * slowness} s: ${what}; last: ${value?.message ?? JSON.stringify(value)}`);
    await pause(50);
  }
}

class Program {
  constructor(name, args, folder, env = {}) {
    this.name = name;
    this.log = join(folder, `${name}.log`);
    this.skip = existsSync(this.log) ? readFileSync(this.log, "utf8").length : 0;
    const out = openSync(this.log, "a");
    // A test that is killed leaves nothing behind.
    this.process = spawn("setpriv", ["--pdeathsig", "KILL", join(build, name), ...args.map(String)], { stdio: ["ignore", out, out],
      env: { ASAN_OPTIONS: "abort_on_error=1:detect_leaks=0", UBSAN_OPTIONS: "print_stacktrace=1", ...process.env, ...env } });
    closeSync(out);
    this.ended = new Promise((done) => this.process.once("exit", done));
  }
  output() { return readFileSync(this.log, "utf8").slice(this.skip); }
  ready() {
    const mark = `${this.name}: ready on `;
    return eventually(() => {
      const line = this.output().split("\n").slice(0, -1).find((one) => one.startsWith(mark));
      assert.equal(this.process.exitCode, null, `${this.name} ended:\n${this.output().slice(-2000)}`);
      return line?.slice(mark.length).trim();
    }, `${this.name} is ready`, 10);
  }
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export class Api {
  constructor(url) { this.url = url; }
  async call(method, path, body, { type = "application/json", headers = {}, token = this.token } = {}) {
    const reply = await fetch(this.url + path, { method, headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "Content-Type": type }), ...headers },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body) });
    return { status: reply.status, json: await reply.json().catch(() => null) };
  }
  async login(user = "admin", password = Daemon.password) {
    const basic = Buffer.from(`${user}:${password}`).toString("base64");
    const { status, json } = await this.call("POST", "/v1/admin/login", undefined, { headers: { Authorization: `Basic ${basic}` }, token: null });
    assert.equal(status, 200, JSON.stringify(json));
    this.token = json.result.authtoken;
    return this;
  }
  async #result(method, path, body, more) {
    const { status, json } = await this.call(method, path, body, more);
    assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(json)}`);
    return json.result;
  }
  get(path) { return this.#result("GET", path); }
  post(path, body, more) { return this.#result("POST", path, body, more); }
  put(path, body) { return this.#result("PUT", path, body); }
  stats(campaign) { return this.get(`/ob/campaigns/${campaign}/stats`); }
}

/** A daemon with its simulated PBX, or `servers` of them: `agents` in the queue sales_1 of each. Ends with the test `t`. */
export class Daemon {
  static password = "a wallboard's password";
  pbxs = [];
  #pbxOptions = () => [];
  #addresses = [];

  static async start(t, { agents = 12, timeScale = 10, seed = 1, population = {}, users = [], servers = 1 } = {}) {
    const daemon = new Daemon();
    daemon.folder = mkdtempSync(join(tmpdir(), "rm-wallboard-"));
    t.after(async () => {
      await daemon.process?.kill();
      for (const pbx of daemon.pbxs) await pbx.kill();
      const said = readFileSync(join(daemon.folder, "ringmaster.log"), "utf8");
      if (process.env.RINGMASTER_KEEP) console.log(`kept: ${daemon.folder}`);
      else rmSync(daemon.folder, { recursive: true, force: true });
      assert.doesNotMatch(said, /AddressSanitizer|runtime error:/, "a sanitizer has something to say");
    });
    const sample = JSON.parse(readFileSync(join(repository, "configs/sample/population.json"), "utf8"));
    Object.assign(sample, population.more);
    Object.assign(sample.customers, population.customers);
    Object.assign(sample.queues[0], { agents }, population.queue);
    sample.queues.push(...(population.queues ?? []));
    writeFileSync(join(daemon.folder, "population.json"), JSON.stringify(sample));
    const addresses = [];
    daemon.#pbxOptions = (i) => ["--seed", seed + i, "--time-scale", timeScale, "--population", join(daemon.folder, "population.json")];
    for (let i = 0; i < servers; ++i) addresses.push(await daemon.startPbx(i));
    daemon.#addresses = addresses;
    daemon.config = join(daemon.folder, "ringmaster.json");
    writeFileSync(daemon.config, JSON.stringify({ pbxs: addresses.map((address, i) => ({ name: `pbx${i + 1}`, address: address.split(":")[0],
      port: Number(address.split(":")[1]), username: "dialer", password: "secret" })) }));
    daemon.port = await freePort();
    daemon.data = join(daemon.folder, "data");
    mkdirSync(daemon.data);
    for (const { name, password, permissions } of users)
      execFileSync(join(build, "put-user"), [daemon.data, name, password, ...permissions]);
    await daemon.start();
    return daemon;
  }

  /** Also again, on what it left behind and on the same port. */
  async start() {
    this.process = new Program("ringmaster", ["--listen", `127.0.0.1:${this.port}`, "--data", this.data, "--config", this.config],
      this.folder, { RINGMASTER_ADMIN_PASSWORD: Daemon.password });
    this.url = await this.process.ready();
    if (!this.api) this.api = new Api(this.url);
  }
  kill() { return this.process.kill(); }

  /** Also again, at the same address: as an Asterisk that was restarted. */
  async startPbx(i) {
    const folder = mkdtempSync(join(this.folder, "pbx-"));
    this.pbxs[i] = new Program("simulated-pbx", ["--listen", this.#addresses[i] ?? "127.0.0.1:0", ...this.#pbxOptions(i)], folder);
    return this.pbxs[i].ready();
  }

  /** A campaign of `customers` for the queue; its uuid. */
  async campaign(name, { customers = 500, plan = {}, queue = "sales_1" } = {}) {
    const { uuid: planId } = await this.api.post("/ob/plans", { name: `plan of ${name}`, tech_name: "PJSIP", dial_mode: 1, retry_delay: 60,
      max_retry_cnt_1: 2, dial_timeout: 20000, ...plan });
    const dest = await this.api.post("/ob/destinations", { name, type: 1, application: "queue", data: queue });
    const dlma = await this.api.post("/ob/dlmas", { name });
    const rows = ["number_1", ...Array.from({ length: customers }, (_, i) => String(8_000_000 + i))].join("\n");
    await this.api.post(`/ob/dls/import?dlma_uuid=${dlma.uuid}`, rows, { type: "text/csv" });
    const made = await this.api.post("/ob/campaigns", { name, plan: planId, dest: dest.uuid, dlma: dlma.uuid });
    return made.uuid;
  }
  async agentsThere(campaign, count) {
    await eventually(async () => (await this.api.stats(campaign)).agents_total === count, `${count} agents`);
  }
  status(campaign, status) { return this.api.put(`/ob/campaigns/${campaign}`, { status }); }
}

/** A way to the daemon that can be cut without the daemon's knowledge. */
export async function cuttableWay(t, port) {
  const open = new Set();
  let cut = false;
  const server = createServer((from) => {
    if (cut) return from.destroy();
    const to = connect(port, "127.0.0.1");
    for (const socket of [from, to]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(socket);
        from.destroy(), to.destroy();
      });
    }
    from.pipe(to).pipe(from);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const end = () => open.forEach((socket) => socket.destroy());
  t.after(() => (end(), server.close()));
  return { url: `http://127.0.0.1:${server.address().port}`, cut() { cut = true; end(); }, mend() { cut = false; } };
}

/** Chromium for one test file. */
export async function browser(t) {
  const one = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
      // A page that the test gives in place of the daemon's counts as one from elsewhere.
      ...(process.env.WALLBOARD_PAGE ? ["--disable-features=LocalNetworkAccessChecks"] : []),
      "--force-color-profile=srgb", "--font-render-hinting=none"] });
  t.after(() => one.close());
  return one;
}

/** A page of its own; whatever it complains of, and whatever it asks of others, fails the test. */
export async function pageOf(t, chrome, url, { width = 1440, height = 900, colorScheme = "dark", ...more } = {}) {
  const context = await chrome.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce", ...more });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (why) => wrong.push(String(why)));
  page.on("console", (line) => {
    // The browser itself tells of requests that fail, as they do while a daemon is away or a password is wrong.
    if (line.type() === "error" && !/Failed to load resource|WebSocket connection to/.test(line.text())) wrong.push(line.text());
  });
  page.on("request", (request) => new URL(request.url()).origin === new URL(url).origin || wrong.push(`asked for ${request.url()}`));
  if (process.env.WALLBOARD_PAGE) await fromFolder(page, resolve(process.env.WALLBOARD_PAGE));
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, [], "what the page complains of");
  });
  await page.goto(`${url}/wallboard`);
  return page;
}

/** The page's files as they are in a folder, where a build for each change would take too long; the headers are the daemon's. */
async function fromFolder(page, folder) {
  await page.route("**/wallboard{,/**}", async (route) => {
    const name = new URL(route.request().url()).pathname.replace(/^\/wallboard\/?/, "") || "index.html";
    const body = existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null;
    if (!body) return route.continue();
    const reply = await route.fetch({ headers: { ...route.request().headers(), "if-none-match": "" } }).catch(() => null);
    const type = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", html: "text/html" }[name.split(".").pop()];
    return reply ? route.fulfill({ status: 200, headers: { ...reply.headers(), "content-type": `${type}; charset=utf-8` }, body }) : route.abort();
  });
}

/** Everything that the page says in passing from now on, as a list that grows. */
export async function listen(page) {
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => document.getElementById("say").textContent && window.said.push(document.getElementById("say").textContent))
      .observe(document.getElementById("say"), { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => window.said);
}

export async function signIn(page, user = "admin", password = Daemon.password) {
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
export async function isLive(page) {
  await eventually(async () => (await page.locator("#link-text").textContent()) === "Live", "the page is live");
}
export const openCampaign = async (page, name) => {
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
};
