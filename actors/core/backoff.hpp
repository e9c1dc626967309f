// SPDX-License-Identifier: Apache-2.0
/// How long to wait before the next attempt.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ringmaster::core {

/// Doubles from `first` to `cap`, and then takes between half and all of that at random, so that many clients
/// of one server that fell over do not come back at once. Never above `cap`. The same seed gives the same
/// waits.
class backoff {
public:
  using duration = std::chrono::milliseconds;

  explicit backoff(std::uint64_t seed, duration first = duration{250},
                   duration cap = std::chrono::seconds{30}) noexcept
      : first_{std::max(first, duration{1})}, cap_{std::max(cap, first_)}, state_{seed} {}

  [[nodiscard]] duration next() noexcept {
    const auto doubled = first_ * (std::int64_t{1} << std::min(attempts_, 30u));
    const auto whole = std::min(cap_, doubled);
    attempts_ = std::min(attempts_ + 1, 1'000'000u);
    const auto half = whole.count() / 2;
    return duration{whole.count() - half +
                    static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(half + 1))};
  }
  /// The attempt went well.
  void reset() noexcept { attempts_ = 0; }
  [[nodiscard]] std::uint32_t attempts() const noexcept { return attempts_; }

private:
  std::uint64_t random() noexcept { // splitmix64
    auto z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  duration first_, cap_;
  std::uint64_t state_;
  std::uint32_t attempts_{0};
};

/// How long to wait after so many logins that were refused one after the other. The first may have met a server that was
/// just reading its configuration. After that a wrong secret is hardly right a minute later, and guards that shut out an
/// address after ten failures in ten minutes must not shut out ours: there are six logins in the first ten minutes, and
/// then one in three.
[[nodiscard]] constexpr std::chrono::seconds pause_after_refusals(std::uint32_t refusals) noexcept {
  using std::chrono::seconds;
  return refusals <= 1 ? seconds{2} : refusals == 2 ? seconds{60} : refusals == 3 ? seconds{120} : seconds{180};
}

} // namespace ringmaster::core
