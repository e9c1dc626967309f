// SPDX-License-Identifier: Apache-2.0
/// One dial list (dlma): the index of what can be dialed next, and who has leased what.
///
/// The index is read from the database at the engine's word, when the list can be found in `engine_shared`, so that no
/// change between reading and being found is missed; after that the engine tells it of every change.
/// Messages: `load_dial_list`, which all others wait for; `lease_request`, `give_back`, `entries_changed`, `entry_ended`,
/// `drop_view`, `explain_request`, `end_dial_list`. Whoever was leased nothing is told of the next change (`list_changed`).
#pragma once

#include "actors/core/dial_list.hpp"
#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <unordered_map>

namespace ringmaster {

struct dial_list_state {
  static constexpr const char* name = "dial_list";
  core::dial_list list;
  std::unordered_map<uuid, core::view_id> views; ///< by campaign
  std::unordered_map<uuid, std::uint64_t> setups; ///< by campaign, as last seen
  std::unordered_map<uuid, campaign_handle> waiting; ///< campaigns that have nothing to dial, to be told of the next change
};

/// `env` and `time` outlive the actor.
///
/// Retry delays are durations, and the last hangup is kept on disk as a date: it becomes a moment where it comes in. So
/// a wall clock that is set while the list is in memory neither holds entries up nor lets them go too early.
caf::behavior dial_list_actor(caf::stateful_actor<dial_list_state>* self, const uuid& dlma,
                              storage::environment* env, const clock* time);

} // namespace ringmaster
