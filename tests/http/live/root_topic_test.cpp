// SPDX-License-Identifier: Apache-2.0
// `/` is everything that its reader may hear, and nothing else.
#include "tests/http/live/front_fixture.hpp"
#include "tests/http/live/ws_client.hpp"

#include "actors/messages.hpp"

namespace ringmaster::tests {
namespace {

class root_topic : public front_test {
protected:
  void tell(const std::string& topic, const std::string& name) { engine_->hub().tell(hub_publish{{{topic, name, R"({"a":1})"}}}); }
  void hears(const std::vector<std::string>& permissions) {
    caller_ = std::make_shared<const auth::principal>(auth::principal{"someone", {permissions.begin(), permissions.end()}});
    ASSERT_EQ(client_.connect(server_->port(), "/ws"), 101u);
  }
  ws_client client_;
};

TEST_F(root_topic, is_of_the_families_that_its_reader_may_hear) {
  start({});
  hears({"telephone.read"});
  client_.say(R"({"type":"subscribe","topic":"/","snapshot":true})");
  EXPECT_EQ(field(client_.hear(), "/type"), "subscribed");
  for (const auto& said : client_.hear_until("complete"))
    EXPECT_EQ(said.find("\"ob."), std::string::npos) << said;
  tell("/ob/campaigns/x", "ob.campaign.update");
  tell("/core/channels/x", "core.channel.update");
  const auto heard = client_.hear();
  EXPECT_EQ(heard.find("ob.campaign"), std::string::npos) << heard;
  EXPECT_NE(heard.find(R"({"core.channel.update":{"a":1},"topic":"/core/channels/x")"), std::string::npos) << heard;
  // What a reader missed is told by the same rule.
  const auto from = field(heard, "/seq");
  tell("/ob/campaigns/y", "ob.campaign.update");
  tell("/core/channels/y", "core.channel.delete");
  client_.hear();
  client_.say(R"({"type":"unsubscribe","topic":"/"})");
  EXPECT_EQ(field(client_.hear(), "/type"), "unsubscribed");
  client_.say(R"({"type":"subscribe","topic":"/","from":)" + from + "}");
  const auto again = client_.hear_until("complete");
  ASSERT_EQ(again.size(), 3u);
  EXPECT_NE(again[1].find("core.channel.delete"), std::string::npos) << again[1];
  // Other topics ask for their permission as before.
  client_.say(R"({"type":"subscribe","topic":"/ob"})");
  EXPECT_EQ(field(client_.hear(), "/error/code"), "403");
}

TEST_F(root_topic, has_nothing_that_is_for_others) {
  start({});
  hears({"*"});
  for (const auto* topic : {"/", "/ob/campaigns"}) {
    client_.say(R"({"type":"subscribe","topic":")" + std::string{topic} + "\"}");
    EXPECT_EQ(field(client_.hear(), "/type"), "subscribed");
  }
  const auto for_users = [&](const std::string& id, std::vector<std::string> users) {
    engine_->hub().tell(hub_publish{{{"/ob/campaigns/" + id, "ob.campaign.update", "{}", std::move(users)}}});
  };
  for_users("first", {"someone", "bob"});
  for_users("secret", {"bob", "cyd"});
  for_users("last", {});
  const auto first = client_.hear();
  EXPECT_NE(first.find("first"), std::string::npos) << first;
  const auto last = client_.hear();
  EXPECT_NE(last.find("last"), std::string::npos) << last;
  // Nor what was missed.
  client_.say(R"({"type":"unsubscribe","topic":"/"})");
  client_.hear();
  client_.say(R"({"type":"unsubscribe","topic":"/ob/campaigns"})");
  client_.hear();
  client_.say(R"({"type":"subscribe","topic":"/ob","from":)" + field(first, "/seq") + "}");
  for (const auto& said : client_.hear_until("complete"))
    EXPECT_EQ(said.find("secret"), std::string::npos) << said;
}

TEST_F(root_topic, is_refused_to_whoever_may_hear_nothing) {
  start({});
  hears({"metrics.read"});
  client_.say(R"({"type":"subscribe","topic":"/"})");
  EXPECT_EQ(field(client_.hear(), "/error/code"), "403");
}

} // namespace
} // namespace ringmaster::tests
