// SPDX-License-Identifier: Apache-2.0
/// An agent of the agent pool (app_agent_pool), who logs in over the telephone and waits there for calls.
/// Names, types and nulls are the reference's; what comes after `unique_id` is ours.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

/// What belongs to the agent's channel is null while nobody is logged in.
struct agent {
  text account_code;
  text caller_id_name, caller_id_num;
  text channel_name;
  maybe_number channel_state;
  text channel_state_desc;
  text connected_line_name, connected_line_num;
  text context;
  text exten;
  std::string id;
  text language;
  text linked_id;
  maybe_number logged_in_time;
  text name; // null until a listing has told it
  text priority;
  std::string status;
  maybe_time tm_update;
  text unique_id;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto agent_fields = field_table{
    shown("account_code", &agent::account_code, "Account code of the agent's channel."),
    shown("caller_id_name", &agent::caller_id_name, "Caller's name of the agent's channel."),
    shown("caller_id_num", &agent::caller_id_num, "Caller's number of the agent's channel."),
    shown("channel_name", &agent::channel_name, "Name of the agent's channel."),
    shown("channel_state", &agent::channel_state, "State of the agent's channel."),
    shown("channel_state_desc", &agent::channel_state_desc, "That state in Asterisk's words."),
    shown("connected_line_name", &agent::connected_line_name, "Name of whom the agent talks to."),
    shown("connected_line_num", &agent::connected_line_num, "Number of whom the agent talks to."),
    shown("context", &agent::context, "Place in the dialplan: context."),
    shown("exten", &agent::exten, "Place in the dialplan: extension."),
    shown("id", &agent::id, "Number of the agent."),
    shown("language", &agent::language, "Language of the agent's channel."),
    shown("linked_id", &agent::linked_id, "Unique id of the channel that the call began with."),
    shown("logged_in_time", &agent::logged_in_time, "Logged in at (seconds since 1970)."),
    shown("name", &agent::name, "Name of the agent."),
    shown("priority", &agent::priority, "Place in the dialplan: priority."),
    shown("status", &agent::status, "AGENT_LOGGEDOFF, AGENT_IDLE, AGENT_ONCALL or AGENT_UNKNOWN."),
    shown("tm_update", &agent::tm_update, "Last changed at."),
    shown("unique_id", &agent::unique_id, "Unique id of the agent's channel."),
    shown("pbx", &agent::pbx, "Name of the server that it lives on."),
    shown("global_id", &agent::global_id, "Its id over all servers: PBX:ID."),
};

} // namespace ringmaster::telephone
