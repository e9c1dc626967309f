// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/write_lane.hpp"

#include <gtest/gtest.h>

namespace ringmaster::tests {
namespace {

using websocket::write_lane;
using enum write_lane::kind;

websocket::text_ptr some(std::string bytes) { return std::make_shared<const std::string>(std::move(bytes)); }

/// What the next write would send.
std::string begun(write_lane& lane) {
  std::string all;
  const auto pieces = lane.begin_write();
  for (std::size_t i = 0; i < pieces; ++i)
    all.append(static_cast<const char*>(lane.buffer(i).data()), lane.buffer(i).size());
  return all;
}

TEST(write_lane_test, sends_what_waits_in_one_write_and_in_order) {
  write_lane lane;
  EXPECT_EQ(lane.begin_write(), 0u);
  lane.send(some("a"), events);
  lane.send(some("b"), answer);
  EXPECT_EQ(begun(lane), "ab");
  lane.send(some("c"), events);
  EXPECT_EQ(lane.begin_write(), 0u) << "a write is under way";
  EXPECT_EQ(lane.size(), 3u);
  EXPECT_EQ(lane.bounded_bytes(), 2u);
  lane.end_write();
  EXPECT_EQ(begun(lane), "c");
  lane.end_write();
  EXPECT_TRUE(lane.empty());
  EXPECT_EQ(lane.bounded_bytes(), 0u);
}

TEST(write_lane_test, bounds_a_write_by_pieces_and_by_bytes) {
  write_lane lane;
  for (int i = 0; i < 100; ++i)
    lane.send(some("x"), events);
  EXPECT_EQ(lane.begin_write(), 64u);
  lane.end_write();
  EXPECT_EQ(lane.begin_write(), 36u);
  lane.end_write();
  for (int i = 0; i < 3; ++i)
    lane.send(some(std::string(200 * 1024, 'x')), answer);
  EXPECT_EQ(lane.begin_write(), 2u) << "none joins after 256 KiB";
}

TEST(write_lane_test, throws_events_away_but_not_those_that_are_being_written) {
  write_lane lane;
  lane.send(some("written"), events);
  ASSERT_EQ(lane.begin_write(), 1u);
  lane.send(some("lost"), events);
  lane.send(some("answer"), answer);
  lane.send(some("lost, too"), events);
  lane.drop_events();
  EXPECT_EQ(lane.bounded_bytes(), 7u);
  lane.end_write();
  EXPECT_EQ(lane.bounded_bytes(), 0u);
  EXPECT_EQ(begun(lane), "answer");
}

TEST(write_lane_test, holds_events_behind_what_is_still_to_come) {
  write_lane lane;
  lane.send(some("before "), events);
  lane.hold();
  lane.send(some("one "), piece);
  lane.send(some("held "), events);
  lane.send(some("held, too "), events);
  EXPECT_EQ(lane.size(), 2u);
  EXPECT_EQ(lane.bounded_bytes(), 26u) << "what is held counts";
  EXPECT_EQ(begun(lane), "before one ");
  lane.send(some("answer "), answer);
  lane.end_write();
  lane.send(some("two "), piece);
  EXPECT_EQ(begun(lane), "answer two ");
  lane.end_write();
  EXPECT_TRUE(lane.empty()) << "for the next piece";
  EXPECT_EQ(lane.begin_write(), 0u);
  lane.release();
  lane.send(some("after"), events);
  EXPECT_EQ(begun(lane), "held held, too after");
  lane.end_write();
  EXPECT_EQ(lane.bounded_bytes(), 0u);
}

TEST(write_lane_test, throws_away_what_is_held_and_keeps_pieces) {
  write_lane lane;
  lane.hold();
  lane.send(some("piece"), piece);
  lane.send(some("lost"), events);
  lane.drop_events();
  EXPECT_EQ(lane.bounded_bytes(), 5u);
  lane.send(some("held"), events);
  EXPECT_EQ(begun(lane), "piece");
  lane.send_last(some("close"));
  lane.end_write();
  EXPECT_EQ(begun(lane), "close") << "what is held does not go out behind a close";
  lane.end_write();
  EXPECT_TRUE(lane.empty());
  EXPECT_EQ(lane.bounded_bytes(), 0u);
}

TEST(write_lane_test, sends_nothing_behind_the_last) {
  write_lane lane;
  lane.send(some("answer"), answer);
  lane.send_last(some("close"));
  lane.send(some("event"), events);
  lane.send_last(some("another close"));
  EXPECT_EQ(lane.bounded_bytes(), 0u);
  EXPECT_EQ(begun(lane), "answerclose");
}

} // namespace
} // namespace ringmaster::tests
