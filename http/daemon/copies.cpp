// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/copies.hpp"

#include "storage/backup.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace ringmaster::daemon {
namespace {

int refused(std::string_view command, const error& why) {
  const auto hint = why.field == "overwrite" ? "; --overwrite replaces it" : "";
  fmt::print(stderr, "ringmaster {}: {}{}\n", command, why.message, hint);
  return 1;
}

} // namespace

int backup_command(int argc, const char* const* argv) {
  std::string data, to;
  bool overwrite = false;
  CLI::App app{"Copies the database of a running or stopped daemon", "ringmaster backup"};
  app.add_option("--data", data, "folder of the database")->required();
  app.add_option("--to", to, "file to write")->required();
  app.add_flag("--overwrite", overwrite, "replace the file that is there");
  CLI11_PARSE(app, argc - 1, argv + 1);
  const auto size = storage::backup(data, to, overwrite);
  if (!size)
    return refused("backup", size.error());
  fmt::print("ringmaster: {} bytes written to {}\n", *size, to);
  return 0;
}

int restore_command(int argc, const char* const* argv) {
  std::string from, data;
  bool overwrite = false;
  CLI::App app{"Makes a copy the database of a stopped daemon", "ringmaster restore"};
  app.add_option("--from", from, "copy that `ringmaster backup` wrote")->required();
  app.add_option("--data", data, "folder of the database; made when it is missing")->required();
  app.add_flag("--overwrite", overwrite, "replace the database that is there");
  CLI11_PARSE(app, argc - 1, argv + 1);
  if (const auto done = storage::restore(from, data, overwrite); !done)
    return refused("restore", done.error());
  fmt::print("ringmaster: {} restored into {}\n", from, data);
  return 0;
}

} // namespace ringmaster::daemon
