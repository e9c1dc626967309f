// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/answer_rate.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::core {
namespace {

constexpr double least_odds = -5.0, most_odds = 3.5; ///< log odds: 0.7 % to 97 %
/// How often the rate is expected to jump: about once in a day. Where it does so more often, the evidence of
/// a few calls outweighs this.
constexpr double jumps_per_second = 1.0 / 86400;

struct grid {
  std::array<double, answer_rate::points> p, log_yes, log_no, prior;
  grid() {
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const auto x =
          least_odds + (most_odds - least_odds) * static_cast<double>(i) / static_cast<double>(p.size() - 1);
      p[i] = 1 / (1 + std::exp(-x));
      log_yes[i] = std::log(p[i]);
      log_no[i] = std::log1p(-p[i]);
      // Wide, around 25 %.
      prior[i] = std::exp(-0.5 * std::pow((x + 1.1) / 1.0, 2)) + 0.02;
      sum += prior[i];
    }
    for (auto& w : prior)
      w /= sum;
  }
};
const grid& the_grid() {
  static const grid g;
  return g;
}

/// Multiplies by the likelihood and makes the sum one again.
void bayes(const std::array<double, answer_rate::points>& from, std::array<double, answer_rate::points>& to,
           double answers, double trials) {
  const auto& g = the_grid();
  const auto misses = std::max(0.0, trials - answers);
  // The largest term is near p = answers / trials; taking it out keeps the sums in range.
  const auto top = trials > 0 ? std::clamp(answers / std::max(trials, answers), 1e-6, 1 - 1e-6) : 0.5;
  const auto most = answers * std::log(top) + misses * std::log1p(-top);
  double sum = 0;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto e = answers * g.log_yes[i] + misses * g.log_no[i] - most;
    to[i] = e < -60 ? 0 : from[i] * std::exp(e);
    sum += to[i];
  }
  if (sum < 1e-290) { // impossible by all that was believed: begin anew
    to = g.prior;
    return;
  }
  for (auto& w : to)
    w /= sum;
}

} // namespace

answer_rate::answer_rate() : weight_{the_grid().prior} {
  refresh(0, 0);
  slow_ = mean_;
}

void answer_rate::observe(double answers, double trials, double seconds) noexcept {
  const auto& g = the_grid();
  const auto jump = -std::expm1(-seconds * jumps_per_second);
  for (std::size_t i = 0; i < weight_.size(); ++i)
    weight_[i] = (1 - jump) * weight_[i] + jump * g.prior[i];
  if (trials > 0)
    bayes(weight_, weight_, answers, trials);
  slow_ += (mean_ - slow_) * std::min(1.0, seconds / 600);
}

void answer_rate::refresh(double answers, double trials) noexcept {
  const auto& g = the_grid();
  if (trials > 0)
    bayes(weight_, shown_, answers, trials);
  else
    shown_ = weight_;
  double m = 0, s = 0;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    m += shown_[i] * g.p[i];
    s += shown_[i] * g.p[i] * g.p[i];
  }
  mean_ = m;
  variance_ = std::max(0.0, s - m * m);
  changing_ = std::abs(mean_ - slow_) > 0.25 * slow_;
}

double answer_rate::quantile(double share) const noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < shown_.size(); ++i)
    if ((sum += shown_[i]) >= share)
      return the_grid().p[i];
  return the_grid().p.back();
}
double answer_rate::low() const noexcept {
  return quantile(0.025);
}
double answer_rate::high() const noexcept {
  return quantile(0.975);
}

void answer_rate::set_prior(double mean, double trials) noexcept {
  weight_ = the_grid().prior;
  bayes(weight_, weight_, mean * trials, trials);
  refresh(0, 0);
  slow_ = mean_;
}

} // namespace ringmaster::core
