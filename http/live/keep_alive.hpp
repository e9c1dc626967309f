/// Whether the other side of a connection is still there: a ping after half of the time that it may be silent, the end
/// after all of it. Pure: the time is an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace ringmaster::live {

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
  /// What is to be done now; a ping is asked for once. To be asked often enough for `silence` to be kept.
  [[nodiscard]] step at(clock::time_point now, clock::duration silence) noexcept {
    const auto silent = now - heard_;
    if (silent >= silence)
      return step::end;
    if (pinged_ || silent < silence / 2)
      return step::nothing;
    pinged_ = true;
    return step::ping;
  }

private:
  clock::time_point heard_;
  bool pinged_{false};
};

} // namespace ringmaster::live
