// SPDX-License-Identifier: Apache-2.0
#include "actors/live_json.hpp"

#include "protocol/json.hpp"
#include "protocol/time.hpp"

#include <algorithm>

namespace ringmaster {
namespace {

void text_member(json_writer& w, std::string_view name, const text& value) {
  w.key(name);
  if (value)
    w.string(*value);
  else
    w.null();
}

void time_member(json_writer& w, std::string_view name, const maybe_time& value) {
  w.key(name);
  if (value)
    w.string(format_timestamp(*value));
  else
    w.null();
}

void share_member(json_writer& w, std::string_view name, const std::optional<double>& value) {
  w.key(name);
  if (value)
    w.number(*value);
  else
    w.null();
}

/// What may be abandoned, and how much of it has been; null where the campaign has not spoken yet.
void append_budget(json_writer& w, const live_pacing* p) {
  const auto member = [&](std::string_view name, auto value_of) {
    w.key(name);
    p ? w.number(value_of(*p)) : w.null();
  };
  member("abandon_limit", [](const live_pacing& l) { return l.options.abandon_limit; });
  member("abandon_window_days", [](const live_pacing& l) { return l.options.window_days; });
  member("abandon_window_answers", [](const live_pacing& l) { return l.view.ledger.window_answers; });
  member("abandon_window_abandons", [](const live_pacing& l) { return l.view.ledger.window_abandons; });
  member("abandon_window_share", [](const live_pacing& l) {
    const auto& of = l.view.ledger;
    return of.window_answers > 0 ? static_cast<double>(of.window_abandons) / static_cast<double>(of.window_answers) : 0.0;
  });
  member("abandon_limit_used", abandon_limit_used);
}

} // namespace

double abandon_limit_used(const live_pacing& p) noexcept {
  const auto allowed = p.options.abandon_limit * static_cast<double>(p.view.ledger.window_answers);
  const auto abandons = static_cast<double>(p.view.ledger.window_abandons);
  return allowed > 0 ? abandons / allowed : abandons > 0 ? 1.0 : 0.0;
}

void append_resting(json_writer& w, const core::resting& one) {
  w.begin_object();
  w.member("what", core::name(one.what));
  w.member("pbx", one.server);
  w.member("name", one.name);
  w.member("reason", one.words);
  w.member("since", format_timestamp(one.since));
  w.member("next_try", format_timestamp(one.next_probe));
  w.end_object();
}

namespace {

void append_missing_right(json_writer& w, const core::missing_right& lacks) {
  const auto& about = core::info(lacks.right);
  w.begin_object();
  w.member("right", about.name);
  w.member("class", about.needs);
  w.member("costs", about.costs);
  w.member("seen", std::string_view{lacks.seen});
  w.member("mend", lacks.mend());
  w.end_object();
}

void append_rests(json_writer& w, const std::vector<core::resting>& all) {
  w.key("rests");
  w.begin_list();
  for (const auto& one : all)
    append_resting(w, one);
  w.end_list();
}

/// The servers that the campaign's calls go to, and those of them that are not connected: what is told of their calls and
/// agents is as old as that.
void append_servers_away(json_writer& w, const core::campaign_snapshot* of) {
  w.member("servers", of ? of->pbx_configured : 0);
  w.key("servers_away");
  w.begin_list();
  if (of)
    for (const auto& one : of->pbx_lost) {
      w.begin_object();
      w.member("pbx", std::string_view{one.name});
      w.member("trouble", std::string_view{one.trouble});
      time_member(w, "since", one.since);
      w.end_object();
    }
  w.end_list();
}

void append_names(json_writer& w, std::string_view name, const std::vector<std::string>* all) {
  w.key(name);
  w.begin_list();
  if (all)
    for (const auto& one : *all)
      w.string(one);
  w.end_list();
}

void append_reason(json_writer& w, const core::reason& first) {
  w.key("reason");
  if (first.code.empty())
    return w.null();
  w.begin_object();
  w.member("code", first.code);
  w.member("text", std::string_view{first.text});
  time_member(w, "until", first.until);
  w.end_object();
}

} // namespace

std::string_view name(server_state s) noexcept {
  switch (s) {
  case server_state::away: return "away";
  case server_state::refused: return "refused";
  case server_state::logging_in: return "logging_in";
  case server_state::connected: return "connected";
  }
  return {};
}

void append_server(json_writer& w, std::string_view name, const live_pbx* live, const std::vector<core::resting>& rests) {
  const bool connected = live && live->connected;
  w.begin_object();
  w.member("name", name);
  w.member("state", ringmaster::name(live ? live->state : server_state::away));
  w.member("connected", connected);
  w.key("trouble");
  live && !connected ? w.string(live->trouble) : w.null();
  time_member(w, "since", live && !connected ? live->trouble_since : std::nullopt);
  w.key("missing_rights");
  w.begin_list();
  if (connected)
    for (const auto& lacks : *live->missing_rights)
      append_missing_right(w, lacks);
  w.end_list();
  append_rests(w, rests);
  w.end_object();
}

void append_stats(std::string& out, const live_campaign& live, std::int64_t status) {
  const auto offered = live.connected + live.abandoned;
  const double share = offered == 0 ? 0.0 : static_cast<double>(live.abandoned) / static_cast<double>(offered);
  json_writer w{out};
  w.begin_object();
  w.member("uuid", to_string(live.id));
  w.member("status", status);
  w.member("calls_begun", live.calls_begun);
  w.member("ringing", live.ringing);
  w.member("waiting", live.waiting);
  w.member("talking", live.talking);
  w.member("in_flight", live.in_flight);
  w.member("agents_total", live.agents_total);
  w.member("agents_free", live.agents_free);
  w.member("agents_busy", live.agents_busy);
  w.member("agents_paused", live.agents_paused);
  w.member("answered", live.answered);
  w.member("connected", live.connected);
  w.member("abandoned", live.abandoned);
  w.member("abandoned_share", share);
  w.member("ended", live.ended);
  w.member("failed", live.failed);
  w.member("fate_unknown", live.fate_unknown);
  const auto entries = [&](const char* name, std::size_t count) {
    w.key(name);
    live.entries_known ? w.number(static_cast<std::int64_t>(count)) : w.null();
  };
  entries("entries_total", live.entries_total);
  entries("entries_left", live.entries_total - std::min(live.entries_done, live.entries_total));
  entries("entries_done", live.entries_done);
  entries("entries_ready", live.entries_ready);
  entries("entries_cooling", live.entries_cooling);
  w.key("queue");
  live.queue.empty() ? w.null() : w.string(live.queue);
  const auto unanswered = live.outstanding - std::min(live.waiting, live.outstanding);
  w.member("dialing", unanswered - std::min(live.ringing, unanswered));
  time_member(w, "waiting_since", live.waiting_since);
  w.member("agents_ringing", live.agents.ringing);
  w.member("agents_talking", live.agents.on_call);
  w.member("agents_wrap_up", live.agents.wrap_up);
  w.member("agents_away", live.agents.unavailable);
  w.member("callers_waiting", live.agents.waiting);
  share_member(w, "busy_share", live.busy_share);
  share_member(w, "answer_rate", live.answer_rate);
  w.member("calls_per_second", live.calls_per_second);
  append_budget(w, live.pacing.get());
  time_member(w, "expected_end", live.expected_end);
  w.member("calls_settled", live.sums.settled);
  w.member("calls_settled_answered", live.sums.settled_answered);
  w.member("agent_seconds", live.sums.agent_seconds);
  w.member("agent_seconds_busy", live.sums.busy_seconds);
  append_rests(w, live.snapshot ? live.snapshot->rests : std::vector<core::resting>{});
  append_servers_away(w, live.snapshot.get());
  append_reason(w, live.first_reason);
  append_names(w, "agents_not_answering", live.snapshot ? &live.snapshot->absent : nullptr);
  w.key("at");
  live.at == time_point{} ? w.null() : w.string(format_timestamp(live.at));
  w.end_object();
}

void append_history(std::string& out, const live_campaign& live) {
  using core::campaign_sample;
  static const std::vector<campaign_sample> none;
  const auto& samples = live.history ? *live.history : none;
  json_writer w{out};
  const auto column = [&](std::string_view name, auto value) {
    w.key(name);
    w.begin_list();
    for (const auto& s : samples)
      value(s);
    w.end_list();
  };
  const auto numbers = [&](std::string_view name, auto campaign_sample::*member) {
    column(name, [&](const campaign_sample& s) { w.number(s.*member); });
  };
  w.begin_object();
  w.member("uuid", to_string(live.id));
  w.member("step_seconds", std::chrono::duration_cast<std::chrono::seconds>(core::history_step).count());
  column("at", [&](const campaign_sample& s) { w.string(format_timestamp(s.date)); });
  numbers("calls_begun", &campaign_sample::begun);
  numbers("calls_settled", &campaign_sample::settled);
  numbers("calls_settled_answered", &campaign_sample::settled_answered);
  numbers("answered", &campaign_sample::answered);
  numbers("connected", &campaign_sample::connected);
  numbers("abandoned", &campaign_sample::abandoned);
  numbers("entries_finished", &campaign_sample::done);
  numbers("agent_seconds", &campaign_sample::agent_seconds);
  numbers("agent_seconds_busy", &campaign_sample::busy_seconds);
  w.end_object();
}

void append_live_dialing(std::string& out, const live_dialing& live) {
  json_writer w{out};
  w.begin_object();
  w.member("uuid", to_string(live.id));
  w.member("uuid_camp", to_string(live.campaign));
  w.member("status", live.status);
  text_member(w, "channel", live.channel);
  w.member("res_dial", live.res_dial);
  text_member(w, "res_dial_detail", live.res_dial_detail);
  w.member("res_hangup", live.res_hangup);
  text_member(w, "res_hangup_detail", live.res_hangup_detail);
  w.key("tm_update");
  if (live.tm_update)
    w.string(format_timestamp(*live.tm_update));
  else
    w.null();
  w.end_object();
}

} // namespace ringmaster
