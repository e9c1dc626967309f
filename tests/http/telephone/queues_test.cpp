// SPDX-License-Identifier: Apache-2.0
// Queues, members, AGI channels, modules and the server itself over REST, and what a supervisor does to them.
#include "tests/http/telephone/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;

std::string member(const std::string& queue, const std::string& who, const std::string& name) {
  return "Event: QueueMember\nQueue: " + queue + "\nName: " + name + "\nLocation: " + who + "\nStateInterface: " + who +
         "\nMembership: static\nPenalty: 0\nCallsTaken: 0\nLastCall: 0\nLastPause: 0\nLoginTime: 0\nInCall: 0\nStatus: "
         "1\nPaused: 0\nPausedReason: \nWrapuptime: 0\nActionID: {id}\n\n";
}
std::string queue(const std::string& name) {
  return "Event: QueueParams\nQueue: " + name +
         "\nMax: 0\nStrategy: ringall\nCalls: 0\nHoldtime: 0\nTalkTime: 0\nCompleted: 0\nAbandoned: 0\nServiceLevel: "
         "5\nServicelevelPerf: 0.0\nServicelevelPerf2: 0.0\nWeight: 0\nActionID: {id}\n\n";
}
std::string entry(const std::string& of, const std::string& id, int position) {
  return "Event: QueueEntry\nQueue: " + of + "\nPosition: " + std::to_string(position) + "\nChannel: PJSIP/" + id +
         "\nUniqueid: " + id +
         "\nCallerIDNum: 1\nCallerIDName: Ann\nConnectedLineNum: <unknown>\nConnectedLineName: <unknown>\nWait: "
         "7\nPriority: 0\nActionID: {id}\n\n";
}

class telephone_queues : public telephone_test {
protected:
  void prepare() override {
    pbx().answer("QueueStatus", "Response: Success\nActionID: {id}\nEventList: start\n\n" + queue("sales_1") +
                                    member("sales_1", "Agent/10001", "Agent/10001") + member("sales_1", "PJSIP/b", "Bob") +
                                    entry("sales_1", "1.2", 2) + entry("sales_1", "1.1", 1) + queue("sales_2") +
                                    member("sales_2", "PJSIP/b", "Bob") +
                                    "Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete\nListItems: 7\n\n");
    for (const char* action : {"QueueAdd", "QueueRemove", "QueuePause", "QueuePenalty", "QueueMemberRingInUse", "ModuleLoad", "AGI"})
      pbx().answer(action, "Response: Success\nActionID: {id}\nMessage: Done\n\n");
    pbx().answer("Command", "Response: Success\nActionID: {id}\nMessage: Command output follows\n"
                            "Output: app_queue.so   True Call Queueing   2   Running   core\n\n");
  }
};

TEST_F(telephone_queues, are_shown_alone_and_together) {
  until_listed("/queue/queues", 2);
  EXPECT_EQ(get("/queue/queues/sales_1").at("/result/strategy"), "ringall");
  EXPECT_EQ(get("/v1/admin/queue/queues/nobody").status(), 404U);
  EXPECT_EQ(get("/queue/entries").size("/result/list"), 2U);
  EXPECT_EQ(get("/queue/entries?queue_name=sales_2").size("/result/list"), 0U);
  EXPECT_EQ(get("/v1/admin/queue/entries/1.2").at("/result/position"), "2");
  const auto both = get("/queue/statuses");
  EXPECT_EQ(both.size("/result/list"), 2U);
  const auto one = get("/v1/admin/queue/statuses/sales_1");
  EXPECT_EQ(one.at("/result/queue/name"), "sales_1");
  EXPECT_EQ(one.size("/result/members"), 2U);
  EXPECT_EQ(one.at("/result/entries/0/unique_id"), "1.1") << "in the order in which they wait";
  EXPECT_EQ(one.at("/result/entries/1/unique_id"), "1.2");
  EXPECT_EQ(get("/queue/statuses/nobody").status(), 404U);
}

TEST_F(telephone_queues, members_are_found_by_name_interface_and_id) {
  until_listed("/queue/members", 3);
  EXPECT_EQ(get("/queue/members?queue_name=sales_1").size("/result/list"), 2U);
  const auto agent = get("/queue/members/Agent%2F10001?queue_name=sales_1");
  EXPECT_EQ(agent.at("/result/id"), "Agent/10001@sales_1");
  EXPECT_EQ(agent.at("/result/ring_inuse"), "null");
  EXPECT_EQ(get("/queue/members/Agent%2F10001").status(), 200U) << "it is in one queue alone";
  EXPECT_EQ(get("/queue/members/Bob").status(), 400U) << "which of two?";
  EXPECT_EQ(get("/queue/members/Bob?queue_name=sales_2").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/PJSIP%2Fb?queue_name=sales_2").at("/result/name"), "Bob");
  EXPECT_EQ(get("/queue/members/PJSIP%2Fb%40sales_2").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/PJSIP%2Fb%40sales_2?queue_name=sales_2").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/PJSIP%2Fb%40sales_2?queue_name=sales_1").status(), 404U) << "it is in the other";
  EXPECT_EQ(get("/queue/members/Carl").status(), 404U);
}

TEST_F(telephone_queues, members_are_named_in_the_body_as_well) {
  until_listed("/queue/members", 3);
  EXPECT_EQ(get("/queue/members/", R"({"name":"Bob"})").status(), 400U) << "which of two?";
  EXPECT_EQ(get("/queue/members/", R"({"name":"Bob","queue_name":"sales_2"})").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/", R"({"name":"PJSIP/b","queue_name":"pbx-a:sales_2"})").at("/result/name"), "Bob");
  EXPECT_EQ(get("/queue/members/", R"({"id":"PJSIP/b@sales_2"})").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/", R"({"id":"pbx-a:PJSIP/b@sales_2"})").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/", R"({"queue_name":"sales_2"})").size("/result/list"), 1U);
  EXPECT_EQ(get("/queue/members?queue_name=pbx-a%3Asales_1").size("/result/list"), 2U);
  EXPECT_EQ(get("/queue/entries/", R"({"queue_name":"sales_2"})").size("/result/list"), 0U);
  EXPECT_EQ(get("/queue/members/Bob", R"({"queue_name":"sales_2"})").at("/result/queue_name"), "sales_2");
  EXPECT_EQ(get("/queue/members/", R"({"name":"Bob","nonsense":1})").at("/error/field"), "nonsense");
  EXPECT_EQ(get("/queue/members/", R"({"name":"Bob","id":"PJSIP/b@sales_2"})").at("/error/field"), "name");
  EXPECT_EQ(get("/queue/members/?queue_name=sales_1", R"({"name":"Bob","queue_name":"sales_2"})").at("/error/field"), "queue_name");
  EXPECT_EQ(get("/queue/queues/", R"({"name":"pbx-a:sales_2"})").at("/result/name"), "sales_2");
  const auto status = get("/queue/statuses/", R"({"name":"pbx-a:sales_1"})");
  EXPECT_EQ(status.size("/result/members"), 2U);
  EXPECT_EQ(get("/queue/statuses/", R"({"name":"sales_1","deep":"yes"})").at("/error/field"), "deep");
  EXPECT_EQ(put("/queue/members/Bob", R"({"queue_name":"sales_2","pbx":"pbx-a","penalty":5})").status(), 200U);
  EXPECT_EQ(pbx().heard("QueuePenalty").at(0).at("Queue"), "sales_2");
  EXPECT_EQ(post("/queue/members", R"({"queue_name":"pbx-a:sales_2","location":"PJSIP/c","pbx":"pbx-a"})").status(), 200U);
  EXPECT_EQ(pbx().heard("QueueAdd").at(0).at("Queue"), "sales_2");
  EXPECT_EQ(del("/queue/members/Bob", R"({"queue_name":"sales_1"})").status(), 200U);
  EXPECT_EQ(pbx().heard("QueueRemove").at(0).at("Queue"), "sales_1");
}

TEST_F(telephone_queues, a_supervisor_adds_changes_and_removes_members) {
  until_listed("/queue/members", 3);
  EXPECT_EQ(post("/queue/members", R"({"queue_name":"sales_2","location":"PJSIP/c","name":"Carl","penalty":2,"paused":1})").status(), 200U);
  EXPECT_THAT(pbx().heard("QueueAdd").at(0), testing::IsSupersetOf({Pair("Queue", "sales_2"), Pair("Interface", "PJSIP/c"),
                                                                    Pair("MemberName", "Carl"), Pair("Penalty", "2"), Pair("Paused", "true")}));
  EXPECT_EQ(put("/queue/members/Bob?queue_name=sales_2", R"({"paused":1,"paused_reason":"lunch","penalty":5,"ring_inuse":0})").status(), 200U);
  EXPECT_THAT(pbx().heard("QueuePause").at(0), testing::IsSupersetOf({Pair("Interface", "PJSIP/b"), Pair("Queue", "sales_2"),
                                                                      Pair("Paused", "true"), Pair("Reason", "lunch")}));
  EXPECT_EQ(pbx().heard("QueuePenalty").at(0).at("Penalty"), "5");
  EXPECT_EQ(pbx().heard("QueueMemberRingInUse").at(0).at("RingInUse"), "false");
  EXPECT_EQ(del("/v1/admin/queue/members/Bob?queue_name=sales_1").status(), 200U);
  EXPECT_EQ(pbx().heard("QueueRemove").at(0).at("Queue"), "sales_1");
  // What is wrong never reaches the server.
  const auto refused = [&](const reply& r, unsigned status, const char* field) {
    EXPECT_EQ(r.status(), status) << r.text;
    EXPECT_EQ(r.at("/error/field"), field) << r.text;
  };
  refused(post("/queue/members", R"({"queue_name":"sales_2","location":"PJSIP/a&PJSIP/b"})"), 400, "location");
  refused(post("/queue/members", R"({"queue_name":"nobody","location":"PJSIP/a"})"), 404, "(none)");
  refused(post("/queue/members", R"({"queue_name":"sales_2","location":"PJSIP/a","colour":1})"), 400, "colour");
  refused(put("/queue/members/Bob?queue_name=sales_2", R"({"paused":2})"), 400, "paused");
  refused(put("/queue/members/Bob?queue_name=sales_2", R"({"paused":true})"), 400, "paused");
  refused(put("/queue/members/Bob?queue_name=sales_2", R"({})"), 400, "(none)");
  refused(put("/queue/members/Nobody?queue_name=sales_2", R"({"paused":1})"), 404, "(none)");
  EXPECT_EQ(pbx().heard("QueueAdd").size(), 1U);
  EXPECT_EQ(pbx().heard("QueuePause").size(), 1U);
  pbx().answer("QueuePenalty", "Response: Error\nActionID: {id}\nMessage: Invalid interface, queuename or penalty\n\n");
  const auto half = put("/queue/members/Bob?queue_name=sales_2", R"({"penalty":6,"ring_inuse":1})");
  EXPECT_EQ(half.status(), 502U);
  EXPECT_THAT(half.at("/error/message"), HasSubstr("Invalid interface"));
  EXPECT_EQ(pbx().heard("QueueMemberRingInUse").size(), 1U) << "nothing more is asked after a refusal";
}

TEST_F(telephone_queues, are_told_under_their_names) {
  until_listed("/queue/members", 3);
  ws_client c;
  ASSERT_EQ(connect(c), 101U);
  c.say(R"({"type":"subscribe","topic":"/queue/statuses/sales_2","snapshot":true})");
  EXPECT_EQ(field(c.hear(), "/topic"), "/queue/statuses/sales%5F2");
  EXPECT_EQ(field(c.hear(), "/items/0/name"), "sales_2");       // queue.queue
  EXPECT_EQ(field(c.hear(), "/items/0/id"), "PJSIP/b@sales_2"); // queue.member
  EXPECT_EQ(field(c.hear(), "/items/0"), "(none)");             // queue.entry
  EXPECT_EQ(field(c.hear(), "/type"), "complete");
  const auto join = [](const std::string& of, const std::string& id) {
    return "Event: QueueCallerJoin\n" + channel_headers(id) + "Queue: " + of + "\nPosition: 1\nCount: 1\n\n";
  };
  pbx().say(join("sales_1", "7.1") + join("sales_2", "7.2"));
  const auto heard = c.hear();
  EXPECT_EQ(field(heard, "/queue.entry.update/unique_id"), "7.2");
  EXPECT_EQ(field(heard, "/topic"), "/queue/statuses/sales%5F2");
  EXPECT_EQ(field(heard, "/queue.entry.update/wait"), "null");
  EXPECT_EQ(field(c.hear(), "/queue.queue.update/calls"), "1");
}

TEST_F(telephone_queues, modules_are_listed_loaded_reloaded_and_unloaded) {
  until_listed("/core/modules", 1);
  const auto one = get("/v1/admin/core/modules/app_queue");
  EXPECT_EQ(one.at("/result/name"), "app_queue");
  EXPECT_EQ(one.at("/result/load"), "Running");
  EXPECT_EQ(get("/core/modules/app_queue.so").at("/result/name"), "app_queue");
  EXPECT_EQ(get("/core/modules/", R"({"name":"pbx-a:app_queue.so"})").at("/result/name"), "app_queue");
  EXPECT_EQ(get("/core/modules/.so").status(), 404U);
  EXPECT_EQ(post("/core/modules/app_voicemail").status(), 200U);
  EXPECT_EQ(put("/core/modules/app_queue", "").status(), 200U);
  EXPECT_EQ(del("/core/modules/app_queue").status(), 200U);
  const auto asked = pbx().heard("ModuleLoad");
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].at("Module"), "app_voicemail.so");
  EXPECT_EQ(asked[0].at("LoadType"), "load");
  EXPECT_EQ(asked[1].at("LoadType"), "reload");
  EXPECT_EQ(asked[2].at("LoadType"), "unload");
  EXPECT_EQ(del("/core/modules/nothing").status(), 404U);
  EXPECT_EQ(post("/core/modules/..%2Fx").status(), 400U);
  EXPECT_EQ(pbx().heard("ModuleLoad").size(), 3U);
}

TEST_F(telephone_queues, agi_channels_take_commands) {
  pbx().say("Event: AsyncAGIStart\n" + channel_headers("9.1", 6) + "Env: agi_request%3A%20async%0Aagi_arg_1%3A%20x%0A%0A\n\n");
  until_listed("/core/agis", 1);
  EXPECT_EQ(get("/core/agis/9.1").at("/result/env/agi_arg_1"), "x");
  EXPECT_EQ(get("/core/agis/9.1").at("/result/cmd"), "{}");
  const auto done = post("/core/agis/9.1", R"({"command":"SAY DIGITS 12 \"\""})");
  ASSERT_EQ(done.status(), 200U) << done.text;
  const auto id = done.at("/result/id");
  const auto asked = pbx().heard("AGI").at(0);
  EXPECT_EQ(asked.at("Channel"), "PJSIP/9.1");
  EXPECT_EQ(asked.at("Command"), "SAY DIGITS 12 \"\"");
  EXPECT_EQ(asked.at("CommandID"), id);
  pbx().say("Event: AGIExecStart\n" + channel_headers("9.1", 6) + "CommandId: 1\nCommand: SAY DIGITS 12 \"\"\n\n" +
            "Event: AsyncAGIExec\n" + channel_headers("9.1", 6) + "Result: 200%20result%3D0%0A\nCommandId: " + id + "\n\n");
  until([&] { return get("/core/agis/9.1").at("/result/cmd/" + id + "/result") == "200 result=0\n"; }, "the result comes");
  EXPECT_EQ(get("/core/agis/9.1").at("/result/cmd/" + id + "/command"), "SAY DIGITS 12 \"\"");
  EXPECT_EQ(post("/core/agis/9.1", R"({"command":"EXEC System \"rm x\""})").at("/error/field"), "command");
  EXPECT_EQ(post("/core/agis/9.1", R"({})").status(), 400U);
  EXPECT_EQ(post("/core/agis/9.2", R"({"command":"ANSWER"})").status(), 404U);
  EXPECT_EQ(pbx().heard("AGI").size(), 1U);
  EXPECT_EQ(del("/core/agis/9.1").status(), 200U);
  EXPECT_EQ(pbx().heard("Hangup").at(0).at("Channel"), "PJSIP/9.1");
}

TEST_F(telephone_queues, the_system_says_whether_it_is_connected) {
  EXPECT_EQ(get("/core/systems").size("/result/list"), 1U);
  until([&] { return get("/core/systems/1").at("/result/connected") == "1"; }, "connected");
  EXPECT_EQ(get("/v1/admin/core/systems/1").at("/result/pbx"), "pbx-a");
  EXPECT_EQ(get("/core/systems/2").status(), 404U);
}

} // namespace
} // namespace ringmaster::tests
