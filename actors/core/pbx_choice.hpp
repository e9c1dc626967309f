/// Spreads calls over the Asterisk servers by what each can still take.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ringmaster::core {

/// A server as the choice sees it.
struct pbx_capacity {
  bool usable{false};           ///< connected, booted, resynced, and reaches the destination
  std::int64_t max_channels{0}; ///< calls it may carry; 0: no limit
  std::int64_t channels{0};     ///< calls it carries, ours and those on the way
  std::int64_t tokens{0};       ///< originates that its rate allows now

  /// Calls that it could take now.
  [[nodiscard]] std::int64_t free() const noexcept;
};

/// For each of up to `calls` calls the index of its server, the one with the lowest load (channels by
/// maximum; without a maximum by 1000) first. Fewer than `calls` when the servers cannot take more. O(calls ×
/// servers).
[[nodiscard]] std::vector<std::size_t> choose_pbx(std::span<const pbx_capacity> servers, std::int64_t calls);

} // namespace ringmaster::core
