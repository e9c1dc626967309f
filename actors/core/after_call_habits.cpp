// SPDX-License-Identifier: Apache-2.0
#include "actors/core/after_call_habits.hpp"

#include <algorithm>

namespace ringmaster::core {
namespace {
constexpr double memory = 100; ///< calls
constexpr double least_pauses = 2.5, least_share = 0.05, least_share_of_reason = 0.2;
constexpr double nearly_all = 0.95;
constexpr std::size_t most_reasons = 16;
} // namespace

void after_call_habits::fade() {
  constexpr auto kept = 1 - 1 / memory;
  ended_ = ended_ * kept + 1;
  paused_ *= kept;
  for (auto& d : delays_)
    d *= kept;
  for (auto& [reason, count] : reasons_)
    count *= kept;
}

void after_call_habits::paused(duration delay, std::string_view reason) {
  fade();
  paused_ += 1;
  const auto step = std::max(delay, duration{0}) * steps / longest_delay;
  delays_[std::min(static_cast<std::size_t>(step), steps - 1)] += 1;
  auto known = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& one) { return one.first == reason; });
  if (known == reasons_.end()) {
    if (reasons_.size() == most_reasons)
      reasons_.erase(std::min_element(reasons_.begin(), reasons_.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; }));
    known = reasons_.emplace(reasons_.end(), std::string{reason}, 0.0);
  }
  known->second += 1;
}

void after_call_habits::stayed() {
  fade();
}

duration after_call_habits::settling() const noexcept {
  if (paused_ < least_pauses || paused_ < least_share * ended_)
    return duration{0};
  double seen = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    seen += delays_[i];
    if (seen >= nearly_all * paused_)
      return longest_delay * static_cast<std::int64_t>(i + 1) / static_cast<std::int64_t>(steps);
  }
  return longest_delay;
}

bool after_call_habits::is_after_call_work(std::string_view reason) const noexcept {
  return std::any_of(reasons_.begin(), reasons_.end(), [&](const auto& one) {
    return one.first == reason && one.second >= least_pauses && one.second >= least_share_of_reason * ended_;
  });
}

} // namespace ringmaster::core
