// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/queues.hpp"

#include "protocol/ami/events.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::queue;
using telephone::queue_entry;

template <class Rep, class Period>
std::int64_t seconds_of(const std::optional<std::chrono::duration<Rep, Period>>& d) {
  return d ? std::chrono::duration_cast<std::chrono::seconds>(*d).count() : 0;
}

double percent(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::isfinite(value) ? value : 0;
}

void show_level(queue& q, editor& e) {
  // One decimal, as the server prints it.
  const auto share = q.completed > 0 ? 100 * q.completed_in_level / static_cast<double>(q.completed) : 0;
  e.set(q.service_level_perf, telephone::real{std::round(share * 10) / 10});
}

void over_queue(queue& known, const queue& item, editor& e) {
  e.set(known.abandoned, item.abandoned);
  e.set(known.calls, item.calls);
  e.set(known.completed, item.completed);
  e.set(known.hold_time, item.hold_time);
  e.set(known.max, item.max);
  e.set(known.service_level, item.service_level);
  e.set(known.service_level_perf, item.service_level_perf);
  e.set(known.strategy, item.strategy);
  e.set(known.talk_time, item.talk_time);
  e.set(known.weight, item.weight);
  known.completed_in_level = item.completed_in_level;
}

void over_member(telephone::queue_member& known, const telephone::queue_member& item, editor& e) {
  if (known.status != item.status || known.paused != item.paused || known.in_call != item.in_call)
    known.tm_state = item.tm_state;
  e.set(known.calls_taken, item.calls_taken);
  e.set(known.in_call, item.in_call);
  e.set(known.last_call, item.last_call);
  e.set(known.last_pause, item.last_pause);
  e.set(known.membership, item.membership);
  e.set(known.name, item.name);
  e.set(known.paused, item.paused);
  e.set(known.paused_reason, item.paused_reason);
  e.set(known.penalty, item.penalty);
  const bool reloaded = known.login_time != 0 && item.login_time != 0 && known.login_time != item.login_time;
  if (item.ring_inuse || reloaded) // lists do not tell it, and a reload may have changed it
    e.set(known.ring_inuse, item.ring_inuse);
  if (item.login_time != 0)
    known.login_time = item.login_time;
  e.set(known.state_interface, item.state_interface);
  e.set(known.status, item.status);
}

void over_entry(queue_entry& known, const queue_entry& item, editor& e) {
  e.set(known.caller_id_name, item.caller_id_name);
  e.set(known.caller_id_num, item.caller_id_num);
  e.set(known.channel, item.channel);
  e.set(known.connected_line_name, item.connected_line_name);
  e.set(known.connected_line_num, item.connected_line_num);
  e.set(known.position, item.position);
  e.set(known.queue_name, item.queue_name);
}

void apply(telephone::queue_member& m, const ami::member_snapshot& s, time_point now, editor& e) {
  telephone::queue_member said = m;
  if (s.calls_taken)
    said.calls_taken = *s.calls_taken;
  if (s.in_call)
    said.in_call = *s.in_call ? 1 : 0;
  if (s.last_call)
    said.last_call = s.last_call->time_since_epoch().count();
  if (s.last_pause)
    said.last_pause = s.last_pause->time_since_epoch().count();
  said.membership = s.membership;
  said.name = s.name.empty() ? s.interface : s.name;
  if (s.paused)
    said.paused = *s.paused ? 1 : 0;
  said.paused_reason = s.paused_reason;
  if (s.penalty)
    said.penalty = *s.penalty;
  if (s.ring_in_use)
    said.ring_inuse = *s.ring_in_use ? 1 : 0;
  said.state_interface = s.state_interface.empty() ? s.interface : s.state_interface;
  if (s.status)
    said.status = static_cast<std::int64_t>(*s.status);
  if (s.login_time)
    said.login_time = s.login_time->time_since_epoch().count();
  said.tm_state = now;
  over_member(m, said, e);
}

std::string member_id(const ami::member_snapshot& s) {
  return std::string{s.interface}.append("@").append(s.queue);
}

telephone::queue_member fresh_member(const ami::member_snapshot& s, time_point now) {
  telephone::queue_member m;
  m.id = member_id(s);
  m.location = s.interface;
  m.queue_name = s.queue;
  m.tm_state = now;
  return m;
}

} // namespace

queue_fold::queue_fold(telephone_writer& to)
    : to_{to}, queues_{to, roster<queue>::ids::used_again, over_queue},
      members_{to, roster<telephone::queue_member>::ids::used_again, over_member},
      entries_{to, roster<queue_entry>::ids::used_again, over_entry} {}

std::span<const event_kind> queue_fold::kinds() const noexcept {
  static constexpr std::array wanted{
      event_kind::queue_params,        event_kind::queue_member,         event_kind::queue_entry,
      event_kind::queue_status_complete, event_kind::queue_caller_join,  event_kind::queue_caller_leave,
      event_kind::queue_caller_abandon, event_kind::queue_member_status, event_kind::queue_member_added,
      event_kind::queue_member_removed, event_kind::queue_member_pause,  event_kind::queue_member_penalty,
      event_kind::queue_member_ringinuse, event_kind::agent_connect,     event_kind::agent_complete,
      event_kind::hangup,
  };
  return wanted;
}

std::span<const telephone_question> queue_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"QueueStatus", {}, true}};
  return questions;
}

void queue_fold::on_doubt(time_point) {
  queues_.doubt_all();
  members_.doubt_all();
  entries_.doubt_all();
  order_.clear();
  list_.clear();
  pbx_list_.clear();
}

void queue_fold::on_pbx_list(std::string_view action, std::string_view list, std::string_view of) {
  if (action != "QueueStatus")
    return;
  pbx_list_ = list;
  pbx_list_of_ = of;
}

void queue_fold::on_time(time_point now) {
  queues_.on_time(now);
  members_.on_time(now);
  entries_.on_time(now);
}

template <class Edit>
void queue_fold::on_queue(std::string_view name, time_point now, Edit&& edit) {
  queues_.hear(name, now, [] { return std::optional<queue>{}; }, edit);
}

void queue_fold::list_began(std::string_view list) {
  if (list_ == list)
    return;
  list_ = list;
  items_ = 0;
  in_list_.clear();
}

void queue_fold::list_complete(const ami::message& m, time_point now) {
  const auto end = ami::queue_status_complete::from(m);
  list_began(end.action_id);
  // The three kinds come in one list: each is whole if all of it is.
  const auto said = !end.list_items || *end.list_items == items_ ? std::nullopt : std::optional<std::int64_t>{-1};
  // After a login the list is of every queue, or of what the pbx actor has asked for; of another one it is known only
  // what it has told of.
  const bool of_pbx = !pbx_list_.empty() && pbx_list_ == end.action_id;
  const bool all = of_pbx ? pbx_list_of_.empty() : !queues_.listed();
  const auto within = [&](std::string_view name) {
    return all || (of_pbx ? name == pbx_list_of_ : in_list_.contains(name));
  };
  queues_.list_complete(end.action_id, said, now, [&](const queue& q) { return within(q.name); });
  members_.list_complete(end.action_id, said, now, [&](const telephone::queue_member& one) { return within(one.queue_name); });
  entries_.list_complete(end.action_id, said, now, [&](const queue_entry& one) { return within(one.queue_name); });
  list_.clear();
  order_.clear();
  std::vector<std::pair<std::int64_t, std::string>> by_position;
  std::map<std::string, std::vector<std::pair<std::int64_t, std::string>>> found;
  to_.tables().of<queue_entry>().each_own([&](const std::string& id, const auto& one) {
    found[one->own().queue_name].emplace_back(one->own().position, id);
  });
  for (auto& [name, waiting] : found) {
    std::sort(waiting.begin(), waiting.end());
    for (auto& [position, id] : waiting)
      order_[name].push_back(std::move(id));
  }
}

void queue_fold::renumber(const std::string& name, std::size_t from, time_point now) {
  const auto at = order_.find(name);
  if (at == order_.end())
    return;
  for (auto i = from; i < at->second.size(); ++i)
    to_.change<queue_entry>(at->second[i], now,
                            [&](queue_entry& one, editor& e) { e.set(one.position, static_cast<std::int64_t>(i) + 1); });
  if (at->second.empty())
    order_.erase(at);
}

void queue_fold::forget_entry(std::string_view unique_id, time_point now) {
  const auto* known = to_.find<queue_entry>(unique_id);
  const auto name = known ? known->queue_name : std::string{};
  entries_.gone(unique_id, now);
  const auto at = order_.find(name);
  if (!known || at == order_.end())
    return;
  const auto place = std::find(at->second.begin(), at->second.end(), unique_id);
  if (place == at->second.end())
    return;
  const auto next = at->second.erase(place);
  renumber(name, static_cast<std::size_t>(next - at->second.begin()), now);
}

void queue_fold::joined(const ami::message& m, time_point now) {
  const auto e = ami::queue_caller_join::from(m);
  if (e.channel.unique_id.empty())
    return;
  forget_entry(e.channel.unique_id, now); // its leaving another queue was not heard
  entries_.hear(
      e.channel.unique_id, now,
      [&] {
        queue_entry fresh;
        fresh.unique_id = e.channel.unique_id;
        fresh.queue_name = e.queue;
        fresh.position = e.position.value_or(0);
        fresh.tm_create = to_.date_of(now);
        return std::optional{fresh};
      },
      [&](queue_entry& one, editor& change) {
        change.set(one.caller_id_name, e.channel.caller_id_name);
        change.set(one.caller_id_num, e.channel.caller_id_num);
        change.set(one.channel, e.channel.name);
        change.set(one.connected_line_name, e.channel.connected_line_name);
        change.set(one.connected_line_num, e.channel.connected_line_num);
      });
  if (to_.find<queue_entry>(e.channel.unique_id)) {
    const std::string name{e.queue};
    auto& waiting = order_[name];
    const auto wish = e.position && *e.position > 0 ? static_cast<std::size_t>(*e.position - 1) : waiting.size();
    const auto place = std::min(wish, waiting.size());
    waiting.insert(waiting.begin() + static_cast<std::ptrdiff_t>(place), std::string{e.channel.unique_id});
    renumber(name, place + 1, now);
  }
  on_queue(e.queue, now, [&](queue& q, editor& change) {
    if (e.count)
      change.set(q.calls, *e.count);
  });
}

void queue_fold::left(const ami::message& m, time_point now) {
  const auto e = ami::queue_caller_leave::from(m);
  forget_entry(e.channel.unique_id, now);
  on_queue(e.queue, now, [&](queue& q, editor& change) {
    if (e.count)
      change.set(q.calls, *e.count);
  });
}

void queue_fold::abandoned(const ami::message& m, time_point now) {
  const auto e = ami::queue_caller_abandon::from(m);
  // QueueCallerLeave takes it off the queue.
  on_queue(e.queue, now, [&](queue& q, editor& change) { change.set(q.abandoned, q.abandoned + 1); });
}

void queue_fold::on_member(const ami::member_snapshot& s, time_point now) {
  if (s.interface.empty() || s.queue.empty())
    return;
  members_.hear(
      member_id(s), now, [&] { return std::optional{fresh_member(s, now)}; },
      [&](telephone::queue_member& one, editor& e) { apply(one, s, now, e); });
}

void queue_fold::on_event(const ami::message& m, time_point now) {
  const auto kind = m.kind();
  if (kind == event_kind::queue_member_status) {
    on_member(ami::queue_member_status::from(m).member, now);
  } else if (kind == event_kind::hangup) {
    if (to_.tables().of<queue_entry>().size() != 0)
      forget_entry(m.get("Uniqueid"), now);
  } else if (kind == event_kind::queue_member_pause) {
    on_member(ami::queue_member_pause::from(m).member, now);
  } else if (kind == event_kind::queue_member_penalty) {
    on_member(ami::queue_member_penalty::from(m).member, now);
  } else if (kind == event_kind::queue_member_ringinuse) {
    on_member(ami::queue_member_ringinuse::from(m).member, now);
  } else if (kind == event_kind::queue_member_added) {
    on_member(ami::queue_member_added::from(m).member, now);
  } else if (kind == event_kind::queue_member_removed) {
    const auto e = ami::queue_member_removed::from(m);
    members_.gone(member_id(e.member), now, [&](telephone::queue_member& one, editor& change) { apply(one, e.member, now, change); });
  } else if (kind == event_kind::queue_caller_join) {
    joined(m, now);
  } else if (kind == event_kind::queue_caller_leave) {
    left(m, now);
  } else if (kind == event_kind::queue_caller_abandon) {
    abandoned(m, now);
  } else if (kind == event_kind::agent_connect) {
    const auto e = ami::agent_connect::from(m);
    on_queue(e.queue, now, [&](queue& q, editor& change) {
      change.set(q.hold_time, (3 * q.hold_time + seconds_of(e.hold_time)) / 4);
    });
  } else if (kind == event_kind::agent_complete) {
    const auto e = ami::agent_complete::from(m);
    on_queue(e.queue, now, [&](queue& q, editor& change) {
      change.set(q.completed, q.completed + 1);
      change.set(q.talk_time, (3 * q.talk_time + seconds_of(e.talk_time)) / 4);
      if (seconds_of(e.hold_time) <= q.service_level)
        q.completed_in_level += 1;
      show_level(q, change);
    });
  } else if (kind == event_kind::queue_params) {
    const auto e = ami::queue_params::from(m);
    list_began(e.action_id);
    ++items_;
    in_list_.emplace(e.queue);
    queue q;
    q.name = e.queue;
    q.abandoned = e.abandoned.value_or(0);
    q.calls = e.calls.value_or(0);
    q.completed = e.completed.value_or(0);
    q.hold_time = seconds_of(e.hold_time);
    q.talk_time = seconds_of(e.talk_time);
    q.max = e.max.value_or(0);
    q.service_level = seconds_of(e.service_level);
    q.service_level_perf.value = percent(e.service_level_perf);
    q.strategy = e.strategy;
    q.weight = e.weight.value_or(0);
    q.completed_in_level = std::round(q.service_level_perf.value * static_cast<double>(q.completed) / 100);
    queues_.list_item(e.action_id, std::move(q));
  } else if (kind == event_kind::queue_member) {
    const auto e = ami::queue_member::from(m);
    list_began(e.action_id);
    ++items_;
    auto one = fresh_member(e.member, now);
    editor change;
    apply(one, e.member, now, change);
    members_.list_item(e.action_id, std::move(one));
  } else if (kind == event_kind::queue_entry) {
    const auto e = ami::queue_entry::from(m);
    list_began(e.action_id);
    ++items_;
    queue_entry one;
    one.caller_id_name = e.caller_id_name;
    one.caller_id_num = e.caller_id_num;
    one.channel = e.channel_name;
    one.connected_line_name = e.connected_line_name;
    one.connected_line_num = e.connected_line_num;
    one.position = e.position.value_or(0);
    one.queue_name = e.queue;
    one.unique_id = e.unique_id;
    one.wait = seconds_of(e.wait);
    one.tm_create = to_.date_of(now) - std::chrono::seconds{*one.wait};
    entries_.list_item(e.action_id, std::move(one));
  } else if (kind == event_kind::queue_status_complete) {
    list_complete(m, now);
  }
}

} // namespace ringmaster::core
