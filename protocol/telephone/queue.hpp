// SPDX-License-Identifier: Apache-2.0
/// Queues, their members, and the callers who wait in them, as app_queue tells of them. Names, types and nulls are the
/// reference's; what comes after `tm_update` of a queue, a member or an entry and is not in its example is ours.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

struct queue {
  std::int64_t abandoned{0}, calls{0}, completed{0}, hold_time{0}, max{0};
  std::string name;
  std::int64_t service_level{0};
  real service_level_perf; // percent
  std::string strategy;
  std::int64_t talk_time{0};
  maybe_time tm_update;
  std::int64_t weight{0};
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  double completed_in_level{0}; ///< calls completed within the service level; not shown
};

inline constexpr auto queue_fields = field_table{
    shown("abandoned", &queue::abandoned, "Callers who gave up, since the statistics began."),
    shown("calls", &queue::calls, "Callers who wait."),
    shown("completed", &queue::completed, "Calls that members have completed."),
    shown("hold_time", &queue::hold_time, "Average waiting time (s)."),
    shown("max", &queue::max, "Most callers who may wait; 0: no limit."),
    shown("name", &queue::name, "Name."),
    shown("service_level", &queue::service_level, "Seconds within which a call is to be answered."),
    shown("service_level_perf", &queue::service_level_perf, "Percent of the completed calls that were."),
    shown("strategy", &queue::strategy, "How a member is chosen."),
    shown("talk_time", &queue::talk_time, "Average talking time (s)."),
    shown("tm_update", &queue::tm_update, "Last changed at."),
    shown("weight", &queue::weight, "Weight against other queues of the same members."),
    shown("pbx", &queue::pbx, "Name of the server that it is on."),
    shown("global_id", &queue::global_id, "Its id over all servers: PBX:ID."),
};

struct queue_member {
  std::string id; // "Agent/10001@sales_1"
  std::int64_t calls_taken{0}, in_call{0}, last_call{0}, last_pause{0};
  std::string location, membership, name;
  std::int64_t paused{0};
  std::string paused_reason;
  std::int64_t penalty{0};
  std::string queue_name;
  maybe_number ring_inuse; // null until an event has told of it
  std::string state_interface;
  std::int64_t status{0};
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  maybe_time tm_state;
  std::int64_t login_time{0}; // not shown: when it changes, the queue was reloaded
};

inline constexpr auto queue_member_fields = field_table{
    shown("id", &queue_member::id, "location@queue_name."),
    shown("calls_taken", &queue_member::calls_taken, "Calls that it has taken from this queue."),
    shown("in_call", &queue_member::in_call, "1: in a call of this queue."),
    shown("last_call", &queue_member::last_call, "End of its last call, seconds since 1970; 0: none yet."),
    shown("last_pause", &queue_member::last_pause, "Beginning of its last pause, seconds since 1970; 0: none yet."),
    shown("location", &queue_member::location, "Interface that is rung."),
    shown("membership", &queue_member::membership, "static, dynamic or realtime."),
    shown("name", &queue_member::name, "Name."),
    shown("paused", &queue_member::paused, "1: paused."),
    shown("paused_reason", &queue_member::paused_reason, "Why."),
    shown("penalty", &queue_member::penalty, "Penalty: members with less are rung first."),
    shown("queue_name", &queue_member::queue_name, "Queue."),
    shown("ring_inuse", &queue_member::ring_inuse, "1: is rung though in use; null until an event has told of it."),
    shown("state_interface", &queue_member::state_interface, "Whose device state counts."),
    shown("status", &queue_member::status,
          "Device state: 0 unknown, 1 not in use, 2 in use, 3 busy, 4 invalid, 5 unavailable, 6 ringing, 7 ringing in "
          "use, 8 on hold."),
    shown("tm_update", &queue_member::tm_update, "Last changed at."),
    shown("pbx", &queue_member::pbx, "Name of the server that it is on."),
    shown("global_id", &queue_member::global_id, "Its id over all servers: PBX:ID."),
    shown("tm_state", &queue_member::tm_state, "Since when status, paused and in_call are what they are, as far as was seen."),
};

struct queue_entry {
  std::string caller_id_name, caller_id_num;
  std::string channel;
  std::string connected_line_name, connected_line_num;
  std::int64_t position{0};
  std::string queue_name;
  maybe_time tm_update;
  std::string unique_id;
  maybe_number wait;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  maybe_time tm_create;
};

inline constexpr auto queue_entry_fields = field_table{
    shown("caller_id_name", &queue_entry::caller_id_name, "Caller's name."),
    shown("caller_id_num", &queue_entry::caller_id_num, "Caller's number."),
    shown("channel", &queue_entry::channel, "Name of the caller's channel."),
    shown("connected_line_name", &queue_entry::connected_line_name, "Name of whom the channel is connected to."),
    shown("connected_line_num", &queue_entry::connected_line_num, "Number of whom the channel is connected to."),
    shown("position", &queue_entry::position, "Place in the queue, from 1."),
    shown("queue_name", &queue_entry::queue_name, "Queue."),
    shown("tm_update", &queue_entry::tm_update, "Last changed at."),
    shown("unique_id", &queue_entry::unique_id, "Unique id of the caller's channel."),
    shown("wait", &queue_entry::wait,
          "Seconds that it had waited when a listing found it; null of one whose beginning was seen, see tm_create."),
    shown("pbx", &queue_entry::pbx, "Name of the server that it is on."),
    shown("global_id", &queue_entry::global_id, "Its id over all servers: PBX:ID."),
    shown("tm_create", &queue_entry::tm_create, "Began to wait at."),
};

} // namespace ringmaster::telephone
