// SPDX-License-Identifier: Apache-2.0
// Live clients: real sockets to a whole daemon, through a WebSocket client that is Beast's.
#include "tests/http/live/front_fixture.hpp"
#include "tests/http/live/ws_client.hpp"

#include <caf/send.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace ringmaster::tests {
namespace {

namespace websocket = boost::beast::websocket;
using ::testing::HasSubstr;

class live_test : public daemon_test {
protected:
  void SetUp() override {
    daemon_test::SetUp();
    daemon_.reset();
    settings_.http.port = 0;
    listen();
  }
  void listen() {
    auto made = daemon::application::start(settings_);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    daemon_ = std::move(*made);
    const auto address = daemon_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  unsigned connect(ws_client& c) { return c.connect(port_, "/ws?authtoken=" + token_); }

  std::uint16_t port_{0};
};

TEST_F(live_test, asks_for_the_token_before_the_upgrade) {
  ws_client none, wrong, good, v1;
  EXPECT_EQ(none.connect(port_, "/ws"), 401u);
  EXPECT_EQ(wrong.connect(port_, "/ws?authtoken=" + std::string{unknown_id}), 401u);
  EXPECT_EQ(connect(good), 101u);
  EXPECT_EQ(v1.connect(port_, "/v1/ws?authtoken=" + token_), 101u);
}

TEST_F(live_test, takes_the_upgrade_at_the_bare_address_as_well) {
  ws_client none, good;
  EXPECT_EQ(none.connect(port_, "/"), 401u);
  EXPECT_EQ(good.connect(port_, "/?authtoken=" + token_), 101u);
}

TEST_F(live_test, tells_a_campaign_from_its_creation_to_its_end) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  const auto answer = c.hear();
  EXPECT_EQ(field(answer, "/type"), "subscribed");
  const auto id = make("/ob/campaigns", R"({"name":"one"})");
  const auto made = c.hear();
  EXPECT_EQ(field(made, "/ob.campaign.create/uuid"), id);
  EXPECT_EQ(field(made, "/topic"), topic_below("/ob/campaigns", id));
  EXPECT_GT(std::stoull(field(made, "/seq")), std::stoull(field(answer, "/seq")));
  EXPECT_EQ(put("/ob/campaigns/" + id, R"({"name":"two"})").status(), 200u);
  const auto changed = c.hear();
  EXPECT_EQ(field(changed, "/ob.campaign.update/name"), "two");
  EXPECT_EQ(std::stoull(field(changed, "/seq")), std::stoull(field(made, "/seq")) + 1);
  const auto deleted = del("/ob/campaigns/" + id);
  EXPECT_EQ(deleted.status(), 200u);
  EXPECT_EQ(deleted.at("/result/in_use"), "0");
  EXPECT_EQ(field(c.hear(), "/ob.campaign.delete"), deleted.at("/result"));
}

TEST_F(live_test, begins_with_a_snapshot_that_is_what_rest_says) {
  const auto one = make("/ob/campaigns", R"({"name":"one"})"), two = make("/ob/campaigns", R"({"name":"two"})");
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns/)" + one + R"(","snapshot":true})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  const auto snapshot = c.hear();
  EXPECT_EQ(field(snapshot, "/type"), "snapshot");
  EXPECT_EQ(field(snapshot, "/name"), "ob.campaign");
  EXPECT_EQ(field(snapshot, "/last"), "true");
  EXPECT_EQ(field(snapshot, "/items/0"), get("/ob/campaigns/" + one).at("/result"));
  EXPECT_EQ(field(snapshot, "/items/1"), "(none)");
  const auto whole = c.hear();
  EXPECT_EQ(field(whole, "/type"), "complete");
  EXPECT_EQ(field(whole, "/seq"), field(snapshot, "/seq"));
  // And of nothing else afterwards.
  EXPECT_EQ(put("/ob/campaigns/" + two, R"({"name":"three"})").status(), 200u);
  EXPECT_EQ(put("/ob/campaigns/" + one, R"({"name":"four"})").status(), 200u);
  EXPECT_EQ(field(c.hear(), "/ob.campaign.update/name"), "four");
}

TEST_F(live_test, tells_how_the_asterisk_servers_are) {
  daemon_.reset();
  config::pbx_settings nobody;
  nobody.name = "pbx 1";
  nobody.port = 1; // where nobody listens
  nobody.username = "dialer", nobody.password = "secret";
  settings_.pbxs = {nobody};
  listen();
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/servers","snapshot":true})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  const auto snapshot = c.hear();
  EXPECT_EQ(field(snapshot, "/name"), "ob.server");
  EXPECT_EQ(field(snapshot, "/items/0/name"), "pbx 1");
  EXPECT_EQ(field(snapshot, "/items/0/state"), "away");
  EXPECT_EQ(field(snapshot, "/items/0/connected"), "false");
  EXPECT_EQ(field(snapshot, "/items/0/rests"), "[]");
  EXPECT_EQ(field(c.hear(), "/type"), "complete");
  const auto told = c.hear(); // what is the matter, or the same once more
  EXPECT_EQ(field(told, "/topic"), "/ob/servers/pbx%201");
  EXPECT_EQ(field(told, "/ob.server.update/state"), "away");
  EXPECT_NE(field(told, "/ob.server.update/trouble"), "(none)");
}

TEST_F(live_test, goes_on_where_a_lost_connection_stopped) {
  const auto id = make("/ob/campaigns", R"({"name":"0"})");
  std::string last;
  {
    ws_client c;
    ASSERT_EQ(connect(c), 101u);
    c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
    last = field(c.hear(), "/seq");
  }
  for (const char* name : {"1", "2", "3"})
    ASSERT_EQ(put("/ob/campaigns/" + id, R"({"name":")" + std::string{name} + "\"}").status(), 200u);
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns","from":)" + last + "}");
  const auto answer = c.hear();
  EXPECT_EQ(field(answer, "/type"), "subscribed");
  EXPECT_EQ(field(answer, "/seq"), last) << "what has a higher number is still to come";
  // A change that its actor has not taken up yet may be told together with the next one, and after the replay. That the
  // campaign was made may come after the first subscription.
  std::vector<std::string> events;
  std::string complete;
  while (complete.empty() || events.empty() || events.back().find(R"("name":"3")") == std::string::npos) {
    auto said = c.hear();
    ASSERT_EQ(said.front(), '{') << said;
    EXPECT_GE(std::stoull(field(said, "/seq")), std::stoull(last)) << "numbers grow: " << said;
    last = field(said, "/seq");
    if (field(said, "/type") == "complete")
      complete = std::move(said);
    else
      events.push_back(std::move(said));
  }
  EXPECT_EQ(field(complete, "/topic"), "/ob/campaigns");
  EXPECT_LE(events.size(), 4u);
}

TEST_F(live_test, says_that_nothing_was_missed) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  const auto seq = field(c.hear(), "/seq");
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns","snapshot":true,"from":)" + seq + "}");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  EXPECT_EQ(field(c.hear(), "/type"), "complete");
}

TEST_F(live_test, says_when_it_cannot_go_on_and_sends_a_snapshot) {
  const auto id = make("/ob/campaigns");
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns","from":17,"snapshot":true})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  EXPECT_EQ(field(c.hear(), "/type"), "resync");
  EXPECT_EQ(field(c.hear(), "/items/0/uuid"), id);
  EXPECT_EQ(field(c.hear(), "/type"), "complete");
}

TEST_F(live_test, a_snapshot_of_several_kinds_is_complete_once_and_after_all_of_them) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob","snapshot":true})");
  c.say(R"({"type":"subscribe","topic":"/queue","snapshot":true})");
  std::vector<std::string> said;
  for (const auto& one : c.hear_until(R"("complete","topic":"/queue")"))
    said.push_back(field(one, "/type") + " " + field(one, field(one, "/name") == "(none)" ? "/topic" : "/name"));
  EXPECT_THAT(said, testing::ElementsAre("subscribed /ob", "snapshot ob.campaign", "snapshot ob.dialing",
                                         "snapshot ob.stats", "snapshot ob.server", "complete /ob", "subscribed /queue", "snapshot queue.queue",
                                         "snapshot queue.member", "snapshot queue.entry", "complete /queue"));
}

TEST_F(live_test, everything_it_says_has_a_number) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  const auto seq = field(c.hear(), "/seq");
  c.say(R"({"type":"unsubscribe","topic":"/ob/campaigns"})");
  EXPECT_EQ(field(c.hear(), "/seq"), seq);
  c.say("{}");
  EXPECT_EQ(field(c.hear(), "/seq"), seq);
}

TEST_F(live_test, ends_with_its_token) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
  EXPECT_EQ(del("/admin/login").status(), 200u);
  EXPECT_NE(c.hear().front(), '{');
  EXPECT_EQ(c.close_code(), websocket::close_code::policy_error);
}

TEST_F(live_test, an_event_comes_once_however_many_subscriptions_cover_it) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  for (const char* topic : {"/", "/ob", "/ob/campaigns"}) {
    c.say(R"({"type":"subscribe","topic":")" + std::string{topic} + "\"}");
    EXPECT_EQ(field(c.hear_until("subscribed").back(), "/topic"), topic);
  }
  const auto one = make("/ob/campaigns"), two = make("/ob/campaigns");
  int created = 0;
  for (bool all = false; !all;) // its figures may be told before it is
    for (const auto& said : c.hear_until(two)) {
      const bool create = said.find("ob.campaign.create") != std::string::npos;
      created += create ? 1 : 0;
      all = all || (create && said.find(two) != std::string::npos);
    }
  EXPECT_EQ(created, 2);
}

TEST_F(live_test, unsubscribes) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  c.hear();
  c.say(R"({"type":"unsubscribe","topic":"/ob/campaigns/"})");
  EXPECT_EQ(field(c.hear(), "/type"), "unsubscribed");
  (void)make("/ob/campaigns");
  c.say(R"({"type":"unsubscribe","topic":"/ob/campaigns"})");
  EXPECT_EQ(field(c.hear(), "/error/code"), "404");
}

TEST_F(live_test, a_topic_is_the_same_however_its_name_is_encoded) {
  const auto id = make("/ob/campaigns");
  auto plain = "/ob/campaigns/" + id, half = plain;
  half.replace(half.rfind('-'), 1, "%2d");
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":")" + half + "\"}");
  EXPECT_EQ(field(c.hear(), "/topic"), plain) << "in its one spelling";
  ASSERT_EQ(put(plain, R"({"name":"changed"})").status(), 200u);
  c.hear_until(R"("name":"changed")"); // that it was made may come after the subscription, too
  c.say(R"({"type":"unsubscribe","topic":")" + plain + "/\"}");
  EXPECT_EQ(field(c.hear(), "/type"), "unsubscribed");
  c.say(R"({"type":"unsubscribe","topic":")" + half + "\"}");
  EXPECT_EQ(field(c.hear(), "/error/code"), "404");
}

TEST_F(live_test, refuses_what_it_does_not_understand_and_goes_on) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  const std::pair<const char*, const char*> wrong[] = {
      {"hello", "400"},
      {"[]", "400"},
      {R"({"type":"subscribe"})", "400"},
      {R"({"type":"shout","topic":"/"})", "400"},
      {R"({"type":"subscribe","topic":5})", "400"},
      {R"({"type":"subscribe","topic":"ob"})", "400"},
      {R"({"type":"subscribe","topic":"/nothing"})", "404"},
      {R"({"type":"subscribe","topic":"/","form":1})", "400"},
      {R"({"type":"subscribe","topic":"/","from":-1})", "400"},
      {R"({"type":"subscribe","topic":"/","snapshot":"yes"})", "400"},
  };
  for (const auto& [said, code] : wrong) {
    c.say(said);
    EXPECT_EQ(field(c.hear(), "/error/code"), code) << said;
  }
  c.say(R"({"type":"subscribe","topic":"/ob"})");
  EXPECT_EQ(field(c.hear(), "/type"), "subscribed");
}

TEST_F(live_test, ends_binary_and_oversized_messages_with_their_close_codes) {
  ws_client binary, big;
  ASSERT_EQ(connect(binary), 101u);
  binary.say_binary("{}");
  binary.hear();
  EXPECT_EQ(binary.close_code(), websocket::close_code::unknown_data);
  ASSERT_EQ(connect(big), 101u);
  big.say(std::string(17 * 1024, ' '));
  big.hear();
  EXPECT_EQ(big.close_code(), websocket::close_code::too_big);
}

TEST_F(live_test, says_goodbye_when_the_daemon_ends) {
  ws_client c;
  ASSERT_EQ(connect(c), 101u);
  c.say(R"({"type":"subscribe","topic":"/"})");
  c.hear_until("subscribed");
  daemon_.reset();
  while (c.hear().front() == '{') {
  }
  EXPECT_EQ(c.close_code(), websocket::close_code::going_away);
}

TEST_F(live_test, a_plain_request_is_told_to_upgrade) {
  auto req = request(http::method::get, "/ws", "");
  const auto way = daemon_->routes().begin(req);
  ASSERT_NE(way.to, nullptr);
  EXPECT_TRUE(way.to->on_upgrade);
}

// --- slow readers

class slow_reader_test : public front_test {
protected:
  void tell(std::size_t events, std::size_t bytes, const std::string& topic = "/ob/campaigns/x") {
    const auto body = "{\"text\":\"" + std::string(bytes, 'x') + "\"}";
    for (std::size_t i = 0; i < events; ++i)
      engine_->hub().tell(hub_publish{{happening{topic, "ob.campaign.update", body}}});
  }
  /// Campaigns whose figures are published, a kilobyte each.
  void show(std::size_t campaigns) {
    for (std::size_t i = 0; i < campaigns; ++i) {
      live_campaign one;
      one.id = ordered_uuid(wall_clock_now());
      one.queue = "sales";
      engine_->live().campaigns.put(one.id, one);
    }
  }
};

TEST_F(slow_reader_test, loses_events_is_told_so_and_gets_a_snapshot) {
  live::socket_limits limits;
  limits.waiting = 64 * 1024;
  start(limits);
  ws_client slow, quick;
  ASSERT_EQ(slow.connect(server_->port(), "/ws"), 101u);
  ASSERT_EQ(quick.connect(server_->port(), "/ws"), 101u);
  slow.say(R"({"type":"subscribe","topic":"/ob/campaigns","snapshot":true})");
  quick.say(R"({"type":"subscribe","topic":"/ob/stats"})");
  slow.hear_until("complete");
  quick.hear_until("subscribed");
  // More than the kernel holds for a reader that does not read.
  tell(400, 100'000);
  tell(1, 10, "/ob/stats/x");
  EXPECT_THAT(quick.hear(), HasSubstr("/ob/stats/x")) << "another reader is not held up";
  const auto heard = slow.hear_until("resync");
  EXPECT_LT(heard.size(), 400u);
  EXPECT_THAT(slow.hear(), HasSubstr("snapshot"));
  EXPECT_THAT(slow.hear(), HasSubstr("complete"));
  // While the kernel still took something it may have been too slow several times; what it is told in between is lost.
  tell(1, 10, "/ob/campaigns/after");
  for (std::string said; said.find("/ob/campaigns/after") == std::string::npos;) {
    said = slow.hear();
    ASSERT_EQ(said.front(), '{') << said;
    if (said.find("complete") != std::string::npos)
      tell(1, 10, "/ob/campaigns/after");
  }
}

/// What was said, in short: the types of messages in order, each once in a row; "event" for those without.
std::vector<std::string> kinds(const std::vector<std::string>& said) {
  std::vector<std::string> all;
  for (const auto& one : said) {
    const auto type = field(one, "/type");
    if (auto heard = type == "(none)" ? "event" : type; all.empty() || all.back() != heard)
      all.push_back(std::move(heard));
  }
  return all;
}

TEST_F(slow_reader_test, hears_events_behind_the_whole_snapshot) {
  start({});
  show(5'000);
  ws_client slow, quick;
  ASSERT_EQ(slow.connect(server_->port(), "/ws"), 101u);
  ASSERT_EQ(quick.connect(server_->port(), "/ws"), 101u);
  quick.say(R"({"type":"subscribe","topic":"/ob/stats"})");
  quick.hear_until("subscribed");
  slow.say(R"({"type":"subscribe","topic":"/ob/stats","snapshot":true})");
  auto said = slow.hear_until("subscribed");
  tell(5, 10, "/ob/stats/x");
  std::string newest;
  for (int i = 0; i < 5; ++i)
    newest = field(quick.hear(), "/seq"); // so the slow one was told, too, in the middle of its snapshot
  for (auto& more : slow.hear_until("\"seq\":" + newest))
    said.push_back(std::move(more));
  EXPECT_THAT(kinds(said), testing::ElementsAre("subscribed", "snapshot", "complete", "event"));
  std::size_t items = 0;
  for (std::size_t i = 1; i + 6 < said.size(); ++i) {
    reply piece;
    piece.text = said[i];
    items += piece.size("/items");
    EXPECT_EQ(piece.at("/last"), i + 7 == said.size() ? "true" : "false") << i;
    EXPECT_LT(said[i].size(), 100'000u);
  }
  EXPECT_EQ(items, 5'000u);
}

TEST_F(slow_reader_test, that_loses_events_during_a_snapshot_gets_that_to_its_end_and_a_fresh_one) {
  live::socket_limits limits;
  limits.waiting = 256 * 1024;
  start(limits);
  show(5'000);
  ws_client slow, quick;
  ASSERT_EQ(slow.connect(server_->port(), "/ws"), 101u);
  ASSERT_EQ(quick.connect(server_->port(), "/ws"), 101u);
  quick.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  quick.hear_until("subscribed");
  slow.say(R"({"type":"subscribe","topic":"/ob","snapshot":true})");
  auto said = slow.hear_until("subscribed");
  tell(10, 50'000, "/ob/stats/x");
  tell(1, 10);
  quick.hear();
  slow.say(R"({"type":"shout","topic":"/"})");
  for (int times = 0; times < 2; ++times)
    for (auto& more : slow.hear_until("complete"))
      said.push_back(std::move(more));
  auto heard = kinds(said);
  std::erase(heard, "error");
  heard.erase(std::unique(heard.begin(), heard.end()), heard.end());
  EXPECT_THAT(heard, testing::ElementsAre("subscribed", "snapshot", "complete", "resync", "snapshot", "complete"));
  for (const auto& one : said)
    if (field(one, "/type") == "error") {
      EXPECT_EQ(field(one, "/seq"), field(said.front(), "/seq")) << "what came after that has not been told";
    }
  tell(1, 10);
  EXPECT_THAT(slow.hear(), HasSubstr("ob.campaign.update"));
}

TEST_F(slow_reader_test, stops_a_snapshot_by_unsubscribing) {
  start({});
  show(20'000);
  ws_client c;
  ASSERT_EQ(c.connect(server_->port(), "/ws"), 101u);
  c.say(R"({"type":"subscribe","topic":"/ob/stats","snapshot":true})");
  c.hear_until("subscribed");
  c.say(R"({"type":"subscribe","topic":"/ob/stats","snapshot":true})");
  c.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  c.say(R"({"type":"unsubscribe","topic":"/ob/stats"})");
  const auto said = c.hear_until("/ob/campaigns");
  auto heard = kinds(said);
  std::erase(heard, "snapshot");
  EXPECT_THAT(heard, testing::ElementsAre("error", "unsubscribed", "subscribed"))
      << "the second one is refused while the first is under way; the next waits for its end";
  EXPECT_LT(said.size(), 200u) << "pieces of 64 KiB, of 20 MB";
  tell(1, 10, "/ob/stats/x");
  tell(1, 10);
  EXPECT_THAT(c.hear(), HasSubstr("/ob/campaigns/x"));
}

TEST_F(slow_reader_test, costs_a_piece_of_its_snapshots_and_no_more) {
  start({});
  show(5'000); // some 5 MB
  const auto resident = [] {
    std::size_t size = 0, pages = 0;
    std::ifstream{"/proc/self/statm"} >> size >> pages;
    return static_cast<std::ptrdiff_t>(pages * 4096 / 1024 / 1024);
  };
  ws_client quick;
  ASSERT_EQ(quick.connect(server_->port(), "/ws"), 101u);
  quick.say(R"({"type":"subscribe","topic":"/ob","snapshot":true})");
  quick.hear_until("complete");
  const auto before = resident();
  std::vector<std::unique_ptr<ws_client>> stopped;
  for (int i = 0; i < 20; ++i) {
    stopped.push_back(std::make_unique<ws_client>());
    ASSERT_EQ(stopped.back()->connect(server_->port(), "/ws"), 101u);
    for (int times = 0; times < 5; ++times)
      for (const char* topic : {"/ob", "/ob/stats", "/ob/stats/"})
        stopped.back()->say(R"({"type":"subscribe","topic":")" + std::string{topic} + R"(","snapshot":true})");
  }
  // On the same thread: what they asked for has been looked at when this is answered.
  for (int i = 0; i < 20; ++i) {
    quick.say("{}");
    quick.hear_until("error");
  }
  quick.say(R"({"type":"subscribe","topic":"/ob/campaigns"})"); // and the hub has answered them
  quick.hear_until("subscribed");
  EXPECT_LT(resident() - before, 100) << "MiB; made at once, they are 16 MB a socket before it is not listened to";
}

TEST_F(slow_reader_test, is_not_answered_when_its_token_has_ended) {
  start({});
  ws_client silent, asks, hears;
  for (auto* c : {&silent, &asks, &hears})
    ASSERT_EQ(c->connect(server_->port(), "/ws"), 101u);
  hears.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  hears.hear_until("subscribed");
  caller_.reset();
  asks.say(R"({"type":"subscribe","topic":"/ob/campaigns","snapshot":true})");
  tell(1, 10);
  for (auto* c : {&silent, &asks, &hears}) {
    EXPECT_NE(c->hear().front(), '{');
    EXPECT_EQ(c->close_code(), websocket::close_code::policy_error);
  }
}

TEST_F(slow_reader_test, is_let_go_when_it_stays_behind) {
  live::socket_limits limits;
  limits.waiting = 64 * 1024;
  limits.behind = std::chrono::seconds{0};
  start(limits);
  ws_client slow, quick;
  ASSERT_EQ(slow.connect(server_->port(), "/ws"), 101u);
  slow.say(R"({"type":"subscribe","topic":"/ob/campaigns"})");
  slow.hear_until("subscribed");
  ASSERT_EQ(quick.connect(server_->port(), "/ws"), 101u);
  quick.say(R"({"type":"subscribe","topic":"/ob/stats"})");
  quick.hear_until("subscribed");
  EXPECT_EQ(front_->sockets(), 2u);
  tell(400, 100'000);
  tell(1, 10, "/ob/stats/x");
  EXPECT_THAT(quick.hear(), HasSubstr("/ob/stats/x"));
  while (slow.hear().front() == '{') {
  }
  for (int i = 0; front_->sockets() > 1 && i < 1000; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  EXPECT_EQ(front_->sockets(), 1u);
}

} // namespace
} // namespace ringmaster::tests
