// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/insight.hpp"

#include "actors/agent_room.hpp"
#include "actors/core/explain.hpp"
#include "actors/live_json.hpp"
#include "http/outbound/resource.hpp"
#include "storage/outbound.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace ringmaster::outbound {

namespace {

/// For a campaign whose actor has not spoken yet: what its record says.
std::string reasons_of_record(const campaign& c, time_point now) {
  core::campaign_snapshot seen;
  seen.status = static_cast<campaign_status>(c.status);
  seen.has_plan = c.plan.has_value();
  seen.has_dlma = c.dlma.has_value();
  seen.has_destination = c.dest.has_value();
  seen.dial_mode = 1;
  std::string out;
  core::append_reasons(out, core::explain_campaign(seen, now));
  return out;
}

/// Answers with what `append(out, record, live)` writes; `live` is null when the campaign's actor has not spoken yet.
template <class Append>
http::response about(const context& c, const uuid& id, Append&& append) {
  const auto in = c.read();
  if (!in)
    return refuse(c, in.error());
  const auto kept = storage::get<campaign>(*in, id);
  if (!kept)
    return refuse(c, kept.error());
  const auto live = c.engine->live().campaigns.find(id);
  return answer(c, [&](std::string& out) { append(out, *kept, live.get()); });
}

/// Figures that are all zero where nothing is known yet.
live_campaign figures(const uuid& id, const live_campaign* live) {
  auto shown = live ? *live : live_campaign{};
  shown.id = id;
  return shown;
}

http::response explain_campaign(const context& c, const uuid& id) {
  return about(c, id, [&](std::string& out, const campaign& kept, const live_campaign* live) {
    json_writer w{out};
    w.begin_object();
    w.member("uuid", to_string(id));
    w.member("status", kept.status);
    w.key("reasons");
    w.raw(live && !live->explain_json.empty() ? live->explain_json : reasons_of_record(kept, c.now()));
    w.end_object();
  });
}

/// Of one instant: what somebody was told to be over, a call or the campaign itself, is over in the figures as well.
void stats(const context& c, const uuid& id, const http::responder& reply) {
  std::int64_t status = 0;
  {
    const auto in = c.read();
    if (!in)
      return reply(refuse(c, in.error()));
    const auto kept = storage::get<campaign>(*in, id);
    if (!kept)
      return reply(refuse(c, kept.error()));
    status = kept->status;
  }
  c.engine->when_shown(id, status, [c, id, status, reply] {
    const auto live = c.engine->live().campaigns.find(id);
    reply(answer(c, [&](std::string& out) { append_stats(out, figures(id, live.get()), status); }));
  });
}

void append_numbers(json_writer& w, std::initializer_list<std::pair<std::string_view, std::int64_t>> all) {
  w.begin_object();
  for (const auto& [name, value] : all)
    w.member(name, value);
  w.end_object();
}

void append_pacing(json_writer& w, const live_pacing& p) {
  const auto& v = p.view;
  const auto& a = v.agents;
  const auto seconds = [](duration d) { return std::chrono::duration<double>(d).count(); };
  w.member("method", v.method);
  w.key("agents");
  append_numbers(w, {{"free", a.available}, {"ringing", a.ringing}, {"talking", a.on_call}, {"wrap_up", a.wrap_up},
                     {"paused", a.paused}, {"callers_waiting", a.waiting}, {"others_calls", a.others_calls}});
  w.key("calls");
  append_numbers(w, {{"dialing", v.calls.dialing}, {"ringing", v.calls.ringing}, {"waiting", v.calls.waiting},
                     {"with_agent", v.calls.with_agent}});
  w.key("in_flight_by_age");
  w.begin_list();
  for (const auto n : v.in_flight_by_age)
    w.number(n);
  w.end_list();
  w.key("answer_probability");
  w.begin_object();
  w.member("mean", v.answer_probability);
  w.member("low", v.answer_low);
  w.member("high", v.answer_high);
  w.member("changing", v.change_alarm);
  w.end_object();
  w.key("seconds");
  w.begin_object();
  w.member("ring", v.ring_mean);
  w.member("talk", v.talk_mean);
  w.member("wrap_up", v.wrap_up_mean);
  w.end_object();
  w.key("horizons");
  w.begin_list();
  for (const auto& h : v.horizons) {
    w.begin_object();
    w.member("seconds", h.seconds);
    w.member("free_agents", h.free_agents);
    w.member("answers", h.answers);
    w.member("late", h.late);
    w.end_object();
  }
  w.end_list();
  w.member("theta", v.theta);
  w.member("given_up", v.given_up);
  w.key("budget");
  w.begin_object();
  w.member("limit", p.options.abandon_limit);
  w.member("target", v.target);
  w.member("window_days", p.options.window_days);
  w.member("window_answers", v.ledger.window_answers);
  w.member("window_abandons", v.ledger.window_abandons);
  w.member("day_answers", v.ledger.day_answers);
  w.member("day_abandons", v.ledger.day_abandons);
  w.member("used", abandon_limit_used(p));
  w.member("factor", v.budget_factor);
  w.key("group");
  p.group.empty() ? w.null() : w.string(p.group);
  w.end_object();
  w.key("rules");
  w.begin_object();
  w.member("grace_seconds", seconds(p.options.grace));
  w.member("min_ring_seconds", seconds(p.options.min_ring));
  w.member("give_up_ringing", p.options.give_up_ringing);
  w.member("max_calls_per_agent", p.options.max_calls_per_agent);
  w.member("max_calls", p.options.max_calls);
  w.key("abandoned_calls");
  p.treatment.empty() ? w.null() : w.string(p.treatment);
  w.end_object();
  w.key("last_decisions");
  w.begin_list();
  for (const auto& d : v.last_decisions) {
    w.begin_object();
    w.member("at", format_timestamp(d.at));
    w.member("calls", d.calls);
    w.member("given_up", d.given_up);
    w.member("reason", std::string_view{d.reason});
    w.end_object();
  }
  w.end_list();
}

/// What pacing believes now; a campaign whose actor has not spoken yet has no more than its status.
http::response show_pacing(const context& c, const uuid& id) {
  return about(c, id, [&](std::string& out, const campaign& kept, const live_campaign* live) {
    json_writer w{out};
    w.begin_object();
    w.member("uuid", to_string(id));
    w.member("status", kept.status);
    w.key("at");
    live && live->pacing ? w.string(format_timestamp(live->at)) : w.null();
    if (live && live->pacing)
      append_pacing(w, *live->pacing);
    w.end_object();
  });
}

http::response history(const context& c, const uuid& id) {
  return about(c, id, [](std::string& out, const campaign& kept, const live_campaign* live) {
    append_history(out, figures(kept.id, live));
  });
}

/// Who of the campaign's queue does what, on every server that is connected.
void append_agents(json_writer& w, engine& from, const std::string& queue) {
  const auto& live = from.live();
  const auto& time = *from.options().time;
  const auto& servers = from.options().pbxs;
  struct shown {
    const core::agent_status* does;
    const core::agent_identity* who;
    std::int64_t unanswered;
  };
  std::vector<core::agent_ledger::members_pointer> kept;
  const auto queues = live.queues.all(); // keeps what `all` points into
  std::vector<shown> all;
  for (const auto& one : queues) {
    const auto server = live.pbxs.find(one->pbx);
    if (one->name != queue || !one->known || !one->members || !one->who || !server || !server->connected)
      continue;
    std::unordered_map<core::agent_key, const core::agent_identity*> by_key;
    for (const auto& who : *one->who)
      by_key.emplace(who.agent, &who);
    // As all queues of the server tell.
    const auto index = static_cast<std::size_t>(
        std::find_if(servers.begin(), servers.end(), [&](const pbx_options& p) { return p.name == one->pbx; }) - servers.begin());
    from.agents().with([&](core::agent_ledger& ledger) {
      auto members = ledger.members(ledger.queue(index, queue), time.now());
      if (!members)
        members = one->members;
      for (const auto& agent : *members)
        if (const auto who = by_key.find(agent.agent); who != by_key.end())
          all.push_back({&agent, who->second, ledger.unanswered(agent.agent)});
      kept.push_back(std::move(members));
    });
  }
  std::sort(all.begin(), all.end(), [](const shown& a, const shown& b) {
    return std::tie(a.who->name, a.who->interface, a.who->server) < std::tie(b.who->name, b.who->interface, b.who->server);
  });
  w.begin_list();
  for (const auto& [does, who, unanswered] : all) {
    w.begin_object();
    w.member("name", who->name);
    w.member("interface", who->interface);
    w.member("pbx", who->server);
    w.member("state", does->state == core::agent_state::wrap_up ? "wrap_up" : core::name(does->state));
    w.member("since", format_timestamp(time.date_of(does->since)));
    w.member("since_or_before", does->since_or_before);
    w.key("until");
    does->ends ? w.string(format_timestamp(time.date_of(*does->ends))) : w.null();
    w.key("reason");
    who->paused_reason.empty() ? w.null() : w.string(who->paused_reason);
    w.member("unanswered", unanswered);
    w.member("does_not_answer", core::seems_absent(*does, unanswered));
    w.end_object();
  }
  w.end_list();
}

http::response show_agents(const context& c, const uuid& id) {
  return about(c, id, [&](std::string& out, const campaign&, const live_campaign* live) {
    json_writer w{out};
    w.begin_object();
    w.member("uuid", to_string(id));
    w.key("queue");
    live && !live->queue.empty() ? w.string(live->queue) : w.null();
    w.key("list");
    if (live && !live->queue.empty()) {
      append_agents(w, *c.engine, live->queue);
    } else {
      w.begin_list();
      w.end_list();
    }
    w.end_object();
  });
}

} // namespace

result<void> add_insight(http::router& r, const context& c) {
  static constexpr http::object_kind explanation{"Explanation", nullptr, "`reasons`: each with `code`, `text` and, where it is known, `until`."},
      figures{"CampaignStats", nullptr, "Counts and times of a campaign."}, past{"CampaignHistory", nullptr, "Its last hour."},
      people{"CampaignAgents", nullptr, "Who of its queue does what."}, beliefs{"CampaignPacing", nullptr, "What pacing has learned."};
  const auto add = [&](const char* path, std::string_view what, std::string_view summary, const http::object_kind& gives, auto act) {
    const auto to = [c, what, act](const http::request& req, const http::responder& reply) {
      const auto id = path_id(c, req, what);
      id ? act(*id, reply) : reply(refuse(c, id.error()));
    };
    return r.add({.method = http::method::get, .path = path, .permission = std::string{may_read}, .to = {.on_request = to},
                  .about = {.group = what == "dl" ? "Dial list entries" : "Campaigns", .summary = summary, .reply = &gives,
                            .shape = http::reply_shape::one}});
  };
  // Of a campaign that has nothing to do, the figures are asked for first.
  struct view {
    const char* path;
    std::string_view summary;
    const http::object_kind& gives;
    http::response (*show)(const context&, const uuid&);
  };
  static constexpr view of_campaigns[] = {
      {"/ob/campaigns/{uuid}/explain", "Says why it begins no more calls than it does", explanation, explain_campaign},
      {"/ob/campaigns/{uuid}/pacing", "Shows what pacing believes", beliefs, show_pacing},
      {"/ob/campaigns/{uuid}/history", "Shows its last hour", past, history},
      {"/ob/campaigns/{uuid}/agents", "Shows who of its queue does what", people, show_agents}};
  for (const auto& one : of_campaigns)
    if (auto added =
            add(one.path, "campaign", one.summary, one.gives, [c, show = one.show](const uuid& id, const http::responder& reply) {
              c.engine->when_shown(id, std::nullopt, [c, show, id, reply] { reply(show(c, id)); });
            });
        !added)
      return added;
  if (auto added = add("/ob/campaigns/{uuid}/stats", "campaign", "Shows its figures", figures,
                       [c](const uuid& id, const http::responder& reply) { stats(c, id, reply); });
      !added)
    return added;
  return add("/ob/dls/{uuid}/explain", "dl", "Says why it is dialed or not", explanation,
             [c](const uuid& id, const http::responder& reply) {
               c.engine->explain_entry(id, [c, reply](const result<std::string>& reasons) {
                 reply(reasons ? answer(c, [&](std::string& out) { out.append(*reasons); }) : refuse(c, reasons.error()));
               });
             });
}

} // namespace ringmaster::outbound
