// SPDX-License-Identifier: Apache-2.0
/// The probability that one more answer finds no agent: P(L ≥ I + F), where L is how many calls will have
/// been answered by then, F how many busy agents will have become free, and I the agents free now less the
/// callers who wait.
///
/// L and F are sums of many independent yes-or-no variables of different probabilities. Each is replaced by
/// the distribution of Panjer's class (binomial, Poisson, negative binomial) with the same mean and variance,
/// which for such sums is right to the third moment nearly, also for two or three of them, where a normal
/// distribution is not. Above `exact_up_to` of both standard deviations the normal distribution serves.
///
/// Pure; 20 to 500 ns.
#pragma once

#include <cstdint>

namespace ringmaster::core {

/// Mean and variance of a count.
struct count_moments {
  double mean{0}, variance{0};
};

[[nodiscard]] double late_probability(double free_now, const count_moments& answers,
                                      const count_moments& freed) noexcept;

/// Standard normal distribution function.
[[nodiscard]] double normal_cdf(double x) noexcept;

} // namespace ringmaster::core
