// SPDX-License-Identifier: Apache-2.0
/// A channel: one leg of a call on an Asterisk server. Names, types and nulls are the reference's; what comes after
/// `variables` is ours.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

struct channel {
  std::string account_code;
  text application, application_data; // null before the first application
  text bridge_id;                     // null outside of bridges
  std::string caller_id_name, caller_id_num;
  std::string name; // "PJSIP/agent-01-00000007"
  std::int64_t state{0};
  std::string state_desc;
  std::string connected_line_name, connected_line_num;
  std::string context;
  text duration; // HH:MM:SS
  std::string exten;
  maybe_number hangup_cause; // null while it is up
  text hangup_cause_desc;
  std::string language;
  std::string linked_id;
  std::string priority;
  maybe_time tm_update;
  std::string unique_id;
  variables vars;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  maybe_time tm_create;
};

inline constexpr auto channel_fields = field_table{
    shown("account_code", &channel::account_code, "Account code."),
    shown("application", &channel::application, "Application of the dialplan that it runs; null before the first."),
    shown("application_data", &channel::application_data, "Data of that application."),
    shown("bridge_id", &channel::bridge_id, "Unique id of the bridge that it is in; null: in none."),
    shown("caller_id_name", &channel::caller_id_name, "Caller's name; \"<unknown>\" without one."),
    shown("caller_id_num", &channel::caller_id_num, "Caller's number; \"<unknown>\" without one."),
    shown("channel", &channel::name, "Name."),
    shown("channel_state", &channel::state, "State: 0 down, 4 ring, 5 ringing, 6 up, 7 busy."),
    shown("channel_state_desc", &channel::state_desc, "State in Asterisk's words."),
    shown("connected_line_name", &channel::connected_line_name, "Name of whom it is connected to."),
    shown("connected_line_num", &channel::connected_line_num, "Number of whom it is connected to."),
    shown("context", &channel::context, "Place in the dialplan: context."),
    shown("duration", &channel::duration,
          "HH:MM:SS that it had lived when a listing found it; null of one whose beginning was seen, see tm_create."),
    shown("exten", &channel::exten, "Place in the dialplan: extension."),
    shown("hangup_cause", &channel::hangup_cause, "Q.850 cause, when it has ended."),
    shown("hangup_cause_desc", &channel::hangup_cause_desc, "The cause in Asterisk's words."),
    shown("language", &channel::language, "Language."),
    shown("linked_id", &channel::linked_id, "Unique id of the channel that the call began with."),
    shown("priority", &channel::priority, "Place in the dialplan: priority."),
    shown("tm_update", &channel::tm_update, "Last changed at."),
    shown("unique_id", &channel::unique_id, "Unique id."),
    shown("variables", &channel::vars, "Variables that were set on it, as events have told them."),
    shown("pbx", &channel::pbx, "Name of the server that it lives on."),
    shown("global_id", &channel::global_id, "Its id over all servers: PBX:ID."),
    shown("tm_create", &channel::tm_create, "Began at."),
};

} // namespace ringmaster::telephone
