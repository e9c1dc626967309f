/// The daemon `ringmaster` and its tools.
#include "http/config/command_line.hpp"
#include "http/daemon/ami_json.hpp"
#include "http/daemon/copies.hpp"
#include "http/daemon/rehearse.hpp"
#include "http/daemon/serve.hpp"
#include "http/daemon/set_password.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <string_view>

namespace {

int run(int argc, const char* const* argv) {
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

  const auto asked = config::load_settings(argc, argv, config::process_environment());
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
  case config::purpose::serve: return daemon::serve(asked->settings);
  }
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "ringmaster: {}\n", e.what());
    return 1;
  }
}
