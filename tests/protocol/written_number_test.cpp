// SPDX-License-Identifier: Apache-2.0
#include "protocol/written_number.hpp"

#include "protocol/outbound_rules.hpp"
#include "protocol/telephone_number.hpp"
#include "protocol/unicode.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace ringmaster {
namespace {

struct reading {
  std::string number, wrong;
  number_repairs done;
};

reading read(std::string_view written, number_kind kind = number_kind::number) {
  reading r{std::string{written}, {}, {}};
  if (auto wrong = read_number(r.number, kind, r.done)) {
    EXPECT_EQ(r.number, written) << "what is refused stays as it is";
    EXPECT_EQ(r.done.cleaned + r.done.normalised, 0u);
    r.wrong = std::move(*wrong);
  }
  return r;
}

TEST(written_number, digits_stay_as_they_are) {
  for (const auto* number : {"300", "1", "43155501013", "+4315550101", "0664123456", "004315550101", "123456789012345", "+123456789012345",
                             "00123456789012345", "*43#", "*31#004315550101", "0*1", "010"})
    for (const auto kind : {number_kind::number, number_kind::name}) {
      const auto r = read(number, kind);
      EXPECT_EQ(r.number, number) << r.wrong;
      EXPECT_EQ(r.done.cleaned + r.done.normalised, 0u) << number;
    }
}

TEST(written_number, what_nobody_sees_is_cleaned_away) {
  for (const auto* written : {" 10055500002", "10055500002 ", "\u00A010055500002", "10055500002\t", "\u202A10055500002\u202C", "\uFEFF10055500002",
                              "100555\u200B00002", "\u200E10055500002\u200F", "'10055500002", "=\"10055500002\"", " =\"'10055500002\" ",
                              "100\u00AD55500002", "\u2066 10055500002\u2069"}) {
    const auto r = read(written);
    EXPECT_EQ(r.number, "10055500002") << shown(written) << ": " << r.wrong;
    EXPECT_EQ(r.done.cleaned, 1u) << shown(written);
    EXPECT_EQ(r.done.normalised, 0u) << shown(written);
  }
  for (const auto* nothing : {" ", "\t", "\u00A0", "\u200B\u3000"}) {
    const auto r = read(nothing);
    EXPECT_EQ(r.number, "") << r.wrong;
    EXPECT_EQ(r.done.cleaned, 0u);
  }
}

TEST(written_number, usual_spellings_become_digits) {
  for (const auto& [written, number] : std::vector<std::pair<std::string, std::string>>{
           {"+43 1 555 01 01", "+4315550101"},
           {"(01) 5550102", "015550102"},
           {"01/5550103", "015550103"},
           {"01 / 555 01-03", "015550103"},
           {"0043-1-5550104", "004315550104"},
           {"004315550105 (mobile)", "004315550105"},
           {"+49.30.123456", "+4930123456"},
           {"+49_30_123456", "+4930123456"},
           {"030–123\u2011456", "030123456"},
           {"+43\u00A01\u202F5550101", "+4315550101"},
           {"+43 (0)1 5550101", "+4315550101"},
           {"+43(0)15550101", "+4315550101"},
           {"+43 ( 0 ) 1 5550101", "+4315550101"},
           {"0043 (0) 1 5550101", "004315550101"},
           {"(+43) 1 5550101", "+4315550101"},
           {"(0)1 5550101", "015550101"},
           {"(0043) 1 5550101", "004315550101"},
           {"[01] 5550101", "015550101"},
           {"+49 33394/70123", "+493339470123"},
           {"0049 33394 / 70123", "00493339470123"},
           {"Tel.: +43 1 5550101", "+4315550101"},
           {"tel:+4315550101", "+4315550101"},
           {"Tel. 015550101", "015550101"},
           {"Tel.015550101", "015550101"},
           {"Mobil 0664 1234567", "06641234567"},
           {"0664 1234567 Büro", "06641234567"},
           {"1-212-555-0100", "12125550100"},
           {"555.01.01", "5550101"},
           {"00493012.34", "0049301234"},
           {"015550101-", "015550101"}}) {
    const auto r = read(written);
    EXPECT_EQ(r.number, number) << written << ": " << r.wrong;
    EXPECT_EQ(r.done.normalised, 1u) << written;
    EXPECT_EQ(r.done.cleaned, 0u) << written;
  }
  const auto both = read(" +43 1 5550101 ");
  EXPECT_EQ(both.done.cleaned, 1u);
  EXPECT_EQ(both.done.normalised, 1u);
}

TEST(written_number, what_no_telephone_has_is_refused_with_the_value_and_what_to_do) {
  for (const auto& [written, says] : std::vector<std::pair<std::string, std::string>>{
           {"4.31556E+10", "spreadsheet"},
           {"4,31556E+10", "spreadsheet"},
           {"4.31556e+010", "spreadsheet"},
           {"4E+10", "spreadsheet"},
           {"431556E5", "spreadsheet"},
           {"43155501012.0", "decimals"},
           {"43155501012.00", "decimals"},
           {"43155501012,0", "decimals"},
           {"+43155501012.0", "decimals"},
           {"43155501012.5", "decimals"},
           {"300.0", "decimals"},
           {"n.a.", "no digit"},
           {"n/a", "no digit"},
           {"-", "no digit"},
           {"–", "no digit"},
           {"unknown", "no digit"},
           {"x", "no digit"},
           {"+", "no digit"},
           {"*", "no digit"},
           {"()", "no digit"},
           {"mobile", "no digit"},
           {"alice", "number_kind"},
           {"0", "zeros"},
           {"000", "zeros"},
           {"00 00", "zeros"},
           {"++4315550101", "more than one +"},
           {"+43+15550101", "a + within"},
           {"4315550101+", "a + within"},
           {"01 5550101 +43 1 5550102", "two numbers"},
           {"+43*6641234567", "behind a +"},
           {"+*(0)", "(0)"},
           {"+#(0)0", "(0)"},
           {"00#(0)0", "(0)"},
           {"+0664123456", "no country code begins with 0"},
           {"+(0)664123456", "no country code begins with 0"},
           {"1234567890123456", "16 digits"},
           {"+1234567890123456", "16 digits"},
           {"001234567890123456", "16 digits"},
           {"*31#1234567890123456", "16 digits"},
           {"0664 1234567 0664 1234568", "22 digits"},
           {"0664 1234567, 0664 1234568", "two numbers"},
           {"5550101;5550102", "two numbers"},
           {"5550101|5550102", "two numbers"},
           {"5550101 & 5550102", "two numbers"},
           {"5550101/5550102", "two numbers"},
           {"5550101/02", "two numbers"},
           {"+43 1 5550101/02", "two numbers"},
           {"5550101 or 5550102", "two numbers"},
           {"5550101 oder 5550102", "two numbers"},
           {"43,155,501,012", "two numbers"},
           {"5550101 ext. 12", "extension"},
           {"5550101x12", "extension"},
           {"5550101 DW 12", "extension"},
           {"5550101 (old)", "letters"},
           {"5550101 (fax)", "letters"},
           {"800-555-FLOWERS 1", "letters"},
           {"43155501012a", "letters"},
           {"O664123456", "a letter where a digit was meant"},
           {"0664l23456", "a letter where a digit was meant"},
           {"+39 (0)6 1234567", "in brackets"},
           {"+43 (01) 5550101", "in brackets"},
           {"0664 (0) 1234567", "(0)"},
           {"49 (0)30 123456", "(0)"},
           {"-43155501012", "minus"},
           {"300&SIP/301", "two numbers"},
           {"Local/1@customers", "letters"},
           {"300/x", "extension"},
           {"=43155501012", "U+003D"},
           {"5550101?", "U+003F"},
           {"４３1", "U+FF14"},
           {"5550101\x01", "U+0001"},
           {"555\xFF", "UTF-8"}}) {
    const auto r = read(written);
    EXPECT_NE(r.wrong.find(says), std::string::npos) << written << " -> " << r.number << ": " << r.wrong;
    EXPECT_NE(r.wrong.find(shown(written)), std::string::npos) << "the value is told: " << r.wrong;
    EXPECT_TRUE(r.wrong.starts_with("a telephone number, and ")) << r.wrong;
  }
}

TEST(written_number, a_refusal_shows_marks_that_nobody_sees) {
  EXPECT_NE(read("\u202An.a.\u202C").wrong.find("\"<U+202A>n.a.<U+202C>\""), std::string::npos);
}

TEST(written_number, names_with_a_digit_are_taken_among_numbers) {
  for (const auto* name : {"agent7", "300@elsewhere", "300@Example.com", "sip-300", "300a", "7of9", "x300", "Front-Desk.1"}) {
    const auto r = read(name);
    EXPECT_EQ(r.number, name) << r.wrong;
    EXPECT_EQ(r.done.cleaned + r.done.normalised, 0u);
  }
}

TEST(written_number, a_list_of_names_takes_names_of_any_kind) {
  for (const auto* name : {"alice", "bob@example.com", "x", "unknown", "n.a.", "300-12", "1e5", "1234567890123456", "front_desk", "a+b", "Tel1"}) {
    const auto r = read(name, number_kind::name);
    EXPECT_EQ(r.number, name) << r.wrong;
    EXPECT_EQ(r.done.cleaned + r.done.normalised, 0u);
  }
  EXPECT_EQ(read(" alice\u00A0", number_kind::name).number, "alice");
  EXPECT_EQ(read("+43 1 5550101", number_kind::name).number, "+4315550101");
  for (const auto& [written, says] : std::vector<std::pair<std::string, std::string>>{{"4.31556E+10", "spreadsheet"},
                                                                                       {"43155501012.0", "decimals"},
                                                                                       {"-", "no digit"},
                                                                                       {"+43+1", "a + within"},
                                                                                       {"alice&bob", "no digit"},
                                                                                       {"alice smith", "no digit"},
                                                                                       {"SIP/300&SIP/301", "letters"},
                                                                                       {"+ */#(0)", "(0)"},
                                                                                      {"..1", ""}})
    EXPECT_NE(read(written, number_kind::name).wrong.find(says), std::string::npos) << written << ": " << read(written, number_kind::name).wrong;
}

TEST(written_number, of_any_bytes_comes_what_may_be_dialed_and_is_the_same_telephone) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  const std::vector<std::string> parts{"0", "1", "2", "43", "+", "00", "(0)", "(", ")", " ", "-", "/", ".", ",", ";", "E+", "*", "#", "@", "a", "x",
                                       "tel", "mobile", "\u00A0", "\u202A", "\u2013", "ü", "&", "'", "=\"", "\"", "\xFF", "_", "[", "\t"};
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string written;
    for (auto count = random() % 12; count > 0; --count)
      written += parts[random() % parts.size()];
    for (const auto kind : {number_kind::number, number_kind::name}) {
      const auto r = read(written, kind);
      if (!r.wrong.empty() || r.number.empty())
        continue;
      ++taken;
      ASSERT_TRUE(passes(number_rule, r.number)) << shown(written) << " -> " << r.number;
      const auto again = read(r.number, kind);
      ASSERT_EQ(again.number, r.number) << shown(written) << ": " << again.wrong;
      ASSERT_EQ(again.wrong, "") << shown(written) << " -> " << r.number;
      ASSERT_EQ(again.done.cleaned + again.done.normalised, 0u) << shown(written) << " -> " << r.number;
      const auto before = same_telephone(written);
      if (!before.empty() && before.find_first_not_of("0123456789+*#") == std::string::npos) {
        ASSERT_EQ(same_telephone(r.number), before) << shown(written) << " -> " << r.number;
      }
    }
  }
  EXPECT_GT(taken, 1'000);
}

} // namespace
} // namespace ringmaster
