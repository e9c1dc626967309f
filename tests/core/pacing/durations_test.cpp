// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/durations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ringmaster::core {
namespace {

// Exponential, 10 s in the mean, half of them watched for 8 s only.
TEST(durations, learns_from_examples_that_were_given_up_as_from_others) {
  std::mt19937 random{3};
  std::exponential_distribution<> times{0.1};
  durations d{400, 0.25, 9, 0.6, 20, 1e6};
  for (int i = 0; i < 40'000; ++i) {
    const auto t = times(random);
    if (i % 2 == 0 && t > 8)
      d.add_longer_than(8, 1);
    else
      d.add(t);
  }
  d.rebuild();
  for (const auto t : {4.0, 8.0, 12.0, 20.0, 30.0})
    EXPECT_NEAR(d.survival(t), std::exp(-t / 10), 0.012) << t;
  EXPECT_NEAR(d.mean(), 10, 0.3);
  durations again{400, 0.25, 9, 0.6, 20, 1e6};
  const auto kept = d.figures();
  ASSERT_EQ(kept.size(), durations::figure_count(d.bins()));
  ASSERT_TRUE(durations::plausible(kept));
  again.set_figures(kept);
  EXPECT_NEAR(again.survival(20), d.survival(20), 1e-6);
  EXPECT_NEAR(again.mean(), d.mean(), 1e-6);
}

TEST(durations, counts_parts_of_examples) {
  durations d{100, 0.25, 9, 0.6, 1, 1e6};
  for (int i = 0; i < 1000; ++i) {
    d.add(5);
    d.add_longer_than(4, 0.5); // five hundred's worth that would have gone on
  }
  d.rebuild();
  EXPECT_NEAR(d.survival(4.6), 1, 0.02);
  EXPECT_LT(d.survival(5.5), 0.2);
}

} // namespace
} // namespace ringmaster::core
