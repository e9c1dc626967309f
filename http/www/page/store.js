// What is true now, as the daemon tells it: families of things by their keys, out of snapshots and events.

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

  #snapshot({ topic, name, items, last }) {
    if (!this.#arriving.has(topic)) this.#arriving.set(topic, new Map());
    const arriving = this.#arriving.get(topic);
    if (name) arriving.set(name, [...(arriving.get(name) ?? []), ...items]);
    if (!last) return [];
    this.#arriving.delete(topic);
    for (const [family, things] of arriving) {
      const fresh = new Map(things.map((thing) => [keyOf(thing), thing]));
      fresh.told = true;
      this.#families.set(family, fresh);
    }
    return [...arriving.keys()];
  }

  #event(message) {
    const changed = [];
    for (const [name, thing] of Object.entries(message)) {
      if (name === "topic" || name === "seq") continue;
      const [family, kind] = kindOf(name);
      if (kind === "delete") this.all(family).delete(keyOf(thing));
      else this.all(family).set(keyOf(thing), thing);
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
