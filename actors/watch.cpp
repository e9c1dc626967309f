// SPDX-License-Identifier: Apache-2.0
#include "actors/watch.hpp"

#include "actors/log.hpp"

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>

#include <cstdio>
#include <cstdlib>

namespace ringmaster {
namespace {

std::string reason_of(const caf::error& why) {
  if (!why)
    return "it ended by itself";
  if (why == caf::exit_reason::unhandled_exception)
    return "a fault of the program, which the log has named before";
  if (why == caf::exit_reason::kill)
    return "it was killed";
  return "exit reason " + std::to_string(static_cast<int>(why.code()));
}

} // namespace

void end_process(std::string_view actor, std::string_view why) noexcept {
  try {
    log_critical("event=essential_actor_ended actor={} reason={} exit_status={}", actor, why, fault_exit_status);
    if (auto* const log = spdlog::default_logger_raw())
      log->flush();
    const auto line = fmt::format("ringmaster: the actor {} has ended ({}), so that the daemon ends\n", actor, why);
    (void)std::fwrite(line.data(), 1, line.size(), stderr);
    (void)std::fflush(stderr);
  } catch (...) { // without words, then
  }
  std::_Exit(fault_exit_status);
}

void essential_actors::add(std::string name, const caf::actor& one) {
  one->attach_functor([name](const caf::error& why) {
    if (why != caf::exit_reason::user_shutdown)
      end_process(name, reason_of(why));
  });
  const std::lock_guard hold{guard_};
  all_.insert_or_assign(std::move(name), one);
}

std::map<std::string, caf::actor> essential_actors::all() const {
  const std::lock_guard hold{guard_};
  return all_;
}

void essential_actors::clear() {
  std::map<std::string, caf::actor> gone; // the last to hold an actor ends it, outside of the lock
  const std::lock_guard hold{guard_};
  all_.swap(gone);
}

} // namespace ringmaster
