// SPDX-License-Identifier: Apache-2.0
#include "tests/core/telephone/replay.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::tests {
namespace {

using telephone::agent;

TEST(recorded_agents, log_in_and_out_and_are_there_in_between) {
  replaying t;
  t.log_in();
  ASSERT_EQ(t.count<agent>(), 2U);
  EXPECT_EQ(at(t.shown<agent>("1001"), "/status"), "AGENT_LOGGEDOFF");
  EXPECT_EQ(at(t.shown<agent>("1001"), "/name"), "Agent 1001");
  EXPECT_EQ(at(t.shown<agent>("1001"), "/channel_state"), "null");
  bool was_there = false;
  for (const auto& message : messages_of("tel-agent.ami")) {
    t.say(message);
    if (!message.starts_with("Event: AgentLogin") || header(message, "Agent") != "1001")
      continue;
    was_there = true;
    const auto now = t.shown<agent>("1001");
    EXPECT_EQ(at(now, "/status"), "AGENT_IDLE");
    EXPECT_EQ(at(now, "/name"), "Agent 1001");
    EXPECT_EQ(at(now, "/channel_state"), "6");
    EXPECT_EQ(at(now, "/exten"), "1001");
    EXPECT_EQ(at(now, "/unique_id"), header(message, "Uniqueid"));
    EXPECT_EQ(at(now, "/logged_in_time"), "1800000000");
  }
  EXPECT_TRUE(was_there);
  for (const char* id : {"1001", "1002"}) {
    EXPECT_EQ(at(t.shown<agent>(id), "/status"), "AGENT_LOGGEDOFF");
    EXPECT_EQ(at(t.shown<agent>(id), "/unique_id"), "null");
    EXPECT_EQ(at(t.shown<agent>(id), "/logged_in_time"), "null");
  }
}

TEST(agents, are_on_a_call_while_their_device_is) {
  replaying t;
  t.log_in();
  t.say("Event: AgentLogin\nAgent: 1001\nChannel: PJSIP/1\nChannelState: 6\nUniqueid: 1\n\n");
  t.say("Event: DeviceStateChange\nDevice: Agent:1001\nState: INUSE\n\n");
  EXPECT_EQ(at(t.shown<agent>("1001"), "/status"), "AGENT_ONCALL");
  t.say("Event: DeviceStateChange\nDevice: Agent:1001\nState: NOT_INUSE\n\n");
  EXPECT_EQ(at(t.shown<agent>("1001"), "/status"), "AGENT_IDLE");
  t.say("Event: DeviceStateChange\nDevice: Agent:9999\nState: INUSE\n\n");
  EXPECT_EQ(t.count<agent>(), 2U) << "a device is no agent";
}

TEST(agents, that_a_restarted_server_does_not_have_are_gone) {
  replaying t;
  t.log_in();
  t.system.lost(t.now);
  EXPECT_EQ(t.count<agent>(), 2U);
  t.instead["Agents"] =
      "Response: Success\nActionID: x\nEventList: start\n\nEvent: Agents\nAgent: 1002\nName: Two\nStatus: "
      "AGENT_LOGGEDOFF\nActionID: x\n\nEvent: AgentsComplete\nActionID: x\nEventList: Complete\nListItems: "
      "1\n\n";
  t.log_in();
  EXPECT_EQ(t.shown<agent>("1001"), "(none)");
  EXPECT_EQ(at(t.shown<agent>("1002"), "/name"), "Two");
}

TEST(agents, need_no_pool) {
  replaying t;
  t.instead["Agents"] = "Response: Error\nActionID: x\nMessage: Invalid/unknown command: Agents.\n\n";
  t.log_in();
  EXPECT_EQ(t.count<agent>(), 0U);
}

} // namespace
} // namespace ringmaster::core::tests
