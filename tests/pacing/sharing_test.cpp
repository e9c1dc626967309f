// SPDX-License-Identifier: Apache-2.0
// Campaigns that share agents, and agents who do not answer: short runs with seeds that are printed, the long ones are
// pacing-sim's.
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/simulation/call_centre.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace ringmaster::core::simulation {
namespace {

outcome run(const scenario& c, const std::string& method, std::uint64_t seeds = 2) {
  std::vector<outcome> runs;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    pacing_options o;
    o.daily_limit = 1;
    o.absent_are_paused = c.no_answer_limit > 0;
    std::vector<std::unique_ptr<pacing>> methods;
    std::vector<pacing*> all;
    for (int i = 0; i < c.campaigns; ++i)
      all.push_back(methods.emplace_back(std::move(*make_pacing(method, o))).get());
    runs.push_back(simulate(c, all, seed));
  }
  const auto m = mean_of(runs);
  fmt::print("  {}, {} agents, {} campaigns, {}, seeds 1 to {}: busy {:.4f}, abandoned {:.4f}, least share {:.3f}\n", c.name, c.agents,
             c.campaigns, method, seeds, m.busy_share, m.abandoned_share, m.least_share);
  return m;
}

scenario of(const char* name, int agents, double hours) {
  auto c = *named_scenario(name);
  c.agents = agents;
  c.hours = hours;
  return c;
}

TEST(campaigns_that_share_agents, begin_by_progressive_pacing_the_very_calls_of_one) {
  auto c = of("realistic", 20, 2);
  const auto one = run(c, "progressive", 1);
  c.campaigns = 3;
  for (const bool own_queues : {false, true}) {
    c.own_queues = own_queues;
    const auto three = run(c, "progressive", 1);
    EXPECT_EQ(three.abandons, 0);
    EXPECT_EQ(three.dials, one.dials);
    EXPECT_EQ(three.busy_share, one.busy_share);
    EXPECT_GT(three.least_share, 0.99) << "in turn";
  }
}

TEST(campaigns_that_share_agents, keep_them_as_busy_as_one_within_the_limit) {
  auto c = of("realistic", 20, 5);
  const auto one = run(c, "predictive");
  c.campaigns = 2;
  c.own_queues = true;
  const auto two = run(c, "predictive");
  EXPECT_GT(two.busy_share, one.busy_share - 0.01);
  EXPECT_LE(two.abandoned_share, 0.03);
  EXPECT_GT(two.least_share, 0.5) << "the one that has no allowance yet gets the calls that risk least";
  // With one budget each has its whole share: none has to begin without any allowance.
  c.one_budget = true;
  const auto fair = run(c, "predictive");
  EXPECT_GT(fair.busy_share, one.busy_share - 0.01);
  EXPECT_LE(fair.abandoned_share, 0.03);
  EXPECT_GT(fair.least_share, 0.9);
}

TEST(an_agent_who_is_away, is_paused_and_costs_next_to_nothing) {
  const auto gone = run(of("absent-gone", 10, 5), "predictive");
  for (const auto* name : {"absent", "absent-rejects", "absent-slow"}) {
    const auto away = run(of(name, 10, 5), "predictive");
    EXPECT_GT(away.busy_share, gone.busy_share - 0.015) << name;
    EXPECT_LE(away.abandoned_share, 0.03) << name;
  }
}

TEST(an_agent_who_is_away, breaks_no_limit_where_he_is_never_paused) {
  for (const auto* name : {"absent", "absent-rejects", "absent-slow"}) {
    auto c = of(name, 10, 5);
    c.no_answer_limit = 0;
    EXPECT_LE(run(c, "predictive").abandoned_share, 0.03) << name;
  }
}

} // namespace
} // namespace ringmaster::core::simulation
