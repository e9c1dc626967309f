// SPDX-License-Identifier: Apache-2.0
/// What a server's telephone actor gets from its pbx actor: every block, as long as it keeps up. One that is megabytes behind gets
/// none until it has caught up, and then a word that everything is to be listed again: readers see old figures, and no call waits.
///
/// Of the pbx actor alone, on its thread.
#pragma once

#include "actors/telephone.hpp"
#include "protocol/ami/message.hpp"
#include "protocol/seldom.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <string>
#include <utility>

namespace ringmaster {

class telephone_feed {
public:
  /// Of the server of that name; without an actor until `begin`.
  telephone_feed(std::string server, const clock& time) : server_{std::move(server)}, time_{time} {}
  /// Ends the actor.
  ~telephone_feed();
  telephone_feed(const telephone_feed&) = delete;
  telephone_feed& operator=(const telephone_feed&) = delete;

  /// Makes the actor, on a thread of its own: however much there is to render, no call waits for it. It is watched
  /// (actors/watch.hpp), since readers would see what was once true for ever.
  void begin(caf::event_based_actor* pbx, std::shared_ptr<core::telephone_tables> tables, engine_shared* shared);

  /// `can_list`: the server is logged in, so that what was left out can be listed.
  void hand(const ami::block_ptr& block, bool can_list);

  template <class Message>
  void tell(Message what) {
    if (telephone_)
      telephone_.tell(std::move(what));
  }

private:
  std::string server_;
  const clock& time_;
  telephone_handle telephone_;
  std::shared_ptr<telephone_backlog> backlog_{std::make_shared<telephone_backlog>(0)};
  bool behind_{false}; ///< blocks are left out until it has caught up
  seldom behind_told_;
};

} // namespace ringmaster
