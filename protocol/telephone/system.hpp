// SPDX-License-Identifier: Apache-2.0
/// The Asterisk server itself, and its modules. Names and types are the reference's.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

struct system_info {
  std::string ami_version, ast_version, cdr_enabled;
  std::int64_t current_calls{0};
  std::string http_enabled;
  std::string id; // its place in the configuration, from 1
  std::int64_t max_calls{0}, max_file_handles{0};
  real max_load_avg;
  std::string real_time_enabled, reload_date, reload_time, run_group, run_user, startup_date, startup_time, system_name;
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  std::int64_t connected{0};
  maybe_time tm_connect;
};

inline constexpr auto system_fields = field_table{
    shown("ami_version", &system_info::ami_version, "Version of the AMI."),
    shown("ast_version", &system_info::ast_version, "Version of Asterisk."),
    shown("cdr_enabled", &system_info::cdr_enabled, "\"Yes\": call detail records are written."),
    shown("current_calls", &system_info::current_calls, "Channels now."),
    shown("http_enabled", &system_info::http_enabled, "\"Yes\": its own HTTP server runs."),
    shown("id", &system_info::id, "Place in the configuration, from 1."),
    shown("max_calls", &system_info::max_calls, "Most channels; 0: no limit."),
    shown("max_file_handles", &system_info::max_file_handles, "Most open files; 0: the system's limit."),
    shown("max_load_avg", &system_info::max_load_avg, "Load above which it takes no calls; 0: no limit."),
    shown("real_time_enabled", &system_info::real_time_enabled, "\"Yes\": realtime configuration is in use."),
    shown("reload_date", &system_info::reload_date, "Date of the last reload, in the server's time zone."),
    shown("reload_time", &system_info::reload_time, "Time of the last reload."),
    shown("run_group", &system_info::run_group, "Group that it runs as; empty: not set."),
    shown("run_user", &system_info::run_user, "User that it runs as; empty: not set."),
    shown("startup_date", &system_info::startup_date, "Date of its start, in its time zone."),
    shown("startup_time", &system_info::startup_time, "Time of its start."),
    shown("system_name", &system_info::system_name, "Name that it gives itself."),
    shown("tm_update", &system_info::tm_update, "Last changed at."),
    shown("pbx", &system_info::pbx, "Name in our configuration."),
    shown("global_id", &system_info::global_id, "Its id over all servers: PBX:ID."),
    shown("connected", &system_info::connected, "1: logged in; 0: what is shown of this server is as it was last."),
    shown("tm_connect", &system_info::tm_connect, "Since when that is so; null before the first login."),
};

struct module_info {
  std::string load; // Asterisk's word: "Running", "Not Running"
  std::string name; // "app_queue"
  maybe_number size;
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  std::string description;
  std::int64_t use_count{0};
  std::string support_level;
};

inline constexpr auto module_fields = field_table{
    shown("load", &module_info::load, "Whether it runs, in Asterisk's words: \"Running\" or \"Not Running\"."),
    shown("name", &module_info::name, "Name, without \".so\"."),
    shown("size", &module_info::size, "Null: a server does not tell the size of its files."),
    shown("tm_update", &module_info::tm_update, "Last changed at."),
    shown("pbx", &module_info::pbx, "Name of the server that it is loaded on."),
    shown("global_id", &module_info::global_id, "Its id over all servers: PBX:ID."),
    shown("description", &module_info::description, "What it is; Asterisk shows 40 characters."),
    shown("use_count", &module_info::use_count, "How many use it, when it was last listed."),
    shown("support_level", &module_info::support_level, "core, extended, deprecated or unknown."),
};

} // namespace ringmaster::telephone
