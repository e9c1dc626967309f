// SPDX-License-Identifier: Apache-2.0
/// How the members of a queue leave it after a call. Where no `wrapuptime` gives them time to write things down, agents
/// (or their desktops, or they by hand) pause themselves, a moment after the call has ended. In that moment they look
/// free: whoever begins a call for each of them abandons the customers that answer it.
///
/// Learned from what the last hundred ended calls were followed by, all members of the queue together:
/// how many by a pause, how soon, and with which reasons.
///
/// Pure; each function goes through some forty numbers.
#pragma once

#include "protocol/time.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

class after_call_habits {
public:
  /// A pause later than this after a call has nothing to do with it.
  static constexpr duration longest_delay = std::chrono::seconds{10};

  /// A member has paused, for `reason`, so long after its last call ended (0 to `longest_delay`).
  void paused(duration delay, std::string_view reason);
  /// A member was there for the next call, or for `longest_delay`.
  void stayed();

  /// How long after a call a member should not be counted on: within it, nearly all who pause have done so. Nothing
  /// where few do (less than one call of twenty), or where too little is known.
  [[nodiscard]] duration settling() const noexcept;
  /// Whether a pause for this reason, so soon after a call, is work that belongs to the call: one call of five is
  /// followed by one.
  [[nodiscard]] bool is_after_call_work(std::string_view reason) const noexcept;

private:
  static constexpr std::size_t steps = 40; ///< of `longest_delay`
  void fade();

  double ended_{0}, paused_{0};
  std::array<double, steps> delays_{};
  std::vector<std::pair<std::string, double>> reasons_;
};

} // namespace ringmaster::core
