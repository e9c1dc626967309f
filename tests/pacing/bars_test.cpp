// SPDX-License-Identifier: Apache-2.0
// Short runs of the simulator that hold what pacing reaches. Their seeds are fixed, so that a run comes out
// the same each time until pacing changes; the thresholds of busy share are half a point below what they came
// to.
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/simulation/call_centre.hpp"
#include "bench/pacing/optimum.hpp"
#include "bench/pacing/rivals.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ringmaster::bench {
namespace {

using core::pacing_options;
using core::simulation::named_scenario;
using core::simulation::outcome;
using core::simulation::scenario;

outcome run(const scenario& c, std::string_view method, pacing_options o = {}, std::uint64_t seed = 1) {
  o.grace = std::chrono::nanoseconds{static_cast<std::int64_t>(c.grace * 1e9)};
  auto m = make_rival(method, o, c);
  if (!m)
    m = std::move(*core::make_pacing(std::string{method}, o));
  const auto r = core::simulation::simulate(c, *m, seed);
  // What a threshold is set by.
  fmt::print("  {}, {} agents, {} h, {}: busy {:.4f}, abandoned {:.4f}, worst window {:.4f}\n", c.name,
             c.agents, c.hours, method, r.busy_share, r.abandoned_share, r.worst_window);
  return r;
}

scenario of(std::string_view name, int agents, double hours) {
  auto c = *named_scenario(name);
  c.agents = agents;
  c.hours = hours;
  return c;
}

TEST(optimum, of_the_memoryless_model_is_what_is_published) {
  EXPECT_NEAR(solve({2, 0.3}).busy_share, 0.731, 0.0015);
  EXPECT_NEAR(solve({5, 0.3}).busy_share, 0.775, 0.0015);
  const auto ten = solve({10, 0.3});
  EXPECT_NEAR(ten.busy_share, 0.824, 0.0015);
  EXPECT_NEAR(ten.abandoned_share, 0.03, 1e-6);
  EXPECT_EQ(ten.keep_in_flight.front(), 0) << "nobody is called while nobody is free";
}

// The rule itself, with all probabilities known and θ constant: calls are kept in flight while one more would
// find no agent with at most θ.
TEST(optimum, is_what_the_marginal_rule_reaches_where_everything_is_known) {
  const memoryless_model m{5, 0.1};
  const auto by_rule = [&](double theta) {
    std::vector<int> keep;
    for (int free = 0; free <= m.agents; ++free) {
      const auto late = [&](int calls) {
        double sum = 0;
        for (int k = 0; k < 6; ++k) {
          const auto by_then = (2 * k + 1) / 12.0;
          const auto q = m.answer_rate * by_then;
          const auto freed = 1 - std::pow(1 - by_then, m.in_flight / m.service);
          const auto busy = m.agents - free;
          sum += core::late_probability(free, {calls * q, calls * q * (1 - q)},
                                        {busy * freed, busy * freed * (1 - freed)});
        }
        return sum / 6;
      };
      int calls = 0;
      while (calls < 200 && late(calls) <= theta)
        ++calls;
      keep.push_back(calls);
    }
    return evaluate(m, keep);
  };
  double low = 0.005, high = 0.05; // θ
  for (int i = 0; i < 6; ++i) {
    const auto middle = (low + high) / 2;
    (by_rule(middle).abandoned_share <= m.limit ? low : high) = middle;
  }
  const auto within = by_rule(low), beyond = by_rule(high);
  const auto share = (m.limit - within.abandoned_share) / (beyond.abandoned_share - within.abandoned_share);
  const auto busy = within.busy_share + share * (beyond.busy_share - within.busy_share);
  const auto progressive = evaluate(m, {0, 1, 2, 3, 4, 5}).busy_share;
  EXPECT_NEAR(progressive, m.service / (m.service + m.in_flight / m.answer_rate), 1e-4);
  EXPECT_GT((busy - progressive) / (solve(m).busy_share - progressive), 0.99);
}

TEST(simulation, is_the_same_for_the_same_seed_and_another_for_another) {
  const auto c = of("realistic", 10, 1);
  const auto a = run(c, "predictive"), b = run(c, "predictive"), other = run(c, "predictive", {}, 2);
  EXPECT_EQ(a.dials, b.dials);
  EXPECT_EQ(a.busy_share, b.busy_share);
  EXPECT_NE(a.busy_share, other.busy_share);
}

TEST(simulation, of_progressive_pacing_is_what_is_published) {
  const auto r = run(of("realistic", 20, 20), "progressive");
  EXPECT_NEAR(r.busy_share, 0.731, 0.012);
  EXPECT_EQ(r.abandons, 0);
  EXPECT_NEAR(r.dials_per_live_answer, 1 / 0.3, 0.1);
}

TEST(simulation, of_an_open_loop_is_erlangs_loss_formula) {
  auto c = of("memoryless", 20, 20);
  const auto r = run(c, "erlang-b", {.daily_limit = 1});
  EXPECT_NEAR(r.busy_share, erlang_b_load(20, 0.03) * 0.97 / 20, 0.02);
}

TEST(predictive_pacing, keeps_twenty_agents_busy_within_the_limit) {
  const auto r = run(of("realistic", 20, 24), "predictive", {.daily_limit = 1});
  EXPECT_GT(r.busy_share, 0.902);
  // What is counted begins after some hours, in which fewer are abandoned.
  EXPECT_LE(r.abandoned_share, 0.0305);
  EXPECT_LE(r.worst_window, 0.03);
  EXPECT_LT(r.wait_mean, 0.1);
}

TEST(predictive_pacing, keeps_twenty_agents_busy_where_one_call_in_ten_is_answered) {
  auto c = of("realistic", 20, 12);
  c.answer_rate = 0.1;
  const auto r = run(c, "predictive", {.daily_limit = 1});
  EXPECT_GT(r.busy_share, 0.885);
  EXPECT_LE(r.abandoned_share, 0.0305);
  EXPECT_LE(r.worst_window, 0.03);
}

TEST(predictive_pacing, keeps_two_agents_busy_within_the_limit) {
  const auto r = run(of("realistic", 2, 60), "predictive", {.daily_limit = 1});
  EXPECT_GT(r.busy_share, 0.808);
  EXPECT_LE(r.abandoned_share, 0.03);
}

TEST(predictive_pacing, keeps_agents_busier_by_giving_up_calls_that_ring_for_nobody) {
  // What a run of forty hours comes to differs by as much as is to be seen; four do not.
  auto c = of("realistic", 5, 40);
  c.answer_rate = 0.1;
  std::vector<outcome> given, kept;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    given.push_back(run(c, "predictive", {.daily_limit = 1}, seed));
    kept.push_back(run(c, "predictive", {.daily_limit = 1, .give_up_ringing = false}, seed));
  }
  const auto with = mean_of(given), without = mean_of(kept);
  EXPECT_GT(with.busy_share, without.busy_share + 0.002);
  EXPECT_LE(with.abandoned_share, 0.03);
  EXPECT_GT(with.given_up, with.dials / 10);
  EXPECT_LT(with.dials_per_live_answer, 1.03 * without.dials_per_live_answer);
  EXPECT_EQ(without.given_up, 0);
}

TEST(predictive_pacing, comes_near_the_optimum_of_the_memoryless_model) {
  const auto c = of("memoryless", 10, 30);
  // The optimum is one among methods that give up no call.
  const auto r = run(c, "predictive", {.daily_limit = 1, .give_up_ringing = false}), least = run(c, "progressive");
  EXPECT_LE(r.abandoned_share, 0.03);
  EXPECT_GT((r.busy_share - least.busy_share) / (solve({10, 0.3}).busy_share - least.busy_share), 0.91);
}

TEST(predictive_pacing, follows_an_answer_rate_that_jumps) {
  const auto r = run(of("steps", 20, 12), "predictive", {.daily_limit = 1});
  EXPECT_GT(r.busy_share, 0.896);
  EXPECT_LE(r.abandoned_share, 0.03);
}

// The first calls of an hour that end are failures. Taken for what the hour is like, they cost a large team
// an eighth of its time for a quarter of an hour.
TEST(predictive_pacing, is_not_deceived_by_the_first_calls_of_an_hour) {
  const auto c = of("realistic", 300, 1.3);
  core::predictive_pacing method{{.daily_limit = 1}};
  core::simulation::call_centre centre{c, method, 1};
  centre.keep_minutes();
  while (centre.advance(3600)) {
  }
  double busy = 0, agents = 0;
  for (const auto& m : centre.minutes())
    if (m.at >= 3600 && m.at < 4500)
      busy += m.busy, agents += m.agents;
  EXPECT_GT(busy / agents, 0.96);
}

// 36 days of an hour and a half, which is hard on a daily limit, and the windows of 30 of them.
TEST(predictive_pacing, lets_no_day_and_no_thirty_days_be_over_their_limits) {
  for (const auto agents : {3, 20}) {
    auto c = of("realistic", agents, agents == 3 ? 54 : 18);
    c.day = 3600 * c.hours / 36;
    const auto r = run(c, "predictive");
    EXPECT_EQ(r.days_over_limit, 0) << agents;
    EXPECT_LE(r.worst_day, 0.036) << agents;
    EXPECT_LE(r.worst_window, 0.03) << agents;
  }
}

TEST(predictive_pacing, abandons_nobody_where_nobody_may_be) {
  const auto c = of("realistic", 10, 8);
  const auto r = run(c, "predictive", {.abandon_limit = 0, .daily_limit = 0});
  EXPECT_EQ(r.abandons, 0);
  EXPECT_EQ(r.given_up, 0);
  EXPECT_GE(r.busy_share, run(c, "progressive").busy_share);
}

TEST(predictive_pacing, beats_every_rival_that_abandons_as_many) {
  const auto c = of("realistic", 20, 6);
  const auto ours = run(c, "predictive");
  for (const auto name : rival_names()) {
    const auto r = run(c, name);
    EXPECT_GT(ours.busy_share, r.busy_share + 0.05) << name;
  }
}

TEST(predictive_pacing, keeps_agents_busy_within_the_limit_when_news_are_late_or_lost) {
  const std::pair<std::string_view, double> bars[] = {
      {"late-events", 0.884}, {"lost-events", 0.891}, {"inbound", 0.891}, {"breaks", 0.89}};
  for (const auto& [name, busy] : bars) {
    const auto r = run(of(name, 20, 8), "predictive", {.daily_limit = 1});
    EXPECT_LE(r.abandoned_share, 0.0305) << name;
    EXPECT_GT(r.busy_share, busy) << name;
  }
}

TEST(predictive_pacing, gains_by_knowing_which_entries_are_likely_to_answer) {
  const auto unknown = run(of("entry-beta", 20, 16), "predictive", {.daily_limit = 1});
  const auto known = run(of("entry-beta-known", 20, 16), "predictive", {.daily_limit = 1});
  EXPECT_GT(known.busy_share, unknown.busy_share);
  EXPECT_LE(known.abandoned_share, 0.03);
}

} // namespace
} // namespace ringmaster::bench
