// SPDX-License-Identifier: Apache-2.0
#include "protocol/plain_table.hpp"

#include <gtest/gtest.h>

namespace ringmaster::plain_table_tests {
namespace {

constexpr constraint title_rule{.bytes = 10, .required = true};
constexpr constraint seconds_rule{.least = 0, .most = 60, .unit = "s"};
constexpr plain_field fields[] = {{1, "id", value_kind::integer, access::read_only, "Its number."},
                                  {2, "title", value_kind::string, access::writable, "Its title.", &title_rule},
                                  {3, "seconds", value_kind::integer, access::writable, "How long.", &seconds_rule, "30"},
                                  {4, "share", value_kind::number, access::writable, "A share."},
                                  {5, "on", value_kind::boolean, access::writable, "Whether.", &any_value, "true"},
                                  {6, "text", value_kind::lines, access::writable, "What it says."},
                                  {7, "of", value_kind::uuid, access::writable, "Of what."},
                                  {8, "at", value_kind::timestamp, access::writable, "When."},
                                  {9, "vars", value_kind::strings, access::writable, "Variables."},
                                  {10, "rooms", value_kind::string, access::writable, "Where.", &any_value, {}, true},
                                  {11, "pin", value_kind::string, access::secret, "Its PIN."},
                                  {12, "inner", value_kind::string, access::stored_only, ""}};
struct thing : plain_object {};
constexpr plain_table things{fields};

/// The same as a struct.
struct typed {
  std::int64_t id{};
  std::string title;
  std::int64_t seconds{30};
  std::optional<double> share;
  bool on{true};
  lines text;
  std::vector<std::string> rooms;
};
constexpr auto typed_fields = field_table{field{1, "id", &typed::id, access::read_only, "Its number."},
                                          field{2, "title", &typed::title, access::writable, "Its title."},
                                          field{3, "seconds", &typed::seconds, access::writable, "How long."},
                                          field{4, "share", &typed::share, access::writable, "A share."},
                                          field{5, "on", &typed::on, access::writable, "Whether."},
                                          field{6, "text", &typed::text, access::writable, "What it says."},
                                          field{10, "rooms", &typed::rooms, access::writable, "Where."}};

result<thing> merged(const std::string& json, const thing& before = {}) {
  simdjson::dom::parser parser;
  return merge_json(before, parser.parse(json), things);
}
std::string shown(const thing& one) {
  std::string out;
  append_json(out, one, things);
  return out;
}
std::string says(const std::string& json) {
  const auto refused = merged(json);
  return refused ? "taken" : refused.error().message;
}

const std::string whole = R"({"title":"a","seconds":5,"share":0.5,"on":false,"text":"x\ny","of":"018f8e0a-0000-7000-8000-000000000001",)"
                          R"("at":"2026-12-01T00:00:00.000000000Z","vars":{"A":"b"},"rooms":["r","s"]})";

TEST(plain_tables, show_what_was_set_and_defaults_else) {
  EXPECT_EQ(shown(thing{}),
            R"({"id":0,"title":null,"seconds":30,"share":null,"on":true,"text":null,"of":null,"at":null,"vars":null,"rooms":null})");
  auto one = *merged(whole);
  one.id = 7;
  EXPECT_EQ(shown(one), R"({"id":7,)" + whole.substr(1));
  const auto changed = *merged(R"({"seconds":null,"share":null,"pin":"1234"})", one);
  EXPECT_NE(shown(changed).find(R"("seconds":30,"share":null,"on":false)"), std::string::npos);
  EXPECT_EQ(shown(changed).find("1234"), std::string::npos);
  EXPECT_EQ(std::get<std::string>(changed.get("pin", things)), "1234");
  EXPECT_EQ(changed_fields(one, changed, things), "seconds share pin");
}

TEST(plain_tables, refuse_what_a_table_of_a_struct_refuses) {
  EXPECT_EQ(says(R"({"titel":"a"})"), "unknown field \"titel\"");
  EXPECT_EQ(says(R"({"title":"a","title":"b"})"), "title is given twice");
  EXPECT_EQ(says(R"({"title":5})"), "title must be a string");
  EXPECT_EQ(says(R"({"title":"a\nb"})").substr(0, 13), "title must be");
  EXPECT_EQ(says(R"({"title":"01234567890"})"), "title must be text of at most 10 bytes");
  EXPECT_EQ(says(R"({"seconds":61})"), "seconds must be from 0 to 60 s");
  EXPECT_EQ(says(R"({"id":3})"), "id is read-only");
  EXPECT_EQ(says(R"({"id":0})"), "taken") << "sent back as it was read";
  EXPECT_EQ(says(R"({"inner":"x"})"), "inner is read-only");
  EXPECT_EQ(says(R"({"rooms":["a",5]})").substr(0, 13), "rooms must be");
  EXPECT_EQ(missing_field(thing{}, things)->message, "title is required");
  EXPECT_FALSE(missing_field(*merged(R"({"title":"a"})"), things));
}

TEST(plain_tables, take_forms) {
  const auto one = merge_form(thing{}, {{"title", "a"}, {"seconds", "9"}, {"on", "false"}, {"share", ""}, {"rooms", R"(["x"])"}}, things);
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_NE(shown(*one).find(R"("title":"a","seconds":9,"share":null,"on":false)"), std::string::npos) << shown(*one);
  EXPECT_NE(shown(*one).find(R"("rooms":["x"])"), std::string::npos);
  EXPECT_EQ(merge_form(thing{}, {{"seconds", "x"}}, things).error().field, "seconds");
}

TEST(plain_tables, have_records_that_a_struct_would_have) {
  const auto one = *merged(whole);
  const auto bytes = to_record(one, things);
  const auto again = from_record<thing>(bytes, things);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, one);
  // A struct with some of the fields reads them, and what it writes is read here.
  const auto as_struct = from_record<typed>(bytes, typed_fields);
  ASSERT_TRUE(as_struct);
  EXPECT_EQ(as_struct->title, "a");
  EXPECT_EQ(as_struct->seconds, 5);
  EXPECT_EQ(as_struct->share, 0.5);
  EXPECT_FALSE(as_struct->on);
  EXPECT_EQ(as_struct->rooms, (std::vector<std::string>{"r", "s"}));
  const auto back = from_record<thing>(to_record(*as_struct, typed_fields), things);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->get("seconds", things), plain_value{std::int64_t{5}});
  EXPECT_EQ(back->get("of", things), plain_value{});
  for (const std::string_view broken : {std::string_view{}, std::string_view{"\2"}, std::string_view{"\1\2"}, std::string_view{"\1\2\5a"}})
    EXPECT_FALSE(from_record<thing>(broken, things));
  EXPECT_TRUE(from_record<thing>("\1\x63\1x", things)) << "of a field that is no more";
}

TEST(plain_tables, are_described_as_others_are) {
  const auto all = describe(things);
  ASSERT_EQ(all.size(), 11u);
  EXPECT_EQ(type_name(all[1]), "string");
  EXPECT_EQ(all[2].by_default, "30");
  EXPECT_EQ(type_name(all[3]), "number or null");
  EXPECT_TRUE(all[9].is_list);
  std::string schema;
  append_json_schema(schema, all, direction::sent);
  simdjson::dom::parser parser;
  EXPECT_EQ(parser.parse(schema).error(), simdjson::SUCCESS) << schema;
  EXPECT_NE(to_markdown(all).find("| `seconds` | integer | `30` | yes | How long. Must be from 0 to 60 s. |"), std::string::npos)
      << to_markdown(all);
}

} // namespace
} // namespace ringmaster::plain_table_tests
