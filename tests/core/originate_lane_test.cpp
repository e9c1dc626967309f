// SPDX-License-Identifier: Apache-2.0
#include "actors/core/originate_lane.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

struct lane_test : testing::Test {
  time_point now{1h};
  originate_lane lane{2, 4, time_point{1h}}; // two a second, four at once
  std::vector<uuid> ids;

  void put(std::size_t count) {
    for (; count > 0; --count) {
      ids.push_back(random_uuid());
      lane.put(ids.back(), std::to_string(ids.size()), now);
    }
  }
  static std::string bytes(const std::vector<originate_lane::one>& all) {
    std::string out;
    for (const auto& one : all)
      out += one.bytes;
    return out;
  }
};

TEST_F(lane_test, sends_in_order_what_the_rate_allows) {
  put(7);
  EXPECT_EQ(bytes(lane.take(100, now)), "1234");
  EXPECT_EQ(bytes(lane.take(100, now)), "");
  now += 1s;
  EXPECT_EQ(bytes(lane.take(100, now)), "56");
  now += 1h;
  EXPECT_EQ(bytes(lane.take(100, now)), "7");
  EXPECT_TRUE(lane.empty());
}

TEST_F(lane_test, sends_no_more_than_there_is_room_for_and_keeps_the_tokens) {
  put(4);
  EXPECT_EQ(bytes(lane.take(0, now)), "");
  EXPECT_EQ(bytes(lane.take(1, now)), "1");
  EXPECT_EQ(bytes(lane.take(100, now)), "234");
}

TEST_F(lane_test, gives_up_on_those_who_have_waited_for_too_long) {
  put(2);
  now += 6s;
  put(1);
  now += 4s;
  EXPECT_EQ(bytes(lane.take_late(now)), "") << "for ten seconds, not longer";
  now += 1ns;
  EXPECT_EQ(bytes(lane.take_late(now)), "12");
  EXPECT_EQ(lane.size(), 1u);
}

TEST_F(lane_test, takes_back_who_has_not_been_sent) {
  put(3);
  EXPECT_TRUE(lane.take_back(ids[1]));
  EXPECT_FALSE(lane.take_back(ids[1]));
  EXPECT_EQ(bytes(lane.take(100, now)), "13");
  EXPECT_FALSE(lane.take_back(ids[0])) << "it is on its way";
  put(2);
  EXPECT_EQ(bytes(lane.take_all()), "45");
  EXPECT_TRUE(lane.empty());
}

TEST_F(lane_test, tells_how_many_more_could_go_at_once) {
  EXPECT_EQ(lane.tokens(now), 4);
  put(3);
  EXPECT_EQ(lane.tokens(now), 1);
  put(3);
  EXPECT_EQ(lane.tokens(now), 0);
}

} // namespace
} // namespace ringmaster::core
