// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/requests.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

bool may(std::string_view command) { return agi_request("PJSIP/a-1", "7", command).has_value(); }

TEST(agi_requests, allow_what_stays_on_the_channel) {
  for (const char* good :
       {"ANSWER", "answer", "HANGUP", "NOOP hello", "VERBOSE \"hello world\" 1", "SAY DIGITS 123 \"\"", "CHANNEL STATUS",
        "ASYNCAGI BREAK", "WAIT FOR DIGIT 5000", "GET VARIABLE CALL_ID", "SET VARIABLE CALL_ID \"two words\"",
        "STREAM FILE beep \"\"", "STREAM FILE digits/1 \"#\"", "GET DATA custom/welcome 5000 4", "EXEC Playback demo-thanks",
        "exec Queue sales_1", "SET CALLERID \"Ann\" <100>", "SET MUSIC ON default"})
    EXPECT_TRUE(may(good)) << good;
}

TEST(agi_requests, refuse_what_reaches_a_shell_a_file_a_function_or_another_action) {
  for (const char* bad :
       {"", "EXEC System \"rm -rf /\"", "EXEC TrySystem x", "exec system x", "EXEC \"System\" x", "EXEC AGI script.sh",
        "EXEC MixMonitor a.wav", "EXEC Dial PJSIP/1", "EXEC Playback ${SHELL(id)}", "EXEC Playback \"a;b\"", "EXEC",
        "RECORD FILE /tmp/x wav #", "SEND IMAGE x", "GET FULL VARIABLE ${SHELL(id)}", "GET VARIABLE SHELL(id)",
        "GET VARIABLE ${A}", "SET VARIABLE FILE(/etc/passwd) x", "SET VARIABLE A", "DATABASE GET a b", "DATABASE DELTREE a",
        "GOSUB a b c", "SPEECH CREATE x", "STREAM FILE /etc/passwd \"\"", "STREAM FILE ../../x \"\"",
        "EXEC Playback ../../x", "EXEC Playback \"demo&/etc/passwd\"", "EXEC Background http://x/y", "EXEC Queue q,,,,,evil.agi",
        "EXEC Queue q,,,../x", "VERBOSE \xC2\x9B", "VERBOSE \xFF", "STREAM FILE", "ANSWER\r\nAction: Originate",
        "ANSWER\n", "VERBOSE \"open", "VERBOSE a\\nb", "FOO", "ANSWERX", "ANS"})
    EXPECT_FALSE(may(bad)) << bad;
  EXPECT_FALSE(may("VERBOSE " + std::string(800, 'x')));
  EXPECT_FALSE(agi_request("", "7", "ANSWER"));
  EXPECT_EQ(agi_request("PJSIP/a-1", "7", "EXEC System x").error().field, "command");
}

TEST(module_requests, take_plain_names_alone) {
  EXPECT_EQ(module_request(module_action::load, "app_queue")->headers[0].second, "app_queue.so");
  EXPECT_EQ(module_request(module_action::unload, "app_queue.so")->headers[0].second, "app_queue.so");
  EXPECT_EQ(module_request(module_action::reload, "app_queue")->headers[1].second, "reload");
  for (const char* bad : {"", ".so", "../x", "a/b", "a b", "a.b", "a\r\nAction: x", "app-queue"})
    EXPECT_FALSE(module_request(module_action::load, bad)) << bad;
}

TEST(hang_up_requests, never_name_more_than_one) {
  EXPECT_TRUE(hang_up_request("PJSIP/a-1"));
  for (const char* bad : {"", "/^PJSIP.*$/", "a\nb"})
    EXPECT_FALSE(hang_up_request(bad)) << bad;
}

TEST(queue_requests, check_every_value) {
  const member_to_add good{"sales_1", "PJSIP/agent-01", "Agent 1", {}, 3, 1};
  const auto made = queue_add_request(good);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->action, "QueueAdd");
  const std::vector<std::pair<std::string, std::string>> headers{
      {"Queue", "sales_1"}, {"Interface", "PJSIP/agent-01"}, {"MemberName", "Agent 1"}, {"Penalty", "3"}, {"Paused", "true"}};
  EXPECT_EQ(made->headers, headers);
  const auto wrong = [&](auto change, const char* field) {
    auto one = good;
    change(one);
    const auto r = queue_add_request(one);
    ASSERT_FALSE(r) << field;
    EXPECT_EQ(r.error().field, field);
  };
  wrong([](auto& m) { m.queue_name.clear(); }, "queue_name");
  wrong([](auto& m) { m.queue_name = "a\r\nAction: x"; }, "queue_name");
  for (const char* location : {"", "agent", "PJSIP/", "Shell/x", "PJSIP/a&PJSIP/b", "PJSIP/a\nX: y", "Local/../x"})
    wrong([&](auto& m) { m.location = location; }, "location");
  wrong([](auto& m) { m.paused = 2; }, "paused");
  wrong([](auto& m) { m.penalty = -1; }, "penalty");
  wrong([](auto& m) { m.name = "a\nb"; }, "name");
  wrong([](auto& m) { m.state_interface = "x"; }, "state_interface");
}

TEST(queue_requests, make_an_action_for_each_change) {
  const auto all = queue_member_requests("sales_1", "PJSIP/a", {1, 5, 0, "lunch"});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].action, "QueuePause");
  EXPECT_EQ((*all)[0].headers.back(), (std::pair<std::string, std::string>{"Reason", "lunch"}));
  EXPECT_EQ((*all)[1].action, "QueuePenalty");
  EXPECT_EQ((*all)[2].action, "QueueMemberRingInUse");
  EXPECT_FALSE(queue_member_requests("q", "PJSIP/a", {}));
  EXPECT_FALSE(queue_member_requests("q", "PJSIP/a", {{}, {}, {}, "lunch"})) << "a reason without a pause";
  EXPECT_FALSE(queue_member_requests("q", "PJSIP/a", {1, {}, {}, "a\r\nb"}));
}

} // namespace
} // namespace ringmaster::core
