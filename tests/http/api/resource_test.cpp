// SPDX-License-Identifier: Apache-2.0
// What a resource costs before it does anything of its own: what stands between the two lines below is all of it, and a test
// counts. In the product it is four files: struct, table and collection; the list in storage/check.cpp; the resource; its route.
#include "http/api/resource.hpp"
#include "protocol/plain_table.hpp"
#include "tests/http/served_engine.hpp"
#include "tests/marked_lines.hpp"

// ---- begin of a resource
namespace ringmaster {
struct note_pad {
  std::int64_t id{};
  std::string title;
  lines text;
  std::optional<std::int64_t> parent;
  std::optional<time_point> tm_create, tm_update;
};
inline constexpr constraint note_title_rule{.bytes = 80, .required = true};
inline constexpr auto note_pad_fields = field_table{field{1, "id", &note_pad::id, access::read_only, "Its number."},
                                                    field{2, "title", &note_pad::title, access::writable, "Its title.", note_title_rule},
                                                    field{3, "text", &note_pad::text, access::writable, "What is written on it."},
                                                    field{4, "parent", &note_pad::parent, access::writable, "The pad that it belongs to."},
                                                    field{5, "tm_create", &note_pad::tm_create, access::read_only, "Created at."},
                                                    field{6, "tm_update", &note_pad::tm_update, access::read_only, "Last changed at."}};
template <>
struct storage::collection<note_pad> {
  static constexpr std::uint16_t kind = 65'010;
  static constexpr std::string_view name = "note pad";
  static constexpr const auto& fields = note_pad_fields;
  static constexpr std::tuple indexes{storage::unique(2, &note_pad::title), storage::by(4, &note_pad::parent)};
};
struct note_pad_resource {
  using object = note_pad;
  static constexpr const auto& table = note_pad_fields;
  static constexpr http::object_kind shown{"NotePad", [] { return describe<note_pad>(note_pad_fields); }},
      sent{"NotePadInput", shown.fields};
  static constexpr std::string_view group = "Notes", name = "note pad", path = "/notes", may_read = "ob.read", may_write = "ob.write";
  static constexpr std::size_t list_count = 100;
};
result<void> add_notes(http::router& r, const api::context& c) { return api::resource_handlers<note_pad_resource>::add_to(r, c); }
} // namespace ringmaster
// ---- end of a resource

// One whose objects are their owners' alone.
namespace ringmaster {
struct diary {
  std::int64_t id{};
  std::string owner, text;
};
inline constexpr auto diary_fields = field_table{field{1, "id", &diary::id, access::read_only, "Its number."},
                                                 field{2, "owner", &diary::owner, access::read_only, "Whose it is."},
                                                 field{3, "text", &diary::text, access::writable, "What it says."}};
template <>
struct storage::collection<diary> {
  static constexpr std::uint16_t kind = 65'011;
  static constexpr std::string_view name = "diary";
  static constexpr const auto& fields = diary_fields;
  static constexpr std::tuple indexes{storage::by(2, &diary::owner)};
};
struct diary_resource {
  using object = diary;
  static constexpr const auto& table = diary_fields;
  static constexpr http::object_kind shown{"Diary", [] { return describe<diary>(diary_fields); }}, sent{"DiaryInput", shown.fields};
  static constexpr std::string_view group = "Notes", name = "diary", path = "/diaries", may_read = "ob.read", may_write = "ob.write";
  static constexpr std::size_t list_count = 1'000;
  static bool may_see(const auth::principal& who, const diary& what) { return who.user == what.owner; }
  static void begin(diary& fresh, const auth::principal& by) { fresh.owner = by.user; }
};
} // namespace ringmaster

// One with a table and no struct: nobody computes with what it holds.
namespace ringmaster {
struct greeting : plain_object {};
inline constexpr constraint greeting_seconds{.least = 1, .most = 60};
inline constexpr plain_field greeting_fields[] = {
    {1, "id", value_kind::integer, access::read_only, "Its number."},
    {2, "text", value_kind::string, access::writable, "What is said."},
    {3, "seconds", value_kind::integer, access::writable, "How long.", &greeting_seconds, "5"}};
inline constexpr plain_table greetings{greeting_fields};
template <>
struct storage::collection<greeting> {
  static constexpr std::uint16_t kind = 65'012;
  static constexpr std::string_view name = "greeting";
  static constexpr const auto& fields = greetings;
  static constexpr std::tuple<> indexes{};
};
struct greeting_resource {
  using object = greeting;
  static constexpr const auto& table = greetings;
  static constexpr http::object_kind shown{"Greeting", [] { return describe(greetings); }}, sent{"GreetingInput", shown.fields};
  static constexpr std::string_view group = "Notes", name = "greeting", path = "/greetings", may_read = "ob.read", may_write = "ob.write";
  static constexpr std::size_t list_count = 100;
};
} // namespace ringmaster

namespace ringmaster::resource_tests {
namespace {

using http::server_tests::reply;

class resources : public tests::served_engine {
protected:
  void SetUp() override {
    start_engine();
    ASSERT_TRUE(add_notes(routes_, api::context{engine_.get()}));
    ASSERT_TRUE(api::resource_handlers<diary_resource>::add_to(routes_, api::context{engine_.get()}));
    ASSERT_TRUE(api::resource_handlers<greeting_resource>::add_to(routes_, api::context{engine_.get()}));
    serve(routes_);
  }
  /// `as`: the user who asks.
  reply ask(const std::string& what, std::string_view body = {}, const std::string& as = "ann") {
    return send(what, body, "Authorization: Bearer " + as + "\r\n");
  }
  static bool has(const reply& r, std::string_view text) { return r.body.find(text) != std::string::npos; }

  http::router routes_{[](std::string_view token, time_point) -> result<std::shared_ptr<const auth::principal>> {
    return std::make_shared<const auth::principal>(auth::principal{std::string{token}, {"*"}});
  }};
};

TEST_F(resources, of_a_collection_live_their_whole_life_over_rest) {
  EXPECT_TRUE(
      has(ask("POST /notes", R"({"title": "one", "text": "a\nb"})"), R"("result": {"id":1,"title":"one","text":"a\nb","parent":null,)"));
  EXPECT_TRUE(has(ask("POST /notes", R"({"title": "two", "parent": 1})"), R"("id":2)"));
  EXPECT_TRUE(has(ask("GET /notes/1"), R"("title":"one")"));
  EXPECT_TRUE(has(ask("PUT /notes/1", R"({"title": "eins"})"), R"("title":"eins","text":"a\nb")"));
  EXPECT_TRUE(has(ask("GET /notes?count=1"), R"("next_page_token":"1")"));
  EXPECT_TRUE(has(ask("GET /notes?page_token=1"), R"("title":"two")"));
  EXPECT_EQ(ask("DELETE /notes/1").status, 200u);
  EXPECT_EQ(ask("GET /notes/1").status, 404u);
  EXPECT_TRUE(has(ask("POST /notes", R"({"title": "one"})"), R"("id":3)")) << "no id comes again";
}

TEST_F(resources, of_a_collection_refuse_with_the_field) {
  ASSERT_EQ(ask("POST /notes", R"({"title": "one"})").status, 200u);
  const auto twice = ask("POST /notes", R"({"title": "one"})");
  EXPECT_EQ(twice.status, 409u);
  EXPECT_TRUE(has(twice, R"("message": "there is a note pad with this title already", "field": "title")")) << twice.body;
  EXPECT_TRUE(has(ask("POST /notes", "{}"), "title is required"));
  EXPECT_TRUE(has(ask("POST /notes", R"({"title": "x", "id": 7})"), "id is read-only"));
  EXPECT_TRUE(has(ask("PUT /notes/1", R"({"title": ""})"), "title is required"));
  EXPECT_TRUE(has(ask("PUT /notes/1", R"({"colour": 1})"), "unknown field"));
  EXPECT_EQ(ask("PUT /notes/9", R"({"title": "x"})").status, 404u);
  for (const auto* id : {"0", "-1", "1x", "99999999999999999999"})
    EXPECT_EQ(ask(std::string{"GET /notes/"} + id).status, 404u) << id;
}

TEST_F(resources, of_a_collection_leave_records_of_who_changed_them) {
  ask("POST /notes", R"({"title": "one"})");
  ask("PUT /notes/1", R"({"title": "two", "text": "x"})");
  ask("DELETE /notes/1");
  const auto in = env_->read();
  const auto audit = storage::list<storage::audit_record>(*in, storage::numbered_request{});
  ASSERT_TRUE(audit && audit->items.size() == 3);
  EXPECT_EQ(audit->items[1].fields, "title text");
  for (const auto& one : audit->items)
    EXPECT_EQ(one.user + " " + one.kind + " " + one.object, "ann note pad 1");
}

TEST_F(resources, of_a_table_without_a_struct_live_the_same_life) {
  EXPECT_TRUE(has(ask("POST /greetings", R"({"text": "hello"})"), R"("result": {"id":1,"text":"hello","seconds":5})"));
  EXPECT_TRUE(has(ask("PUT /greetings/1", R"({"seconds": 9})"), R"({"id":1,"text":"hello","seconds":9})"));
  EXPECT_TRUE(has(ask("GET /greetings"), R"("list":[{"id":1,"text":"hello","seconds":9}])"));
  EXPECT_TRUE(has(ask("PUT /greetings/1", R"({"seconds": 99})"), "seconds must be from 1 to 60"));
  EXPECT_EQ(ask("DELETE /greetings/1").status, 200u);
  EXPECT_EQ(ask("GET /greetings/1").status, 404u);
}

TEST_F(resources, that_have_owners_are_not_there_for_others) {
  EXPECT_TRUE(has(ask("POST /diaries", R"({"text": "a"})", "ann"), R"("id":1,"owner":"ann")"));
  for (int i = 0; i < 150; ++i) // more than a piece of a long answer has
    EXPECT_EQ(ask("POST /diaries", R"({"text": "b"})", "bob").status, 200u);
  EXPECT_TRUE(has(ask("POST /diaries", R"({"text": "c"})", "ann"), R"("id":152)"));
  EXPECT_EQ(ask("POST /diaries", R"({"text": "a", "owner": "bob"})", "ann").status, 400u);
  EXPECT_TRUE(
      has(ask("GET /diaries", {}, "ann"), R"("result": {"list":[{"id":1,"owner":"ann","text":"a"},{"id":152,"owner":"ann","text":"c"}]})"));
  EXPECT_TRUE(has(ask("GET /diaries", {}, "cyd"), R"("result": {"list":[]})"));
  const auto page = ask("GET /diaries?count=120&page_token=1", {}, "ann");
  EXPECT_TRUE(has(page, R"("result": {"list":[],"next_page_token":"121"})")) << page.body.substr(0, 200);
  EXPECT_TRUE(has(ask("GET /diaries?page_token=1", {}, "ann"), R"("list":[{"id":152,)"))
      << "nothing in the first pieces, something in a later one";
  const auto missing = ask("GET /diaries/999", {}, "bob").body;
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    const auto refused = ask(std::string{method} + " /diaries/1", "{}", "bob");
    EXPECT_EQ(refused.status, 404u) << method;
    EXPECT_TRUE(has(refused, "there is no diary 1")) << refused.body;
  }
  EXPECT_TRUE(missing.find("there is no diary 999") != std::string::npos) << missing;
  EXPECT_TRUE(has(ask("PUT /diaries/1", R"({"text": "new"})", "ann"), R"("text":"new")"));
  EXPECT_EQ(ask("DELETE /diaries/1", {}, "ann").status, 200u);
}

TEST_F(resources, cost_no_more_than_forty_lines) {
  EXPECT_GT(tests::marked_lines("http/api/resource_test.cpp"), 20u);
  EXPECT_LE(tests::marked_lines("http/api/resource_test.cpp"), 40u);
}

} // namespace
} // namespace ringmaster::resource_tests
