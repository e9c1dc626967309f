// SPDX-License-Identifier: Apache-2.0
// The actor of a queue as the campaigns that wait for its agents see it.
#include "actors/queue.hpp"

#include "protocol/ami/parser.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <gtest/gtest.h>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

class queue_actor_test : public testing::Test {
protected:
  void TearDown() override { queue_.end(); }

  /// An agent of the queue becomes paused or not.
  void agent_is(bool paused) {
    const auto text = std::string{"Event: QueueMemberPause\r\nQueue: sales\r\nMemberName: anna\r\n"
                                  "Interface: PJSIP/anna\r\nStateInterface: PJSIP/anna\r\nMembership: static\r\n"
                                  "Penalty: 0\r\nCallsTaken: 0\r\nLastCall: 0\r\nLastPause: 0\r\nInCall: 0\r\n"
                                  "Status: 1\r\nPaused: "} +
                      (paused ? "1" : "0") + "\r\nPausedReason: \r\nRinginuse: 0\r\nWrapuptime: 0\r\n\r\n";
    queue_.tell(message_batch{ami::parse(ami::buffer::of(text)), {0}});
  }
  /// Campaigns hear of it in the order in which they began to watch.
  static bool woken(caf::scoped_actor& who) {
    bool heard = false;
    who->receive([&](const wake&) { heard = true; }, caf::after(10s) >> [] {});
    return heard;
  }
  static bool nothing_for(caf::scoped_actor& who) {
    bool heard = false;
    who->receive([&](const wake&) { heard = true; }, caf::after(0s) >> [] {});
    return !heard;
  }
  void watch(caf::scoped_actor& who, bool on) {
    queue_.tell(watch_queue{"sales", woken_handle{who}, on});
  }

  live_state live_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor campaign_{system_}, last_{system_};
  queue_handle queue_{system_.spawn(queue_actor, queue_options{"pbx", "sales"}, &live_)};
};

TEST_F(queue_actor_test, wakes_the_campaigns_that_watch_it_once_each_and_nobody_who_has_stopped_to) {
  watch(campaign_, true);
  watch(campaign_, true); // twice is once
  watch(last_, true);
  agent_is(true);
  EXPECT_TRUE(woken(campaign_));
  EXPECT_TRUE(woken(last_));
  EXPECT_TRUE(nothing_for(campaign_));

  watch(campaign_, false);
  agent_is(false);
  EXPECT_TRUE(woken(last_)); // who is told after the campaign would have been
  EXPECT_TRUE(nothing_for(campaign_));
}

} // namespace
} // namespace ringmaster
