// The agents of a campaign's queue, each with what it does and for how long.

import { attribute, h, keyed, text } from "./dom.js";
import { agentStates, clockOf, number, spoken } from "./format.js";
import { serverNow } from "./api.js";

const order = Object.keys(agentStates);

export class Agents {
  #list = [];
  onServers = false;

  constructor() {
    this.count = h("span", { class: "note" });
    this.grid = h("ul", { class: "agents" });
    this.empty = h("p", { class: "empty" });
    this.element = h("section", { class: "panel people", "aria-label": "Agents" },
      h("header", {}, h("h2", {}, "Agents"), this.count), this.grid, this.empty);
  }

  /** `answer`: of `…/agents`; those who have done the same for longest come first, state by state. */
  take(answer) {
    this.#list = [...answer.list].sort((a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) || a.since.localeCompare(b.since));
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
      text(name, agent.name);
      attribute(name, "title", `${agent.interface} on ${agent.pbx}`);
      text(place, this.onServers ? agent.pbx : ""); // several servers may well have an "Agent 03" each
      text(state, agentStates[agent.state] ?? agent.state);
      const seconds = (serverNow() - Date.parse(agent.since)) / 1000;
      text(time, clockOf(seconds));
      attribute(time, "datetime", `PT${Math.max(0, Math.floor(seconds))}S`);
      attribute(time, "aria-label", `for ${spoken(seconds)}`);
      text(reason, agent.state === "paused" && agent.reason ? agent.reason : "");
    });
    text(this.count, this.#list.length ? `${number(this.#list.length)} logged in to ${this.queue}` : "");
    attribute(this.empty, "hidden", this.#list.length > 0);
    text(this.empty, this.queue === null ? "This campaign hands its calls to no queue: there are no agents to show."
      : this.queue ? `Nobody is logged in to ${this.queue}.` : "");
  }
}
