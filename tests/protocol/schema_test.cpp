// SPDX-License-Identifier: Apache-2.0
// Tables as data: a table of every kind of field, and all those of the outbound API.
#include "protocol/outbound.hpp"
#include "protocol/schema.hpp"

#include <gtest/gtest.h>

#include <map>

namespace ringmaster::schema_tests {

struct wheel {
  std::int64_t size{16};
  std::string name;
  bool operator==(const wheel&) const = default;
};
inline constexpr constraint given{.bytes = 20, .required = true};
inline constexpr constraint sizes{.least = 10, .most = 30, .unit = "inches"};
inline constexpr auto wheel_fields = field_table{
    field{1, "size", &wheel::size, access::writable, "Its size.", sizes},
    field{2, "name", &wheel::name, access::writable, "Its name.", given}};
constexpr const auto& fields_of(const wheel*) { return wheel_fields; }

struct bicycle {
  uuid id;
  lines story;
  std::vector<std::int64_t> gears;
  std::vector<wheel> wheels;
  std::optional<wheel> spare;
  std::string lock{"1234"};
  std::int64_t key{7};
  double weight{11.5};
  bool operator==(const bicycle&) const = default;
};
inline constexpr auto bicycle_fields = field_table{
    field{1, "uuid", &bicycle::id, access::read_only, "Uuid."},
    field{2, "story", &bicycle::story, access::writable, "Its story; [more](x.md#story)."},
    field{3, "gears", &bicycle::gears, access::writable, "Its gears."},
    field{4, "wheels", &bicycle::wheels, access::writable, "Its wheels."},
    field{5, "spare", &bicycle::spare, access::writable, "A spare | one."},
    field{6, "lock", &bicycle::lock, access::secret, "Opens its lock."},
    field{7, "key", &bicycle::key, access::stored_only, ""},
    field{8, "weight", &bicycle::weight, access::shown_only, "Its weight."}};

namespace {

template <class T, class Table>
result<T> merge(const T& before, std::string_view body, const Table& table) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(body.data(), body.size()).get(element))
    return error{errc::malformed, "not JSON", {}};
  return merge_json(before, element, table);
}

constexpr std::string_view whole = R"({"story": "a\r\nb\nc\rd", "gears": [3, 7], "wheels": [{"size": 20, "name": "front"}, {"name": "back"}],)"
                                   R"("spare": {"name": "old"}, "lock": "4321"})";

TEST(schema, lists_objects_and_lines_are_read_and_shown) {
  const auto made = merge(bicycle{}, whole, bicycle_fields);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(made->story.value, "a\nb\nc\nd");
  EXPECT_EQ(to_json(*made, bicycle_fields),
            R"({"uuid":"00000000-0000-0000-0000-000000000000","story":"a\nb\nc\nd","gears":[3,7],)"
            R"("wheels":[{"size":20,"name":"front"},{"size":16,"name":"back"}],"spare":{"size":16,"name":"old"},"weight":11.5})")
      << "without the secret and what is only kept";
  auto back = from_record<bicycle>(to_record(*made, bicycle_fields), bicycle_fields);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, *made) << "the secret is kept";
}

TEST(schema, what_is_wrong_within_is_named) {
  const auto says = [](std::string_view body) {
    const auto made = merge(bicycle{}, body, bicycle_fields);
    return made ? std::string{"taken"} : made.error().message;
  };
  EXPECT_EQ(says(R"({"gears": 3})"), "gears must be a list");
  EXPECT_EQ(says(R"({"gears": [1, "x"]})").find("gears must be a list, of which number 2 must be"), 0u);
  EXPECT_EQ(says(R"({"wheels": [{"name": "a"}, {"size": 5, "name": "b"}]})"),
            "wheels must be a list, of which number 2 must be an object in which size must be from 10 to 30 inches");
  EXPECT_EQ(says(R"({"spare": {}})"), "spare must be an object in which name is required");
  EXPECT_EQ(says(R"({"spare": null})"), "taken");
  EXPECT_EQ(says(R"({"story": "a\u0000"})"), "story must be a string without NUL");
  EXPECT_EQ(says(R"({"key": 1})"), "key is read-only");
  EXPECT_EQ(says(R"({"weight": 1})"), "weight is read-only");
}

TEST(schema, records_cut_short_or_spoilt_are_refused_and_never_worse) {
  const auto made = merge(bicycle{}, whole, bicycle_fields);
  const auto record = to_record(*made, bicycle_fields);
  std::size_t refused = 0;
  for (std::size_t n = 0; n < record.size(); ++n)
    refused += !from_record<bicycle>(std::string_view{record}.substr(0, n), bicycle_fields).has_value();
  EXPECT_GT(refused, record.size() / 2);
}

TEST(schema, a_table_is_described_whole) {
  const auto all = describe<bicycle>(bicycle_fields);
  std::map<std::string_view, field_schema> by_name;
  for (const auto& one : all)
    by_name.emplace(one.name, one);
  EXPECT_EQ(all.size(), 7u) << "all but what is only kept";
  EXPECT_EQ(type_name(by_name["gears"]), "list of integer");
  EXPECT_EQ(type_name(by_name["spare"]), "object or null");
  EXPECT_EQ(type_name(by_name["story"]), "string, with line breaks");
  EXPECT_EQ(by_name["wheels"].members.size(), 2u);
  EXPECT_TRUE(by_name["wheels"].members[1].must->required);
  EXPECT_EQ(by_name["weight"].by_default, "11.5");
  EXPECT_EQ(by_name["uuid"].by_default, "");
}

TEST(schema, markdown_has_a_row_a_field_and_one_for_those_that_differ_by_a_number) {
  const auto page = to_markdown(describe<bicycle>(bicycle_fields));
  EXPECT_NE(page.find("| `lock` | string |  | yes, never shown | Opens its lock. |"), std::string::npos) << page;
  EXPECT_NE(page.find("| `spare` | object or null | `null` | yes | A spare \\| one. |"), std::string::npos) << page;
  const auto entry = to_markdown(describe<dl>(dl_fields));
  EXPECT_NE(entry.find("| `trycnt_1` … `trycnt_8` | integer | `0` | yes | Tries of number N. Must be from 0 to 65535. |"), std::string::npos) << entry;
  const auto how = to_markdown(describe<plan>(plan_fields));
  EXPECT_NE(how.find("| Most tries of number N. Must be from 0 to 1000. |"), std::string::npos) << "the number is the field's alone";
  EXPECT_NE(how.find("Must be like \"Name\" \\<number>,"), std::string::npos) << "no tag of HTML";
  EXPECT_NE(entry.find("| `dlma_uuid` | uuid |  | yes | The list it belongs to. Required. |"), std::string::npos) << entry;
}

TEST(schema, json_schema_says_the_same) {
  simdjson::dom::parser parser;
  std::string sent, shown;
  append_json_schema(sent, describe<bicycle>(bicycle_fields), direction::sent);
  append_json_schema(shown, describe<bicycle>(bicycle_fields), direction::shown);
  const auto at = [&](const std::string& schema, std::string_view pointer) {
    simdjson::dom::element root, value;
    if (parser.parse(schema).get(root) || root.at_pointer(pointer).get(value))
      return std::string{"(none)"};
    return simdjson::minify(value);
  };
  EXPECT_EQ(at(sent, "/additionalProperties"), "false");
  EXPECT_EQ(at(sent, "/properties/lock/writeOnly"), "true");
  EXPECT_EQ(at(sent, "/properties/lock/default"), "(none)") << "no secret in a description";
  EXPECT_EQ(at(sent, "/properties/weight"), "(none)");
  EXPECT_EQ(at(sent, "/properties/uuid/readOnly"), "true");
  EXPECT_EQ(at(sent, "/properties/wheels/items/allOf/0/required"), R"(["name"])");
  EXPECT_EQ(at(sent, "/properties/wheels/items/allOf/0/properties/size/minimum"), "10");
  EXPECT_EQ(at(sent, "/properties/story/description"), R"("Its story; more.")");
  EXPECT_EQ(at(shown, "/properties/lock"), "(none)");
  EXPECT_EQ(at(shown, "/required"), R"(["uuid","story","gears","wheels","spare","weight"])");
  EXPECT_EQ(at(shown, "/additionalProperties"), "(none)") << "a later version may show more";
}

TEST(schema, every_field_of_the_outbound_api_is_documented_and_refuses_what_its_constraint_excludes) {
  std::size_t fields = 0, refused = 0;
  const auto walk = [&](auto fresh, const auto& table) {
    using object = decltype(fresh);
    for (const auto& f : describe<object>(table)) {
      ++fields;
      EXPECT_GT(f.doc.size(), 3u) << f.name;
      EXPECT_EQ(f.doc.back(), '.') << f.name << ": a sentence";
      if (!is_sent(f.may))
        continue;
      const auto says = [&](const std::string& value) {
        std::string body{"{\""};
        body.append(f.name).append("\": ").append(value).append("}");
        const auto made = merge(object{}, body, table);
        return made ? std::string{} : made.error().message;
      };
      EXPECT_EQ(says(f.by_default.empty() ? "\"00000000-0000-0000-0000-000000000001\"" : f.by_default), "") << "the default is taken";
      std::vector<std::string> bad;
      if (f.must->least)
        bad.push_back(std::to_string(static_cast<std::int64_t>(*f.must->least) - 1));
      if (f.must->most)
        bad.push_back(std::to_string(static_cast<std::int64_t>(*f.must->most) + 1));
      if (!f.must->integers.empty())
        bad.push_back("-1");
      if (!f.must->texts.empty())
        bad.push_back("\"none of them\"");
      if (f.must->bytes > 0)
        bad.push_back("\"" + std::string(f.must->bytes + 1, '1') + "\"");
      if (f.must->marks && f.must->marks->find('|') == std::string_view::npos)
        bad.push_back("\"a|b\"");
      if (f.must->form != text_form::any && f.must->form != text_form::written_number)
        bad.push_back("\" ..//99:99 \"");
      for (const auto& value : bad) {
        ++refused;
        const auto complaint = says(value);
        EXPECT_EQ(complaint, std::string{f.name} + " must be " + must_be(*f.must)) << value;
      }
    }
  };
  walk(plan{}, plan_fields);
  walk(destination{}, destination_fields);
  walk(dlma{}, dlma_fields);
  walk(dl{}, dl_fields);
  walk(campaign{}, campaign_fields);
  EXPECT_GT(fields, 100u);
  EXPECT_GT(refused, 80u);
}

} // namespace
} // namespace ringmaster::schema_tests
