// SPDX-License-Identifier: Apache-2.0
/// An actor whose messages are handled by those who send them: a sender who finds it idle handles its own message, and
/// then what others have sent meanwhile; who finds it busy leaves his and goes on. So nobody waits, one message is
/// handled at a time, and each sender's come in order, as with any actor. For what only orders and hands on, where a
/// mailbox of the scheduler's would cost the waking of a thread for each message; and for what there are very many of,
/// where another thread would have to fetch from memory what the sender's has at hand. Sending to one that is idle costs two
/// atomic exchanges beyond the message and its handling.
///
/// Its handler is short and waits for nothing. Messages that are sent with a delay come on the clock's thread. There
/// are no requests to it: what a handler returns is passed over.
///
/// A fault is logged and ends it, as with the others (actors/guard.hpp); its sender goes on. It is not among those that
/// `actor_system::await_all_actors_done` waits for.
#pragma once

#include "actors/handle.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/behavior.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/type_erased_tuple.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <typeinfo>
#include <utility>

namespace ringmaster {

class direct_actor : public caf::monitorable_actor {
public:
  using signatures = caf::none_t; ///< dynamically typed

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) final;

protected:
  using caf::monitorable_actor::monitorable_actor;

  /// Handles a message; of one thread at a time.
  virtual void receive(caf::type_erased_tuple& what) = 0;
  /// It has ended, and nothing will be received any more: lets go of what it holds.
  virtual void ended(const caf::error& why) noexcept = 0;
  /// Of `receive`: this was the last message.
  void quit(caf::exit_reason why = caf::exit_reason::normal) { cleanup(why, nullptr); }

private:
  void run(caf::mailbox_element_ptr first, caf::execution_unit* host);
  void handle(caf::mailbox_element_ptr what, caf::execution_unit* host);

  /// What others have left, newest first. Null while nobody handles anything; `busy` when nothing was left.
  std::atomic<caf::mailbox_element::node_pointer> inbox_{nullptr};
};

/// The message, if it is a T and nothing else.
template <class T>
[[nodiscard]] const T* as(const caf::type_erased_tuple& message) noexcept {
  return message.size() == 1 && message.matches(0, caf::type_nr<T>::value, &typeid(T)) ? &message.get_as<T>(0) : nullptr;
}

/// Gives the message to the handler that takes it; handlers are checked as those of other actors are (actors/handle.hpp).
template <class Handle, class... F>
void receive_as(const caf::type_erased_tuple& what, const F&... handlers) {
  check_handlers<Handle, F...>();
  const auto taken = [&what](const auto& handler) {
    const auto* message = as<detail::handled_message<std::remove_cvref_t<decltype(handler)>>>(what);
    if (message)
      handler(*message);
    return message != nullptr;
  };
  (void)(taken(handlers) || ...);
}

/// One that has a behavior, as other actors have. `who` is what the log calls it.
using direct_behavior = std::function<caf::behavior(direct_actor* self)>;
[[nodiscard]] caf::actor spawn_direct(caf::actor_system& system, std::string who, const direct_behavior& make);

/// One of a class of its own: `T{config, args…}`.
template <class T, class... Args>
[[nodiscard]] caf::actor spawn_direct_as(caf::actor_system& system, Args&&... args) {
  caf::actor_config config;
  return caf::make_actor<T, caf::actor>(system.next_actor_id(), system.node(), &system, config,
                                        std::forward<Args>(args)...);
}

} // namespace ringmaster
