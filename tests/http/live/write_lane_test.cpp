#include "http/live/write_lane.hpp"

#include <gtest/gtest.h>

namespace ringmaster::tests {
namespace {

using live::write_lane;

live::text_ptr piece(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

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
  lane.send(piece("a"), true);
  lane.send(piece("b"), false);
  EXPECT_EQ(begun(lane), "ab");
  lane.send(piece("c"), true);
  EXPECT_EQ(lane.begin_write(), 0u) << "a write is under way";
  EXPECT_EQ(lane.size(), 3u);
  EXPECT_EQ(lane.event_bytes(), 2u);
  lane.end_write();
  EXPECT_EQ(begun(lane), "c");
  lane.end_write();
  EXPECT_TRUE(lane.empty());
  EXPECT_EQ(lane.event_bytes(), 0u);
}

TEST(write_lane_test, bounds_a_write_by_pieces_and_by_bytes) {
  write_lane lane;
  for (int i = 0; i < 100; ++i)
    lane.send(piece("x"), true);
  EXPECT_EQ(lane.begin_write(), 64u);
  lane.end_write();
  EXPECT_EQ(lane.begin_write(), 36u);
  lane.end_write();
  for (int i = 0; i < 3; ++i)
    lane.send(piece(std::string(200 * 1024, 'x')), false);
  EXPECT_EQ(lane.begin_write(), 2u) << "none joins after 256 KiB";
}

TEST(write_lane_test, throws_events_away_but_not_those_that_are_being_written) {
  write_lane lane;
  lane.send(piece("written"), true);
  ASSERT_EQ(lane.begin_write(), 1u);
  lane.send(piece("lost"), true);
  lane.send(piece("answer"), false);
  lane.send(piece("lost, too"), true);
  lane.drop_events();
  EXPECT_EQ(lane.event_bytes(), 7u);
  lane.end_write();
  EXPECT_EQ(lane.event_bytes(), 0u);
  EXPECT_EQ(begun(lane), "answer");
}

TEST(write_lane_test, sends_nothing_behind_the_last) {
  write_lane lane;
  lane.send(piece("answer"), false);
  lane.send_last(piece("close"));
  lane.send(piece("event"), true);
  lane.send_last(piece("another close"));
  EXPECT_EQ(lane.event_bytes(), 0u);
  EXPECT_EQ(begun(lane), "answerclose");
}

} // namespace
} // namespace ringmaster::tests
