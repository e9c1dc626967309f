// SPDX-License-Identifier: Apache-2.0
/// What the sources of `predictive_pacing` share: steps of time, and classes of answer odds. Of no use elsewhere.
#pragma once

#include "actors/core/pacing/predictive.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace ringmaster::core::predictive_parts {

inline constexpr duration agent_step = std::chrono::seconds{1};
inline constexpr double call_bin_seconds = std::chrono::duration<double>(call_age_step).count();
inline constexpr std::size_t usual_class = predictive_pacing::classes / 2;
inline constexpr double class_width = 0.25; ///< log odds

[[nodiscard]] inline std::int64_t steps(time_point t, duration width) noexcept {
  return t.time_since_epoch() / width;
}
[[nodiscard]] inline double in_seconds(duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

[[nodiscard]] inline double shifted(double p, double log_odds) noexcept {
  const auto odds = p / (1 - p) * std::exp(log_odds);
  return odds / (1 + odds);
}
/// Log odds shifted by the class.
[[nodiscard]] inline double of_class(double p, std::size_t cls) noexcept {
  return cls == usual_class
             ? p
             : shifted(p, class_width * (static_cast<double>(cls) - static_cast<double>(usual_class)));
}
/// How many calls that were not answered one is worth that has not ended yet, as far as the probability `p` of an answer
/// is concerned: the derivative of the logarithm of its likelihood 1 − pG − (1−p)H over that of 1 − p. Nothing where
/// answers take as long as other ends, nearly 1 where all answers would have come.
[[nodiscard]] inline double worth_without_end(double p, double answered_by, double resolved_by) noexcept {
  const auto alive = 1 - p * answered_by - (1 - p) * resolved_by;
  return std::clamp((1 - p) * (answered_by - resolved_by) / std::max(alive, 1e-9), -1.0, 1.0);
}

} // namespace ringmaster::core::predictive_parts
