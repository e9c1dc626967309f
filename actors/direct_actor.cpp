// SPDX-License-Identifier: Apache-2.0
#include "actors/direct_actor.hpp"

#include "actors/log.hpp"

#include <exception>

namespace ringmaster {
namespace {

using letter = caf::mailbox_element::node_pointer;

/// The inbox of an actor that is being run and has no more messages.
letter busy() noexcept {
  static caf::mailbox_element::node_type mark;
  return &mark;
}

class behaving final : public direct_actor {
public:
  behaving(caf::actor_config& config, std::string who, const direct_behavior& make)
      : direct_actor{config}, who_{std::move(who)}, behavior_{make(this)} {}
  const char* name() const override { return who_.c_str(); }

private:
  void receive(caf::type_erased_tuple& what) override { (void)behavior_(what); }
  void ended(const caf::error&) noexcept override { behavior_ = {}; }

  const std::string who_;
  caf::behavior behavior_;
};

} // namespace

void direct_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  letter before = nullptr;
  for (;;) {
    if (!before) {
      if (inbox_.compare_exchange_weak(before, busy(), std::memory_order_acquire))
        return run(std::move(what), host);
    } else {
      what->next = before;
      if (inbox_.compare_exchange_weak(before, what.get(), std::memory_order_acq_rel, std::memory_order_relaxed)) {
        (void)what.release();
        return;
      }
    }
  }
}

void direct_actor::run(caf::mailbox_element_ptr first, caf::execution_unit* host) {
  handle(std::move(first), host);
  for (;;) {
    auto left = busy();
    if (inbox_.compare_exchange_strong(left, nullptr, std::memory_order_acq_rel))
      return;
    left = inbox_.exchange(busy(), std::memory_order_acq_rel);
    letter in_order = nullptr;
    while (left != busy()) {
      const auto older = left->next;
      left->next = in_order;
      in_order = left;
      left = older;
    }
    while (in_order) {
      const auto next = in_order->next;
      handle(caf::mailbox_element_ptr{static_cast<caf::mailbox_element*>(in_order)}, host);
      in_order = next;
    }
  }
}

void direct_actor::handle(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  if (getf(is_cleaned_up_flag))
    return bounce(what);
  try {
    if (!handle_system_message(*what, host, false))
      receive(what->content());
  } catch (const std::exception& e) {
    log_critical("event=actor_fault actor={} reason={}", name(), e.what());
    cleanup(caf::exit_reason::unhandled_exception, host);
  } catch (...) {
    log_critical("event=actor_fault actor={} reason=unknown", name());
    cleanup(caf::exit_reason::unhandled_exception, host);
  }
  if (getf(is_cleaned_up_flag))
    ended(fail_state());
}

caf::actor spawn_direct(caf::actor_system& system, std::string who, const direct_behavior& make) {
  return spawn_direct_as<behaving>(system, std::move(who), make);
}

} // namespace ringmaster
