// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/population.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace ringmaster::sim {
namespace {

TEST(population, reads_the_sample_of_the_configuration_folder) {
  const auto p =
      population::load(std::string{RINGMASTER_TEST_DATA} + "/../../configs/sample/population.json");
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_FALSE(p->queues.empty());
}

TEST(population, is_usable_without_a_file) {
  const population p = population::standard();
  ASSERT_FALSE(p.queues.empty());
  EXPECT_EQ(p.queues[0].name, "sales_1");
  EXPECT_EQ(p.queues[0].agents, 10U);
}

struct bad_file {
  const char* text;
  const char* field;
};

class bad_population : public ::testing::TestWithParam<bad_file> {};

TEST_P(bad_population, is_refused_by_name) {
  const auto p = population::parse(GetParam().text);
  ASSERT_FALSE(p);
  EXPECT_EQ(p.error().field, GetParam().field) << p.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    files, bad_population,
    ::testing::Values(
        bad_file{"{", ""}, bad_file{"[]", "population"}, bad_file{R"({"custmers": {}})", "custmers"},
        bad_file{R"({"customers": {"outcomes": {"answer": 0.5, "busy": 0.4}}})", "customers.outcomes"},
        bad_file{R"({"customers": {"outcomes": {"answer": 2}}})", "customers.outcomes.answer"},
        bad_file{R"({"customers": {"outcomes": {"asnwer": 1}}})", "customers.outcomes.asnwer"},
        bad_file{R"({"customers": {"ring": {"uniform": [5, 1]}}})", "customers.ring.uniform"},
        bad_file{R"({"customers": {"ring": {}}})", "customers.ring"},
        bad_file{R"({"customers": {"ring": -1}})", "customers.ring"},
        bad_file{R"({"customers": {"rules": [{"outcome": "maybe"}]}})", "customers.rules[0].outcome"},
        bad_file{R"({"queues": [{"name": "q", "talk": "long"}]})", "queues[0].talk"},
        bad_file{R"({"queues": [{}]})", "queues[0].name"},
        bad_file{R"({"queues": [{"name": "q", "strategy": "wild"}]})", "queues[0].strategy"},
        bad_file{R"({"parking_lots": []})", "parking_lots"},
        bad_file{R"({"parking_lots": [{"name": "x", "first": 9, "last": 8}]})", "parking_lots[0].last"},
        bad_file{R"({"agents": [1001]})", "agents[0]"},
        bad_file{R"({"technologies": "SIP"})", "technologies"},
        bad_file{R"({"technologies": ["SIP\r\n"]})", "technologies[0]"},
        bad_file{R"({"faults": [{"kind": "explode"}]})", "faults[0].kind"},
        bad_file{R"({"limits": {"max_calls": -1}})", "limits.max_calls"}));

TEST(population, reads_how_agents_pause_after_their_calls) {
  const auto p = population::parse(R"({"queues": [{"name": "notes", "wrapup_by_pause": true,
    "pause_delay": {"uniform": [1, 3]}, "pause_reason": "form"}, {"name": "plain"}]})");
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_TRUE(p->queues.at(0).wrapup_by_pause);
  EXPECT_DOUBLE_EQ(p->queues[0].pause_delay.mean(), 2);
  EXPECT_EQ(p->queues[0].pause_reason, "form");
  EXPECT_DOUBLE_EQ(p->queues.at(1).pause_delay.mean(), 0);
  EXPECT_EQ(p->queues[1].pause_reason, "wrap-up");
}

TEST(population, says_when_the_file_is_not_there) {
  const auto p = population::load("/nonexistent/population.json");
  ASSERT_FALSE(p);
  EXPECT_EQ(p.error().code, errc::not_found);
}

TEST(customer, decides_by_the_first_digit_as_the_test_peer_does) {
  const customer_population people;
  const auto outcome_of = [&](const char* number) { return people.draw(1, number, 0).what; };
  EXPECT_EQ(outcome_of("1000001"), outcome::answer);
  EXPECT_EQ(outcome_of("2000001"), outcome::busy);
  EXPECT_EQ(outcome_of("3000001"), outcome::no_answer);
  EXPECT_EQ(outcome_of("4000001"), outcome::congestion);
  EXPECT_EQ(outcome_of("5000001"), outcome::invalid);
  EXPECT_EQ(outcome_of("6000001"), outcome::machine);
  EXPECT_EQ(outcome_of("+12025550100"), outcome::answer);
  EXPECT_EQ(people.draw(1, "7000001", 0).leaves_after, seconds_of(2));
  EXPECT_FALSE(people.draw(1, "8000001", 0).rings);
  EXPECT_EQ(outcome_of("300"), outcome::answer);
  EXPECT_EQ(people.draw(1, "300", 0).listen, seconds_of(10));
}

TEST(customer, is_the_same_for_the_same_seed_number_and_attempt) {
  customer_population people;
  people.first_digit_rules = false;
  int different = 0;
  for (int n = 0; n < 100; ++n) {
    const std::string number = std::to_string(9'000'000 + n);
    const customer once = people.draw(7, number, 1);
    const customer again = people.draw(7, number, 1);
    EXPECT_EQ(once.what, again.what);
    EXPECT_EQ(once.ring, again.ring);
    EXPECT_EQ(once.patience, again.patience);
    different += people.draw(8, number, 1).ring != once.ring || people.draw(7, number, 2).ring != once.ring;
  }
  EXPECT_GT(different, 95);
}

TEST(customer, comes_in_the_shares_that_were_asked_for) {
  customer_population people;
  people.first_digit_rules = false;
  people.outcomes = {0.4, 0.1, 0.1, 0.2, 0.1, 0.1};
  std::array<int, outcome_count> seen{};
  constexpr int calls = 20'000;
  for (int n = 0; n < calls; ++n)
    ++seen[static_cast<std::size_t>(people.draw(1, std::to_string(n), 0).what)];
  for (std::size_t i = 0; i < outcome_count; ++i)
    EXPECT_NEAR(static_cast<double>(seen[i]) / calls, people.outcomes[i], 0.015)
        << name_of(static_cast<outcome>(i));
}

TEST(distribution, has_the_mean_that_was_asked_for) {
  using enum distribution::shape;
  for (const distribution d : {distribution{constant, 3, 0}, distribution{uniform, 2, 4},
                               distribution{exponential, 3, 0}, distribution{lognormal, 3, 0.5}}) {
    random_source random{42};
    double sum = 0;
    constexpr int draws = 50'000;
    for (int i = 0; i < draws; ++i)
      sum += static_cast<double>(d.draw(random).count()) / 1e6;
    EXPECT_NEAR(sum / draws, 3, 0.06);
    EXPECT_DOUBLE_EQ(d.mean(), 3);
  }
}

} // namespace
} // namespace ringmaster::sim
