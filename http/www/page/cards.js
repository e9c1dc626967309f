// What is shown of every campaign and of every queue: cards, in the overview and in the rail beside one campaign.

import { attribute, h, keyed, style, text } from "./dom.js";
import { agentStates, clockOf, limit, number, percent, statusOf, timeOfDay } from "./format.js";
import { serverNow } from "./api.js";

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
    this.rests = h("p", { class: "rests", role: "status" });
    this.element = h("li", { class: "card campaign-card", "data-id": id },
      h("header", {}, h("h3", {}, this.name), this.status),
      h("dl", {},
        pair("Agents busy", this.busy),
        pair("Abandoned", this.abandoned),
        pair("Entries left", this.left),
        h("div", { class: "wide" }, h("dt", {}, "Agents"), this.agents),
        h("div", { class: "wide" }, h("dt", {}, "Expected end"), this.end)),
      h("div", { class: "limit-bar", "aria-hidden": "true" }, this.used), this.rests);
  }

  show(campaign, stats, open) {
    const status = statusOf(campaign.status);
    text(this.name, campaign.name ?? "(without a name)");
    attribute(this.name, "aria-current", open ? "page" : null);
    text(this.status, status.word);
    attribute(this.status, "data-tone", status.tone);
    attribute(this.element, "data-tone", status.tone);
    text(this.busy, percent(stats?.busy_share));
    text(this.agents, !stats ? "–" : stats.queue
      ? `${number(stats.agents_free)} free of ${number(stats.agents_total)}${stats.agents_paused ? `, ${number(stats.agents_paused)} paused` : ""}`
      : "no queue");
    const share = stats?.abandon_window_share, most = stats?.abandon_limit;
    text(this.abandoned, percent(share, 1));
    attribute(this.abandoned, "title", (most ?? null) === null ? null : `limit ${limit(most)}`);
    const used = stats?.abandon_limit_used ?? 0;
    style(this.used, "width", `${Math.min(100, 100 * used).toFixed(1)}%`);
    const tone = used > 1 ? "over" : used > 0.9 ? "near" : "good";
    attribute(this.used, "data-tone", tone);
    attribute(this.abandoned, "data-tone", used > 0 ? tone : null);
    text(this.left, stats ? number(stats.entries_left) : "–");
    text(this.end, endOf(campaign, stats));
    text(this.rests, restsOf(stats));
  }
}

/** Which server or trunk gets no calls, and why: names and words of plans and servers, shown as text alone. */
export function restsOf(stats) {
  return (stats?.rests ?? []).map((one) => {
    const what = one.what === "trunk" ? `Trunk ${one.name} of ${one.pbx} rests` : `${one.pbx} refuses ${one.what === "server" ? "calls" : "this campaign's calls"}`;
    return `${what}: ${one.reason}`;
  }).join("; ");
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
 *  of the agents are better: they know wrap-up. */
export function queuesOf(store) {
  const queues = new Map();
  const queue = (name) => {
    if (!queues.has(name))
      queues.set(name, { name, free: 0, ringing: 0, talking: 0, wrap_up: 0, paused: 0, away: 0, waiting: 0, since: null, campaigns: 0 });
    return queues.get(name);
  };
  for (const { name } of store.list("queue.queue")) queue(name);
  for (const member of store.list("queue.member")) queue(member.queue_name)[member.state ?? stateOf(member)] += 1;
  for (const entry of store.list("queue.entry")) {
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
    into.waiting = Math.max(into.waiting, stats.callers_waiting);
    const since = stats.waiting_since ? Date.parse(stats.waiting_since) : null;
    if (since && (into.since === null || since < into.since)) into.since = since;
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
      text(this.counts[state], number(counts[state] ?? 0));
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
      this.bar.element);
  }
  show(queue) {
    text(this.name, queue.name);
    text(this.waiting, number(queue.waiting));
    attribute(this.waiting, "data-tone", queue.waiting ? "near" : null);
    text(this.longest, queue.since ? clockOf((serverNow() - queue.since) / 1000) : "–");
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
