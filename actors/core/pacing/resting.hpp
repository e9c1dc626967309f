// SPDX-License-Identifier: Apache-2.0
/// What stays of a method in memory while its campaign has nothing to dial: counts of agents, the budget, and what it believed
/// when it was laid by, for people. It begins no calls. What was learned is kept elsewhere (`pacing::save`), and read again by the
/// method that takes its place.
///
/// Some 2 KB, where `predictive` has 435.
#pragma once

#include "actors/core/pacing.hpp"

namespace ringmaster::core {

class resting_pacing final : public pacing {
public:
  /// `of` has no calls.
  resting_pacing(const pacing& of, time_point now);

  /// That of the method that rests.
  [[nodiscard]] std::string_view method() const noexcept override { return believed_.method; }
  [[nodiscard]] std::int64_t calls_to_begin(time_point) override { return 0; }
  [[nodiscard]] pacing_decision decide(time_point now) override;
  /// Agents, calls and budget as they are now; all else as it was.
  [[nodiscard]] pacing_view view(time_point now) const override;
  [[nodiscard]] double learned_answer_rate() const noexcept override { return answer_rate_; }

private:
  pacing_view believed_;
  double answer_rate_;
};

} // namespace ringmaster::core
