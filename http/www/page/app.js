// SPDX-License-Identifier: Apache-2.0
// The wallboard: who is signed in, what is shown, and where the figures come from.
//
//     Connection (WebSocket) → Store (what is true now) → the page that is open (Overview, Wall, or Overview as a rail and a
//     CampaignPage)

import * as api from "./api.js";
import { CampaignPage } from "./campaign.js";
import { History } from "./charts.js";
import { Connection } from "./connection.js";
import { attribute, text } from "./dom.js";
import { ageOf, clockTime, nameOf } from "./format.js";
import { Overview, headline } from "./overview.js";
import { SignIn } from "./sign-in.js";
import { Store } from "./store.js";
import { restingThing, serversOf, stateOfServer } from "./truth.js";
import { Wall } from "./wall.js";

const $ = (id) => document.getElementById(id);

class Board {
  store = new Store();
  me = null;
  #histories = new Map();
  #connection = new Connection(["/ob/campaigns", "/ob/stats", "/ob/servers", "/queue"]);
  #page = null;
  #rail = null;
  #dirty = false;
  #wasLost = false;
  #liveAt = 0;
  #said = 0;

  constructor() {
    this.#connection.addEventListener("message", ({ detail }) => this.#take(detail));
    this.#connection.addEventListener("state", () => this.#linkChanged());
    addEventListener("hashchange", () => this.#route());
    document.addEventListener("visibilitychange", () => this.#changed());
    setInterval(() => this.#tick(), 1000);
    setInterval(() => this.#stay(), 60_000);
    $("theme").addEventListener("click", () => window.theme.toggle());
    $("sign-out").addEventListener("click", () => this.leave());
    addEventListener("themechange", () => this.#themed());
    this.#themed();
    this.#tick();
    api.token() ? this.enter().catch((why) => this.#notIn(why)) : this.leave();
  }

  /** With a token: finds out who this is, and begins. */
  async enter() {
    this.me = await api.whoAmI();
    attribute($("who"), "hidden", null);
    text($("who-name"), this.me.user);
    this.#connection.open();
    this.#route();
    $("main").focus({ preventScroll: true });
  }

  #notIn(why) {
    if (why instanceof api.Refused) return this.leave(why.status === 401 ? "You were signed out. Sign in again." : why.message);
    text($("link-text"), "The daemon does not answer. Trying again …");
    attribute($("link"), "data-state", "lost");
    setTimeout(() => this.enter().catch((again) => this.#notIn(again)), 3000);
  }

  /** Whoever hears of it first says so; the others find nobody signed in. */
  expired() {
    if (this.me) this.leave("Your sign-in has expired. Sign in again.");
  }

  /** Each use makes the token last anew: a wallboard that nobody touches stays signed in. */
  async #stay() {
    if (!this.me) return;
    try {
      this.me = await api.whoAmI();
    } catch (why) {
      if (why instanceof api.Refused && why.status === 401) this.expired();
    }
  }

  leave(why = "") {
    this.#connection.close();
    this.me = null;
    api.signOut();
    this.store.clear();
    this.#histories.clear();
    this.#wasLost = false;
    clearTimeout(this.#said);
    text($("say"), "");
    this.#show(null);
    attribute($("who"), "hidden", true);
    const door = new SignIn(this, why);
    $("main").replaceChildren(door.element);
    door.first.focus();
    document.title = "Ringmaster wallboard";
  }

  historyOf(id) {
    if (!this.#histories.has(id)) this.#histories.set(id, new History());
    return this.#histories.get(id);
  }

  /** Tells everybody, screen readers included, for some seconds. */
  say(what, trouble = false) {
    clearTimeout(this.#said);
    text($("say"), what);
    attribute($("say"), "data-tone", trouble ? "over" : null);
    this.#said = setTimeout(() => text($("say"), ""), 8000);
  }

  // --- what is open

  #show(page, rail = null) {
    this.#page?.remove?.();
    this.#page = page;
    this.#rail = rail;
    if (page) $("main").replaceChildren(...[rail?.element, page.element].filter(Boolean));
    attribute($("main"), "class", rail ? "split" : null);
  }

  #route() {
    if (!this.me) return;
    const [, id] = /^#\/campaign\/([0-9a-f-]{36})$/.exec(location.hash) ?? [];
    if (id) this.#show(new CampaignPage(this, id), new Overview("rail"));
    else this.#show(location.hash === "#/wall" ? new Wall() : new Overview());
    this.#page.linkIs?.(this.#connection.state);
    this.#render();
    scrollTo(0, 0);
  }

  #take(message) {
    const before = message["ob.server.update"] && this.store.all("ob.server").get(message["ob.server.update"].name);
    const changed = message.type === undefined || message.type === "snapshot" ? this.store.take(message) : [];
    if (message["ob.stats"]) {
      const stats = this.store.all("ob.stats").get(message["ob.stats"].uuid); // as it is to be shown
      if (this.#page?.id === stats.uuid) this.#page.tell(stats);
      else this.#histories.get(stats.uuid)?.add(stats);
    }
    if (message.type === "snapshot" && message.last && this.#page?.id) this.#page.tell(this.store.all("ob.stats").get(this.#page.id));
    if (before) this.#serverChanged(before, message["ob.server.update"]);
    if (changed.length) this.#changed();
  }

  /** What somebody has to see to, or need not any more, is said once. */
  #serverChanged(was, is) {
    const name = nameOf(is.name);
    const fresh = is.rests.find((one) => !was.rests.some((old) => old.what === one.what && old.name === one.name));
    if (was.connected && !is.connected) this.say(`Asterisk ${name}: ${stateOfServer(is).word.toLowerCase()}.`, true);
    // After a connection was found again, that they are there is what everybody expects.
    else if (!was.connected && is.connected && Date.now() - this.#liveAt > 10_000) this.say(`Asterisk ${name} is connected again.`);
    else if (fresh) this.say(`${restingThing(fresh)}.`, true);
  }

  repaint() { this.#changed(); }

  /** Many events, one painting. */
  #changed() {
    if (this.#dirty || document.hidden) return;
    this.#dirty = true;
    requestAnimationFrame(() => {
      this.#dirty = false;
      this.#render();
    });
  }

  #render() {
    if (!this.me || !this.#page) return;
    const there = this.#page.show(this.store);
    this.#rail?.show(this.store, this.#page.id);
    if (there === false && this.store.knows("ob.campaign")) {
      this.say("That campaign does not exist, or not any more.", true);
      location.hash = "#/";
    }
    const open = this.#page.id && this.store.all("ob.campaign").get(this.#page.id);
    const lost = this.#connection.state === "lost" ? "No connection: " : "";
    document.title = lost + (open ? `${nameOf(open.name)} – Ringmaster` : `${headline(this.store)} – Ringmaster wallboard`);
    this.#linkSays();
  }

  // --- time, theme and the connection, in the page's head

  #tick() {
    const now = new Date(api.serverNow());
    text($("clock"), now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
    this.#page?.tick?.();
    if (this.#page) this.#changed(); // ages and timers
    this.#linkSays();
  }

  #themed() {
    text($("theme"), window.theme.now === "dark" ? "Light" : "Dark");
    attribute($("theme"), "aria-label", `Switch to ${window.theme.now === "dark" ? "light" : "dark"} colours`);
  }

  #linkChanged() {
    const { state, mended } = this.#connection;
    if (state === "live") this.#liveAt = Date.now();
    if (state === "refused") return this.expired();
    if (state === "lost") {
      this.store.forgetArriving();
      if (!this.#wasLost) this.say("The connection to the daemon is lost. Trying again.", true);
      this.#wasLost = true;
    } else if (state === "live" && this.#wasLost) {
      this.#wasLost = false;
      this.say(mended === "snapshot" ? "Connected again, with everything as it is now." : "Connected again, with everything that was missed.");
      this.#page?.loadHistory?.();
    }
    attribute(document.body, "data-link", state);
    this.#page?.linkIs?.(state);
    this.#changed();
    this.#linkSays();
  }

  #linkSays() {
    const { state, retryAt, attempts, heardAt } = this.#connection;
    if (!this.me) return;
    const trouble = state === "live" ? this.#serversSay() : "";
    attribute($("link"), "data-state", trouble ? "degraded" : state);
    const since = heardAt ? `${clockTime(heardAt + (api.serverNow() - Date.now()))}, ${ageOf(Date.now() - heardAt)} ago` : "";
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    text($("link-text"), {
      idle: "", live: trouble || "Live", refused: "",
      connecting: attempts ? `Connecting (attempt ${attempts + 1}) …` : "Connecting …",
      lost: `No connection. Figures of ${since}. Trying again in ${seconds} s`,
    }[state]);
  }

  /** What is the matter with the servers; "": nothing. */
  #serversSay() {
    const all = serversOf(this.store);
    const away = all.filter((server) => !server.connected).map((server) => nameOf(server.name));
    if (away.length) return `No connection to Asterisk: ${away.slice(0, 3).join(", ")}${away.length > 3 ? ` and ${away.length - 3} more` : ""}`;
    const rests = all.flatMap((server) => server.rests);
    if (rests.length) return `Connected, but: ${restingThing(rests[0])}${rests.length > 1 ? ` and ${rests.length - 1} more` : ""}`;
    const lacking = all.find((server) => server.missing_rights.length);
    return lacking ? `Connected, but Asterisk ${nameOf(lacking.name)} lets the dialer do too little` : "";
  }
}

new Board();
