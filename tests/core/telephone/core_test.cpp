// SPDX-License-Identifier: Apache-2.0
// Asynchronous AGI, the system and its modules.
#include "actors/core/telephone/modules.hpp"
#include "tests/core/telephone/bench.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::tests {
namespace {

using namespace std::chrono_literals;
using telephone::agi;
using telephone::module_info;
using telephone::system_info;

TEST(agis, of_the_recording_have_their_environment_and_every_result) {
  bench t;
  t.wanted = bit_of(topic_family::agis);
  t.system.connected(t.now);
  t.say(list_end("1", 0));
  const auto block = ami::parse(std::string_view{recordings::bytes("async-agi.ami")});
  std::string before_end;
  for (const auto m : *block) {
    if (m.kind() == ami::event_kind::async_agi_end)
      before_end = t.shown<agi>("call-18");
    t.hear(m);
  }
  EXPECT_EQ(at(before_end, "/env/agi_request"), "async");
  EXPECT_EQ(at(before_end, "/env/agi_channel"), "Local/1000012@customers-0000001d;1");
  EXPECT_EQ(at(before_end, "/env/agi_accountcode"), "");
  EXPECT_EQ(at(before_end, "/context"), "async-agi");
  EXPECT_EQ(at(before_end, "/channel_state"), "6");
  EXPECT_EQ(at(before_end, "/cmd/CALL_ID/command"), "GET VARIABLE CALL_ID");
  EXPECT_EQ(at(before_end, "/cmd/CALL_ID/result"), "200 result=1 (call-18)\n");
  EXPECT_EQ(at(before_end, "/cmd/1/command"), "SET VARIABLE A 1") << "the id was used again";
  EXPECT_EQ(at(before_end, "/cmd/SUCH/result"), "510 Invalid or unknown command\n");
  EXPECT_EQ(at(before_end, "/cmd/BREAK/command"), "ASYNCAGI BREAK");
  const auto events = t.take();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events.front().name, "core.agi.create");
  EXPECT_EQ(events.front().topic, "/core/agis/Sales");
  EXPECT_EQ(at(events.front().body, "/cmd"), "{}");
  EXPECT_EQ(events.back().name, "core.agi.delete");
  EXPECT_EQ(t.count<agi>(), 0U);
}

TEST(agis, that_were_there_before_the_login_are_found_and_forgotten_with_their_channel) {
  bench t;
  t.system.connected(t.now);
  const auto in_agi = "Event: CoreShowChannel\nActionID: 1\n" + channel_headers("1.1", "PJSIP/1.1", 6) +
                      "Application: AGI\nApplicationData: agi:async\nDuration: 00:01:02\nBridgeId: \n\n";
  t.say(in_agi + listed("1", "1.2") + list_end("1", 2));
  EXPECT_EQ(t.count<agi>(), 1U);
  EXPECT_EQ(at(t.shown<agi>("1.1"), "/env"), "{}");
  t.say(hangup("1.1"));
  EXPECT_EQ(t.count<agi>(), 0U);
}

TEST(agis, end_with_the_login_that_does_not_find_them) {
  bench t;
  t.system.connected(t.now);
  t.say(list_end("1", 0) + "Event: AsyncAGIStart\n" + channel_headers("1.1", "PJSIP/1.1") + "Env: agi_request%3A%20async%0A%0A\n\n");
  EXPECT_EQ(t.count<agi>(), 1U);
  t.system.lost(t.now);
  t.system.connected(t.now);
  t.say(listed("2", "1.1") + list_end("2", 1));
  EXPECT_EQ(t.count<agi>(), 0U);
}

/// Answers the questions that are open as the recording of a real server does.
void answer(bench& t, const std::string& action, const std::string& body) {
  const auto asked = ami::parse(t.system.take_questions());
  for (const auto m : *asked)
    if (m.what() == action)
      t.say("Response: Success\nActionID: " + std::string{m.action_id()} + "\n" + body + "\n");
}

TEST(systems, are_there_before_they_are_connected_and_say_whether_they_are) {
  bench t;
  EXPECT_EQ(at(t.shown<system_info>("1"), "/connected"), "0");
  EXPECT_EQ(at(t.shown<system_info>("1"), "/tm_update"), "null");
  t.system.connected(t.now);
  answer(t, "CoreSettings",
         "AMIversion: 11.0.0\nAsteriskVersion: 22.10.1\nSystemName: \nCoreMaxCalls: 0\nCoreMaxLoadAvg: 0.500000\n"
         "CoreRunUser: \nCoreRunGroup: \nCoreMaxFilehandles: 0\nCoreRealTimeEnabled: No\nCoreCDRenabled: Yes\n"
         "CoreHTTPenabled: No\n");
  EXPECT_EQ(t.shown<system_info>("1"),
            R"({"ami_version":"11.0.0","ast_version":"22.10.1","cdr_enabled":"Yes","current_calls":0,"http_enabled":"No",)"
            R"("id":"1","max_calls":0,"max_file_handles":0,"max_load_avg":0.5,"real_time_enabled":"No","reload_date":"",)"
            R"("reload_time":"","run_group":"","run_user":"","startup_date":"","startup_time":"","system_name":"",)"
            R"("tm_update":"2027-01-15T08:00:00.000000000Z","pbx":"asterisk","global_id":"asterisk:1","connected":1,)"
            R"("tm_connect":"2027-01-15T08:00:00.000000000Z"})");
  t.say(list_end("1", 0) + newchannel("1") + newchannel("2"));
  EXPECT_EQ(at(t.shown<system_info>("1"), "/current_calls"), "2");
  t.say(hangup("1"));
  EXPECT_EQ(at(t.shown<system_info>("1"), "/current_calls"), "1");
  t.system.lost(t.now);
  EXPECT_EQ(at(t.shown<system_info>("1"), "/connected"), "0");
}

TEST(systems, ask_again_after_a_reload_and_at_no_other_time) {
  bench t;
  t.system.connected(t.now);
  (void)t.system.take_questions();
  t.pass(1h);
  EXPECT_EQ(t.system.take_questions(), "");
  t.say("Event: Reload\nModule: All\nStatus: 0\n\n");
  answer(t, "CoreStatus", "CoreStartupDate: 2026-11-21\nCoreStartupTime: 20:30:01\nCoreReloadDate: 2026-11-22\nCoreReloadTime: 01:02:03\n");
  EXPECT_EQ(at(t.shown<system_info>("1"), "/reload_time"), "01:02:03");
}

TEST(modules, lines_are_read_however_long_the_names) {
  const auto plain =
      read_module_line("app_queue.so                   True Call Queueing                       2          Running      core");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "app_queue");
  EXPECT_EQ(plain->load, "Running");
  EXPECT_EQ(plain->use_count, 2);
  EXPECT_EQ(plain->description, "True Call Queueing");
  EXPECT_EQ(plain->support_level, "core");
  const auto stopped = read_module_line(
      "res_pjsip_outbound_authenticator_digest.so PJSIP authentication resource            0          Not Running  extended");
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->name, "res_pjsip_outbound_authenticator_digest");
  EXPECT_EQ(stopped->load, "Not Running");
  EXPECT_EQ(stopped->description, "PJSIP authentication resource");
  for (const char* line : {"", "Module                         Description                              Use Count  Status      Support Level",
                           "342 modules loaded", "x.so", "x.so Running core", "x.so y z Running core"})
    EXPECT_FALSE(read_module_line(line)) << line;
}

TEST(modules, follow_what_is_loaded_and_unloaded) {
  bench t;
  t.system.connected(t.now);
  answer(t, "Command",
         "Message: Command output follows\nOutput: Module Description Use Count Status Support Level\n"
         "Output: app_a.so  A  0  Running  core\nOutput: app_b.so  B  1  Running  core\nOutput: 2 modules loaded\n");
  EXPECT_EQ(t.count<module_info>(), 2U);
  EXPECT_EQ(at(t.shown<module_info>("app_b"), "/size"), "null");
  t.say("Event: Unload\nModule: app_a.so\nStatus: Success\n\n");
  EXPECT_EQ(t.system.take_questions(), "");
  t.pass(1s);
  answer(t, "Command", "Message: Command output follows\nOutput: app_b.so  B  1  Running  core\n");
  EXPECT_EQ(t.count<module_info>(), 1U);
}

TEST(modules, of_the_recording_are_read_to_the_last) {
  bench t;
  const auto received = ami::parse(std::string_view{recordings::bytes("tel-modules.ami")});
  std::size_t lines = 0, said = 0;
  for (const auto m : *received)
    for (const auto h : m)
      if (h.name == "Output") {
        lines += read_module_line(h.value) ? 1 : 0;
        if (h.value.ends_with(" modules loaded"))
          said += static_cast<std::size_t>(std::stoi(std::string{h.value}));
      }
  EXPECT_GT(lines, 10U);
  EXPECT_EQ(lines, said);
}

} // namespace
} // namespace ringmaster::core::tests
