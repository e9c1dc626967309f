// SPDX-License-Identifier: Apache-2.0
#include "actors/core/agent_presence.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};
constexpr duration grace = 2s;

TEST(agent_presence, doubts_nobody_before_a_call_was_missed) {
  agent_presence a;
  EXPECT_EQ(a.answers(start), 1);
  EXPECT_TRUE(a.usual(start));
  a.rang(ring_end::picked_up, 1s, grace, start);
  EXPECT_EQ(a.answers(start), 1);
}

TEST(agent_presence, counts_on_who_does_not_pick_up_less_and_less) {
  agent_presence a;
  double before = a.answers(start);
  auto now = start;
  for (int missed = 1; missed <= 4; ++missed, now += 20s) {
    a.rang(ring_end::unanswered, 15s, grace, now);
    EXPECT_LT(a.answers(now), before);
    before = a.answers(now);
    EXPECT_EQ(a.unanswered(), missed);
  }
  EXPECT_LT(a.answers(now), 0.2);
  a.rang(ring_end::picked_up, 1s, grace, now);
  EXPECT_GT(a.answers(now), 0.4);
  EXPECT_EQ(a.unanswered(), 0);
  for (int i = 0; i < 4; ++i)
    a.rang(ring_end::picked_up, 1s, grace, now += 150s);
  EXPECT_TRUE(a.usual(now));
}

TEST(agent_presence, forgets_within_minutes) {
  agent_presence a;
  a.rang(ring_end::unanswered, 0s, grace, start); // a telephone that rejects calls
  a.rang(ring_end::unanswered, 0s, grace, start + 1s);
  EXPECT_LT(a.answers(start + 1s), 0.3);
  EXPECT_GT(a.answers(start + 10min), a.answers(start + 2min));
  EXPECT_GT(a.answers(start + 30min), 0.99);
  EXPECT_EQ(a.answers(start - 1h), a.answers(start + 1s)) << "a clock that went back";
}

TEST(agent_presence, knows_who_is_slow_and_who_had_no_time) {
  agent_presence slow, unlucky, too_slow;
  for (int i = 0; i < 3; ++i) {
    slow.rang(ring_end::picked_up, 5s, grace, start);
    unlucky.rang(ring_end::caller_gone, 300ms, grace, start);
    too_slow.rang(ring_end::caller_gone, 1700ms, grace, start);
  }
  EXPECT_LT(slow.answers(start), 0.3);
  EXPECT_EQ(slow.unanswered(), 0) << "he does answer";
  EXPECT_EQ(unlucky.answers(start), 1);
  EXPECT_EQ(unlucky.unanswered(), 0);
  EXPECT_LT(too_slow.answers(start), 0.3);
  EXPECT_EQ(too_slow.unanswered(), 3);
}

TEST(agent_presence, begins_anew_with_who_has_come_back) {
  agent_presence a;
  a.rang(ring_end::unanswered, 15s, grace, start);
  a.rang(ring_end::unanswered, 15s, grace, start);
  a.is_there(start + 5min);
  EXPECT_EQ(a.answers(start + 5min), 1);
  EXPECT_EQ(a.unanswered(), 0);
}

} // namespace
} // namespace ringmaster::core
