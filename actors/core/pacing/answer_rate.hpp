// SPDX-License-Identifier: Apache-2.0
/// How likely a call begun now is to be answered by a person: a posterior over a grid of log odds, as of a
/// quantity that stays for long and now and then jumps (Bayesian change detection, after Adams and MacKay,
/// 2007, with the grid in place of run lengths). A step is found after as few calls as prove it, and before
/// that the variance says that something is going on.
///
/// Calls are taken in as cohorts of those begun together: of n begun a while ago, a share G of those who will
/// answer has done so by now, so that k answers of n·G trials are what is known. Counting calls as they end
/// instead would be biased: short outcomes end first.
///
/// Pure. `observe` costs about 0.3 µs, `refresh` about 1 µs.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ringmaster::core {

class answer_rate {
public:
  static constexpr std::size_t points = 192;

  answer_rate();

  /// `answers` of `trials` calls (may be fractions), after `seconds` of time in which the rate may have
  /// jumped.
  void observe(double answers, double trials, double seconds) noexcept;
  /// Mean and variance, with what calls still in flight tell added for now: `answers` of `trials`.
  void refresh(double answers, double trials) noexcept;

  [[nodiscard]] double mean() const noexcept { return mean_; }
  [[nodiscard]] double variance() const noexcept { return variance_; }
  /// Interval of 95 % of the posterior.
  [[nodiscard]] double low() const noexcept;
  [[nodiscard]] double high() const noexcept;
  /// The last minutes do not look like the time before.
  [[nodiscard]] bool changing() const noexcept { return changing_; }

  /// The posterior's mean and weight are what is kept.
  void set_prior(double mean, double trials) noexcept;

private:
  [[nodiscard]] double quantile(double share) const noexcept;
  std::array<double, points> weight_, shown_;
  double mean_{0.3}, variance_{0.02}, slow_{0.3};
  bool changing_{false};
};

} // namespace ringmaster::core
