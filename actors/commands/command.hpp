// SPDX-License-Identifier: Apache-2.0
/// A command is a rule of the business: a function of the write transaction, of what is to be told to actors afterwards, and of
/// what it is given. Whoever wants something done calls the same one: REST, schedules, other interfaces, tests.
///
/// A command that returns an error has changed nothing, as far as anybody sees: its caller drops what it wrote
/// (`engine::transact`). It asks no clock and sends nothing. It looks at the database as of its transaction, so that
/// what it finds there cannot change before it is recorded.
#pragma once

#include "actors/changes.hpp"
#include "protocol/time.hpp"
#include "protocol/zone_rules.hpp"
#include "storage/environment.hpp"

namespace ringmaster::commands {

struct context {
  storage::write_txn& in;
  changes& told;
  time_point now;          ///< a date
  const zone_rules& zones; ///< in use
};

} // namespace ringmaster::commands
