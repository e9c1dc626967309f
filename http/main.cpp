// SPDX-License-Identifier: Apache-2.0
/// The daemon `ringmaster` and its tools.
#include "http/config/command_line.hpp"
#include "http/daemon/ami_json.hpp"
#include "http/daemon/copies.hpp"
#include "http/daemon/rehearse.hpp"
#include "http/daemon/serve.hpp"
#include "http/daemon/set_password.hpp"
#include "storage/last_words.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

int run(int argc, char** argv) {
  using namespace ringmaster;
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "ami-json")
    return daemon::ami_json_command(argc, argv);
  if (command == "backup")
    return daemon::backup_command(argc, argv);
  if (command == "restore")
    return daemon::restore_command(argc, argv);
  if (command == "rehearse")
    return daemon::rehearse_command(argc, argv);
  if (command == "set-password")
    return daemon::set_password_command(argc, argv);

  const std::vector<std::string> words{argv, argv + argc}; // with the secrets, for SIGHUP
  const auto asked = config::load_settings(argc, argv, config::process_environment());
  config::hide_secrets(argc, argv);
  if (!asked) {
    fmt::print(stderr, "ringmaster: {}\n", asked.error().message);
    return 2;
  }
  switch (asked->purpose) {
  case config::purpose::help:
    fmt::print("{}\nSubcommands: ami-json, backup, restore, rehearse, set-password; each has a --help of its own.\n", asked->help);
    return 0;
  case config::purpose::version: fmt::print("ringmaster {}\n", RINGMASTER_VERSION); return 0;
  case config::purpose::help_config: fmt::print("{}", config::reference_page()); return 0;
  case config::purpose::check_config:
    if (const auto usable = config::check_files(asked->settings); !usable) {
      fmt::print(stderr, "ringmaster: {}\n", usable.error().message);
      return 2;
    }
    fmt::print("ringmaster: the configuration is good\n");
    return 0;
  case config::purpose::serve:
    return daemon::serve(asked->settings, [&words]() -> result<config::settings> {
      std::vector<const char*> line;
      for (const auto& word : words)
        line.push_back(word.c_str());
      auto again = config::load_settings(static_cast<int>(line.size()), line.data(), config::process_environment());
      if (!again)
        return again.error();
      return std::move(again->settings);
    });
  }
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  ringmaster::storage::say_last_words();
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "ringmaster: {}\n", e.what());
    return 1;
  }
}
