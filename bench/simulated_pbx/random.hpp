// SPDX-License-Identifier: Apache-2.0
/// Random numbers that are the same on every machine and standard library, so that a seed repeats a run.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace ringmaster::sim {

/// SplitMix64: a generator of one word of state; cheap enough to make a new one for each customer.
class random_source {
public:
  explicit constexpr random_source(std::uint64_t seed) noexcept : state_{seed} {}

  constexpr std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// Uniform in [0, 1).
  constexpr double unit() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  /// Standard normal (Box-Muller, one of the pair).
  double normal() noexcept {
    const double u = 1.0 - unit();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * unit());
  }

private:
  std::uint64_t state_;
};

/// A seed for one matter (a customer's n-th call, a member's n-th call) out of the run's seed: what one
/// customer does never depends on who else was called before.
[[nodiscard]] constexpr std::uint64_t derive_seed(std::uint64_t seed, std::string_view matter,
                                                  std::uint64_t n) noexcept {
  std::uint64_t h = 0xcbf29ce484222325U ^ seed;
  for (const char c : matter)
    h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return random_source{h ^ (n * 0x9e3779b97f4a7c15U)}.next();
}

} // namespace ringmaster::sim
