// SPDX-License-Identifier: Apache-2.0
/// Random numbers of a simulation: small generators that are made anew from (seed, purpose, index), so that
/// the n-th call of a run meets the same fate whatever pacing method began it (common random numbers).
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace ringmaster::core::simulation {

/// SplitMix64 (Steele, Lea, Flood, 2014).
class random_source {
public:
  explicit random_source(std::uint64_t seed, std::uint64_t purpose = 0, std::uint64_t index = 0) noexcept
      : state_{mix(mix(seed + 0x9E3779B97F4A7C15ull) + mix(purpose * 0xD1B54A32D192ED03ull + 1) + index)} {}
  [[nodiscard]] std::uint64_t next() noexcept { return mix(state_ += 0x9E3779B97F4A7C15ull); }
  /// In (0, 1).
  [[nodiscard]] double uniform() noexcept { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  [[nodiscard]] double exponential(double mean) noexcept { return -mean * std::log(uniform()); }
  [[nodiscard]] double normal() noexcept {
    const auto r = std::sqrt(-2 * std::log(uniform()));
    return r * std::cos(2 * M_PI * uniform());
  }
  /// Marsaglia and Tsang, 2000.
  [[nodiscard]] double gamma(double shape) noexcept;
  [[nodiscard]] double beta(double a, double b) noexcept;
  [[nodiscard]] bool chance(double p) noexcept { return uniform() < p; }

private:
  [[nodiscard]] static std::uint64_t mix(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

/// What a stream of random numbers is for. Whoever changes one of these changes what each seed leads to.
namespace purpose {
inline constexpr std::uint64_t fate = 1, agent = 3, staff = 4, inbound = 5, news = 6, entry = 7, id = 99;
} // namespace purpose

/// A distribution of times in seconds: a mixture of one or more components.
struct distribution {
  enum class shape : std::uint8_t { constant, exponential, lognormal, normal, uniform };
  struct component {
    shape kind{shape::constant};
    double mean{0}; ///< of the part that varies; of a uniform one, its middle
    double spread{
        0};          ///< lognormal: coefficient of variation; normal: standard deviation; uniform: half width
    double shift{0}; ///< added
    double at_most{0}; ///< redrawn above, with the shift; 0: no such bound
    double weight{1};  ///< in a mixture
  };
  std::vector<component> parts;

  [[nodiscard]] double draw(random_source& random) const noexcept;
  /// Of what is drawn, redraws not considered.
  [[nodiscard]] double mean() const noexcept;

  [[nodiscard]] static distribution constant(double seconds) { return {{{shape::constant, seconds}}}; }
  [[nodiscard]] static distribution exponential(double mean) { return {{{shape::exponential, mean}}}; }
  [[nodiscard]] static distribution lognormal(double mean, double cv, double shift = 0, double at_most = 0) {
    return {{{shape::lognormal, mean, cv, shift, at_most}}};
  }
  [[nodiscard]] static distribution normal(double mean, double sd, double at_most = 0) {
    return {{{shape::normal, mean, sd, 0, at_most}}};
  }
  [[nodiscard]] static distribution uniform(double least, double most) {
    return {{{shape::uniform, (least + most) / 2, (most - least) / 2}}};
  }
};

} // namespace ringmaster::core::simulation
