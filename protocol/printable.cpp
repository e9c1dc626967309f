// SPDX-License-Identifier: Apache-2.0
#include "protocol/printable.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <iterator>

namespace ringmaster {
namespace {

constexpr std::size_t longest_character = 4;

/// Bytes of the character of UTF-8 that `text` begins with; 0 where there is none.
std::size_t character_at(std::string_view text) noexcept {
  for (std::size_t size = 1; size <= std::min(longest_character, text.size()); ++size)
    if (simdjson::validate_utf8(text.data(), size))
      return size;
  return 0;
}

/// Of a well-formed character.
char32_t code_point(std::string_view character) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1)
    return byte(0);
  char32_t code = byte(0) & (0x7Fu >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i)
    code = code << 6 | (byte(i) & 0x3Fu);
  return code;
}

/// What a terminal or an editor acts on instead of showing it: C1, line and paragraph separators, directions of text.
constexpr bool acts(char32_t code) noexcept {
  return (code >= 0x80 && code < 0xA0) || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

constexpr bool plain_in_log(char c) noexcept { return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\'; }

void append_escaped(std::string& to, unsigned char byte) {
  switch (byte) {
  case '"': to += "\\\""; break;
  case '\\': to += "\\\\"; break;
  case '\n': to += "\\n"; break;
  case '\r': to += "\\r"; break;
  case '\t': to += "\\t"; break;
  default: fmt::format_to(std::back_inserter(to), "\\x{:02x}", byte);
  }
}

} // namespace

bool is_printable(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F)
      return false;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) // U+0080 to U+009F
      return false;
  }
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string one_line(std::string_view text, std::size_t most) {
  if (text.size() <= most && is_printable(text) && text.find('"') == std::string_view::npos)
    return std::string{text};
  std::string line;
  while (!text.empty()) {
    // A character of UTF-8 has four bytes at most; the shortest printable beginning is one.
    std::size_t length = 1;
    while (length <= std::min<std::size_t>(4, text.size()) && !is_printable(text.substr(0, length)))
      ++length;
    const bool good = length <= std::min<std::size_t>(4, text.size());
    const auto one = !good ? std::string_view{"?"} : text.front() == '"' ? std::string_view{"'"} : text.substr(0, length);
    if (line.size() + one.size() > most)
      return line.append("…");
    line.append(one);
    text.remove_prefix(good ? length : 1);
  }
  return line;
}

std::string in_log_line(std::string_view text, std::size_t most) {
  const bool whole = text.size() <= most;
  if (whole && !text.empty() && std::all_of(text.begin(), text.end(), plain_in_log))
    return std::string{text};
  std::string out{"\""};
  const auto last = std::min(text.size(), most);
  for (std::size_t at = 0; at < last;) {
    const auto size = character_at(text.substr(at));
    if (size > last - at)
      break; // the limit cuts it in two
    const auto character = text.substr(at, std::max<std::size_t>(size, 1));
    const auto first = static_cast<unsigned char>(character.front());
    if (size == 0 || first < 0x20 || first == 0x7F || first == '"' || first == '\\')
      append_escaped(out, first);
    else if (const auto code = code_point(character); acts(code))
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(code));
    else
      out += character;
    at += character.size();
  }
  if (!whole)
    out += "…";
  return out += '"';
}

} // namespace ringmaster
