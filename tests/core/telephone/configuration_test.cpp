// SPDX-License-Identifier: Apache-2.0
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
std::string wrong(const result<section_order>& r) { return r ? "(nothing)" : r.error().field; }
std::string wrong(kind what, std::string setting, std::string value) {
  return wrong(create_section(what, "x", {{std::move(setting), {std::move(value)}}}));
}
/// "Append member PJSIP/a", a line each.
std::string changes_of(const std::vector<telephone_request>& actions) {
  std::string all;
  for (const auto& one : actions)
    for (int i = 0;; ++i) {
      const auto n = std::string{i < 10 ? "-00000" : "-0000"} + std::to_string(i);
      const auto get = [&](const char* name) { return header(one, name + n); };
      if (get("Action") == "(none)")
        break;
      all += get("Action") + " " + get("Cat") + (get("Var") == "(none)" ? "" : " " + get("Var")) + (get("Value") == "(none)" ? "" : " " + get("Value")) + "\n";
    }
  return all;
}

TEST(sections, are_made_with_their_settings) {
  const auto order = create_section(kind::parking_lot, "test lot", {{"parkpos", {"> 800-850"}}, {"findslot", {">next"}}, {"context", {}}});
  ASSERT_TRUE(order);
  const auto made = section_made("ours.conf", *order, false);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].action, "UpdateConfig");
  EXPECT_EQ(header(made[0], "SrcFilename"), "ours.conf");
  EXPECT_EQ(header(made[0], "DstFilename"), "ours.conf");
  EXPECT_EQ(changes_of(made), "NewCat test lot\nAppend test lot parkpos 800-850\nAppend test lot findslot next\n") << "without the file's arrow";
  EXPECT_TRUE(changes_of(section_made("ours.conf", *order, true)).starts_with("DelCat test lot\nNewCat test lot\n"));
  EXPECT_EQ(changes_of(section_removed("ours.conf", "test lot")), "DelCat test lot\n");
}

TEST(sections, change_what_is_given_alone) {
  const auto order = change_section(kind::queue, "q", {{"member", {"PJSIP/a", "PJSIP/b"}}, {"weight", {}}});
  ASSERT_TRUE(order);
  EXPECT_EQ(changes_of(section_changed("f", *order)), "Append q member PJSIP/a\nDelete q member\nAppend q member PJSIP/a\nAppend q member PJSIP/b\n"
                                                      "Append q weight 0\nDelete q weight\n");
  EXPECT_FALSE(change_section(kind::queue, "sales_1", {}));
}

TEST(sections, of_many_members_take_several_actions_of_no_more_headers_than_a_server_takes) {
  setting members{"member", {}};
  for (int i = 0; i < 100; ++i)
    members.values.push_back("PJSIP/agent-" + std::to_string(i) + ",1,Agent " + std::to_string(i));
  const auto made = section_made("f", *create_section(kind::queue, "big", {members}), false);
  std::size_t appended = 0;
  for (const auto& step : made) {
    EXPECT_LE(step.headers.size() + 2, 128U) << "with Action and ActionID";
    EXPECT_EQ(header(step, "Action-000000") == "(none)", false) << "numbered from 0 each time";
    for (const auto& [name, value] : step.headers) {
      EXPECT_LE(name.size() + 2 + value.size(), 1024U);
      appended += name.starts_with("Action-") && value == "Append" ? 1U : 0U;
    }
  }
  EXPECT_EQ(appended, 100U);
  EXPECT_GT(made.size(), 3U);
  members.values.assign(most_section_lines, "PJSIP/a");
  EXPECT_TRUE(create_section(kind::queue, "big", {members}));
  EXPECT_EQ(wrong(create_section(kind::queue, "big", {{"weight", {"1"}}, members})), "member") << "Asterisk could not show it in one message";
}

TEST(sections, are_found_in_what_getconfig_tells) {
  const telephone_answer answer{{{"Response", "Success"}, {"Category-000000", "Sales"}, {"Line-000000-000000", "strategy=ringall"},
                                 {"Line-000000-000001", "context=a=b"}, {"Category-000001", "other"}, {"Line-000001-000000", "weight=1"},
                                 {"Category-000002", "sales"}, {"IsTemplate-000002", "1"}, {"Category-000003", "SALES"}, {"Templates-000003", "other"}}};
  const auto found = sections_in(answer, "sales");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].lines, (std::vector<std::pair<std::string, std::string>>{{"strategy", "ringall"}, {"context", "a=b"}}));
  EXPECT_FALSE(found[0].is_template);
  EXPECT_TRUE(found[1].is_template);
  EXPECT_TRUE(found[1].lines.empty());
  EXPECT_TRUE(found[2].inherits);
  EXPECT_TRUE(sections_in({{{"Response", "Success"}, {"No categories found", ""}}}, "sales").empty());
  const auto asked = sections_question("ringmaster-queues.conf", "sales");
  EXPECT_EQ(asked.action, "GetConfig");
  EXPECT_EQ(header(asked, "Filename"), "ringmaster-queues.conf");
  EXPECT_EQ(header(asked, "Category"), "sales");
  EXPECT_EQ(header(asked, "Filter"), "TEMPLATES=include") << "else templates are left out, even where they are named";
}

TEST(sections, have_their_old_lines_put_back_unless_those_do_not_go_into_an_action) {
  const auto back = section_restored("f", "q", {{{"weight", "7"}, {"member", "PJSIP/a"}}});
  ASSERT_TRUE(back);
  EXPECT_EQ(changes_of(*back), "EmptyCat q\nAppend q weight 7\nAppend q member PJSIP/a\n");
  EXPECT_FALSE(section_restored("f", "q", {{{"weight", std::string(901, 'x')}}}));
  EXPECT_FALSE(section_restored("f", "q", {{{"we ight", "1"}}}));
  EXPECT_FALSE(section_restored("f", "q", {{{"weight", "1\r\nAction: x"}}}));
  EXPECT_FALSE(section_restored("f", "q", {{{"weight", "1"}}, false, true})) << "which lines are its own is not told";
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
