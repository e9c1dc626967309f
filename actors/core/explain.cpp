// SPDX-License-Identifier: Apache-2.0
#include "actors/core/explain.hpp"

#include "actors/core/campaign_state.hpp"
#include "actors/core/originate.hpp"

#include <fmt/core.h>

#include <utility>

namespace ringmaster::core {
namespace {

std::string how_long(time_point from, time_point to) {
  const auto s = std::chrono::ceil<std::chrono::seconds>(to - from).count();
  if (s < 120)
    return fmt::format("{} s", s);
  if (s < 2 * 3600)
    return fmt::format("{} min", (s + 59) / 60);
  if (s < 48 * 3600)
    return fmt::format("{} h", (s + 3599) / 3600);
  return fmt::format("{} days", (s + 86399) / 86400);
}

/// With a full stop, unless it ends in one, or in a question.
std::string sentence(std::string_view words) {
  std::string out{words};
  if (out.empty() || (out.back() != '.' && out.back() != '?' && out.back() != '!'))
    out += '.';
  return out;
}

std::string entries(std::size_t n) {
  return n == 1 ? std::string{"1 entry"} : fmt::format("{} entries", n);
}

std::int64_t as_number(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

class reasons {
public:
  reason& add(std::string_view code, std::string text, std::optional<time_point> until = {}) {
    return list_.emplace_back(reason{code, std::move(text), until, {}, {}});
  }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
  [[nodiscard]] std::vector<reason> take() { return std::move(list_); }

private:
  std::vector<reason> list_;
};

void say_status(reasons& out, const campaign_snapshot& s, time_point now) {
  const auto calls = s.calls_in_flight;
  switch (s.status) {
  case campaign_status::started:
    return;
  case campaign_status::stopped:
    if (s.schedule_acts)
      out.add("stopped",
              fmt::format("The campaign is stopped. Its schedule starts it in {}; status 1 starts it now.",
                          how_long(now, *s.schedule_acts)),
              s.schedule_acts);
    else
      out.add("stopped", "The campaign is stopped. Start it with status 1.");
    return;
  case campaign_status::paused:
    out.add("paused", "The campaign is paused. It goes on with status 1.");
    return;
  case campaign_status::starting:
    out.add("starting", "The campaign is starting: its dial list is being loaded.");
    return;
  case campaign_status::stopping:
    out.add("stopping",
            fmt::format("The campaign is stopping: no call is begun, {} in flight may finish.", calls))
        .fields = {{"calls_in_flight", calls}};
    return;
  case campaign_status::pausing:
    out.add("pausing",
            fmt::format("The campaign is pausing: no call is begun, {} in flight may finish.", calls))
        .fields = {{"calls_in_flight", calls}};
    return;
  case campaign_status::force_stopping:
    out.add("force_stopping",
            fmt::format("The campaign is being stopped by force: {} in flight are hung up.", calls))
        .fields = {{"calls_in_flight", calls}};
    return;
  }
}

void say_database(reasons& out, const std::string& trouble) {
  if (!trouble.empty())
    out.add("database_unwritable", "Nothing can be written to the database, and so no call is begun: " + trouble + '.');
}

void say_setup(reasons& out, const campaign_snapshot& s) {
  if (!s.has_plan)
    out.add("no_plan", "The campaign has no plan, or its plan was deleted.");
  else if (s.dial_mode == 0)
    out.add("dial_mode_off", "The plan's dial_mode is 0: it dials nothing. Set it to 1.").fields = {
        {"dial_mode", 0}};
  if (!s.has_dlma)
    out.add("no_dlma", "The campaign has no dial list master, or it was deleted.");
  if (!s.has_destination)
    out.add("no_destination",
            "The campaign has no destination, or it was deleted: nobody could take an answered call.");
  else if (s.destination_unusable)
    out.add("destination_unusable", "The destination cannot take calls: " + *s.destination_unusable + '.');
  if (s.not_writable)
    out.add("call_cannot_be_written", fmt::format("No call of this campaign can be written for Asterisk: {}",
                                                  sentence(s.not_writable->message)))
        .texts = {{"field", s.not_writable->field}};
}

void say_schedule(reasons& out, const campaign_snapshot& s, time_point now) {
  if (s.schedule_open)
    return;
  if (s.schedule_change)
    out.add("schedule_closed",
            fmt::format("The schedule is closed; it opens in {}.", how_long(now, *s.schedule_change)),
            s.schedule_change);
  else
    out.add("schedule_closed", "The schedule is closed and never opens again.");
}

/// "pbx1 (for 3 min: …)"; of many servers the first three.
std::string listed_troubles(const campaign_snapshot& s, time_point now) {
  std::string all;
  for (std::size_t i = 0; i < s.pbx_lost.size() && i < 3; ++i) {
    const auto& one = s.pbx_lost[i];
    all += fmt::format("{}{} ({}{})", i == 0 ? "" : ", ", one.name,
                       one.since && *one.since < now ? "for " + how_long(*one.since, now) + ": " : std::string{}, one.trouble);
  }
  return s.pbx_lost.size() > 3 ? all + fmt::format(" and {} more", s.pbx_lost.size() - 3) : all;
}

void say_lost(reasons& out, const campaign_snapshot& s, time_point now) {
  if (s.pbx_lost.empty() && !s.pbx_hindered.empty())
    return;
  const auto troubles = listed_troubles(s, now);
  const auto which = s.queue.empty() || !s.queue_known ? "" : " with the queue";
  auto& r = out.add("pbx_not_connected",
                    (s.pbx_usable == 0 && s.pbx_hindered.empty()
                         ? s.pbx_configured == 1 ? fmt::format("The Asterisk server{} is not connected and ready", which)
                                                 : fmt::format("None of the {} Asterisk servers{} is connected and ready", s.pbx_configured, which)
                         : fmt::format("{} of the {} Asterisk servers{} {} not connected and ready", s.pbx_lost.size(), s.pbx_configured,
                                       which, s.pbx_lost.size() == 1 ? "is" : "are")) +
                        (troubles.empty() ? "." : ": " + troubles + "."));
  r.fields = {{"configured", s.pbx_configured}};
  if (!s.pbx_lost.empty())
    r.texts = {{"pbx", s.pbx_lost.front().name}, {"trouble", s.pbx_lost.front().trouble}};
}

void say_hindered(reasons& out, const campaign_snapshot& s) {
  for (const auto& one : s.pbx_hindered) {
    const auto& about = info(one.lacks.right);
    auto& r = about.read
                  ? out.add("events_not_heard",
                            fmt::format("Nothing is dialed on {}: {}, because its AMI user may not read events of the class {}, or an "
                                        "eventfilter drops them ({}). To mend it, {}.",
                                        one.name, about.costs, about.needs, one.lacks.seen, one.lacks.mend()))
                  : out.add("action_not_permitted",
                            fmt::format("Nothing is dialed on {}: {}, because its AMI user may not do that ({}). To mend it, {}.", one.name,
                                        about.costs, one.lacks.seen, one.lacks.mend()));
    r.texts = {{"pbx", one.name}, {"right", std::string{about.name}}, {"class", std::string{about.needs}}, {"seen", one.lacks.seen}};
  }
}

void say_pbx(reasons& out, const campaign_snapshot& s, time_point now) {
  if (s.pbx_configured == 0) {
    out.add("no_pbx", "No Asterisk server is configured.");
    return;
  }
  if (s.pbx_usable == 0) {
    say_lost(out, s, now);
    say_hindered(out, s);
    return;
  }
  std::int64_t resting_servers = 0;
  std::string_view last;
  for (const auto& r : s.rests) {
    resting_servers += std::exchange(last, r.server) == r.server ? 0 : 1; // they come server by server
    auto& said = r.what == resting_thing::trunk
                     ? out.add("trunk_rests", fmt::format("The trunk {} of the Asterisk server {} rests: {}", r.name,
                                                          r.server, sentence(r.words)),
                               r.next_probe)
                     : out.add("server_refuses",
                               fmt::format("The Asterisk server {} refuses {}: {}", r.server,
                                           r.what == resting_thing::server ? "calls" : "this campaign's calls",
                                           sentence(r.words)),
                               r.next_probe);
    said.text += r.next_probe > now ? fmt::format(" A single call is tried in {}.", how_long(now, r.next_probe))
                                    : std::string{" The next call is tried alone."};
    said.texts = {{"pbx", r.server}, {"reason", r.words}};
    if (r.what == resting_thing::trunk)
      said.texts.emplace_back("trunk", r.name);
  }
  if (resting_servers >= s.pbx_usable)
    return; // room and rate are of no matter then
  if (s.pbx_free_channels <= 0)
    out.add("no_free_channel", "Every Asterisk server that could take a call carries as many as it may.").fields = {
        {"usable_servers", s.pbx_usable}};
  if (s.rate_limited_until && *s.rate_limited_until > now)
    out.add("rate_limit", "Calls are begun as fast as the originate rate allows.", s.rate_limited_until);
}

/// What the plan allows and is used up; pacing's own words come after it.
void say_bounds(reasons& out, const campaign_snapshot& s) {
  const auto on_the_way = s.calls.outstanding();
  const auto logged_in = s.agents.working();
  if (s.limits.max_calls > 0 && on_the_way >= s.limits.max_calls)
    out.add("max_calls", fmt::format("As many calls are on the way as the plan's max_calls allows ({}).", s.limits.max_calls))
        .fields = {{"on_the_way", on_the_way}, {"max_calls", s.limits.max_calls}};
  if (s.limits.max_calls_per_agent > 0 && !s.agents.unlimited &&
      static_cast<double>(on_the_way + 1) > s.limits.max_calls_per_agent * static_cast<double>(logged_in))
    out.add("max_calls_per_agent",
            fmt::format("{} calls are on the way for {} agents; max_calls_per_agent allows {} for each.", on_the_way,
                        logged_in, s.limits.max_calls_per_agent))
        .fields = {{"on_the_way", on_the_way}, {"agents", logged_in}};
  const auto& l = s.abandons;
  const auto allowed = s.limits.abandon_limit * static_cast<double>(l.window_answers);
  if (s.predicts && l.window_abandons > 0 && static_cast<double>(l.window_abandons) >= allowed)
    out.add("abandon_budget",
            fmt::format("{} of {} live answers of the last {} days were abandoned, {:.4g} % may be: calls are begun for "
                        "free agents alone until there is room again.",
                        l.window_abandons, l.window_answers, s.limits.window_days, 100 * s.limits.abandon_limit))
        .fields = {{"abandons", l.window_abandons}, {"answers", l.window_answers}, {"window_days", s.limits.window_days}};
}

void say_agents(reasons& out, const campaign_snapshot& s) {
  const auto& a = s.agents;
  const auto fields = [&](reason& r) {
    r.fields = {{"available", a.available},     {"soon", a.soon},
                {"ringing", a.ringing},         {"on_call", a.on_call},
                {"wrap_up", a.wrap_up},         {"paused", a.paused},
                {"unavailable", a.unavailable}, {"callers_waiting", a.waiting}};
    if (!s.queue.empty())
      r.texts = {{"queue", s.queue}};
  };
  if (!s.queue.empty() && !s.queue_known) {
    out.add("queue_unknown", s.pbx_configured == 1
                                 ? fmt::format("The Asterisk server has no queue \"{}\".", s.queue)
                                 : fmt::format("No Asterisk server that is connected has a queue \"{}\".", s.queue))
        .texts = {{"queue", s.queue}};
    return;
  }
  if (s.pacing && s.pacing->calls > 0)
    return;
  if (!a.unlimited && a.available == 0) {
    fields(
        out.add("no_agent",
                a.members() == 0
                    ? fmt::format("The queue \"{}\" has no members.", s.queue)
                    : fmt::format("No agent of queue \"{}\" can take a call{}: {} on a call, {} ringing, {} in "
                                  "wrap-up, {} paused, {} unavailable.",
                                  s.queue, s.predicts ? ", and none is expected in time" : "", a.on_call, a.ringing,
                                  a.wrap_up, a.paused, a.unavailable)));
  } else if (s.pacing) {
    say_bounds(out, s);
    auto& r = out.add("pacing", "Enough calls are on the way: " + s.pacing->reason + '.');
    r.fields = s.pacing->fields;
  }
}

/// Whether or not that holds anything back.
void say_absent(reasons& out, const campaign_snapshot& s) {
  if (s.absent.empty())
    return;
  constexpr std::size_t most = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(most, s.absent.size()); ++i)
    names.append(i ? ", " : "").append(s.absent[i]);
  if (s.absent.size() > most)
    names.append(fmt::format(" and {} more", s.absent.size() - most));
  auto& r = out.add("agents_do_not_answer", fmt::format("{} leave{} calls unanswered: they are counted on less, and paused where "
                                                        "the plan's agent_no_answer_limit says so.",
                                                        names, s.absent.size() == 1 ? "s" : ""));
  r.fields = {{"agents", as_number(s.absent.size())}};
  r.texts = {{"names", names}};
}

void say_list(reasons& out, const campaign_snapshot& s, time_point now) {
  if (!s.list || s.list->ready > 0)
    return;
  const auto& l = *s.list;
  const auto fields = [&](reason& r) {
    r.fields = {{"total", as_number(l.total)},          {"cooling", as_number(l.cooling)},
                {"dialing", as_number(l.dialing)},      {"reserved", as_number(l.reserved)},
                {"answered", as_number(l.answered)},    {"exhausted", as_number(l.exhausted)},
                {"no_numbers", as_number(l.no_numbers)}, {"held", as_number(l.held)},
                {"number_in_use", as_number(l.put_off)}};
  };
  if (l.total == 0) {
    out.add("list_empty", "The dial list has no entries.");
    return;
  }
  if (l.cooling > 0 && l.put_off == l.cooling) {
    fields(out.add("number_in_use",
                   fmt::format("{} {} for other calls to the same telephone to end.", entries(l.put_off),
                               l.put_off == 1 ? "waits" : "wait"),
                   s.next_eligible));
    return;
  }
  if (l.cooling > 0) {
    fields(
        out.add("cooling_down",
                fmt::format("{} {} for the retry delay{}.", entries(l.cooling), l.cooling == 1 ? "waits" : "wait",
                            s.next_eligible ? "; the next can be dialed in " + how_long(now, *s.next_eligible)
                                            : std::string{}),
                s.next_eligible));
    return;
  }
  if (l.dialing > 0) {
    fields(
        out.add("list_in_flight", fmt::format("Every entry that is left ({}) is being dialed.", l.dialing)));
    return;
  }
  fields(out.add(
      "list_done",
      fmt::format("The list is done: {} answered, {} with all tries used, {} reserved, {} without a number{}.", l.answered,
                  l.exhausted, l.reserved, l.no_numbers,
                  l.held > 0 ? fmt::format(", {} held back since their calls cannot be written for Asterisk", l.held)
                             : std::string{})));
}

} // namespace

std::string_view name(resting_thing t) noexcept {
  switch (t) {
  case resting_thing::server: return "server";
  case resting_thing::trunk: return "trunk";
  case resting_thing::campaign: return "campaign";
  }
  return {};
}

std::string trunk_of(const plan& p) {
  auto way = resolve_technology(p.tech_name, nullptr);
  if (given(p.trunk_name))
    way.append("/").append(*p.trunk_name);
  return way;
}

std::vector<reason> explain_campaign(const campaign_snapshot& s, time_point now) {
  reasons out;
  say_status(out, s, now);
  say_database(out, s.database_trouble);
  say_setup(out, s);
  say_schedule(out, s, now);
  say_pbx(out, s, now);
  // What agents, pacing and list say means something only when somebody looks at them, and can see them.
  const auto before = out.size();
  if (s.has_destination && !s.destination_unusable && s.pbx_usable > 0)
    say_agents(out, s);
  if (out.size() > before) { // there would be more agents
    if (!s.pbx_lost.empty())
      say_lost(out, s, now);
    say_hindered(out, s);
  }
  if (s.has_dlma)
    say_list(out, s, now);
  if (out.empty())
    out.add("dialing", fmt::format("The campaign is dialing: {} calls are in flight.", s.calls_in_flight))
        .fields = {{"calls_in_flight", s.calls_in_flight}};
  say_absent(out, s);
  return out.take();
}

std::vector<reason> explain_entry(const entry_explanation& e, bool deleted, const campaign_snapshot* campaign,
                                  time_point now) {
  reasons out;
  const auto try_fields = [&](reason& r) {
    if (e.number)
      r.fields = {{"number", *e.number + 1}, {"tries", e.tries}, {"most_tries", e.most}};
  };
  if (deleted) {
    out.add("deleted", "The entry was deleted.");
    return out.take();
  }
  bool waits = false; // for its turn, so that what holds the campaign back holds it back too
  switch (e.state) {
  case entry_state::answered:
    out.add("answered", "The entry is done: its last dialing was answered.");
    break;
  case entry_state::exhausted:
    out.add("exhausted", campaign ? "Every number of the entry has had as many tries as the plan allows."
                                  : "Every number of the entry has had as many tries as it would get, and no campaign dials "
                                    "this list.");
    break;
  case entry_state::no_numbers:
    out.add("no_numbers", "The entry has no number that exists: none at all, or the network knows none of them.");
    break;
  case entry_state::held:
    out.add("call_cannot_be_written",
            fmt::format("The entry is held back, its tries untouched, until it is changed: a call to it cannot be written for "
                        "Asterisk. {}",
                        sentence(e.why)));
    break;
  case entry_state::reserved:
    out.add("reserved", "The entry is reserved (status 2) and not dialed by itself.");
    break;
  case entry_state::dialing:
    out.add("dialing", "The entry is being dialed.");
    if (campaign) // its end cannot be written down
      say_database(out, campaign->database_trouble);
    break;
  case entry_state::number_in_use: {
    auto& r = out.add("number_in_use", "Another call to the same telephone is up; the entry is dialed when that has ended.");
    try_fields(r);
    if (e.other_call)
      r.texts = {{"dialing", to_string(*e.other_call)}};
    waits = true;
    break;
  }
  case entry_state::cooling:
    try_fields(out.add("cooling_down",
                       e.until
                           ? fmt::format("The retry delay since the last hangup is not over; the next try is "
                                         "possible in {}.",
                                         how_long(now, *e.until))
                           : std::string{"The retry delay since the last hangup is not over."},
                       e.until));
    waits = true;
    break;
  case entry_state::ready:
    try_fields(
        out.add("ready", "The entry can be dialed and waits for its turn: fewest tries first, then oldest."));
    waits = true;
    break;
  case entry_state::absent:
    out.add("deleted", "The dial list does not hold this entry.");
    break;
  }
  auto list = out.take();
  if (!waits)
    return list;
  if (!campaign) {
    list.push_back({"no_campaign", "No campaign dials this list.", {}, {}, {}});
    return list;
  }
  for (auto& r : explain_campaign(*campaign, now))
    if (r.code != "dialing" && r.code != "cooling_down")
      list.push_back(std::move(r));
  return list;
}

void append_reasons(std::string& out, const std::vector<reason>& all) {
  json_writer w{out};
  w.begin_list();
  for (const auto& r : all) {
    w.begin_object();
    w.member("code", r.code);
    w.member("text", std::string_view{r.text});
    w.key("until");
    if (r.until)
      w.string(format_timestamp(*r.until));
    else
      w.null();
    w.key("fields");
    w.begin_object();
    for (const auto& [name, value] : r.fields)
      w.member(name, value);
    for (const auto& [name, value] : r.texts)
      w.member(name, std::string_view{value});
    w.end_object();
    w.end_object();
  }
  w.end_list();
}

} // namespace ringmaster::core
