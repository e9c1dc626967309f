// SPDX-License-Identifier: Apache-2.0
/// A channel's life: created, ringing, dialed, bridged, parked, hung up.
#pragma once

#include "protocol/ami/snapshots.hpp"

namespace ringmaster::ami {

/// A channel was created.
struct newchannel {
  static constexpr auto kind = event_kind::newchannel;
  channel_snapshot channel;
  [[nodiscard]] static newchannel from(const message& m) noexcept;
};

/// A channel's state changed.
struct newstate {
  static constexpr auto kind = event_kind::newstate;
  channel_snapshot channel;
  [[nodiscard]] static newstate from(const message& m) noexcept;
};

/// A channel's caller id changed.
struct new_callerid {
  static constexpr auto kind = event_kind::new_callerid;
  channel_snapshot channel;
  text calling_pres;
  [[nodiscard]] static new_callerid from(const message& m) noexcept;
};

/// Whom a channel talks to changed.
struct new_connected_line {
  static constexpr auto kind = event_kind::new_connected_line;
  channel_snapshot channel;
  [[nodiscard]] static new_connected_line from(const message& m) noexcept;
};

/// A channel begins a step of the dialplan.
struct newexten {
  static constexpr auto kind = event_kind::newexten;
  channel_snapshot channel;
  text extension;
  text application;
  text app_data;
  [[nodiscard]] static newexten from(const message& m) noexcept;
};

/// A channel has another name from now on (masquerade); its unique id stays.
struct rename {
  static constexpr auto kind = event_kind::rename;
  text channel_name;
  text new_name;
  text unique_id;
  [[nodiscard]] static rename from(const message& m) noexcept;
};

/// A dial began; `channel` is empty when nobody calls (Originate).
struct dial_begin {
  static constexpr auto kind = event_kind::dial_begin;
  channel_snapshot dest_channel;
  text dial_string;
  channel_snapshot channel;
  [[nodiscard]] static dial_begin from(const message& m) noexcept;
};

/// A dial went on: RINGING, PROGRESS, PROCEEDING.
struct dial_state {
  static constexpr auto kind = event_kind::dial_state;
  channel_snapshot dest_channel;
  text dial_status;
  channel_snapshot channel;
  [[nodiscard]] static dial_state from(const message& m) noexcept;
};

/// A dial ended: ANSWER, BUSY, NOANSWER, CONGESTION, CHANUNAVAIL, CANCEL, ABORT ….
struct dial_end {
  static constexpr auto kind = event_kind::dial_end;
  channel_snapshot dest_channel;
  text dial_status;
  text forward; ///< where the call was forwarded to
  channel_snapshot channel;
  [[nodiscard]] static dial_end from(const message& m) noexcept;
};

/// The outcome of an asynchronous Originate. Order against the channel's events is not guaranteed.
struct originate_response {
  static constexpr auto kind = event_kind::originate_response;
  text action_id; ///< of the action whose list this belongs to
  text response;  ///< "Success" or "Failure"
  text channel_name;
  text context;
  text exten;
  text application;
  text data;
  /// 0 failure, 1 hung up, 3 rang out, 4 answered, 5 busy, 8 congestion; PJSIP says 0 for every failure
  number reason;
  text unique_id;
  text caller_id_num;
  text caller_id_name;
  [[nodiscard]] static originate_response from(const message& m) noexcept;
};

/// A channel is gone. Cause 0 happens on real hang-ups.
struct hangup {
  static constexpr auto kind = event_kind::hangup;
  channel_snapshot channel;
  number cause; ///< Q.850
  text cause_text;
  text tech_cause; ///< e.g. "SIP 486 Busy Here"; Asterisk 22 and later
  [[nodiscard]] static hangup from(const message& m) noexcept;
};

/// The far end hung up.
struct hangup_request {
  static constexpr auto kind = event_kind::hangup_request;
  channel_snapshot channel;
  number cause; ///< Q.850
  text tech_cause;
  [[nodiscard]] static hangup_request from(const message& m) noexcept;
};

/// Asterisk was asked to hang a channel up.
struct soft_hangup_request {
  static constexpr auto kind = event_kind::soft_hangup_request;
  channel_snapshot channel;
  number cause; ///< Q.850
  text tech_cause;
  [[nodiscard]] static soft_hangup_request from(const message& m) noexcept;
};

/// A bridge was made.
struct bridge_create {
  static constexpr auto kind = event_kind::bridge_create;
  bridge_snapshot bridge;
  [[nodiscard]] static bridge_create from(const message& m) noexcept;
};

/// A bridge is gone.
struct bridge_destroy {
  static constexpr auto kind = event_kind::bridge_destroy;
  bridge_snapshot bridge;
  [[nodiscard]] static bridge_destroy from(const message& m) noexcept;
};

/// A channel entered a bridge.
struct bridge_enter {
  static constexpr auto kind = event_kind::bridge_enter;
  bridge_snapshot bridge;
  channel_snapshot channel;
  text swap_unique_id; ///< the channel whose place it takes
  [[nodiscard]] static bridge_enter from(const message& m) noexcept;
};

/// A channel left a bridge.
struct bridge_leave {
  static constexpr auto kind = event_kind::bridge_leave;
  bridge_snapshot bridge;
  channel_snapshot channel;
  [[nodiscard]] static bridge_leave from(const message& m) noexcept;
};

/// The two halves of a Local channel are connected.
struct local_bridge {
  static constexpr auto kind = event_kind::local_bridge;
  channel_snapshot one;
  channel_snapshot two;
  text context;
  text exten;
  std::optional<bool> local_optimization;
  [[nodiscard]] static local_bridge from(const message& m) noexcept;
};

/// A call was parked; also an item of ParkedCalls' list, then with its action id.
struct parked_call {
  static constexpr auto kind = event_kind::parked_call;
  channel_snapshot parkee;
  text parker_dial_string;
  text parkinglot;
  number parking_space;
  std::optional<std::chrono::seconds> parking_timeout;  ///< until the call goes back
  std::optional<std::chrono::seconds> parking_duration; ///< so far
  text action_id;                                       ///< of the action whose list this belongs to
  [[nodiscard]] static parked_call from(const message& m) noexcept;
};

/// A parked call was fetched.
struct unparked_call {
  static constexpr auto kind = event_kind::unparked_call;
  channel_snapshot parkee;
  channel_snapshot retriever;
  text parker_dial_string;
  text parkinglot;
  number parking_space;
  std::optional<std::chrono::seconds> parking_timeout;  ///< until the call goes back
  std::optional<std::chrono::seconds> parking_duration; ///< so far
  [[nodiscard]] static unparked_call from(const message& m) noexcept;
};

/// Nobody fetched a parked call in time.
struct parked_call_timeout {
  static constexpr auto kind = event_kind::parked_call_timeout;
  channel_snapshot parkee;
  text parker_dial_string;
  text parkinglot;
  number parking_space;
  std::optional<std::chrono::seconds> parking_timeout;  ///< until the call goes back
  std::optional<std::chrono::seconds> parking_duration; ///< so far
  [[nodiscard]] static parked_call_timeout from(const message& m) noexcept;
};

/// A parked caller hung up.
struct parked_call_give_up {
  static constexpr auto kind = event_kind::parked_call_give_up;
  channel_snapshot parkee;
  text parker_dial_string;
  text parkinglot;
  number parking_space;
  std::optional<std::chrono::seconds> parking_timeout;  ///< until the call goes back
  std::optional<std::chrono::seconds> parking_duration; ///< so far
  [[nodiscard]] static parked_call_give_up from(const message& m) noexcept;
};

/// Ends the answer to ParkedCalls.
struct parked_calls_complete {
  static constexpr auto kind = event_kind::parked_calls_complete;
  text action_id;    ///< of the action whose list this belongs to
  number list_items; ///< events that the list had
  [[nodiscard]] static parked_calls_complete from(const message& m) noexcept;
};

/// An item of CoreShowChannels' list.
struct core_show_channel {
  static constexpr auto kind = event_kind::core_show_channel;
  text action_id; ///< of the action whose list this belongs to
  channel_snapshot channel;
  text application;
  text application_data;
  text duration; ///< HH:MM:SS
  text bridge_id;
  [[nodiscard]] static core_show_channel from(const message& m) noexcept;
};

/// Ends the answer to CoreShowChannels.
struct core_show_channels_complete {
  static constexpr auto kind = event_kind::core_show_channels_complete;
  text action_id;    ///< of the action whose list this belongs to
  number list_items; ///< events that the list had
  [[nodiscard]] static core_show_channels_complete from(const message& m) noexcept;
};

/// An item of Status' list.
struct status {
  static constexpr auto kind = event_kind::status;
  channel_snapshot channel;
  text type; ///< technology
  text dnid;
  std::optional<std::chrono::seconds> time_to_hangup; ///< 0: no limit
  text bridge_id;
  text application;
  text data;
  std::optional<std::chrono::seconds> age; ///< since the channel was created
  text action_id;                          ///< of the action whose list this belongs to
  [[nodiscard]] static status from(const message& m) noexcept;
};

/// Ends the answer to Status.
struct status_complete {
  static constexpr auto kind = event_kind::status_complete;
  text action_id;    ///< of the action whose list this belongs to
  number list_items; ///< events that the list had
  number items;      ///< channels
  [[nodiscard]] static status_complete from(const message& m) noexcept;
};

} // namespace ringmaster::ami
