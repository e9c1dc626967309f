// SPDX-License-Identifier: Apache-2.0
// The wall: as many campaigns as the screen holds, legible and without scrolling; those that need somebody first. What does
// not fit comes in turn, beside what needs somebody now.

import { ServerCards, AgentBar, campaignsOf } from "./cards.js";
import { attribute, h, keyed, text } from "./dom.js";
import { ageOf, clockOf, dateOf, nameOf, number, percent, statusOf } from "./format.js";
import { serverNow } from "./api.js";
import { headline } from "./overview.js";
import { briefReason } from "./reasons.js";
import { abandonedShare, seenAt, sightOf, standing, tooFew, urgency } from "./truth.js";

/** The least that a tile needs (rem), and how long a page stays (ms). */
const least = { width: 17, height: 8.6 }, gap = 0.6;
const turn = 12_000;
/** From this urgency on a tile stays on every page. */
const urgent = 4;

/** Columns and rows for `count` tiles on `width` × `height` (rem): those that leave each tile the most, or as many as fit. */
export function layout(width, height, count) {
  const most = (whole, one) => Math.max(1, Math.floor((whole + gap) / (one + gap)));
  const columns = most(width, least.width), rows = most(height, least.height);
  let best = { columns, rows, worth: 0 };
  for (let c = 1; c <= columns; ++c) {
    const r = Math.ceil(count / c);
    if (r > rows || r < 1) continue;
    const worth = Math.min((width - gap * (c - 1)) / c / least.width, (height - gap * (r - 1)) / r / least.height);
    if (worth > best.worth) best = { columns: c, rows: r, worth };
  }
  return { columns: best.columns, rows: best.rows };
}

/** `tiles`, the worst first, in pages of `size`. Those with `urgency` of at least 4 are on every page, on half of it at most. */
export function pagesOf(tiles, size) {
  if (tiles.length <= size) return [tiles];
  const staying = tiles.slice(0, Math.floor(size / 2)).filter((tile) => tile.urgency >= urgent);
  const rest = tiles.slice(staying.length), each = size - staying.length;
  return Array.from({ length: Math.ceil(rest.length / each) }, (_, i) => [...staying, ...rest.slice(i * each, (i + 1) * each)]);
}

/** Every campaign with its urgency, the worst first. */
export function worstFirst(store, now) {
  const stats = store.all("ob.stats");
  return campaignsOf(store).map((campaign) => {
    const figures = stats.get(campaign.uuid);
    return { campaign, stats: figures, urgency: urgency(campaign, figures, now) };
  }).sort((a, b) => b.urgency - a.urgency || (b.stats?.waiting ?? 0) - (a.stats?.waiting ?? 0)); // stable: then as everywhere
}

class Tile {
  constructor(id) {
    this.name = h("a", { class: "name", href: `#/campaign/${id}` });
    this.status = h("span", { class: "status" });
    const figure = (word) => {
      const value = h("dd", { class: "figure" });
      const name = h("dt", {}, word);
      return [h("div", {}, name, value), value, name];
    };
    let busy, abandoned, free, waiting;
    [busy, this.busy] = figure("Busy");
    [abandoned, this.abandoned] = figure("Abandoned");
    [free, this.free] = figure("Free");
    [waiting, this.waiting, this.since] = figure("Waiting");
    this.why = h("p", { class: "rests" });
    this.bar = new AgentBar();
    this.element = h("li", { class: "wall-tile card" }, h("div", { class: "fit" },
      h("header", {}, h("h2", {}, this.name), this.status), h("dl", {}, busy, abandoned, free, waiting), this.why, this.bar.bar));
  }
  show({ campaign, stats, urgency: worth }) {
    const now = serverNow(), sight = sightOf(stats);
    const status = standing(statusOf(campaign.status), stats);
    text(this.name, nameOf(campaign.name));
    attribute(this.name, "title", nameOf(campaign.name));
    text(this.status, status.word);
    attribute(this.status, "data-tone", status.tone);
    attribute(this.element, "data-urgency", worth);
    attribute(this.element, "data-tone", status.tone);
    attribute(this.element, "data-stale", sight.blind);
    text(this.busy, percent(stats?.busy_share));
    const share = abandonedShare(stats);
    text(this.abandoned, percent(share, 1));
    attribute(this.abandoned, "title", share === null ? tooFew : null);
    attribute(this.abandoned, "data-tone", share === null ? null : stats.abandon_limit_used > 1 ? "over" : stats.abandon_limit_used > 0.9 ? "near" : null);
    text(this.free, stats?.queue ? number(stats.agents_free) : "–");
    const since = stats?.waiting ? dateOf(stats.waiting_since) : null;
    text(this.waiting, number(stats?.waiting));
    text(this.since, since && !sight.blind ? `Waiting ${clockOf((now - since) / 1000)}` : "Waiting");
    attribute(this.waiting, "data-tone", stats?.waiting && !sight.blind ? "near" : null);
    const at = sight.blind ? seenAt(stats) : null;
    const silent = stats?.agents_not_answering ?? [];
    text(this.why, at ? `As of ${ageOf(now - at)} ago. ${briefReason(stats)}` : briefReason(stats)
      || (silent.length ? `Do not answer: ${silent.map(nameOf).join(", ")}` : ""));
    const s = stats ?? {};
    this.bar.show({ free: s.agents_free, ringing: s.agents_ringing, talking: s.agents_talking, wrap_up: s.agents_wrap_up, paused: s.agents_paused });
  }
}

export class Wall {
  #page = 0;
  #turned = Date.now();
  #held = false;

  constructor() {
    this.title = h("h1");
    this.servers = new ServerCards(false);
    this.grid = h("ul", { class: "wall-grid" });
    this.tiles = new Map();
    this.empty = h("p", { class: "empty", hidden: true }, "There is no campaign yet.");
    this.where = h("span", { class: "note" });
    this.hold = h("button", { type: "button", class: "quiet small", onclick: () => this.#hold(!this.#held) }, "Hold this page");
    const turnBy = (by) => () => this.#turn(by);
    this.pager = h("nav", { class: "pager", "aria-label": "Pages of the wall" }, h("button", { type: "button", class: "quiet small", onclick: turnBy(-1) }, "Back"), this.where,
      h("button", { type: "button", class: "quiet small", onclick: turnBy(1) }, "Next"), this.hold);
    this.element = h("div", { class: "wall" },
      h("header", { class: "head" }, this.title, this.pager, h("a", { class: "to-wall", href: "#/" }, "All")),
      this.servers.element, this.empty, this.grid);
    this.resize = new ResizeObserver(() => this.store && this.show(this.store));
    this.resize.observe(this.grid);
    document.body.setAttribute("data-wall", "");
  }

  remove() {
    this.resize.disconnect();
    document.body.removeAttribute("data-wall");
  }

  #hold(held) {
    this.#held = held;
    this.#turned = Date.now();
    text(this.hold, held ? "Go on turning" : "Hold this page");
    attribute(this.hold, "aria-pressed", String(held));
  }

  #turn(by) {
    this.#page += by;
    this.#turned = Date.now();
    this.show(this.store);
  }

  tick() {
    // Whoever has the keyboard on a tile is not to lose it.
    if (this.#held || this.grid.contains(document.activeElement) || Date.now() - this.#turned < turn) return;
    if (this.pages > 1 && this.store) this.#turn(1);
  }

  show(store) {
    this.store = store;
    text(this.title, headline(store));
    attribute(this.servers.element, "hidden", this.servers.show(store) === 0);
    const all = worstFirst(store, serverNow());
    attribute(this.empty, "hidden", !store.knows("ob.campaign") || all.length > 0);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const { columns, rows } = layout(this.grid.clientWidth / rem, this.grid.clientHeight / rem, all.length);
    const pages = pagesOf(all, columns * rows);
    this.pages = pages.length;
    this.#page = ((this.#page % pages.length) + pages.length) % pages.length;
    this.grid.style.setProperty("--columns", columns);
    this.grid.style.setProperty("--rows", rows);
    attribute(this.pager, "hidden", pages.length < 2);
    text(this.where, `${this.#page + 1} of ${pages.length}`);
    keyed(this.grid, pages[this.#page], (one) => one.campaign.uuid, (one) => {
      const tile = new Tile(one.campaign.uuid);
      this.tiles.set(one.campaign.uuid, tile);
      return tile.element;
    }, (_, one) => this.tiles.get(one.campaign.uuid).show(one));
  }
}
