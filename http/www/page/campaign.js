// SPDX-License-Identifier: Apache-2.0
// One campaign, big.

import * as api from "./api.js";
import { Agents } from "./agents.js";
import { AgentBar, ServerCards, endOf, showStale } from "./cards.js";
import { History, ShareChart } from "./charts.js";
import { Controls } from "./controls.js";
import { attribute, h, keyed, style, text } from "./dom.js";
import { clockOf, dateOf, nameOf, number, percent, rate, statusOf } from "./format.js";
import { Gauge } from "./gauge.js";
import { plainReason } from "./reasons.js";
import { abandonedShare, seenAt, sightOf, standing, tooFew } from "./truth.js";

const explainEvery = 2000;
const agentsEvery = 900;
/** Figures wait so long for the agents who belong to them, and are painted with them. */
const together = 400;

/** Asks for something now and then, never twice at once, and not while nobody looks. */
class Asker {
  #next = 0;
  #asking = false;
  constructor(board, every, path, take) {
    Object.assign(this, { every, path, take, expired: () => board.expired() });
  }
  async ask() {
    if (this.#asking || document.hidden || Date.now() < this.#next) return;
    this.#asking = true;
    this.#next = Date.now() + this.every;
    try {
      this.take(await api.get(this.path));
    } catch (why) {
      // Of a daemon that is away the connection tells, and a campaign that is gone goes from the list.
      if (why instanceof api.Refused && why.status === 401) this.expired();
    } finally {
      this.#asking = false;
    }
  }
}

const tile = (name, title, ...content) => h("section", { class: `panel tile ${name}`, "aria-label": title }, h("h2", {}, title), ...content);

export class CampaignPage {
  constructor(board, id) {
    this.board = board;
    this.id = id;
    const path = `/ob/campaigns/${id}`;
    this.history = board.historyOf(id);
    this.explain = new Asker(board, explainEvery, `${path}/explain`, (answer) => this.#reasons(answer.reasons));
    this.ask = new Asker(board, agentsEvery, `${path}/agents`, (answer) => (this.answer = answer));
    this.figures = null; // those that are painted
    this.answer = null; // the agents who belong to them

    this.name = h("h1");
    this.status = h("span", { class: "status" });
    this.controls = board.me.may("ob.write") ? new Controls(board, id) : null;
    this.servers = new ServerCards(false);
    this.stale = h("p", { class: "stale-note", role: "note" });
    this.reasons = h("ul");
    this.why = h("section", { class: "panel why", "aria-label": "Why no more calls are begun" }, h("h2", {}, "Why no more calls?"), this.reasons);

    this.busy = h("strong", { class: "figure huge" }, "–");
    this.bar = new AgentBar();
    this.gauge = new Gauge("Abandoned calls against the limit");
    this.counted = h("p", { class: "note" });
    this.calls = {};
    const call = (state, word) => h("div", { "data-state": state }, h("dt", {}, word), (this.calls[state] = h("dd", { class: "figure" }, "–")));
    this.longest = h("dd", { class: "figure" }, "–");
    this.rate = h("span", { class: "note" });
    this.left = h("strong", { class: "figure huge" }, "–");
    this.done = h("i");
    this.end = h("b");
    this.entries = h("p", { class: "note" });

    this.busyChart = new ShareChart("Agents busy", "--talking");
    this.answerChart = new ShareChart("Answer rate", "--free");
    this.agents = new Agents();
    this.loadHistory();

    this.element = h("div", { class: "campaign" },
      h("header", { class: "title" }, h("a", { class: "back", href: "#/" }, "All campaigns"), this.name, this.status, this.controls?.element, this.servers.element, this.stale),
      this.why,
      tile("busy", "Agents busy", this.busy, h("span", { class: "note" }, "in the last minute"), this.bar.element),
      tile("abandoned", "Abandoned", this.gauge.element, this.counted),
      tile("calls", "Calls", h("dl", {}, call("dialing", "Dialing"), call("ringing", "Ringing"), call("waiting", "Waiting"), call("talking", "Talking"),
        h("div", { class: "longest" }, h("dt", {}, "Longest wait"), this.longest)), this.rate),
      tile("list", "Entries left", this.left, h("div", { class: "progress", "aria-hidden": "true" }, this.done), h("p", { class: "end" }, h("span", {}, "Expected end"), this.end), this.entries),
      this.busyChart.element, this.answerChart.element, this.agents.element);
  }

  remove() {
    this.busyChart.remove();
    this.answerChart.remove();
  }

  /** Also after a restart of the daemon: what was seen before stays. */
  async loadHistory() {
    try {
      this.history.load(await api.get(`/ob/campaigns/${this.id}/history`));
      this.#draw();
    } catch {
      // What is seen from here on is a history as well.
    }
  }

  #draw() {
    const [times, busy, answers] = this.history.series();
    this.busyChart.set(times, busy);
    this.answerChart.set(times, answers);
  }

  /** A sentence for each; the daemon's own words, and the figures that they rest on, when it is opened. */
  #reasons(reasons) {
    const keyOf = ({ code, fields }) => [code, fields?.pbx ?? "", fields?.trunk ?? ""].join(" "); // several trunks may rest
    keyed(this.reasons, reasons, keyOf, () => {
      const plain = h("span"), time = h("time"), words = h("p"), fields = h("dl");
      const element = h("li", {}, h("details", {}, h("summary", {}, plain, time), words, fields));
      element.parts = { plain, time, words, fields };
      return element;
    }, (element, reason) => {
      attribute(element, "data-code", reason.code);
      text(element.parts.plain, plainReason(reason, this.figures));
      text(element.parts.words, reason.text);
      keyed(element.parts.fields, Object.entries(reason.fields ?? {}), ([name]) => name, ([name]) => {
        const value = h("dd");
        const row = h("div", {}, h("dt", {}, name.replaceAll("_", " ")), value);
        row.value = value;
        return row;
      }, (row, [, value]) => text(row.value, typeof value === "number" ? number(value) : String(value)));
      element.until = dateOf(reason.until);
    });
    attribute(this.why, "data-code", reasons[0]?.code);
    this.#countDown();
  }

  #countDown() {
    for (const element of this.reasons.children) {
      const seconds = element.until ? (element.until - api.serverNow()) / 1000 : 0;
      text(element.parts.time, seconds >= 1 ? clockOf(seconds) : "");
    }
  }

  /** False when the campaign is gone. */
  show(store) {
    const campaign = store.all("ob.campaign").get(this.id);
    if (!campaign) return false;
    this.figures ??= store.all("ob.stats").get(this.id) ?? null;
    const status = standing(statusOf(campaign.status), this.figures);
    text(this.name, nameOf(campaign.name));
    text(this.status, status.word);
    attribute(this.status, "data-tone", status.tone);
    attribute(this.element, "data-tone", status.tone);
    this.controls?.show(campaign);
    attribute(this.servers.element, "hidden", this.servers.show(store) === 0);
    showStale(this.element, this.stale, this.figures);
    if (this.figures) this.#figures(campaign, this.figures);
    return true;
  }

  #figures(campaign, s) {
    const hasAgents = s.queue !== null;
    text(this.busy, hasAgents ? percent(s.busy_share) : "no queue");
    this.seenAt = sightOf(s).blind ? seenAt(s) : null;
    if (this.answer) this.agents.take(this.answer, sightOf(s).blind, this.seenAt);
    this.answer = null;
    this.bar.show({ free: s.agents_free, ringing: s.agents_ringing, talking: s.agents_talking, wrap_up: s.agents_wrap_up, paused: s.agents_paused });
    const share = abandonedShare(s);
    this.gauge.show(share, s.abandon_limit, tooFew);
    text(this.counted, (s.abandon_window_answers ?? null) === null ? ""
      : `${number(s.abandon_window_abandons)} of ${number(s.abandon_window_answers)} live answers, ${s.abandon_window_days === 1 ? "today" : `${s.abandon_window_days} days`}${share === null ? `: ${tooFew}` : ""}`);
    for (const state of ["dialing", "ringing", "waiting", "talking"]) text(this.calls[state], number(s[state]));
    this.waitingSince = s.waiting ? dateOf(s.waiting_since) : null;
    this.#longestWait(); // of the same moment as the number of those who wait
    text(this.rate, (s.calls_per_second ?? null) === null ? "" : `${rate(s.calls_per_second)} calls begun a second`);
    text(this.left, number(s.entries_left));
    style(this.done, "width", `${s.entries_total ? ((100 * s.entries_done) / s.entries_total).toFixed(2) : 0}%`);
    text(this.end, endOf(campaign, s));
    text(this.entries, s.entries_total === null ? ""
      : `of ${number(s.entries_total)}; ${number(s.entries_ready)} can be called now, ${number(s.entries_cooling)} wait for their next try`);
    this.busyChart.show(this.busyChart.mean, "mean of what is shown");
    this.answerChart.show(s.answer_rate, s.answer_rate === null ? tooFew : "recent calls");
  }

  /** Figures of a second have come. Painted as soon as the agents of the same moment are there. */
  tell(stats) {
    if (stats?.uuid !== this.id) return;
    if (this.history.add(stats)) this.#draw();
    const paint = () => {
      this.figures = stats;
      this.board.repaint();
    };
    Promise.race([this.ask.ask(), new Promise((done) => setTimeout(done, together))]).then(paint);
    this.explain.ask();
  }

  /** Without a connection nothing can be asked for. */
  linkIs(state) { this.controls?.allow(state === "live"); }

  #longestWait() {
    const now = this.seenAt ?? api.serverNow(); // what cannot be seen does not go on
    text(this.longest, this.waitingSince ? clockOf((now - this.waitingSince) / 1000) : "–");
  }

  /** Each second: what runs by itself. */
  tick() {
    this.agents.show();
    this.#longestWait();
    this.#countDown();
  }
}
