#include "protocol/dial_list_import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ringmaster {
namespace {

const uuid list = *parse_uuid("26f91049-469d-4437-8a42-0e00c7f4eaa3");

struct outcome {
  std::vector<dl> rows;
  std::vector<std::uint64_t> lines;
  std::vector<import_rejection> rejected;
  std::optional<error> failed;
  std::size_t largest{0};
};

import_options csv() {
  import_options o;
  o.dlma = list;
  return o;
}
import_options json_lines() {
  auto o = csv();
  o.format = dial_list_format::json_lines;
  return o;
}

/// Feeds `bytes` in pieces whose sizes `piece` says.
template <class F>
outcome read(const import_options& options, std::string_view bytes, F&& piece) {
  outcome out;
  dial_list_importer in{options,
                        [&](std::span<dl> rows, std::span<const std::uint64_t> lines) {
                          out.largest = std::max(out.largest, rows.size());
                          out.rows.insert(out.rows.end(), rows.begin(), rows.end());
                          out.lines.insert(out.lines.end(), lines.begin(), lines.end());
                        },
                        [&](import_rejection r) { out.rejected.push_back(std::move(r)); }};
  while (!bytes.empty()) {
    const auto size = std::min<std::size_t>(bytes.size(), piece());
    if (const auto fed = in.feed(bytes.substr(0, size)); !fed)
      out.failed = fed.error();
    bytes.remove_prefix(size);
  }
  if (const auto done = in.finish(); !done)
    out.failed = done.error();
  EXPECT_EQ(in.accepted(), out.rows.size());
  EXPECT_EQ(in.rejected(), out.rejected.size());
  return out;
}
outcome read(const import_options& options, std::string_view bytes) {
  return read(options, bytes, [&] { return bytes.size(); });
}

TEST(dial_list_import, reads_rows_by_the_names_in_the_header) {
  const auto out = read(csv(), "name,number_1,trycnt_1\nAnna,300,2\nBert,+4930123,\n");
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_EQ(out.rows[0].name, "Anna");
  EXPECT_EQ(out.rows[0].number[0], "300");
  EXPECT_EQ(out.rows[0].trycnt[0], 2);
  EXPECT_EQ(out.rows[0].dlma_uuid, list);
  EXPECT_EQ(out.rows[1].number[0], "+4930123");
  EXPECT_EQ(out.rows[1].trycnt[0], 0);
  EXPECT_EQ(out.lines, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_TRUE(out.rejected.empty());
}

TEST(dial_list_import, takes_what_rfc_4180_allows) {
  const auto out = read(csv(), "\xEF\xBB\xBF\"name\", detail ,variables,number_1\r\n"
                               "\"Smith, \"\"Jo\"\"\",,\"{\"\"a\"\":\"\"b\"\"}\",300\r\n"
                               "\r\n"
                               "\"\",x,,301"); // no end of line at the end
  EXPECT_FALSE(out.failed);
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_EQ(out.rows[0].name, "Smith, \"Jo\"");
  EXPECT_EQ(out.rows[0].detail, std::nullopt);
  EXPECT_EQ(*out.rows[0].vars->find("a"), "b");
  EXPECT_EQ(out.rows[1].name, std::nullopt);
  EXPECT_EQ(out.rows[1].detail, "x");
  EXPECT_EQ(out.lines, (std::vector<std::uint64_t>{2, 4}));
}

TEST(dial_list_import, says_which_line_is_bad_and_why) {
  const auto out = read(csv(), "number_1,trycnt_1,name\n"
                               "300,1,a\n"
                               "30&31,1,b\n"
                               "301,many,c\n"
                               "302,1\n"
                               "303,1,d,e\n"
                               "304,1,x\"y\n"
                               "305,1,\"x\"y\n"
                               "306,70000,f\n"
                               "307,1,\xFF\n"
                               "308,1,g\n");
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_EQ(out.lines, (std::vector<std::uint64_t>{2, 11}));
  ASSERT_EQ(out.rejected.size(), 8u);
  const std::vector<std::string> reasons{"number_1 must be",          "trycnt_1 must be an integer",
                                         "has 2 values, the header 3", "has 4 values, the header 3",
                                         "quote is out of place",      "quote is out of place",
                                         "trycnt_1 must be from 0",    "name must be UTF-8"};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    EXPECT_EQ(out.rejected[i].line, i + 3);
    EXPECT_NE(out.rejected[i].reason.find(reasons[i]), std::string::npos) << out.rejected[i].reason;
  }
}

TEST(dial_list_import, refuses_a_line_break_within_a_value_and_goes_on_behind_it) {
  const auto out = read(csv(), "name,number_1\n"
                               "\"two\nlines, and \"\"quotes\"\"\n, too\",300\n"
                               "after,301\n");
  ASSERT_EQ(out.rejected.size(), 1u);
  EXPECT_EQ(out.rejected[0].line, 2u);
  EXPECT_NE(out.rejected[0].reason.find("line break"), std::string::npos);
  ASSERT_EQ(out.rows.size(), 1u);
  EXPECT_EQ(out.rows[0].name, "after");
  EXPECT_EQ(out.lines[0], 5u);
}

TEST(dial_list_import, a_quote_that_is_never_closed_does_not_swallow_the_rest) {
  auto options = csv();
  options.max_line = 100;
  std::string text = "name,number_1\n\"open,300\n";
  for (int i = 0; i < 50; ++i)
    text += "row," + std::to_string(1000 + i) + "\n";
  const auto out = read(options, text);
  EXPECT_EQ(out.rejected.size(), 1u);
  EXPECT_GT(out.rows.size(), 30u);
  EXPECT_EQ(out.rows.back().number[0], "1049");
}

TEST(dial_list_import, refuses_a_header_it_does_not_know) {
  EXPECT_EQ(read(csv(), "name,nummer\nx,1\n").failed->field, "nummer");
  EXPECT_EQ(read(csv(), "name,name\nx,1\n").failed->field, "name");
  EXPECT_EQ(read(csv(), "").failed->code, errc::malformed);
  EXPECT_EQ(read(csv(), "\n\n").failed->code, errc::malformed);
  EXPECT_TRUE(read(csv(), "\"name\nx").failed);
  EXPECT_TRUE(read(csv(), "300,301\n").failed);
  EXPECT_EQ(read(csv(), std::string(100'000, 'x') + "\n").failed->code, errc::too_large);
  EXPECT_EQ(read(csv(), std::string(100'000, 'x') + "\n", [] { return 1'000u; }).failed->code, errc::too_large);
}

TEST(dial_list_import, takes_the_separator_that_the_header_has) {
  for (const char separator : {',', ';', '\t'}) {
    std::string text = "\"name\"|number_1|detail|variables\r\nAnn|300|\"a,b;c\td\"|\"{\"\"x\"\":\"\"1;2,3\"\"}\"\r\nBert||plain|\r\n";
    std::replace(text.begin(), text.end(), '|', separator);
    const auto out = read(csv(), text);
    EXPECT_FALSE(out.failed) << separator;
    ASSERT_EQ(out.rows.size(), 2u) << separator << (out.rejected.empty() ? "" : out.rejected[0].reason);
    EXPECT_EQ(out.rows[0].number[0], "300");
    EXPECT_EQ(out.rows[0].detail, "a,b;c\td");
    EXPECT_EQ(*out.rows[0].vars->find("x"), "1;2,3");
    EXPECT_EQ(out.rows[1].detail, "plain");
    EXPECT_EQ(out.rows[1].number[0], std::nullopt);
  }
  // Another separator in a row is part of the value.
  const auto out = read(csv(), "name;number_1\na,b;300\na,300\n");
  ASSERT_EQ(out.rows.size(), 1u);
  EXPECT_EQ(out.rows[0].name, "a,b");
  ASSERT_EQ(out.rejected.size(), 1u);
  EXPECT_NE(out.rejected[0].reason.find("has 1 values, the header 2"), std::string::npos);
}

TEST(dial_list_import, says_that_text_is_not_utf8) {
  const auto header = read(csv(), "name,n\xE4me\na,b\n");
  ASSERT_TRUE(header.failed);
  EXPECT_NE(header.failed->message.find("UTF-8"), std::string::npos) << header.failed->message;
  for (const auto& out : {read(csv(), "name,number_1\nM\xFCller,300\nnext,301\n"),
                          read(json_lines(), "\n{\"name\": \"M\xFCller\"}\n{\"name\": \"next\"}\n")}) {
    ASSERT_EQ(out.rejected.size(), 1u);
    EXPECT_EQ(out.rejected[0].line, 2u);
    EXPECT_NE(out.rejected[0].reason.find("UTF-8"), std::string::npos) << out.rejected[0].reason;
    ASSERT_EQ(out.rows.size(), 1u);
    EXPECT_EQ(out.rows[0].name, "next");
  }
}

TEST(dial_list_import, a_row_needs_a_dlma) {
  auto options = csv();
  options.dlma.reset();
  const auto out = read(options, "number_1,dlma_uuid\n300,26f91049-469d-4437-8a42-0e00c7f4eaa3\n301,\n");
  EXPECT_EQ(out.rows.size(), 1u);
  ASSERT_EQ(out.rejected.size(), 1u);
  EXPECT_EQ(out.rejected[0].reason, "dlma_uuid is required");
}

TEST(dial_list_import, reads_json_lines) {
  const auto out = read(json_lines(), "{\"number_1\": \"300\", \"variables\": {\"a\": \"b\"}}\r\n"
                                      "\n"
                                      "{\"number_1\": 300}\n"
                                      "[1]\n"
                                      "{\"number_1\": \n"
                                      "{\"colour\": \"red\"}\n"
                                      "{\"uuid\": \"26f91049-469d-4437-8a42-0e00c7f4eaa3\"}\n"
                                      "{\"number_8\": \"308\", \"status\": 2}");
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_EQ(*out.rows[0].vars->find("a"), "b");
  EXPECT_EQ(out.rows[1].number[7], "308");
  EXPECT_EQ(out.rows[1].status, dl_reserved);
  ASSERT_EQ(out.rejected.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(out.rejected[i].line, i + 3);
  EXPECT_NE(out.rejected[3].reason.find("colour"), std::string::npos);
}

TEST(dial_list_import, passes_over_lines_that_are_too_long_without_keeping_them) {
  auto options = csv();
  options.max_line = 50;
  const auto text = "name,number_1\n" + std::string(10'000, 'x') + ",300\nshort,301\n" + std::string(51, 'y') + "\nlast,302";
  for (const std::size_t size : {1u, 7u, 49u, 1'000u, 100'000u}) {
    const auto out = read(options, text, [&] { return size; });
    ASSERT_EQ(out.rows.size(), 2u) << size;
    EXPECT_EQ(out.lines, (std::vector<std::uint64_t>{3, 5}));
    ASSERT_EQ(out.rejected.size(), 2u);
    EXPECT_EQ(out.rejected[0].line, 2u);
    EXPECT_EQ(out.rejected[1].line, 4u);
  }
}

TEST(dial_list_import, hands_over_batches) {
  auto options = csv();
  options.batch = 10;
  std::string text = "number_1\n";
  for (int i = 0; i < 95; ++i)
    text += std::to_string(i) + "\n";
  const auto out = read(options, text);
  EXPECT_EQ(out.rows.size(), 95u);
  EXPECT_EQ(out.largest, 10u);
  EXPECT_EQ(out.rows[94].number[0], "94");
}

bool same(const dl& a, const dl& b) { return to_record(a, dl_fields) == to_record(b, dl_fields); }

TEST(dial_list_import, any_split_of_the_bytes_gives_the_same) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  const std::string alphabet = "ab1,,\"\"\n\n\r {}:[]\xEF\xBB\xBF";
  for (int round = 0; round < 300; ++round) {
    auto options = round % 2 ? csv() : json_lines();
    options.max_line = 40;
    options.batch = 1 + random() % 5;
    std::string text = round % 2 ? "name,number_1\n" : "";
    for (auto length = random() % 400; length > 0; --length)
      text += random() % 20 == 0 ? (round % 2 ? "\nx,300\n" : "\n{\"number_1\":\"300\"}\n")
                                 : std::string(1, alphabet[random() % alphabet.size()]);
    const auto whole = read(options, text);
    const auto split = read(options, text, [&] { return 1 + random() % 9; });
    ASSERT_EQ(whole.lines, split.lines) << text;
    ASSERT_EQ(whole.rejected.size(), split.rejected.size()) << text;
    for (std::size_t i = 0; i < whole.rejected.size(); ++i) {
      ASSERT_EQ(whole.rejected[i].line, split.rejected[i].line) << text;
      ASSERT_EQ(whole.rejected[i].reason, split.rejected[i].reason) << text;
    }
    for (std::size_t i = 0; i < whole.rows.size(); ++i)
      ASSERT_TRUE(same(whole.rows[i], split.rows[i]));
    ASSERT_EQ(whole.failed.has_value(), split.failed.has_value());
  }
}

TEST(dial_list_import, an_export_can_be_imported_again) {
  dl entry;
  entry.id = random_uuid();
  entry.dlma_uuid = list;
  entry.name = "Smith, \"Jo\" ";
  entry.detail = " leading blank";
  entry.number[0] = "+49*30#1";
  entry.number[7] = "308";
  entry.trycnt[7] = 3;
  entry.res_dial = 5;
  entry.res_dial_detail = "Remote end is busy";
  entry.vars.emplace().set("a key", "a \"value\", with commas");
  entry.tm_create = time_point{std::chrono::nanoseconds{1'700'000'000'123'456'789}};
  entry.tm_last_hangup = entry.tm_create;
  entry.status = dl_dialing;
  entry.dialing_uuid = random_uuid();
  std::string text;
  append_csv_header(text);
  append_csv_row(text, entry);
  append_csv_row(text, dl{});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);

  const auto out = read(csv(), text);
  ASSERT_FALSE(out.failed) << out.failed->message;
  // an entry without a list carries the nil uuid: the options' list is its own
  ASSERT_EQ(out.rows.size(), 2u) << out.rejected.front().reason;
  auto expected = entry; // what the engine keeps by itself is not taken back
  expected.id = {};
  expected.status = dl_idle;
  expected.dialing_uuid.reset();
  expected.tm_create.reset();
  EXPECT_TRUE(same(out.rows[0], expected)) << to_json(out.rows[0], dl_fields);
}

} // namespace
} // namespace ringmaster
