// SPDX-License-Identifier: Apache-2.0
// What is shown of every server, campaign and queue: cards, in the overview and in the rail beside one campaign.

import { attribute, h, keyed, style, text } from "./dom.js";
import { ageOf, agentStates, clockOf, clockTime, dateOf, limit, nameOf, number, percent, statusOf, timeOfDay } from "./format.js";
import { serverNow } from "./api.js";
import { briefReason } from "./reasons.js";
import { abandonedShare, asOf, restingThing, seenAt, serversOf, sightOf, standing, stateOfServer, tooFew } from "./truth.js";

const pair = (name, value) => h("div", {}, h("dt", {}, name), value);

class CampaignCard {
  constructor(id) {
    this.name = h("a", { class: "name", href: `#/campaign/${id}` });
    this.status = h("span", { class: "status" });
    this.busy = h("dd", { class: "figure" });
    this.agents = h("dd");
    this.abandoned = h("dd", { class: "figure" });
    this.used = h("i");
    this.left = h("dd", { class: "figure" });
    this.end = h("dd", { class: "note" });
    this.rests = h("p", { class: "rests" });
    this.stale = h("p", { class: "stale-note" });
    this.element = h("li", { class: "card campaign-card", "data-id": id },
      h("header", {}, h("h3", {}, this.name), this.status),
      h("dl", {},
        pair("Agents busy", this.busy),
        pair("Abandoned", this.abandoned),
        pair("Entries left", this.left),
        h("div", { class: "wide" }, h("dt", {}, "Agents"), this.agents),
        h("div", { class: "wide" }, h("dt", {}, "Expected end"), this.end)),
      h("div", { class: "limit-bar", "aria-hidden": "true" }, this.used), this.rests, this.stale);
  }

  show(campaign, stats, open) {
    const status = standing(statusOf(campaign.status), stats);
    text(this.name, nameOf(campaign.name));
    attribute(this.name, "aria-current", open ? "page" : null);
    text(this.status, status.word);
    attribute(this.status, "data-tone", status.tone);
    attribute(this.element, "data-tone", status.tone);
    showStale(this.element, this.stale, stats);
    text(this.busy, percent(stats?.busy_share));
    text(this.agents, !stats ? "–" : stats.queue
      ? stats.agents_total === null ? "cannot be seen" : `${number(stats.agents_free)} free of ${number(stats.agents_total)}${stats.agents_paused ? `, ${number(stats.agents_paused)} paused` : ""}`
      : "no queue");
    const share = abandonedShare(stats), most = stats?.abandon_limit;
    text(this.abandoned, percent(share, 1));
    attribute(this.abandoned, "title", share === null ? tooFew : (most ?? null) === null ? null : `limit ${limit(most)}`);
    const used = share === null ? 0 : stats.abandon_limit_used ?? 0;
    style(this.used, "width", `${Math.min(100, 100 * used).toFixed(1)}%`);
    const tone = used > 1 ? "over" : used > 0.9 ? "near" : "good";
    attribute(this.used, "data-tone", tone);
    attribute(this.abandoned, "data-tone", used > 0 ? tone : null);
    text(this.left, stats ? number(stats.entries_left) : "–");
    text(this.end, endOf(campaign, stats));
    text(this.rests, briefReason(stats));
  }
}

/** Greys what comes from servers that cannot be seen, and says how old it is; names those of which a part is missing. */
export function showStale(element, note, stats) {
  const sight = sightOf(stats);
  attribute(element, "data-stale", sight.blind);
  const names = sight.away.map((one) => one.pbx).join(", ");
  text(note, sight.blind ? `Agents and calls ${asOf(seenAt(stats), serverNow())}`
    : sight.partly ? `Without ${names}, which cannot be seen` : "");
}

export function endOf(campaign, stats) {
  if (stats && stats.entries_total === null) return campaign.status === 0 ? "counted when it starts" : "being counted";
  if (!stats || !stats.entries_total) return "no entries";
  if (!stats.entries_left) return "done";
  return stats.expected_end ? `about ${timeOfDay(stats.expected_end)}` : campaign.status === 1 ? "not known yet" : "not running";
}

/** Running ones first, then by their names. */
export function campaignsOf(store) {
  const place = (campaign) => (campaign.status === 1 ? 0 : campaign.status === 0 ? 2 : 1);
  return store.list("ob.campaign").filter((campaign) => campaign.in_use !== 0)
    .sort((a, b) => place(a) - place(b) || (a.name ?? "").localeCompare(b.name ?? "") || a.uuid.localeCompare(b.uuid));
}

export class CampaignCards {
  constructor() {
    this.element = h("ul", { class: "cards" });
    this.cards = new Map();
  }
  show(store, open) {
    const stats = store.all("ob.stats");
    keyed(this.element, campaignsOf(store), (campaign) => campaign.uuid, (campaign) => {
      const card = new CampaignCard(campaign.uuid);
      this.cards.set(campaign.uuid, card);
      return card.element;
    }, (_, campaign) => this.cards.get(campaign.uuid).show(campaign, stats.get(campaign.uuid), campaign.uuid === open));
  }
}

// --- servers ------------------------------------------------------------------------------------------------

class ServerCard {
  constructor() {
    this.name = h("b");
    this.state = h("span", { class: "status" });
    this.age = h("span", { class: "note" });
    this.why = h("p", { class: "words" });
    this.rests = h("ul", { class: "resting" });
    this.element = h("li", { class: "server" }, h("p", { class: "who-how" }, this.name, this.state, this.age), this.why, this.rests);
  }
  show(server) {
    const now = serverNow();
    const { word, tone, why, since } = stateOfServer(server);
    text(this.name, nameOf(server.name));
    text(this.state, word);
    attribute(this.state, "data-tone", tone === "good" ? "on" : tone);
    attribute(this.element, "data-tone", server.rests.length && tone === "good" ? "near" : tone);
    text(this.age, since ? `since ${clockTime(since)}, for ${ageOf(now - since)}` : "");
    text(this.why, why ?? "");
    keyed(this.rests, server.rests, (one) => `${one.what} ${one.name}`, () => h("li"), (element, one) => {
      const next = dateOf(one.next_try);
      text(element, `${restingThing(one)} since ${clockTime(dateOf(one.since))}, for ${ageOf(now - dateOf(one.since))}: ${one.reason}${/[.?!]$/.test(one.reason) ? "" : "."} `
        + (!server.connected ? "" : next > now ? `One call is tried in ${clockOf((next - now) / 1000)}.` : "The next call is tried alone."));
    });
  }
}

/** Every server, or those alone with which something is the matter. */
export class ServerCards {
  constructor(all) {
    this.all = all;
    this.element = h("ul", { class: "servers" });
    this.cards = new Map();
  }
  show(store) {
    const shown = serversOf(store).filter((server) => this.all || !server.connected || server.rests.length || server.missing_rights.length);
    keyed(this.element, shown, (server) => server.name, (server) => {
      const card = new ServerCard();
      this.cards.set(server.name, card);
      return card.element;
    }, (_, server) => this.cards.get(server.name).show(server));
    return shown.length;
  }
}

// --- queues -------------------------------------------------------------------------------------------------

const isWrapUp = (reason) => /^(wrapup|acw|aftercallwork)$/.test((reason ?? "").toLowerCase().replace(/[-_ ]/g, ""));

/** What a member of a queue does, by Asterisk's own states. */
function stateOf(member) {
  if (member.in_call || [2, 3, 7, 8].includes(member.status)) return "talking";
  if (member.status === 6) return "ringing";
  if (member.status === 4 || member.status === 5) return "away";
  if (member.paused) return isWrapUp(member.paused_reason) ? "wrap_up" : "paused";
  return "free";
}

/** Every queue that the servers tell of or that a campaign hands its calls to. Where a campaign has one, its figures
 *  of the agents are better: they know wrap-up. Who waits, and for how long, is always of one source; so are the agents.
 *  What a server told that cannot be seen now counts only where none of the queue's can be: `blind`, `seenAt` (ms). */
export function queuesOf(store) {
  const away = new Map(store.list("ob.server").filter((server) => !server.connected).map((server) => [server.name, dateOf(server.since)]));
  const queues = new Map();
  const queue = (name) => {
    if (!queues.has(name))
      queues.set(name, { name, free: 0, ringing: 0, talking: 0, wrap_up: 0, paused: 0, away: 0, waiting: 0, since: null, campaigns: 0,
        servers: new Set(), blind: false, missing: [], seenAt: null });
    return queues.get(name);
  };
  const families = ["queue.queue", "queue.member", "queue.entry"];
  for (const family of families)
    for (const thing of store.list(family)) queue(thing.queue_name ?? thing.name).servers.add(thing.pbx);
  for (const one of queues.values()) {
    one.missing = [...one.servers].filter((name) => away.has(name)).sort();
    one.blind = one.servers.size > 0 && one.missing.length === one.servers.size;
    if (one.blind) one.seenAt = Math.max(...one.missing.map((name) => away.get(name) ?? 0)) || null;
  }
  const counts = (thing) => queue(thing.queue_name).blind || !away.has(thing.pbx);
  for (const member of store.list("queue.member"))
    if (counts(member)) queue(member.queue_name)[member.state ?? stateOf(member)] += 1;
  for (const entry of store.list("queue.entry")) {
    if (!counts(entry)) continue;
    const into = queue(entry.queue_name);
    into.waiting += 1;
    const since = Date.parse(entry.tm_create ?? entry.tm_update) - (entry.tm_create ? 0 : 1000 * (entry.wait ?? 0));
    if (since && (into.since === null || since < into.since)) into.since = since;
  }
  for (const stats of store.list("ob.stats")) {
    if (!stats.queue) continue;
    const into = queue(stats.queue);
    if (into.campaigns++ === 0 && stats.agents_total > 0)
      Object.assign(into, { free: stats.agents_free, ringing: stats.agents_ringing, talking: stats.agents_talking,
        wrap_up: stats.agents_wrap_up, paused: stats.agents_paused, away: stats.agents_away });
    if (store.knows("queue.entry")) continue;
    const sight = sightOf(stats);
    Object.assign(into, { blind: sight.blind, missing: sight.away.map((one) => one.pbx), seenAt: sight.blind ? seenAt(stats) : null });
    // How long somebody waits is told of the campaigns' own callers alone.
    const since = stats.waiting > 0 ? dateOf(stats.waiting_since) : null;
    into.waiting = Math.max(into.waiting, stats.callers_waiting ?? 0, stats.waiting ?? 0);
    if (since !== null && (into.since === null || since < into.since)) into.since = since;
  }
  return [...queues.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** A bar of agents by what they do, with the counts in words beside it. */
export class AgentBar {
  constructor() {
    this.parts = {};
    this.counts = {};
    this.bar = h("div", { class: "bar", "aria-hidden": "true" });
    this.list = h("ul", { class: "legend" });
    for (const [state, word] of Object.entries(agentStates)) {
      this.bar.append(this.parts[state] = h("i", { "data-state": state }));
      this.counts[state] = h("b");
      this.list.append(h("li", { "data-state": state }, h("i", { "aria-hidden": "true" }), this.counts[state], ` ${word.toLowerCase()}`));
    }
    this.element = h("div", { class: "agent-bar" }, this.bar, this.list);
  }
  show(counts) {
    for (const state of Object.keys(agentStates)) {
      this.parts[state].hidden = !counts[state];
      style(this.parts[state], "flex-grow", String(counts[state] ?? 0));
      text(this.counts[state], number(counts[state])); // none is known where nobody can see
    }
  }
}

class QueueCard {
  constructor() {
    this.name = h("h3");
    this.waiting = h("dd", { class: "figure" });
    this.longest = h("dd", { class: "figure" });
    this.free = h("dd", { class: "figure" });
    this.bar = new AgentBar();
    this.element = h("li", { class: "card queue-card" },
      h("header", {}, this.name),
      h("dl", {}, pair("Waiting", this.waiting), pair("Longest wait", this.longest), pair("Agents free", this.free)),
      this.bar.element, this.stale = h("p", { class: "stale-note" }));
  }
  show(queue) {
    text(this.name, nameOf(queue.name));
    attribute(this.element, "data-stale", queue.blind);
    text(this.stale, queue.blind ? `All of this ${asOf(queue.seenAt, serverNow())}` : queue.missing.length ? `Without ${queue.missing.join(", ")}, which cannot be seen` : "");
    text(this.waiting, number(queue.waiting));
    attribute(this.waiting, "data-tone", queue.waiting ? "near" : null);
    text(this.longest, queue.waiting && queue.since ? clockOf(((queue.seenAt ?? serverNow()) - queue.since) / 1000) : "–");
    text(this.free, number(queue.free));
    this.bar.show(queue);
  }
}

export class QueueCards {
  constructor() {
    this.element = h("ul", { class: "cards" });
    this.cards = new Map();
  }
  show(store) {
    const all = queuesOf(store);
    keyed(this.element, all, (queue) => queue.name, (queue) => {
      const card = new QueueCard();
      this.cards.set(queue.name, card);
      return card.element;
    }, (_, queue) => this.cards.get(queue.name).show(queue));
    return all.length;
  }
}
