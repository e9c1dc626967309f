#include "actors/direct_actor.hpp"

#include <caf/exit_reason.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace ringmaster {

direct_actor::direct_actor(caf::actor_config& config, std::string who, const make_behavior& make)
    : monitorable_actor{config}, who_{std::move(who)}, behavior_{make(this)} {}

void direct_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  {
    const std::lock_guard lock{guard_};
    waiting_.push_back(std::move(what));
    if (std::exchange(running_, true))
      return;
  }
  run(host);
}

void direct_actor::run(caf::execution_unit* host) {
  for (;;) {
    caf::mailbox_element_ptr next;
    {
      const std::lock_guard lock{guard_};
      if (waiting_.empty()) {
        running_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (behavior_)
      handle(*next, host);
    else
      bounce(next);
  }
}

void direct_actor::handle(caf::mailbox_element& what, caf::execution_unit* host) {
  try {
    if (!handle_system_message(what, host, false))
      (void)behavior_(what.content());
  } catch (const std::exception& e) {
    spdlog::critical("event=actor_fault actor={} reason=\"{}\"", who_, e.what());
    cleanup(caf::exit_reason::unhandled_exception, host);
  } catch (...) {
    spdlog::critical("event=actor_fault actor={} reason=unknown", who_);
    cleanup(caf::exit_reason::unhandled_exception, host);
  }
  if (getf(is_cleaned_up_flag))
    behavior_ = {};
}

caf::actor spawn_direct(caf::actor_system& system, std::string who, const direct_actor::make_behavior& make) {
  caf::actor_config config;
  return caf::make_actor<direct_actor, caf::actor>(system.next_actor_id(), system.node(), &system, config,
                                                   std::move(who), make);
}

} // namespace ringmaster
