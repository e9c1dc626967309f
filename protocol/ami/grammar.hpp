// SPDX-License-Identifier: Apache-2.0
/// The few rules of the AMI's lines that the framer, the parser and the messages share.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringmaster::ami::grammar {

inline constexpr std::string_view greeting = "Asterisk Call Manager";
inline constexpr std::string_view end_of_output = "--END COMMAND--";

[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// ASCII letters in either case.
[[nodiscard]] constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size())
    return false;
  for (std::size_t i = 0; i != a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
      return false;
  return true;
}

/// A line as received, with its newline or without, to its text.
[[nodiscard]] constexpr std::string_view without_end(std::string_view line) noexcept {
  if (line.ends_with('\n'))
    line.remove_suffix(1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// What follows the colon: one space is not part of it.
[[nodiscard]] constexpr std::string_view after_colon(std::string_view rest) noexcept {
  if (rest.starts_with(' '))
    rest.remove_prefix(1);
  return rest;
}

/// Is this a message's first line, without its end, that says that raw output follows?
[[nodiscard]] constexpr bool raw_output_follows(std::string_view line) noexcept {
  constexpr std::string_view name = "Response:";
  return line.size() > name.size() && same_name(line.substr(0, name.size()), name) &&
         same_name(after_colon(line.substr(name.size())), "Follows");
}

} // namespace ringmaster::ami::grammar
