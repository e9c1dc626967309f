// SPDX-License-Identifier: Apache-2.0
/// How long something takes, learned from examples: a survival function over bins of time, shrunk to a
/// lognormal with the examples' own mean and spread, so that a few examples give a smooth curve and many give
/// their own. Older examples fade.
///
/// Examples may also be *censored*: it is known that they took longer than some time, and no more.
///
/// Pure. `add` is O(1), `rebuild` O(bins).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ringmaster::core {

class durations {
public:
  /// `prior_mean` and `prior_cv` stand for `prior_weight` examples. `memory`: examples after which one has
  /// faded to a third.
  durations(std::size_t bins, double bin_seconds, double prior_mean, double prior_cv, double prior_weight,
            double memory);

  void add(double seconds) noexcept;
  /// `weight` examples of which nothing is known but that they took longer.
  void add_longer_than(double seconds, double weight) noexcept;
  /// Makes the survival function of what has been added and of what still goes on: `running[i]` of the age of
  /// bin i. Without those, short ones, which end first, would seem to be all. Call it now and then.
  void rebuild(std::span<const double> running = {});

  /// P(longer than `seconds`), between 0 and 1; interpolated between bins. Beyond the last bin it falls on as
  /// it did there.
  [[nodiscard]] double survival(double seconds) const noexcept;
  [[nodiscard]] double cdf(double seconds) const noexcept { return 1 - survival(seconds); }
  /// The time by which a `share` of all have ended.
  [[nodiscard]] double quantile(double share) const noexcept;
  [[nodiscard]] double mean() const noexcept;
  [[nodiscard]] double weight() const noexcept { return weight_; }
  [[nodiscard]] double bin_seconds() const noexcept { return width_; }
  [[nodiscard]] std::size_t bins() const noexcept { return ended_.size(); }
  /// P(longer than the end of bin i).
  [[nodiscard]] double survival_at(std::size_t bin) const noexcept { return survival_[bin]; }

  // What is kept over a restart: the sums, then what each bin has seen end, then what took longer than it.
  [[nodiscard]] static std::size_t figure_count(std::size_t bins) noexcept { return 3 + 2 * bins; }
  [[nodiscard]] static bool plausible(std::span<const double> figures) noexcept;
  [[nodiscard]] std::vector<double> figures() const;
  /// `figures` are plausible, and `figure_count(bins())` of them.
  void set_figures(std::span<const double> figures);

private:
  void fade();
  double width_, prior_mean_, prior_log_mean_, prior_log_variance_, prior_weight_, memory_;
  std::vector<double> ended_, longer_, survival_;
  double weight_{0}, sum_{0}, log_sum_{0}, log_squares_{0};
  double longer_weight_{0}, longer_sum_{0}; ///< of `longer_`, the latter as expected
  double last_kept_{0.9}; ///< of those in the last bin, per bin of time
  double scale_{1};       ///< what one example weighs now, instead of fading all others at each
};

} // namespace ringmaster::core
