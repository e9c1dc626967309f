// SPDX-License-Identifier: Apache-2.0
#include "protocol/seldom.hpp"

#include <gtest/gtest.h>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

TEST(seldom, tells_at_once_then_once_a_minute_and_how_often) {
  seldom complaint;
  time_point now{1h};
  EXPECT_EQ(complaint.due(now), 1u);
  for (int i = 0; i < 599; ++i)
    EXPECT_EQ(complaint.due(now += 100ms), std::nullopt) << i;
  EXPECT_EQ(complaint.due(now += 100ms), 600u);
  EXPECT_EQ(complaint.due(now += 59s), std::nullopt);
  EXPECT_EQ(complaint.due(now += 1h), 2u);
}

TEST(seldom, knows_no_minute_before_the_first_time) {
  seldom complaint{1s};
  EXPECT_EQ(complaint.due(time_point{}), 1u) << "a clock may begin at 0";
  EXPECT_EQ(complaint.due(time_point{}), std::nullopt);
}

TEST(seldom, one_text_does_not_hide_another_unless_there_are_far_too_many) {
  seldom_by_text complaints;
  const time_point now{1h};
  EXPECT_EQ(complaints.due("a", now), 1u);
  EXPECT_EQ(complaints.due("a", now), std::nullopt);
  EXPECT_EQ(complaints.due("b", now), 1u);
  EXPECT_EQ(complaints.due("a", now + 1min), 2u);
  std::uint64_t told = 0;
  for (int i = 0; i < 100'000; ++i)
    told += complaints.due("made up " + std::to_string(i), now).has_value();
  EXPECT_EQ(told, seldom_by_text::most_texts - 2 + 1);
}

} // namespace
} // namespace ringmaster
