// SPDX-License-Identifier: Apache-2.0
// A server's channels that are no calls of ours, and its lists as messages, over a real connection to a server that says what
// the test has it say.
#include "actors/engine.hpp"
#include "actors/messages.hpp"
#include "tests/http/telephone/scripted_pbx.hpp"
#include "tests/scratch_folder.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <thread>

namespace ringmaster::foreign_channel_tests {
namespace {

const std::string the_channel = "1700000000.42";

std::string event(const std::string& name, const std::string& headers) {
  return "Event: " + name + "\nPrivilege: call,all\n" + headers + "\n";
}
std::string channels(const std::vector<std::string>& ids) {
  std::string text = "Response: Success\nActionID: {id}\nEventList: start\n\n";
  for (const auto& id : ids)
    text += "Event: CoreShowChannel\nActionID: {id}\nChannel: PJSIP/ann-1\nUniqueid: " + id + "\nLinkedid: " + id +
            "\nChannelState: 6\nDuration: 00:00:05\nBridgeId: \n\n";
  return text + "Event: CoreShowChannelsComplete\nActionID: {id}\nEventList: Complete\nListItems: " + std::to_string(ids.size()) + "\n\n";
}

class foreign_channels : public testing::Test {
protected:
  struct heard {
    std::mutex guard;
    std::vector<std::string> all;
    void add(std::string what) {
      const std::lock_guard lock{guard};
      all.push_back(std::move(what));
    }
  };

  void SetUp() override {
    auto opened = storage::environment::open({folder_.path() / "data", std::size_t{1} << 30, 126});
    ASSERT_TRUE(opened) << opened.error().message;
    env_.emplace(std::move(*opened));
    pbx_.answer("CoreShowChannels", channels({the_channel}));
    engine_options options;
    pbx_options to;
    to.name = "pbx-a";
    to.port = pbx_.port();
    to.username = "dialer";
    to.secret = "secret";
    to.list_channels_every = std::chrono::milliseconds{50};
    options.pbxs.push_back(to);
    options.result_file = folder_.path() / "results.json";
    auto started = engine::start(std::move(options), *env_);
    ASSERT_TRUE(started) << started.error().message;
    engine_ = std::move(*started);
    until([&] {
      const auto one = engine_->live().pbxs.find("pbx-a");
      return one && one->connected;
    });
  }
  void TearDown() override { engine_.reset(); }

  template <class F>
  void until(F&& holds) {
    for (int i = 0; i < 4'000; ++i) {
      if (holds())
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    ADD_FAILURE() << "in vain";
  }
  [[nodiscard]] std::vector<std::string> told() {
    const std::lock_guard lock{heard_->guard};
    return heard_->all;
  }
  [[nodiscard]] bool was_told(const std::string& what) {
    const auto all = told();
    return std::find(all.begin(), all.end(), what) != all.end();
  }

  follower_handle a_follower() {
    return follower_handle{engine_->actors().spawn([heard = heard_](caf::event_based_actor*) -> caf::behavior {
      return takes<follower_handle>(
          [heard](const message_batch& batch) {
            for (const auto at : batch.at)
              heard->add(std::string{(*batch.block)[at].what()});
          },
          [heard](const channel_presence& is) { heard->add(is.alive ? "there: " + is.channel : "gone"); },
          [heard](const connection_lost&) { heard->add("lost"); });
    })};
  }

  tests::scratch_folder folder_;
  tests::scripted_pbx pbx_;
  std::optional<storage::environment> env_;
  std::unique_ptr<engine> engine_;
  std::shared_ptr<heard> heard_ = std::make_shared<heard>();
};

TEST_F(foreign_channels, are_followed_from_where_they_are_to_their_end) {
  const auto who = a_follower();
  ASSERT_TRUE(engine_->follow("pbx-a", the_channel, who));
  until([&] { return was_told("there: PJSIP/ann-1"); });
  pbx_.say(event("Newstate", "Channel: PJSIP/bob-2\nUniqueid: 1700000000.43\nChannelState: 6\n"));
  pbx_.say(event("Hold", "Channel: PJSIP/ann-1\nUniqueid: " + the_channel + "\n"));
  pbx_.say(event("DialBegin", "Channel: PJSIP/x\nUniqueid: 1.1\nDestUniqueid: " + the_channel + "\n"));
  until([&] { return was_told("DialBegin"); });
  // Another channel takes its place in a bridge: the call goes on in that.
  pbx_.say(event("BridgeEnter", "Channel: PJSIP/ann-9\nUniqueid: 1700000000.49\nSwapUniqueid: " + the_channel + "\nBridgeUniqueid: b\n"));
  pbx_.say(event("Hangup", "Channel: PJSIP/ann-1\nUniqueid: " + the_channel + "\nCause: 16\n"));
  pbx_.say(event("Unhold", "Channel: PJSIP/ann-9\nUniqueid: 1700000000.49\n"));
  pbx_.say(event("Hangup", "Channel: PJSIP/ann-9\nUniqueid: 1700000000.49\nCause: 16\n"));
  pbx_.say(event("Hold", "Channel: PJSIP/ann-9\nUniqueid: 1700000000.49\n"));
  until([&] { return was_told("Hangup"); });
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  auto all = told();
  std::erase(all, "there: PJSIP/ann-1");
  EXPECT_EQ(all, (std::vector<std::string>{"Hold", "DialBegin", "BridgeEnter", "Unhold", "Hangup"}))
      << "and nothing of others, or after the end";
  who.end();
}

TEST_F(foreign_channels, are_asked_for_anew_when_the_connection_was_lost) {
  const auto who = a_follower();
  ASSERT_TRUE(engine_->follow("pbx-a", the_channel, who));
  until([&] { return was_told("there: PJSIP/ann-1"); });
  pbx_.answer("CoreShowChannels", channels({}));
  pbx_.drop();
  until([&] { return was_told("lost"); });
  until([&] { return was_told("gone"); });
  engine_->unfollow("pbx-a", the_channel, who);
  EXPECT_FALSE(engine_->follow("pbx-b", the_channel, who)) << "no such server";
  who.end();
}

class answers : public foreign_channels {
protected:
  result<std::vector<telephone_answer>> list(const std::string& action, std::vector<std::pair<std::string, std::string>> headers = {}) {
    auto box = std::make_shared<std::promise<result<std::vector<telephone_answer>>>>();
    auto came = box->get_future();
    engine_->ask_list("pbx-a", {action, std::move(headers)}, [box](const auto& all) { box->set_value(all); });
    if (came.wait_for(std::chrono::seconds{20}) != std::future_status::ready)
      return error{errc::timed_out, "nothing came", {}};
    return came.get();
  }
};

TEST_F(answers, come_as_messages) {
  pbx_.answer("GetConfig",
              "Response: Success\nActionID: {id}\nCategory-000000: general\nLine-000000-000000: a=1\nLine-000000-000001: b=2\n\n");
  const auto config = list("GetConfig", {{"Filename", "queues.conf"}});
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->size(), 1u);
  EXPECT_EQ(config->front().get("Line-000000-000001"), "b=2");

  pbx_.answer("PJSIPShowEndpoints", "Response: Success\nActionID: {id}\nEventList: start\n\n"
                                    "Event: EndpointList\nActionID: {id}\nObjectName: ann\n\n"
                                    "Event: EndpointList\nActionID: other\nObjectName: nobody\n\n"
                                    "Event: EndpointList\nActionID: {id}\nObjectName: bob\n\n"
                                    "Event: EndpointListComplete\nActionID: {id}\nEventList: Complete\nListItems: 2\n\n");
  const auto endpoints = list("PJSIPShowEndpoints");
  ASSERT_TRUE(endpoints) << endpoints.error().message;
  ASSERT_EQ(endpoints->size(), 4u);
  EXPECT_EQ((*endpoints)[1].get("ObjectName"), "ann");
  EXPECT_EQ((*endpoints)[2].get("ObjectName"), "bob");
  EXPECT_EQ((*endpoints)[3].get("ListItems"), "2");
}

TEST_F(answers, that_refuse_or_never_end_are_errors) {
  pbx_.answer("GetConfig", "Response: Error\nActionID: {id}\nMessage: Config file not found\n\n");
  const auto refused = list("GetConfig", {{"Filename", "x.conf"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::pbx_refused);
  EXPECT_NE(refused.error().message.find("Config file not found"), std::string::npos);

  pbx_.answer("PJSIPShowEndpoints",
              "Response: Success\nActionID: {id}\nEventList: start\n\nEvent: EndpointList\nActionID: {id}\nObjectName: ann\n\n");
  auto box = std::make_shared<std::promise<errc>>();
  engine_->ask_list("pbx-a", {"PJSIPShowEndpoints", {}}, [box](const auto& all) { box->set_value(all ? errc{} : all.error().code); });
  until([&] { return !pbx_.heard("PJSIPShowEndpoints").empty(); });
  pbx_.drop();
  EXPECT_EQ(box->get_future().get(), errc::pbx_unavailable);
}

TEST_F(answers, ring_no_telephone_outside) {
  for (const auto* action : {"Originate", "originate", "Redirect", "BlindTransfer", "Atxfer"}) {
    const auto refused = list(action, {{"Channel", "PJSIP/1"}});
    ASSERT_FALSE(refused) << action;
    EXPECT_EQ(refused.error().code, errc::illegal_state) << action;
    auto box = std::make_shared<std::promise<errc>>();
    engine_->ask("pbx-a", {action, {{"Channel", "PJSIP/1"}}},
                 [box](const result<std::string>& said) { box->set_value(said ? errc{} : said.error().code); });
    EXPECT_EQ(box->get_future().get(), errc::illegal_state) << action;
    EXPECT_TRUE(pbx_.heard(action).empty());
  }
}

// What goes to a server goes through `ami_actions`, which asks core/outward.hpp; what the folds of the telephone system ask for is the
// one exception, and that is lists.
TEST(ways_outward, are_one) {
  const std::filesystem::path actors = std::string{RINGMASTER_TEST_DATA} + "/../../actors";
  std::map<std::string, int> found;
  for (const auto& one : std::filesystem::recursive_directory_iterator{actors}) {
    if (one.path().extension() != ".cpp" && one.path().extension() != ".hpp")
      continue;
    std::ifstream in{one.path()};
    for (std::string line; std::getline(in, line);)
      if (line.find("link_->send(") != std::string::npos)
        ++found[one.path().filename().string()];
  }
  EXPECT_EQ(found, (std::map<std::string, int>{{"ami_actions.cpp", 2}, {"pbx.cpp", 1}}));
}

} // namespace
} // namespace ringmaster::foreign_channel_tests
