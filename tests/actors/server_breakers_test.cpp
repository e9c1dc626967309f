// SPDX-License-Identifier: Apache-2.0
#include "actors/server_breakers.hpp"

#include <gtest/gtest.h>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;
using core::permit;

struct breakers : testing::Test {
  server_breakers b{"pbx-1"};
  time_point now{std::chrono::hours{500'000}};
  uuid one{random_uuid()}, other{random_uuid()};
  const std::string carrier{"PJSIP/carrier"};

  breaker_ticket begin(const uuid& campaign) { return *b.begin(carrier, campaign, {random_uuid(), 0}, now); }
};

TEST_F(breakers, keep_what_is_refused_for_a_campaigns_sake_to_that_campaign) {
  b.refused(begin(one), one, "Extension does not exist.", now);
  EXPECT_EQ(b.may_begin(carrier, one, now), permit::none);
  EXPECT_EQ(b.may_begin(carrier, other, now), permit::free);
  EXPECT_FALSE(b.begin(carrier, one, {random_uuid(), 0}, now));
  ASSERT_EQ(b.resting(now).size(), 1u);
  EXPECT_EQ(b.resting(now)[0].name, to_string(one));
  b.forget(one); // it was changed
  EXPECT_EQ(b.may_begin(carrier, one, now), permit::free);
  EXPECT_TRUE(b.resting(now).empty());
}

TEST_F(breakers, of_the_server_close_when_it_accepts_a_probe) {
  const auto before = begin(one);
  b.refused(begin(one), one, "Asterisk is shutting down", now);
  b.accepted(before, one);
  EXPECT_EQ(b.may_begin(carrier, other, now), permit::none) << "that was before";
  now += 10s;
  EXPECT_EQ(b.may_begin(carrier, other, now), permit::probe);
  const auto probe = begin(other);
  EXPECT_FALSE(b.begin(carrier, one, {random_uuid(), 0}, now)) << "one alone, of all campaigns";
  b.accepted(probe, other);
  EXPECT_EQ(b.may_begin(carrier, one, now), permit::free);
}

TEST_F(breakers, of_a_trunk_leave_the_other_trunks_alone) {
  for (int i = 0; i < 12; ++i)
    (void)b.hear(begin(one), core::call_evidence::network, "Congestion", now);
  EXPECT_EQ(b.may_begin(carrier, one, now), permit::none);
  EXPECT_EQ(b.may_begin("PJSIP/other", one, now), permit::free);
  ASSERT_EQ(b.resting(now).size(), 1u);
  EXPECT_EQ(b.resting(now)[0].name, carrier);
  b.try_again(now);
  EXPECT_EQ(b.may_begin(carrier, one, now), permit::probe) << "the server has booted";
}

TEST_F(breakers, forget_what_nobody_has_wanted_for_long) {
  b.refused(begin(one), one, "Originate failed", now);
  now += 20min;
  EXPECT_TRUE(b.resting(now).empty());
  EXPECT_EQ(b.may_begin(carrier, one, now), permit::free);
}

} // namespace
} // namespace ringmaster
