// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/answer_odds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ringmaster::core {
namespace {

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}
double log_odds(double p) {
  return std::log(p / (1 - p));
}

/// Calls of which one in `rate` is usual, told as they end.
struct campaign {
  answer_odds odds;
  std::mt19937 random{7};
  void call(const answer_traits& c, double truth, double usual = 0.3) {
    const auto expected = logistic(log_odds(usual) + odds.of(c));
    odds.learn(c, expected, std::uniform_real_distribution{}(random) < truth);
  }
  [[nodiscard]] double probability(const answer_traits& c, double usual = 0.3) const {
    return logistic(log_odds(usual) + odds.of(c));
  }
};

TEST(answer_odds, knows_nothing_of_what_it_has_not_seen) {
  const answer_odds odds;
  EXPECT_EQ(odds.of({}), 0);
  EXPECT_EQ(odds.of({.list = 5, .attempt = 2, .number = 77, .hour = 13}), 0);
}

TEST(answer_odds, tells_good_lists_from_bad_ones) {
  campaign c;
  for (int i = 0; i < 2000; ++i) {
    c.call({.list = 1}, 0.15);
    c.call({.list = 2}, 0.45);
  }
  EXPECT_NEAR(c.probability({.list = 1}), 0.15, 0.03);
  EXPECT_NEAR(c.probability({.list = 2}), 0.45, 0.03);
  EXPECT_NEAR(c.probability({.list = 3}), 0.30, 0.06) << "of a list it does not know it believes the usual";
}

TEST(answer_odds, adds_up_list_hour_attempt_and_number) {
  campaign c;
  const auto truth = [](std::uint32_t list, std::uint32_t attempt, std::uint8_t hour) {
    return logistic(log_odds(0.3) + (list == 1 ? 0.5 : -0.5) + (attempt == 1 ? 0.4 : -0.4) +
                    (hour == 9 ? 0.3 : -0.3));
  };
  for (int i = 0; i < 40'000; ++i) {
    const std::uint32_t list = 1 + c.random() % 2, attempt = 1 + c.random() % 2;
    const auto hour = static_cast<std::uint8_t>(c.random() % 2 ? 9 : 10);
    c.call({.list = list, .attempt = attempt, .hour = hour}, truth(list, attempt, hour));
  }
  for (const std::uint32_t list : {1u, 2u})
    for (const std::uint32_t attempt : {1u, 2u})
      for (const std::uint8_t hour : {std::uint8_t{9}, std::uint8_t{10}})
        EXPECT_NEAR(c.probability({.list = list, .attempt = attempt, .hour = hour}),
                    truth(list, attempt, hour), 0.04);
  for (int i = 0; i < 6; ++i)
    c.call({.number = 99}, 0);
  EXPECT_LT(c.probability({.number = 99}), 0.21) << "nobody answers there";
  EXPECT_GT(c.probability({.number = 99}), 0.05) << "yet six calls prove little";
}

TEST(answer_odds, is_moved_little_by_one_call_and_follows_what_changes) {
  campaign c;
  c.call({.list = 1}, 1);
  EXPECT_LT(std::abs(c.odds.of({.list = 1})), 0.5);
  for (int i = 0; i < 3000; ++i)
    c.call({.list = 1}, 0.5);
  for (int i = 0; i < 3000; ++i)
    c.call({.list = 1}, 0.1);
  EXPECT_NEAR(c.probability({.list = 1}), 0.1, 0.03);
}

TEST(answer_odds, forgets_a_number_whose_place_another_took) {
  campaign c;
  for (std::uint32_t n = 1; n <= 100'000; ++n)
    c.call({.number = n}, 0);
  int known = 0;
  for (std::uint32_t n = 1; n <= 100'000; ++n)
    known += c.odds.of({.number = n}) != c.odds.of({});
  EXPECT_LE(known, static_cast<int>(answer_odds::numbers));
  EXPECT_GT(known, static_cast<int>(answer_odds::numbers) / 2);
}

TEST(answer_odds, stays_in_its_bounds_whatever_it_is_told) {
  campaign c;
  for (int i = 0; i < 100'000; ++i)
    c.odds.learn({.list = 1, .attempt = 40'000, .number = 3, .hour = 200}, i % 2 ? 0.0 : 1.0, i % 2 != 0);
  EXPECT_TRUE(std::isfinite(c.odds.of({.list = 1, .attempt = 40'000, .number = 3, .hour = 200})));
  EXPECT_LE(std::abs(c.odds.of({.list = 1, .attempt = 40'000, .number = 3, .hour = 200})), 16);
}

TEST(answer_odds, is_kept_over_a_restart_and_refuses_what_is_damaged) {
  campaign c;
  for (std::uint32_t n = 1; n <= 500; ++n)
    c.call({.list = n % 7, .attempt = n % 3, .number = n, .hour = static_cast<std::uint8_t>(n % 24)}, 0.4);
  const auto bytes = c.odds.save();
  answer_odds after;
  ASSERT_TRUE(after.restore(bytes));
  for (std::uint32_t n = 1; n <= 500; ++n) {
    const answer_traits t{
        .list = n % 7, .attempt = n % 3, .number = n, .hour = static_cast<std::uint8_t>(n % 24)};
    ASSERT_EQ(after.of(t), c.odds.of(t));
  }
  EXPECT_FALSE(after.restore(""));
  EXPECT_FALSE(after.restore(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(after.restore(bytes + "x"));
  auto absurd = bytes;
  const float nothing = std::nanf("");
  absurd.replace(4, sizeof nothing, reinterpret_cast<const char*>(&nothing), sizeof nothing);
  EXPECT_FALSE(after.restore(absurd));
  EXPECT_EQ(after.save(), bytes) << "what was refused has changed nothing";
}

} // namespace
} // namespace ringmaster::core
