// All campaigns and all queues: the whole page, or the rail beside one campaign.

import { attribute, h, text } from "./dom.js";
import { CampaignCards, QueueCards, campaignsOf } from "./cards.js";

export class Overview {
  constructor(as = "overview") {
    this.title = as === "overview" ? h("h1") : null;
    this.campaigns = new CampaignCards();
    this.queues = new QueueCards();
    this.noCampaign = h("p", { class: "empty", hidden: true },
      "There is no campaign yet. Campaigns are made over the REST API; each shows here as soon as it exists.");
    this.noQueue = h("p", { class: "empty", hidden: true }, "No queue is known yet: no campaign hands its calls to one.");
    this.element = h(as === "rail" ? "aside" : "div", { class: as, ...(as === "rail" ? { "aria-label": "All campaigns and queues" } : {}) },
      this.title,
      h("section", { "aria-labelledby": `${as}-campaigns` }, h("h2", { id: `${as}-campaigns` }, "Campaigns"), this.campaigns.element, this.noCampaign),
      h("section", { "aria-labelledby": `${as}-queues` }, h("h2", { id: `${as}-queues` }, "Queues"), this.queues.element, this.noQueue));
  }

  show(store, open) {
    if (this.title) {
      const all = campaignsOf(store);
      const running = all.filter((campaign) => campaign.status === 1).length;
      text(this.title, all.length ? `${running} of ${all.length} campaign${all.length === 1 ? "" : "s"} running` : "Wallboard");
    }
    this.campaigns.show(store, open);
    const queues = this.queues.show(store);
    attribute(this.noCampaign, "hidden", !store.knows("ob.campaign") || store.all("ob.campaign").size > 0);
    attribute(this.noQueue, "hidden", !store.knows("ob.stats") || queues > 0);
  }
}
