// SPDX-License-Identifier: Apache-2.0
/// What a campaign must be beyond its fields: its schedule, its status, and what it needs to run.
#pragma once

#include "protocol/error.hpp"
#include "protocol/outbound.hpp"
#include "protocol/zone_rules.hpp"
#include "storage/environment.hpp"

namespace ringmaster::commands {

/// Makes what a caller asked for (`after`, a change of `before`) into what is recorded, or says why not.
/// To be called in the write transaction that records it, so that what it sees cannot change meanwhile.
///
/// - The schedule has to compile, and not to end before it begins, whether or not it is on.
/// - A new status goes through the state machine of core/campaign_state.hpp: a stop or a pause is recorded as
///   10 or 12 while calls of the campaign are up, 30 likewise, and as done when there are none. A start is
///   recorded as 1: its list is loaded by the campaign's actor, and a restart in between loads it again.
/// - A campaign that runs, or is to run, needs a usable plan, dlma and destination.
[[nodiscard]] result<campaign> settle_campaign(const storage::txn& in, const campaign& before, campaign after,
                                                const zone_rules& zones);

/// A changed plan, destination or dlma: refused when a campaign would hand early media to agents, or when the calls of a running
/// campaign that uses it could not be written for Asterisk any more.
[[nodiscard]] result<plan> settle_plan(const storage::txn& in, plan after);
[[nodiscard]] result<destination> settle_destination(const storage::txn& in, destination after);
[[nodiscard]] result<dlma> settle_dlma(const storage::txn& in, dlma after);

} // namespace ringmaster::commands
