// SPDX-License-Identifier: Apache-2.0
#include "actors/core/after_call_habits.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

TEST(after_call_habits, two_pauses_are_no_habit) {
  after_call_habits habits;
  EXPECT_EQ(habits.settling(), 0s);
  habits.paused(1s, "");
  habits.paused(1s, "");
  EXPECT_EQ(habits.settling(), 0s);
  habits.paused(1s, "");
  EXPECT_EQ(habits.settling(), 1250ms) << "in steps of a quarter of a second";
}

TEST(after_call_habits, waits_for_nearly_all_who_pause) {
  after_call_habits habits;
  for (int i = 0; i < 97; ++i)
    habits.paused(i % 2 == 0 ? 300ms : 2100ms, "");
  EXPECT_EQ(habits.settling(), 2250ms);
  habits.paused(after_call_habits::longest_delay, "");
  EXPECT_EQ(habits.settling(), 2250ms) << "not for one who dawdles";
  for (int i = 0; i < 10; ++i)
    habits.paused(9s, "");
  EXPECT_EQ(habits.settling(), 9250ms);
}

TEST(after_call_habits, forgets_what_nobody_does_any_more) {
  after_call_habits habits;
  for (int i = 0; i < 50; ++i)
    habits.paused(1s, "");
  int calls = 0;
  for (; habits.settling() > 0s && calls < 1000; ++calls)
    habits.stayed();
  EXPECT_GT(calls, 100);
  EXPECT_LT(calls, 400);
}

TEST(after_call_habits, does_not_wait_for_everybody_because_of_a_few) {
  after_call_habits habits;
  for (int i = 0; i < 400; ++i)
    i % 25 == 0 ? habits.paused(1s, "coffee") : habits.stayed();
  EXPECT_EQ(habits.settling(), 0s);
  EXPECT_FALSE(habits.is_after_call_work("coffee"));
}

TEST(after_call_habits, tells_work_after_calls_from_other_pauses_by_how_often_they_come) {
  after_call_habits habits;
  for (int i = 0; i < 200; ++i)
    habits.paused(1s, i % 20 == 0 ? "break" : "form");
  EXPECT_TRUE(habits.is_after_call_work("form"));
  EXPECT_FALSE(habits.is_after_call_work("break"));
  EXPECT_FALSE(habits.is_after_call_work("never heard"));
  for (int i = 0; i < 100; ++i)
    habits.paused(1s, "reason " + std::to_string(i));
  EXPECT_TRUE(habits.is_after_call_work("form")) << "reasons that somebody types anew each time push out each other";
}

} // namespace
} // namespace ringmaster::core
