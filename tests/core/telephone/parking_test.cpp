// SPDX-License-Identifier: Apache-2.0
#include "tests/core/telephone/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ringmaster::core::tests {
namespace {

using telephone::parked_call;
using telephone::parking_lot;

TEST(recorded_parking, tells_each_call_once_below_its_lot) {
  replaying t;
  t.log_in();
  EXPECT_EQ(t.shown<parking_lot>("second"),
            R"({"name":"second","start_space":"801","stop_spcae":"820","timeout":300,)"
            R"("tm_update":"2027-01-15T08:00:00.000000000Z","pbx":"asterisk","global_id":"asterisk:second"})");
  t.wanted = bit_of(topic_family::parked_calls);
  t.take();
  std::string parked;
  for (const auto& message : messages_of("tel-park.ami")) {
    t.say(message);
    if (t.count<parked_call>() == 2 && parked.empty())
      parked = t.shown<parked_call>("00000000-0000-4000-8000-000000000001");
  }
  EXPECT_EQ(at(parked, "/parking_space"), "701");
  EXPECT_EQ(at(parked, "/parking_timeout"), "45");
  EXPECT_EQ(at(parked, "/parkee_channel_state"), "6");
  std::string names;
  for (const auto& one : t.take())
    names += one.name + " " + one.topic + "\n";
  EXPECT_EQ(
      names,
      "park.parkedcall.create /park/parkinglots/default\npark.parkedcall.create /park/parkinglots/second\n"
      "park.parkedcall.update /park/parkinglots/default\n" // the listing said how long it had been there
      "park.parkedcall.delete /park/parkinglots/default\npark.parkedcall.delete /park/parkinglots/second\n");
  EXPECT_EQ(t.count<parked_call>(), 0U);
}

TEST(recorded_parking, leaves_nothing_behind_whatever_ended_it) {
  for (const char* recording : {"park.ami", "park-timeout.ami", "park-retrieve.ami"}) {
    replaying t;
    t.log_in();
    for (const auto& message : messages_of(recording))
      t.say(message);
    EXPECT_EQ(t.count<parked_call>(), 0U) << recording;
    int created = 0, deleted = 0;
    for (const auto& one : t.take()) {
      created += one.name == "park.parkedcall.create" ? 1 : 0;
      deleted += one.name == "park.parkedcall.delete" ? 1 : 0;
    }
    EXPECT_EQ(created, deleted) << recording;
    EXPECT_GE(created, 1) << recording;
  }
}

TEST(parking, is_over_with_the_channel_even_if_nobody_says_so) {
  replaying t;
  t.log_in();
  t.say("Event: ParkedCall\nParkeeChannel: PJSIP/1\nParkeeUniqueid: 1\nParkinglot: default\nParkingSpace: "
        "701\n\n");
  t.say("Event: Hangup\nChannel: PJSIP/1\nUniqueid: 1\nCause: 16\n\n");
  EXPECT_EQ(t.count<parked_call>(), 0U);
}

TEST(parking, goes_again_where_it_was_and_a_ghost_is_deleted) {
  replaying t;
  t.log_in();
  const std::string call = "Event: ParkedCall\nParkeeChannel: PJSIP/1\nParkeeUniqueid: 1\nParkinglot: "
                           "default\nParkingSpace: 701\n\n";
  t.say(call);
  t.say("Event: UnParkedCall\nParkeeChannel: PJSIP/1\nParkeeUniqueid: 1\nParkinglot: default\nParkingSpace: "
        "701\n\n");
  t.say(call);
  EXPECT_EQ(t.count<parked_call>(), 1U) << "parked again";
  t.take();
  t.system.lost(t.now);
  t.log_in();
  EXPECT_EQ(t.count<parked_call>(), 0U);
  EXPECT_EQ(t.names(), "park.parkedcall.delete");
}

TEST(parking, looks_at_its_lots_again_when_it_is_reloaded) {
  replaying t;
  t.log_in();
  t.instead["Parkinglots"] = "Response: Success\nActionID: x\nEventList: start\n\nEvent: "
                             "Parkinglot\nActionID: x\nName: default\nStartSpace: "
                             "701\nStopSpace: 720\nTimeout: 60\n\nEvent: ParkinglotsComplete\nActionID: "
                             "x\nEventList: Complete\nListItems: 1\n\n";
  t.say("Event: Reload\nModule: res_parking.so\nStatus: 0\n\n");
  t.serve();
  EXPECT_EQ(at(t.shown<parking_lot>("default"), "/stop_spcae"), "720");
  t.pass(std::chrono::seconds{3});
  EXPECT_EQ(t.shown<parking_lot>("second"), "(none)");
}

} // namespace
} // namespace ringmaster::core::tests
