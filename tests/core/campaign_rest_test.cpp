// SPDX-License-Identifier: Apache-2.0
#include "actors/core/campaign_rest.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

campaign_leisure dry() {
  campaign_leisure of;
  of.may_begin = of.dry = true;
  return of;
}

TEST(campaign_rest, who_dials_or_has_anything_on_its_way_looks_ten_times_a_second) {
  campaign_leisure dials;
  dials.may_begin = true;
  EXPECT_FALSE(rests(dials));
  EXPECT_EQ(next_look(dials, 0, start), 100ms);
  auto last_call = dry();
  last_call.at_work = true;
  EXPECT_FALSE(rests(last_call));
  EXPECT_EQ(next_look(last_call, 0, start), 100ms);
}

TEST(campaign_rest, who_has_nobody_to_dial_nobody_to_talk_or_no_leave_rests) {
  EXPECT_TRUE(rests(dry()));
  campaign_leisure nobody;
  nobody.may_begin = nobody.nobody = true;
  EXPECT_TRUE(rests(nobody));
  EXPECT_TRUE(rests(campaign_leisure{}));
  EXPECT_EQ(next_look(dry(), 0, start), 10s);
}

TEST(campaign_rest, what_is_known_to_happen_is_not_slept_through) {
  auto of = dry();
  of.known = 3s;
  EXPECT_EQ(next_look(of, 0, start), 3s);
  of.known = 1h;
  EXPECT_EQ(next_look(of, 0, start), 10s);
  of.known = -5s;
  EXPECT_EQ(next_look(of, 0, start), 100ms) << "what is late, and no more often than who dials";
}

TEST(campaign_rest, figures_that_somebody_listens_to_are_a_second_old) {
  auto of = dry();
  of.watched = true;
  EXPECT_EQ(next_look(of, 0, start), 1s);
}

TEST(campaign_rest, campaigns_look_in_ten_rows_of_moments) {
  EXPECT_EQ(next_look(dry(), 4, start), 4s);
  EXPECT_EQ(next_look(dry(), 14, start), 4s);
  EXPECT_EQ(next_look(dry(), 4, start + 4s), 10s);
  EXPECT_EQ(next_look(dry(), 4, start + 4s + 1ms), 10s - 1ms) << "woken a little late, it does not drift";
  EXPECT_EQ(next_look(dry(), 4, start + 3s), 1s);
  auto watched = dry();
  watched.watched = true;
  EXPECT_EQ(next_look(watched, 4, start), 400ms);
  for (std::uint64_t any = 0; any < 20; ++any) {
    EXPECT_GE(next_look(dry(), any, start + 123ms), 100ms);
    EXPECT_LE(next_look(dry(), any, start + 123ms), 10s);
  }
}

} // namespace
} // namespace ringmaster::core
