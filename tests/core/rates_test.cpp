// SPDX-License-Identifier: Apache-2.0
#include "actors/core/backoff.hpp"
#include "actors/core/pbx_choice.hpp"
#include "actors/core/token_bucket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

TEST(token_bucket, gives_its_burst_and_then_its_rate) {
  token_bucket b{10.0, 5.0, start};
  EXPECT_EQ(b.take(100, start), 5);
  EXPECT_EQ(b.take(1, start), 0);
  EXPECT_EQ(b.next(start), start + 100ms);
  EXPECT_EQ(b.take(100, start + 100ms), 1);
  EXPECT_EQ(b.take(100, start + 1h), 5) << "never more than the burst";
}

TEST(token_bucket, keeps_its_rate_in_small_steps) {
  token_bucket b{37.0, 1.0, start};
  std::int64_t taken = 0;
  for (auto t = start; t < start + 10s; t += 1ms)
    taken += b.take(5, t);
  EXPECT_NEAR(static_cast<double>(taken), 371.0, 1.5);
}

TEST(token_bucket, is_ready_when_it_says) {
  token_bucket b{3.0, 1.0, start};
  auto t = start;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(b.take(1, t), 1) << i;
    t = b.next(t);
  }
}

TEST(token_bucket, without_a_rate_has_no_limit) {
  token_bucket b{0.0, 1.0, start};
  EXPECT_EQ(b.take(1'000'000, start), 1'000'000);
  EXPECT_EQ(b.next(start), start);
}

TEST(token_bucket, survives_a_clock_that_goes_back) {
  token_bucket b{1.0, 1.0, start};
  EXPECT_EQ(b.take(1, start), 1);
  EXPECT_EQ(b.take(1, start - 1h), 0);
  EXPECT_EQ(b.take(-3, start), 0);
  EXPECT_EQ(b.take(1, start + 1s), 1);
}

TEST(backoff, doubles_to_its_cap_with_jitter) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    backoff b{seed};
    auto whole = 250ms;
    for (int i = 0; i < 40; ++i) {
      const auto wait = b.next();
      ASSERT_LE(wait, whole);
      ASSERT_GE(wait, whole / 2);
      whole = std::min<std::chrono::milliseconds>(whole * 2, 30s);
    }
    b.reset();
    ASSERT_LE(b.next(), 250ms);
  }
}

TEST(backoff, is_repeatable_by_its_seed_and_differs_between_seeds) {
  backoff a{7}, b{7}, c{8};
  bool differs = false;
  for (int i = 0; i < 20; ++i) {
    const auto wait = a.next();
    EXPECT_EQ(wait, b.next());
    differs = differs || wait != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(pbx_choice, spreads_by_load) {
  const std::array servers{pbx_capacity{true, 10, 8, 100}, pbx_capacity{true, 20, 8, 100}};
  const auto chosen = choose_pbx(servers, 10);
  EXPECT_EQ(chosen.size(), 10u);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 1u), 9) << "both are at 0.8 .. 0.9 then";
}

TEST(pbx_choice, uses_no_server_beyond_channels_rate_or_when_it_is_down) {
  const std::array servers{pbx_capacity{false, 100, 0, 100}, pbx_capacity{true, 3, 2, 100},
                           pbx_capacity{true, 0, 50, 2}};
  const auto chosen = choose_pbx(servers, 100);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 0u), 0);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 1u), 1);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 2u), 2);
  EXPECT_TRUE(choose_pbx({}, 5).empty());
  EXPECT_TRUE(choose_pbx(servers, -1).empty());
}

pbx_capacity with_agents(std::int64_t wanted, std::int64_t working, std::int64_t channels = 0) {
  return {true, 100, channels, 100, queue_part{wanted, working}};
}

TEST(pbx_choice, goes_where_an_agent_is_most_likely_free_however_many_channels_are) {
  const std::array servers{with_agents(3, 10, 90), with_agents(2, 4, 50), with_agents(0, 20)};
  EXPECT_EQ(choose_pbx(servers, 2), (std::vector<std::size_t>{1, 0}));
  auto all = choose_pbx(servers, 100);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<std::size_t>{0, 0, 0, 1, 1})) << "and none beyond what is wanted";
}

TEST(pbx_choice, goes_by_load_between_servers_whose_agents_are_as_free) {
  const std::array servers{with_agents(5, 10, 30), with_agents(5, 10, 20)};
  EXPECT_EQ(choose_pbx(servers, 1), (std::vector<std::size_t>{1}));
}

TEST(pbx_choice, leaves_a_server_out_where_nobody_works_while_anybody_does_elsewhere) {
  std::array servers{with_agents(9, 0), with_agents(1, 1, 60)};
  EXPECT_EQ(choose_pbx(servers, 5), (std::vector<std::size_t>{1}));
  servers[1].channels = 100;
  EXPECT_TRUE(choose_pbx(servers, 5).empty()) << "also when that one is full";
  servers[1].usable = false;
  EXPECT_EQ(choose_pbx(servers, 5).size(), 5u) << "nobody works anywhere that can be reached";
}

TEST(pbx_choice, keeps_to_channels_and_rate_where_agents_wait) {
  std::array servers{with_agents(50, 50, 97), with_agents(50, 50)};
  servers[1].tokens = 2;
  const auto chosen = choose_pbx(servers, 100);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 0u), 3);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), 1u), 2);
}

} // namespace
} // namespace ringmaster::core
