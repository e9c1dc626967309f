// SPDX-License-Identifier: Apache-2.0
/// The table of every typed event: which header fills which member, in Asterisk's order. The reader of
/// messages, the tests and the benchmark's rivals are generic code over it.
#pragma once

#include "protocol/ami/events.hpp"

#include <algorithm>
#include <cstddef>

namespace ringmaster::ami {

/// A text as a template argument.
template <std::size_t N>
struct fixed_text {
  char chars[N]{};
  constexpr fixed_text(const char (&from)[N]) { std::copy_n(from, N, chars); }
  constexpr fixed_text() = default;
  [[nodiscard]] constexpr text view() const { return {chars, N - 1}; }
};
template <std::size_t A, std::size_t B>
[[nodiscard]] constexpr fixed_text<A + B - 1> operator+(const fixed_text<A>& a, const fixed_text<B>& b) {
  fixed_text<A + B - 1> joined;
  std::copy_n(a.chars, A - 1, joined.chars);
  std::copy_n(b.chars, B, joined.chars + A - 1);
  return joined;
}

/// The header `Name` fills `Member`.
template <fixed_text Name, auto Member>
struct field {};
/// The headers of a nested table, their names after `Prefix`, fill `Member`. When the table's first header
/// is missing, all are taken for missing: an event about no channel has no channel's language.
template <fixed_text Prefix, auto Member, class Table>
struct nested {};

template <fixed_text Prefix, class Field>
struct prefixed_field;
template <fixed_text Prefix, fixed_text Name, auto Member>
struct prefixed_field<Prefix, field<Name, Member>> {
  using type = field<Prefix + Name, Member>;
};
/// `Field` with `Prefix` before its header's name.
template <fixed_text Prefix, class Field>
using prefixed = typename prefixed_field<Prefix, Field>::type;

template <class... Fields>
struct table {};

using channel_table =
    table<field<"Channel", &channel_snapshot::name>, field<"ChannelState", &channel_snapshot::state>,
          field<"ChannelStateDesc", &channel_snapshot::state_desc>,
          field<"CallerIDNum", &channel_snapshot::caller_id_num>,
          field<"CallerIDName", &channel_snapshot::caller_id_name>,
          field<"ConnectedLineNum", &channel_snapshot::connected_line_num>,
          field<"ConnectedLineName", &channel_snapshot::connected_line_name>,
          field<"Language", &channel_snapshot::language>,
          field<"AccountCode", &channel_snapshot::account_code>, field<"Context", &channel_snapshot::context>,
          field<"Exten", &channel_snapshot::exten>, field<"Priority", &channel_snapshot::priority>,
          field<"Uniqueid", &channel_snapshot::unique_id>, field<"Linkedid", &channel_snapshot::linked_id>>;

using bridge_table =
    table<field<"BridgeUniqueid", &bridge_snapshot::unique_id>, field<"BridgeType", &bridge_snapshot::type>,
          field<"BridgeTechnology", &bridge_snapshot::technology>,
          field<"BridgeCreator", &bridge_snapshot::creator>, field<"BridgeName", &bridge_snapshot::name>,
          field<"BridgeNumChannels", &bridge_snapshot::channels>>;

template <fixed_text Name, fixed_text Interface, class... RingInUse>
using member_table_of =
    table<field<"Queue", &member_snapshot::queue>, field<Name, &member_snapshot::name>,
          field<Interface, &member_snapshot::interface>,
          field<"StateInterface", &member_snapshot::state_interface>,
          field<"Membership", &member_snapshot::membership>, field<"Penalty", &member_snapshot::penalty>,
          field<"CallsTaken", &member_snapshot::calls_taken>, field<"LastCall", &member_snapshot::last_call>,
          field<"LastPause", &member_snapshot::last_pause>, field<"LoginTime", &member_snapshot::login_time>,
          field<"InCall", &member_snapshot::in_call>, field<"Status", &member_snapshot::status>,
          field<"Paused", &member_snapshot::paused>, field<"PausedReason", &member_snapshot::paused_reason>,
          RingInUse..., field<"Wrapuptime", &member_snapshot::wrapup_time>>;
using member_table =
    member_table_of<"MemberName", "Interface", field<"Ringinuse", &member_snapshot::ring_in_use>>;
using listed_member_table = member_table_of<"Name", "Location">;

/// `typename fields_of<E>::type` is the table of the typed event E.
template <class Event>
struct fields_of;

template <>
struct fields_of<fully_booted> {
  using type = table<field<"Privilege", &fully_booted::privilege>, field<"Uptime", &fully_booted::uptime>,
                     field<"LastReload", &fully_booted::last_reload>, field<"Status", &fully_booted::status>>;
};
template <>
struct fields_of<shutdown> {
  using type = table<field<"Shutdown", &shutdown::how>, field<"Restart", &shutdown::restart>>;
};
template <>
struct fields_of<reload> {
  using type = table<field<"Module", &reload::module>, field<"Status", &reload::status>>;
};
template <>
struct fields_of<device_state_change> {
  using type =
      table<field<"Device", &device_state_change::device>, field<"State", &device_state_change::state>,
            field<"ActionID", &device_state_change::action_id>>;
};
template <>
struct fields_of<device_state_list_complete> {
  using type = table<field<"ActionID", &device_state_list_complete::action_id>,
                     field<"ListItems", &device_state_list_complete::list_items>>;
};
template <>
struct fields_of<peer_status> {
  using type = table<field<"ChannelType", &peer_status::channel_type>, field<"Peer", &peer_status::peer>,
                     field<"PeerStatus", &peer_status::status>, field<"Cause", &peer_status::cause>,
                     field<"Address", &peer_status::address>, field<"Port", &peer_status::port>,
                     field<"Time", &peer_status::time>>;
};
template <>
struct fields_of<var_set> {
  using type = table<nested<"", &var_set::channel, channel_table>, field<"Variable", &var_set::variable>,
                     field<"Value", &var_set::value>>;
};
template <>
struct fields_of<user_event> {
  using type = table<nested<"", &user_event::channel, channel_table>, field<"UserEvent", &user_event::name>,
                     field<"ActionID", &user_event::action_id>>;
};
template <>
struct fields_of<newchannel> {
  using type = table<nested<"", &newchannel::channel, channel_table>>;
};
template <>
struct fields_of<newstate> {
  using type = table<nested<"", &newstate::channel, channel_table>>;
};
template <>
struct fields_of<new_callerid> {
  using type = table<nested<"", &new_callerid::channel, channel_table>,
                     field<"CID-CallingPres", &new_callerid::calling_pres>>;
};
template <>
struct fields_of<new_connected_line> {
  using type = table<nested<"", &new_connected_line::channel, channel_table>>;
};
template <>
struct fields_of<newexten> {
  using type = table<nested<"", &newexten::channel, channel_table>, field<"Extension", &newexten::extension>,
                     field<"Application", &newexten::application>, field<"AppData", &newexten::app_data>>;
};
template <>
struct fields_of<rename> {
  using type = table<field<"Channel", &rename::channel_name>, field<"Newname", &rename::new_name>,
                     field<"Uniqueid", &rename::unique_id>>;
};
template <>
struct fields_of<dial_begin> {
  using type =
      table<nested<"Dest", &dial_begin::dest_channel, channel_table>,
            field<"DialString", &dial_begin::dial_string>, nested<"", &dial_begin::channel, channel_table>>;
};
template <>
struct fields_of<dial_state> {
  using type =
      table<nested<"Dest", &dial_state::dest_channel, channel_table>,
            field<"DialStatus", &dial_state::dial_status>, nested<"", &dial_state::channel, channel_table>>;
};
template <>
struct fields_of<dial_end> {
  using type = table<nested<"Dest", &dial_end::dest_channel, channel_table>,
                     field<"DialStatus", &dial_end::dial_status>, field<"Forward", &dial_end::forward>,
                     nested<"", &dial_end::channel, channel_table>>;
};
template <>
struct fields_of<originate_response> {
  using type =
      table<field<"ActionID", &originate_response::action_id>,
            field<"Response", &originate_response::response>,
            field<"Channel", &originate_response::channel_name>,
            field<"Context", &originate_response::context>, field<"Exten", &originate_response::exten>,
            field<"Application", &originate_response::application>, field<"Data", &originate_response::data>,
            field<"Reason", &originate_response::reason>, field<"Uniqueid", &originate_response::unique_id>,
            field<"CallerIDNum", &originate_response::caller_id_num>,
            field<"CallerIDName", &originate_response::caller_id_name>>;
};
template <>
struct fields_of<hangup> {
  using type = table<nested<"", &hangup::channel, channel_table>, field<"Cause", &hangup::cause>,
                     field<"Cause-txt", &hangup::cause_text>, field<"TechCause", &hangup::tech_cause>>;
};
template <>
struct fields_of<hangup_request> {
  using type = table<nested<"", &hangup_request::channel, channel_table>,
                     field<"Cause", &hangup_request::cause>, field<"TechCause", &hangup_request::tech_cause>>;
};
template <>
struct fields_of<soft_hangup_request> {
  using type = table<nested<"", &soft_hangup_request::channel, channel_table>,
                     field<"Cause", &soft_hangup_request::cause>,
                     field<"TechCause", &soft_hangup_request::tech_cause>>;
};
template <>
struct fields_of<bridge_create> {
  using type = table<nested<"", &bridge_create::bridge, bridge_table>>;
};
template <>
struct fields_of<bridge_destroy> {
  using type = table<nested<"", &bridge_destroy::bridge, bridge_table>>;
};
template <>
struct fields_of<bridge_enter> {
  using type = table<nested<"", &bridge_enter::bridge, bridge_table>,
                     nested<"", &bridge_enter::channel, channel_table>,
                     field<"SwapUniqueid", &bridge_enter::swap_unique_id>>;
};
template <>
struct fields_of<bridge_leave> {
  using type = table<nested<"", &bridge_leave::bridge, bridge_table>,
                     nested<"", &bridge_leave::channel, channel_table>>;
};
template <>
struct fields_of<local_bridge> {
  using type = table<nested<"LocalOne", &local_bridge::one, channel_table>,
                     nested<"LocalTwo", &local_bridge::two, channel_table>,
                     field<"Context", &local_bridge::context>, field<"Exten", &local_bridge::exten>,
                     field<"LocalOptimization", &local_bridge::local_optimization>>;
};
template <>
struct fields_of<parked_call> {
  using type =
      table<nested<"Parkee", &parked_call::parkee, channel_table>,
            field<"ParkerDialString", &parked_call::parker_dial_string>,
            field<"Parkinglot", &parked_call::parkinglot>, field<"ParkingSpace", &parked_call::parking_space>,
            field<"ParkingTimeout", &parked_call::parking_timeout>,
            field<"ParkingDuration", &parked_call::parking_duration>,
            field<"ActionID", &parked_call::action_id>>;
};
template <>
struct fields_of<unparked_call> {
  using type = table<nested<"Parkee", &unparked_call::parkee, channel_table>,
                     nested<"Retriever", &unparked_call::retriever, channel_table>,
                     field<"ParkerDialString", &unparked_call::parker_dial_string>,
                     field<"Parkinglot", &unparked_call::parkinglot>,
                     field<"ParkingSpace", &unparked_call::parking_space>,
                     field<"ParkingTimeout", &unparked_call::parking_timeout>,
                     field<"ParkingDuration", &unparked_call::parking_duration>>;
};
template <>
struct fields_of<parked_call_timeout> {
  using type = table<nested<"Parkee", &parked_call_timeout::parkee, channel_table>,
                     field<"ParkerDialString", &parked_call_timeout::parker_dial_string>,
                     field<"Parkinglot", &parked_call_timeout::parkinglot>,
                     field<"ParkingSpace", &parked_call_timeout::parking_space>,
                     field<"ParkingTimeout", &parked_call_timeout::parking_timeout>,
                     field<"ParkingDuration", &parked_call_timeout::parking_duration>>;
};
template <>
struct fields_of<parked_call_give_up> {
  using type = table<nested<"Parkee", &parked_call_give_up::parkee, channel_table>,
                     field<"ParkerDialString", &parked_call_give_up::parker_dial_string>,
                     field<"Parkinglot", &parked_call_give_up::parkinglot>,
                     field<"ParkingSpace", &parked_call_give_up::parking_space>,
                     field<"ParkingTimeout", &parked_call_give_up::parking_timeout>,
                     field<"ParkingDuration", &parked_call_give_up::parking_duration>>;
};
template <>
struct fields_of<parked_calls_complete> {
  using type = table<field<"ActionID", &parked_calls_complete::action_id>,
                     field<"ListItems", &parked_calls_complete::list_items>>;
};
template <>
struct fields_of<core_show_channel> {
  using type = table<field<"ActionID", &core_show_channel::action_id>,
                     nested<"", &core_show_channel::channel, channel_table>,
                     field<"Application", &core_show_channel::application>,
                     field<"ApplicationData", &core_show_channel::application_data>,
                     field<"Duration", &core_show_channel::duration>,
                     field<"BridgeId", &core_show_channel::bridge_id>>;
};
template <>
struct fields_of<core_show_channels_complete> {
  using type = table<field<"ActionID", &core_show_channels_complete::action_id>,
                     field<"ListItems", &core_show_channels_complete::list_items>>;
};
template <>
struct fields_of<status> {
  using type = table<nested<"", &status::channel, channel_table>, field<"Type", &status::type>,
                     field<"DNID", &status::dnid>, field<"TimeToHangup", &status::time_to_hangup>,
                     field<"BridgeID", &status::bridge_id>, field<"Application", &status::application>,
                     field<"Data", &status::data>, field<"Seconds", &status::age>,
                     field<"ActionID", &status::action_id>>;
};
template <>
struct fields_of<status_complete> {
  using type =
      table<field<"ActionID", &status_complete::action_id>, field<"ListItems", &status_complete::list_items>,
            field<"Items", &status_complete::items>>;
};
template <>
struct fields_of<queue_params> {
  using type =
      table<field<"Queue", &queue_params::queue>, field<"Max", &queue_params::max>,
            field<"Strategy", &queue_params::strategy>, field<"Calls", &queue_params::calls>,
            field<"Holdtime", &queue_params::hold_time>, field<"TalkTime", &queue_params::talk_time>,
            field<"Completed", &queue_params::completed>, field<"Abandoned", &queue_params::abandoned>,
            field<"ServiceLevel", &queue_params::service_level>,
            field<"ServicelevelPerf", &queue_params::service_level_perf>,
            field<"ServicelevelPerf2", &queue_params::service_level_perf2>,
            field<"Weight", &queue_params::weight>, field<"ActionID", &queue_params::action_id>>;
};
template <>
struct fields_of<queue_member> {
  using type = table<nested<"", &queue_member::member, listed_member_table>,
                     field<"ActionID", &queue_member::action_id>>;
};
template <>
struct fields_of<queue_entry> {
  using type =
      table<field<"Queue", &queue_entry::queue>, field<"Position", &queue_entry::position>,
            field<"Channel", &queue_entry::channel_name>, field<"Uniqueid", &queue_entry::unique_id>,
            field<"CallerIDNum", &queue_entry::caller_id_num>,
            field<"CallerIDName", &queue_entry::caller_id_name>,
            field<"ConnectedLineNum", &queue_entry::connected_line_num>,
            field<"ConnectedLineName", &queue_entry::connected_line_name>, field<"Wait", &queue_entry::wait>,
            field<"Priority", &queue_entry::priority>, field<"ActionID", &queue_entry::action_id>>;
};
template <>
struct fields_of<queue_status_complete> {
  using type = table<field<"ActionID", &queue_status_complete::action_id>,
                     field<"ListItems", &queue_status_complete::list_items>>;
};
template <>
struct fields_of<queue_summary> {
  using type =
      table<field<"Queue", &queue_summary::queue>, field<"LoggedIn", &queue_summary::logged_in>,
            field<"Available", &queue_summary::available>, field<"Callers", &queue_summary::callers>,
            field<"HoldTime", &queue_summary::hold_time>, field<"TalkTime", &queue_summary::talk_time>,
            field<"LongestHoldTime", &queue_summary::longest_hold_time>,
            field<"ActionID", &queue_summary::action_id>>;
};
template <>
struct fields_of<queue_summary_complete> {
  using type = table<field<"ActionID", &queue_summary_complete::action_id>,
                     field<"ListItems", &queue_summary_complete::list_items>>;
};
template <>
struct fields_of<queue_caller_join> {
  using type =
      table<nested<"", &queue_caller_join::channel, channel_table>, field<"Queue", &queue_caller_join::queue>,
            field<"Position", &queue_caller_join::position>, field<"Count", &queue_caller_join::count>>;
};
template <>
struct fields_of<queue_caller_leave> {
  using type =
      table<nested<"", &queue_caller_leave::channel, channel_table>,
            field<"Queue", &queue_caller_leave::queue>, field<"Position", &queue_caller_leave::position>,
            field<"Count", &queue_caller_leave::count>>;
};
template <>
struct fields_of<queue_caller_abandon> {
  using type =
      table<nested<"", &queue_caller_abandon::channel, channel_table>,
            field<"Queue", &queue_caller_abandon::queue>, field<"Position", &queue_caller_abandon::position>,
            field<"OriginalPosition", &queue_caller_abandon::original_position>,
            field<"HoldTime", &queue_caller_abandon::hold_time>>;
};
template <>
struct fields_of<queue_member_status> {
  using type = table<nested<"", &queue_member_status::member, member_table>>;
};
template <>
struct fields_of<queue_member_added> {
  using type = table<nested<"", &queue_member_added::member, member_table>>;
};
template <>
struct fields_of<queue_member_removed> {
  using type = table<nested<"", &queue_member_removed::member, member_table>>;
};
template <>
struct fields_of<queue_member_pause> {
  using type = table<nested<"", &queue_member_pause::member, member_table>>;
};
template <>
struct fields_of<queue_member_penalty> {
  using type = table<nested<"", &queue_member_penalty::member, member_table>>;
};
template <>
struct fields_of<queue_member_ringinuse> {
  using type = table<nested<"", &queue_member_ringinuse::member, member_table>>;
};
template <>
struct fields_of<agent_called> {
  using type =
      table<nested<"", &agent_called::channel, channel_table>,
            nested<"Dest", &agent_called::dest_channel, channel_table>, field<"Queue", &agent_called::queue>,
            field<"Interface", &agent_called::interface>, field<"MemberName", &agent_called::member_name>>;
};
template <>
struct fields_of<agent_connect> {
  using type =
      table<nested<"", &agent_connect::channel, channel_table>,
            nested<"Dest", &agent_connect::dest_channel, channel_table>,
            field<"Queue", &agent_connect::queue>, field<"Interface", &agent_connect::interface>,
            field<"MemberName", &agent_connect::member_name>, field<"HoldTime", &agent_connect::hold_time>,
            field<"RingTime", &agent_connect::ring_time>>;
};
template <>
struct fields_of<agent_complete> {
  using type =
      table<nested<"", &agent_complete::channel, channel_table>,
            nested<"Dest", &agent_complete::dest_channel, channel_table>,
            field<"Queue", &agent_complete::queue>, field<"Interface", &agent_complete::interface>,
            field<"MemberName", &agent_complete::member_name>, field<"HoldTime", &agent_complete::hold_time>,
            field<"TalkTime", &agent_complete::talk_time>, field<"Reason", &agent_complete::reason>>;
};
template <>
struct fields_of<agent_ring_no_answer> {
  using type = table<nested<"", &agent_ring_no_answer::channel, channel_table>,
                     nested<"Dest", &agent_ring_no_answer::dest_channel, channel_table>,
                     field<"Queue", &agent_ring_no_answer::queue>,
                     field<"Interface", &agent_ring_no_answer::interface>,
                     field<"MemberName", &agent_ring_no_answer::member_name>,
                     field<"RingTime", &agent_ring_no_answer::ring_time>>;
};
template <>
struct fields_of<agent_dump> {
  using type =
      table<nested<"", &agent_dump::channel, channel_table>,
            nested<"Dest", &agent_dump::dest_channel, channel_table>, field<"Queue", &agent_dump::queue>,
            field<"Interface", &agent_dump::interface>, field<"MemberName", &agent_dump::member_name>>;
};

template <>
struct fields_of<async_agi_start> {
  using type = table<nested<"", &async_agi_start::channel, channel_table>, field<"Env", &async_agi_start::env>>;
};
template <>
struct fields_of<async_agi_exec> {
  using type = table<nested<"", &async_agi_exec::channel, channel_table>, field<"Result", &async_agi_exec::result>,
                     field<"CommandId", &async_agi_exec::command_id>>;
};
template <>
struct fields_of<async_agi_end> {
  using type = table<nested<"", &async_agi_end::channel, channel_table>>;
};

} // namespace ringmaster::ami
