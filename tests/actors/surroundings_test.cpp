// SPDX-License-Identifier: Apache-2.0
#include "actors/surroundings.hpp"

#include "actors/shared.hpp"
#include "tests/manual_clock.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace ringmaster::surroundings_tests {
namespace {

using namespace std::chrono_literals;

class surroundings_test : public testing::Test {
protected:
  void SetUp() override {
    shared_.time = &time_;
    shared_.pbx_names = {"one", "two"};
    for (const auto& name : shared_.pbx_names) {
      shared_.breakers.try_emplace(name, name);
      show(name, true);
    }
  }
  void show(const std::string& name, bool connected, const std::string& trouble = {}) {
    live_pbx shown;
    shown.name = name;
    shown.state = connected ? server_state::connected : server_state::away;
    shown.trouble = trouble;
    shared_.live.pbxs.put(name, std::move(shown));
  }

  manual_clock time_{time_point{std::chrono::hours{500'000}}};
  engine_shared shared_;
};

TEST_F(surroundings_test, are_the_same_while_nothing_happens) {
  const auto before = surroundings::look(shared_);
  time_.pass(surroundings::looks_every);
  EXPECT_FALSE(surroundings::look(shared_).differ_from(before));
  time_.pass(1s);
  EXPECT_FALSE(surroundings::look(shared_).differ_from(before)) << "a look that comes late";
  show("one", true);
  EXPECT_FALSE(surroundings::look(shared_).differ_from(before)) << "published anew, and the same";
}

TEST_F(surroundings_test, differ_by_whatever_nobody_tells_campaigns) {
  const std::vector<std::function<void()>> happenings{
      [&] { show("two", false, "no line"); },
      [&] { show("two", false, "the login is refused"); },
      [&] { show("two", true); },
      [&] { shared_.live.writable = false; },
      [&] { shared_.live.writable = true; },
      [&] { shared_.wanted = core::bit_of(core::topic_family::stats); },
      [&] { shared_.wanted = 0; },
      [&] { time_.step_date(1h); },
      [&] { time_.step_date(-1h); },
      [&] { time_.pass(10s); }, // the machine has slept
  };
  for (std::size_t i = 0; i < happenings.size(); ++i) {
    const auto before = surroundings::look(shared_);
    happenings[i]();
    EXPECT_TRUE(surroundings::look(shared_).differ_from(before)) << i;
  }
}

TEST_F(surroundings_test, tell_a_leap_by_its_clock) {
  const auto before = surroundings::look(shared_);
  time_.pass(surroundings::looks_every);
  EXPECT_FALSE(surroundings::look(shared_).leap_since(before));
  time_.step_date(-1h);
  const auto set = surroundings::look(shared_).leap_since(before);
  ASSERT_TRUE(set);
  EXPECT_FALSE(set->stood_still);
  EXPECT_EQ(set->by, -1h);
  EXPECT_EQ(set->at, time_.date());
  const auto then = surroundings::look(shared_);
  time_.pass(10s);
  const auto slept = surroundings::look(shared_).leap_since(then);
  ASSERT_TRUE(slept);
  EXPECT_TRUE(slept->stood_still);
  EXPECT_EQ(slept->by, 10s);
}

TEST_F(surroundings_test, differ_when_a_server_begins_to_rest) {
  const auto before = surroundings::look(shared_);
  auto& breakers = shared_.breakers.at("one");
  const auto campaign = random_uuid();
  for (int i = 0; i < 100 && shared_.resting("one").empty(); ++i)
    if (const auto ticket = breakers.begin("PJSIP/carrier", campaign, {random_uuid(), 0}, time_.now()))
      breakers.refused(*ticket, campaign, "No", time_.now());
  ASSERT_FALSE(shared_.resting("one").empty());
  EXPECT_TRUE(surroundings::look(shared_).differ_from(before));
}

} // namespace
} // namespace ringmaster::surroundings_tests
