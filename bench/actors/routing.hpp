// SPDX-License-Identifier: Apache-2.0
/// Events to their actors: one message a target and block, against one message an event.
#pragma once

#include <cstddef>

namespace ringmaster::bench {

struct routing_figures {
  std::size_t routed{0};      ///< events that had a target
  std::size_t batches{0};     ///< messages that carried them when batched
  double batched{0};          ///< CPU seconds
  double one_by_one{0};       ///< CPU seconds
};

/// Routes the recorded queue load, `passes` times, in blocks of about `block_bytes`, to real channel and
/// queue actors, both ways in turn, each with actors of its own. CPU of routing, sending and handling.
[[nodiscard]] routing_figures measure_routing(std::size_t passes, std::size_t block_bytes);

/// The same with actors that merely look at which message they got: what the sending itself costs. One by one they go
/// to actors of CAF's scheduler, the usual way; batches go to the same, or to channels that run on their sender's thread
/// as the engine's do.
enum class batched_channels { as_in_the_engine, scheduled };
[[nodiscard]] routing_figures measure_sending(std::size_t passes, std::size_t block_bytes, batched_channels kind);

} // namespace ringmaster::bench
