// SPDX-License-Identifier: Apache-2.0
#include "actors/core/translate.hpp"

#include "protocol/ami/events.hpp"

namespace ringmaster::core {
namespace {

std::optional<addressed_event> addressed(std::string_view id, call_event event) {
  if (id.empty())
    return std::nullopt;
  return addressed_event{id, std::move(event)};
}

/// The half of a Local channel that runs the dialplan.
bool is_second_half(std::string_view channel) noexcept { return channel.ends_with(";2"); }

std::int64_t state_number(const ami::channel_snapshot& c) noexcept {
  return c.state ? static_cast<std::int64_t>(*c.state) : 0;
}

} // namespace

std::optional<addressed_event> to_call_event(const ami::message& m) {
  if (m.type() == ami::message_type::response) {
    if (m.what() == "Success")
      return addressed(m.action_id(), originate_accepted{});
    if (m.what() == "Error")
      return addressed(m.action_id(), originate_refused{m.get("Message")});
    return std::nullopt;
  }
  if (m.type() != ami::message_type::event)
    return std::nullopt;
  using ami::event_kind;
  // Of the many events few concern a call's life: name those and leave the rest alone.
  if (m.kind() == event_kind::newchannel) {
    const auto e = ami::newchannel::from(m);
    if (is_second_half(e.channel.name))
      return addressed(e.channel.unique_id, second_half_created{});
    return addressed(e.channel.unique_id, channel_created{e.channel.name});
  }
  if (m.kind() == event_kind::newstate) {
    const auto e = ami::newstate::from(m);
    if (is_second_half(e.channel.name))
      return std::nullopt;
    return addressed(e.channel.unique_id, channel_changed{state_number(e.channel), e.channel.name});
  }
  if (m.kind() == event_kind::dial_begin)
    return addressed(ami::dial_begin::from(m).dest_channel.unique_id, dial_began{});
  if (m.kind() == event_kind::dial_state) {
    const auto e = ami::dial_state::from(m);
    return addressed(e.dest_channel.unique_id, dial_progressed{e.dial_status});
  }
  if (m.kind() == event_kind::dial_end) {
    const auto e = ami::dial_end::from(m);
    return addressed(e.dest_channel.unique_id, dial_ended{e.dial_status});
  }
  if (m.kind() == event_kind::originate_response) {
    const auto e = ami::originate_response::from(m);
    // On failure the unique id may be missing, so that the ActionID comes first.
    return addressed(e.action_id.empty() ? e.unique_id : e.action_id,
                     originate_result{e.response == "Success", e.reason.value_or(0), e.channel_name});
  }
  if (m.kind() == event_kind::hangup) {
    const auto e = ami::hangup::from(m);
    if (is_second_half(e.channel.name))
      return addressed(e.channel.unique_id, second_half_hung_up{e.cause.value_or(0), e.cause_text});
    return addressed(e.channel.unique_id, hung_up{e.cause.value_or(0), e.cause_text, e.tech_cause, e.channel.unique_id});
  }
  if (m.kind() == event_kind::bridge_enter) {
    const auto e = ami::bridge_enter::from(m);
    return addressed(e.swap_unique_id, channel_replaced{e.channel.unique_id, e.channel.name});
  }
  if (m.kind() == event_kind::local_bridge)
    return addressed(ami::local_bridge::from(m).one.unique_id, second_half_called{});
  if (m.kind() == event_kind::rename) {
    const auto e = ami::rename::from(m);
    return addressed(e.unique_id, channel_renamed{e.new_name});
  }
  if (m.kind() == event_kind::queue_caller_join) {
    const auto e = ami::queue_caller_join::from(m);
    return addressed(e.channel.unique_id, queue_joined{e.queue});
  }
  if (m.kind() == event_kind::queue_caller_leave)
    return addressed(ami::queue_caller_leave::from(m).channel.unique_id, queue_left{});
  if (m.kind() == event_kind::queue_caller_abandon)
    return addressed(ami::queue_caller_abandon::from(m).channel.unique_id, queue_abandoned{});
  if (m.kind() == event_kind::agent_connect) {
    const auto e = ami::agent_connect::from(m);
    return addressed(e.channel.unique_id, agent_connected{e.interface});
  }
  if (m.kind() == event_kind::agent_complete)
    return addressed(ami::agent_complete::from(m).channel.unique_id, agent_completed{});
  return std::nullopt;
}

member_update to_member_update(const ami::member_snapshot& m) noexcept {
  member_update u;
  u.interface = m.interface;
  u.name = m.name;
  u.state_interface = m.state_interface;
  if (m.status)
    u.status = static_cast<std::int64_t>(*m.status);
  u.paused = m.paused;
  u.in_call = m.in_call;
  u.ring_in_use = m.ring_in_use;
  u.penalty = m.penalty;
  u.calls_taken = m.calls_taken;
  u.last_call = m.last_call;
  u.last_pause = m.last_pause;
  u.login_time = m.login_time;
  u.wrapup = m.wrapup_time;
  u.paused_reason = m.paused_reason;
  return u;
}

bool apply(queue_state& q, const ami::message& m, time_point now, duration date_ahead) {
  using ami::event_kind;
  const auto is = [&](event_kind k) { return m.kind() == k; };
  const auto update = [&](const ami::member_snapshot& member) {
    auto u = to_member_update(member);
    if (u.last_call && u.last_call->time_since_epoch().count() > 0)
      *u.last_call -= std::chrono::round<std::chrono::seconds>(date_ahead);
    if (u.last_pause && u.last_pause->time_since_epoch().count() > 0)
      *u.last_pause -= std::chrono::round<std::chrono::seconds>(date_ahead);
    return u;
  };
  if (is(event_kind::queue_params))
    q.resync_begin(m.action_id());
  else if (is(event_kind::queue_member))
    q.resync_member(update(ami::queue_member::from(m).member));
  else if (is(event_kind::queue_entry))
    q.resync_entry(ami::queue_entry::from(m).unique_id);
  else if (is(event_kind::queue_status_complete))
    q.listing_over(m.action_id(), now);
  else if (is(event_kind::queue_member_added))
    q.member_added(update(ami::queue_member_added::from(m).member), now);
  else if (is(event_kind::queue_member_removed))
    q.member_removed(ami::queue_member_removed::from(m).member.interface);
  else if (is(event_kind::queue_member_status))
    q.member_changed(update(ami::queue_member_status::from(m).member), now);
  else if (is(event_kind::queue_member_pause))
    q.member_changed(update(ami::queue_member_pause::from(m).member), now);
  else if (is(event_kind::queue_member_penalty))
    q.member_changed(update(ami::queue_member_penalty::from(m).member), now);
  else if (is(event_kind::queue_member_ringinuse))
    q.member_changed(update(ami::queue_member_ringinuse::from(m).member), now);
  else if (is(event_kind::agent_called)) {
    const auto e = ami::agent_called::from(m);
    q.agent_called(e.interface, now, e.channel.unique_id, e.dest_channel.unique_id);
  } else if (is(event_kind::agent_connect)) {
    const auto e = ami::agent_connect::from(m);
    q.agent_connected(e.interface, now, e.channel.unique_id, e.dest_channel.unique_id);
  } else if (is(event_kind::agent_complete)) {
    const auto e = ami::agent_complete::from(m);
    q.agent_completed(e.interface, now, e.channel.unique_id);
  }
  else if (is(event_kind::agent_ring_no_answer))
    q.agent_unanswered(ami::agent_ring_no_answer::from(m).interface, now);
  else if (is(event_kind::agent_dump))
    q.agent_released(ami::agent_dump::from(m).interface, now);
  else if (is(event_kind::queue_caller_join))
    q.caller_joined(ami::queue_caller_join::from(m).channel.unique_id, now);
  else if (is(event_kind::queue_caller_leave))
    q.caller_left(ami::queue_caller_leave::from(m).channel.unique_id, now);
  else if (is(event_kind::queue_caller_abandon))
    q.caller_abandoned(ami::queue_caller_abandon::from(m).channel.unique_id, now);
  else if (is(event_kind::bridge_enter)) {
    const auto e = ami::bridge_enter::from(m);
    q.channel_replaced(e.swap_unique_id, e.channel.unique_id);
  } else if (is(event_kind::hangup))
    q.channel_ended(ami::hangup::from(m).channel.unique_id, now);
  else
    return false;
  return true;
}

} // namespace ringmaster::core
