// SPDX-License-Identifier: Apache-2.0
#include "protocol/unicode.hpp"

#include <fmt/format.h>

namespace ringmaster {

std::optional<char32_t> take_character(std::string_view& text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length)
    return std::nullopt;
  char32_t c = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80)
      return std::nullopt;
    c = c << 6 | (byte(i) & 0x3FU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
    return std::nullopt;
  text.remove_prefix(length);
  return c;
}

void append_character(std::string& out, char32_t c) {
  const auto add = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80)
    return add(c);
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
    return add(0xFF);
  if (c < 0x800) {
    add(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      add(0xE0 | c >> 12);
    } else {
      add(0xF0 | c >> 18);
      add(0x80 | (c >> 12 & 0x3F));
    }
    add(0x80 | (c >> 6 & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto goes = [](std::optional<char32_t> c) { return c && (is_blank(*c) || is_invisible(*c)); };
  for (auto rest = text; !rest.empty() && goes(take_character(rest));)
    text = rest;
  while (!text.empty()) {
    auto at = text.size() - 1;
    while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80)
      --at;
    auto last = text.substr(at);
    if (!goes(take_character(last)) || !last.empty())
      break;
    text.remove_suffix(text.size() - at);
  }
  return text;
}

std::string shown(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    const auto before = text;
    const auto c = take_character(text);
    std::string one;
    if (!c) {
      one = "?";
      text.remove_prefix(1);
    } else if (*c == '"') {
      one = "'";
    } else if (*c < 0x20 || (*c >= 0x7F && *c < 0xA0) || is_invisible(*c) || (is_blank(*c) && *c != ' ')) {
      one = fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(*c));
    } else {
      one = before.substr(0, before.size() - text.size());
    }
    if (out.size() + one.size() > most)
      return out.append("…");
    out.append(one);
  }
  return out;
}

} // namespace ringmaster
