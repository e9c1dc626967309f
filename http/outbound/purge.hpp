// SPDX-License-Identifier: Apache-2.0
/// What a delete leaves to be done is done piece by piece, so that neither a delete of a million entries nor their erasing
/// holds up other writes.
#pragma once

#include "http/outbound/context.hpp"

#include <chrono>
#include <memory>

namespace ringmaster::outbound {

/// Any thread. One piece of one list is on its way at a time.
/// Empties the lists of deleted dlmas.
class purger {
public:
  explicit purger(const context& c);

  /// Takes up what the database says is left, unless it is at it already. To be called at start and now and
  /// then; costs a look into an empty table. What a stop cuts short goes on after the next start.
  void poke();

private:
  struct state;
  std::shared_ptr<state> state_;
};

/// Erases what was deleted (storage/erasing.hpp), in pieces like these: what is to be erased at once, and what was deleted
/// longer ago than `kept`. Threads as above.
class eraser {
public:
  eraser(const context& c, std::chrono::days kept);

  /// To be called now and then; costs a look at one row.
  void poke(time_point date);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace ringmaster::outbound
