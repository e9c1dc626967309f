/// The one writer of the database: an actor on a thread of its own that gathers whatever has come while the
/// last commit ran, and commits it together.
///
/// What comes in: `store_operation_ptr`. Operations run in the order of their arrival. After the commit every
/// `done` is called; when the disk refuses, every `done` of that transaction gets the error, and the next
/// transaction starts afresh.
#pragma once

#include "actors/live_state.hpp"
#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <vector>

namespace ringmaster {

struct store_state {
  static constexpr const char* name = "store";
  std::vector<store_operation_ptr> gathered;
};

/// `env` and `live` outlive the actor. Spawn it detached: commits wait for the disk.
caf::behavior store_actor(caf::stateful_actor<store_state>* self, storage::environment* env, live_state* live);

} // namespace ringmaster
