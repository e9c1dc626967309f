/// Live events, from whatever actor they come from to whoever listens: numbers them, keeps the last ones for
/// readers that were away, and hands them to its outlets (the front for WebSockets, a webhook subscription).
///
/// An event that nobody wants is not even made: the hub keeps `engine_shared::wanted` true to the
/// subscriptions. It lets a family go only a minute after its last reader, so that a reader who comes back
/// finds what happened meanwhile; where something was not made, a reader is told that there is a gap.
///
/// An event on the wire: {"ob.campaign.update": {…}, "topic": "/ob/campaigns/<uuid>", "seq": 1847}.
///
/// Messages: `hub_publish`, `hub_attach`, `hub_subscribe`, `hub_unsubscribe`; `hub_look` to itself.
#pragma once

#include "actors/core/topic_family.hpp"
#include "actors/messages.hpp"
#include "actors/shared.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <array>
#include <vector>

namespace ringmaster {

struct hub_state {
  static constexpr const char* name = "hub";
  hub_state(); // CAF would otherwise fill the first member with the actor's pointer
  core::replay_window window;
  core::topic_interest interest;
  std::vector<caf::actor> outlets;
  /// The number after which each family is complete; none while it is not made.
  std::array<std::optional<std::uint64_t>, core::topic_families.size()> complete_after{};
  std::uint64_t generation{0}; ///< of the last unsubscription
};

caf::behavior hub_actor(caf::stateful_actor<hub_state>* self, engine_shared* shared,
                        std::chrono::milliseconds linger = std::chrono::minutes{1});

} // namespace ringmaster
