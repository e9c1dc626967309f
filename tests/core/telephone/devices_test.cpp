// SPDX-License-Identifier: Apache-2.0
#include "tests/core/telephone/replay.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::tests {
namespace {

using telephone::device_state;

TEST(recorded_devices, have_the_state_that_was_last_told) {
  replaying t;
  t.log_in();
  EXPECT_GT(t.count<device_state>(), 20U);
  EXPECT_EQ(at(t.shown<device_state>("Agent:1001"), "/state"), "UNAVAILABLE");
  bool in_use = false;
  for (const auto& message : messages_of("tel-devices.ami")) {
    t.say(message);
    in_use = in_use || at(t.shown<device_state>("Custom:gate"), "/state") == "INUSE";
  }
  EXPECT_TRUE(in_use);
  EXPECT_EQ(at(t.shown<device_state>("Custom:gate"), "/state"), "NOT_INUSE");
}

TEST(devices, of_local_channels_are_not_kept) {
  replaying t;
  t.log_in();
  const auto before = t.count<device_state>();
  for (int i = 0; i < 100; ++i)
    t.say("Event: DeviceStateChange\nDevice: Local/" + std::to_string(i) + "@customers\nState: INUSE\n\n");
  EXPECT_EQ(t.count<device_state>(), before);
}

TEST(devices, are_known_by_events_alone_where_the_server_does_not_list_them) {
  replaying t;
  t.instead["DeviceStateList"] = "Response: Error\nActionID: x\nMessage: Invalid/unknown command\n\n";
  t.log_in();
  t.say("Event: DeviceStateChange\nDevice: PJSIP/1\nState: RINGING\n\n");
  EXPECT_EQ(at(t.shown<device_state>("PJSIP/1"), "/state"), "RINGING");
}

} // namespace
} // namespace ringmaster::core::tests
