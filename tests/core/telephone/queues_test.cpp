// SPDX-License-Identifier: Apache-2.0
#include "tests/core/telephone/bench.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ringmaster::core::tests {
namespace {

using namespace std::chrono_literals;
using telephone::queue;
using telephone::queue_entry;
using telephone::queue_member;

std::string params(const std::string& list, const std::string& name, int calls = 0, int completed = 0) {
  return "Event: QueueParams\nQueue: " + name +
         "\nMax: 0\nStrategy: ringall\nCalls: " + std::to_string(calls) +
         "\nHoldtime: 8\nTalkTime: 40\nCompleted: " + std::to_string(completed) +
         "\nAbandoned: 2\nServiceLevel: 5\nServicelevelPerf: 50.0\nWeight: 0\nActionID: " + list + "\n\n";
}
std::string member_headers(const std::string& queue_name, const std::string& who, int status = 1, int paused = 0,
                           bool in_list = false) {
  return "Queue: " + queue_name + "\n" + (in_list ? "Name: " : "MemberName: ") + who + "\n" +
         (in_list ? "Location: " : "Interface: ") + who + "\nStateInterface: " + who +
         "\nMembership: dynamic\nPenalty: 0\nCallsTaken: 0\nLastCall: 0\nLastPause: 0\nInCall: 0\nStatus: " +
         std::to_string(status) + "\nPaused: " + std::to_string(paused) + "\nPausedReason: \n" +
         (in_list ? "" : "Ringinuse: 1\n") + "Wrapuptime: 0\n";
}
std::string member(const std::string& list, const std::string& queue_name, const std::string& who) {
  return "Event: QueueMember\n" + member_headers(queue_name, who, 1, 0, true) + "ActionID: " + list + "\n\n";
}
std::string entry(const std::string& list, const std::string& queue_name, const std::string& id, int position) {
  return "Event: QueueEntry\nQueue: " + queue_name + "\nPosition: " + std::to_string(position) + "\nChannel: PJSIP/" + id +
         "\nUniqueid: " + id +
         "\nCallerIDNum: 1\nCallerIDName: Ann\nConnectedLineNum: <unknown>\nConnectedLineName: <unknown>\nWait: "
         "7\nPriority: 0\nActionID: " +
         list + "\n\n";
}
std::string end(const std::string& list, int items) {
  return "Event: QueueStatusComplete\nActionID: " + list + "\nEventList: Complete\nListItems: " + std::to_string(items) +
         "\n\n";
}
std::string join(const std::string& queue_name, const std::string& id, int position, int count) {
  return "Event: QueueCallerJoin\n" + channel_headers(id, "PJSIP/" + id) + "Queue: " + queue_name +
         "\nPosition: " + std::to_string(position) + "\nCount: " + std::to_string(count) + "\n\n";
}
std::string leave(const std::string& queue_name, const std::string& id, int position, int count) {
  return "Event: QueueCallerLeave\n" + channel_headers(id, "PJSIP/" + id) + "Queue: " + queue_name +
         "\nCount: " + std::to_string(count) + "\nPosition: " + std::to_string(position) + "\n\n";
}

class queues : public testing::Test {
protected:
  void SetUp() override {
    t.system.connected(t.now);
    t.say(params("1", "sales_1", 1, 4) + member("1", "sales_1", "PJSIP/a") + member("1", "sales_1", "PJSIP/b") +
          entry("1", "sales_1", "1.1", 1) + params("1", "sales_2"));
    EXPECT_EQ(t.count<queue>(), 0U) << "half a list is no list";
    t.say(end("1", 5));
    t.take();
  }
  std::string positions() const {
    std::vector<std::pair<std::int64_t, std::string>> all;
    t.tables.of<queue_entry>().each_own(
        [&](const std::string& id, const auto& one) { all.emplace_back(one->own().position, id); });
    std::sort(all.begin(), all.end());
    std::string text;
    for (const auto& [position, id] : all)
      text += (text.empty() ? "" : " ") + std::to_string(position) + ":" + id;
    return text;
  }
  bench t;
};

TEST_F(queues, are_shown_as_the_reference_shows_them) {
  EXPECT_EQ(t.shown<queue>("sales_1"),
            R"({"abandoned":2,"calls":1,"completed":4,"hold_time":8,"max":0,"name":"sales_1","service_level":5,)"
            R"("service_level_perf":50.0,"strategy":"ringall","talk_time":40,"tm_update":"2027-01-15T08:00:00.000000000Z",)"
            R"("weight":0,"pbx":"asterisk","global_id":"asterisk:sales_1"})");
  EXPECT_EQ(t.shown<queue_member>("PJSIP/a@sales_1"),
            R"({"id":"PJSIP/a@sales_1","calls_taken":0,"in_call":0,"last_call":0,"last_pause":0,"location":"PJSIP/a",)"
            R"("membership":"dynamic","name":"PJSIP/a","paused":0,"paused_reason":"","penalty":0,"queue_name":"sales_1",)"
            R"("ring_inuse":null,"state_interface":"PJSIP/a","status":1,"tm_update":"2027-01-15T08:00:00.000000000Z",)"
            R"("pbx":"asterisk","global_id":"asterisk:PJSIP/a@sales_1","tm_state":"2027-01-15T08:00:00.000000000Z"})");
  EXPECT_EQ(t.shown<queue_entry>("1.1"),
            R"({"caller_id_name":"Ann","caller_id_num":"1","channel":"PJSIP/1.1","connected_line_name":"<unknown>",)"
            R"("connected_line_num":"<unknown>","position":1,"queue_name":"sales_1",)"
            R"("tm_update":"2027-01-15T08:00:00.000000000Z","unique_id":"1.1","wait":7,"pbx":"asterisk",)"
            R"("global_id":"asterisk:1.1",)"
            R"("tm_create":"2027-01-15T07:59:53.000000000Z"})");
}

TEST_F(queues, tell_of_callers_and_their_places) {
  t.say(join("sales_1", "1.2", 2, 2));
  auto events = t.take();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].name, "queue.entry.update");
  EXPECT_EQ(events[0].topic, "/queue/statuses/sales%5F1");
  EXPECT_EQ(at(events[0].body, "/wait"), "null");
  EXPECT_EQ(events[1].name, "queue.queue.update");
  EXPECT_EQ(at(events[1].body, "/calls"), "2");
  t.say(join("sales_1", "1.3", 1, 3)); // one with a higher priority
  EXPECT_EQ(positions(), "1:1.3 2:1.1 3:1.2");
  t.take();
  t.say(leave("sales_1", "1.1", 2, 2));
  events = t.take();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].name, "queue.entry.delete");
  EXPECT_EQ(positions(), "1:1.3 2:1.2");
  t.say("Event: Hangup\n" + channel_headers("1.3", "PJSIP/1.3") + "Cause: 16\nCause-txt: X\n\n");
  EXPECT_EQ(positions(), "1:1.2") << "its leave was lost";
}

TEST_F(queues, go_on_with_the_figures_as_app_queue_computes_them) {
  t.say("Event: QueueCallerAbandon\n" + channel_headers("1.1", "PJSIP/1.1") +
        "Queue: sales_1\nPosition: 1\nOriginalPosition: 1\nHoldTime: 9\n\n" + leave("sales_1", "1.1", 1, 0));
  EXPECT_EQ(at(t.shown<queue>("sales_1"), "/abandoned"), "3");
  EXPECT_EQ(at(t.shown<queue>("sales_1"), "/calls"), "0");
  t.say("Event: AgentConnect\n" + channel_headers("1.2", "PJSIP/1.2") + "Queue: sales_1\nInterface: PJSIP/a\nHoldTime: 4\n\n");
  EXPECT_EQ(at(t.shown<queue>("sales_1"), "/hold_time"), "7"); // (3 * 8 + 4) / 4
  t.say("Event: AgentComplete\n" + channel_headers("1.2", "PJSIP/1.2") +
        "Queue: sales_1\nInterface: PJSIP/a\nHoldTime: 4\nTalkTime: 60\n\n");
  const auto now = t.shown<queue>("sales_1");
  EXPECT_EQ(at(now, "/talk_time"), "45"); // (3 * 40 + 60) / 4
  EXPECT_EQ(at(now, "/completed"), "5");
  EXPECT_EQ(at(now, "/service_level_perf"), "60.0"); // 2 of 4, and now 3 of 5
}

TEST_F(queues, tell_of_members) {
  t.say("Event: QueueMemberPause\n" + member_headers("sales_1", "PJSIP/a", 1, 1) + "\n");
  auto events = t.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "queue.member.update");
  EXPECT_EQ(at(events[0].body, "/paused"), "1");
  EXPECT_EQ(at(events[0].body, "/ring_inuse"), "1");
  t.pass(5s);
  t.say("Event: QueueMemberPenalty\n" + member_headers("sales_1", "PJSIP/a", 1, 1) + "\n");
  EXPECT_EQ(t.names(), "") << "nothing has changed";
  t.say("Event: QueueMemberStatus\n" + member_headers("sales_1", "PJSIP/a", 2, 1) + "\n");
  EXPECT_EQ(at(t.shown<queue_member>("PJSIP/a@sales_1"), "/tm_state"), "2027-01-15T08:00:05.000000000Z");
  t.take();
  t.say("Event: QueueMemberAdded\n" + member_headers("sales_2", "PJSIP/a") + "\n");
  t.say("Event: QueueMemberRemoved\n" + member_headers("sales_1", "PJSIP/a") + "\n");
  EXPECT_EQ(t.names(), "queue.member.update queue.member.delete");
  EXPECT_EQ(t.count<queue_member>(), 2U);
}

TEST_F(queues, a_listing_of_one_queue_says_nothing_of_the_others) {
  t.say(params("2", "sales_2") + end("2", 1));
  t.pass(5s);
  EXPECT_EQ(t.count<queue>(), 2U);
  EXPECT_EQ(t.count<queue_member>(), 2U);
  t.say(params("3", "sales_1") + member("3", "sales_1", "PJSIP/b") + end("3", 2));
  t.pass(5s);
  EXPECT_EQ(t.count<queue_member>(), 1U);
  EXPECT_EQ(t.count<queue_entry>(), 0U);
  EXPECT_EQ(t.count<queue>(), 2U);
}

TEST_F(queues, that_are_gone_after_a_reload_are_found_out) {
  t.system.pbx_lists("QueueStatus", "7", "");
  t.say(params("7", "sales_2") + end("7", 1));
  t.pass(5s);
  EXPECT_EQ(t.count<queue>(), 1U);
  EXPECT_EQ(t.count<queue_member>(), 0U);
}

TEST_F(queues, that_a_listing_of_one_queue_does_not_tell_of_do_not_exist_any_more) {
  t.system.pbx_lists("QueueStatus", "7", "sales_1");
  t.say(end("7", 0));
  t.pass(5s);
  EXPECT_EQ(t.count<queue>(), 1U) << "sales_2 was not asked for";
  EXPECT_EQ(t.count<queue_member>(), 0U) << "all were its";
  EXPECT_EQ(t.count<queue_entry>(), 0U);
}

TEST_F(queues, do_not_know_whether_a_member_is_rung_in_use_once_they_were_reloaded) {
  const auto listed = [](const std::string& list, const std::string& login_time) {
    return params(list, "sales_1") + "Event: QueueMember\n" + member_headers("sales_1", "PJSIP/a", 1, 0, true) +
           "LoginTime: " + login_time + "\nActionID: " + list + "\n\n" + end(list, 2);
  };
  t.system.pbx_lists("QueueStatus", "7", "sales_1");
  t.say(listed("7", "1000"));
  t.say("Event: QueueMemberStatus\n" + member_headers("sales_1", "PJSIP/a", 2) + "LoginTime: 1000\n\n");
  t.system.pbx_lists("QueueStatus", "8", "sales_1");
  t.say(listed("8", "1000"));
  EXPECT_EQ(at(t.shown<queue_member>("PJSIP/a@sales_1"), "/ring_inuse"), "1");
  t.system.pbx_lists("QueueStatus", "9", "sales_1");
  t.say(listed("9", "1060"));
  EXPECT_EQ(at(t.shown<queue_member>("PJSIP/a@sales_1"), "/ring_inuse"), "null");
}

TEST_F(queues, after_a_new_login_are_what_the_list_says) {
  t.system.lost(t.now);
  t.system.connected(t.now);
  t.say(params("9", "sales_1") + member("9", "sales_1", "PJSIP/b") + entry("9", "sales_1", "1.9", 1));
  EXPECT_EQ(t.count<queue_member>(), 2U);
  t.take();
  t.say(end("9", 3));
  EXPECT_EQ(t.count<queue>(), 1U);
  EXPECT_EQ(t.count<queue_member>(), 1U);
  EXPECT_EQ(positions(), "1:1.9");
}

TEST(recorded_queues, empty_as_their_callers_leave) {
  for (const auto& name : recordings::names()) {
    if (name.ends_with(".sent.ami"))
      continue;
    bench t;
    t.system.connected(t.now);
    t.say(end("before", 0));
    const auto block = ami::parse(std::string_view{recordings::bytes(name)});
    bool stopped = false;
    for (const auto m : *block) {
      stopped = stopped || m.kind() == ami::event_kind::shutdown;
      t.hear(m);
    }
    if (!stopped && !name.starts_with("shutdown")) {
      EXPECT_EQ(t.count<queue_entry>(), 0U) << name;
    }
  }
}

TEST(recorded_queues, positions_are_one_to_the_last_whatever_the_order) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  bench t;
  t.system.connected(t.now);
  t.say(params("1", "q") + end("1", 1));
  std::vector<std::string> waiting;
  for (int i = 0; i < 2000; ++i) {
    if (waiting.empty() || random() % 2 == 0) {
      const auto id = std::to_string(i);
      const auto place = random() % (waiting.size() + 1);
      waiting.insert(waiting.begin() + static_cast<std::ptrdiff_t>(place), id);
      t.say(join("q", id, static_cast<int>(place) + 1, static_cast<int>(waiting.size())));
    } else {
      const auto place = random() % waiting.size();
      const auto id = waiting[place];
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(place));
      t.say(leave("q", id, static_cast<int>(place) + 1, static_cast<int>(waiting.size())));
    }
    for (std::size_t k = 0; k < waiting.size(); ++k)
      ASSERT_EQ(t.tables.of<queue_entry>().own(waiting[k])->own().position, static_cast<std::int64_t>(k) + 1)
          << "seed " << seed;
  }
}

} // namespace
} // namespace ringmaster::core::tests
