// SPDX-License-Identifier: Apache-2.0
#include "protocol/unicode.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

namespace ringmaster {
namespace {

TEST(unicode, characters_come_back_as_they_were) {
  for (char32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xD800 && c < 0xE000)
      continue;
    std::string bytes;
    append_character(bytes, c);
    std::string_view rest{bytes};
    ASSERT_EQ(take_character(rest), c);
    ASSERT_TRUE(rest.empty());
    ASSERT_TRUE(simdjson::validate_utf8(bytes.data(), bytes.size()));
  }
}

TEST(unicode, what_is_no_utf_8_is_no_character) {
  for (const std::string_view bytes : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\x80",
                                       "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    auto rest = bytes;
    EXPECT_EQ(take_character(rest), std::nullopt);
    EXPECT_EQ(rest, bytes);
  }
  for (const char32_t c : {0xD800, 0xDFFF, 0x110000}) {
    std::string bytes;
    append_character(bytes, c);
    EXPECT_FALSE(simdjson::validate_utf8(bytes.data(), bytes.size()));
  }
}

TEST(unicode, agrees_with_simdjson_about_random_bytes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  constexpr std::string_view some{"a\x7F\x80\xBF\xC2\xC3\xE0\xE2\xED\xEF\xF0\xF4\xF5\xA0\x9F\x90"};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (auto length = random() % 8; length > 0; --length)
      bytes.push_back(some[random() % some.size()]);
    std::string_view rest{bytes};
    while (!rest.empty() && take_character(rest))
      ;
    ASSERT_EQ(rest.empty(), simdjson::validate_utf8(bytes.data(), bytes.size())) << shown(bytes);
  }
}

TEST(unicode, trims_what_nobody_sees) {
  for (const auto& [text, left] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"", ""},
           {"a", "a"},
           {" \ta b\t ", "a b"},
           {"\u00A0a\u00A0", "a"},
           {"\u202A\u200E+43\u202C\uFEFF", "+43"},
           {"\u200B \u3000", ""},
           {"ä", "ä"},
           {"\xA0", "\xA0"}, // no UTF-8, so no blank
           {"€ ", "€"},
           {"a\xC2", "a\xC2"}})
    EXPECT_EQ(trimmed(text), left) << shown(text);
}

TEST(unicode, shows_what_nobody_sees) {
  EXPECT_EQ(shown("\u202A+43 1\u00A02\u200B"), "<U+202A>+43 1<U+00A0>2<U+200B>");
  EXPECT_EQ(shown("a\"b\x01\x7F\u0085\xFFü"), "a'b<U+0001><U+007F><U+0085>?ü");
  EXPECT_EQ(shown("123456", 4), "1234…");
  EXPECT_EQ(shown("ab\u202Ac", 5), "ab…") << "a mark is shown whole, or not at all";
}

} // namespace
} // namespace ringmaster
