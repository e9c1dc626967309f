// SPDX-License-Identifier: Apache-2.0
// Importing and exporting dial lists as streams.
#include "tests/http/daemon_fixture.hpp"

#include <gmock/gmock.h>

namespace ringmaster::tests {
namespace {

using ::testing::HasSubstr;

class outbound_lists : public daemon_test {
protected:
  void SetUp() override {
    daemon_test::SetUp();
    list_ = make("/ob/dlmas");
  }
  std::string list_;
};

TEST_F(outbound_lists, an_import_tells_each_line_that_it_did_not_take) {
  const std::string csv = "name,number_1,number_2\n"
                          "Ann,300,\n"
                          "Bob,3 & 4,\n"
                          "Cid,301,302\r\n"
                          "too,many,cells,here\n"
                          "\"Dee, of York\",303,";
  for (const std::size_t piece : {csv.size(), std::size_t{1}, std::size_t{7}}) {
    SCOPED_TRACE(piece);
    const auto list = make("/ob/dlmas");
    const auto answer = stream("/ob/dls/import?dlma_uuid=" + list + "&format=csv", csv, piece);
    ASSERT_EQ(answer.status(), 200u) << answer.text;
    EXPECT_EQ(answer.at("/result/imported"), "3") << answer.text;
    EXPECT_EQ(answer.at("/result/rejected"), "2");
    EXPECT_EQ(answer.at("/result/errors/0/line"), "3");
    EXPECT_THAT(answer.at("/result/errors/0/reason"), HasSubstr("number_1"));
    EXPECT_EQ(answer.at("/result/errors/1/line"), "5");
    EXPECT_EQ(answer.at("/result/truncated_errors"), "false");
    const auto entries = get("/ob/dls?dlma_uuid=" + list);
    EXPECT_EQ(entries.size("/result/list"), 3u);
    EXPECT_EQ(entries.at("/result/list/2/name"), "Dee, of York");
  }
}

TEST_F(outbound_lists, json_lines_are_taken_too) {
  const std::string lines = "{\"name\":\"Ann\",\"number_1\":\"300\"}\n\n{\"nam\":1}\nnonsense\n{\"number_2\":\"301\"}\n";
  const auto answer = stream("/ob/dls/import?format=jsonl&dlma_uuid=" + list_, lines, 10);
  ASSERT_EQ(answer.status(), 200u) << answer.text;
  EXPECT_EQ(answer.at("/result/imported"), "2");
  EXPECT_EQ(answer.at("/result/rejected"), "2");
  EXPECT_EQ(answer.at("/result/errors/0/line"), "3");
}

TEST_F(outbound_lists, media_types_decide_in_any_case) {
  const auto import = [&](const std::string& type, const std::string& body) {
    auto req = request(http::method::post, "/ob/dls/import?dlma_uuid=" + list_, "");
    req.headers.add("content-type", type);
    auto way = daemon_->routes().begin(req);
    EXPECT_FALSE(way.refusal) << type;
    auto box = std::make_shared<answer_box>();
    const auto sink = way.to->on_stream(req, http::responder{box});
    if (sink) {
      sink->on_chunk(body, [] {});
      sink->on_end();
    }
    return whole(box->wait());
  };
  for (const auto* type : {"Text/CSV", "text/csv; charset=UTF-8", "application/vnd.ms-excel", "Application/Vnd.MS-Excel", "APPLICATION/OCTET-STREAM"})
    EXPECT_EQ(import(type, "name;number_1\na;300\n").at("/result/imported"), "1") << type;
  for (const auto* type : {"Application/X-NDJSON", "application/json"})
    EXPECT_EQ(import(type, R"({"name": "a"})").at("/result/imported"), "1") << type;
  for (const auto* type : {"image/png", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
    EXPECT_EQ(import(type, "name\na\n").at("/error/field"), "content-type") << type;
}

TEST_F(outbound_lists, an_import_that_cannot_begin_is_refused) {
  const std::string id{unknown_id};
  for (const auto& [query, body, field] : std::vector<std::array<std::string, 3>>{
           {"?dlma_uuid=" + id, "name\na\n", "dlma_uuid"},
           {"?dlma_uuid=x", "name\na\n", "dlma_uuid"},
           {"?format=xml", "name\na\n", "format"},
           {"?dlma_uuid=" + list_, "name,nonsense\na,b\n", "nonsense"},
           {"?dlma_uuid=" + list_, "name,name\na,b\n", "name"}}) {
    SCOPED_TRACE(query + " " + body);
    const auto answer = stream("/ob/dls/import" + query, body, 1000);
    EXPECT_EQ(answer.status(), 400u) << answer.text;
    EXPECT_EQ(answer.at("/error/field"), field) << answer.text;
  }
  EXPECT_EQ(get("/ob/dls").size("/result/list"), 0u);
}

TEST_F(outbound_lists, rows_without_a_dlma_are_rejected_one_by_one) {
  const auto answer = stream("/ob/dls/import", "name,dlma_uuid\na," + list_ + "\nb,\nc," + std::string{unknown_id} + "\n", 1000);
  EXPECT_EQ(answer.status(), 200u) << answer.text;
  EXPECT_EQ(answer.at("/result/imported"), "1");
  EXPECT_EQ(answer.at("/result/rejected"), "2");
  EXPECT_EQ(answer.at("/result/errors/0/line"), "3");
  EXPECT_EQ(answer.at("/result/errors/1/line"), "4");
}

TEST_F(outbound_lists, numbers_are_cleaned_normalised_and_counted) {
  const std::string csv = "name;number_1;number_2;\r\n"
                          "Ann;+43 1 555 01 01;'0301;\r\n"
                          "Bob; 302\r\n"
                          ";;\r\n"
                          "Cid;4.31556E+10;303;\r\n"
                          "Dee;\u202A304\u202C;;\r\n"
                          "Eve;305 (old);\u202An.a.\r\n";
  for (const std::size_t piece : {csv.size(), std::size_t{1}}) {
    const auto list = make("/ob/dlmas");
    const auto answer = stream("/ob/dls/import?dlma_uuid=" + list, csv, piece);
    ASSERT_EQ(answer.status(), 200u) << answer.text;
    EXPECT_EQ(answer.at("/result/imported"), "3") << answer.text;
    EXPECT_EQ(answer.at("/result/rejected"), "2");
    EXPECT_EQ(answer.at("/result/cleaned"), "3");
    EXPECT_EQ(answer.at("/result/normalised"), "1");
    EXPECT_EQ(answer.at("/result/encoding"), "utf-8");
    EXPECT_EQ(answer.at("/result/errors/0/line"), "5");
    EXPECT_THAT(answer.at("/result/errors/0/reason"), HasSubstr("number_1 must be a telephone number, and \"4.31556E+10\" is"));
    EXPECT_EQ(answer.at("/result/errors/1/line"), "7");
    EXPECT_THAT(answer.at("/result/errors/1/reason"), HasSubstr("\"305 (old)\""));
    const auto entries = get("/ob/dls?dlma_uuid=" + list);
    EXPECT_EQ(entries.at("/result/list/0/number_1"), "+4315550101");
    EXPECT_EQ(entries.at("/result/list/0/number_2"), "0301");
    EXPECT_EQ(entries.at("/result/list/1/number_1"), "302");
    EXPECT_EQ(entries.at("/result/list/2/number_1"), "304");
  }
}

TEST_F(outbound_lists, the_answer_says_which_encoding_was_read) {
  const std::string csv = "name,number_1\nM\xFCller,300\nM\xC3\xBCller,301\n";
  const auto answer = stream("/ob/dls/import?dlma_uuid=" + list_, csv, 1000);
  EXPECT_EQ(answer.at("/result/encoding"), "windows-1252") << answer.text;
  EXPECT_EQ(answer.at("/result/imported"), "1");
  EXPECT_EQ(answer.at("/result/errors/0/line"), "3");
  EXPECT_EQ(get("/ob/dls?dlma_uuid=" + list_).at("/result/list/0/name"), "Müller");
}

TEST_F(outbound_lists, json_obeys_the_same_rule_of_numbers) {
  const auto entry = [&](const std::string& list, const std::string& number) {
    return R"({"dlma_uuid":")" + list + R"(","number_1":")" + number + "\"}";
  };
  const auto names = make("/ob/dlmas", R"({"number_kind":"name"})");
  EXPECT_EQ(get("/ob/dlmas/" + list_).at("/result/number_kind"), "number");
  EXPECT_EQ(get("/ob/dlmas/" + names).at("/result/number_kind"), "name");
  EXPECT_EQ(post("/ob/dlmas", R"({"number_kind":"letter"})").at("/error/field"), "number_kind");

  const auto made = post("/ob/dls", entry(list_, "+43 (0)1 555-01-01"));
  EXPECT_EQ(made.at("/result/number_1"), "+4315550101") << made.text;
  const auto one = "/ob/dls/" + made.at("/result/uuid");
  std::string lines;
  int refused = 0;
  for (const auto* number : {"4.31556E+10", "43155501012.0", "n.a.", "-", "unknown", "0", "++43155501", "43+155501", "1234567890123456", "alice"}) {
    for (const auto& answer : {post("/ob/dls", entry(list_, number)), put(one, std::string{R"({"number_1":")"} + number + "\"}")}) {
      EXPECT_EQ(answer.status(), 400u) << number;
      EXPECT_EQ(answer.at("/error/field"), "number_1");
      EXPECT_THAT(answer.at("/error/message"), HasSubstr(std::string{"\""} + number + "\""));
    }
    lines += std::string{R"({"number_1":")"} + number + "\"}\n";
    ++refused;
  }
  EXPECT_EQ(get(one).at("/result/number_1"), "+4315550101");
  const auto imported = stream("/ob/dls/import?format=jsonl&dlma_uuid=" + list_, lines + R"({"number_1":" 300"})", 1000);
  EXPECT_EQ(imported.at("/result/rejected"), std::to_string(refused)) << imported.text;
  EXPECT_EQ(imported.at("/result/imported"), "1");
  EXPECT_EQ(imported.at("/result/cleaned"), "1");
  EXPECT_THAT(imported.at("/result/errors/0/reason"), HasSubstr("4.31556E+10"));

  EXPECT_EQ(post("/ob/dls", entry(names, "alice")).at("/result/number_1"), "alice");
  EXPECT_EQ(post("/ob/dls", entry(list_, "agent7")).at("/result/number_1"), "agent7");
  EXPECT_EQ(post("/ob/dls", entry(names, "4.31556E+10")).status(), 400u);
}

TEST_F(outbound_lists, only_the_first_thousand_errors_are_shown) {
  std::string csv = "name,number_1\n";
  for (int i = 0; i < 3'000; ++i)
    csv += "x,a b\n";
  const auto answer = stream("/ob/dls/import?dlma_uuid=" + list_, csv, 4'096);
  EXPECT_EQ(answer.at("/result/rejected"), "3000");
  EXPECT_EQ(answer.size("/result/errors"), 1'000u);
  EXPECT_EQ(answer.at("/result/errors/0/line"), "2");
  EXPECT_EQ(answer.at("/result/errors/999/line"), "1001");
  EXPECT_EQ(answer.at("/result/truncated_errors"), "true");
}

TEST_F(outbound_lists, an_export_imports_again_as_it_was) {
  std::string csv = "name,detail,number_1,ukey\n";
  constexpr int count = 12'345;
  for (int i = 0; i < count; ++i)
    csv += "\"Customer, \"\"" + std::to_string(i) + "\"\"\",d,555" + std::to_string(i) + ",k" + std::to_string(i) + "\n";
  const auto taken = stream("/ob/dls/import?dlma_uuid=" + list_, csv, 64 * 1024);
  ASSERT_EQ(taken.at("/result/imported"), std::to_string(count)) << taken.text;
  const auto exported = get("/ob/dls?format=csv&dlma_uuid=" + list_);
  ASSERT_EQ(exported.status(), 200u);
  EXPECT_THAT(exported.response.content_type, HasSubstr("text/csv"));
  EXPECT_EQ(std::count(exported.text.begin(), exported.text.end(), '\n'), count + 1);

  // The export names the first list in its dlma_uuid column; the list that is asked for wins.
  const auto other = make("/ob/dlmas");
  const auto again = stream("/ob/dls/import?dlma_uuid=" + other, exported.text, 64 * 1024);
  EXPECT_EQ(again.at("/result/imported"), std::to_string(count)) << again.text;
  const auto first = get("/ob/dls?count=1&dlma_uuid=" + list_), second = get("/ob/dls?count=1&dlma_uuid=" + other);
  for (const auto* member : {"name", "detail", "number_1", "ukey", "status"})
    EXPECT_EQ(first.at(std::string{"/result/list/0/"} + member), second.at(std::string{"/result/list/0/"} + member));
}

TEST_F(outbound_lists, an_export_needs_a_list) {
  EXPECT_EQ(get("/ob/dls?format=csv").at("/error/field"), "dlma_uuid");
  EXPECT_EQ(get("/ob/dls?format=csv&dlma_uuid=" + std::string{unknown_id}).status(), 404u);
}

TEST_F(outbound_lists, what_was_stored_stays_when_the_client_goes) {
  auto req = request(http::method::post, "/ob/dls/import?dlma_uuid=" + list_, "");
  auto way = daemon_->routes().begin(req);
  ASSERT_FALSE(way.refusal);
  auto box = std::make_shared<answer_box>();
  {
    const auto sink = way.to->on_stream(req, http::responder{box});
    std::string csv = "number_1\n";
    for (int i = 0; i < 1'500; ++i)
      csv += "300\n";
    sink->on_chunk(csv, [] {});
    sink->on_abort(error{errc::malformed, "the client has gone", {}});
  }
  EXPECT_EQ(box->wait().status, 400u);
  daemon_.reset(); // waits for what is on its way to the disk
  start();
  EXPECT_EQ(get("/ob/dls?count=10000").size("/result/list"), 1'000u); // whole batches alone
}

} // namespace
} // namespace ringmaster::tests
