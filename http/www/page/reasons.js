// SPDX-License-Identifier: Apache-2.0
// Why nothing is dialed, for people who run a call centre: a sentence of ours for each code of `explain`. The daemon's own
// sentence, which names figures and settings, is behind it.

import { dateOf, number, timeOfDay } from "./format.js";
import { restingThing } from "./truth.js";

const at = (reason, words) => (dateOf(reason.until) ? ` ${words} ${timeOfDay(reason.until)}.` : "");
const named = (list, none) => (list.length === 0 ? none : list.length <= 3 ? list.join(", ") : `${list.slice(0, 3).join(", ")} and ${number(list.length - 3)} more`);

const sentences = {
  stopped: (r) => (r.until ? `Stopped.${at(r, "Its schedule starts it at")}` : "Stopped. Nobody is called until it is started."),
  paused: () => "Paused. Nobody new is called until it is started again.",
  starting: () => "Starting: its list is being read.",
  stopping: () => "Stopping: calls that are up may finish.",
  pausing: () => "Pausing: calls that are up may finish.",
  force_stopping: () => "Stopping: its calls are being hung up.",
  database_unwritable: () => "Nothing can be saved, so nobody is called. Whoever runs the dialer has to look at its disk.",
  no_plan: () => "It has no plan that says how to dial.",
  no_dlma: () => "It has no list of people to call.",
  no_destination: () => "Nobody is set who would take an answered call.",
  destination_unusable: () => "Where its calls should go cannot take any.",
  dial_mode_off: () => "Its plan is set to call nobody.",
  call_cannot_be_written: () => "Its calls cannot be made: one of its settings does not fit.",
  schedule_closed: (r) => `Outside its hours.${at(r, "They begin at")}`,
  no_pbx: () => "No Asterisk server is set up.",
  pbx_not_connected: (r, s) => {
    const away = named((s?.servers_away ?? []).map((one) => one.pbx), r.fields?.pbx ?? "");
    return `No connection to Asterisk${away ? ` (${away})` : ""}. What agents and callers do there cannot be seen.`;
  },
  events_not_heard: (r) => `Asterisk${r.fields?.pbx ? ` (${r.fields.pbx})` : ""} does not let the dialer hear what it must.`,
  action_not_permitted: (r) => `Asterisk${r.fields?.pbx ? ` (${r.fields.pbx})` : ""} does not let the dialer do what it must.`,
  no_free_channel: () => "All lines are in use.",
  server_refuses: (r) => `Asterisk${r.fields?.pbx ? ` (${r.fields.pbx})` : ""} refuses calls.${at(r, "One is tried at")}`,
  trunk_rests: (r) => `Trunk ${r.fields?.trunk ?? ""} reaches nobody and rests.${at(r, "One call is tried at")}`,
  rate_limit: () => "Calls go out as fast as is allowed.",
  queue_unknown: (_, s) => `Asterisk has no queue ${s?.queue ?? "of that name"}.`,
  no_agent: (_, s) => (s?.agents_total === 0 ? "No agent is logged in." : "All agents are busy or paused."),
  max_calls: () => "As many calls are up as its plan allows.",
  max_calls_per_agent: () => "As many calls are up as its plan allows for so many agents.",
  abandon_budget: () => "Too many callers met no agent: it waits until that share is lower.",
  pacing: () => "Enough calls are on the way for the agents who are there.",
  list_empty: () => "There is nobody on its list.",
  list_done: () => "Everybody on its list has been called.",
  list_in_flight: () => "Everybody who is left is being called right now.",
  number_in_use: () => "Those who are left are on the phone already.",
  agents_do_not_answer: (r, s) => `Do not answer: ${named(s?.agents_not_answering ?? [], r.fields?.names ?? "")}.`,
  cooling_down: (r) => `Those who are left wait for their next try.${at(r, "The first may be called at")}`,
  dialing: () => "Dialing.",
};

/** A sentence for a manager; the daemon's own where there is none of ours. */
export const plainReason = (reason, stats) => sentences[reason.code]?.(reason, stats) ?? reason.text;

/** The first of what a campaign's figures say, for a card or a wall; "" where all is as it should be. */
export function briefReason(stats) {
  if (!stats?.reason || ["dialing", "pacing", "rate_limit", "stopped", "no_agent"].includes(stats.reason.code)) return "";
  const rest = (stats.rests ?? [])[0];
  if (rest && ["trunk_rests", "server_refuses"].includes(stats.reason.code)) return `${restingThing(rest)}: ${rest.reason}`;
  return plainReason(stats.reason, stats);
}
