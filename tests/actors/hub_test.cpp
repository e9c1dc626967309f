// SPDX-License-Identifier: Apache-2.0
// The hub as its outlets and the actors that tell it see it.
#include "actors/hub.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <gtest/gtest.h>
#include <simdjson.h>

#include <thread>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

class hub_test : public testing::Test {
protected:
  void start(std::chrono::milliseconds linger) {
    hub_ = spawn_hub(system_, &shared_, linger);
    shared_.hub = hub_;
    hub_.tell(hub_attach{outlet_handle{outlet_}});
  }
  void TearDown() override {
    hub_.end();
    hub_ = shared_.hub = nullptr;
  }

  void tell(std::string topic, std::string name = "ob.campaign.update") {
    hub_.tell(hub_publish{{happening{std::move(topic), std::move(name), "{\"uuid\": 1}"}}});
  }
  hub_subscribed subscribe(std::string topic, std::optional<std::uint64_t> from = {}) {
    hub_.tell(hub_subscribe{outlet_handle{outlet_}, 7, std::move(topic), from});
    hub_subscribed got{};
    outlet_->receive([&](const hub_subscribed& a) { got = a; },
                     caf::after(10s) >> [] { ADD_FAILURE() << "the hub does not answer"; });
    return got;
  }
  std::vector<core::frame_ptr> frames() {
    std::vector<core::frame_ptr> got;
    outlet_->receive([&](const hub_frames& f) { got = f.frames; },
                     caf::after(10s) >> [] { ADD_FAILURE() << "the hub sends no frames"; });
    return got;
  }
  /// Until the hub has let go of what nobody wants.
  void wait_for_nothing_wanted() {
    for (int i = 0; shared_.wanted != 0 && i < 1000; ++i)
      std::this_thread::sleep_for(5ms);
    ASSERT_EQ(shared_.wanted.load(), 0u);
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor outlet_{system_};
  engine_shared shared_;
  hub_handle hub_;
};

TEST_F(hub_test, an_event_has_parts_for_outlets_that_put_it_otherwise) {
  start(1min);
  tell("/ob/campaigns/a\"b");
  const auto told = frames();
  ASSERT_EQ(told.size(), 1u);
  const auto& one = *told.front();
  EXPECT_EQ(one.name(), "ob.campaign.update");
  EXPECT_EQ(one.body(), R"({"uuid": 1})");
  // What a second dialect makes of it, without reading any JSON.
  const auto said = R"({"MessageType":")" + std::string{one.name()} + R"(","data":)" + std::string{one.body()} + "}";
  simdjson::dom::parser parser;
  simdjson::dom::element doc;
  ASSERT_EQ(parser.parse(said).get(doc), simdjson::SUCCESS) << said;
  EXPECT_EQ(doc["data"]["uuid"].get_int64().value(), 1);
}

TEST_F(hub_test, numbers_events_and_says_what_they_are) {
  start(1min);
  const auto first = subscribe("/").seq;
  tell("/ob/campaigns/a");
  tell("/ob/campaigns/b", "ob.campaign.delete");
  const auto one = frames(), two = frames();
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(two.size(), 1u);
  EXPECT_EQ(one[0]->seq, first + 1);
  EXPECT_EQ(two[0]->seq, first + 2);
  simdjson::dom::parser parser;
  const auto json = parser.parse(two[0]->text);
  EXPECT_EQ(json["ob.campaign.delete"]["uuid"].get_int64().value(), 1);
  EXPECT_EQ(json["topic"].get_string().value(), "/ob/campaigns/b");
  EXPECT_EQ(json["seq"].get_uint64().value(), first + 2);
}

TEST_F(hub_test, asks_for_what_somebody_hears_of_alone) {
  start(1ms);
  EXPECT_EQ(shared_.wanted.load(), 0u);
  (void)subscribe("/ob/campaigns/x");
  EXPECT_TRUE(shared_.is_wanted(core::topic_family::campaigns));
  EXPECT_FALSE(shared_.is_wanted(core::topic_family::stats));
  hub_.tell(hub_unsubscribe{"/ob/campaigns/x"});
  wait_for_nothing_wanted();
}

TEST_F(hub_test, gives_what_was_missed_in_its_place_among_the_events) {
  start(1min);
  const auto first = subscribe("/ob").seq;
  tell("/ob/campaigns/a");
  tell("/ob/stats/a", "ob.stats");
  tell("/ob/campaigns/b");
  (void)frames(), (void)frames(), (void)frames();
  const auto back = subscribe("/ob/campaigns", first + 1);
  EXPECT_FALSE(back.gap);
  EXPECT_EQ(back.seq, first + 3);
  ASSERT_EQ(back.missed.size(), 1u);
  EXPECT_EQ(back.missed[0]->topic, "/ob/campaigns/b");
}

TEST_F(hub_test, says_when_it_cannot_give_what_was_missed) {
  start(1ms);
  const auto first = subscribe("/ob/campaigns").seq;
  EXPECT_TRUE(subscribe("/ob/stats", first - 1).gap) << "a number of another process";
  EXPECT_TRUE(subscribe("/ob/dialings", first).gap) << "nobody listened to those";
  EXPECT_FALSE(subscribe("/ob/campaigns", first).gap) << "nothing has happened since";
  for (const char* topic : {"/ob/campaigns", "/ob/stats", "/ob/dialings", "/ob/campaigns"})
    hub_.tell(hub_unsubscribe{topic});
  wait_for_nothing_wanted();
  // Nobody listened: what would have been told meanwhile was not made, so that the number proves nothing.
  EXPECT_TRUE(subscribe("/ob/campaigns", first).gap);
}

TEST_F(hub_test, keeps_what_its_last_reader_left_for_a_while) {
  start(1min);
  const auto first = subscribe("/ob/campaigns").seq;
  hub_.tell(hub_unsubscribe{"/ob/campaigns"});
  tell("/ob/campaigns/a");
  (void)frames();
  EXPECT_TRUE(shared_.is_wanted(core::topic_family::campaigns));
  const auto back = subscribe("/ob/campaigns", first);
  EXPECT_FALSE(back.gap);
  EXPECT_EQ(back.missed.size(), 1u);
}

} // namespace
} // namespace ringmaster
