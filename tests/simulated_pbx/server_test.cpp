// SPDX-License-Identifier: Apache-2.0
// The simulated PBX over real sockets: sessions, faults, restarts, its log.
#include "tests/simulated_pbx/ami_peer.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

namespace ringmaster::sim::testing {
namespace {

simulated_pbx_options fast(double scale = 20) {
  simulated_pbx_options o;
  o.time_scale = scale;
  return o;
}

std::string originate(const std::string& id, const std::string& channel = "PJSIP/1000001@carrier",
                      const std::string& rest = "Application: Wait\r\nData: 1\r\nAsync: true") {
  return "Action: Originate\r\nActionID: " + id + "\r\nChannelId: " + id + "\r\nChannel: " + channel +
         "\r\n" + rest;
}

std::string md5_hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", digest[i]);
    hex += two;
  }
  return hex;
}

TEST(session, logs_in_by_challenge) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.action("Action: Challenge\r\nActionID: c\r\nAuthType: MD5");
  const std::string challenge = peer.response("c").get("Challenge");
  ASSERT_FALSE(challenge.empty());
  peer.action("Action: Login\r\nActionID: l\r\nAuthType: MD5\r\nUsername: dialer\r\nKey: " +
              md5_hex(challenge + "secret"));
  EXPECT_EQ(peer.response("l").get("Response"), "Success");
  EXPECT_EQ(peer.event("FullyBooted").get("Status"), "Fully Booted");
}

TEST(session, refuses_a_wrong_digest_and_one_without_a_challenge) {
  running_pbx pbx{fast()};
  for (const char* key : {"0123", ""}) {
    ami_peer peer{pbx.port()};
    if (*key != '\0') {
      peer.action("Action: Challenge\r\nActionID: c\r\nAuthType: MD5");
      (void)peer.response("c");
    }
    peer.action(std::string{"Action: Login\r\nActionID: l\r\nAuthType: MD5\r\nUsername: dialer\r\nKey: "} +
                key);
    EXPECT_EQ(peer.response("l").get("Message"), "Authentication failed");
    EXPECT_TRUE(peer.read_to_end());
  }
}

TEST(session, does_nothing_for_strangers) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.action(originate("x"));
  EXPECT_EQ(peer.response("x").get("Message"), "Permission denied");
  EXPECT_EQ((*pbx).counters().originates, 0U);
  peer.login();
  peer.action("Action: CoreStatus\r\nActionID: s");
  EXPECT_EQ(peer.response("s").get("CoreProcessedCalls"), "0");
}

TEST(session, sends_only_the_classes_that_its_mask_asks_for) {
  running_pbx pbx{fast()};
  ami_peer all{pbx.port()}, some{pbx.port()}, none{pbx.port()};
  all.login();
  some.login("\r\nEvents: call");
  none.login();
  none.action("Action: Events\r\nActionID: e\r\nEventMask: off");
  EXPECT_EQ(none.response("e").get("Events"), "Off");
  all.action(originate("call", "PJSIP/1000001@carrier",
                       "Application: Wait\r\nData: 1\r\nAsync: true\r\nVariable: A=1"));
  for (ami_peer* p : {&all, &some})
    (void)p->event("Hangup");
  EXPECT_GT(all.count("VarSet"), 0U);
  EXPECT_EQ(some.count("VarSet"), 0U);
  EXPECT_EQ(some.count("Newchannel"), 1U);
  none.action("Action: Ping\r\nActionID: p");
  (void)none.response("p");
  EXPECT_EQ(none.count("Newchannel"), 0U);
}

TEST(session, leaves_out_what_a_filter_excludes) {
  for (const char* line : {"Filter: !Event: VarSet", "Filter(action(exclude),name(VarSet)): "}) {
    running_pbx pbx{fast()};
    ami_peer peer{pbx.port()};
    peer.login();
    peer.action(std::string{"Action: Filter\r\nActionID: f\r\nOperation: Add\r\n"} + line);
    EXPECT_EQ(peer.response("f").get("Response"), "Success");
    peer.action(originate("call", "PJSIP/1000001@carrier",
                          "Application: Wait\r\nData: 1\r\nAsync: true\r\nVariable: A=1"));
    (void)peer.event("Hangup");
    EXPECT_EQ(peer.count("VarSet"), 0U) << line;
    EXPECT_GT(peer.count("Newstate"), 0U);
  }
}

TEST(session, splits_variables_as_asterisk_does) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.action(originate("call", "PJSIP/1000001@carrier",
                        "Application: Wait\r\nData: 9\r\nAsync: true\r\nVariable: A=1,B=\"x,y\"\r\n"
                        "Variable: C=p\\,q"));
  const auto value = [&](const char* name) { return peer.event("VarSet", "Variable", name).get("Value"); };
  EXPECT_EQ(value("A"), "1");
  EXPECT_EQ(value("B"), "x,y");
  EXPECT_EQ(value("C"), "p,q");
  peer.action("Action: Getvar\r\nActionID: g\r\nChannel: call\r\nVariable: B");
  EXPECT_EQ(peer.response("g").get("Value"), "x,y");
}

TEST(session, keeps_calls_alive_when_it_ends) {
  running_pbx pbx{fast(1)};
  {
    ami_peer peer{pbx.port()};
    peer.login();
    peer.action(originate("call", "PJSIP/8000001@carrier",
                          "Context: hold\r\nExten: s\r\nPriority: 1\r\nAsync: true"));
    (void)peer.event("OriginateResponse");
  }
  ami_peer again{pbx.port()};
  again.login();
  again.action("Action: CoreShowChannels\r\nActionID: list");
  EXPECT_EQ(again.event("CoreShowChannel").get("Uniqueid"), "call");
  again.action("Action: Status\r\nActionID: status");
  EXPECT_EQ(again.event("StatusComplete").get("Items"), "1");
  again.action("Action: Hangup\r\nActionID: h\r\nChannel: /^PJSIP.carrier/\r\nCause: 16");
  EXPECT_EQ(again.event("ChannelHungup").get("ActionID"), "h");
  EXPECT_EQ(again.event("Hangup").get("Cause"), "16");
}

TEST(session, tells_every_client_the_same) {
  running_pbx pbx{fast()};
  ami_peer a{pbx.port()}, b{pbx.port()};
  a.login();
  b.login();
  a.action(
      originate("call", "Local/1000001@customers", "Application: Queue\r\nData: sales_1\r\nAsync: true"));
  for (ami_peer* p : {&a, &b})
    ASSERT_TRUE(p->read_until([&] { return p->count("Hangup") == 4; }));
  const auto told = [](const ami_peer& p) {
    std::vector<std::string> names;
    for (const message& m : p.seen())
      if (!m.get("Event").empty() && !m.is("SuccessfulAuth") && !m.is("FullyBooted"))
        names.push_back(m.get("Event") + m.get("Channel"));
    return names;
  };
  EXPECT_THAT(told(a), ::testing::IsSupersetOf(told(b)));
  EXPECT_GT(told(b).size(), 60U);
}

TEST(session, waits_for_a_synchronous_originate) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.action(originate("good", "Local/1000001@customers", "Application: Wait\r\nData: 1"));
  peer.action("Action: Ping\r\nActionID: behind");
  EXPECT_EQ(peer.response("behind").get("Ping"), "Pong");
  EXPECT_EQ(peer.response("good").get("Response"), "Success");
  std::size_t answered = 0;
  for (std::size_t i = 0; i < peer.seen().size(); ++i)
    if (peer.seen()[i].is("Newstate") && peer.seen()[i].get("ChannelState") == "6")
      answered = i;
  const auto at = [&](const char* id) {
    return std::find_if(peer.seen().begin(), peer.seen().end(),
                        [&](const message& m) { return m.get("ActionID") == id; }) -
           peer.seen().begin();
  };
  EXPECT_GT(at("good"), 0);
  EXPECT_GT(at("behind"), at("good"));
  EXPECT_GT(answered, 0U);
  peer.action(originate("bad", "Local/2000001@customers", "Application: Wait\r\nData: 1"));
  EXPECT_EQ(peer.response("bad").get("Message"), "Originate failed");
  EXPECT_EQ(peer.count("OriginateResponse"), 0U);
}

TEST(session, ends_at_a_line_that_is_too_long) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.send("Action: " + std::string(5000, 'x'));
  EXPECT_TRUE(peer.read_to_end());
}

// --- faults ------------------------------------------------------------------------------------------------

struct faulty {
  explicit faulty(const std::string& order) : pbx{fast()}, peer{pbx.port()} {
    peer.login();
    peer.action("Action: SimulatorFault\r\nActionID: fault\r\n" + order);
    EXPECT_EQ(peer.response("fault").get("Response"), "Success");
  }
  running_pbx pbx;
  ami_peer peer;
};

/// The events of one plain call, in order.
std::vector<std::string> story(ami_peer& peer) {
  std::vector<std::string> names;
  for (const message& m : peer.seen())
    if (!m.get("Event").empty() && !m.is("SuccessfulAuth") && !m.is("FullyBooted"))
      names.push_back(m.get("Event") + m.get("ChannelState") + m.get("Variable"));
  return names;
}
std::vector<std::string> story_with(const std::string& order, std::size_t hangups = 1) {
  faulty f{order};
  f.peer.action(originate("call"));
  EXPECT_TRUE(f.peer.read_until([&] { return f.peer.count("Hangup") == hangups; }));
  f.peer.action("Action: Ping\r\nActionID: last");
  (void)f.peer.response("last");
  auto s = story(f.peer);
  while (!s.empty() && s.back().starts_with("DeviceStateChange"))
    s.pop_back(); // may or may not have come before the last answer
  return s;
}
const std::vector<std::string>& plain_story() {
  static const auto s = story_with("Kind: none");
  return s;
}

TEST(faults, lose_an_event) {
  const auto s = story_with("Kind: lose\r\nCount: 2");
  EXPECT_EQ(s, std::vector<std::string>(plain_story().begin() + 2, plain_story().end()));
}

TEST(faults, send_an_event_twice) {
  auto expected = plain_story();
  expected.insert(expected.begin(), expected.front());
  EXPECT_EQ(story_with("Kind: duplicate\r\nCount: 1"), expected);
}

TEST(faults, swap_two_events) {
  auto expected = plain_story();
  std::swap(expected[0], expected[1]);
  EXPECT_EQ(story_with("Kind: reorder\r\nCount: 1"), expected);
}

TEST(faults, hold_an_event_back) {
  const auto s = story_with("Kind: delay\r\nCount: 1\r\nDelay: 500");
  EXPECT_THAT(s, ::testing::UnorderedElementsAreArray(plain_story()));
  EXPECT_NE(s.front(), plain_story().front());
}

TEST(faults, strike_with_the_probability_that_was_ordered) {
  const auto s = story_with("Kind: duplicate\r\nProbability: 0.5\r\nCount: 1000000", 1);
  EXPECT_GT(s.size(), plain_story().size());
  EXPECT_LT(s.size(), plain_story().size() * 2);
}

TEST(faults, put_garbage_into_the_stream) {
  faulty f{"Kind: garbage\r\nCount: 1"};
  f.peer.action(originate("call"));
  (void)f.peer.event("Hangup");
  EXPECT_NE(f.peer.raw().find("no colon here"), std::string::npos);
}

TEST(faults, drop_the_connection_but_not_the_call) {
  faulty f{"Kind: drop\r\nCount: 1"};
  f.peer.action(originate("call"));
  EXPECT_TRUE(f.peer.read_to_end());
  EXPECT_EQ(f.peer.count("Hangup"), 0U);
  ami_peer again{f.pbx.port()};
  again.login();
  again.action("Action: CoreStatus\r\nActionID: s");
  EXPECT_EQ(again.response("s").get("CoreProcessedCalls"), "1");
}

TEST(faults, cut_the_connection_at_any_byte) {
  for (const std::size_t bytes : {0U, 1U, 7U, 100U, 333U}) {
    faulty f{"Kind: cut\r\nCount: 1\r\nAfter: " + std::to_string(bytes)};
    f.peer.action("Action: Ping\r\nActionID: before");
    (void)f.peer.response("before");
    const std::size_t before = f.peer.raw().size();
    f.peer.action("Action: UserEvent\r\nUserEvent: Long\r\nText: " + std::string(500, 'x'));
    EXPECT_TRUE(f.peer.read_to_end());
    const std::size_t answer = std::string{"Response: Success\r\nMessage: Event Sent\r\n\r\n"}.size();
    EXPECT_EQ(f.peer.raw().size(), before + answer + bytes);
  }
}

TEST(faults, refuse_an_originate) {
  faulty f{"Kind: refuse-originate\r\nCount: 1"};
  f.peer.action(originate("first"));
  EXPECT_EQ(f.peer.response("first").get("Response"), "Error");
  f.peer.action(originate("second"));
  EXPECT_EQ(f.peer.response("second").get("Response"), "Success");
}

TEST(faults, refuse_a_login_from_the_population_on) {
  auto options = fast();
  fault f;
  f.what = fault::kind::refuse_login;
  f.count = 1;
  options.people.faults.push_back(f);
  running_pbx pbx{std::move(options)};
  ami_peer peer{pbx.port()};
  peer.action("Action: Login\r\nActionID: l\r\nUsername: dialer\r\nSecret: secret");
  EXPECT_EQ(peer.response("l").get("Message"), "Authentication failed");
  ami_peer second{pbx.port()};
  second.action("Action: Login\r\nActionID: l\r\nUsername: dialer\r\nSecret: secret");
  EXPECT_EQ(second.response("l").get("Response"), "Success");
}

TEST(faults, are_refused_when_they_make_no_sense) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.login();
  int n = 0;
  for (const char* order : {"Kind: explode", "Kind: lose\r\nProbability: 2", "Kind: lose\r\nCount: 0",
                            "Kind: delay\r\nDelay: soon", "Kind: cut\r\nAfter: -1"}) {
    const std::string id = std::to_string(n++);
    peer.action("Action: SimulatorFault\r\nActionID: " + id + "\r\n" + order);
    EXPECT_EQ(peer.response(id).get("Response"), "Error") << order;
  }
}

TEST(restart, forgets_calls_without_a_word_and_comes_back) {
  running_pbx pbx{fast(1)};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.action(
      originate("call", "PJSIP/8000001@carrier", "Context: hold\r\nExten: s\r\nPriority: 1\r\nAsync: true"));
  (void)peer.event("OriginateResponse");
  peer.action("Action: SimulatorRestart\r\nActionID: r\r\nDown: 300");
  EXPECT_TRUE(peer.read_to_end());
  EXPECT_EQ(peer.count("Hangup"), 0U);
  EXPECT_FALSE(peer.connect()) << "it is down";
  const auto since = std::chrono::steady_clock::now();
  while (!peer.connect())
    ASSERT_LT(std::chrono::steady_clock::now() - since, ami_peer::patience);
  EXPECT_GE(std::chrono::steady_clock::now() - since, std::chrono::milliseconds{100});
  ami_peer again{pbx.port()};
  again.login();
  EXPECT_EQ(again.event("FullyBooted").get("Uptime"), "0");
  again.action("Action: CoreShowChannels\r\nActionID: list");
  EXPECT_EQ(again.event("CoreShowChannelsComplete").get("ListItems"), "0");
  again.action(originate("call"));
  EXPECT_EQ(again.event("OriginateResponse").get("Response"), "Success");
}

// --- the log -----------------------------------------------------------------------------------------------

TEST(log, holds_an_originate_before_its_answer_and_the_story_after) {
  const auto path =
      std::filesystem::temp_directory_path() / ("simulated-pbx-log-" + std::to_string(::getpid()) + ".jsonl");
  std::filesystem::remove(path);
  {
    auto options = fast();
    options.log_file = path.string();
    running_pbx pbx{std::move(options)};
    ami_peer peer{pbx.port()};
    peer.login();
    for (int i = 0; i < 20; ++i) {
      const std::string id = "call-" + std::to_string(100 + i);
      peer.action(
          originate(id, "PJSIP/1000001@carrier",
                    "Application: Queue\r\nData: sales_1\r\nAsync: true\r\nVariable: N=\"" + id + "\\\"\""));
      (void)peer.response(id);
      std::ifstream file{path};
      const std::string text{std::istreambuf_iterator<char>{file}, {}};
      ASSERT_NE(text.find("\"channel_id\":\"" + id + "\""), std::string::npos);
    }
    ASSERT_TRUE(peer.read_until([&] { return peer.count("AgentComplete") == 20; }));
  }
  std::map<std::string, int> events;
  std::ifstream file{path};
  simdjson::dom::parser parser;
  double last = 0;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::element e;
    ASSERT_EQ(parser.parse(line).get(e), simdjson::SUCCESS) << line;
    ++events[std::string{std::string_view{e["event"]}}];
    const double t = e["t"];
    EXPECT_GE(t, last);
    last = t;
  }
  EXPECT_EQ(events["originate"], 20);
  EXPECT_EQ(events["answer"], 20);
  EXPECT_EQ(events["queue_join"], 20);
  EXPECT_EQ(events["agent_connect"], 20);
  EXPECT_EQ(events["hangup"], 20);
  std::filesystem::remove(path);
}

TEST(log, that_cannot_be_opened_is_an_error) {
  simulated_pbx_options options;
  options.port = 0;
  options.log_file = "/nonexistent/folder/log";
  EXPECT_FALSE(simulated_pbx::open(options));
}

simulated_pbx_options with_user(ami_user user) {
  simulated_pbx_options o = fast();
  o.people.users.push_back(std::move(user));
  return o;
}

void login_as(ami_peer& peer, const std::string& name) {
  peer.action("Action: Login\r\nActionID: login\r\nUsername: " + name + "\r\nSecret: word");
  EXPECT_EQ(peer.response("login").get("Response"), "Success");
}

TEST(user, hears_of_the_classes_that_it_may_read_and_of_no_others) {
  running_pbx pbx{with_user({"deaf", "word", "system,call,user", "all", {}})};
  ami_peer peer{pbx.port()};
  login_as(peer, "deaf");
  peer.action(originate("call", "Local/8000001@customers", "Application: Queue\r\nData: sales_1\r\nAsync: true"));
  (void)peer.event("Hangup", "Uniqueid", "call");
  EXPECT_EQ(peer.count("QueueCallerJoin") + peer.count("AgentConnect") + peer.count("QueueMemberStatus"), 0U);
  EXPECT_GT(peer.count("BridgeEnter"), 0U);
  // What needs no right is answered all the same.
  peer.action("Action: QueueStatus\r\nActionID: q");
  EXPECT_EQ(peer.response("q").get("Response"), "Success");
  (void)peer.event("QueueStatusComplete");
  // An event of the class user comes back to who sent it.
  peer.action("Action: UserEvent\r\nActionID: u\r\nUserEvent: Proof\r\nMark: 7");
  EXPECT_EQ(peer.event("UserEvent", "UserEvent", "Proof").get("Mark"), "7");
}

TEST(user, may_do_what_its_classes_allow_and_is_told_what_that_is) {
  running_pbx pbx{with_user({"idle", "word", "all", "call,agent", {}})};
  ami_peer peer{pbx.port()};
  login_as(peer, "idle");
  for (const char* action : {"Originate", "CoreShowChannels", "UserEvent", "Command"}) {
    peer.action(std::string{"Action: "} + action + "\r\nActionID: " + action);
    EXPECT_EQ(peer.response(action).get("Message"), "Permission denied") << action;
  }
  peer.action("Action: Hangup\r\nActionID: h\r\nChannel: nobodys");
  EXPECT_EQ(peer.response("h").get("Message"), "No such channel");
  peer.action("Action: ListCommands\r\nActionID: l");
  const message list = peer.response("l");
  EXPECT_EQ(list.get("Hangup"), "Known to the simulated PBX.  (Priv: system,call,all)");
  EXPECT_EQ(list.get("Ping"), "Known to the simulated PBX.  (Priv: <none>)");
  EXPECT_EQ(list.get("Originate"), "");
  EXPECT_EQ((*pbx).counters().originates, 0U);
}

TEST(user, has_filters_over_events) {
  running_pbx pbx{with_user({"choosy", "word", "all", "all", {"!Event: (Agent|Queue)"}})};
  ami_peer peer{pbx.port()};
  login_as(peer, "choosy");
  peer.action(originate("call", "Local/8000001@customers", "Application: Queue\r\nData: sales_1\r\nAsync: true"));
  (void)peer.event("Hangup", "Uniqueid", "call");
  EXPECT_EQ(peer.count("QueueCallerJoin") + peer.count("AgentConnect"), 0U);
  EXPECT_GT(peer.count("DeviceStateChange"), 0U);

  running_pbx narrow{with_user({"narrow", "word", "all", "all", {"Event: Hangup"}})};
  ami_peer other{narrow.port()};
  login_as(other, "narrow");
  other.action(originate("call"));
  (void)other.event("Hangup");
  EXPECT_EQ(other.count("Newchannel"), 0U);
}

TEST(server, that_stops_gracefully_refuses_everything_until_the_last_call_is_over) {
  running_pbx pbx{fast(5)};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.action(originate("call", "Local/8000001@customers", "Application: Queue\r\nData: sales_1\r\nAsync: true"));
  (void)peer.event("AgentConnect");
  peer.action("Action: SimulatorStop\r\nActionID: stop\r\nMode: gracefully\r\nDown: 300");
  EXPECT_EQ(peer.response("stop").get("Response"), "Success");
  for (const char* action : {"Ping", "Originate", "Hangup", "QueueStatus", "CoreShowChannels"}) {
    peer.action(std::string{"Action: "} + action + "\r\nActionID: " + action);
    EXPECT_EQ(peer.response(action).get("Message"), "Asterisk is shutting down") << action;
  }
  ami_peer late{pbx.port()};
  late.action("Action: Login\r\nActionID: l\r\nUsername: dialer\r\nSecret: secret");
  EXPECT_EQ(late.response("l").get("Message"), "Asterisk is shutting down");
  EXPECT_EQ(peer.event("AgentComplete").get("Reason"), "agent") << "what is up goes on";
  EXPECT_EQ(peer.event("Shutdown").get("Restart"), "True");
  EXPECT_TRUE(peer.read_to_end());
  std::unique_ptr<ami_peer> again;
  const auto until = std::chrono::steady_clock::now() + ami_peer::patience;
  while (!again && std::chrono::steady_clock::now() < until)
    try {
      again = std::make_unique<ami_peer>(pbx.port());
    } catch (const std::runtime_error&) {
      std::this_thread::yield(); // its port is closed for a moment
    }
  ASSERT_TRUE(again);
  again->login();
}

TEST(server, that_is_told_to_stop_at_once_hangs_everybody_up_first) {
  running_pbx pbx{fast(5)};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.action(originate("call", "Local/8000001@customers", "Application: Queue\r\nData: sales_1\r\nAsync: true"));
  (void)peer.event("AgentConnect");
  peer.action("Action: SimulatorStop\r\nActionID: stop\r\nMode: hangup");
  EXPECT_EQ(peer.event("Hangup", "Uniqueid", "call").get("Cause"), "16");
  EXPECT_EQ(peer.event("Shutdown").get("Shutdown"), "Cleanly");
  EXPECT_TRUE(peer.read_to_end());
}

TEST(a_reload, tells_of_itself_and_of_no_member) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.login();
  const auto members = [&](const std::string& id) {
    peer.action("Action: QueueStatus\r\nQueue: sales_1\r\nActionID: " + id);
    (void)peer.event("QueueStatusComplete", "ActionID", id);
    std::size_t n = 0;
    for (const message& m : peer.seen())
      n += m.is("QueueMember") && m.get("ActionID") == id ? 1 : 0;
    return n;
  };
  const auto update = [&](const std::string& id, const std::string& what) {
    peer.action("Action: UpdateConfig\r\nActionID: " + id + "\r\nSrcFilename: queues.conf\r\nDstFilename: queues.conf\r\n" + what);
    EXPECT_EQ(peer.response(id).get("Response"), "Success");
  };
  EXPECT_EQ(members("before"), 10U);
  update("add", "Action-000000: Append\r\nCat-000000: sales_1\r\nVar-000000: member\r\nValue-000000: > Local/agent-77@agents/n");
  EXPECT_EQ(members("unread"), 10U);
  peer.action("Action: Command\r\nActionID: queue\r\nCommand: queue reload all");
  (void)peer.response("queue");
  EXPECT_EQ(members("more"), 11U);
  EXPECT_EQ(peer.count("Reload"), 0U);
  update("remove", "Action-000000: Delete\r\nCat-000000: sales_1\r\nVar-000000: member\r\nMatch-000000: Local/agent-77@agents/n");
  peer.action("Action: Reload\r\nActionID: module\r\nModule: app_queue.so");
  EXPECT_EQ(peer.response("module").get("Message"), "Module Reloaded");
  EXPECT_EQ(peer.event("Reload").get("Module"), "app_queue.so");
  EXPECT_EQ(members("fewer"), 10U);
  peer.action("Action: Command\r\nActionID: core\r\nCommand: core reload");
  EXPECT_EQ(peer.event("Reload", "Module", "All").get("Status"), "0");
  EXPECT_EQ(peer.count("QueueMemberAdded") + peer.count("QueueMemberRemoved"), 0U);
}

TEST(server, refuses_calls_in_the_words_that_it_was_told) {
  running_pbx pbx{fast()};
  ami_peer peer{pbx.port()};
  peer.login();
  peer.action("Action: SimulatorFault\r\nActionID: f\r\nKind: refuse-originate\r\nWords: Permission denied");
  (void)peer.response("f");
  peer.action(originate("call"));
  EXPECT_EQ(peer.response("call").get("Message"), "Permission denied");
}

TEST(server, says_when_its_port_is_taken) {
  running_pbx pbx{fast()};
  simulated_pbx_options options;
  options.port = pbx.port();
  const auto second = simulated_pbx::open(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::pbx_unavailable);
}

TEST(server, takes_a_thousand_originates_in_one_burst) {
  running_pbx pbx{fast(50)};
  ami_peer peer{pbx.port()};
  peer.login("\r\nEvents: call");
  std::string burst;
  for (int i = 0; i < 1000; ++i)
    burst += originate("call-" + std::to_string(10'000 + i),
                       "PJSIP/1" + std::to_string(100'000 + i) + "@carrier") +
             "\r\n\r\n";
  peer.send(burst);
  ASSERT_TRUE(peer.read_until([&] { return peer.count("Hangup") == 1000; }));
  EXPECT_EQ(peer.count("OriginateResponse"), 1000U);
  EXPECT_EQ(peer.count("Newchannel"), 1000U);
  EXPECT_EQ((*pbx).counters().originates, 1000U);
}

} // namespace
} // namespace ringmaster::sim::testing
