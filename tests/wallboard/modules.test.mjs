// The page's own modules, without a browser: what they make of what the daemon says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, queuesOf, restsOf } from "../../http/www/page/cards.js";
import { History } from "../../http/www/page/charts.js";
import { clockOf, limit, percent, spoken } from "../../http/www/page/format.js";
import { Marks } from "../../http/www/page/marks.js";
import { Store, keyOf, kindOf } from "../../http/www/page/store.js";

test("an event's name says of what kind of thing it tells, and what has become of it", () => {
  assert.deepEqual(kindOf("ob.campaign.delete"), ["ob.campaign", "delete"]);
  assert.deepEqual(kindOf("ob.stats"), ["ob.stats", "update"]);
  assert.deepEqual(kindOf("queue.queue.update"), ["queue.queue", "update"]);
});

test("things of two servers are two things", () => {
  assert.notEqual(keyOf({ name: "sales", pbx: "one" }), keyOf({ name: "sales", pbx: "two" }));
  assert.equal(keyOf({ uuid: "u", name: "n" }), "u");
});

test("a list that is not in memory is not taken for an empty one", () => {
  const left = (entries_total, entries_left, status = 0) => endOf({ status }, { entries_total, entries_left, expected_end: null });
  assert.equal(left(null, null), "counted when it starts");
  assert.equal(left(null, null, 11), "being counted");
  assert.equal(left(0, 0), "no entries");
  assert.equal(left(5, 0), "done");
  assert.equal(left(5, 2), "not running");
});

test("which server or trunk rests is said with its words", () => {
  assert.equal(restsOf(undefined), "");
  assert.equal(restsOf({ rests: [] }), "");
  assert.equal(restsOf({ rests: [{ what: "server", pbx: "pbx-1", name: "pbx-1", reason: "Asterisk is shutting down" },
    { what: "trunk", pbx: "pbx-2", name: "PJSIP/carrier", reason: "12 calls in a row failed in the network" },
    { what: "campaign", pbx: "pbx-2", name: "a uuid", reason: "Extension does not exist." }] }),
  "pbx-1 refuses calls: Asterisk is shutting down; Trunk PJSIP/carrier of pbx-2 rests: 12 calls in a row failed in the network; "
    + "pbx-2 refuses this campaign's calls: Extension does not exist.");
});

test("the store", async (t) => {
  const snapshot = (store, name, items, last = true) => store.take({ type: "snapshot", topic: "/ob", name, seq: 1, last, items });
  await t.test("takes events", () => {
    const store = new Store();
    assert.deepEqual(store.take({ "ob.campaign.create": { uuid: "a", status: 0 }, topic: "/ob/campaigns/a", seq: 5 }), ["ob.campaign"]);
    store.take({ "ob.campaign.update": { uuid: "a", status: 1 }, topic: "/ob/campaigns/a", seq: 6 });
    assert.deepEqual(store.list("ob.campaign"), [{ uuid: "a", status: 1 }]);
    store.take({ "ob.campaign.delete": { uuid: "a" }, topic: "/ob/campaigns/a", seq: 7 });
    assert.deepEqual(store.list("ob.campaign"), []);
  });
  await t.test("replaces all of a kind when the last piece of a snapshot is there, and not before", () => {
    const store = new Store();
    snapshot(store, "ob.campaign", [{ uuid: "old" }]);
    assert.deepEqual(snapshot(store, "ob.campaign", [{ uuid: "a" }], false), []);
    snapshot(store, "ob.stats", [{ uuid: "s" }]);
    assert.deepEqual([...store.all("ob.campaign").keys()], ["old"]);
    assert.deepEqual(snapshot(store, "ob.campaign", [{ uuid: "b" }]), ["ob.campaign"]);
    assert.deepEqual([...store.all("ob.campaign").keys()], ["a", "b"]);
    assert.ok(store.knows("ob.stats") && !store.knows("queue.entry"));
  });
  await t.test("forgets half a snapshot with the connection that brought it", () => {
    const store = new Store();
    snapshot(store, "ob.campaign", [{ uuid: "half" }], false);
    store.forgetArriving();
    snapshot(store, "ob.campaign", [{ uuid: "whole" }]);
    assert.deepEqual([...store.all("ob.campaign").keys()], ["whole"]);
  });
});

test("a topic is resumed from where it is known to be whole", async (t) => {
  const topics = ["/ob/campaigns", "/queue"];
  const after = (...messages) => {
    const marks = new Marks();
    for (const message of messages) marks.take(message, topics);
    return topics.map((topic) => marks.of(topic));
  };
  const say = (type, topic, seq) => ({ type, topic, seq });
  const event = (topic, seq) => ({ "queue.member.update": {}, topic, seq });
  const snapshot = (seq) => ({ type: "snapshot", topic: "/queue", name: "queue.queue", seq, last: true, items: [] });
  await t.test("half a snapshot is none", () => {
    assert.deepEqual(after(say("subscribed", "/queue", 5), snapshot(5)), [undefined, undefined]);
    assert.deepEqual(after(say("subscribed", "/queue", 5), snapshot(5), event("/queue/statuses/a", 6)), [undefined, undefined]);
    assert.deepEqual(after(say("subscribed", "/queue", 5), snapshot(5), say("complete", "/queue", 5)), [undefined, 5]);
  });
  await t.test("each goes on with its own events", () => {
    assert.deepEqual(after(say("complete", "/queue", 5), say("complete", "/ob/campaigns", 4), event("/queue/statuses/a", 8), event("/ob/campaigns/u", 7)), [7, 8]);
    assert.deepEqual(after(say("complete", "/queue", 5), event("/queues/a", 8)), [undefined, 5], "another topic with the same beginning");
  });
  await t.test("what is cut off while it is resumed goes on there", () => {
    assert.deepEqual(after(say("complete", "/queue", 5), say("subscribed", "/queue", 5), event("/queue/statuses/a", 6)), [undefined, 6]);
    assert.deepEqual(after(say("complete", "/queue", 5), say("subscribed", "/queue", 5)), [undefined, 5]);
  });
  await t.test("where events are missing, from the next whole snapshot", () => {
    assert.deepEqual(after(say("complete", "/queue", 5), say("resync", "/queue", 9), event("/queue/statuses/a", 10)), [undefined, undefined]);
    assert.deepEqual(after(say("complete", "/queue", 5), say("subscribed", "/queue", 9), say("resync", "/queue", 9), say("complete", "/queue", 9)), [undefined, 9]);
  });
});

test("queues", async (t) => {
  const tell = (things) => {
    const store = new Store();
    for (const [name, items] of Object.entries(things)) store.take({ type: "snapshot", topic: "/", name, seq: 1, last: true, items });
    return queuesOf(store);
  };
  await t.test("are taken from the servers' own lists", () => {
    const member = (n, more) => ({ id: `m${n}@inbound`, pbx: "p", queue_name: "inbound", status: 1, paused: 0, paused_reason: "", in_call: 0, ...more });
    const [queue, ...others] = tell({
      "queue.queue": [{ name: "inbound", pbx: "p" }],
      "queue.member": [member(1), member(2, { status: 6 }), member(3, { in_call: 1 }), member(4, { paused: 1, paused_reason: "After-call work" }),
        member(5, { paused: 1, paused_reason: "Lunch" }), member(6, { status: 5 })],
      "queue.entry": [{ unique_id: "2", pbx: "p", queue_name: "inbound", tm_update: "2026-01-01T00:00:20Z", tm_create: "2026-01-01T00:00:10Z", wait: null },
        { unique_id: "1", pbx: "p", queue_name: "inbound", tm_update: "2026-01-01T00:00:15Z", wait: 12 }],
    });
    assert.equal(others.length, 0);
    const { free, ringing, talking, wrap_up, paused, away, waiting, since } = queue;
    assert.deepEqual({ free, ringing, talking, wrap_up, paused, away, waiting }, { free: 1, ringing: 1, talking: 1, wrap_up: 1, paused: 1, away: 1, waiting: 2 });
    assert.equal(new Date(since).toISOString(), "2026-01-01T00:00:03.000Z");
  });
  await t.test("and from campaigns where nothing else is known", () => {
    const stats = (uuid, more) => ({ uuid, queue: "sales", agents_total: 4, agents_free: 2, agents_ringing: 0, agents_talking: 1, agents_wrap_up: 1,
      agents_paused: 0, agents_away: 0, callers_waiting: 1, waiting_since: null, ...more });
    const [queue, ...others] = tell({ "ob.stats": [stats("a"), stats("b", { waiting_since: "2026-01-01T00:00:00Z" }), stats("c", { queue: null })] });
    assert.equal(others.length, 0);
    assert.equal(queue.free, 2, "two campaigns have the same agents");
    assert.equal(queue.waiting, 1);
    assert.equal(queue.since, Date.parse("2026-01-01T00:00:00Z"));
  });
});

test("the last hour", async (t) => {
  const at = (second) => new Date(1.7e12 + 1000 * second).toISOString();
  const stats = (second, settled, answered, there, busy) => ({ at: at(second), calls_settled: settled, answered, agent_seconds: there, agent_seconds_busy: busy });
  await t.test("has the shares of the two minutes before each point", () => {
    const history = new History();
    for (let s = 0; s <= 300; s += 10) history.add(stats(s, s, s < 150 ? 0 : s - 150, 10 * s, 5 * s));
    const [times, busy, answers] = history.series();
    assert.equal(times.length, 31);
    assert.equal(busy[0], null);
    assert.ok(busy.slice(1).every((share) => Math.abs(share - 0.5) < 1e-9));
    assert.equal(answers[15], 0);
    assert.ok(Math.abs(answers[21] - 0.5) < 1e-9, "half of the two minutes");
    assert.equal(answers.at(-1), 1);
  });
  await t.test("takes one sample each ten seconds, and an hour of them", () => {
    const history = new History();
    let points = 0;
    for (let s = 0; s < 7200; ++s) points += history.add(stats(s, s, 0, s, s)) ? 1 : 0;
    assert.equal(points, 720);
    assert.ok(history.series()[0].length <= 374);
  });
  await t.test("goes on over a restart of the daemon, whose sums begin anew, with a gap and no false share", () => {
    const history = new History();
    for (let s = 0; s <= 100; s += 10) history.add(stats(s, 1000 + s, 500, 10 * s, 8 * s));
    history.load({ at: [at(130), at(140), at(150)], calls_settled: [1100, 1110, 1120], answered: [500, 505, 510], agent_seconds: [0, 100, 200], agent_seconds_busy: [0, 20, 40] });
    const [times, busy, answers] = history.series();
    assert.equal(times.length, 15, "eleven, a gap, and three");
    assert.ok(Math.abs(busy[10] - 0.8) < 1e-9);
    assert.deepEqual(busy.slice(11, 13), [null, null]);
    assert.ok(Math.abs(busy.at(-1) - 0.2) < 1e-9);
    assert.ok(Math.abs(answers.at(-1) - 0.5) < 1e-9);
  });
  await t.test("is the server's where the server has it", () => {
    const history = new History();
    history.add(stats(50, 5, 5, 5, 5));
    history.load({ at: [at(0), at(10)], calls_settled: [0, 10], answered: [0, 1], agent_seconds: [0, 10], agent_seconds_busy: [0, 1] });
    assert.deepEqual(history.series()[0].length, 2);
  });
});

test("words for people", () => {
  assert.deepEqual([7, 65, 3725, -3].map(clockOf), ["0:07", "1:05", "1:02:05", "0:00"]);
  assert.equal(spoken(3605), "1 hour 5 seconds");
  assert.equal(spoken(0), "0 seconds");
  assert.deepEqual([percent(0.8765), percent(0.0312, 1), percent(null), limit(0.025), limit(0.03)], ["88 %", "3.1 %", "–", "2.5 %", "3 %"]);
});
