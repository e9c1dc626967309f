// SPDX-License-Identifier: Apache-2.0
#include "actors/core/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <set>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using enum call_evidence;

constexpr time_point begin_of_time{std::chrono::hours{500'000}};

uuid customer(std::uint64_t n) {
  uuid id;
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

// --- a server

TEST(circuit_breaker, opens_at_the_first_refusal_and_lets_single_calls_try) {
  circuit_breaker b;
  auto now = begin_of_time;
  const auto refused = b.begin(now), on_the_way = b.begin(now);
  EXPECT_EQ(b.may_begin(now), permit::free);
  EXPECT_TRUE(b.fail(refused, "Asterisk is shutting down", now));
  EXPECT_EQ(b.may_begin(now), permit::none);
  EXPECT_EQ(b.words(), "Asterisk is shutting down");
  EXPECT_FALSE(b.fail(on_the_way, "Asterisk is shutting down", now)) << "it is open already";
  EXPECT_EQ(b.next_probe(), now + 10s) << "what was on the way is no probe";
  EXPECT_FALSE(b.succeed(on_the_way)) << "nor does its success say anything of now";

  std::vector<std::chrono::seconds> waited;
  for (int i = 0; i < 6; ++i) {
    const auto asked = now;
    now = b.next_probe();
    EXPECT_EQ(b.may_begin(now - 1ns), permit::none);
    EXPECT_EQ(b.may_begin(now), permit::probe);
    const auto probe = b.begin(now);
    EXPECT_EQ(b.may_begin(now), permit::none) << "one alone";
    EXPECT_FALSE(b.fail(probe, "Asterisk is shutting down", now));
    waited.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - asked));
  }
  EXPECT_EQ(waited, (std::vector<std::chrono::seconds>{10s, 20s, 40s, 60s, 60s, 60s}));

  now = b.next_probe();
  EXPECT_TRUE(b.succeed(b.begin(now)));
  EXPECT_EQ(b.may_begin(now), permit::free);
  EXPECT_FALSE(b.fail(on_the_way, "late news", now));
  EXPECT_EQ(b.may_begin(now), permit::free);
  EXPECT_TRUE(b.fail(b.begin(now), "again", now));
  EXPECT_EQ(b.next_probe(), now + 10s) << "the wait begins anew";
}

TEST(circuit_breaker, may_be_tried_at_once_when_the_server_has_booted) {
  circuit_breaker b;
  (void)b.fail(b.begin(begin_of_time), "Asterisk is shutting down", begin_of_time);
  b.try_again(begin_of_time + 3s);
  EXPECT_EQ(b.may_begin(begin_of_time + 3s), permit::probe);
}

TEST(circuit_breaker, goes_stale_when_nobody_wants_to_call_by_it) {
  circuit_breaker b;
  (void)b.fail(b.begin(begin_of_time), "no", begin_of_time);
  EXPECT_FALSE(b.is_stale(begin_of_time + 10min));
  EXPECT_TRUE(b.is_stale(begin_of_time + 11min));
}

// --- a trunk

struct trunk : testing::Test {
  trunk_breaker b;
  time_point now{begin_of_time};
  std::uint64_t customers{0};

  trunk_breaker::ticket begin() { return b.begin({customer(++customers), 0}, now); }
  trunk_breaker::verdict end(trunk_breaker::ticket call, call_evidence what) { return b.hear(call, what, "words", now); }
  trunk_breaker::verdict one(call_evidence what) { return end(begin(), what); }
  bool open() const { return b.state().open(); }
};

TEST_F(trunk, opens_when_twelve_calls_in_a_row_failed_in_the_network_and_gives_their_tries_back) {
  for (int i = 0; i < 11; ++i) {
    const auto v = one(network);
    EXPECT_FALSE(v.opened || v.give_back) << i;
  }
  EXPECT_EQ(b.may_begin(now), permit::free);
  const auto v = one(network);
  EXPECT_TRUE(v.opened);
  EXPECT_TRUE(v.give_back);
  std::set<uuid> back;
  for (const auto& t : v.back)
    back.insert(t.entry);
  std::set<uuid> expected;
  for (std::uint64_t n = 1; n <= 11; ++n)
    expected.insert(customer(n));
  EXPECT_EQ(back, expected);
  EXPECT_EQ(v.back.size(), 11u);
  EXPECT_EQ(b.may_begin(now), permit::none);
  EXPECT_NE(b.state().words().find("12 calls in a row"), std::string::npos) << b.state().words();
  EXPECT_NE(b.state().words().find("words"), std::string::npos);
}

TEST_F(trunk, leaves_single_congestions_to_the_customer) {
  for (int i = 0; i < 200; ++i) {
    const auto v = one(i % 8 == 7 ? reached : network);
    EXPECT_FALSE(v.opened || v.give_back || !v.back.empty());
  }
  EXPECT_FALSE(open());
}

TEST_F(trunk, does_not_take_what_fails_at_once_of_calls_begun_together_for_a_wall) {
  // A hundred calls at once, of which every fourth fails within 50 ms; the others ring some seconds later.
  std::vector<trunk_breaker::ticket> calls;
  for (int i = 0; i < 100; ++i)
    calls.push_back(begin());
  for (std::size_t i = 0; i < calls.size(); i += 4)
    EXPECT_FALSE(end(calls[i], network).opened);
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (i % 4 != 0)
      (void)end(calls[i], reached);
  EXPECT_FALSE(open());
}

TEST_F(trunk, that_does_not_respond_is_found_out_however_many_calls_are_on_the_way) {
  // 250 calls a second, and 32 s until each has failed: whoever is still on the way is no wall yet.
  std::deque<trunk_breaker::ticket> on_the_way;
  int failed = 0;
  for (int i = 0; i < 32 * 250 + 20 && !open(); ++i) {
    now += 4ms;
    on_the_way.push_back(begin());
    if (on_the_way.size() > 32 * 250) {
      ++failed;
      (void)end(on_the_way.front(), network);
      on_the_way.pop_front();
    }
  }
  EXPECT_TRUE(open());
  EXPECT_EQ(failed, 12);
  for (const auto call : on_the_way)
    EXPECT_TRUE(end(call, network).give_back) << "begun before it opened";
}

TEST_F(trunk, without_a_channel_rests_after_three) {
  EXPECT_FALSE(one(no_channel).opened);
  EXPECT_FALSE(one(no_channel).opened);
  const auto v = one(no_channel);
  EXPECT_TRUE(v.opened);
  EXPECT_EQ(v.back.size(), 2u);
  EXPECT_NE(b.state().words().find("no channel"), std::string::npos);
}

TEST_F(trunk, whose_dialplan_does_not_begin_rests_after_three) {
  EXPECT_FALSE(one(limit).opened);
  EXPECT_FALSE(one(network).opened);
  EXPECT_FALSE(one(reached).opened) << "it got the place that the first one did not";
  EXPECT_FALSE(one(limit).opened);
  EXPECT_FALSE(one(no_channel).opened);
  EXPECT_FALSE(one(limit).opened);
  const auto v = one(limit);
  EXPECT_TRUE(v.opened && v.give_back);
  EXPECT_EQ(v.back.size(), 4u) << "all but the one that failed for another reason before that";
  EXPECT_NE(b.state().words().find("maxcalls"), std::string::npos);
  EXPECT_FALSE(one(limit).give_back) << "a probe's";
}

TEST_F(trunk, is_not_blamed_for_an_entry_that_no_network_takes) {
  for (int i = 0; i < 100; ++i) {
    const auto v = one(i % 2 == 0 ? no_channel : reached);
    EXPECT_FALSE(v.opened || v.give_back) << "its tries are to run out";
  }
}

TEST_F(trunk, with_a_wrong_prefix_rests_after_thirty_unknown_numbers) {
  for (int i = 0; i < 29; ++i)
    EXPECT_FALSE(one(number).opened);
  const auto v = one(number);
  EXPECT_TRUE(v.opened && v.give_back);
  EXPECT_EQ(v.back.size(), 29u);
  EXPECT_NE(b.state().words().find("prefix"), std::string::npos);
}

TEST_F(trunk, that_is_down_leaves_unknown_numbers_unknown) {
  const auto unknown = begin();
  for (int i = 0; i < 12; ++i)
    (void)one(network);
  ASSERT_TRUE(open());
  EXPECT_FALSE(end(unknown, number).give_back);
}

TEST_F(trunk, gives_back_what_was_on_the_way_and_not_what_its_probes_cost) {
  const auto long_before = begin();
  (void)one(reached);
  const auto before = begin();
  for (int i = 0; i < 12; ++i)
    (void)one(network);
  ASSERT_TRUE(open());
  EXPECT_TRUE(end(before, network).give_back);
  now = b.state().next_probe();
  const auto probe = begin();
  EXPECT_EQ(b.may_begin(now), permit::none);
  const auto v = end(probe, network);
  EXPECT_FALSE(v.give_back || v.opened) << "an entry that is the reason itself must run out of tries";
  EXPECT_EQ(b.state().next_probe(), now + 20s);
  EXPECT_TRUE(end(long_before, network).give_back);
}

TEST_F(trunk, closes_when_a_probe_reaches_a_telephone_and_excuses_what_comes_late) {
  const auto rings_from_before = begin();
  for (int i = 0; i < 12; ++i)
    (void)one(network);
  ASSERT_TRUE(open());
  EXPECT_FALSE(end(rings_from_before, reached).closed) << "it was begun when the trunk still worked";
  EXPECT_TRUE(open());
  now = b.state().next_probe();
  EXPECT_FALSE(one(none).closed);
  EXPECT_TRUE(open()) << "a probe that was hung up says nothing";
  now = b.state().next_probe();
  EXPECT_TRUE(one(reached).closed);
  EXPECT_EQ(b.may_begin(now), permit::free);
}

TEST_F(trunk, excuses_calls_of_the_run_that_fail_when_it_works_again) {
  std::vector<trunk_breaker::ticket> calls;
  for (int i = 0; i < 20; ++i)
    calls.push_back(begin());
  for (int i = 0; i < 12; ++i)
    (void)end(calls[static_cast<std::size_t>(i)], network);
  ASSERT_TRUE(open());
  now = b.state().next_probe();
  ASSERT_TRUE(one(reached).closed);
  EXPECT_TRUE(end(calls[15], network).give_back);
  EXPECT_FALSE(one(network).give_back) << "a single congestion of now";
  EXPECT_FALSE(open());
}

TEST_F(trunk, hears_of_a_call_once) {
  for (int i = 0; i < 6; ++i) {
    const auto call = begin();
    (void)end(call, network);
    (void)end(call, network);
  }
  EXPECT_FALSE(open());
}

/// Calls that end in any order on a trunk that is down from time to time: whoever fails while it is down gets the try
/// back, apart from the probes and the runs that were too short to see, and nobody gets back more than was used.
TEST_F(trunk, costs_no_customer_a_try_in_any_order_of_ends) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random{seed};
  std::map<uuid, int> used;
  std::multimap<time_point, std::pair<trunk_breaker::ticket, call_evidence>> ends;
  std::map<trunk_breaker::ticket, uuid> whose;
  std::set<uuid> lost_in_outage;
  int probes = 0, outages = 0;
  for (int step = 0; step < 100'000; ++step) {
    now += 20ms;
    const bool down = (step / 10'000) % 2 == 1; // 200 s each
    outages += step % 20'000 == 10'000 ? 1 : 0;
    while (!ends.empty() && ends.begin()->first <= now) {
      const auto [call, what] = ends.begin()->second;
      ends.erase(ends.begin());
      const auto v = end(call, what);
      if (v.give_back)
        --used[whose[call]];
      for (const auto& t : v.back)
        --used[t.entry];
    }
    const auto may = b.may_begin(now);
    if (may == permit::none)
      continue;
    probes += may == permit::probe ? 1 : 0;
    const auto call = begin();
    const auto id = customer(customers);
    whose[call] = id;
    ++used[id];
    const bool fails = down || random() % 20 == 0;
    if (down && may == permit::free)
      lost_in_outage.insert(id);
    ends.emplace(now + std::chrono::milliseconds{50 + random() % (fails ? 1'000 : 8'000)},
                 std::pair{call, fails ? network : reached});
  }
  std::size_t lost = 0;
  for (const auto& [id, tries] : used) {
    ASSERT_GE(tries, 0);
    ASSERT_LE(tries, 1);
    lost += lost_in_outage.contains(id) ? static_cast<std::size_t>(tries) : 0;
  }
  EXPECT_EQ(lost, 0u) << "of " << lost_in_outage.size();
  EXPECT_LE(probes, outages * 21) << "one in ten seconds at most";
  EXPECT_GE(probes, outages);
}

} // namespace
} // namespace ringmaster::core
