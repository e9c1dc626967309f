// SPDX-License-Identifier: Apache-2.0
#include "actors/core/replay_window.hpp"
#include "actors/core/topic_family.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

frame_ptr made(std::uint64_t seq, std::string topic = "/ob/stats/x", std::string text = "{}") {
  return std::make_shared<const frame>(frame{seq, std::move(topic), std::move(text)});
}
std::vector<std::uint64_t> numbers(const std::vector<frame_ptr>& of) {
  std::vector<std::uint64_t> out;
  for (const auto& f : of)
    out.push_back(f->seq);
  return out;
}

TEST(replay_window, gives_what_came_after_a_number_below_a_topic) {
  replay_window w{100};
  for (std::uint64_t seq = 101; seq <= 106; ++seq)
    w.add(made(seq, seq % 2 == 0 ? "/ob/stats/x" : "/ob/campaigns/y"));
  EXPECT_EQ(numbers(w.since(100, "/").value()), (std::vector<std::uint64_t>{101, 102, 103, 104, 105, 106}));
  EXPECT_EQ(numbers(w.since(102, "/ob/stats").value()), (std::vector<std::uint64_t>{104, 106}));
  EXPECT_TRUE(w.since(106, "/").value().empty());
}

TEST(replay_window, says_when_something_is_missing) {
  replay_window w{100, {3, 1 << 20}};
  EXPECT_TRUE(w.since(100, "/").has_value());
  EXPECT_FALSE(w.since(99, "/").has_value()) << "of another process";
  EXPECT_FALSE(w.since(101, "/").has_value()) << "not told yet";
  for (std::uint64_t seq = 101; seq <= 105; ++seq)
    w.add(made(seq));
  EXPECT_EQ(w.size(), 3u);
  EXPECT_FALSE(w.since(101, "/").has_value());
  EXPECT_EQ(numbers(w.since(102, "/").value()), (std::vector<std::uint64_t>{103, 104, 105}));
  w.forget();
  EXPECT_FALSE(w.since(104, "/").has_value());
  EXPECT_TRUE(w.since(105, "/").value().empty());
}

TEST(replay_window, is_bounded_in_bytes_and_keeps_one_frame_of_any_size) {
  replay_window w{0, {1000, 4096}};
  for (std::uint64_t seq = 1; seq <= 100; ++seq)
    w.add(made(seq, "/", std::string(1000, 'x')));
  EXPECT_LE(w.bytes(), 4096u);
  EXPECT_GE(w.size(), 2u);
  w.add(made(101, "/", std::string(10'000, 'x')));
  EXPECT_EQ(numbers(w.since(100, "/").value()), std::vector<std::uint64_t>{101});
  EXPECT_FALSE(w.since(99, "/").has_value());
}

TEST(replay_window, begins_where_no_earlier_process_was_and_json_keeps_exact) {
  const auto now = replay_window::first_number(1'800'000'000), later = replay_window::first_number(1'800'000'001);
  EXPECT_GE(later - now, 1'000'000u);
  EXPECT_LT(replay_window::first_number(4'000'000'000), 1ull << 53);
}

TEST(topic_interest, knows_the_families_that_somebody_hears_of) {
  topic_interest all;
  EXPECT_EQ(all.families(), 0u);
  all.add("/ob/campaigns/x");
  EXPECT_EQ(all.families(), bit_of(topic_family::campaigns));
  all.add("/ob");
  EXPECT_EQ(all.families(), bit_of(topic_family::campaigns) | bit_of(topic_family::dialings) | bit_of(topic_family::stats) |
                                bit_of(topic_family::servers));
  all.add("/ob");
  all.remove("/ob");
  all.remove("/never");
  EXPECT_NE(all.families() & bit_of(topic_family::stats), 0u) << "one of two is left";
  all.remove("/ob");
  all.remove("/ob/campaigns/x");
  EXPECT_EQ(all.families(), 0u);
  EXPECT_EQ(families_under("/nothing/here"), 0u);
  EXPECT_EQ(families_under("/obx"), 0u);
}

} // namespace
} // namespace ringmaster::core
