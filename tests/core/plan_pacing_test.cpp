// SPDX-License-Identifier: Apache-2.0
#include "actors/core/plan_pacing.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

TEST(plan_pacing, a_plan_that_says_nothing_has_the_rules_of_the_us) {
  const auto o = pacing_options_of(plan{});
  EXPECT_EQ(o.abandon_limit, 0.03);
  EXPECT_EQ(o.window_days, 30);
  EXPECT_EQ(o.grace, 2s);
  EXPECT_EQ(o.min_ring, 15s);
  EXPECT_EQ(o.max_ring, 30s);
  EXPECT_EQ(o.max_calls, 0);
  EXPECT_EQ(o.max_calls_per_agent, 0);
  EXPECT_TRUE(o.give_up_ringing);
  EXPECT_FALSE(validate(o));
  EXPECT_TRUE(treats_abandoned_calls(plan{}));
  EXPECT_FALSE(abandon_place(plan{}));
}

TEST(plan_pacing, a_jurisdiction_fills_in_what_the_plan_leaves_out) {
  plan p;
  p.jurisdiction = "UK";
  p.abandon_grace_ms = 1500;
  const auto o = pacing_options_of(p);
  EXPECT_EQ(o.abandon_limit, 0);
  EXPECT_EQ(o.daily_limit, 0);
  EXPECT_EQ(o.window_days, 1);
  EXPECT_EQ(o.grace, 1500ms);
  EXPECT_FALSE(validate(o));
}

TEST(plan_pacing, a_timeout_from_before_the_rule_stands) {
  plan p;
  p.dial_timeout = 5000;
  EXPECT_EQ(pacing_options_of(p).min_ring, 5s);
  EXPECT_FALSE(validate(pacing_options_of(p)));
}

TEST(plan_pacing, a_plan_may_have_its_calls_ring_to_the_timeout) {
  plan p;
  p.give_up_ringing = false;
  EXPECT_FALSE(pacing_options_of(p).give_up_ringing);
}

TEST(plan_pacing, every_plan_that_passes_makes_options_that_pass) {
  plan p;
  p.jurisdiction = "own";
  p.abandon_limit = 0.99;
  p.abandon_window_days = 366;
  p.abandon_grace_ms = 60'000;
  p.min_ring_seconds = 120;
  p.dial_timeout = 120'000;
  p.max_calls = 1'000'000;
  p.max_calls_per_agent = 1000;
  EXPECT_FALSE(validate(p));
  EXPECT_FALSE(validate(pacing_options_of(p)));
}

TEST(plan_pacing, older_methods_leave_callers_waiting_unless_the_plan_names_a_rule) {
  plan p;
  p.pacing_method = "available";
  EXPECT_EQ(pacing_method_of(p), "available");
  EXPECT_FALSE(treats_abandoned_calls(p));
  p.jurisdiction = "US";
  EXPECT_TRUE(treats_abandoned_calls(p));
}

TEST(plan_pacing, abandoned_calls_go_where_the_plan_says) {
  plan p;
  p.abandon_context = "sorry";
  auto place = abandon_place(p);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->context, "sorry");
  EXPECT_EQ(place->exten, "s");
  EXPECT_EQ(place->priority, "1");
  p.abandon_exten = "message";
  p.abandon_priority = "start";
  place = abandon_place(p);
  EXPECT_EQ(place->exten, "message");
  EXPECT_EQ(place->priority, "start");
  p.abandon_exten = "x\r\nAction: Command"; // no API would take it
  EXPECT_FALSE(abandon_place(p));
}

} // namespace
} // namespace ringmaster::core
