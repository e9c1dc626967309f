// SPDX-License-Identifier: Apache-2.0
// What is true now, as the daemon tells it: families of things by their keys, out of snapshots and events.

import { figuresToShow } from "./truth.js";

/** What is kept of a thing, given what was kept of it before; of most, the thing. */
const shapes = { "ob.stats": figuresToShow };
const shaped = (family, thing, before) => (shapes[family] ? shapes[family](thing, before) : thing);

const kinds = new Set(["create", "update", "delete"]);

/** "ob.campaign.update" → ["ob.campaign", "update"]; "ob.stats" → ["ob.stats", "update"]. */
export function kindOf(name) {
  const dot = name.lastIndexOf(".");
  const last = name.slice(dot + 1);
  return kinds.has(last) ? [name.slice(0, dot), last] : [name, "update"];
}

/** What tells one thing of a family from another, whatever server it is on. */
export function keyOf(thing) {
  const id = thing.uuid ?? thing.id ?? thing.unique_id ?? thing.name;
  return thing.pbx ? `${thing.pbx}\n${id}` : id;
}

export class Store {
  #families = new Map();
  #arriving = new Map();

  /** The map of a family's things; empty when nothing was told of it. */
  all(family) {
    if (!this.#families.has(family)) this.#families.set(family, new Map());
    return this.#families.get(family);
  }
  list(family) { return [...this.all(family).values()]; }
  /** Whether a snapshot of it has come. */
  knows(family) { return this.#families.get(family)?.told === true; }

  /** One message of the WebSocket that is about things. Returns the names of the families it has changed. */
  take(message) {
    return message.type === "snapshot" ? this.#snapshot(message) : this.#event(message);
  }

  /** Comes in pieces; nothing is replaced until the last one of its kind is there. */
  #snapshot({ topic, name, items, last }) {
    const key = `${topic}\n${name}`;
    const things = [...(this.#arriving.get(key) ?? []), ...items];
    if (!last) {
      this.#arriving.set(key, things);
      return [];
    }
    this.#arriving.delete(key);
    const before = this.all(name);
    const fresh = new Map(things.map((thing) => [keyOf(thing), shaped(name, thing, before.get(keyOf(thing)))]));
    fresh.told = true;
    this.#families.set(name, fresh);
    return [name];
  }

  #event(message) {
    const changed = [];
    for (const [name, thing] of Object.entries(message)) {
      if (name === "topic" || name === "seq") continue;
      const [family, kind] = kindOf(name);
      if (kind === "delete") this.all(family).delete(keyOf(thing));
      else this.all(family).set(keyOf(thing), shaped(family, thing, this.all(family).get(keyOf(thing))));
      changed.push(family);
    }
    return changed;
  }

  /** A connection that broke in the middle of a snapshot. */
  forgetArriving() { this.#arriving.clear(); }
  clear() {
    this.#families.clear();
    this.#arriving.clear();
  }
}
