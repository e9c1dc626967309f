#include "http/daemon/copies.hpp"

#include "storage/backup.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <string>

namespace ringmaster::daemon {

int backup_command(int argc, const char* const* argv) {
  std::string data, to;
  CLI::App app{"Copies the database of a running or stopped daemon", "ringmaster backup"};
  app.add_option("--data", data, "folder of the database")->required();
  app.add_option("--to", to, "file to write; replaced when it exists")->required();
  CLI11_PARSE(app, argc - 1, argv + 1);
  const auto size = storage::backup(data, to);
  if (!size) {
    fmt::print(stderr, "ringmaster backup: {}\n", size.error().message);
    return 1;
  }
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
  if (const auto done = storage::restore(from, data, overwrite); !done) {
    const auto hint = done.error().field == "overwrite" ? "; --overwrite replaces it" : "";
    fmt::print(stderr, "ringmaster restore: {}{}\n", done.error().message, hint);
    return 1;
  }
  fmt::print("ringmaster: {} restored into {}\n", from, data);
  return 0;
}

} // namespace ringmaster::daemon
