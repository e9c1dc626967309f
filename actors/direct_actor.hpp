/// An actor whose messages are handled by those who send them: a sender who finds it idle handles its own message, and
/// then what others have sent meanwhile; who finds it busy leaves his and goes on. So nobody waits, one message is
/// handled at a time, and each sender's come in order, as with any actor. For what only orders and hands on, where a
/// mailbox of the scheduler's would cost the waking of a thread for each message.
///
/// Its handler is short and waits for nothing. Messages that are sent with a delay come on the clock's thread. There
/// are no requests to it: what a handler returns is passed over.
///
/// A fault is logged and ends it, as with the others (actors/guard.hpp); its sender goes on. It is not among those that
/// `actor_system::await_all_actors_done` waits for.
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/behavior.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace ringmaster {

class direct_actor final : public caf::monitorable_actor {
public:
  using signatures = caf::none_t; ///< dynamically typed
  using make_behavior = std::function<caf::behavior(direct_actor* self)>;

  /// `who` is what the log calls it. Use `spawn_direct`.
  direct_actor(caf::actor_config& config, std::string who, const make_behavior& make);

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;
  const char* name() const override { return who_.c_str(); }

private:
  void run(caf::execution_unit* host);
  void handle(caf::mailbox_element& what, caf::execution_unit* host);

  const std::string who_;
  caf::behavior behavior_; ///< of whoever runs it; empty once it has ended
  std::mutex guard_;
  std::deque<caf::mailbox_element_ptr> waiting_;
  bool running_{false};
};

[[nodiscard]] caf::actor spawn_direct(caf::actor_system& system, std::string who,
                                      const direct_actor::make_behavior& make);

} // namespace ringmaster
