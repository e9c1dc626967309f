// SPDX-License-Identifier: Apache-2.0
// The page's own modules, without a browser: what they make of what the daemon says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, queuesOf } from "../../http/www/page/cards.js";
import { History } from "../../http/www/page/charts.js";
import { ageOf, clockOf, limit, nameOf, percent, spoken } from "../../http/www/page/format.js";
import { Marks } from "../../http/www/page/marks.js";
import { briefReason, plainReason } from "../../http/www/page/reasons.js";
import { Store, keyOf, kindOf } from "../../http/www/page/store.js";
import { abandonedShare, figuresToShow, isHeldUp, restsOf, seenAt, serversOf, sightOf, standing, stateOfServer, urgency } from "../../http/www/page/truth.js";
import { layout, pagesOf } from "../../http/www/page/wall.js";

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
    const [queue, ...others] = tell({ "ob.stats": [stats("a"), stats("b", { waiting: 1, waiting_since: "2026-01-01T00:00:00Z" }), stats("c", { queue: null })] });
    assert.equal(others.length, 0);
    assert.equal(queue.free, 2, "two campaigns have the same agents");
    assert.equal(queue.waiting, 1);
    assert.equal(queue.since, Date.parse("2026-01-01T00:00:00Z"));
  });
});

test("the last hour", async (t) => {
  const at = (second) => new Date(1.7e12 + 1000 * second).toISOString();
  const stats = (second, settled, answered, there, busy) => ({ at: at(second), calls_settled: settled, calls_settled_answered: answered, agent_seconds: there, agent_seconds_busy: busy });
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
    history.load({ at: [at(130), at(140), at(150)], calls_settled: [1100, 1120, 1140], calls_settled_answered: [500, 510, 520], agent_seconds: [0, 100, 200], agent_seconds_busy: [0, 20, 40] });
    const [times, busy, answers] = history.series();
    assert.equal(times.length, 15, "eleven, a gap, and three");
    assert.ok(Math.abs(busy[10] - 0.8) < 1e-9);
    assert.deepEqual(busy.slice(11, 13), [null, null]);
    assert.ok(Math.abs(busy.at(-1) - 0.2) < 1e-9);
    assert.ok(Math.abs(answers.at(-1) - 0.5) < 1e-9);
  });
  await t.test("goes further back where two minutes have too few calls, and shows no rate of fewer than 30", () => {
    const history = new History();
    for (let s = 0; s <= 900; s += 10) history.add(stats(s, Math.floor(s / 10), Math.floor(s / 40), s, s)); // six calls a minute
    const answers = history.series()[2];
    assert.deepEqual(new Set(answers.slice(0, 30)), new Set([null]));
    assert.ok(answers.slice(30).every((rate) => Math.abs(rate - 0.25) < 0.03), String(answers));
    const slow = new History();
    for (let s = 0; s <= 900; s += 10) slow.add(stats(s, Math.floor(s / 60), Math.floor(s / 60), s, s));
    assert.ok(slow.series()[2].every((rate) => rate === null), "ten calls in ten minutes say nothing");
  });
  await t.test("is the server's where the server has it", () => {
    const history = new History();
    history.add(stats(50, 5, 5, 5, 5));
    history.load({ at: [at(0), at(10)], calls_settled: [0, 10], calls_settled_answered: [0, 1], agent_seconds: [0, 10], agent_seconds_busy: [0, 1] });
    assert.deepEqual(history.series()[0].length, 2);
  });
});

test("words for people", () => {
  assert.deepEqual([7, 65, 3725, -3].map(clockOf), ["0:07", "1:05", "1:02:05", "0:00"]);
  assert.equal(spoken(3605), "1 hour 5 seconds");
  assert.equal(spoken(0), "0 seconds");
  assert.deepEqual([percent(0.8765), percent(0.0312, 1), percent(null), limit(0.025), limit(0.03)], ["88 %", "3.1 %", "–", "2.5 %", "3 %"]);
});

test("names that nobody could see or tell apart say so", () => {
  assert.deepEqual(["", null, undefined].map(nameOf), ["(unnamed)", "(unnamed)", "(unnamed)"]);
  assert.deepEqual([" ", "   ", "\u200b\u00a0"].map(nameOf), ["(a blank for a name)", "(3 blanks for a name)", "(2 blanks for a name)"]);
  assert.deepEqual([" Autumn", "Autumn ", "Au\u200btumn"].map(nameOf), ["“ Autumn”", "“Autumn ”", "“Au\u200btumn”"]);
  assert.equal(nameOf("Autumn offer – \"Söhne\""), "Autumn offer – \"Söhne\"");
  assert.deepEqual([0, 59_000, 61_000, 7_200_000, 3 * 86_400_000].map(ageOf), ["0 s", "59 s", "1 min", "2 h", "3 days"]);
});

test("what cannot be seen", async (t) => {
  const at = "2026-01-01T10:00:00Z";
  const away = (pbx, since = at) => ({ pbx, since, trouble: "connection refused" });
  const stats = (more) => ({ uuid: "a", at, status: 1, servers: 1, servers_away: [], rests: [], queue: "sales", agents_total: 5, agents_free: 2, agents_ringing: 0,
    agents_talking: 3, agents_wrap_up: 0, agents_paused: 0, agents_away: 0, callers_waiting: 0, waiting: 0, talking: 3, waiting_since: null, entries_left: 7,
    busy_share: 0.6, reason: { code: "dialing", text: "x", until: null }, agents_not_answering: [], abandon_window_answers: 100, abandon_window_share: 0.01,
    abandon_limit_used: 0.4, ...more });
  const gone = { servers_away: [away("p")], agents_total: 0, agents_free: 0, agents_talking: 0, talking: 3, at: "2026-01-01T10:09:00Z",
    reason: { code: "pbx_not_connected", text: "…", until: null } };

  await t.test("stays as it was seen last, with the time of that; what the daemon knows by itself goes on", () => {
    const store = new Store();
    const tell = (one) => store.take({ "ob.stats": one, topic: "/ob/stats/a", seq: 1 });
    tell(stats());
    tell(stats({ ...gone, entries_left: 6 }));
    tell(stats({ ...gone, entries_left: 5 }));
    const shown = store.all("ob.stats").get("a");
    assert.deepEqual([shown.agents_talking, shown.agents_free, shown.busy_share, shown.entries_left], [3, 2, 0.6, 5]);
    assert.equal(seenAt(shown), Date.parse(at));
    tell(stats({ agents_talking: 1 }));
    assert.equal(store.all("ob.stats").get("a").agents_talking, 1);
  });
  await t.test("is no figure at all where it was never seen, not a nought", () => {
    const shown = figuresToShow(stats(gone), undefined);
    assert.deepEqual([shown.agents_free, shown.talking, shown.busy_share, shown.entries_left], [null, null, null, 7]);
    assert.equal(seenAt(shown), Date.parse(at), "as old as the loss of the server");
    assert.equal(figuresToShow(stats(gone), shown).agents_free, null);
  });
  await t.test("is a part where one server of two is away", () => {
    const sight = sightOf(stats({ servers: 2, servers_away: [away("q")] }));
    assert.deepEqual([sight.blind, sight.partly], [false, true]);
    assert.equal(figuresToShow(stats({ servers: 2, servers_away: [away("q")], agents_free: 1 }), stats()).agents_free, 1);
  });
  await t.test("never leaves a campaign that looks as if it ran", () => {
    const running = { word: "Running", tone: "on" };
    assert.deepEqual(standing(running, stats()), running);
    assert.deepEqual(standing(running, stats(gone)), { word: "No server", tone: "over" });
    const rest = { what: "trunk", pbx: "p", name: "PJSIP/carrier", reason: "could make no channel", since: at, next_try: at };
    assert.deepEqual(standing(running, stats({ rests: [rest], reason: { code: "trunk_rests" } })), { word: "Not dialing", tone: "over" });
    assert.deepEqual(standing(running, stats({ servers: 2, rests: [rest] })), running, "the other server dials");
    assert.deepEqual(standing({ word: "Stopped", tone: "off" }, stats(gone)), { word: "Stopped", tone: "off" });
    assert.ok(!isHeldUp(stats({ reason: { code: "no_agent" } })), "nothing to do is no trouble");
  });
  await t.test("of queues is told by server: those that can be seen count, or with none all, with their age", () => {
    const member = (pbx, n) => ({ unique_id: `${pbx}${n}`, pbx, queue_name: "sales", status: 1, paused: 0, in_call: 0 });
    const store = new Store();
    const snapshot = (name, items) => store.take({ type: "snapshot", topic: "/", name, seq: 1, last: true, items });
    const server = (name, connected) => ({ name, state: connected ? "connected" : "away", connected, trouble: connected ? null : "gone", since: connected ? null : at, rests: [], missing_rights: [] });
    snapshot("queue.member", [member("p", 1), member("q", 1), member("q", 2)]);
    snapshot("queue.entry", [{ unique_id: "c", pbx: "q", queue_name: "sales", tm_create: "2026-01-01T09:59:51Z" }]);
    snapshot("ob.server", [server("p", true), server("q", false)]);
    const [partly] = queuesOf(store);
    assert.deepEqual([partly.free, partly.waiting, partly.since, partly.blind, partly.missing], [1, 0, null, false, ["q"]]);
    snapshot("ob.server", [server("p", false), server("q", false)]);
    const [blind] = queuesOf(store);
    assert.deepEqual([blind.free, blind.waiting, blind.blind, blind.seenAt], [3, 1, true, Date.parse(at)]);
    assert.deepEqual(serversOf(store).map((one) => one.name), ["p", "q"]);
  });
  await t.test("nobody waits for any time when nobody waits", () => {
    const store = new Store();
    store.take({ type: "snapshot", topic: "/", name: "ob.stats", seq: 1, last: true,
      items: [stats({ callers_waiting: 0, waiting: 0, waiting_since: "2026-01-01T09:59:51Z" })] });
    assert.deepEqual(queuesOf(store).map((queue) => [queue.waiting, queue.since]), [[0, null]]);
  });
});

test("servers say how they are, in Asterisk's words", () => {
  const server = (more) => ({ name: "p", state: "connected", connected: true, trouble: null, since: null, rests: [], missing_rights: [], ...more });
  assert.deepEqual(stateOfServer(server()), { word: "Connected", tone: "good", why: null, since: null });
  const refused = stateOfServer(server({ state: "refused", connected: false, trouble: "login refused: Asterisk says 'Authentication failed'", since: "2026-01-01T10:00:00Z" }));
  assert.deepEqual([refused.word, refused.tone, refused.since], ["Refuses the login", "over", Date.parse("2026-01-01T10:00:00Z")]);
  assert.match(refused.why, /Authentication failed/);
  assert.equal(stateOfServer(server({ state: "logging_in", connected: false, trouble: "x" })).tone, "near");
  assert.equal(stateOfServer(server({ missing_rights: [{ costs: "calls cannot be begun", seen: "refused", mend: "write = originate" }] })).tone, "near");
});

test("a share is shown when it means something", () => {
  assert.equal(abandonedShare(undefined), null);
  assert.equal(abandonedShare({ abandon_window_answers: 29, abandon_window_share: 0.5 }), null);
  assert.equal(abandonedShare({ abandon_window_answers: 30, abandon_window_share: 0.1 }), 0.1);
});

test("reasons are sentences for people, and none is left without one", () => {
  const stats = { servers_away: [{ pbx: "pbx1" }], queue: "sales_1", agents_total: 0, agents_not_answering: ["Anna", "Ben"], rests: [] };
  const plain = (code, more = {}) => plainReason({ code, text: "the daemon's words", until: null, fields: {}, ...more }, stats);
  assert.equal(plain("pbx_not_connected"), "No connection to Asterisk (pbx1). What agents and callers do there cannot be seen.");
  assert.equal(plain("agents_do_not_answer"), "Do not answer: Anna, Ben.");
  assert.equal(plain("no_agent"), "No agent is logged in.");
  assert.doesNotMatch(plain("stopped"), /status 1/);
  assert.equal(plain("a code of tomorrow"), "the daemon's words");
  const codes = `stopped, paused, stopping, starting, pausing, force_stopping, database_unwritable, no_plan, no_dlma,
    no_destination, destination_unusable, dial_mode_off, call_cannot_be_written, schedule_closed, no_pbx, pbx_not_connected,
    events_not_heard, action_not_permitted, no_free_channel, server_refuses, trunk_rests, rate_limit, queue_unknown, no_agent,
    max_calls, max_calls_per_agent, abandon_budget, pacing, list_empty, list_done, list_in_flight, number_in_use, agents_do_not_answer,
    cooling_down, dialing`.split(/,\s*/);
  for (const code of codes) assert.notEqual(plain(code), "the daemon's words", code);
  assert.equal(briefReason({ ...stats, reason: { code: "dialing", text: "x" } }), "");
  assert.match(briefReason({ ...stats, reason: { code: "trunk_rests", text: "x" }, rests: [{ what: "trunk", pbx: "p", name: "PJSIP/c", reason: "no answer" }] }), /^Trunk PJSIP\/c of p rests: no answer$/);
});

test("the wall", async (t) => {
  await t.test("has room for thirty campaigns on 4K, and pages on a laptop and a phone", () => {
    const all = layout(130, 66, 30);
    assert.ok(all.columns * all.rows >= 30, JSON.stringify(all));
    const laptop = layout(83, 38, 30);
    assert.ok(laptop.columns * laptop.rows >= 9 && laptop.columns * laptop.rows < 30, JSON.stringify(laptop));
    assert.equal(layout(22, 40, 30).columns, 1);
    assert.deepEqual(layout(83, 38, 1), { columns: 1, rows: 1 });
    assert.deepEqual(layout(5, 3, 4), { columns: 1, rows: 1 }, "smaller than a tile is one tile");
  });
  await t.test("shows every campaign in turn, and what is urgent all the time", () => {
    const tiles = Array.from({ length: 10 }, (_, i) => ({ id: i, urgency: i < 2 ? 6 : 2 }));
    const pages = pagesOf(tiles, 6).map((page) => page.map((one) => one.id));
    assert.deepEqual(pages, [[0, 1, 2, 3, 4, 5], [0, 1, 6, 7, 8, 9]]);
    assert.deepEqual(pagesOf(tiles, 10).length, 1);
    const bad = Array.from({ length: 9 }, (_, i) => ({ id: i, urgency: 6 }));
    const seen = new Set(pagesOf(bad, 4).flat().map((one) => one.id));
    assert.equal(seen.size, 9, "trouble everywhere leaves nobody out");
  });
  await t.test("puts the worst first", () => {
    const now = Date.parse("2026-01-01T10:00:00Z");
    const stats = (more) => ({ servers: 1, servers_away: [], rests: [], agents_not_answering: [], waiting: 0, waiting_since: null, abandon_window_answers: 100,
      abandon_window_share: 0.01, abandon_limit_used: 0.3, reason: { code: "dialing" }, ...more });
    const on = { status: 1 };
    const worth = [
      urgency(on, stats({ servers_away: [{ pbx: "p", since: null }], reason: { code: "pbx_not_connected" } }), now),
      urgency(on, stats({ abandon_limit_used: 1.2 }), now),
      urgency(on, stats({ waiting: 1, waiting_since: "2026-01-01T09:59:00Z" }), now),
      urgency(on, stats({ agents_not_answering: ["Anna"] }), now),
      urgency(on, stats(), now),
      urgency({ status: 2 }, stats(), now),
      urgency({ status: 0 }, stats(), now)];
    assert.deepEqual(worth, [...worth].sort((a, b) => b - a));
    assert.equal(new Set(worth).size, worth.length);
    assert.equal(urgency(on, stats({ abandon_limit_used: 1.2, abandon_window_answers: 3 }), now), 2, "three answers say nothing");
  });
});
