// SPDX-License-Identifier: Apache-2.0
/// Which event a message is: those that the product uses have a name here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ringmaster::ami {

// clang-format off
/// Every known event: our name and the value of its `Event` header.
#define RINGMASTER_AMI_EVENTS(X) \
  X(fully_booted, "FullyBooted") \
  X(shutdown, "Shutdown") \
  X(reload, "Reload") \
  X(newchannel, "Newchannel") \
  X(newstate, "Newstate") \
  X(new_callerid, "NewCallerid") \
  X(new_connected_line, "NewConnectedLine") \
  X(newexten, "Newexten") \
  X(rename, "Rename") \
  X(dial_begin, "DialBegin") \
  X(dial_state, "DialState") \
  X(dial_end, "DialEnd") \
  X(originate_response, "OriginateResponse") \
  X(hangup, "Hangup") \
  X(hangup_request, "HangupRequest") \
  X(soft_hangup_request, "SoftHangupRequest") \
  X(bridge_create, "BridgeCreate") \
  X(bridge_destroy, "BridgeDestroy") \
  X(bridge_enter, "BridgeEnter") \
  X(bridge_leave, "BridgeLeave") \
  X(bridge_merge, "BridgeMerge") \
  X(local_bridge, "LocalBridge") \
  X(local_optimization_begin, "LocalOptimizationBegin") \
  X(local_optimization_end, "LocalOptimizationEnd") \
  X(queue_params, "QueueParams") \
  X(queue_member, "QueueMember") \
  X(queue_entry, "QueueEntry") \
  X(queue_status_complete, "QueueStatusComplete") \
  X(queue_summary, "QueueSummary") \
  X(queue_summary_complete, "QueueSummaryComplete") \
  X(queue_caller_join, "QueueCallerJoin") \
  X(queue_caller_leave, "QueueCallerLeave") \
  X(queue_caller_abandon, "QueueCallerAbandon") \
  X(queue_member_status, "QueueMemberStatus") \
  X(queue_member_added, "QueueMemberAdded") \
  X(queue_member_removed, "QueueMemberRemoved") \
  X(queue_member_pause, "QueueMemberPause") \
  X(queue_member_penalty, "QueueMemberPenalty") \
  X(queue_member_ringinuse, "QueueMemberRinginuse") \
  X(agent_called, "AgentCalled") \
  X(agent_connect, "AgentConnect") \
  X(agent_complete, "AgentComplete") \
  X(agent_ring_no_answer, "AgentRingNoAnswer") \
  X(agent_dump, "AgentDump") \
  X(core_show_channel, "CoreShowChannel") \
  X(core_show_channels_complete, "CoreShowChannelsComplete") \
  X(status, "Status") \
  X(status_complete, "StatusComplete") \
  X(parked_call, "ParkedCall") \
  X(unparked_call, "UnParkedCall") \
  X(parked_call_timeout, "ParkedCallTimeOut") \
  X(parked_call_give_up, "ParkedCallGiveUp") \
  X(parked_calls_complete, "ParkedCallsComplete") \
  X(parkinglot, "Parkinglot") \
  X(parkinglots_complete, "ParkinglotsComplete") \
  X(device_state_change, "DeviceStateChange") \
  X(device_state_list_complete, "DeviceStateListComplete") \
  X(peer_status, "PeerStatus") \
  X(peer_entry, "PeerEntry") \
  X(peerlist_complete, "PeerlistComplete") \
  X(registry_entry, "RegistryEntry") \
  X(registrations_complete, "RegistrationsComplete") \
  X(registry, "Registry") \
  X(contact_status, "ContactStatus") \
  X(endpoint_list, "EndpointList") \
  X(endpoint_list_complete, "EndpointListComplete") \
  X(endpoint_detail, "EndpointDetail") \
  X(endpoint_detail_complete, "EndpointDetailComplete") \
  X(aor_detail, "AorDetail") \
  X(aor_list, "AorList") \
  X(aor_list_complete, "AorListComplete") \
  X(auth_detail, "AuthDetail") \
  X(auth_list, "AuthList") \
  X(auth_list_complete, "AuthListComplete") \
  X(contact_list, "ContactList") \
  X(contact_list_complete, "ContactListComplete") \
  X(contact_status_detail, "ContactStatusDetail") \
  X(transport_detail, "TransportDetail") \
  X(outbound_registration_detail, "OutboundRegistrationDetail") \
  X(outbound_registration_detail_complete, "OutboundRegistrationDetailComplete") \
  X(agents, "Agents") \
  X(agents_complete, "AgentsComplete") \
  X(agent_login, "AgentLogin") \
  X(agent_logoff, "AgentLogoff") \
  X(async_agi_start, "AsyncAGIStart") \
  X(async_agi_exec, "AsyncAGIExec") \
  X(async_agi_end, "AsyncAGIEnd") \
  X(agi_exec_start, "AGIExecStart") \
  X(agi_exec_end, "AGIExecEnd") \
  X(module_load, "Load") \
  X(module_unload, "Unload") \
  X(var_set, "VarSet") \
  X(user_event, "UserEvent") \
  X(mix_monitor_start, "MixMonitorStart") \
  X(mix_monitor_stop, "MixMonitorStop")
// clang-format on

/// The event of a message. `other` is every event that has no name here (it is kept all the same), and
/// what is no event at all.
enum class event_kind : std::uint8_t {
  other,
#define RINGMASTER_AMI_ENUM(name, text) name,
  RINGMASTER_AMI_EVENTS(RINGMASTER_AMI_ENUM)
#undef RINGMASTER_AMI_ENUM
};

/// Number of values of `event_kind`, for arrays indexed by it.
inline constexpr std::size_t event_kind_count = 0
#define RINGMASTER_AMI_COUNT(name, text) +1
                                                RINGMASTER_AMI_EVENTS(RINGMASTER_AMI_COUNT)
#undef RINGMASTER_AMI_COUNT
                                                + 1;

/// Asterisk's spelling: "Newchannel"; empty for `other`.
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;

/// The kind whose spelling is exactly `name`, else `other`. A perfect hash: one table look-up and one
/// comparison.
[[nodiscard]] event_kind event_kind_of(std::string_view name) noexcept;

} // namespace ringmaster::ami
