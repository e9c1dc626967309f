// SPDX-License-Identifier: Apache-2.0
/// A rate with a burst: so many originates a second.
#pragma once

#include "protocol/time.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ringmaster::core {

/// Holds up to `burst` tokens and gains `rate` a second. A rate of 0 or less means no limit. A clock that
/// goes back gains nothing and loses nothing. O(1), not thread-safe.
class token_bucket {
public:
  token_bucket(double rate, double burst, time_point now) noexcept
      : rate_{rate}, burst_{std::max(1.0, burst)}, tokens_{burst_}, at_{now} {}

  /// Whole tokens that could be taken now.
  [[nodiscard]] std::int64_t available(time_point now) noexcept {
    if (unlimited())
      return std::int64_t{1} << 40;
    refill(now);
    return static_cast<std::int64_t>(std::min(tokens_ + slack, burst_));
  }
  /// Takes up to `wanted`; returns how many.
  std::int64_t take(std::int64_t wanted, time_point now) noexcept {
    const auto taken = std::clamp<std::int64_t>(available(now), 0, std::max<std::int64_t>(wanted, 0));
    if (!unlimited())
      tokens_ -= static_cast<double>(taken);
    return taken;
  }
  /// When the next token is there: `now` when it is already.
  [[nodiscard]] time_point next(time_point now) noexcept {
    if (available(now) > 0)
      return now;
    const auto wait = std::ceil((1.0 - tokens_) / rate_ * 1e9);
    return now + std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(wait, 1e18))};
  }
  [[nodiscard]] bool unlimited() const noexcept { return !(rate_ > 0.0); }

private:
  static constexpr double slack = 1e-6; // a token that rounding has left a hair short
  void refill(time_point now) noexcept {
    if (now > at_) {
      // A full bucket keeps what it has of the next token: asked in steps it would otherwise fall behind its
      // rate.
      tokens_ = std::min(burst_ + (1.0 - slack),
                         tokens_ + rate_ * std::chrono::duration<double>(now - at_).count());
      at_ = now;
    }
  }

  double rate_, burst_, tokens_;
  time_point at_;
};

} // namespace ringmaster::core
