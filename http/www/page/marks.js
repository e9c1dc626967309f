// SPDX-License-Identifier: Apache-2.0
// From where each topic may be resumed after an interruption. Pure: messages in, numbers out.
//
// Only what is complete may be resumed: of a snapshot that broke off in the middle the rest would never come.

export class Marks {
  #byTopic = new Map();

  /** `message`: one of the WebSocket. `topics`: those that were subscribed to, none below another. */
  take(message, topics) {
    const { type, topic, seq } = message;
    if (type === undefined) {
      const above = topics.find((one) => `${topic}/`.startsWith(`${one}/`));
      if (this.#byTopic.has(above)) this.#byTopic.set(above, seq);
    } else if (type === "complete") {
      this.#byTopic.set(topic, seq);
    } else if (type === "resync" || (type === "subscribed" && this.#byTopic.get(topic) !== seq)) {
      // What is known is not the whole any more. The answer to a resumption carries the number that was asked with.
      this.#byTopic.delete(topic);
    }
  }

  /** The number to resume `topic` from; undefined: from nothing, with a snapshot. */
  of(topic) { return this.#byTopic.get(topic); }
  clear() { this.#byTopic.clear(); }
}
