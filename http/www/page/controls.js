// SPDX-License-Identifier: Apache-2.0
// Start, pause, stop, and the limit: for those who may, and only after they have said so twice.

import * as api from "./api.js";
import { h, text } from "./dom.js";
import { limit as limitText, nameOf, number, statusOf } from "./format.js";

/** A question in front of everything. Resolves to the value of the button that was pressed, or null. */
function askFor({ title, body, buttons }) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" });
    const form = h("form", { method: "dialog" }, h("h2", { id: "dialog-title" }, title), ...body,
      h("div", { class: "buttons" }, h("button", { type: "button", value: "", class: "quiet", onclick: () => dialog.close("") }, "Cancel"),
        ...buttons.map(({ word, value, tone }) => h("button", { type: "submit", value, class: tone ?? "" }, word))));
    dialog.append(form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export class Controls {
  /** `say(text)` tells the outcome to everybody, screen readers included. */
  constructor(board, id) {
    this.board = board;
    this.id = id;
    const button = (word, act) => h("button", { type: "button", onclick: () => act().catch((why) => board.say(why.message, true)) }, word);
    this.start = button("Start", () => this.#status(1, "Start"));
    this.pause = button("Pause", () => this.#status(2, "Pause"));
    this.stop = button("Stop", () => this.#stop());
    this.limit = button("Limit", () => this.#limit());
    this.element = h("div", { class: "controls", role: "group", "aria-label": "Controls" }, this.start, this.pause, this.stop, this.limit);
  }

  show(campaign) {
    const running = [1, 11].includes(campaign.status);
    this.start.hidden = running;
    this.pause.hidden = !running;
    this.stop.hidden = campaign.status === 0;
    this.limit.hidden = !campaign.plan;
  }

  allow(may) {
    for (const button of [this.start, this.pause, this.stop, this.limit]) {
      button.disabled = !may;
      button.title = may ? "" : "No connection to the daemon";
    }
  }

  get #campaign() { return this.board.store.all("ob.campaign").get(this.id); }
  get #stats() { return this.board.store.all("ob.stats").get(this.id); }

  get #name() { return nameOf(this.#campaign.name); }

  async #put(status) {
    const now = await api.put(`/ob/campaigns/${this.id}`, { status });
    this.board.say(`${nameOf(now.name)}: ${status === 1 ? await this.#whatBecameOfIt(now) : statusOf(now.status).word.toLowerCase()}.`);
  }

  /** A start is only the beginning: the list has to be read, and there may be nobody left on it. */
  async #whatBecameOfIt(now) {
    let left = null;
    for (let tries = 0; tries < 20; ++tries) {
      if (now.status !== 11) left = (await api.get(`/ob/campaigns/${this.id}/stats`)).entries_left;
      if (now.status === 0 && left === 0) return "nobody on its list is left to be called, so it has stopped again";
      if (now.status !== 11 && (now.status !== 1 || left)) break;
      await new Promise((done) => setTimeout(done, 250));
      now = await api.get(`/ob/campaigns/${this.id}`);
    }
    return now.status === 1 && left === 0 ? "started, but nobody on its list is left to be called" : statusOf(now.status).word.toLowerCase();
  }

  async #status(status, word) {
    const left = this.#stats?.entries_left;
    const body = status === 1
      ? [h("p", {}, left === 0 ? "Nobody on its list is left to be called: it would stop again at once."
        : `Calls are begun at once, to ${(left ?? null) === null ? "everybody" : number(left)} on the list who are left, when its schedule allows.`)]
      : [h("p", {}, "No new call is begun. Calls that are up go on to their end.")];
    if (await askFor({ title: `${word} ${this.#name}?`, body, buttons: [{ word, value: "yes", tone: "main" }] })) await this.#put(status);
  }

  async #stop() {
    const up = this.#stats?.in_flight ?? 0;
    const chosen = await askFor({
      title: `Stop ${this.#name}?`,
      body: [h("p", {}, "No new call is begun."), h("p", {}, up ? `${number(up)} calls are up. They may go on to their end, or be hung up now, customers who are talking included.` : "No call is up.")],
      buttons: [{ word: up ? "Stop, calls go on" : "Stop", value: "0", tone: "main" },
        ...(up ? [{ word: `Hang up ${number(up)} calls`, value: "30", tone: "danger" }] : [])],
    });
    if (chosen) await this.#put(Number(chosen));
  }

  async #limit() {
    const plan = await api.get(`/ob/plans/${this.#campaign.plan}`);
    const others = this.board.store.list("ob.campaign").filter((one) => one.plan === plan.uuid && one.uuid !== this.id);
    const now = plan.abandon_limit ?? this.#stats?.abandon_limit;
    const input = h("input", { id: "limit-input", type: "number", min: "0", max: "99.9", step: "any", required: true, inputmode: "decimal",
      value: now === undefined ? "" : +(100 * now).toFixed(4), "aria-describedby": "limit-help" });
    const chosen = await askFor({
      title: "Limit on abandoned calls",
      body: [
        h("p", { id: "limit-help" }, `The most live answers that may find no agent, in percent of all live answers of ${this.#stats?.abandon_window_days ?? 30} days. It belongs to the plan ${nameOf(plan.name)}.`),
        others.length ? h("p", { class: "warning" }, `The same plan, and so the same limit, have: ${others.map((one) => nameOf(one.name)).join(", ")}.`) : null,
        h("label", { for: "limit-input" }, "Limit (%)"), input],
      buttons: [{ word: "Continue", value: "yes", tone: "main" }],
    });
    if (!chosen) return;
    const share = +(Number(input.value) / 100).toFixed(6);
    if (share === now) return;
    const sure = await askFor({ title: `Set the limit to ${limitText(share)}?`,
      body: [h("p", {}, `It was ${limitText(now)}. ${share > now ? "More callers may be left without an agent: mind the law where you are." : "Fewer calls are begun ahead of agents who are not free yet."}`)],
      buttons: [{ word: `Set ${limitText(share)}`, value: "yes", tone: "main" }] });
    if (!sure) return;
    await api.put(`/ob/plans/${plan.uuid}`, { abandon_limit: share });
    this.board.say(`The limit is ${limitText(share)} now.`);
  }
}
