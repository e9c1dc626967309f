// SPDX-License-Identifier: Apache-2.0
#include "http/auth/sign_in_guard.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

using namespace std::chrono_literals;

namespace ringmaster::auth {
namespace {

const time_point at_noon = *parse_timestamp("2026-11-29T12:00:00Z");

std::string network(unsigned i) { return "10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".7"; }

sign_in_guard fresh_guard() { return sign_in_guard{{}, "salt"}; }

} // namespace

TEST(sign_in_guard, checks_a_hundred_guesses_an_hour_at_most_whatever_their_timing) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random{seed};
  // At once, one after the other, in bursts, each network once: the most in any hour counts.
  for (int manner = 0; manner < 4; ++manner) {
    auto guard = fresh_guard();
    std::vector<time_point> checked;
    auto now = at_noon;
    unsigned next = 0;
    while (now < at_noon + 3h) {
      const unsigned tries = manner == 0 ? 33 : manner == 1 ? 1 : static_cast<unsigned>(random() % 200);
      for (unsigned i = 0; i < tries; ++i) {
        const auto from = manner == 3 ? next++ : static_cast<unsigned>(random() % 1000);
        if (guard.ask("admin", network(from), now).check)
          checked.push_back(now);
      }
      now += manner == 1 ? duration{500ms} : duration{std::chrono::milliseconds{random() % 60'000}};
    }
    std::size_t most = 0;
    for (std::size_t begin = 0, end = 0; end < checked.size(); ++end) {
      while (checked[end] - checked[begin] >= 1h)
        ++begin;
      most = std::max(most, end - begin + 1);
    }
    EXPECT_LE(most, 100u) << "manner " << manner;
    EXPECT_GE(most, 20u) << "manner " << manner << ": more than nothing";
  }
}

TEST(sign_in_guard, counts_a_try_when_it_is_let_through_so_that_many_at_once_are_no_way_around) {
  auto guard = fresh_guard();
  ASSERT_TRUE(guard.ask("admin", "10.0.0.1", at_noon).check);
  guard.right("admin", "10.0.0.1", at_noon, at_noon);
  unsigned strangers = 0, known = 0;
  for (int i = 0; i < 100; ++i) {
    strangers += guard.ask("admin", "10.0.0.2", at_noon).check;
    known += guard.ask("admin", "10.0.0.1", at_noon).check;
  }
  EXPECT_EQ(8u, strangers);
  EXPECT_EQ(5u, known);
}

TEST(sign_in_guard, lets_the_owner_in_at_once_where_he_signed_in_before_and_within_a_minute_elsewhere) {
  auto guard = fresh_guard();
  ASSERT_TRUE(guard.ask("admin", "192.0.2.1", at_noon).check);
  EXPECT_TRUE(guard.right("admin", "192.0.2.1", at_noon, at_noon));
  // A thousand networks ask on and on.
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random{seed};
  auto now = at_noon;
  const auto attack = [&](duration for_so_long) {
    for (const auto until = now + for_so_long; now < until; now += 100ms)
      for (int i = 0; i < 5; ++i)
        (void)guard.ask("admin", network(static_cast<unsigned>(random() % 1000)), now);
  };
  attack(20min);
  EXPECT_TRUE(guard.ask("admin", "192.0.2.1", now).check) << "at once";
  guard.right("admin", "192.0.2.1", now, at_noon);
  // From new networks, twenty times: he asks, waits as long as he is told, and asks again.
  for (unsigned i = 0; i < 20; ++i) {
    const auto from = "198.51.100." + std::to_string(i);
    const auto asked = now;
    auto verdict = guard.ask("admin", from, now);
    while (!verdict.check && now - asked < 5min) {
      attack(std::chrono::ceil<std::chrono::seconds>(verdict.wait)); // as Retry-After says it
      verdict = guard.ask("admin", from, now);
    }
    EXPECT_TRUE(verdict.check);
    EXPECT_LE(now - asked, 60s) << from;
    guard.right("admin", from, now, at_noon);
    attack(90s);
  }
}

TEST(sign_in_guard, checks_some_seventy_guesses_an_hour_from_where_the_user_has_signed_in_before) {
  auto guard = fresh_guard();
  guard.right("admin", "10.0.0.1", at_noon, at_noon);
  unsigned checked = 0;
  for (auto now = at_noon; now < at_noon + 1h; now += 100ms)
    checked += guard.ask("admin", "10.0.0.1", now).check;
  EXPECT_EQ(69u, checked);
}

TEST(sign_in_guard, knows_a_network_for_the_user_who_signed_in_from_it_and_no_other) {
  auto guard = fresh_guard();
  (void)guard.ask("bob", "10.0.0.1", at_noon);
  guard.right("bob", "10.0.0.1", at_noon, at_noon);
  EXPECT_TRUE(guard.knows("bob", "10.0.0.1"));
  EXPECT_FALSE(guard.knows("admin", "10.0.0.1")) << "an account of one's own opens no door to others";
  EXPECT_FALSE(guard.knows("bob", "10.0.0.2"));
}

TEST(sign_in_guard, gives_tries_back_that_were_right_or_were_not_checked) {
  auto guard = fresh_guard();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(guard.ask("admin", "10.0.0.1", at_noon).check) << i;
    guard.unchecked("admin", "10.0.0.1", at_noon);
  }
  for (unsigned i = 0; i < 50; ++i) { // a Monday morning in a new office
    ASSERT_TRUE(guard.ask("admin", network(i), at_noon).check) << i;
    guard.right("admin", network(i), at_noon, at_noon);
  }
}

TEST(sign_in_guard, remembers_networks_over_a_restart_and_passes_over_what_it_cannot_read) {
  auto guard = fresh_guard();
  for (unsigned i = 0; i < 70; ++i)
    guard.right("a user with blanks", network(i), at_noon, at_noon + std::chrono::seconds{i});
  EXPECT_FALSE(guard.right("a user with blanks", network(69), at_noon, at_noon + 1h)) << "nothing new in an hour";
  EXPECT_TRUE(guard.right("a user with blanks", network(69), at_noon, at_noon + 48h));
  auto next = fresh_guard();
  next.remember("garbage\n\n12\n12 \n12 x\n 12 x y\n" + guard.known() + "17 half");
  EXPECT_EQ(guard.known(), next.known());
  EXPECT_TRUE(next.knows("a user with blanks", network(69)));
  EXPECT_FALSE(next.knows("a user with blanks", network(0))) << "64 of a user, the newest";
  EXPECT_TRUE(next.knows("a user with blanks", network(6)));
}

TEST(sign_in_guard, is_bounded_in_memory_and_keeps_its_bound_when_networks_are_forgotten) {
  sign_in_policy small;
  small.most_networks = 50;
  sign_in_guard guard{small, "salt"};
  unsigned checked = 0;
  for (unsigned i = 0; i < 5000; ++i)
    checked += guard.ask("admin", network(i), at_noon + std::chrono::milliseconds{i}).check;
  EXPECT_EQ(8u, checked);
}

} // namespace ringmaster::auth
