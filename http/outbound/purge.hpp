/// Empties the lists of deleted dlmas piece by piece, so that no delete of a million entries holds up other
/// writes.
#pragma once

#include "http/outbound/context.hpp"

#include <memory>

namespace ringmaster::outbound {

/// Any thread. One piece of one list is on its way at a time.
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

} // namespace ringmaster::outbound
