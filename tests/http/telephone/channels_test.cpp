// SPDX-License-Identifier: Apache-2.0
// The live telephone system over REST and WebSockets: a whole daemon, real sockets, a server that says what the test
// wants said.
#include "tests/http/telephone/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace ringmaster::tests {
namespace {

using ::testing::HasSubstr;

class telephone_channels : public telephone_test {
protected:
  void prepare() override { pbx().answer("CoreShowChannels", channel_list({"1.1", "1.2"})); }
};

TEST_F(telephone_channels, are_listed_and_shown_at_both_doors) {
  until_listed("/core/channels", 2);
  for (const char* door : {"/core/channels", "/v1/core/channels", "/admin/core/channels", "/v1/admin/core/channels"}) {
    const auto list = get(door);
    EXPECT_EQ(list.status(), 200U) << door;
    EXPECT_EQ(list.size("/result/list"), 2U) << door;
    const auto one = get(std::string{door} + "/1.2");
    EXPECT_EQ(one.at("/result/unique_id"), "1.2") << door;
    EXPECT_EQ(one.at("/result/application"), "Queue");
    EXPECT_EQ(one.at("/result/channel_state"), "6");
    EXPECT_EQ(one.at("/result/pbx"), "pbx-a");
    EXPECT_EQ(one.at("/result/hangup_cause"), "null");
    EXPECT_EQ(one.at("/result/variables"), "{}");
    EXPECT_EQ(get(std::string{door} + "/1.3").status(), 404U) << door;
  }
  EXPECT_EQ(send(request(http::method::get, "/core/channels/", R"({"unique_id": "1.1"})")).at("/result/unique_id"), "1.1");
  EXPECT_EQ(send(request(http::method::get, "/core/channels/", R"({"unique_id": 11})")).status(), 400U);
  EXPECT_EQ(put("/core/channels/1.1", "{}").status(), 405U);
}

TEST_F(telephone_channels, ask_for_a_token) {
  auto req = request(http::method::get, "/core/channels", "");
  req.headers.clear();
  EXPECT_EQ(send(req).status(), 401U);
}

TEST_F(telephone_channels, come_in_pages_that_neither_miss_nor_double) {
  until_listed("/core/channels", 2);
  for (int i = 0; i < 23; ++i)
    pbx().say(newchannel("2." + std::to_string(i)));
  until_listed("/core/channels", 25);
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    const auto page = get("/core/channels?count=10" + (token.empty() ? "" : "&page_token=" + token));
    ASSERT_EQ(page.status(), 200U) << page.text;
    for (std::size_t i = 0; i < page.size("/result/list"); ++i)
      EXPECT_TRUE(seen.insert(page.at("/result/list/" + std::to_string(i) + "/unique_id")).second);
    token = page.at("/result/next_page_token");
    if (++pages == 1) { // what ends and begins between two pages disturbs no other
      pbx().say(hangup("1.1") + newchannel("3.1"));
      until([&] { return get("/core/channels/1.1").status() == 404U; }, "1.1 ends");
    }
  } while (token != "(none)" && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 26U);
  for (const char* wrong : {"count=0", "count=10001", "count=x", "page_token=x", "pbx=nobody"})
    EXPECT_EQ(get(std::string{"/core/channels?"} + wrong).status(), 400U) << wrong;
}

TEST_F(telephone_channels, come_whole_however_many_they_are) {
  until_listed("/core/channels", 2);
  std::string many;
  for (int i = 0; i < 1'000; ++i)
    many += newchannel("2." + std::to_string(i));
  pbx().say(many);
  until_listed("/core/channels", 1'002);
  const auto ids = [](const std::string& text) {
    constexpr std::string_view before = "\"unique_id\":\"";
    std::set<std::string> seen;
    for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1))
      seen.insert(text.substr(at + before.size(), text.find('"', at + before.size()) - at - before.size()));
    return seen.size();
  };
  const auto whole = get("/core/channels");
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<http::body_source>>(whole.response.body)) << "in pieces";
  EXPECT_EQ(whole.size("/result/list"), 1'002U);
  EXPECT_EQ(whole.at("/result/list/1001/unique_id"), "2.999");
  EXPECT_EQ(ids(whole.text), 1'002U);
  EXPECT_EQ(whole.at("/result/next_page_token"), "(none)");
  const auto first = get("/core/channels?count=600");
  EXPECT_EQ(first.size("/result/list"), 600U);
  const auto rest = get("/core/channels?count=600&page_token=" + first.at("/result/next_page_token"));
  EXPECT_EQ(rest.size("/result/list"), 402U);
  EXPECT_EQ(rest.at("/result/list/0/unique_id"), "2.598");
  EXPECT_EQ(rest.at("/result/next_page_token"), "(none)");
}

TEST_F(telephone_channels, are_hung_up_by_delete) {
  until_listed("/core/channels", 2);
  const auto done = del("/core/channels/1.2");
  EXPECT_EQ(done.status(), 200U) << done.text;
  EXPECT_EQ(done.at("/result"), "(none)");
  const auto asked = pbx().heard("Hangup");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].at("Channel"), "PJSIP/1.2");
  EXPECT_EQ(del("/core/channels/9.9").status(), 404U);
  pbx().answer("Hangup", "Response: Error\nActionID: {id}\nMessage: No such channel\n\n");
  const auto refused = del("/v1/admin/core/channels/1.1");
  EXPECT_EQ(refused.status(), 502U);
  EXPECT_THAT(refused.at("/error/message"), HasSubstr("No such channel"));
}

TEST_F(telephone_channels, are_told_from_a_snapshot_on_without_a_gap) {
  until_listed("/core/channels", 2);
  ws_client c;
  ASSERT_EQ(connect(c), 101U);
  c.say(R"({"type":"subscribe","topic":"/core/channels","snapshot":true})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  const auto snapshot = c.hear();
  EXPECT_EQ(field(snapshot, "/name"), "core.channel");
  EXPECT_EQ(field(snapshot, "/last"), "true");
  EXPECT_THAT(snapshot, HasSubstr(R"("unique_id":"1.1")"));
  EXPECT_THAT(snapshot, HasSubstr(R"("unique_id":"1.2")"));
  EXPECT_EQ(field(c.hear(), "/type"), "complete");
  pbx().say(newchannel("5.1"));
  const auto created = c.hear();
  EXPECT_EQ(field(created, "/topic"), "/core/channels/Ann");
  EXPECT_EQ(field(created, "/core.channel.create/unique_id"), "5.1");
  EXPECT_EQ(field(created, "/core.channel.create/application"), "null");
  pbx().say("Event: Newexten\n" + channel_headers("5.1") + "Application: Queue\nAppData: \n\n");
  const auto updated = c.hear();
  EXPECT_EQ(field(updated, "/core.channel.update/application"), "Queue");
  EXPECT_EQ(std::stoull(field(updated, "/seq")), std::stoull(field(created, "/seq")) + 1);
  EXPECT_EQ(field(updated, "/core.channel.update"), get("/core/channels/5.1").at("/result"));
  pbx().say(hangup("5.1"));
  EXPECT_EQ(field(c.hear(), "/core.channel.delete/hangup_cause"), "16");
}

TEST_F(telephone_channels, of_a_lost_server_stay_until_it_is_back_and_ghosts_end_then) {
  until_listed("/core/channels", 2);
  ws_client c;
  ASSERT_EQ(connect(c), 101U);
  c.say(R"({"type":"subscribe","topic":"/core/channels"})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  pbx().answer("CoreShowChannels", channel_list({"1.2", "1.3"}));
  pbx().answer("Login", "Response: Error\nActionID: {id}\nMessage: Authentication failed\n\n");
  pbx().drop();
  until([&] { return get("/health").text.find("\"connected\":false") != std::string::npos; }, "the loss is noticed");
  EXPECT_EQ(get("/core/channels").size("/result/list"), 2U);
  EXPECT_EQ(del("/core/channels/1.1").status(), 503U);
  pbx().answer_as_usual("Login");
  until_connected();
  until([&] { return get("/core/channels/1.3").status() == 200U; }, "the new list is in");
  EXPECT_EQ(get("/core/channels/1.1").status(), 404U);
  std::set<std::string> heard;
  for (int i = 0; i < 2; ++i) {
    const auto event = c.hear();
    heard.insert(field(event, "/core.channel.delete/unique_id") + field(event, "/core.channel.create/unique_id"));
  }
  EXPECT_THAT(heard, testing::UnorderedElementsAre("1.1(none)", "(none)1.3"));
}

class two_servers : public telephone_test {
protected:
  std::size_t servers() const override { return 2; }
  void prepare() override {
    pbx(0).answer("CoreShowChannels", channel_list({"1.1", "1.2"}));
    pbx(1).answer("CoreShowChannels", channel_list({"1.1", "1.3"}));
  }
};

TEST_F(two_servers, keep_the_same_id_apart) {
  until_listed("/core/channels", 4);
  EXPECT_EQ(get("/core/channels?pbx=pbx-b").size("/result/list"), 2U);
  EXPECT_EQ(get("/core/channels/1.3").at("/result/pbx"), "pbx-b");
  const auto which = get("/core/channels/1.1");
  EXPECT_EQ(which.status(), 400U);
  EXPECT_THAT(which.at("/error/message"), HasSubstr("pbx"));
  EXPECT_EQ(get("/core/channels/1.1?pbx=pbx-b").at("/result/pbx"), "pbx-b");
  EXPECT_EQ(get("/core/channels/1.2?pbx=pbx-b").status(), 404U);
  EXPECT_EQ(del("/core/channels/1.1").status(), 400U);
  EXPECT_EQ(del("/core/channels/1.1?pbx=pbx-b").status(), 200U);
  EXPECT_EQ(pbx(0).heard("Hangup").size(), 0U);
  EXPECT_EQ(pbx(1).heard("Hangup").size(), 1U);
}

TEST_F(two_servers, are_named_in_the_body_as_in_the_query) {
  until_listed("/core/channels", 4);
  EXPECT_EQ(get("/core/channels/", R"({"pbx":"pbx-b"})").size("/result/list"), 2U);
  EXPECT_EQ(get("/core/channels/", R"({"unique_id":"1.1","pbx":"pbx-b"})").at("/result/pbx"), "pbx-b");
  EXPECT_EQ(get("/core/channels/1.1", R"({"pbx":"pbx-a"})").at("/result/pbx"), "pbx-a");
  EXPECT_EQ(get("/core/channels/1.1?pbx=pbx-a", R"({"pbx":"pbx-a"})").at("/result/pbx"), "pbx-a");
  EXPECT_EQ(get("/core/channels/1.1?pbx=pbx-a", R"({"pbx":"pbx-b"})").at("/error/field"), "pbx");
  EXPECT_EQ(get("/core/channels/1.1", R"({"pbx":"nobody"})").at("/error/field"), "pbx");
  EXPECT_EQ(get("/core/channels/1.1", R"({"pbx":7})").at("/error/field"), "pbx");
  EXPECT_EQ(get("/core/channels/1.1", R"({"server":"pbx-a"})").at("/error/field"), "server");
  EXPECT_EQ(get("/core/channels/", R"({"unique_id":"1.1","nonsense":1})").at("/error/field"), "nonsense");
  EXPECT_EQ(get("/core/channels/", R"({"unique_id":""})").at("/error/field"), "unique_id");
  EXPECT_EQ(del("/core/channels/1.1", R"({"colour":"pbx-b"})").at("/error/field"), "colour");
  EXPECT_EQ(del("/core/channels/1.1", R"({"pbx":"pbx-b"})").status(), 200U);
  EXPECT_EQ(pbx(0).heard("Hangup").size(), 0U);
  EXPECT_EQ(pbx(1).heard("Hangup").size(), 1U);
}

TEST_F(two_servers, have_ids_that_no_other_has) {
  until_listed("/core/channels", 4);
  std::set<std::string> ids;
  const auto all = get("/core/channels");
  for (int i = 0; i < 4; ++i)
    ids.insert(all.at("/result/list/" + std::to_string(i) + "/global_id"));
  EXPECT_EQ(ids, (std::set<std::string>{"pbx-a:1.1", "pbx-a:1.2", "pbx-b:1.1", "pbx-b:1.3"}));
  for (const auto& id : ids) {
    const auto one = get("/core/channels/" + id);
    EXPECT_EQ(one.at("/result/global_id"), id);
    EXPECT_EQ(get("/core/channels/", R"({"unique_id":")" + id + R"("})").text.size(), one.text.size());
  }
  EXPECT_EQ(get("/core/channels/pbx-a:1.1?pbx=pbx-b").status(), 404U);
  EXPECT_EQ(get("/core/channels/pbx-b:1.2").status(), 404U);
  EXPECT_EQ(get("/core/channels/pbx-b:").status(), 404U);
  EXPECT_EQ(del("/core/channels/pbx-b:1.1").status(), 200U);
  EXPECT_EQ(pbx(0).heard("Hangup").size(), 0U);
  EXPECT_EQ(pbx(1).heard("Hangup").size(), 1U);
  EXPECT_EQ(post("/core/modules/app_voicemail").status(), 400U) << "on which?";
  for (auto& one : pbxs_)
    one->answer("ModuleLoad", "Response: Success\nActionID: {id}\nMessage: Done\n\n");
  EXPECT_EQ(post("/core/modules/pbx-b:app_voicemail").status(), 200U);
  EXPECT_EQ(post("/core/modules/app_voicemail", R"({"pbx":"pbx-b"})").status(), 200U);
  EXPECT_EQ(pbx(0).heard("ModuleLoad").size(), 0U);
  ASSERT_EQ(pbx(1).heard("ModuleLoad").size(), 2U);
  EXPECT_EQ(pbx(1).heard("ModuleLoad")[0].at("Module"), "app_voicemail.so");
}

class without_dialplan : public telephone_test {
protected:
  void prepare() override { settings_.dialplan_events = false; }
};

TEST_F(telephone_channels, ask_for_the_events_of_the_dialplan) {
  EXPECT_THAT(pbx().heard("Login").at(0).at("Events"), HasSubstr("dialplan"));
}
TEST_F(without_dialplan, does_not_ask_for_its_events) {
  EXPECT_EQ(pbx().heard("Login").at(0).at("Events"), "system,call,agent,agi,user");
}

} // namespace
} // namespace ringmaster::tests
