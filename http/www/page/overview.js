// SPDX-License-Identifier: Apache-2.0
// All campaigns, queues and servers: the whole page, or the rail beside one campaign.

import { attribute, h, text } from "./dom.js";
import { CampaignCards, QueueCards, ServerCards, campaignsOf } from "./cards.js";
import { isHeldUp } from "./truth.js";

const section = (as, name, title, ...content) => h("section", { "aria-labelledby": `${as}-${name}` }, h("h2", { id: `${as}-${name}` }, title), ...content);

/** "2 of 3 campaigns running, 1 not dialing". */
export function headline(store) {
  const all = campaignsOf(store);
  if (!all.length) return "Wallboard";
  const started = all.filter((campaign) => campaign.status === 1);
  const held = started.filter((campaign) => isHeldUp(store.all("ob.stats").get(campaign.uuid))).length;
  return `${started.length - held} of ${all.length} campaign${all.length === 1 ? "" : "s"} running${held ? `, ${held} not dialing` : ""}`;
}

export class Overview {
  constructor(as = "overview") {
    this.title = as === "overview" ? h("h1") : null;
    this.servers = this.title ? new ServerCards(true) : null; // beside a campaign that one says what is the matter
    this.campaigns = new CampaignCards();
    this.queues = new QueueCards();
    this.noCampaign = h("p", { class: "empty", hidden: true },
      "There is no campaign yet. Campaigns are made over the REST API; each shows here as soon as it exists.");
    this.noQueue = h("p", { class: "empty", hidden: true }, "No queue is known yet: no campaign hands its calls to one.");
    this.toWall = this.title ? h("a", { class: "to-wall", href: "#/wall" }, "Wall") : null;
    this.asterisk = this.servers ? section(as, "servers", "Asterisk servers", this.servers.element) : null;
    this.element = h(as === "rail" ? "aside" : "div", { class: as, ...(as === "rail" ? { "aria-label": "All campaigns and queues" } : {}) },
      this.title ? h("header", { class: "head" }, this.title, this.toWall) : null,
      this.asterisk, section(as, "campaigns", "Campaigns", this.campaigns.element, this.noCampaign),
      section(as, "queues", "Queues", this.queues.element, this.noQueue));
  }

  show(store, open) {
    if (this.title) text(this.title, headline(store));
    if (this.servers) attribute(this.asterisk, "hidden", this.servers.show(store) === 0);
    this.campaigns.show(store, open);
    const queues = this.queues.show(store);
    attribute(this.noCampaign, "hidden", !store.knows("ob.campaign") || store.all("ob.campaign").size > 0);
    attribute(this.noQueue, "hidden", !store.knows("ob.stats") || queues > 0);
  }
}
