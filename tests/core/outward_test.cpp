// SPDX-License-Identifier: Apache-2.0
#include "actors/core/outward.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace ringmaster::core::outward_tests {
namespace {

TEST(outward_calls, are_known_however_they_are_written) {
  for (const auto* action : {"Originate", "originate", "ORIGINATE", "Redirect", "BlindTransfer", "Atxfer"})
    EXPECT_TRUE(rings_outside(action)) << action;
  for (const auto* action : {"", "Originat", "OriginateX", "Hangup", "QueueAdd", "Ping", "Status"})
    EXPECT_FALSE(rings_outside(action)) << action;
}

TEST(outward_calls, have_one_destination) {
  EXPECT_TRUE(permit_outward({"Originate", "id", "PJSIP/4915112345678@trunk"}));
  EXPECT_EQ(permit_outward({"redirect", "id", "s@abandoned"})->action(), "Redirect");
  EXPECT_FALSE(permit_outward({"Hangup", "id", "PJSIP/1"}));
  EXPECT_FALSE(permit_outward({"Originate", "", "PJSIP/1"}));
  EXPECT_FALSE(permit_outward({"Originate", "id", ""}));
  for (const std::string_view forked : {"PJSIP/1&PJSIP/2", "PJSIP/1|2", "PJSIP/1\r\nX: y", "PJSIP/1\n"})
    EXPECT_FALSE(permit_outward({"Originate", "id", forked})) << forked;
}

TEST(outward_calls, are_judged_by_what_would_be_sent) {
  EXPECT_TRUE(permit_originate("id", "Action: Originate\r\nActionID: id\r\nChannel: PJSIP/1@t\r\nContext: x\r\n\r\n"));
  EXPECT_FALSE(permit_originate("id", "Action: Originate\r\nActionID: id\r\nChannel: PJSIP/1&PJSIP/2\r\n\r\n"));
  EXPECT_FALSE(permit_originate("id", "Action: Originate\r\nActionID: id\r\n\r\n"));
  EXPECT_FALSE(permit_originate("id", "Action: Originate\r\nChannel: "));
}

// A permit is for one call.
static_assert(!std::is_copy_constructible_v<outward_permit> && !std::is_default_constructible_v<outward_permit> &&
              !std::is_constructible_v<outward_permit, std::string_view>);

} // namespace
} // namespace ringmaster::core::outward_tests
