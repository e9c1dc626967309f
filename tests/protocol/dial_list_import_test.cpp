// SPDX-License-Identifier: Apache-2.0
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
                               "\"two\rlines\",1,b\n"
                               "301,many,c\n"
                               ",1\n"
                               "303,1,d,e\n"
                               "304,1,x\"y\n"
                               "305,1,\"x\"y\n"
                               "306,70000,f\n"
                               "307,1,\xC3\xBC\xFF\n"
                               "308,1,g\n");
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_EQ(out.lines, (std::vector<std::uint64_t>{2, 11}));
  ASSERT_EQ(out.rejected.size(), 8u);
  const std::vector<std::string> reasons{"number_1 must be",          "trycnt_1 must be an integer, and the cell has \"many\"",
                                         "has 2 values, the header 3, and no number", "has 4 values, the header 3",
                                         "quote is out of place",      "quote is out of place",
                                         "trycnt_1 must be from 0",    "line must be UTF-8"};
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

// --- as spreadsheets write them

struct written_file {
  std::string_view what, bytes;
  std::vector<std::string> numbers; ///< of the rows that come in: number_1, as it is written
  std::vector<std::uint64_t> rejected;
};

TEST(dial_list_import, takes_what_spreadsheets_write) {
  const std::vector<written_file> files{
      {"sep=", "sep=;\r\nname;number_1\r\nAnn;300\r\n", {"300"}, {}},
      {"sep= behind a byte order mark", "\xEF\xBB\xBFSep=;\r\nname;number_1\r\nAnn;300\r\n", {"300"}, {}},
      {"sep= in quotes", "\"sep=;\"\nname;number_1\nAnn;300\n", {"300"}, {}},
      {"sep= a tab", "sep=\t\nname\tnumber_1\nAnn\t300\n", {"300"}, {}},
      {"sep= a separator that no header would tell", "sep=|\nname|number_1\nA,n;n|300\n", {"300"}, {}},
      {"separators at the end of each line", "name;number_1;\r\nAnn;300;\r\nBob;301;\r\n", {"300", "301"}, {}},
      {"several of them", "name,number_1,,, \nAnn,300,,,\nBob,301\n", {"300", "301"}, {}},
      {"and in rows alone", "name,number_1\nAnn,300,,\nBob,301, \n", {"300", "301"}, {}},
      {"a value in a column without a name", "name,number_1,\nAnn,300,x\nBob,301,\n", {"301"}, {2}},
      {"short rows", "name,number_1,number_2,email\nAnn,300\nBob,301,,\nCid,,302\nDee\n,,\n", {"300", "301", ""}, {5}},
      {"empty rows", "\n;;\nname;number_1;email\n;;\n \n\t\n\"\";;\n\u00A0; ;\nAnn;300;\n;;\n", {"300"}, {}},
      {"header names in any case", " NAME ,Number_1\nAnn,300\n", {"300"}, {}},
      {"header names with blanks and marks", "\u200BName\u00A0,\"Number 1\",number-2\nAnn,300,\n", {"300"}, {}},
      {"blanks", "name,number_1\nAnn, 300\nBob,301 \nCid,\u00A0302\nDee, \n", {" 300", "301 ", "\u00A0302", " "}, {}},
      {"blanks around quotes", "name,number_1\n\"Ann, of York\" , \"300\" \n", {"300"}, {}},
      {"blanks around what is no text", "number_1,trycnt_1,status\n300, 1 ,\u00A00\n301, ,\n302,1.0,0.00\n303,1.5,0\n", {"300", "301", "302"}, {5}},
      {"what was meant as text", "name,number_1\n=\"Ann\",=\"0300\"\n\"=\"\"Bob\"\"\",\"=\"\"0301\"\"\"\nCid,'0302\n",
       {"=\"0300\"", "=\"0301\"", "'0302"}, {}},
      {"CR at the end of lines", "name,number_1\rAnn,300\r\rBob,301\rCid,302,x\rDee,303", {"300", "301", "303"}, {5}},
      {"CR, and CRLF later on", "name,number_1\rAnn,300\r\nBob,301,x\rCid,302\n", {"300", "302"}, {3}},
      {"CR CR LF", "name,number_1\r\r\nAnn,300\r\r\nBob,301\r\r\n", {"300", "301"}, {}},
      {"a line break within a value", "name,number_1\nAnn,\"300\n301\"\nBob,302\n", {"302"}, {2}},
      {"another separator in a row", "name;number_1\nAnn,300\nBob;301\n", {"301"}, {2}},
  };
  for (const auto& file : files)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, file.bytes.size()}) {
      SCOPED_TRACE(std::string{file.what} + ", in pieces of " + std::to_string(piece));
      const auto out = read(csv(), file.bytes, [&] { return piece; });
      ASSERT_FALSE(out.failed) << out.failed->message;
      std::vector<std::string> numbers;
      for (const auto& row : out.rows)
        numbers.push_back(row.number[0].value_or(""));
      EXPECT_EQ(numbers, file.numbers);
      std::vector<std::uint64_t> rejected;
      for (const auto& r : out.rejected)
        rejected.push_back(r.line);
      EXPECT_EQ(rejected, file.rejected) << (out.rejected.empty() ? "" : out.rejected[0].reason);
    }
}

TEST(dial_list_import, takes_away_what_was_meant_for_a_spreadsheet_alone) {
  const auto out = read(csv(), "name,detail,ukey\n=\"Ann\",'s-Gravenhage,=1+1\n");
  ASSERT_EQ(out.rows.size(), 1u);
  EXPECT_EQ(out.rows[0].name, "Ann");
  EXPECT_EQ(out.rows[0].detail, "'s-Gravenhage") << "an apostrophe may be part of a name";
  EXPECT_EQ(out.rows[0].ukey, "=1+1");
}

TEST(dial_list_import, names_what_it_cannot_use_of_a_header) {
  for (const auto& [bytes, says] : std::vector<std::pair<std::string_view, std::string_view>>{
           {",name,number_1\n0,Ann,300\n", "column 1 has no name"},
           {"name,,number_1\nAnn,,300\n", "column 2 has no name"},
           {"name,Phone\u202A\n", "unknown column \"Phone\"; columns are named as"},
           {"name,Pho\u202Ane\n", "\"Pho<U+202A>ne\""},
           {"Name,NAME\n", "\"name\" is there twice"},
           {"sep=x\nname\n", "sep= must name"},
           {"sep=\nname\n", "sep= must name"},
           {"sep=;\nsep=;\n", "unknown column \"sep=\""},
           {std::string_view{"n\0a\0m\0e\0\n\0", 10}, "UTF-16"},
           {"PK\x03\x04...\n", "workbook"},
           {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\n", "workbook"}}) {
    const auto out = read(csv(), bytes);
    ASSERT_TRUE(out.failed) << bytes;
    EXPECT_NE(out.failed->message.find(says), std::string::npos) << out.failed->message;
  }
}

TEST(dial_list_import, finds_out_the_encoding) {
  std::string utf_16{"\xFF\xFE"};
  for (const char c : std::string_view{"name\tnumber_1\r\nZo\xEB\t300"})
    utf_16.append({c, '\0'});
  for (const auto& [bytes, name, encoding] : std::vector<std::tuple<std::string_view, std::string_view, std::string_view>>{
           {"name,number_1\nAnn,300\n", "Ann", "utf-8"},
           {"name,number_1\nZo\xC3\xAB,300\n", "Zoë", "utf-8"},
           {"name,number_1\nZo\xEB,300\n", "Zoë", "windows-1252"},
           {"name,number_1,email\nZo\xEB,300,\x80\n", "Zoë", "windows-1252"},
           {utf_16, "Zoë", "utf-16"}})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, bytes.size()}) {
      text found;
      dial_list_importer in{csv(), [&](std::span<dl> rows, auto) { found = rows[0].name; }, [](const import_rejection&) { FAIL(); }};
      for (auto rest = bytes; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size())))
        ASSERT_TRUE(in.feed(rest.substr(0, piece)));
      ASSERT_TRUE(in.finish());
      EXPECT_EQ(found, name);
      EXPECT_EQ(name_of(in.encoding()), encoding);
    }
}

TEST(dial_list_import, a_lone_cr_within_a_file_of_lf_is_no_line_end) {
  const auto out = read(csv(), "name,number_1\nAn\rn,300\nBob,301\n");
  ASSERT_EQ(out.rejected.size(), 1u);
  EXPECT_EQ(out.rejected[0].line, 2u);
  EXPECT_EQ(out.rows.size(), 1u);
}

TEST(dial_list_import, says_that_text_is_not_utf8) {
  for (const auto& out : {read(csv(), "name,number_1\nM\xC3\xBCller \xFC,300\nnext,301\n"), read(csv(), "\xEF\xBB\xBFname,number_1\nM\xFCller,300\nnext,301\n"),
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

// What a customer is called is no formula to whoever opens the list in a spreadsheet, and is the same after it was imported again.
TEST(dial_list_import, no_text_of_an_export_is_a_formula_and_each_comes_back_as_it_was) {
  const std::vector<std::string> formulas{"=1+1", "+1-1", "-2", "@sum(1)", "=HYPERLINK(\"http://localhost/\",\"a, b\")", " =1", "\t=1",
                                          "'=1", "''@a", "' -1", "=1\"\"=2", "＝1", "＠a", "=\"a\"", "+49 30 123456", "-", "="};
  const std::vector<std::string> plain{"'s-Gravenhage", "'", "''", "' ", "a=1", "O'Neill", "+4930123456", "+49*30#1", "\"=1\"", "{=1}", " a", "0"};
  auto all = formulas;
  all.insert(all.end(), plain.begin(), plain.end());
  std::string text;
  append_csv_header(text);
  for (const auto& one : all) {
    dl entry;
    entry.dlma_uuid = list;
    entry.name = one;
    entry.detail = one;
    entry.ukey = one;
    entry.number[1] = one;
    append_csv_row(text, entry);
  }
  const auto out = read(csv(), text);
  ASSERT_FALSE(out.failed) << out.failed->message;
  ASSERT_EQ(out.rows.size(), all.size()) << out.rejected.front().line << ": " << out.rejected.front().reason;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(out.rows[i].name, all[i]);
    EXPECT_EQ(out.rows[i].detail, all[i]);
    EXPECT_EQ(out.rows[i].ukey, all[i]);
    EXPECT_EQ(out.rows[i].number[1], all[i]);
  }
  // Bare, or in quotes where the text has need of them.
  const auto has_cell = [](const std::string& one, const std::string& as) {
    dl entry;
    entry.name = one;
    std::string row, quoted;
    append_csv_row(row, entry);
    for (const char c : as)
      quoted.append(c == '"' ? 2 : 1, c);
    return row.find("," + as + ",") != std::string::npos || row.find(",\"" + quoted + "\",") != std::string::npos;
  };
  for (const auto& one : formulas)
    EXPECT_TRUE(has_cell(one, "'" + one)) << one;
  for (const auto& one : plain)
    EXPECT_TRUE(has_cell(one, one)) << one;
}

TEST(dial_list_import, an_apostrophe_that_a_spreadsheet_user_has_put_before_a_number_or_a_sign_is_none_of_the_text) {
  const auto out = read(csv(), "number_1,name,detail\n'+4930123456,'=1,'s-Gravenhage\n");
  ASSERT_EQ(out.rows.size(), 1u);
  EXPECT_EQ(out.rows[0].number[0], "+4930123456");
  EXPECT_EQ(out.rows[0].name, "=1");
  EXPECT_EQ(out.rows[0].detail, "'s-Gravenhage");
}

} // namespace
} // namespace ringmaster
