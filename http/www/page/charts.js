// SPDX-License-Identifier: Apache-2.0
// Charts of the last hour, drawn by uPlot; and the samples that they are drawn from.

import { h, text } from "./dom.js";
import { percent } from "./format.js";

const hour = 3600;
const step = 10;
/** A chart that has just begun is not an hour wide. */
const shortest = 600;
/** Each point is the share of the two minutes before it: ten seconds of a small team are mostly noise. */
const window_ = 120;
/** Of a rate as much more as it takes to have that many calls: fewer say nothing. */
const leastCalls = 30, longestWindow = 600;

/** The sums of a campaign over the last hour, from `…/history` and then from the figures of each second. */
export class History {
  #samples = [];

  /** What the server has kept; what was seen here before a restart of the daemon stays in front of it. */
  load(answer) {
    const fresh = answer.at.map((at, i) => ({
      at: Date.parse(at) / 1000, settled: answer.calls_settled[i], answered: answer.calls_settled_answered[i],
      there: answer.agent_seconds[i], busy: answer.agent_seconds_busy[i],
    }));
    const first = fresh[0]?.at ?? Infinity;
    this.#samples = [...this.#samples.filter((sample) => sample.at < first), ...fresh];
  }

  /** Returns whether there is a new point. */
  add(stats) {
    const at = Date.parse(stats.at) / 1000;
    if (!at || at - (this.#samples.at(-1)?.at ?? 0) < step) return false;
    this.#samples.push({ at, settled: stats.calls_settled, answered: stats.calls_settled_answered, there: stats.agent_seconds, busy: stats.agent_seconds_busy });
    const old = this.#samples.findIndex((sample) => sample.at > at - hour - window_);
    if (old > 0) this.#samples.splice(0, old);
    return true;
  }

  /** [times, busy shares, answer rates]; null where there was nobody to divide by, or nobody looked. */
  series() {
    const times = [], busy = [], answers = [];
    let from = 0, first = 0; // of the two minutes; of what was seen without a hole
    this.#samples.forEach((now, i) => {
      const last = this.#samples[i - 1];
      // Sums that went back began anew with the daemon; a hole is a hole.
      if (last && (now.there < last.there || now.settled < last.settled || now.at - last.at > 3 * step)) {
        from = first = i;
        times.push(now.at - step / 2), busy.push(null), answers.push(null);
      }
      while (now.at - this.#samples[from].at > window_) from += 1;
      const then = this.#samples[from];
      const share = (part, whole) => (now[whole] > then[whole] ? Math.min(1, (now[part] - then[part]) / (now[whole] - then[whole])) : null);
      times.push(now.at), busy.push(share("busy", "there")), answers.push(this.#answerRate(i, from, first));
    });
    return [times, busy, answers];
  }

  #answerRate(i, from, first) {
    const now = this.#samples[i];
    const calls = (then) => now.settled - this.#samples[then].settled;
    while (from > first && calls(from) < leastCalls && now.at - this.#samples[from - 1].at <= longestWindow) from -= 1;
    return calls(from) < leastCalls ? null : Math.min(1, (now.answered - this.#samples[from].answered) / calls(from));
  }
}

const remOf = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A chart of one share over the last hour, with its newest figure in its head and the same in words. */
export class ShareChart {
  #plot = null;
  #data = [[], []];

  constructor(title, colour) {
    this.title = title;
    this.colour = colour;
    this.figure = h("strong", { class: "figure" }, "–");
    this.note = h("span", { class: "note" });
    this.canvas = h("div", { class: "plot", role: "img" });
    this.rows = h("tbody");
    const table = h("div", { class: "table", hidden: true, tabindex: "0", role: "region", "aria-label": `${title} as a table` },
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Time"), h("th", { scope: "col" }, title))), this.rows));
    const button = h("button", { type: "button", class: "quiet small", "aria-expanded": "false", "aria-label": `${title} as a table`, onclick: () => {
      table.hidden = !table.hidden;
      this.canvas.hidden = !table.hidden;
      button.setAttribute("aria-expanded", String(!table.hidden));
    } }, "Table");
    this.element = h("section", { class: "panel chart", "aria-label": `${title}, chart` },
      h("header", {}, h("h2", {}, title), h("p", {}, this.figure, " ", this.note), button), this.canvas, table);
    this.resize = new ResizeObserver(() => this.#fit());
    this.rem = 0; // that the letters were drawn for: another screen may have another
    this.resize.observe(this.canvas);
    this.themed = () => this.#draw();
    addEventListener("themechange", this.themed);
  }

  remove() {
    this.resize.disconnect();
    removeEventListener("themechange", this.themed);
    this.#plot?.destroy();
  }

  show(share, note) {
    text(this.figure, percent(share));
    text(this.note, note);
  }

  /** Of what the chart shows; null when it shows nothing. */
  get mean() {
    const told = this.#data[1].filter((value) => value !== null);
    return told.length ? told.reduce((sum, value) => sum + value, 0) / told.length : null;
  }

  set(times, values) {
    this.#data = [times, values];
    if (this.#plot) this.#plot.setData(this.#data), this.#scale();
    else this.#draw();
    this.#say();
  }

  #scale() {
    const end = this.#data[0].at(-1) ?? Date.now() / 1000;
    const span = end - (this.#data[0][0] ?? end);
    this.#plot.setScale("x", { min: end - Math.min(hour, Math.max(shortest, span)), max: end });
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    if (this.#plot && this.rem === remOf()) this.#plot.setSize({ width, height });
    else this.#draw();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    this.#plot?.destroy();
    const rem = (this.rem = remOf());
    const axis = { stroke: variable("--dim"), font: `${0.8 * rem}px ${variable("--font")}`, ticks: { show: false },
      grid: { stroke: variable("--line"), width: 1 } };
    const colour = variable(this.colour);
    this.#plot = new uPlot({
      width, height, legend: { show: false }, cursor: { show: false },
      padding: [0.6 * rem, 0.6 * rem, 0, 0],
      scales: { x: { time: true }, y: { range: [0, 1] } },
      axes: [
        { ...axis, space: 5 * rem, size: 1.8 * rem, gap: 0.3 * rem,
          values: (_, ticks) => ticks.map((t) => new Date(t * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })) },
        { ...axis, size: 3.6 * rem, gap: 0.3 * rem, splits: [0, 0.25, 0.5, 0.75, 1], values: (_, ticks) => ticks.map((t) => `${100 * t} %`) },
      ],
      series: [{}, { stroke: colour, width: Math.max(2, rem / 8), fill: `${colour}26`, points: { show: false } }],
    }, this.#data, this.canvas);
    this.#scale();
  }

  /** The same in words, and each five minutes as a table. */
  #say() {
    const [times, values] = this.#data;
    const told = values.filter((value) => value !== null);
    this.canvas.setAttribute("aria-label", told.length
      ? `${this.title} over the last hour: now ${percent(told.at(-1))}, mean ${percent(this.mean)}, lowest ${percent(Math.min(...told))}, highest ${percent(Math.max(...told))}.`
      : `${this.title}: nothing to show yet.`);
    const slots = new Map();
    times.forEach((t, i) => values[i] !== null && slots.set(Math.floor(t / 300), [t, values[i]]));
    this.rows.replaceChildren(...[...slots.values()].reverse().map(([t, value]) =>
      h("tr", {}, h("th", { scope: "row" }, new Date(t * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })), h("td", {}, percent(value)))));
  }
}
