// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/resting.hpp"

#include "actors/core/pacing/predictive.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

/// Some calls, a third of which are answered; none is left.
void dial(pacing& method, int calls) {
  auto now = start;
  for (int i = 0; i < calls; ++i, now += 1s) {
    const auto id = random_uuid();
    method.begun(id, now);
    if (i % 3 == 0) {
      method.answered(id, now + 5s);
      method.handed_to_agent(id, now + 5s);
    }
    method.ended(id, now + 20s);
  }
}

TEST(resting_pacing, shows_what_was_believed_and_begins_nothing) {
  predictive_pacing method{[] {
    pacing_options options;
    options.abandon_limit = 0.04;
    return options;
  }()};
  dial(method, 400);
  const auto now = start + 1h;
  method.ledger({120, 3, 12, 1}, now);
  const auto before = method.view(now);
  resting_pacing rests{method, now};

  EXPECT_EQ(rests.method(), "predictive");
  EXPECT_EQ(rests.calls_to_begin(now), 0);
  EXPECT_EQ(rests.decide(now).calls, 0);
  EXPECT_EQ(rests.options().abandon_limit, 0.04);
  EXPECT_EQ(rests.ledger(), method.ledger());
  EXPECT_EQ(rests.learned_answer_rate(), method.learned_answer_rate());
  const auto after = rests.view(now);
  EXPECT_EQ(after.answer_probability, before.answer_probability);
  EXPECT_EQ(after.ring_mean, before.ring_mean);
  EXPECT_EQ(after.theta, before.theta);
  EXPECT_EQ(after.answers, before.answers);
  EXPECT_EQ(after.ledger, before.ledger);
  EXPECT_EQ(after.last_decisions.size(), before.last_decisions.size());
}

TEST(resting_pacing, counts_agents_and_follows_the_budget_while_it_rests) {
  predictive_pacing method{pacing_options{}};
  resting_pacing rests{method, start};
  const agent_status free{1, agent_state::free, start, {}}, talks{2, agent_state::talking, start, {}};
  const std::vector<agent_status> all{free, talks};
  rests.agents_are(all, start);
  rests.ledger({10, 1, 10, 1}, start);
  const auto seen = rests.view(start + 1s);
  EXPECT_EQ(seen.agents.available, 1);
  EXPECT_EQ(seen.agents.on_call, 1);
  EXPECT_EQ(seen.ledger.window_abandons, 1);
  EXPECT_EQ(rests.calls_to_begin(start + 1s), 0) << "whoever is free";
}

} // namespace
} // namespace ringmaster::core
