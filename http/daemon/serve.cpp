// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/serve.hpp"

#include "actors/log.hpp"
#include "http/daemon/application.hpp"
#include "http/daemon/log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <unistd.h>

namespace ringmaster::daemon {
namespace {

/// On standard output and nowhere else: a log keeps no secret.
result<void> print_password(std::string_view user, std::string_view password) {
  const auto line = fmt::format("ringmaster: created user {} with password {}\n", user, password);
  if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fflush(stdout) != 0)
    return error{errc::internal, "the password of the first user cannot be printed; RINGMASTER_ADMIN_PASSWORD sets one", {}};
  return {};
}

} // namespace

int serve(const config::settings& s, const std::function<result<config::settings>()>& again) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr); // other threads inherit it: the signals come to sigtimedwait
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error of its write, as a full disk is
  start_logging(s.loglevel);

  auto daemon = application::start(s, true, print_password);
  if (!daemon) {
    fmt::print(stderr, "ringmaster: {}\n", daemon.error().message);
    return 1;
  }
  fmt::print("ringmaster: ready on {}\n", (*daemon)->address());
  std::fflush(stdout);
  log_info("event=ready address={} data_dir={}", (*daemon)->address(), s.data_dir);

  for (;;) {
    const timespec second{1, 0};
    const int signal = sigtimedwait(&signals, nullptr, &second);
    if (signal == SIGHUP) {
      if (const auto read = again())
        (*daemon)->settings_are(*read);
      else
        log_error("event=settings_refused reason={}", read.error().message);
    } else if (signal > 0) {
      log_info("event=stopping signal={}", signal);
      break;
    }
    (*daemon)->housekeeping();
  }
  // Everything acknowledged is on disk: should a slow disk hold the orderly end up, the kernel's is as good.
  std::signal(SIGALRM, [](int) {
    constexpr std::string_view said = "ringmaster: ended without waiting any longer for the disk\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, said.data(), said.size());
    _exit(0);
  });
  alarm(4);
  daemon->reset();
  alarm(0);
  log_info("event=stopped");
  return 0;
}

} // namespace ringmaster::daemon
