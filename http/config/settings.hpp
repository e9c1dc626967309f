// SPDX-License-Identifier: Apache-2.0
/// The daemon's configuration as values with their defaults.
///
/// The file is one JSON object, in the reference's shape with ours added; docs/configuration.md lists every
/// key. `config/fields.hpp` holds the table that parsing, defaults, errors and that page all come from.
#pragma once

#include "http/auth/passwords.hpp"
#include "http/auth/tokens.hpp"
#include "http/server/limits.hpp"
#include "http/server/server.hpp"
#include "protocol/error.hpp"
#include "protocol/zone_rules.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ringmaster::config {

/// One Asterisk server.
struct pbx_settings {
  std::string name{"asterisk"};
  std::string address{"127.0.0.1"};
  std::uint16_t port{5038};
  std::string username;
  std::string password;
  double originate_rate{50};           ///< calls begun per second
  std::uint64_t max_channels{1000};
  bool technology_aliases{true};       ///< SIP dials PJSIP on a server that has only that
  bool dialplan_events{true};          ///< variables, applications and places of all channels
  bool allow_plain_secret{false};      ///< the password may go out as it is where the server offers no MD5 challenge
  bool allow_lossy_config_changes{false}; ///< configuration files that are not ours may be written as well
};

struct http_settings {
  std::string address{"127.0.0.1"};
  std::uint16_t port{8081};
  std::string certificate; ///< PEM; with `key`, turns TLS on
  std::string key;
  std::chrono::seconds tls_only{std::chrono::hours{24 * 365}};
  bool allow_plain_beyond_loopback{};
  http::server_limits limits{};
};

struct thread_settings { ///< 0: as many as there are cores
  std::uint64_t io{0};
  std::uint64_t actors{0};
  std::uint64_t parsers{2};
  std::uint64_t passwords{1};
};

struct settings {
  std::vector<pbx_settings> pbxs; ///< one at least: `single` when the file lists none
  pbx_settings single{};          ///< what serv_addr, serv_port, username, password, allow_plain_secret and allow_lossy_config_changes say
  http_settings http{};
  std::string data_dir;           ///< default: $XDG_DATA_HOME/ringmaster or ~/.local/share/ringmaster
  std::string database_name{"./database.db"}; ///< relative to data_dir
  std::string result_filename{"./outbound_result.json"};
  std::uint64_t loglevel{6};      ///< syslog's: 0 (nothing but emergencies) to 7 (debug)
  std::string timezone{"UTC"};    ///< of campaigns that name none
  std::string zoneinfo{usual_zone_folder}; ///< folder of the time zones' rules
  bool technology_aliases{true};
  bool dialplan_events{true};
  thread_settings threads{};
  auth::token_policy tokens{};
  auth::password_cost passwords{};
  std::string admin_password;     ///< from RINGMASTER_ADMIN_PASSWORD alone; empty: a random one is made
  std::uint64_t database_map_size{std::uint64_t{64} << 30}; ///< bytes of address space
  std::uint64_t database_map_limit{0};                       ///< bytes that it grows to; 0: `database_map_size`
  std::uint64_t erase_deleted_after_days{30};
  std::uint64_t audit_days{730};

  [[nodiscard]] http::server_options server_options() const;
};

/// Reads the file's text, over the defaults. Pure. Errors (`malformed`, `invalid_field`) name the key and
/// begin with `name:line:`.
[[nodiscard]] result<settings> parse_config(std::string_view text, std::string_view name = "configuration");

/// Rules that hold between keys, e.g. no plain listener beyond loopback. Reads nothing but the file of the time zone.
[[nodiscard]] result<void> validate(const settings& s);

/// Where lines of results go.
[[nodiscard]] std::filesystem::path result_file(const settings& s);
/// Whether it may be the result file at all: no file of a database, and what is there is a regular file. A daemon does
/// not start otherwise: it would write into its own database, or wait for a reader of a FIFO.
[[nodiscard]] result<void> check_result_kind(const settings& s);
/// Whether, beside that, lines can be appended to it, with the reason why not. Creates nothing; a data folder that is not there
/// yet is taken to be made.
[[nodiscard]] result<void> check_result_file(const settings& s);
/// What `validate` cannot know without the disk: certificate, key and result file can be used.
[[nodiscard]] result<void> check_files(const settings& s);

/// A page of every key with type, default, range and meaning, in Markdown.
[[nodiscard]] std::string reference_page();
/// A complete configuration with every default, as JSON.
[[nodiscard]] std::string sample();

} // namespace ringmaster::config
