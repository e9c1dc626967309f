// SPDX-License-Identifier: Apache-2.0
// Members: who they are, who can take a call, what actions change, and the events that tell of them.
#include "bench/simulated_pbx/queues.hpp"

#include "bench/simulated_pbx/action.hpp"
#include "bench/simulated_pbx/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace ringmaster::sim {

namespace {

/// Puts the agent's number where the pattern has %d or %02d.
std::string numbered(std::string_view pattern, std::uint64_t n) {
  const auto percent = pattern.find('%');
  const auto d = percent == std::string_view::npos ? percent : pattern.find('d', percent);
  if (d == std::string_view::npos)
    return std::string{pattern};
  std::string_view width = pattern.substr(percent + 1, d - percent - 1);
  std::size_t digits = 0;
  for (const char c : width)
    digits = digits * 10 + static_cast<std::size_t>(c >= '0' && c <= '9' ? c - '0' : 0);
  return fmt::format("{}{:0>{}}{}", pattern.substr(0, percent), n, std::min<std::size_t>(digits, 20),
                     pattern.substr(d + 1));
}

} // namespace

member* queue::find(std::string_view interface) const {
  const auto it = std::find_if(members.begin(), members.end(),
                               [&](const auto& m) { return m->phone->interface == interface; });
  return it == members.end() ? nullptr : it->get();
}

queue_system::queue_system(core& c) : core_{c} {
  for (const queue_population& p : c.people.queues) {
    queue& q = *queues_.emplace_back(std::make_unique<queue>());
    q.how = p;
    for (std::uint32_t i = 0; i < p.agents; ++i) {
      auto m = std::make_shared<member>();
      m->phone = phone_for(numbered(p.interface, p.first_agent + i));
      m->name = numbered(p.member_name, p.first_agent + i);
      m->login = c.epoch;
      attach(q, m);
    }
    for (const agent_habit& h : p.habits)
      for (std::uint32_t n = h.first; n <= h.last; ++n)
        (void)set_habit(numbered(p.interface, n), h.how, h.ring);
  }
}

/// Nobody who would not be passed over.
bool queue_system::counts_as_empty(const queue& q, emptiness rule) const {
  return rule.applies && std::none_of(q.members.begin(), q.members.end(), [&](const auto& m) {
           const phone& p = *m->phone;
           return !(rule.paused && m->paused) && !(rule.in_use && p.state == phone::device::in_use) &&
                  !(rule.ringing && p.state == phone::device::ringing) &&
                  !(rule.resting && p.rests_until > core_.clock.now());
         });
}

queue* queue_system::find(std::string_view name) const {
  const auto it =
      std::find_if(queues_.begin(), queues_.end(), [&](const auto& q) { return q->how.name == name; });
  return it == queues_.end() ? nullptr : it->get();
}

std::vector<queue*> queue_system::named(std::string_view name) const {
  std::vector<queue*> found;
  for (const auto& q : queues_)
    if (name.empty() || q->how.name == name)
      found.push_back(q.get());
  return found;
}

std::shared_ptr<phone> queue_system::phone_for(std::string_view interface) {
  auto& p = phones_[std::string{interface}];
  if (p == nullptr) {
    p = std::make_shared<phone>();
    p->interface = interface;
    const dial_target t = parse_dial_string(interface);
    p->technology = t.technology;
    p->resource = t.resource;
    p->extension = t.number;
    p->context = t.context;
  }
  return p;
}

void queue_system::attach(queue& q, const std::shared_ptr<member>& m) {
  q.members.push_back(m);
  m->phone->queues.push_back(&q);
}

bool queue_system::can_take(const member& m) const {
  return !m.paused && (m.phone->state == phone::device::free || m.ring_in_use) &&
         m.phone->rests_until <= core_.clock.now() && m.last_rung != core_.clock.now();
}

std::vector<std::shared_ptr<member>> queue_system::choose(queue& q) {
  // A lower penalty goes first: only the lowest group that can take a call at all is looked at.
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  for (const auto& m : q.members)
    if (m->penalty < lowest && can_take(*m))
      lowest = m->penalty;
  std::vector<std::shared_ptr<member>> chosen;
  const auto fits = [&](const member& m) { return m.penalty == lowest && can_take(m); };
  if (q.how.strategy == "ringall") {
    for (const auto& m : q.members)
      if (fits(*m))
        chosen.push_back(m);
    return chosen;
  }
  std::shared_ptr<member> best;
  if (q.how.strategy == "rrmemory" || q.how.strategy == "roundrobin") {
    for (std::size_t i = 0; i < q.members.size() && best == nullptr; ++i) {
      const std::size_t at = (q.next_member + i) % q.members.size();
      if (fits(*q.members[at])) {
        best = q.members[at];
        q.next_member = at + 1;
      }
    }
  } else {
    random_source random{derive_seed(core_.seed, q.how.name, last_attempt_)};
    std::uint64_t seen = 0;
    for (const auto& m : q.members) {
      if (!fits(*m))
        continue;
      ++seen;
      const bool better = best == nullptr ||
                          (q.how.strategy == "leastrecent" && m->last_call < best->last_call) ||
                          (q.how.strategy == "fewestcalls" && m->calls_taken < best->calls_taken) ||
                          (q.how.strategy == "random" && random.next() % seen == 0);
      if (better)
        best = m;
    }
  }
  if (best != nullptr)
    chosen.push_back(best);
  return chosen;
}

void queue_system::set_device(phone& p, phone::device state) {
  const bool changed = p.state != state;
  p.state = state;
  switch (state) {
  case phone::device::free:
    core_.device(p.device_name(), "NOT_INUSE");
    break;
  case phone::device::in_use:
    core_.device(p.device_name(), "INUSE");
    break;
  case phone::device::ringing:
    core_.device(p.device_name(), "RINGING");
    break;
  }
  if (!changed)
    return;
  for (const queue* q : p.queues) {
    if (const member* m = q->find(p.interface))
      member_event("QueueMemberStatus", *q, *m);
    core_.device("Queue:" + q->how.name + "_avail", "NOT_INUSE");
  }
  if (state == phone::device::free)
    wake(p);
}

void queue_system::wake(const phone& p) {
  // Later, because the caller is in the middle of an event's work.
  for (queue* q : p.queues)
    core_.clock.after(std::max(p.rests_until - core_.clock.now(), sim_time{1'000}),
                      [this, q] { assign(*q); });
}

void queue_system::queue_variables(const queue& q, channel& c) {
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  core_.var_set(c, "QUEUENAME", q.how.name);
  core_.var_set(c, "QUEUEMAX", "0");
  core_.var_set(c, "QUEUESTRATEGY", q.how.strategy);
  core_.var_set(c, "QUEUECALLS", number(static_cast<std::int64_t>(q.waiting.size())));
  core_.var_set(c, "QUEUEHOLDTIME", number(q.hold_time));
  core_.var_set(c, "QUEUETALKTIME", number(q.talk_time));
  core_.var_set(c, "QUEUECOMPLETED", number(q.completed));
  core_.var_set(c, "QUEUEABANDONED", number(q.abandoned));
  core_.var_set(c, "QUEUESRVLEVEL", number(q.how.service_level_s));
  core_.var_set(c, "QUEUESRVLEVELPERF", fmt::format("{:.1f}", q.service_level()));
}

void queue_system::agent_event(std::string_view event, const attempt& a, const call& c,
                               std::string_view first, std::int64_t first_value, std::string_view second,
                               std::int64_t second_value, std::string_view reason) {
  auto e = core_.out.begin(event, event_class::agent);
  e.channel(*c.one)
      .channel(*a.one, "Dest")
      .text("Queue", a.in->how.name)
      .text("Interface", a.member->phone->interface)
      .text("MemberName", a.member->name)
      .number(first, first_value)
      .number(second, second_value);
  if (!reason.empty())
    e.text("Reason", reason);
}

void queue_system::describe(header_writer& to, const queue& q, const member& m) const {
  to.text("StateInterface", m.phone->interface)
      .text("Membership", m.dynamic ? "dynamic" : "static")
      .number("Penalty", m.penalty)
      .number("CallsTaken", m.calls_taken)
      .number("LastCall", m.last_call)
      .number("LastPause", m.last_pause)
      .number("LoginTime", m.login)
      .number("InCall", m.in_call ? 1 : 0)
      .number("Status", static_cast<std::int64_t>(m.phone->state))
      .number("Paused", m.paused ? 1 : 0)
      .text("PausedReason", m.paused_reason);
  static_cast<void>(q);
}

void queue_system::member_event(std::string_view event, const queue& q, const member& m) {
  auto e = core_.out.begin(event, event_class::agent);
  e.text("Queue", q.how.name).text("MemberName", m.name).text("Interface", m.phone->interface);
  describe(e, q, m);
  e.number("Ringinuse", m.ring_in_use ? 1 : 0)
      .number("Wrapuptime", q.how.wrapup_by_pause ? 0 : core_.real_seconds(q.how.wrapup.mean()));
}

std::optional<std::string> queue_system::add(std::string_view name, std::string_view interface,
                                             std::string_view member_name, std::int64_t penalty,
                                             bool paused) {
  queue* const q = find(name);
  if (q == nullptr)
    return "Unable to add interface to queue: No such queue";
  if (q->find(interface) != nullptr)
    return "Unable to add interface: Already there";
  auto m = std::make_shared<member>();
  m->phone = phone_for(interface);
  m->name = member_name.empty() ? interface : member_name;
  m->penalty = penalty;
  m->paused = paused;
  m->dynamic = true;
  m->login = core_.wall_seconds();
  if (paused)
    m->last_pause = m->login;
  attach(*q, m);
  core_.device(fmt::format("Queue:{}_pause_{}", q->how.name, interface), paused ? "INUSE" : "NOT_INUSE");
  member_event("QueueMemberAdded", *q, *m);
  wake(*m->phone);
  return std::nullopt;
}

void queue_system::configure(const std::vector<const config_section*>& wanted) {
  const auto number = [](std::string_view text) {
    std::int64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
  };
  const auto in_use = [&](const queue& q) {
    return !q.waiting.empty() ||
           std::any_of(attempts_.begin(), attempts_.end(), [&](const auto& a) { return a.second.in == &q; });
  };
  for (auto at = queues_.begin(); at != queues_.end();) {
    queue& q = **at;
    const bool stays = in_use(q) || std::any_of(wanted.begin(), wanted.end(),
                                                [&](const config_section* s) { return s->name == q.how.name; });
    if (stays) {
      ++at;
      continue;
    }
    for (const auto& m : q.members)
      std::erase(m->phone->queues, &q);
    q.members.clear();
    gone_.push_back(std::move(*at)); // timers may still look at it
    at = queues_.erase(at);
  }
  for (const config_section* s : wanted) {
    queue* q = find(s->name);
    if (q == nullptr) {
      q = queues_.emplace_back(std::make_unique<queue>()).get();
      q->how.name = s->name;
    }
    q->how.strategy = s->get("strategy", "ringall");
    q->how.service_level_s = number(s->get("servicelevel", "0"));
    q->how.ring_timeout_s = static_cast<double>(number(s->get("timeout", "15")));
    q->how.retry_s = static_cast<double>(number(s->get("retry", "5")));
    q->how.most_callers = static_cast<std::uint32_t>(number(s->get("maxlen", "0")));
    q->how.join_empty = read_emptiness(s->get("joinempty", "yes"), true).value_or(emptiness{});
    q->how.leave_when_empty = read_emptiness(s->get("leavewhenempty", "no"), false).value_or(emptiness{});
    q->how.autopause = s->get("autopause", "no");
    q->weight = number(s->get("weight", "0"));
    configure_members(*q, *s);
  }
}

void queue_system::configure_members(queue& q, const config_section& s) {
  std::vector<std::string> listed;
  for (const auto& [variable, value] : s.lines) {
    if (!same_name(variable, "member"))
      continue;
    const auto parts = split_arguments(value);
    const std::string& interface = listed.emplace_back(parts[0]);
    auto m = q.find(interface) == nullptr ? nullptr : *std::find_if(q.members.begin(), q.members.end(), [&](const auto& each) {
      return each->phone->interface == interface;
    });
    if (m == nullptr) {
      m = std::make_shared<member>();
      m->phone = phone_for(interface);
      m->login = core_.wall_seconds();
      attach(q, m);
      wake(*m->phone);
    } else if (!m->dynamic) {
      m->login = core_.wall_seconds();
      m->paused_reason.clear();
    }
    m->name = parts.size() > 2 && !parts[2].empty() ? parts[2] : interface;
    m->penalty = 0;
    if (parts.size() > 1)
      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), m->penalty);
  }
  std::erase_if(q.members, [&](const auto& m) {
    if (m->dynamic || std::find(listed.begin(), listed.end(), m->phone->interface) != listed.end())
      return false;
    std::erase(m->phone->queues, &q);
    return true;
  });
}

std::optional<std::string> queue_system::remove(std::string_view name, std::string_view interface) {
  queue* const q = find(name);
  if (q == nullptr)
    return "Unable to remove interface from queue: No such queue";
  member* const m = q->find(interface);
  if (m == nullptr)
    return "Unable to remove interface: Not there";
  member_event("QueueMemberRemoved", *q, *m);
  core_.device(fmt::format("Queue:{}_pause_{}", q->how.name, interface), "NOT_INUSE");
  std::erase(m->phone->queues, q);
  std::erase_if(q->members, [&](const auto& each) { return each.get() == m; });
  return std::nullopt;
}

std::optional<std::string> queue_system::pause(std::string_view name, std::string_view interface, bool paused,
                                               std::string_view reason) {
  bool any = false;
  for (queue* q : named(name)) {
    member* const m = q->find(interface);
    if (m == nullptr)
      continue;
    any = true;
    m->paused = paused;
    m->paused_reason = paused ? reason : std::string_view{};
    if (paused)
      m->last_pause = core_.wall_seconds();
    core_.device(fmt::format("Queue:{}_pause_{}", q->how.name, interface), paused ? "INUSE" : "NOT_INUSE");
    member_event("QueueMemberPause", *q, *m);
    wake(*m->phone);
  }
  return any ? std::nullopt : std::optional<std::string>{"Interface not found"};
}

std::optional<std::string> queue_system::set_penalty(std::string_view name, std::string_view interface,
                                                     std::int64_t penalty) {
  bool any = false;
  for (queue* q : named(name))
    if (member* const m = q->find(interface)) {
      any = true;
      m->penalty = penalty;
      member_event("QueueMemberPenalty", *q, *m);
    }
  return any ? std::nullopt : std::optional<std::string>{"Invalid interface, queuename or penalty"};
}

std::optional<std::string> queue_system::set_ring_in_use(std::string_view name, std::string_view interface,
                                                         bool on) {
  bool any = false;
  for (queue* q : named(name))
    if (member* const m = q->find(interface)) {
      any = true;
      m->ring_in_use = on;
      member_event("QueueMemberRinginuse", *q, *m);
    }
  return any ? std::nullopt
             : std::optional<std::string>{"Invalid interface, queuename, or ringinuse value\r\n"};
}

void queue_system::reset(std::string_view name) {
  for (queue* q : named(name)) {
    q->hold_time = q->talk_time = q->completed = q->abandoned = q->completed_in_level = 0;
    for (const auto& m : q->members)
      m->calls_taken = m->last_call = 0;
  }
}

std::size_t queue_system::status(std::string& out, std::string_view name, std::string_view interface,
                                 std::string_view action_id) const {
  std::size_t n = 0;
  const auto close = [&](header_writer& to) {
    if (!action_id.empty())
      to.text("ActionID", action_id);
    out += "\r\n";
    ++n;
  };
  for (const queue* q : named(name)) {
    header_writer to = core_.out.answer(out);
    to.text("Event", "QueueParams")
        .text("Queue", q->how.name)
        .number("Max", q->how.most_callers)
        .text("Strategy", q->how.strategy)
        .number("Calls", static_cast<std::int64_t>(q->waiting.size()))
        .number("Holdtime", q->hold_time)
        .number("TalkTime", q->talk_time)
        .number("Completed", q->completed)
        .number("Abandoned", q->abandoned)
        .number("ServiceLevel", q->how.service_level_s)
        .text("ServicelevelPerf", fmt::format("{:.1f}", q->service_level()))
        .text("ServicelevelPerf2", fmt::format("{:.1f}", q->service_level()))
        .number("Weight", q->weight);
    close(to);
    for (const auto& m : q->members) {
      if (!interface.empty() && m->phone->interface != interface)
        continue;
      to.text("Event", "QueueMember")
          .text("Queue", q->how.name)
          .text("Name", m->name)
          .text("Location", m->phone->interface);
      describe(to, *q, *m);
      to.number("Wrapuptime", q->how.wrapup_by_pause ? 0 : core_.real_seconds(q->how.wrapup.mean()));
      close(to);
    }
    std::int64_t at = 0;
    for (const std::uint64_t id : q->waiting) {
      const call* c = calls_->find(id);
      if (c == nullptr)
        continue;
      const channel& one = *c->one;
      const auto shown = [](const std::string& s) { return s.empty() ? std::string_view{"unknown"} : s; };
      to.text("Event", "QueueEntry")
          .text("Queue", q->how.name)
          .number("Position", ++at)
          .text("Channel", one.name)
          .text("Uniqueid", one.unique_id)
          .text("CallerIDNum", shown(one.caller_number))
          .text("CallerIDName", shown(one.caller_name))
          .text("ConnectedLineNum", shown(one.connected_number))
          .text("ConnectedLineName", shown(one.connected_name))
          .number("Wait", core_.real_seconds(std::chrono::duration<double>(core_.clock.now() - c->place.joined).count()))
          .number("Priority", 0);
      close(to);
    }
  }
  return n;
}

std::size_t queue_system::summary(std::string& out, std::string_view name, std::string_view action_id) const {
  std::size_t n = 0;
  for (const queue* q : named(name)) {
    std::int64_t available = 0;
    sim_time longest{0};
    for (const auto& m : q->members)
      available += can_take(*m) ? 1 : 0;
    for (const std::uint64_t id : q->waiting)
      if (const call* c = calls_->find(id))
        longest = std::max(longest, core_.clock.now() - c->place.joined);
    header_writer to = core_.out.answer(out);
    to.text("Event", "QueueSummary")
        .text("Queue", q->how.name)
        .number("LoggedIn", static_cast<std::int64_t>(q->members.size()))
        .number("Available", available)
        .number("Callers", static_cast<std::int64_t>(q->waiting.size()))
        .number("HoldTime", q->hold_time)
        .number("TalkTime", q->talk_time)
        .number("LongestHoldTime", core_.real_seconds(std::chrono::duration<double>(longest).count()));
    if (!action_id.empty())
      to.text("ActionID", action_id);
    out += "\r\n";
    ++n;
  }
  return n;
}

} // namespace ringmaster::sim
