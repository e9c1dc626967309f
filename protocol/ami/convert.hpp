// SPDX-License-Identifier: Apache-2.0
/// Header values to members of typed events. Lenient: what is not a value of its type is no value.
#pragma once

#include "protocol/ami/snapshots.hpp"

#include <chrono>
#include <cstdint>

namespace ringmaster::ami::convert {

[[nodiscard]] inline number parse_number(text value) noexcept {
  const bool negative = value.starts_with('-');
  if (negative)
    value.remove_prefix(1);
  // Eighteen digits fit without a look at overflow; Asterisk has no longer numbers.
  if (value.empty() || value.size() > 18)
    return std::nullopt;
  std::int64_t sum = 0;
  for (const char c : value) {
    const auto digit = static_cast<unsigned char>(c - '0');
    if (digit > 9)
      return std::nullopt;
    sum = sum * 10 + digit;
  }
  return negative ? -sum : sum;
}

inline void into(text& member, text value) noexcept {
  member = value;
}

inline void into(number& member, text value) noexcept {
  member = parse_number(value);
}

/// "1" and "0"; Asterisk also writes True and False, Yes and No.
inline void into(std::optional<bool>& member, text value) noexcept {
  if (value.empty())
    return;
  switch (value.front()) {
  case '1':
  case 'T':
  case 't':
  case 'Y':
  case 'y':
    member = true;
    break;
  case '0':
  case 'F':
  case 'f':
  case 'N':
  case 'n':
    member = false;
    break;
  }
}

/// Within what the clock's own unit can hold for ages of the universe to come.
inline constexpr std::int64_t longest = std::int64_t{1} << 53;

inline std::optional<std::int64_t> bounded(text value) noexcept {
  const auto parsed = parse_number(value);
  return parsed && *parsed <= longest && *parsed >= -longest ? parsed : std::nullopt;
}

inline void into(std::optional<std::chrono::seconds>& member, text value) noexcept {
  if (const auto parsed = bounded(value))
    member = std::chrono::seconds{*parsed};
}

inline void into(std::optional<std::chrono::milliseconds>& member, text value) noexcept {
  if (const auto parsed = bounded(value))
    member = std::chrono::milliseconds{*parsed};
}

inline void into(std::optional<std::chrono::sys_seconds>& member, text value) noexcept {
  if (const auto parsed = bounded(value))
    member = std::chrono::sys_seconds{std::chrono::seconds{*parsed}};
}

inline void into(std::optional<channel_state>& member, text value) noexcept {
  if (value.size() == 1 && value[0] >= '0' && value[0] <= '9')
    member = static_cast<channel_state>(value[0] - '0');
}

inline void into(std::optional<device_status>& member, text value) noexcept {
  if (value.size() == 1 && value[0] >= '0' && value[0] <= '8')
    member = static_cast<device_status>(value[0] - '0');
}

} // namespace ringmaster::ami::convert
