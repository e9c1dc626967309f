// SPDX-License-Identifier: Apache-2.0
// The agents of a campaign's queue, each with what it does and for how long.

import { attribute, h, keyed, text } from "./dom.js";
import { agentStates, clockOf, nameOf, number, spoken } from "./format.js";
import { serverNow } from "./api.js";

const order = Object.keys(agentStates);

export class Agents {
  #list = [];
  onServers = false;
  /** When they were seen last (ms); null: now. */
  #seenAt = null;

  constructor() {
    this.count = h("span", { class: "note" });
    this.grid = h("ul", { class: "agents" });
    this.empty = h("p", { class: "empty" });
    this.silent = h("p", { class: "rests" });
    this.element = h("section", { class: "panel people", "aria-label": "Agents" },
      h("header", {}, h("h2", {}, "Agents"), this.count, this.silent), this.grid, this.empty);
  }

  /** `answer`: of `…/agents`; who does not answer comes first, then those who have done the same for longest, state by
   *  state. `blind`: nobody can be seen since `seenAt`; who was there then stays. */
  take(answer, blind = false, seenAt = null) {
    this.#seenAt = blind ? seenAt : null;
    if (blind && answer.list.length === 0) return this.show();
    this.#list = [...answer.list].sort((a, b) => Number(b.does_not_answer) - Number(a.does_not_answer)
      || order.indexOf(a.state) - order.indexOf(b.state) || a.since.localeCompare(b.since));
    this.queue = answer.queue;
    this.onServers = new Set(answer.list.map((agent) => agent.pbx)).size > 1;
    this.show();
  }

  show() {
    keyed(this.grid, this.#list, (agent) => `${agent.pbx}\n${agent.interface}`, () => {
      const name = h("b"), place = h("span", { class: "place" }), state = h("span", { class: "does" }), time = h("time"), reason = h("span", { class: "reason" });
      const element = h("li", {}, h("span", { class: "person" }, name, place), h("span", { class: "doing" }, state, time), reason);
      element.parts = { name, place, state, time, reason };
      return element;
    }, (element, agent) => {
      const { name, place, state, time, reason } = element.parts;
      attribute(element, "data-state", agent.state);
      text(name, nameOf(agent.name));
      attribute(element, "data-absent", agent.does_not_answer);
      attribute(name, "title", `${agent.interface} on ${agent.pbx}`);
      text(place, this.onServers ? agent.pbx : ""); // several servers may well have an "Agent 03" each
      text(state, agentStates[agent.state] ?? agent.state);
      const seconds = ((this.#seenAt ?? serverNow()) - Date.parse(agent.since)) / 1000;
      // Asterisk does not tell since when everybody does what he does: then it is that long at least.
      text(time, `${agent.since_or_before ? "≥ " : ""}${clockOf(seconds)}`);
      attribute(time, "data-at-least", agent.since_or_before);
      attribute(time, "datetime", `PT${Math.max(0, Math.floor(seconds))}S`);
      attribute(time, "aria-label", `for ${agent.since_or_before ? "at least " : ""}${spoken(seconds)}`);
      text(reason, agent.does_not_answer ? `does not answer${agent.unanswered ? `: ${number(agent.unanswered)} missed` : ""}`
        : agent.state === "paused" && agent.reason ? agent.reason : "");
    });
    const silent = this.#list.filter((agent) => agent.does_not_answer).map((agent) => nameOf(agent.name));
    text(this.silent, silent.length ? `${silent.length === 1 ? "Does" : "Do"} not answer: ${silent.join(", ")}` : "");
    text(this.count, this.#list.length ? `${number(this.#list.length)} logged in to ${nameOf(this.queue)}` : "");
    attribute(this.empty, "hidden", this.#list.length > 0);
    text(this.empty, this.queue === null ? "This campaign hands its calls to no queue: there are no agents to show."
      : this.#seenAt ? "Agents cannot be seen." : this.queue ? `Nobody is logged in to ${nameOf(this.queue)}.` : "");
  }
}
