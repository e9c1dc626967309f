// SPDX-License-Identifier: Apache-2.0
/// Parking lots, and calls that are parked in them. Names (one with the reference's misprint), types and
/// nulls are the reference's.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

struct parked_call {
  std::string account_code;
  std::string caller_id_name, caller_id_num;
  std::string channel;
  std::string channel_state; // a number, as text
  std::string channel_state_desc;
  std::string connected_line_name, connected_line_num;
  std::string context;
  std::string exten;
  std::string linked_id;
  std::string priority;
  std::string unique_id;
  std::string parker_dial_string;
  std::int64_t duration{0};
  std::string lot;
  std::string space;
  std::int64_t timeout{0};
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto parked_call_fields = field_table{
    shown("parkee_account_code", &parked_call::account_code, "Account code."),
    shown("parkee_caller_id_name", &parked_call::caller_id_name, "Caller's name; \"<unknown>\" without one."),
    shown("parkee_caller_id_num", &parked_call::caller_id_num, "Caller's number; \"<unknown>\" without one."),
    shown("parkee_channel", &parked_call::channel, "Name of the parked channel."),
    shown("parkee_channel_state", &parked_call::channel_state, "Its state."),
    shown("parkee_channel_state_desc", &parked_call::channel_state_desc, "The state in Asterisk's words."),
    shown("parkee_connected_line_name", &parked_call::connected_line_name,
          "Name of whom it was connected to."),
    shown("parkee_connected_line_num", &parked_call::connected_line_num,
          "Number of whom it was connected to."),
    shown("parkee_context", &parked_call::context, "Place in the dialplan: context."),
    shown("parkee_exten", &parked_call::exten, "Place in the dialplan: extension."),
    shown("parkee_linked_id", &parked_call::linked_id, "Unique id of the channel that the call began with."),
    shown("parkee_priority", &parked_call::priority, "Place in the dialplan: priority."),
    shown("parkee_unique_id", &parked_call::unique_id, "Unique id of the parked channel."),
    shown("parker_dial_string", &parked_call::parker_dial_string,
          "How who parked it is called back when the time is over."),
    shown("parking_duration", &parked_call::duration, "How long it had been parked at tm_update (s)."),
    shown("parking_lot", &parked_call::lot, "Name of the lot."),
    shown("parking_space", &parked_call::space, "Space in the lot."),
    shown("parking_timeout", &parked_call::timeout, "How long it had left at tm_update (s)."),
    shown("tm_update", &parked_call::tm_update, "Last changed at."),
    shown("pbx", &parked_call::pbx, "Name of the server that it lives on."),
    shown("global_id", &parked_call::global_id, "Its id over all servers: PBX:ID."),
};

struct parking_lot {
  std::string name;
  std::string start_space;
  std::string stop_space;
  std::int64_t timeout{0};
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto parking_lot_fields = field_table{
    shown("name", &parking_lot::name, "Name."),
    shown("start_space", &parking_lot::start_space, "First space."),
    shown("stop_spcae", &parking_lot::stop_space, "Last space."), // as the reference spells it
    shown("timeout", &parking_lot::timeout, "How long a call stays parked (s)."),
    shown("tm_update", &parking_lot::tm_update, "Last changed at."),
    shown("pbx", &parking_lot::pbx, "Name of the server that it lives on."),
    shown("global_id", &parking_lot::global_id, "Its id over all servers: PBX:ID."),
};

} // namespace ringmaster::telephone
