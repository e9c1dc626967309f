// SPDX-License-Identifier: Apache-2.0
/// Live events, from whatever actor they come from to whoever listens: numbers them, keeps the last ones for
/// readers that were away, and hands them to its outlets (the front for WebSockets, a webhook subscription).
///
/// An event that nobody wants is not even made: the hub keeps `engine_shared::wanted` true to the
/// subscriptions. It lets a family go only a minute after its last reader, so that a reader who comes back
/// finds what happened meanwhile; where something was not made, a reader is told that there is a gap.
///
/// An event on the wire: {"ob.campaign.update": {…}, "topic": "/ob/campaigns/<uuid>", "seq": 1847}. Who tells
/// many writes them itself (`frame_to_be`), so that the hub has but the number to add.
///
/// It is a direct actor (actors/direct_actor.hpp): events are numbered on the thread of whoever tells them, and
/// go on to the outlets from there, in one order for all.
///
/// Messages: `hub_publish`, `hub_written`, `hub_attach`, `hub_subscribe`, `hub_unsubscribe`; `hub_look` to
/// itself.
#pragma once

#include "actors/messages.hpp"
#include "actors/shared.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

/// The frame of a `happening`, for `hub_written`.
[[nodiscard]] std::shared_ptr<core::frame> frame_to_be(std::string topic, std::string_view name,
                                                       std::string_view body);

/// `linger`: how long a family is told that nobody listens to any more.
[[nodiscard]] hub_handle spawn_hub(caf::actor_system& system, engine_shared* shared,
                                   std::chrono::milliseconds linger = std::chrono::minutes{1});

} // namespace ringmaster
