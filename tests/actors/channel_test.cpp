// SPDX-License-Identifier: Apache-2.0
// A channel among actors that are run by their senders, so that each step is over when it has been sent.
#include "actors/channel.hpp"

#include "protocol/ami/parser.hpp"
#include "protocol/error.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

class channel_test : public testing::Test {
protected:
  void SetUp() override {
    shared_.store = store_handle{spawn_direct(system_, "store", [this](direct_actor*) {
      return caf::behavior{[this](const store_operation_ptr& what) {
        ++writes_;
        what->done(disk_is_full_ ? std::optional{error{errc::storage_failed, "the disk is full", {}}}
                                 : std::nullopt);
      }};
    })};
    shared_.results =
        results_handle{spawn_direct(system_, "results", [](direct_actor*) { return caf::behavior{[](const drain_outbox&) {}}; })};
    campaign_ = campaign_handle{spawn_direct(system_, "campaign", [this](direct_actor*) {
      return caf::behavior{[this](const call_milestone& what) { milestones_.push_back(what); },
                           [this](const call_finished& what) { finished_.push_back(what); }};
    })};
  }

  channel_handle begin() {
    dialing record;
    record.id = id_;
    record.pbx = "one that has left the configuration";
    record.dial_timeout = 30'000;
    return channel::begin(system_, record, campaign_, false, shared_);
  }
  [[nodiscard]] bool is_live() const { return static_cast<bool>(shared_.live.dialings.find(id_)); }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  engine_shared shared_;
  campaign_handle campaign_;
  const uuid id_{random_uuid()};
  bool disk_is_full_{false};
  int writes_{0};
  std::vector<call_milestone> milestones_;
  std::vector<call_finished> finished_;
};

TEST_F(channel_test, is_seen_until_its_end_is_on_disk) {
  const auto one = begin();
  ASSERT_TRUE(is_live());
  one.tell(originate_written{true, {}});
  EXPECT_TRUE(is_live());
  EXPECT_EQ(writes_, 0);
  one.tell(channel_presence{false, 0, {}, {}});
  EXPECT_EQ(writes_, 1);
  EXPECT_FALSE(is_live());
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_.front().id, id_);
  one.tell(channel_presence{false, 0, {}, {}});
  EXPECT_EQ(writes_, 1) << "it has ended";
}

TEST_F(channel_test, whose_end_the_disk_refuses_is_live_and_tries_again) {
  disk_is_full_ = true;
  const auto one = begin();
  const auto before = wall_clock_now();
  one.tell(originate_written{false, "there was no connection"});
  EXPECT_EQ(writes_, 1);
  EXPECT_TRUE(is_live());
  EXPECT_TRUE(finished_.empty());
  ASSERT_FALSE(milestones_.empty());
  const auto again = milestones_.back().deadline; // when the campaign sends `call_deadline`
  EXPECT_GE(again, before + 1s);
  EXPECT_LE(again, wall_clock_now() + 1s);

  one.tell(call_deadline{});
  EXPECT_EQ(writes_, 2) << "refused once more";
  EXPECT_TRUE(is_live());

  disk_is_full_ = false;
  one.tell(call_deadline{});
  EXPECT_EQ(writes_, 3);
  EXPECT_FALSE(is_live());
  EXPECT_EQ(finished_.size(), 1u);
  one.tell(call_deadline{});
  EXPECT_EQ(writes_, 3);
}

TEST_F(channel_test, of_a_server_that_is_gone_says_so_to_who_wants_it_hung_up) {
  const auto one = begin();
  std::vector<errc> said;
  one.tell(hang_up_call{[&](const result<std::string>& done) {
                   said.push_back(done ? errc::internal : done.error().code);
                 }});
  EXPECT_EQ(said, std::vector{errc::pbx_unavailable});
}

TEST_F(channel_test, that_the_server_refuses_tells_its_circuit_breaker) {
  auto& breakers = shared_.breakers.try_emplace("pbx-1", "pbx-1").first->second;
  const auto now = shared_.time->now();
  dialing record;
  record.id = id_;
  record.pbx = "pbx-1";
  record.dial_timeout = 30'000;
  record.uuid_camp = random_uuid();
  const auto ticket = breakers.begin("PJSIP/carrier", record.uuid_camp, {random_uuid(), 0}, now);
  ASSERT_TRUE(ticket);
  const auto one = channel::begin(system_, record, campaign_, false, shared_, *ticket);
  EXPECT_TRUE(breakers.resting(now).empty());
  const auto block = ami::parse("Response: Error\r\nActionID: " + to_string(id_) + "\r\nMessage: Permission denied\r\n\r\n");
  one.tell(message_batch{block, {0}});
  const auto rests = breakers.resting(now);
  ASSERT_EQ(rests.size(), 1u);
  EXPECT_EQ(rests[0].what, core::resting_thing::server);
  EXPECT_EQ(rests[0].words, "Permission denied");
  EXPECT_EQ(breakers.may_begin("PJSIP/carrier", record.uuid_camp, now), core::permit::none);
  EXPECT_EQ(breakers.may_begin("PJSIP/other", random_uuid(), now), core::permit::none) << "it is about the server";
  EXPECT_EQ(shared_.live.total.originate_failures, 1u);
}

} // namespace
} // namespace ringmaster
