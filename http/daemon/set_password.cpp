// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/set_password.hpp"

#include "http/daemon/access.hpp"
#include "protocol/time.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace ringmaster::daemon {
namespace {

/// A terminal that does not show what is typed, for as long as the object lives.
class unseen_input {
public:
  unseen_input() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0)
      return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~unseen_input() {
    if (changed_)
      ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  unseen_input(const unseen_input&) = delete;
  unseen_input& operator=(const unseen_input&) = delete;

private:
  termios before_{};
  bool changed_{false};
};

std::optional<std::string> read_line(const char* prompt) {
  const bool asks = ::isatty(STDIN_FILENO) != 0;
  if (asks)
    fmt::print(stderr, "{}", prompt);
  std::string line;
  const bool read = static_cast<bool>(std::getline(std::cin, line));
  if (asks)
    fmt::print(stderr, "\n");
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  return read ? std::optional{std::move(line)} : std::nullopt;
}

result<std::string> ask_password() {
  if (const char* given = std::getenv("RINGMASTER_ADMIN_PASSWORD"); given && *given)
    return std::string{given};
  const unseen_input quiet;
  auto password = read_line("New password: ");
  if (!password || password->empty())
    return invalid_field("password", "no password was given, neither in RINGMASTER_ADMIN_PASSWORD nor on standard input");
  if (::isatty(STDIN_FILENO) && read_line("Again: ") != password)
    return invalid_field("password", "the two are not the same; nothing was changed");
  return std::move(*password);
}

} // namespace

int set_password_command(int argc, const char* const* argv) {
  std::string data, user = "admin";
  CLI::App app{"Sets a user's password in the database of a stopped daemon.\n"
               "The password is taken from RINGMASTER_ADMIN_PASSWORD, or else read from standard input.",
               "ringmaster set-password"};
  app.add_option("--data", data, "folder of the database")->required();
  app.add_option("--user", user, "whose password; admin unless given");
  CLI11_PARSE(app, argc - 1, argv + 1);
  const auto password = ask_password();
  const auto done = password ? set_password(data, user, *password, {}, wall_clock_now()) : result<void>{password.error()};
  if (!done) {
    fmt::print(stderr, "ringmaster set-password: {}\n", done.error().message);
    return 1;
  }
  fmt::print("ringmaster: the password of {} is set; whoever was logged in has to log in again\n", user);
  return 0;
}

} // namespace ringmaster::daemon
