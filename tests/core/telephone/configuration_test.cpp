#include "actors/core/telephone/configuration.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ringmaster::core {
namespace {

using kind = configured_kind;

std::string header(const telephone_request& r, std::string_view name) {
  for (const auto& [key, value] : r.headers)
    if (key == name)
      return value;
  return "(none)";
}
std::string wrong(const result<reconfiguration>& r) { return r ? "(nothing)" : r.error().field; }
std::string wrong(kind what, std::string setting, std::string value) {
  return wrong(create_section(what, "x", {{std::move(setting), {std::move(value)}}}));
}

TEST(sections, are_made_with_their_settings_and_reloaded) {
  const auto made = create_section(kind::parking_lot, "test lot", {{"parkpos", {"> 800-850"}}, {"findslot", {">next"}}, {"context", {}}});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->steps.size(), 2U);
  const auto& change = made->steps[0];
  EXPECT_EQ(change.action, "UpdateConfig");
  EXPECT_EQ(header(change, "SrcFilename"), "res_parking.conf");
  EXPECT_EQ(header(change, "DstFilename"), "res_parking.conf");
  EXPECT_EQ(header(change, "Action-000000"), "NewCat");
  EXPECT_EQ(header(change, "Cat-000002"), "test lot");
  EXPECT_EQ(header(change, "Var-000002"), "findslot");
  EXPECT_EQ(header(change, "Value-000001"), "800-850") << "without the file's arrow";
  EXPECT_EQ(header(change, "Value-000002"), "next");
  EXPECT_EQ(header(change, "Action-000003"), "(none)");
  EXPECT_EQ(header(made->steps[1], "Module"), "res_parking.so");
  ASSERT_TRUE(made->undo);
  EXPECT_EQ(header(*made->undo, "Action-000000"), "DelCat");
}

TEST(sections, change_what_is_given_alone) {
  const auto changed = change_section(kind::queue, "sales_1", {{"member", {"PJSIP/a", "PJSIP/b"}}, {"weight", {}}});
  ASSERT_TRUE(changed);
  const auto& c = changed->steps.at(0);
  std::string all;
  for (int i = 0; header(c, "Action-00000" + std::to_string(i)) != "(none)"; ++i) {
    const auto n = "-00000" + std::to_string(i);
    all += header(c, "Action" + n) + " " + header(c, "Var" + n) + " " + header(c, "Value" + n) + "\n";
  }
  EXPECT_EQ(all, "Append member PJSIP/a\nDelete member (none)\nAppend member PJSIP/a\nAppend member PJSIP/b\n"
                 "Append weight 0\nDelete weight (none)\n");
  EXPECT_FALSE(changed->undo);
  EXPECT_FALSE(change_section(kind::queue, "sales_1", {}));
}

TEST(sections, of_many_members_take_several_actions_of_no_more_headers_than_a_server_takes) {
  setting members{"member", {}};
  for (int i = 0; i < 100; ++i)
    members.values.push_back("PJSIP/agent-" + std::to_string(i) + ",1,Agent " + std::to_string(i));
  const auto made = create_section(kind::queue, "big", {members});
  ASSERT_TRUE(made);
  std::size_t appended = 0;
  for (const auto& step : made->steps) {
    EXPECT_LE(step.headers.size() + 2, 128U) << "with Action and ActionID";
    for (const auto& [name, value] : step.headers)
      appended += name.starts_with("Action-") && value == "Append" ? 1U : 0U;
  }
  EXPECT_EQ(appended, 100U);
  EXPECT_GT(made->steps.size(), 3U);
  EXPECT_EQ(made->steps.back().action, "ModuleLoad");
  for (std::size_t i = 0; i + 1 < made->steps.size(); ++i)
    EXPECT_EQ(made->steps[i].action, "UpdateConfig");
}

TEST(sections, refuse_names_that_a_file_would_read_otherwise) {
  for (const char* bad : {"", "a]", "[a", "a\r\nb", "a;b", "a#b", "a=b", "a>b", "a(!)", " a", "a ", "a\tb", "general", "GENERAL", "ä"})
    EXPECT_EQ(wrong(create_section(kind::queue, bad, {})), "name") << bad;
  EXPECT_EQ(wrong(create_section(kind::queue, std::string(80, 'a'), {})), "name");
  EXPECT_EQ(wrong(create_section(kind::queue, std::string("a\0b", 3), {})), "name");
  for (const char* good : {"a", "test create queue", "sales_1", "a.b-c@d+e"})
    EXPECT_EQ(wrong(create_section(kind::queue, good, {})), "(nothing)") << good;
  EXPECT_EQ(wrong(remove_section(kind::parking_lot, "a]")), "name");
}

TEST(sections, refuse_values_of_another_form) {
  const std::vector<std::array<const char*, 2>> queues{
      {"strategy", "roundrobin "}, {"strategy", ""},      {"timeout", "-1"},         {"timeout", "1s"},         {"ringinuse", "true"},
      {"context", "a;b"},          {"context", "a b"},    {"context", "a\nmember=x"}, {"musicclass", "[x]"},     {"announce", "/etc/passwd"},
      {"announce", "../x"},        {"joinempty", "yes,maybe"}, {"member", "agent"},  {"member", "PJSIP/a&PJSIP/b"}, {"member", "PJSIP/a;x"},
      {"member", "PJSIP/a,x"},     {"member", "PJSIP/a,1,A[b]"}, {"member", "PJSIP/a,1,A,nobody"}, {"member", "PJSIP/a,,,,,,,x"}, {"member", ""}};
  for (const auto& [name, value] : queues)
    EXPECT_EQ(wrong(kind::queue, name, value), name) << value;
  const std::vector<std::array<const char*, 2>> lots{{"parkpos", "800"},     {"parkpos", "850-800"}, {"parkpos", "0-5"}, {"parkpos", "8-9-10"},
                                                     {"parkpos", "a-b"},     {"findslot", "last"},   {"parkext", "7 0"}, {"comebacktoorigin", "maybe"},
                                                     {"parkedplay", "all"},  {"comebackdialtime", ""}};
  for (const auto& [name, value] : lots)
    EXPECT_EQ(wrong(kind::parking_lot, name, value), name) << value;
  EXPECT_EQ(wrong(kind::queue, "monitor-format", "wav"), "monitor-format") << "would write files";
  EXPECT_EQ(wrong(kind::queue, "parkpos", "1-2"), "parkpos") << "of lots alone";
  EXPECT_EQ(wrong(create_section(kind::queue, "x", {{"timeout", {"1", "2"}}})), "timeout") << "one value";
}

TEST(sections, take_what_asterisk_takes) {
  const std::vector<std::array<const char*, 2>> queues{
      {"strategy", "rrmemory"}, {"timeout", "15"}, {"ringinuse", "no"}, {"context", "default"}, {"announce", ""}, {"announce", "custom/hello"},
      {"joinempty", "paused,penalty"}, {"leavewhenempty", "strict"}, {"member", "Agent/10001"}, {"member", "> Agent/10001"},
      {"member", "Local/agent-01@agents/n,2,Ann O'Hara,PJSIP/agent-01,no,5,yes"}, {"periodic-announce", "a,b"}, {"weight", "0"}};
  for (const auto& [name, value] : queues)
    EXPECT_EQ(wrong(kind::queue, name, value), "(nothing)") << name << " " << value;
}

} // namespace
} // namespace ringmaster::core
