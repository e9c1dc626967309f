// SPDX-License-Identifier: Apache-2.0
/// One campaign: decides how many calls to begin, and sees each through.
///
/// A call's way: pacing says how many → the dial list leases entries → the gate (status, schedule, servers)
/// is asked again → the intents are committed → a channel actor each, Originates to the servers → milestones
/// feed pacing → the end, on disk, frees the entry.
///
/// It decides when an agent frees, when a call ends or is answered, and every 100 ms. What it shows (figures
/// and reasons) is published four times a second; its counters are kept across restarts.
///
/// Messages: `reload`, `zone_rules_changed`, `wake`, `dial_list_ready`, `leased`, `begun_batch`, `call_milestone`, `call_finished`,
/// `adopted_calls`; `caf::tick_atom` to itself.
#pragma once

#include "actors/messages.hpp"
#include "actors/shared.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>

namespace ringmaster {

class campaign_work;
struct campaign_actor_state {
  static constexpr const char* name = "campaign";
  std::shared_ptr<campaign_work> work;
};

caf::behavior campaign_actor(caf::stateful_actor<campaign_actor_state>* self, const uuid& id,
                             engine_shared* shared);

} // namespace ringmaster
