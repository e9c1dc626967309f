// SPDX-License-Identifier: Apache-2.0
/// The one writer of the database: an actor on a thread of its own that gathers whatever has come while the
/// last commit ran, and commits it together.
///
/// What comes in: `store_operation_ptr`. Operations run in the order of their arrival. After the commit every
/// `done` is called; when the disk refuses, every `done` of that transaction gets the error, and the next
/// transaction starts afresh.
///
/// A database that has no more room grows, up to its limit. When it may not, or the disk is full, ordinary operations are
/// refused, one by one where the limit is the matter, so that small ones still pass; those that may use the reserve go
/// through. What became of calls is never refused: it is noted in a file beside the database, is tried again each second,
/// and the next start reads what is left. `live_state::database` says what is the matter.
///
/// Messages: `commit_now` and `try_again` to itself.
#pragma once

#include "actors/live_state.hpp"
#include "actors/messages.hpp"
#include "storage/waiting_notes.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace ringmaster {

struct store_state {
  static constexpr const char* name = "store";
  std::shared_ptr<void> work;
};

/// What the last process could not write.
struct left_behind {
  std::vector<storage::call_note> notes;
  std::size_t settled{0}; ///< notes that come before those in the file, and are in the database
  std::string why; ///< they still cannot be written
};

/// Writes to the database what the last process has left in the file, before anybody looks at it; what still cannot be
/// written is in `left`. Error: the file cannot be read, and nothing is known about those calls.
[[nodiscard]] result<void> take_up_notes(storage::environment& env, left_behind& left);

/// `env`, `live` and `time` outlive the actor. Spawn it detached: commits wait for the disk.
caf::behavior store_actor(caf::stateful_actor<store_state>* self, storage::environment* env, live_state* live,
                          const left_behind& left, const clock* time);

} // namespace ringmaster
