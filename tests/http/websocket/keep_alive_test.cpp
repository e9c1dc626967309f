// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/keep_alive.hpp"

#include <gtest/gtest.h>

namespace ringmaster::tests {
namespace {

using namespace std::chrono_literals;
using websocket::keep_alive;
using step = keep_alive::step;

constexpr keep_alive::clock::time_point start{1000s};
constexpr auto silence = 60s;

TEST(keep_alive_test, pings_once_after_half_of_the_silence_and_ends_after_all_of_it) {
  keep_alive k{start};
  EXPECT_EQ(k.at(start + 29s, silence), step::nothing);
  EXPECT_EQ(k.at(start + 30s, silence), step::ping);
  EXPECT_EQ(k.at(start + 31s, silence), step::nothing);
  EXPECT_EQ(k.at(start + 59s, silence), step::nothing);
  EXPECT_EQ(k.at(start + 60s, silence), step::end);
}

TEST(keep_alive_test, begins_anew_with_whatever_is_heard) {
  keep_alive k{start};
  EXPECT_EQ(k.at(start + 30s, silence), step::ping);
  k.heard(start + 40s);
  EXPECT_EQ(k.at(start + 69s, silence), step::nothing);
  EXPECT_EQ(k.at(start + 70s, silence), step::ping);
  EXPECT_EQ(k.at(start + 100s, silence), step::end);
}

TEST(keep_alive_test, ends_nobody_without_a_ping) {
  keep_alive k{start};
  EXPECT_EQ(k.at(start + 500s, silence), step::ping) << "this process may have stood still, and not the client";
  EXPECT_EQ(k.at(start + 501s, silence), step::end);
}

} // namespace
} // namespace ringmaster::tests
