// SPDX-License-Identifier: Apache-2.0
/// A channel that takes AGI commands by AMI: it waits in the application AGI(agi:async). Names, types and nulls are the
/// reference's.
#pragma once

#include "protocol/telephone/shown.hpp"

#include <algorithm>

namespace ringmaster::telephone {

/// What became of a command. A command of another client is known by its result alone.
struct agi_command {
  text command, result;
  maybe_time tm_create, tm_update;
};

/// By command id, oldest first.
struct agi_history {
  std::vector<std::pair<std::string, agi_command>> entries;

  [[nodiscard]] agi_command* find(std::string_view id) {
    const auto at = std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.first == id; });
    return at == entries.end() ? nullptr : &at->second;
  }
};

struct agi {
  std::string account_code;
  std::string caller_id_name, caller_id_num;
  std::string name; // of the channel
  std::int64_t state{0};
  std::string state_desc;
  agi_history cmd;
  std::string connected_line_name, connected_line_num;
  std::string context;
  variables env;
  std::string exten;
  std::string language;
  std::string linked_id;
  std::string priority;
  maybe_time tm_update;
  std::string unique_id;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

} // namespace ringmaster::telephone

namespace ringmaster {

template <>
struct field_type<telephone::agi_history> {
  static constexpr auto kind = value_kind::json;
  static void write_json(std::string& out, const telephone::agi_history& v) {
    json_writer w{out};
    const auto stamp = [&](std::string_view what, const telephone::maybe_time& at) {
      if (at)
        w.member(what, format_timestamp(*at));
    };
    w.begin_object();
    for (const auto& [id, one] : v.entries) {
      w.key(id);
      w.begin_object();
      if (one.command)
        w.member("command", *one.command);
      w.key("result");
      one.result ? w.string(*one.result) : w.null();
      stamp("tm_create", one.tm_create);
      stamp("tm_update", one.tm_update);
      w.end_object();
    }
    w.end_object();
  }
};

} // namespace ringmaster

namespace ringmaster::telephone {

inline constexpr auto agi_fields = field_table{
    shown("account_code", &agi::account_code, "Account code."),
    shown("caller_id_name", &agi::caller_id_name, "Caller's name."),
    shown("caller_id_num", &agi::caller_id_num, "Caller's number."),
    shown("channel", &agi::name, "Name of the channel."),
    shown("channel_state", &agi::state, "State of the channel."),
    shown("channel_state_desc", &agi::state_desc, "State in Asterisk's words."),
    shown("cmd", &agi::cmd, "Commands by id: command, result, tm_create, tm_update."),
    shown("connected_line_name", &agi::connected_line_name, "Name of whom it is connected to."),
    shown("connected_line_num", &agi::connected_line_num, "Number of whom it is connected to."),
    shown("context", &agi::context, "Place in the dialplan: context."),
    shown("env", &agi::env, "What AGI tells a script at its start: agi_request and so on."),
    shown("exten", &agi::exten, "Place in the dialplan: extension."),
    shown("language", &agi::language, "Language."),
    shown("linked_id", &agi::linked_id, "Unique id of the channel that the call began with."),
    shown("priority", &agi::priority, "Place in the dialplan: priority."),
    shown("tm_update", &agi::tm_update, "Last changed at."),
    shown("unique_id", &agi::unique_id, "Unique id of the channel."),
    shown("pbx", &agi::pbx, "Name of the server that it lives on."),
    shown("global_id", &agi::global_id, "Its id over all servers: PBX:ID."),
};

} // namespace ringmaster::telephone
