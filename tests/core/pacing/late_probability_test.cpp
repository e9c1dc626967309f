// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/late_probability.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ringmaster::core {
namespace {

/// The distribution of a sum of yes-or-no variables, by convolution.
std::vector<double> convolved(const std::vector<double>& probabilities) {
  std::vector<double> p{1};
  for (const auto q : probabilities) {
    p.push_back(0);
    for (std::size_t k = p.size() - 1; k > 0; --k)
      p[k] = p[k] * (1 - q) + p[k - 1] * q;
    p[0] *= 1 - q;
  }
  return p;
}

count_moments moments(const std::vector<double>& probabilities) {
  count_moments m;
  for (const auto q : probabilities)
    m.mean += q, m.variance += q * (1 - q);
  return m;
}

double exactly(int free, const std::vector<double>& answers, const std::vector<double>& freed) {
  const auto l = convolved(answers), f = convolved(freed);
  double sum = 0;
  for (std::size_t a = 0; a < l.size(); ++a)
    for (std::size_t b = 0; b < f.size(); ++b)
      if (static_cast<int>(a) >= free + static_cast<int>(b))
        sum += l[a] * f[b];
  return sum;
}

TEST(late_probability, is_near_the_exact_convolution_for_teams_of_every_size) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random{seed};
  std::uniform_real_distribution<double> any{0, 1};
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> answers(random() % 60), freed(random() % 60);
    for (auto& q : answers)
      q = 0.4 * any(random);
    for (auto& r : freed)
      r = 0.25 * any(random);
    const auto free = static_cast<int>(random() % 8) - 2;
    const auto is = late_probability(free, moments(answers), moments(freed));
    const auto exact = exactly(free, answers, freed);
    // Two right moments do not make the right distribution: of two or three unlike calls it may miss the chance
    // that all are answered, a few percent; theta makes up for what is lasting of that.
    ASSERT_NEAR(is, exact, (answers.size() < 8 ? 0.05 : 0.015) + 0.05 * exact)
        << answers.size() << " calls, " << freed.size() << " agents, " << free;
  }
}

TEST(late_probability, is_certain_where_nothing_is_left_to_chance) {
  EXPECT_DOUBLE_EQ(late_probability(0, {}, {}), 1);
  EXPECT_DOUBLE_EQ(late_probability(-3, {}, {}), 1);
  EXPECT_NEAR(late_probability(1, {}, {}), 0, 1e-9);
  EXPECT_NEAR(late_probability(5, {4, 1e-9}, {}), 0, 1e-3);
  EXPECT_NEAR(late_probability(1000, {2000, 400}, {900, 100}), 1, 1e-3);
}

TEST(late_probability, falls_with_agents_and_rises_with_calls) {
  for (const auto scale : {1.0, 10.0, 100.0, 1000.0}) {
    double last = 1.1;
    for (int free = -2; free < 8 * static_cast<int>(std::max(1.0, scale / 10)); ++free) {
      const auto p = late_probability(free, {scale, 0.7 * scale}, {scale, 0.9 * scale});
      ASSERT_LE(p, last + 1e-9) << scale << ' ' << free;
      last = p;
    }
    ASSERT_LE(late_probability(2, {scale, scale}, {scale, scale}),
              late_probability(2, {1.2 * scale, 1.2 * scale}, {scale, scale}));
  }
}

} // namespace
} // namespace ringmaster::core
