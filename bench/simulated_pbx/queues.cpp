// SPDX-License-Identifier: Apache-2.0
// Callers: joining, being offered to members, talking, leaving.
#include "bench/simulated_pbx/queues.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ringmaster::sim {

namespace {

std::optional<sim_time> seconds_variable(const channel& c, std::string_view name) {
  const std::string* text = c.variable(name);
  double value = 0;
  if (text == nullptr || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{})
    return std::nullopt;
  return seconds_of(value);
}

// How often a waiting caller looks whether anybody is left who could take the call.
constexpr sim_time leave_check{1'000'000};
// What a telephone takes to say that it takes no call.
constexpr sim_time rejection_time{20'000};

std::int64_t milliseconds(sim_time t) {
  return t.count() / 1000;
}

} // namespace

int queue_system::position(const queue& q, const call& c) const {
  const auto it = std::find(q.waiting.begin(), q.waiting.end(), c.id);
  return static_cast<int>(it - q.waiting.begin()) + 1;
}

std::optional<refusal_to_join> queue_system::join(call& c, std::string_view name,
                                                  std::optional<sim_time> timeout) {
  queue* const q = find(name);
  channel& one = *c.one;
  if (q == nullptr) {
    core_.var_set(one, "QUEUESTATUS", "UNKNOWN");
    return refusal_to_join::unknown;
  }
  if (counts_as_empty(*q, q->how.join_empty)) {
    core_.var_set(one, "QUEUESTATUS", "JOINEMPTY");
    return refusal_to_join::empty;
  }
  if (q->how.most_callers != 0 && q->waiting.size() >= q->how.most_callers) {
    core_.var_set(one, "QUEUESTATUS", "FULL");
    return refusal_to_join::full;
  }
  for (const std::string_view v :
       {"ANSWEREDTIME", "ANSWEREDTIME_MS", "DIALEDTIME", "DIALEDTIME_MS", "QUEUEWAIT", "QUEUEWAIT_MS"})
    core_.var_set(one, v, {});
  q->waiting.push_back(c.id);
  c.place = queue_place{};
  c.place.in = q;
  c.place.joined = core_.clock.now();
  c.place.original_position = static_cast<int>(q->waiting.size());
  core_.device("Queue:" + q->how.name, "RINGING");
  core_.out.begin("QueueCallerJoin", event_class::agent)
      .channel(one)
      .text("Queue", q->how.name)
      .number("Position", c.place.original_position)
      .number("Count", static_cast<std::int64_t>(q->waiting.size()));
  core_.out.begin("MusicOnHoldStart", event_class::call).channel(one).text("Class", "default");
  if (timeout)
    core_.clock.after(*timeout, [this, id = c.id, step = c.step] {
      call* alive = calls_->find(id);
      if (alive != nullptr && alive->step == step && alive->place.in != nullptr && !alive->place.connected)
        leaves_by_itself(*alive, parting::timeout);
    });
  look_whether_empty(c);
  // Offered in a moment, not now: Asterisk's queue threads work apart from the caller's.
  core_.clock.after(sim_time{1'000}, [this, q] { assign(*q); });
  return std::nullopt;
}

void queue_system::look_whether_empty(call& c) {
  if (!c.place.in->how.leave_when_empty.applies)
    return;
  core_.clock.after(leave_check, [this, id = c.id, joined = c.place.joined] {
    call* alive = calls_->find(id);
    if (alive == nullptr || alive->place.in == nullptr || alive->place.connected ||
        alive->place.joined != joined)
      return;
    // While a telephone rings nobody looks.
    if (alive->place.attempts.empty() &&
        counts_as_empty(*alive->place.in, alive->place.in->how.leave_when_empty))
      return leaves_by_itself(*alive, parting::empty);
    look_whether_empty(*alive);
  });
}

void queue_system::assign(queue& q) {
  for (std::size_t i = 0; i < q.waiting.size(); ++i) {
    call* const c = calls_->find(q.waiting[i]);
    if (c == nullptr || !c->place.attempts.empty() || c->place.retry_at > core_.clock.now())
      continue;
    const auto chosen = choose(q);
    if (chosen.empty())
      return;
    for (const auto& m : chosen)
      ring(q, *c, m);
  }
}

void queue_system::ring(queue& q, call& c, const std::shared_ptr<member>& m) {
  phone& p = *m->phone;
  channel& caller = *c.one;
  attempt& a = attempts_[++last_attempt_];
  a.id = last_attempt_;
  a.call = c.id;
  a.in = &q;
  a.member = m;
  a.rung_at = core_.clock.now();
  c.place.attempts.push_back(a.id);
  m->last_rung = core_.clock.now();

  random_source random{derive_seed(core_.seed, p.interface, p.calls++)};
  bool ignores = random.unit() < q.how.no_answer;
  sim_time ring_time = q.how.ring.draw(random);
  if (p.ring)
    ring_time = p.ring->draw(random);
  if (p.habit == pick_up::absent)
    ignores = true;
  const auto& outside = core_.people.customers.contexts;
  if (std::find(outside.begin(), outside.end(), p.context) != outside.end()) {
    // A member that is somebody outside behaves like any customer with that number.
    const customer who = core_.people.customers.draw(core_.seed, p.extension, p.calls);
    ignores = who.what != outcome::answer && who.what != outcome::machine;
    ring_time = who.ring;
  }
  a.talk = seconds_variable(caller, "TALK").value_or(q.how.talk.draw(random));
  a.rest = q.how.wrapup.draw(random);
  a.pause_delay = q.how.pause_delay.draw(random);

  const bool local = p.technology == "Local";
  const std::string name = core_.new_channel_name(p.technology, p.resource);
  a.one = &core_.channels.add(local ? name + ";1" : name, core_.new_unique_id());
  channel& one = *a.one;
  one.linked_id = one.unique_id;
  one.context = local ? p.context : "internal";
  one.extension = p.extension;
  one.attempt = a.id;
  core_.new_channel(one);
  if (local) {
    a.two = &core_.channels.add(name + ";2", core_.new_unique_id());
    a.two->linked_id = one.unique_id;
    a.two->context = p.context;
    a.two->extension = p.extension;
    a.two->state = channel_state::ring;
    a.two->attempt = a.id;
    core_.new_channel(*a.two);
  }
  one.linked_id = caller.linked_id;
  one.caller_number = caller.caller_number;
  one.caller_name = caller.caller_name;
  core_.new_exten(one, "AppQueue", "(Outgoing Line)");
  core_.caller_id(one, caller.caller_number, caller.caller_name);
  std::vector<channel_variable> inherited;
  for (auto it = c.request.variables.begin(); it != c.request.variables.end(); ++it)
    if (it->first.starts_with("_"))
      inherited.push_back({{}, it->first.starts_with("__") ? it->first : it->first.substr(1), it->second});
  for (const auto& v : inherited)
    core_.var_set(one, v.given, v.value);
  core_.connected_line(one, caller.caller_number, caller.caller_name);
  one.extension = caller.extension;
  core_.new_exten(one, "AppQueue", "(Outgoing Line)");
  const std::string dialed = p.interface.substr(p.interface.find('/') + 1);
  core_.var_set(one, "DIALEDPEERNUMBER", dialed);
  if (a.two != nullptr) {
    channel& two = *a.two;
    two.linked_id = caller.linked_id;
    core_.var_set(two, "DIALEDPEERNUMBER", dialed);
    for (const auto& v : inherited)
      core_.var_set(two, v.given, v.value);
    two.connected_number = caller.caller_number;
    two.connected_name = caller.caller_name;
    core_.caller_id(two, caller.caller_number, caller.caller_name);
    core_.connected_line(two, caller.caller_number, caller.caller_name);
    core_.local_bridge(one, two, false);
  }
  core_.out.begin("AgentCalled", event_class::agent)
      .channel(caller)
      .channel(one, "Dest")
      .text("Queue", q.how.name)
      .text("Interface", p.interface)
      .text("MemberName", m->name);
  core_.dial_begin(&caller, one, p.interface);
  if (p.habit == pick_up::rejects) {
    if (a.two != nullptr) {
      core_.new_exten(*a.two, "Busy", "1");
      core_.new_state(*a.two, channel_state::busy);
    }
    return core_.clock.after(rejection_time, [this, id = a.id] { rejected(id); });
  }
  if (a.two != nullptr) {
    core_.call_id_change(*a.two);
    core_.new_exten(*a.two, "Ringing", {});
  }
  core_.new_state(one, channel_state::ringing);
  core_.dial_state(&caller, one);
  set_device(p, local ? phone::device::in_use : phone::device::ringing);
  if (a.two != nullptr) {
    ++a.two->priority;
    core_.new_exten(*a.two, "Wait", std::to_string(whole_seconds(ring_time)));
  }
  const sim_time limit = seconds_of(q.how.ring_timeout_s);
  if (!ignores && ring_time < limit)
    core_.clock.after(ring_time, [this, id = a.id] { answered(id); });
  else
    core_.clock.after(limit, [this, id = a.id] { no_answer(id); });
}

void queue_system::answered(std::uint64_t id) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end())
    return;
  attempt& a = it->second;
  call& c = *calls_->find(a.call);
  queue& q = *a.in;
  channel& caller = *c.one;
  channel& one = *a.one;
  member& m = *a.member;
  ++c.step; // patience and the queue's timeout end here
  const auto others = c.place.attempts;
  for (const std::uint64_t other : others)
    if (other != id)
      give_up(attempts_.at(other), "CANCEL", 26);
  c.place.attempts = {id};

  if (a.two != nullptr) {
    ++a.two->priority;
    core_.new_exten(*a.two, "Answer", {});
    core_.new_state(*a.two, channel_state::up);
  }
  core_.new_state(one, channel_state::up);
  core_.dial_end(&caller, one, "ANSWER");
  core_.out.begin("MusicOnHoldStop", event_class::call).channel(caller);
  const std::int64_t hold = whole_seconds(core_.clock.now() - c.place.joined);
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  for (channel* each : {&caller, &one}) {
    core_.var_set(*each, "MEMBERINTERFACE", m.phone->interface);
    core_.var_set(*each, "MEMBERNAME", m.name);
    core_.var_set(*each, "MEMBERCALLS", number(m.calls_taken));
    core_.var_set(*each, "MEMBERLASTCALL", number(m.last_call));
    core_.var_set(*each, "MEMBERPENALTY", number(m.penalty));
    core_.var_set(*each, "MEMBERDYNAMIC", m.dynamic ? "1" : "0");
    core_.var_set(*each, "MEMBERREALTIME", "0");
  }
  for (channel* each : {&caller, &one}) {
    core_.var_set(*each, "QEHOLDTIME", number(hold));
    core_.var_set(*each, "QEORIGINALPOS", number(c.place.original_position));
  }
  q.hold_time = q.completed == 0 && q.hold_time == 0 ? hold : (q.hold_time * 3 + hold) / 4;
  queue_variables(q, caller);
  queue_variables(q, one);
  const int was_at = position(q, c);
  take_out(q, c);
  core_.out.begin("QueueCallerLeave", event_class::agent)
      .channel(caller)
      .text("Queue", q.how.name)
      .number("Position", was_at)
      .number("Count", static_cast<std::int64_t>(q.waiting.size()));
  core_.var_set(caller, "QUEUEPOSITION", number(was_at));
  // Both halves of a Local channel say so.
  m.in_call = true;
  if (a.two != nullptr) {
    core_.device(m.phone->device_name(), "INUSE");
    core_.device(m.phone->device_name(), "INUSE");
  } else {
    set_device(*m.phone, phone::device::in_use);
  }
  core_.var_set(caller, "QUEUEWAIT", number(hold));
  core_.var_set(caller, "QUEUEWAIT_MS", number(milliseconds(core_.clock.now() - c.place.joined)));
  a.connected = true;
  c.place.connected = true;
  c.place.connected_at = core_.clock.now();
  agent_event("AgentConnect", a, c, "HoldTime", hold, "RingTime",
              whole_seconds(core_.clock.now() - a.rung_at), {});
  core_.log.write("agent_connect", core_.clock.now(),
                  {{"action_id", c.request.action_id},
                   {"channel_id", c.request.id},
                   {"channel", caller.name},
                   {"number", c.target.number},
                   {"queue", q.how.name},
                   {"agent", m.phone->interface}});
  a.bridge = core_.new_uuid();
  caller.bridge = one.bridge = a.bridge;
  core_.bridge_event("BridgeCreate", a.bridge, 0, nullptr);
  core_.bridge_event("BridgeEnter", a.bridge, 1, &one);
  core_.bridge_event("BridgeEnter", a.bridge, 2, &caller);
  core_.var_set(one, "BRIDGEPEER", caller.name);
  core_.var_set(caller, "BRIDGEPEER", one.name);
  if (a.two != nullptr) {
    ++a.two->priority;
    core_.new_exten(*a.two, "Wait", std::to_string(whole_seconds(a.talk)));
  }
  calls_->talks_with_agent(c);
  if (const auto& passes = q.how.transfers; passes.share > 0) {
    random_source dice{derive_seed(core_.seed, "transfer", id)};
    if (dice.unit() < passes.share) {
      const std::string& kind = passes.kinds[static_cast<std::size_t>(dice.next() % passes.kinds.size())];
      core_.clock.after(passes.after.draw(dice), [this, id, kind] { pass_on(id, kind); });
    }
  }
  core_.clock.after(a.talk, [this, id] { talked(id, parting::agent); });
}

void queue_system::no_answer(std::uint64_t id) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end() || it->second.connected)
    return;
  attempt& a = it->second;
  queue& q = *a.in;
  const std::string interface = a.member->phone->interface;
  not_taken(a, "NOANSWER", 0);
  if (q.how.autopause == "yes")
    (void)pause(q.how.name, interface, true, "Auto-Pause");
  else if (q.how.autopause == "all")
    (void)pause({}, interface, true, "Auto-Pause");
}

/// By a telephone that says busy. Asterisk pauses nobody for that unless it is told to by a setting of its own.
void queue_system::rejected(std::uint64_t id) {
  if (const auto it = attempts_.find(id); it != attempts_.end())
    not_taken(it->second, "BUSY", 17);
}

void queue_system::not_taken(attempt& a, std::string_view status, int cause) {
  call& c = *calls_->find(a.call);
  queue& q = *a.in;
  core_.log.write("agent_no_answer", core_.clock.now(),
                  {{"action_id", c.request.action_id},
                   {"channel_id", c.request.id},
                   {"number", c.target.number},
                   {"queue", q.how.name},
                   {"agent", a.member->phone->interface},
                   {"detail", status}});
  if (status != "NOANSWER") {
    core_.dial_end(c.one, *a.one, status);
    set_device(*a.member->phone, phone::device::in_use);
  }
  core_.out.begin("AgentRingNoAnswer", event_class::agent)
      .channel(*c.one)
      .channel(*a.one, "Dest")
      .text("Queue", q.how.name)
      .text("Interface", a.member->phone->interface)
      .text("MemberName", a.member->name)
      .number("RingTime", milliseconds(core_.clock.now() - a.rung_at));
  const sim_time retry = seconds_of(q.how.retry_s);
  c.place.retry_at = core_.clock.now() + retry;
  if (status == "NOANSWER")
    core_.dial_end(c.one, *a.one, status);
  give_up(a, status == "NOANSWER" ? "CANCEL" : "", cause);
  core_.clock.after(retry, [this, in = &q] { assign(*in); });
}

void queue_system::give_up(attempt& a, std::string_view status, int cause) {
  call* const c = calls_->find(a.call);
  if (!status.empty())
    core_.dial_end(c == nullptr ? nullptr : c->one, *a.one, status);
  if (c != nullptr)
    std::erase(c->place.attempts, a.id);
  release(a, cause);
}

void queue_system::release(attempt& a, int cause) {
  phone& p = *a.member->phone;
  channel& one = *a.one;
  if (a.two != nullptr) {
    core_.hangup_request(*a.two, cause);
    core_.soft_hangup_request(*a.two);
    core_.cdr(*a.two, a.connected ? "ANSWERED" : "FAILED");
    core_.hangup(one, a.two->state == channel_state::busy ? 0 : cause);
    core_.hangup(*a.two, cause);
  } else {
    core_.hangup(one, cause);
  }
  a.member->in_call = false;
  attempts_.erase(a.id); // `a` is gone
  set_device(p, phone::device::free);
}

void queue_system::talked(std::uint64_t id, parting how) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end())
    return;
  attempt& a = it->second;
  call& c = *calls_->find(a.call);
  if (how == parting::agent) {
    if (a.two != nullptr) {
      ++a.two->priority;
      core_.new_exten(*a.two, "Hangup", {});
      core_.soft_hangup_request(*a.two);
    }
    core_.hangup_request(*a.one, 16);
  }
  complete(a, c, how);
  core_.var_set(*c.one, "QUEUESTATUS", "CONTINUE");
  calls_->application_done(c, 16);
}

void queue_system::complete(attempt& a, call& c, parting how) {
  queue& q = *a.in;
  channel& caller = *c.one;
  channel& one = *a.one;
  member& m = *a.member;
  const sim_time talked_for = core_.clock.now() - c.place.connected_at;
  const std::int64_t talk = whole_seconds(talked_for);
  const std::int64_t hold = whole_seconds(c.place.connected_at - c.place.joined);
  const bool by_agent = how == parting::agent;
  const std::string_view reason = by_agent                  ? "agent"
                                  : how == parting::transfer || how == parting::handed ? "transfer"
                                                                                       : "caller";
  const bool stays = how == parting::handed;
  if (q.how.wrapup_by_pause && a.rest > sim_time{0}) {
    if (a.pause_delay == sim_time{0})
      rest_by_pause(q, m.phone->interface, a.rest);
    else
      core_.clock.after(a.pause_delay, [this, in = &q, interface = m.phone->interface, rest = a.rest] {
        const member* const done = in->find(interface);
        if (done != nullptr && !done->paused && done->phone->state == phone::device::free)
          rest_by_pause(*in, interface, rest);
      });
  }
  // Of an end by an action nothing tells but the member's state; it is counted all the same.
  if (how != parting::action && how != parting::parked && !a.told)
    agent_event("AgentComplete", a, c, "HoldTime", hold, "TalkTime", talk, reason);
  core_.log.write("agent_complete", core_.clock.now(),
                  {{"action_id", c.request.action_id},
                   {"channel_id", c.request.id},
                   {"channel", caller.name},
                   {"number", c.target.number},
                   {"queue", q.how.name},
                   {"agent", m.phone->interface},
                   {"by", how == parting::action ? "action" : how == parting::parked ? "park" : reason},
                   {"detail", fmt::format("{:.6f}", static_cast<double>(a.rest.count()) / 1e6)}});
  ++m.calls_taken;
  m.last_call = core_.wall_seconds();
  q.talk_time = q.completed == 0 ? talk : (q.talk_time * 3 + talk) / 4;
  ++q.completed;
  if (hold <= q.how.service_level_s)
    ++q.completed_in_level;
  if (by_agent && a.two != nullptr) {
    core_.hangup(*a.two, 16);
    a.two = nullptr;
  }
  core_.var_set(one, "BRIDGEPEER", {});
  core_.var_set(caller, "BRIDGEPEER", {});
  phone& p = *m.phone;
  p.rests_until = core_.clock.now() + (q.how.wrapup_by_pause ? sim_time{0} : a.rest);
  m.in_call = false;
  set_device(p, phone::device::free);
  if (!stays) {
    core_.bridge_event("BridgeLeave", a.bridge, 1, &one);
    core_.bridge_event("BridgeLeave", a.bridge, 0, &caller);
    caller.bridge.clear();
  }
  one.bridge.clear();
  queue_variables(q, caller);
  core_.var_set(caller, "ANSWEREDTIME", std::to_string(talk));
  core_.var_set(caller, "ANSWEREDTIME_MS", std::to_string(milliseconds(talked_for)));
  const sim_time dialed = core_.clock.now() - a.rung_at;
  core_.var_set(caller, "DIALEDTIME", std::to_string(whole_seconds(dialed)));
  core_.var_set(caller, "DIALEDTIME_MS", std::to_string(milliseconds(dialed)));
  queue_variables(q, caller);
  if (!stays)
    core_.bridge_event("BridgeDestroy", a.bridge, 0, nullptr);
  c.place = queue_place{};
  if (a.two != nullptr) {
    core_.hangup_request(*a.two, 16);
    core_.hangup(one, 16);
    core_.cdr(*a.two, "ANSWERED");
    core_.soft_hangup_request(*a.two);
    core_.hangup(*a.two, 16);
  } else {
    core_.hangup(one, 16);
  }
  core_.device(p.device_name(), "NOT_INUSE");
  attempts_.erase(a.id);
}

void queue_system::rest_by_pause(queue& q, const std::string& interface, sim_time rest) {
  (void)pause(q.how.name, interface, true, q.how.pause_reason);
  core_.clock.after(rest, [this, in = &q, interface] {
    const member* const resting = in->find(interface);
    if (resting != nullptr && resting->paused && resting->paused_reason == in->how.pause_reason)
      (void)pause(in->how.name, interface, false, {});
  });
}

void queue_system::take_out(queue& q, call& c) {
  std::erase(q.waiting, c.id);
  if (q.waiting.empty())
    core_.device("Queue:" + q.how.name, "NOT_INUSE");
}

void queue_system::leave(call& c, parting how) {
  queue& q = *c.place.in;
  if (!c.place.connected)
    return abandon(q, c, how);
  const auto it = attempts_.find(c.place.attempts.front());
  complete(it->second, c, how);
}

void queue_system::abandon(queue& q, call& c, parting how) {
  channel& one = *c.one;
  const bool by_the_queue = how == parting::timeout || how == parting::empty;
  // Of the telephones that rang for him neither DialEnd nor AgentRingNoAnswer tells: just their channels end.
  const auto ringing = c.place.attempts;
  for (const std::uint64_t id : ringing)
    give_up(attempts_.at(id), {}, 0);
  const sim_time waited = core_.clock.now() - c.place.joined;
  const auto times = [&] {
    core_.var_set(one, "QUEUEWAIT", std::to_string(whole_seconds(waited)));
    core_.var_set(one, "QUEUEWAIT_MS", std::to_string(milliseconds(waited)));
    const sim_time dialed = core_.clock.now() - one.created;
    core_.var_set(one, "DIALEDTIME", std::to_string(whole_seconds(dialed)));
    core_.var_set(one, "DIALEDTIME_MS", std::to_string(milliseconds(dialed)));
    core_.var_set(one, "ANSWEREDTIME", "0");
    core_.var_set(one, "ANSWEREDTIME_MS", "0");
  };
  if (!by_the_queue && how != parting::moved) {
    core_.out.begin("MusicOnHoldStop", event_class::call).channel(one);
    times();
  }
  const int at = position(q, c);
  if (how != parting::moved) {
    core_.var_set(one, "ABANDONED", "TRUE");
    queue_variables(q, one);
    core_.out.begin("QueueCallerAbandon", event_class::agent)
        .channel(one)
        .text("Queue", q.how.name)
        .number("Position", at)
        .number("OriginalPosition", c.place.original_position)
        .number("HoldTime", whole_seconds(waited));
  }
  core_.log.write("abandon", core_.clock.now(),
                  {{"action_id", c.request.action_id},
                   {"channel_id", c.request.id},
                   {"channel", one.name},
                   {"number", c.target.number},
                   {"queue", q.how.name},
                   {"detail", how == parting::timeout  ? "timeout"
                              : how == parting::empty  ? "empty"
                              : how == parting::action ? "action"
                              : how == parting::moved  ? "redirect"
                                                       : "caller"}});
  if (how == parting::moved) {
    take_out(q, c);
    c.place = queue_place{};
    return;
  }
  ++q.abandoned;
  if (by_the_queue) {
    times();
    core_.out.begin("MusicOnHoldStop", event_class::call).channel(one);
  }
  queue_variables(q, one);
  take_out(q, c);
  core_.out.begin("QueueCallerLeave", event_class::agent)
      .channel(one)
      .text("Queue", q.how.name)
      .number("Position", at)
      .number("Count", static_cast<std::int64_t>(q.waiting.size()));
  core_.var_set(one, "QUEUEPOSITION", std::to_string(at));
  c.place = queue_place{};
}

void queue_system::leaves_by_itself(call& c, parting how) {
  abandon(*c.place.in, c, how);
  core_.var_set(*c.one, "QUEUESTATUS", how == parting::timeout ? "TIMEOUT" : "LEAVEEMPTY");
  calls_->application_done(c, 0);
}

channel* queue_system::agent_of(const call& c) const {
  if (c.place.in == nullptr || !c.place.connected)
    return nullptr;
  const auto it = attempts_.find(c.place.attempts.front());
  return it == attempts_.end() ? nullptr : it->second.one;
}

call* queue_system::caller_of(std::uint64_t id) const {
  const auto it = attempts_.find(id);
  return it == attempts_.end() || !it->second.connected ? nullptr : calls_->find(it->second.call);
}

void queue_system::caller_was_swapped(call& c) {
  attempt& a = attempts_.at(c.place.attempts.front());
  agent_event("AgentComplete", a, c, "HoldTime", whole_seconds(c.place.connected_at - c.place.joined), "TalkTime",
              whole_seconds(core_.clock.now() - c.place.connected_at), "caller");
  a.told = true;
}

void queue_system::pass_on(std::uint64_t id, const std::string& kind) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end() || !it->second.connected)
    return;
  call& c = *calls_->find(it->second.call);
  const agent_transfers& how = it->second.in->how.transfers;
  if (c.partner != nullptr)
    return;
  if (kind == "blind")
    calls_->blind_transfer(c, *it->second.one, how.context, how.extension);
  else if (kind == "attended")
    calls_->attended_transfer(c, how.context, how.extension);
  else
    calls_->park_and_take_back(c, seconds_of(how.taken_back_s));
}

void queue_system::hand_over(call& c) {
  complete(attempts_.at(c.place.attempts.front()), c, parting::handed);
}

bool queue_system::set_habit(std::string_view interface, pick_up how, std::optional<distribution> ring) {
  const auto it = phones_.find(std::string{interface});
  if (it == phones_.end())
    return false;
  it->second->habit = how;
  it->second->ring = ring;
  return true;
}

void queue_system::hang_up_agent(std::uint64_t id) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end())
    return;
  if (it->second.connected)
    return talked(id, parting::action);
  queue* const q = it->second.in;
  give_up(it->second, "NOANSWER", 0);
  core_.clock.after(seconds_of(q->how.retry_s), [this, q] { assign(*q); });
}

} // namespace ringmaster::sim
