// SPDX-License-Identifier: Apache-2.0
/// Every typed event, and a visit of the one that a message is.
#pragma once

#include "protocol/ami/agi_events.hpp"
#include "protocol/ami/channel_events.hpp"
#include "protocol/ami/queue_events.hpp"
#include "protocol/ami/system_events.hpp"

namespace ringmaster::ami {

// clang-format off
/// Every event that has a struct.
#define RINGMASTER_AMI_TYPED_EVENTS(X) \
  X(fully_booted) \
  X(shutdown) \
  X(reload) \
  X(device_state_change) \
  X(device_state_list_complete) \
  X(peer_status) \
  X(var_set) \
  X(user_event) \
  X(newchannel) \
  X(newstate) \
  X(new_callerid) \
  X(new_connected_line) \
  X(newexten) \
  X(rename) \
  X(dial_begin) \
  X(dial_state) \
  X(dial_end) \
  X(originate_response) \
  X(hangup) \
  X(hangup_request) \
  X(soft_hangup_request) \
  X(bridge_create) \
  X(bridge_destroy) \
  X(bridge_enter) \
  X(bridge_leave) \
  X(local_bridge) \
  X(parked_call) \
  X(unparked_call) \
  X(parked_call_timeout) \
  X(parked_call_give_up) \
  X(parked_calls_complete) \
  X(core_show_channel) \
  X(core_show_channels_complete) \
  X(status) \
  X(status_complete) \
  X(queue_params) \
  X(queue_member) \
  X(queue_entry) \
  X(queue_status_complete) \
  X(queue_summary) \
  X(queue_summary_complete) \
  X(queue_caller_join) \
  X(queue_caller_leave) \
  X(queue_caller_abandon) \
  X(queue_member_status) \
  X(queue_member_added) \
  X(queue_member_removed) \
  X(queue_member_pause) \
  X(queue_member_penalty) \
  X(queue_member_ringinuse) \
  X(agent_called) \
  X(agent_connect) \
  X(agent_complete) \
  X(agent_ring_no_answer) \
  X(agent_dump) \
  X(async_agi_start) \
  X(async_agi_exec) \
  X(async_agi_end)
// clang-format on

/// Calls `f(event)` with the typed event that `m` is; false, without a call, when it has no struct.
template <class F>
bool visit_event(const message& m, F&& f) {
  switch (m.kind()) {
#define RINGMASTER_AMI_VISIT(name)                                                                           \
  case event_kind::name:                                                                                     \
    f(name::from(m));                                                                                        \
    return true;
    RINGMASTER_AMI_TYPED_EVENTS(RINGMASTER_AMI_VISIT)
#undef RINGMASTER_AMI_VISIT
  case event_kind::bridge_merge:
  case event_kind::local_optimization_begin:
  case event_kind::local_optimization_end:
  case event_kind::mix_monitor_start:
  case event_kind::mix_monitor_stop:
  case event_kind::parkinglot:
  case event_kind::parkinglots_complete:
  case event_kind::peer_entry:
  case event_kind::peerlist_complete:
  case event_kind::registry_entry:
  case event_kind::registrations_complete:
  case event_kind::registry:
  case event_kind::contact_status:
  case event_kind::endpoint_list:
  case event_kind::endpoint_list_complete:
  case event_kind::endpoint_detail:
  case event_kind::endpoint_detail_complete:
  case event_kind::aor_detail:
  case event_kind::aor_list:
  case event_kind::aor_list_complete:
  case event_kind::auth_detail:
  case event_kind::auth_list:
  case event_kind::auth_list_complete:
  case event_kind::contact_list:
  case event_kind::contact_list_complete:
  case event_kind::contact_status_detail:
  case event_kind::transport_detail:
  case event_kind::outbound_registration_detail:
  case event_kind::outbound_registration_detail_complete:
  case event_kind::agents:
  case event_kind::agents_complete:
  case event_kind::agent_login:
  case event_kind::agent_logoff:
  case event_kind::agi_exec_start:
  case event_kind::agi_exec_end:
  case event_kind::module_load:
  case event_kind::module_unload:
  case event_kind::other:
    return false;
  }
  return false;
}

} // namespace ringmaster::ami
