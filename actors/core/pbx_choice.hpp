// SPDX-License-Identifier: Apache-2.0
/// Spreads calls over the Asterisk servers by what each can still take.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ringmaster::core {

/// What a server's part of the destination's queue can take: a caller meets the agents of the server that
/// dialed, and nobody else.
struct queue_part {
  std::int64_t wanted{0};  ///< calls that may be begun for its agents now, see `pacing_decision::by_pool`
  std::int64_t working{0}; ///< agents logged in and not paused
};

/// A server as the choice sees it.
struct pbx_capacity {
  bool usable{false};           ///< connected, booted, resynced, and reaches the destination
  std::int64_t max_channels{0}; ///< calls it may carry; 0: no limit
  std::int64_t channels{0};     ///< calls it carries, ours and those on the way
  std::int64_t tokens{0};       ///< originates that its rate allows now
  std::optional<queue_part>
      queue{}; ///< nothing: the destination is none, and takes calls from any server alike

  /// Calls that it could take now, as far as channels and rate go.
  [[nodiscard]] std::int64_t free() const noexcept;
};

/// For each of up to `calls` calls the index of its server.
///
/// Where agents wait for them, the one with the most calls wanted for each agent who works there, so that the
/// next caller finds one most likely, and none beyond what is wanted there. What is wanted is, with a method
/// that counts on nothing, the free agents less the callers who wait and the calls on the way; with one that
/// predicts, what its risk leaves room for. A server where nobody works is left out while anybody works on
/// another. Between equals, and where there is no queue, the one with the lowest load (channels by maximum;
/// without a maximum by 1000).
///
/// Fewer than `calls` when the servers cannot take more. O(calls × servers).
[[nodiscard]] std::vector<std::size_t> choose_pbx(std::span<const pbx_capacity> servers, std::int64_t calls);

} // namespace ringmaster::core
