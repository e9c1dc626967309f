// SPDX-License-Identifier: Apache-2.0
/// Whether the other side of a connection is still there: a ping after half of the time that it may be
/// silent, the end after all of it. Pure: the time is an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringmaster::websocket {

class keep_alive {
public:
  using clock = std::chrono::steady_clock;
  enum class step : std::uint8_t { nothing, ping, end };

  explicit keep_alive(clock::time_point now) noexcept : heard_{now} {}

  /// Something came, whatever it was.
  void heard(clock::time_point now) noexcept {
    heard_ = now;
    pinged_ = false;
  }
  /// What is to be done now; to be asked a few times within `silence`. It does not end before a ping was
  /// asked for: when it is this process that stood still, the client gets its chance.
  [[nodiscard]] step at(clock::time_point now, clock::duration silence) noexcept {
    const auto silent = now - heard_;
    if (silent < silence / 2)
      return step::nothing;
    if (!pinged_) {
      pinged_ = true;
      return step::ping;
    }
    return silent >= silence ? step::end : step::nothing;
  }

private:
  clock::time_point heard_;
  bool pinged_{false};
};

} // namespace ringmaster::websocket
