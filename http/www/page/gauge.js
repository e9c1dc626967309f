// SPDX-License-Identifier: Apache-2.0
// A share against its limit: half a circle, the limit as a mark on it.

import { attribute, h, svg, text } from "./dom.js";
import { limit as limitText, percent } from "./format.js";

const radius = 84;
const point = (share, r) => {
  const angle = Math.PI * (1 - share);
  return [100 + r * Math.cos(angle), 100 - r * Math.sin(angle)];
};
const arc = (to) => {
  const [x, y] = point(to, radius);
  return `M ${100 - radius} 100 A ${radius} ${radius} 0 0 1 ${x.toFixed(2)} ${y.toFixed(2)}`;
};

export class Gauge {
  constructor(name) {
    this.track = svg("path", { class: "track", d: arc(1) });
    this.over = svg("path", { class: "over", d: "" });
    this.value = svg("path", { class: "value", d: "" });
    this.mark = svg("line", { class: "mark" });
    this.figure = h("strong", { class: "figure" }, "–");
    this.under = h("span", { class: "note" });
    this.element = h("div", { class: "gauge", role: "meter", "aria-label": name, "aria-valuemin": 0 },
      svg("svg", { viewBox: "0 0 200 112", "aria-hidden": "true" }, this.track, this.over, this.value, this.mark),
      h("p", { "aria-hidden": "true" }, this.figure, this.under));
  }

  /** `share` of `limit`; both are shares, not percents. `unknown`: why there is no share yet. */
  show(share, limit, unknown = "not known") {
    const known = (share ?? null) !== null && (limit ?? null) !== null;
    // The limit stands at two thirds; what is far over it fills the scale.
    const whole = known ? Math.max(limit * 1.5, limit === 0 ? 0.01 : 0) : 1;
    const part = known ? Math.min(1, share / whole) : 0;
    const at = known ? limit / whole : 0;
    const tone = !known ? "none" : share > limit ? "over" : share > 0.9 * limit && limit > 0 ? "near" : "good";
    attribute(this.element, "data-tone", tone);
    attribute(this.value, "d", part > 0.002 ? arc(part) : "");
    const [[x1, y1], [x2, y2]] = [point(at, radius - 13), point(at, radius + 13)];
    for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) attribute(this.mark, name, value.toFixed(2));
    const [ox, oy] = point(at, radius);
    attribute(this.over, "d", `M ${ox.toFixed(2)} ${oy.toFixed(2)} A ${radius} ${radius} 0 0 1 ${100 + radius} 100`);
    text(this.figure, percent(known ? share : null, 1));
    text(this.under, (limit ?? null) === null ? "" : limit > 0 ? `limit ${limitText(limit)}` : "none allowed");
    attribute(this.element, "aria-valuemax", known ? (100 * whole).toFixed(2) : 100);
    attribute(this.element, "aria-valuenow", known ? (100 * Math.min(share, whole)).toFixed(2) : 0);
    attribute(this.element, "aria-valuetext", known ? `${percent(share, 1)} abandoned, limit ${limitText(limit)}` : unknown);
  }
}
