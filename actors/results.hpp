// SPDX-License-Identifier: Apache-2.0
/// Appends the lines of ended calls to the result file.
///
/// A line is in the database (outbox) from the commit that ends its call until it is in the file and the file
/// is on disk, so that a crash loses none. After a crash between the two a line may be in both: at the start
/// the file's tail is searched for the dialings of the lines that wait. Whole lines alone count: what a crash has left of half a
/// line is cut off first, so that nothing is glued to it, and the line is written again. Half a line of somebody else's is ended.
///
/// Messages: `drain_outbox`; `drain_now` and `drain_again` to itself. Spawn it detached: it waits for the disk.
#pragma once

#include "actors/messages.hpp"
#include "actors/shared.hpp"
#include "protocol/seldom.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <filesystem>
#include <string>

namespace ringmaster {

struct results_state {
  // Without a constructor of its own this would be an aggregate, and CAF, which hands a state its actor where it can,
  // would initialise `begun` with a pointer: true.
  results_state() = default;

  static constexpr const char* name = "results";
  bool begun{false};           ///< the tail was searched
  bool asked{false};           ///< a `drain_now` is on its way
  std::uint64_t written{0};    ///< highest line that is in the file
  bool again{false};           ///< a `drain_again` is on its way
  seldom complaint, mended;    ///< of what is logged
};

caf::behavior results_actor(caf::stateful_actor<results_state>* self, const std::filesystem::path& file,
                            engine_shared* shared);

} // namespace ringmaster
