// SPDX-License-Identifier: Apache-2.0
// The WebSocket: subscribes, goes on after an interruption where it was, and says what it is doing.
//
// States, in `link.state`: "idle", "connecting", "live", "lost" (with `retryAt`), "refused" (the token is not good).

import * as api from "./api.js";
import { Marks } from "./marks.js";

const firstWait = 500;
const longestWait = 15000;
const answerWait = 10000;
const answerSoon = 700;
/** The daemon sends figures each second, and a ping each half minute: silence for longer means that nobody is there. */
const longestSilence = 45000;

export class Connection extends EventTarget {
  state = "idle";
  retryAt = 0;
  attempts = 0;
  /** When the last message came (our clock); what is shown is as old as that. */
  heardAt = 0;
  /** What happened to the last interruption: "resumed", "snapshot", "" before the first connection. */
  mended = "";

  #topics;
  #socket = null;
  #marks = new Marks();
  #timer = 0;
  #watch = 0;
  /** Topics of which not everything is here yet. */
  #incomplete = 0;

  /** `topics`: those to subscribe to. Messages come as events "message" with `detail`; "state" tells of a change. */
  constructor(topics) {
    super();
    this.#topics = topics;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  open() {
    this.close();
    this.attempts = 0;
    this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#marks.clear();
    this.#become("idle");
  }

  /** Does not wait for the pause before the next attempt to end. */
  hurry() {
    if (this.state !== "lost") return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  #connect() {
    this.#become("connecting");
    const address = new URL("/v1/ws", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("authtoken", api.token() ?? "");
    const socket = new WebSocket(address);
    this.#socket = socket;
    const over = () => this.#socket === socket && this.#lost();
    const slow = setTimeout(() => socket.readyState === WebSocket.CONNECTING && (socket.close(), over()), answerWait);
    socket.onopen = () => {
      clearTimeout(slow);
      this.#incomplete = this.#topics.length;
      this.mended = "resumed";
      for (const topic of this.#topics) {
        const from = this.#marks.of(topic);
        if (from === undefined) this.mended = "snapshot";
        socket.send(JSON.stringify({ type: "subscribe", topic, snapshot: true, ...(from === undefined ? {} : { from }) }));
      }
    };
    socket.onmessage = ({ data }) => this.#socket === socket && this.#take(JSON.parse(data));
    socket.onclose = () => {
      clearTimeout(slow);
      over();
    };
    clearInterval(this.#watch);
    this.heardAt = Date.now();
    this.#watch = setInterval(() => Date.now() - this.heardAt > longestSilence && over(), 5000);
  }

  #take(message) {
    this.heardAt = Date.now();
    if (message.type === "resync") this.mended = "snapshot";
    this.#marks.take(message, this.#topics);
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    // A topic that this daemon does not have is no reason to go without the others.
    if (this.#incomplete > 0 && (message.type === "complete" || message.type === "error")) {
      this.#incomplete -= 1;
      if (this.#incomplete === 0) {
        this.attempts = 0;
        this.#become("live");
      }
    }
  }

  async #lost() {
    const was = this.#socket;
    this.#socket = null;
    was?.close();
    clearInterval(this.#watch);
    // A browser does not always say why; REST does. Where it says so at once, that is all there is to tell.
    const asked = this.#askWhetherRefused();
    await Promise.race([asked, new Promise((done) => setTimeout(done, answerSoon))]);
    if (this.state === "refused" || this.state === "idle" || this.#socket) return;
    this.attempts += 1;
    const wait = Math.min(longestWait, firstWait * 2 ** (this.attempts - 1)) * (0.75 + Math.random() / 2);
    this.retryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#become("lost");
  }

  async #askWhetherRefused() {
    try {
      await api.whoAmI();
    } catch (why) {
      if (why instanceof api.Refused && why.status === 401 && this.state !== "idle") {
        clearTimeout(this.#timer);
        this.#become("refused");
      }
    }
  }
}
