// SPDX-License-Identifier: Apache-2.0
#include "tests/core/telephone/bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <thread>

namespace ringmaster::core::tests {
namespace {

using namespace std::chrono_literals;
using telephone::channel;

/// Logged in, and the first listing told of nothing.
class channels : public testing::Test {
protected:
  void SetUp() override {
    t.system.connected(t.now);
    t.say(list_end("1", 0));
    t.take();
  }
  bench t;
};

TEST_F(channels, a_new_one_is_told_with_every_field_of_the_reference_in_its_types) {
  t.say(newchannel("1513946313.6"));
  const auto events = t.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].topic, "/core/channels/Ann");
  EXPECT_EQ(events[0].name, "core.channel.create");
  EXPECT_EQ(events[0].body,
            R"({"account_code":"","application":null,"application_data":null,"bridge_id":null,"caller_id_name":"Ann",)"
            R"("caller_id_num":"100","channel":"PJSIP/1513946313.6","channel_state":4,"channel_state_desc":"X",)"
            R"("connected_line_name":"<unknown>","connected_line_num":"<unknown>","context":"demo","duration":null,)"
            R"("exten":"4002","hangup_cause":null,"hangup_cause_desc":null,"language":"en","linked_id":"1513946313.6",)"
            R"("priority":"1","tm_update":"2027-01-15T08:00:00.000000000Z","unique_id":"1513946313.6","variables":{},)"
            R"("pbx":"asterisk","global_id":"asterisk:1513946313.6","tm_create":"2027-01-15T08:00:00.000000000Z"})");
  EXPECT_EQ(events[0].body, t.shown<channel>("1513946313.6")) << "one description serves events and REST";
}

TEST_F(channels, follow_application_place_variables_bridge_and_name) {
  t.say(newchannel("1"));
  t.say("Event: Newexten\n" + channel_headers("1", "PJSIP/1") + "Extension: s\nApplication: Queue\nAppData: \n\n");
  t.say("Event: VarSet\n" + channel_headers("1", "PJSIP/1") + "Variable: __CALL_ID\nValue: 7\n\n");
  t.say("Event: VarSet\n" + channel_headers("1", "PJSIP/1") + "Variable: ABANDONED\nValue: TRUE\n\n");
  t.say("Event: BridgeEnter\nBridgeUniqueid: b-1\n" + channel_headers("1", "PJSIP/1") + "\n");
  t.say("Event: Rename\nChannel: PJSIP/1\nNewname: PJSIP/2\nUniqueid: 1\n\n");
  EXPECT_EQ(t.names(), "core.channel.create core.channel.update core.channel.update core.channel.update "
                       "core.channel.update core.channel.update");
  const auto now = t.shown<channel>("1");
  EXPECT_EQ(at(now, "/application"), "Queue");
  EXPECT_EQ(at(now, "/application_data"), "");
  EXPECT_EQ(at(now, "/variables"), R"({"CALL_ID":"7","ABANDONED":"TRUE"})");
  EXPECT_EQ(at(now, "/bridge_id"), "b-1");
  EXPECT_EQ(at(now, "/channel"), "PJSIP/2");
  t.say("Event: BridgeLeave\nBridgeUniqueid: b-0\n" + channel_headers("1", "PJSIP/2") + "\n");
  EXPECT_EQ(at(t.shown<channel>("1"), "/bridge_id"), "b-1") << "it left another one before";
  t.say("Event: BridgeLeave\nBridgeUniqueid: b-1\n" + channel_headers("1", "PJSIP/2") + "\n");
  EXPECT_EQ(at(t.shown<channel>("1"), "/bridge_id"), "null");
}

TEST_F(channels, an_end_is_told_with_its_cause_and_comes_once) {
  t.say(newchannel("1"));
  t.take();
  t.say(hangup("1"));
  t.say(hangup("1"));
  const auto events = t.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "core.channel.delete");
  EXPECT_EQ(at(events[0].body, "/hangup_cause"), "127");
  EXPECT_EQ(at(events[0].body, "/hangup_cause_desc"), "Interworking, unspecified");
  EXPECT_EQ(t.count<channel>(), 0U);
}

TEST_F(channels, late_events_do_not_bring_back_what_has_ended) {
  t.say(newchannel("1") + hangup("1"));
  t.take();
  t.say("Event: Newstate\n" + channel_headers("1", "PJSIP/1") + "\n" + newchannel("1"));
  EXPECT_EQ(t.names(), "");
  EXPECT_EQ(t.count<channel>(), 0U);
}

TEST_F(channels, changes_of_one_block_are_one_update) {
  t.say(newchannel("1"));
  t.take();
  std::string block;
  for (int i = 0; i < 10; ++i)
    block += "Event: VarSet\n" + channel_headers("1", "PJSIP/1") + "Variable: A\nValue: " + std::to_string(i) + "\n\n";
  t.say(block);
  const auto events = t.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(at(events[0].body, "/variables/A"), "9");
  t.say(block.substr(block.rfind("Event:")));
  EXPECT_EQ(t.names(), "") << "nothing has changed";
}

TEST_F(channels, one_whose_caller_id_changes_is_told_under_both) {
  t.say(newchannel("1", 0, "<unknown>"));
  t.take();
  t.say("Event: NewCallerid\n" + channel_headers("1", "PJSIP/1", 0, "Sales 1") + "\n");
  const auto events = t.take();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].topic, "/core/channels/%3Cunknown%3E");
  EXPECT_EQ(events[1].topic, "/core/channels/Sales%201");
  EXPECT_EQ(events[0].body, events[1].body);
}

TEST_F(channels, what_nobody_wants_is_kept_and_not_told) {
  t.wanted = 0;
  t.say(newchannel("1"));
  t.say("Event: Newstate\n" + channel_headers("1", "PJSIP/1", 6) + "\n");
  EXPECT_TRUE(t.take().empty());
  EXPECT_EQ(at(t.shown<channel>("1"), "/channel_state"), "6");
  t.wanted = bit_of(topic_family::channels);
  t.say("Event: Newstate\n" + channel_headers("1", "PJSIP/1", 5) + "\n");
  EXPECT_EQ(t.names(), "core.channel.update");
}

// --- listings

TEST(channel_listing, appears_as_a_whole) {
  bench t;
  t.system.connected(t.now);
  t.say(newchannel("0")); // before the list has said what there is
  t.say(listed("9", "1") + listed("9", "2"));
  EXPECT_EQ(t.count<channel>(), 0U);
  t.say(list_end("9", 2));
  EXPECT_EQ(t.count<channel>(), 3U);
  EXPECT_EQ(t.names(), "core.channel.create core.channel.create core.channel.create");
  const auto one = t.shown<channel>("1");
  EXPECT_EQ(at(one, "/application"), "Queue");
  EXPECT_EQ(at(one, "/duration"), "00:01:02");
  EXPECT_EQ(at(one, "/tm_create"), "2027-01-15T07:58:58.000000000Z");
}

TEST(channel_listing, what_ends_while_it_is_made_is_not_in_it) {
  bench t;
  t.system.connected(t.now);
  t.say(listed("9", "1") + hangup("1") + listed("9", "2") + hangup("3") + listed("9", "3") + list_end("9", 3));
  EXPECT_EQ(t.count<channel>(), 1U);
  EXPECT_NE(t.shown<channel>("2"), "(none)");
}

TEST(channel_listing, events_between_its_items_win) {
  bench t;
  t.system.connected(t.now);
  t.say(listed("9", "1", 4) + "Event: Newstate\n" + channel_headers("1", "PJSIP/1", 6) + "\n" + list_end("9", 1));
  EXPECT_EQ(at(t.shown<channel>("1"), "/channel_state"), "6");
}

TEST(channel_listing, after_a_new_login_ghosts_go_at_once_and_the_rest_goes_on) {
  bench t;
  t.system.connected(t.now);
  t.say(listed("1", "a") + listed("1", "b") + list_end("1", 2));
  t.say("Event: VarSet\n" + channel_headers("b", "PJSIP/b") + "Variable: KEPT\nValue: 1\n\n");
  t.take();
  t.system.lost(t.now);
  EXPECT_EQ(t.count<channel>(), 2U) << "they may well be there still";
  t.system.connected(t.now);
  t.say(listed("2", "b") + listed("2", "c"));
  EXPECT_EQ(t.count<channel>(), 2U);
  EXPECT_EQ(t.names(), "");
  t.say(list_end("2", 2));
  std::map<std::string, std::string> heard;
  for (const auto& e : t.take())
    heard[at(e.body, "/unique_id")] += e.name;
  EXPECT_EQ(heard["a"], "core.channel.delete");
  EXPECT_EQ(heard["c"], "core.channel.create");
  EXPECT_EQ(at(t.shown<channel>("b"), "/variables/KEPT"), "1");
  EXPECT_EQ(t.count<channel>(), 2U);
}

TEST(channel_listing, with_a_gap_ends_nothing) {
  bench t;
  t.system.connected(t.now);
  t.say(listed("1", "a") + listed("1", "b") + list_end("1", 2));
  t.system.connected(t.now);
  t.say(listed("2", "c") + list_end("2", 3));
  EXPECT_EQ(t.count<channel>(), 3U);
}

TEST_F(channels, a_later_listing_waits_for_the_event_that_says_why) {
  t.say(newchannel("1") + newchannel("2") + newchannel("3"));
  t.take();
  t.say(listed("5", "2") + list_end("5", 1));
  EXPECT_EQ(t.count<channel>(), 3U);
  t.pass(1s);
  t.say(hangup("1"));
  EXPECT_EQ(at(t.take().back().body, "/hangup_cause"), "127");
  t.pass(1100ms);
  const auto events = t.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(at(events[0].body, "/unique_id"), "3");
  EXPECT_EQ(at(events[0].body, "/hangup_cause"), "null");
  EXPECT_EQ(t.count<channel>(), 1U);
}

TEST_F(channels, one_that_begins_while_a_later_listing_is_made_is_no_ghost) {
  t.say(newchannel("1") + listed("5", "1") + newchannel("2") + list_end("5", 1));
  t.pass(5s);
  EXPECT_EQ(t.count<channel>(), 2U);
}

TEST(channel_listing, a_reader_never_sees_half_of_it) {
  bench t;
  t.wanted = 0;
  std::string all;
  constexpr int many = 2000;
  for (int i = 0; i < many; ++i)
    all += listed("1", std::to_string(i));
  const auto items = ami::parse(all);
  const auto end = ami::parse(list_end("1", many));
  std::atomic<bool> done{false};
  std::set<std::size_t> seen;
  std::thread reader{[&] {
    while (!done) {
      std::vector<live_table<channel>::pointer> now;
      t.tables.of<channel>().collect(now);
      seen.insert(now.size());
    }
  }};
  t.system.connected(t.now);
  for (const auto m : *items)
    t.system.on_message(m, t.now);
  t.system.on_message((*end)[0], t.now);
  while (t.tables.of<channel>().size() != many) {
  }
  done = true;
  reader.join();
  for (const auto size : seen)
    EXPECT_TRUE(size == 0 || size == many) << size;
}

// --- recordings of a real Asterisk

struct life {
  int created{0}, deleted{0};
  bool in_order{true};
};

std::map<std::string, life> lives(const std::vector<told>& events) {
  std::map<std::string, life> all;
  for (const auto& e : events) {
    auto& one = all[at(e.body, "/unique_id")];
    if (e.name == "core.channel.create")
      one.in_order = one.in_order && one.created++ == 0 && one.deleted == 0;
    else if (e.name == "core.channel.delete")
      one.in_order = one.in_order && one.created == 1 && one.deleted++ == 0;
    else
      one.in_order = one.in_order && one.created == 1 && one.deleted == 0;
  }
  return all;
}

TEST(recorded_channels, live_once_each_and_leave_nothing_behind) {
  std::size_t channels_seen = 0;
  for (const auto& name : recordings::names()) {
    if (name.ends_with(".sent.ami"))
      continue;
    bench t;
    t.wanted = bit_of(topic_family::channels);
    t.system.connected(t.now);
    t.say(list_end("before", 0));
    const auto block = ami::parse(std::string_view{recordings::bytes(name)});
    std::set<std::string> begun, ended;
    for (const auto m : *block) {
      if (m.kind() == ami::event_kind::newchannel)
        begun.emplace(m.get("Uniqueid"));
      if (m.kind() == ami::event_kind::hangup)
        ended.emplace(m.get("Uniqueid"));
      t.hear(m);
    }
    const auto all = lives(t.events);
    EXPECT_EQ(all.size(), begun.size()) << name;
    for (const auto& [id, one] : all) {
      EXPECT_TRUE(one.in_order) << name << " " << id;
      EXPECT_EQ(one.created, 1) << name << " " << id;
      EXPECT_EQ(one.deleted, ended.contains(id) ? 1 : 0) << name << " " << id;
    }
    EXPECT_EQ(t.count<channel>(), begun.size() - ended.size()) << name;
    channels_seen += begun.size();
  }
  EXPECT_GT(channels_seen, 1000U);
}

TEST(recorded_channels, are_the_same_in_the_end_whatever_the_order_and_the_cuts) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  for (const auto& name : {"queue-answer.ami", "park-retrieve.ami", "bridge.ami", "async-agi.ami", "congestion.ami"}) {
    const auto block = ami::parse(std::string_view{recordings::bytes(name)});
    for (int round = 0; round < 20; ++round) {
      std::vector<std::size_t> order(block->size());
      for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
      std::shuffle(order.begin(), order.end(), random);
      bench t;
      t.wanted = bit_of(topic_family::channels);
      t.system.connected(t.now);
      t.say(list_end("before", 0));
      for (const auto i : order) {
        t.system.on_message((*block)[i], t.now);
        if (random() % 4 == 0)
          t.system.flush();
      }
      t.system.flush();
      EXPECT_EQ(t.count<channel>(), 0U) << name << " seed " << seed;
      for (const auto& [id, one] : lives(t.events)) {
        EXPECT_TRUE(one.in_order) << name << " " << id << " seed " << seed;
        EXPECT_EQ(one.created, one.deleted) << name << " " << id << " seed " << seed;
      }
    }
  }
}

} // namespace
} // namespace ringmaster::core::tests
