// SPDX-License-Identifier: Apache-2.0
#include "protocol/text_encoding.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <vector>

namespace ringmaster {
namespace {

/// The lines as they were decoded; "!" and the reason for one that was refused.
std::vector<std::string> decode(line_decoder& in, const std::vector<std::string_view>& lines) {
  std::vector<std::string> out;
  for (auto line : lines) {
    const auto wrong = in.decode(line);
    out.push_back(wrong ? "!" + *wrong : std::string{line});
  }
  return out;
}

TEST(text_encoding, of_ascii_is_utf_8) {
  line_decoder in;
  EXPECT_EQ(decode(in, {"", "a", "0123456789"}), (std::vector<std::string>{"", "a", "0123456789"}));
  EXPECT_EQ(in.encoding(), text_encoding::utf_8);
}

TEST(text_encoding, is_windows_1252_where_the_first_character_beyond_ascii_is_no_utf_8) {
  line_decoder in;
  EXPECT_EQ(decode(in, {"plain", "M\xFCller", "Gr\xFC\xDF" "e \x80 5 \x84so\x93", "\xE9"}),
            (std::vector<std::string>{"plain", "Müller", "Grüße € 5 „so“", "é"}));
  EXPECT_EQ(in.encoding(), text_encoding::windows_1252);
  EXPECT_EQ(name_of(in.encoding()), "windows-1252");
}

TEST(text_encoding, does_not_change_once_it_is_known) {
  line_decoder in;
  const auto lines = decode(in, {"Müller", "M\xFCller", "Zoë"});
  EXPECT_EQ(lines[0], "Müller");
  EXPECT_EQ(lines[1], "!the line must be UTF-8, which this is not");
  EXPECT_EQ(lines[2], "Zoë");
  EXPECT_EQ(in.encoding(), text_encoding::utf_8);

  line_decoder marked;
  marked.set_utf_8();
  EXPECT_EQ(decode(marked, {"M\xFCller"})[0].front(), '!');

  // UTF-8 and Windows-1252 in one line: its beginning decides.
  line_decoder mixed;
  EXPECT_EQ(decode(mixed, {"Zoë M\xFCller"})[0].front(), '!');
  EXPECT_EQ(mixed.encoding(), text_encoding::utf_8);
}

TEST(text_encoding, of_a_mixture_is_nothing_that_anybody_can_say) {
  line_decoder in;
  const auto lines = decode(in, {"M\xFCller", "Müller", "H\xE4nsel"});
  EXPECT_NE(lines[1].find("one encoding"), std::string::npos) << lines[1];
  EXPECT_EQ(lines[2], "Hänsel");
}

TEST(text_encoding, has_no_character_for_some_bytes) {
  for (const std::string_view one : {"\x81", "\x8D", "\x8F", "\x90", "\x9D"}) {
    line_decoder in;
    const auto line = decode(in, {one})[0];
    EXPECT_EQ(line.front(), '!');
    EXPECT_NE(line.find("Windows-1252"), std::string::npos) << line;
  }
}

std::string decode_wide(std::string_view bytes, bool big_endian, std::size_t piece) {
  utf_16_decoder in{big_endian};
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), piece)))
    in.decode(bytes.substr(0, piece), out);
  in.finish(out);
  return out;
}

TEST(text_encoding, utf_16_comes_in_either_order_and_in_any_pieces) {
  constexpr std::string_view little{"a\0\xFC\0\xAC\x20\x3D\xD8\xDE\xDC\n\0", 12}, big{"\0a\0\xFC\x20\xAC\xD8\x3D\xDC\xDE\0\n", 12};
  for (const std::size_t piece : {1u, 2u, 3u, 5u, 100u}) {
    EXPECT_EQ(decode_wide(little, false, piece), "aü€\U0001F4DE\n") << piece;
    EXPECT_EQ(decode_wide(big, true, piece), "aü€\U0001F4DE\n") << piece;
  }
}

TEST(text_encoding, what_is_no_utf_16_is_no_utf_8) {
  for (const auto& bytes : {std::string{"\x3D\xD8" "a\0", 4}, std::string{"\xDE\xDC", 2}, std::string{"\x3D\xD8", 2}, std::string{"a\0b", 3}}) {
    const auto out = decode_wide(bytes, false, 100);
    EXPECT_FALSE(simdjson::validate_utf8(out.data(), out.size()));
  }
}

} // namespace
} // namespace ringmaster
