// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/durations.hpp"
#include "actors/core/pacing/late_probability.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::core {
namespace {
/// Examples' worth of the lognormal in each bin that is at risk.
constexpr double shrink_to_lognormal = 12;
constexpr double shortest = 1e-3;
} // namespace

durations::durations(std::size_t bins, double bin_seconds, double prior_mean, double prior_cv,
                     double prior_weight, double memory)
    : width_{bin_seconds}, prior_mean_{prior_mean}, prior_log_variance_{std::log1p(prior_cv * prior_cv)},
      prior_weight_{prior_weight}, memory_{memory}, ended_(bins, 0.0), longer_(bins, 0.0), survival_(bins, 0.0) {
  prior_log_mean_ = std::log(prior_mean) - prior_log_variance_ / 2;
  rebuild();
}

void durations::add(double seconds) noexcept {
  if (!(seconds >= 0))
    return;
  const auto at = std::min(static_cast<std::size_t>(seconds / width_), ended_.size() - 1);
  const auto log = std::log(std::max(seconds, shortest));
  ended_[at] += scale_;
  weight_ += scale_;
  sum_ += scale_ * seconds;
  log_sum_ += scale_ * log;
  log_squares_ += scale_ * log * log;
  scale_ *= 1 + 1 / memory_;
}

void durations::add_longer_than(double seconds, double weight) noexcept {
  if (!(seconds >= 0))
    return;
  longer_[std::min(static_cast<std::size_t>(seconds / width_), longer_.size() - 1)] += scale_ * weight;
}

void durations::fade() {
  for (auto& e : ended_)
    e /= scale_;
  for (auto& e : longer_)
    e /= scale_;
  weight_ /= scale_;
  sum_ /= scale_;
  log_sum_ /= scale_;
  log_squares_ /= scale_;
  scale_ = 1;
}

void durations::rebuild(std::span<const double> still_running) {
  fade();
  auto running = longer_;
  for (std::size_t i = 0; i < still_running.size(); ++i)
    running[i] += still_running[i];
  auto log_mean = prior_log_mean_, variance = prior_log_variance_;
  double going_on = 0;
  for (const auto r : running)
    going_on += r;
  // Each that goes on counts as what is to be expected of it, given the fit before; twice is near enough.
  for (int round = going_on > 0 ? 3 : 1; round > 0; --round) {
    const auto sd = std::sqrt(variance);
    auto n = weight_ + prior_weight_;
    auto sum = log_sum_ + prior_weight_ * prior_log_mean_;
    auto squares = log_squares_ + prior_weight_ * (prior_log_variance_ + prior_log_mean_ * prior_log_mean_);
    for (std::size_t i = 0; i < running.size(); ++i) {
      if (running[i] <= 0)
        continue;
      const auto z = (std::log(width_ * (static_cast<double>(i) + 0.5)) - log_mean) / sd;
      // Mean and variance of a normal variable above z.
      const auto ratio = z > 6 ? z + 1 / z : std::exp(-z * z / 2) / std::sqrt(2 * M_PI) / normal_cdf(-z);
      const auto m = log_mean + sd * ratio;
      n += running[i];
      sum += running[i] * m;
      squares += running[i] * (m * m + variance * std::max(0.0, 1 + z * ratio - ratio * ratio));
    }
    log_mean = sum / n;
    variance = std::max(squares / n - log_mean * log_mean, 1e-4);
  }
  const auto sd = std::sqrt(variance);
  double at_risk = weight_ + going_on, left = 1, smooth_before = 1;
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    const auto smooth = normal_cdf((log_mean - std::log(width_ * static_cast<double>(i + 1))) / sd);
    const auto of_lognormal = smooth_before > 1e-12 ? std::clamp(1 - smooth / smooth_before, 0.0, 1.0) : 1.0;
    // The last bin stands for all that took longer.
    const auto hazard = i + 1 == ended_.size() ? of_lognormal
                                               : (ended_[i] + shrink_to_lognormal * of_lognormal) /
                                                     (std::max(at_risk, ended_[i]) + shrink_to_lognormal);
    left *= 1 - std::clamp(hazard, 0.0, 1.0);
    survival_[i] = left;
    at_risk -= ended_[i] + (i < running.size() ? running[i] : 0);
    smooth_before = smooth;
    last_kept_ = 1 - std::clamp(hazard, 1e-6, 1.0);
  }
  longer_weight_ = longer_sum_ = 0;
  double beyond = 0; // time after the bin, of those who reach its beginning
  for (auto i = longer_.size(); i-- > 0;) {
    beyond += survival_[i] * width_;
    if (longer_[i] <= 0)
      continue;
    const auto reach = std::max(i == 0 ? 1.0 : survival_[i - 1], 1e-12);
    longer_weight_ += longer_[i];
    longer_sum_ += longer_[i] * (width_ * (static_cast<double>(i) + 0.5) + beyond / reach);
  }
}

double durations::survival(double seconds) const noexcept {
  if (seconds <= 0)
    return 1;
  const auto x = seconds / width_;
  if (x >= static_cast<double>(survival_.size()))
    return survival_.back() * std::pow(last_kept_, x - static_cast<double>(survival_.size()));
  const auto i = static_cast<std::size_t>(x);
  const auto before = i == 0 ? 1.0 : survival_[i - 1];
  return before + (survival_[i] - before) * (x - static_cast<double>(i));
}

double durations::quantile(double share) const noexcept {
  const auto wanted = 1 - share;
  const auto at = std::lower_bound(survival_.begin(), survival_.end(), wanted, std::greater<>{});
  const auto i = static_cast<std::size_t>(at - survival_.begin());
  if (at == survival_.end())
    return width_ * static_cast<double>(survival_.size());
  const auto before = i == 0 ? 1.0 : survival_[i - 1];
  const auto within = before > *at ? (before - wanted) / (before - *at) : 0.5;
  return width_ * (static_cast<double>(i) + within);
}

double durations::mean() const noexcept {
  return (sum_ / scale_ + longer_sum_ + prior_weight_ * prior_mean_) /
         (weight_ / scale_ + longer_weight_ + prior_weight_);
}

bool durations::plausible(std::span<const double> f) noexcept {
  return f.size() > 3 && f[0] >= 0 && f[2] >= 0 &&
         std::all_of(f.begin() + 3, f.end(), [](double v) { return v >= 0 && v < 1e9; });
}

std::vector<double> durations::figures() const {
  std::vector<double> f{sum_ / scale_, log_sum_ / scale_, log_squares_ / scale_};
  for (const auto e : ended_)
    f.push_back(e / scale_);
  for (const auto e : longer_)
    f.push_back(e / scale_);
  return f;
}

void durations::set_figures(std::span<const double> f) {
  sum_ = f[0], log_sum_ = f[1], log_squares_ = f[2];
  weight_ = 0;
  for (std::size_t i = 0; i < ended_.size(); ++i)
    weight_ += ended_[i] = f[3 + i];
  for (std::size_t i = 0; i < longer_.size(); ++i)
    longer_[i] = f[3 + ended_.size() + i];
  scale_ = 1;
  rebuild();
}

} // namespace ringmaster::core
