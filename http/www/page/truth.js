// SPDX-License-Identifier: Apache-2.0
// What figures are worth: how the servers are that they come from, and since when nobody can see any more. Pure.

import { ageOf, clockTime, dateOf } from "./format.js";

/** Servers, the worst first. */
const rank = { refused: 0, away: 1, logging_in: 2, connected: 3 };
export function serversOf(store) {
  const worth = (server) => rank[server.state] ?? 1;
  return store.list("ob.server").sort((a, b) =>
    worth(a) - worth(b) || b.rests.length - a.rests.length || a.name.localeCompare(b.name, undefined, { numeric: true }));
}

const words = { connected: "Connected", away: "No connection", refused: "Refuses the login", logging_in: "Logging in" };
const serverTones = { connected: "good", logging_in: "near" };

/** { word, tone, why, since } of a server; `why` in its own words, null where there is nothing to say. */
export function stateOfServer(server) {
  const lacks = server.missing_rights.length;
  const word = words[server.state] ?? server.state;
  if (server.state === "connected" && lacks)
    return { word: "Connected, with too few rights", tone: "near", since: null,
      why: server.missing_rights.map((one) => `${one.costs} (${one.seen}). To mend it, ${one.mend}`).join("; ") };
  return { word, tone: serverTones[server.state] ?? "over", why: server.connected ? null : server.trouble, since: dateOf(server.since) };
}

/** Which server or trunk gets no calls, and why; of a campaign's figures or of a server. Names and words of plans and
 *  servers: shown as text alone. */
export function restsOf(of) {
  return (of?.rests ?? []).map((one) => `${restingThing(one)}: ${one.reason}`).join("; ");
}
export function restingThing(one) {
  return one.what === "trunk" ? `Trunk ${one.name} of ${one.pbx} rests` : `${one.pbx} refuses ${one.what === "server" ? "calls" : "this campaign's calls"}`;
}

/** "as of 14:03:20, 9 min ago"; `at` and `now` in ms. */
export const asOf = (at, now) => (at === null ? "never seen yet" : `as of ${clockTime(at)}, ${ageOf(now - at)} ago`);

/** Of a campaign's figures: `blind` when none of the servers that it uses can be seen, `partly` when some cannot; since when
 *  (ms, null: they were never seen), and which. */
export function sightOf(stats) {
  const away = stats?.servers_away ?? [];
  const blind = away.length > 0 && away.length >= stats.servers;
  // Of several, the figures were last true when the last one could still be seen.
  const times = away.map((one) => dateOf(one.since)).filter((at) => at !== null);
  return { blind, partly: away.length > 0 && !blind, since: times.length ? Math.max(...times) : null, away };
}

/** What nobody can know while no server can be seen. The rest is the daemon's own. */
const seenOnServers = ["dialing", "ringing", "waiting", "talking", "in_flight", "waiting_since", "agents_total", "agents_free", "agents_busy",
  "agents_paused", "agents_ringing", "agents_talking", "agents_wrap_up", "agents_away", "callers_waiting", "busy_share", "answer_rate",
  "calls_per_second"];

/** The figures of a campaign as they are to be shown: while its servers cannot be seen, those of the last moment at which
 *  they could, or none. `last`: what this gave for the figures before. */
export function figuresToShow(stats, last) {
  const sight = sightOf(stats);
  if (!sight.blind) return stats;
  const kept = last && last.kept !== false ? last : null;
  const of = Object.fromEntries(seenOnServers.map((name) => [name, kept ? kept[name] : null]));
  return { ...stats, ...of, expected_end: null, kept: kept !== null, seen_at: kept ? kept.seen_at ?? kept.at : null };
}

/** When what is shown of servers was true (ms), null: never; for figures that `figuresToShow` gave. */
export const seenAt = (stats) => dateOf(stats.seen_at) ?? sightOf(stats).since;

/** Reasons that mean that something is the matter, not that a campaign has nothing to do. */
const troubles = new Set(["database_unwritable", "no_plan", "no_dlma", "no_destination", "destination_unusable", "call_cannot_be_written", "no_pbx",
  "pbx_not_connected", "events_not_heard", "action_not_permitted", "queue_unknown"]);

/** Whether a campaign that is started dials nothing although it should. */
export function isHeldUp(stats) {
  if (!stats) return false;
  if (sightOf(stats).blind || troubles.has(stats.reason?.code)) return true;
  const resting = new Set((stats.rests ?? []).map((one) => one.pbx)).size;
  return resting > 0 && resting >= stats.servers - (stats.servers_away ?? []).length;
}

/** What a campaign is up to, in a word: its status, unless that would say that all is well when it is not. */
export function standing(status, stats) {
  if ((status.tone === "on" || status.tone === "turning") && isHeldUp(stats))
    return sightOf(stats).blind ? { word: "No server", tone: "over" } : { word: "Not dialing", tone: "over" };
  return status;
}

/** How urgently somebody should look at it, and in a word why: the worst first on a wall. */
export function urgency(campaign, stats, now) {
  const started = [1, 11].includes(campaign.status);
  if (started && isHeldUp(stats)) return 6;
  if (!stats || campaign.status === 0) return 0;
  const share = abandonedShare(stats);
  if (share !== null && stats.abandon_limit_used > 1) return 5;
  if (stats.waiting > 0 && stats.waiting_since && now - Date.parse(stats.waiting_since) > 20_000) return 4;
  if (started && (stats.servers_away ?? []).length) return 4;
  if (started && ((stats.rests ?? []).length || (stats.agents_not_answering ?? []).length)) return 3;
  if (share !== null && stats.abandon_limit_used > 0.9) return 3;
  return started ? 2 : 1;
}

/** Less than that is noise, see docs/wallboard.md. The daemon holds back the other shares by itself. */
export const leastAnswers = 30;
export const abandonedShare = (stats) =>
  (stats?.abandon_window_answers ?? 0) >= leastAnswers ? stats.abandon_window_share : null;
export const tooFew = "not enough answers yet";
