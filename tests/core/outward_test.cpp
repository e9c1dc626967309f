// SPDX-License-Identifier: Apache-2.0
#include "actors/core/outward.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::outward_tests {
namespace {

TEST(outward_calls, are_known_however_they_are_written) {
  for (const auto* action : {"Originate", "originate", "ORIGINATE", "Redirect", "BlindTransfer", "Atxfer"})
    EXPECT_TRUE(rings_outside(action)) << action;
  for (const auto* action : {"", "Originat", "OriginateX", "Hangup", "QueueAdd", "Ping", "Status"})
    EXPECT_FALSE(rings_outside(action)) << action;
}

TEST(outward_calls, have_one_destination) {
  EXPECT_TRUE(may_ring_outside("Originate", {{"Channel", "PJSIP/4915112345678@trunk"}, {"Exten", "s"}}));
  EXPECT_TRUE(may_ring_outside("redirect", {{"Channel", "PJSIP/1-1"}, {"Exten", "s"}, {"Context", "abandoned"}}));
  EXPECT_FALSE(may_ring_outside("Hangup", {{"Channel", "PJSIP/1"}}));
  EXPECT_FALSE(may_ring_outside("Originate", {{"Exten", "s"}}));
  EXPECT_FALSE(may_ring_outside("Redirect", {{"Channel", "PJSIP/1-1"}}));
  for (const std::string forked : {"", "PJSIP/1&PJSIP/2", "PJSIP/1|2", "PJSIP/1\r\nX: y", "PJSIP/1\n"})
    EXPECT_FALSE(may_ring_outside("Originate", {{"Channel", forked}})) << forked;
}

TEST(outward_calls, are_judged_by_what_would_be_sent) {
  EXPECT_TRUE(may_ring_outside("Action: Originate\r\nActionID: id\r\nChannel: PJSIP/1@t\r\nContext: x\r\n\r\n"));
  EXPECT_FALSE(may_ring_outside("Action: Originate\r\nActionID: id\r\nChannel: PJSIP/1&PJSIP/2\r\n\r\n"));
  EXPECT_FALSE(may_ring_outside("Action: Originate\r\nActionID: id\r\n\r\n"));
  EXPECT_FALSE(may_ring_outside("Action: Originate\r\nChannel: "));
}

} // namespace
} // namespace ringmaster::core::outward_tests
