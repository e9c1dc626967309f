// SPDX-License-Identifier: Apache-2.0
#include "actors/core/queue_listings.hpp"

#include <gtest/gtest.h>

#include <map>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

const time_point start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}};

/// A server that answers each question at once.
class server {
public:
  queue_listings lists{{}};
  time_point now{start};
  std::map<std::string, std::vector<time_point>> asked; ///< "" is all

  void login() {
    lists.lost();
    list({});
  }
  void list(const std::string& queue) {
    asked[queue].push_back(now);
    lists.began(queue, now);
    for (const auto& name : has)
      if (queue.empty() || queue == name)
        lists.heard_of(name);
    if (!queue.empty() && std::find(has.begin(), has.end(), queue) == has.end())
      lists.absent(queue);
    lists.ended(true);
  }
  void pass(std::chrono::nanoseconds by) {
    for (const auto until = now + by; now < until; now += 20ms)
      if (const auto queue = lists.due(now))
        list(*queue);
  }
  std::vector<std::string> has;
};

TEST(queue_listings, a_watched_queue_is_asked_for_at_least_every_45_s_and_the_others_rarely) {
  server s;
  s.has = {"sales", "support", "night"};
  s.login();
  s.lists.watch("sales", true);
  s.pass(10min);
  ASSERT_GE(s.asked["sales"].size(), 13U);
  auto last = start;
  for (const auto at : s.asked["sales"]) {
    EXPECT_LE(at - last, 45s);
    last = at;
  }
  EXPECT_GE(s.asked["support"].size(), 1U);
  EXPECT_LE(s.asked["support"].size(), 2U);
  EXPECT_EQ(s.asked[""].size(), 1U) << "the login's";
}

TEST(queue_listings, many_watched_queues_cost_no_more_than_four_questions_a_second) {
  server s;
  for (int i = 0; i < 1000; ++i) {
    s.has.push_back("q" + std::to_string(i));
    s.lists.watch(s.has.back(), true);
  }
  s.login();
  s.pass(10min);
  std::size_t all = 0, least = 1000;
  for (const auto& name : s.has) {
    all += s.asked[name].size();
    least = std::min(least, s.asked[name].size());
  }
  EXPECT_LE(all, 4U * 600);
  EXPECT_GE(least, 1U) << "each has its turn";
}

TEST(queue_listings, a_reload_asks_for_all_at_once) {
  server s;
  s.has = {"sales"};
  s.login();
  s.pass(1s);
  s.lists.want_all(s.now + 200ms);
  s.lists.want_all(s.now + 300ms);
  s.pass(1s);
  ASSERT_EQ(s.asked[""].size(), 2U) << "one listing for both";
  EXPECT_LE(s.asked[""][1] - start, 1s + 220ms);
}

TEST(queue_listings, a_watched_queue_that_nobody_has_told_of_is_asked_for_at_once_and_again) {
  server s;
  s.login();
  s.lists.watch("new", true);
  s.pass(1s);
  EXPECT_EQ(s.asked["new"].size(), 1U);
  s.pass(1min);
  EXPECT_EQ(s.asked["new"].size(), 2U);
  s.lists.watch("new", false);
  s.pass(10min);
  EXPECT_EQ(s.asked["new"].size(), 2U) << "it is nobody's any more, and not there";
}

TEST(queue_listings, a_queue_that_is_gone_is_asked_for_only_while_it_is_watched) {
  server s;
  s.has = {"sales", "support"};
  s.login();
  s.has = {"sales"};
  s.pass(6min);
  EXPECT_EQ(s.asked["support"].size(), 1U);
  s.pass(1h);
  EXPECT_EQ(s.asked["support"].size(), 1U);
}

TEST(queue_listings, doubts_are_asked_for_at_most_every_half_minute_and_several_as_one) {
  server s;
  s.has = {"a", "b", "c"};
  s.login();
  s.pass(1s);
  s.lists.doubt("a");
  s.pass(100ms);
  EXPECT_EQ(s.asked["a"].size(), 1U);
  s.lists.doubt("a");
  s.lists.doubt("b");
  s.pass(29s);
  EXPECT_EQ(s.asked[""].size(), 1U);
  s.pass(2s);
  EXPECT_EQ(s.asked[""].size(), 2U);
  EXPECT_EQ(s.asked["b"].size(), 0U);
}

TEST(queue_listings, one_that_does_not_end_is_given_up_and_asked_for_again) {
  queue_listings lists{{}};
  lists.doubt("a");
  EXPECT_EQ(lists.due(start), "a");
  lists.began("a", start);
  EXPECT_EQ(lists.due(start + 30s), std::nullopt);
  EXPECT_EQ(lists.due(start + 31s), "a");
  lists.began("a", start + 31s);
  lists.ended(false);
  EXPECT_EQ(lists.due(start + 32s), std::nullopt) << "a server that refuses is not asked at once again";
  EXPECT_EQ(lists.due(start + 62s), "a");
  lists.want_all(start + 62s);
  lists.began("", start + 62s);
  lists.ended(false);
  EXPECT_EQ(lists.due(start + 63s), std::nullopt);
  EXPECT_EQ(lists.due(start + 93s), "");
}

TEST(queue_listings, a_lost_connection_leaves_no_wish_but_the_watch) {
  server s;
  s.has = {"sales"};
  s.login();
  s.lists.watch("sales", true);
  s.lists.doubt("sales");
  s.lists.want_all(s.now);
  s.lists.began("", s.now);
  s.lists.lost();
  EXPECT_FALSE(s.lists.under_way());
  s.asked.clear();
  s.login();
  s.pass(1s);
  EXPECT_EQ(s.asked["sales"].size(), 0U);
  s.pass(45s);
  EXPECT_EQ(s.asked["sales"].size(), 1U);
}

} // namespace
} // namespace ringmaster::core
