// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/late_probability.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::core {
namespace {

/// Variances summed above which the normal distribution serves.
constexpr double exact_up_to = 60;
constexpr double negligible = 1e-9;

/// Walks through P(X = 0), P(X = 1), … by Panjer's recursion P(k+1) = P(k) (a + b / (k+1)).
class panjer {
public:
  explicit panjer(const count_moments& m) noexcept {
    const auto mean = std::max(m.mean, 0.0);
    if (mean < 1e-12)
      return;
    const auto variance = std::max(m.variance, 1e-6 * mean);
    const auto excess = variance / mean - 1;
    if (std::abs(excess) < 1e-6) {
      b_ = mean;
      p_ = std::exp(-mean);
    } else if (excess < 0) {
      // A number of trials that is not whole serves as well; the recursion ends where it would go below
      // nothing.
      const auto success = std::min(-excess, 1 - 1e-9);
      const auto n = mean / success;
      const auto odds = success / (1 - success);
      a_ = -odds;
      b_ = (n + 1) * odds;
      p_ = std::exp(n * std::log1p(-success));
    } else {
      const auto a = excess / (1 + excess);
      const auto r = mean / excess;
      a_ = a;
      b_ = (r - 1) * a;
      p_ = std::exp(r * std::log1p(-a));
    }
  }
  [[nodiscard]] double probability() const noexcept { return p_; }
  void next() noexcept {
    k_ += 1;
    p_ = std::max(0.0, p_ * (a_ + b_ / k_));
  }

private:
  double a_{0}, b_{0}, p_{1}, k_{0};
};

} // namespace

double normal_cdf(double x) noexcept {
  return 0.5 * std::erfc(-x * M_SQRT1_2);
}

double late_probability(double free_now, const count_moments& answers, const count_moments& freed) noexcept {
  if (answers.variance + freed.variance > exact_up_to || answers.mean > 300 || freed.mean > 300) {
    const auto sd = std::sqrt(std::max(answers.variance + freed.variance, 1e-9));
    return normal_cdf((answers.mean - freed.mean - free_now + 0.5) / sd);
  }
  // Σ_f P(F = f) P(L ≥ I + f)
  panjer l{answers}, f{freed};
  double at_least = 1; // P(L ≥ level)
  double level = 0;
  double sum = 0, left = 1;
  for (double j = free_now; left > negligible; j += 1) {
    for (; level < j && at_least > negligible; level += 1, l.next())
      at_least -= l.probability();
    if (at_least <= negligible && level <= j)
      break;
    const auto p = f.probability();
    sum += p * std::clamp(at_least, 0.0, 1.0);
    left -= p;
    if (p <= 0 && left < 0.5)
      break;
    f.next();
  }
  return std::clamp(sum, 0.0, 1.0);
}

} // namespace ringmaster::core
