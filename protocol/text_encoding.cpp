// SPDX-License-Identifier: Apache-2.0
#include "protocol/text_encoding.hpp"

#include "protocol/unicode.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <cstring>

namespace ringmaster {
namespace {

bool is_ascii(std::string_view text) noexcept {
  std::uint64_t high = 0;
  while (text.size() >= sizeof high) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data(), sizeof eight);
    high |= eight;
    text.remove_prefix(sizeof eight);
  }
  unsigned char rest = 0;
  for (const char c : text)
    rest |= static_cast<unsigned char>(c);
  return (high & 0x8080808080808080U) == 0 && rest < 0x80;
}

/// U+0080 to U+009F of Windows-1252; 0 where it has no character.
constexpr std::array<char16_t, 32> windows_1252_upper{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

/// Whether the first character of `line` beyond ASCII, of which it has one, is UTF-8.
bool begins_as_utf_8(std::string_view line) noexcept {
  while (static_cast<unsigned char>(line.front()) < 0x80)
    line.remove_prefix(1);
  return take_character(line).has_value();
}

} // namespace

std::string_view name_of(text_encoding e) noexcept {
  switch (e) {
  case text_encoding::utf_8: return "utf-8";
  case text_encoding::windows_1252: return "windows-1252";
  case text_encoding::utf_16: return "utf-16";
  }
  return {};
}

std::optional<std::string> line_decoder::decode(std::string_view& line) {
  if (is_ascii(line))
    return std::nullopt;
  const bool valid = simdjson::validate_utf8(line.data(), line.size());
  if (!found_)
    found_ = begins_as_utf_8(line) ? text_encoding::utf_8 : text_encoding::windows_1252;
  if (*found_ == text_encoding::utf_8)
    return valid ? std::nullopt : std::optional<std::string>{"the line must be UTF-8, which this is not"};
  if (valid)
    return "the line is UTF-8, and lines before it are Windows-1252: save the file in one encoding, best \"CSV UTF-8\"";
  decoded_.clear();
  for (const char one : line) {
    const auto byte = static_cast<unsigned char>(one);
    const char32_t c = byte >= 0x80 && byte < 0xA0 ? windows_1252_upper[byte - 0x80] : byte;
    if (c == 0 && byte != 0)
      return fmt::format("the line has the byte {:02X}, which is neither UTF-8 nor Windows-1252: save the file as \"CSV UTF-8\"", byte);
    append_character(decoded_, c);
  }
  line = decoded_;
  return std::nullopt;
}

void utf_16_decoder::decode(std::string_view bytes, std::string& out) {
  constexpr char32_t no_character = 0xD800;
  for (const char one : bytes) {
    const auto byte = static_cast<unsigned char>(one);
    if (!first_) {
      first_ = byte;
      continue;
    }
    const auto unit = static_cast<char16_t>(big_endian_ ? *first_ << 8 | byte : byte << 8 | *first_);
    first_.reset();
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (high_) {
      append_character(out, low ? static_cast<char32_t>(0x10000 + ((*high_ - 0xD800) << 10) + (unit - 0xDC00)) : no_character);
      high_.reset();
      if (low)
        continue;
    }
    if (unit >= 0xD800 && unit < 0xDC00)
      high_ = unit;
    else
      append_character(out, unit);
  }
}

void utf_16_decoder::finish(std::string& out) {
  if (high_ || first_)
    append_character(out, 0xD800);
  high_.reset();
  first_.reset();
}

} // namespace ringmaster
