// SPDX-License-Identifier: Apache-2.0
/// What an actor does with a fault of ours: it is logged with the actor's name and ends that actor, and those
/// that are linked to it; nothing is swallowed.
#pragma once

#include "actors/log.hpp"

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/system_messages.hpp>

#include <exception>
#include <string>

namespace ringmaster {

/// Parents are linked to their children, so that children end with them; a child whose work is done takes
/// nobody with it, one that had a fault does.
inline void outlive_children(caf::scheduled_actor* self) {
  self->set_exit_handler([self](const caf::exit_msg& gone) {
    if (gone.reason && gone.reason != caf::exit_reason::normal)
      self->quit(gone.reason);
  });
}

inline void log_faults(caf::scheduled_actor* self, std::string who) {
  outlive_children(self);
  self->set_exception_handler([who = std::move(who)](std::exception_ptr& fault) -> caf::error {
    try {
      std::rethrow_exception(fault);
    } catch (const std::exception& e) {
      log_critical("event=actor_fault actor={} reason={}", who, e.what());
    } catch (...) {
      log_critical("event=actor_fault actor={} reason=unknown", who);
    }
    return caf::exit_reason::unhandled_exception;
  });
}

} // namespace ringmaster
