// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/header_text.hpp"

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

bool is_made_of(std::string_view text, std::string_view others, std::size_t most) noexcept {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
}

std::string upper_case(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  return out;
}

bool is_sound(std::string_view name) noexcept {
  return is_made_of(name, "_-/.", 128) && !name.starts_with('/') && name.find("..") == std::string_view::npos;
}

bool is_interface(std::string_view text) noexcept {
  const auto slash = text.find('/');
  if (slash == text.npos || slash + 1 == text.size())
    return false;
  const auto tech = upper_case(text.substr(0, slash));
  constexpr std::array<std::string_view, 6> known{"SIP", "PJSIP", "DAHDI", "IAX2", "LOCAL", "AGENT"};
  return std::find(known.begin(), known.end(), tech) != known.end() &&
         is_made_of(text.substr(slash + 1), "_.+*#@/-", 100) && text.find("..") == text.npos;
}

} // namespace ringmaster::core
