// SPDX-License-Identifier: Apache-2.0
#include "protocol/telephone_number.hpp"

#include <algorithm>

namespace ringmaster {
namespace {

constexpr bool is_digit(char c) noexcept { return (c >= '0' && c <= '9') || c == '*' || c == '#'; }
constexpr bool is_mark(char c) noexcept { return std::string_view{" \t-./_()[]"}.find(c) != std::string_view::npos; }

std::string in_lower_case(std::string_view name) {
  std::string lower{name};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

} // namespace

std::string same_telephone(std::string_view number) {
  std::string digits;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const char c = number[i];
    if (is_digit(c) || (c == '+' && digits.empty()))
      digits.push_back(c);
    else if (!is_mark(c))
      return in_lower_case(number);
    else if (number.substr(i).starts_with("(0)") && (digits.starts_with('+') || digits.starts_with("00")))
      i += 2; // dialed within the country alone
  }
  if (digits.find_first_not_of('+') == std::string::npos) // marks alone are no telephone number
    return in_lower_case(number);
  if (digits.starts_with("00"))
    digits.replace(0, 2, "+");
  return digits;
}

telephone_key telephone_key_of(std::string_view number) {
  // As nearly all of them are: digits alone, with no "00" in front.
  if (!number.empty() && number.size() <= 31 && !number.starts_with("00")) {
    telephone_key key;
    std::size_t i = number.front() == '+' && number.size() > 1 ? 1 : 0;
    if (i == 1)
      key.low = 11;
    while (i < number.size() && number[i] >= '0' && number[i] <= '9') {
      key = {key.high << 4 | key.low >> 60, key.low << 4 | static_cast<std::uint64_t>(number[i] - '0' + 1)};
      ++i;
    }
    if (i == number.size())
      return key;
  }
  constexpr std::string_view alphabet = "0123456789+*#"; // from 1 on; 0 is none, and 15 in front tells a hash
  const auto same = same_telephone(number);
  telephone_key key;
  bool fits = same.size() <= 31;
  for (std::size_t i = 0; fits && i < same.size(); ++i) {
    const auto at = alphabet.find(same[i]);
    fits = at != std::string_view::npos;
    key = {key.high << 4 | key.low >> 60, key.low << 4 | (at + 1)};
  }
  if (fits)
    return key;
  // FNV-1a, from two beginnings.
  key = {0xcbf29ce484222325U, 0x84222325cbf29ce4U};
  for (const char c : same) {
    key.high = (key.high ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    key.low = (key.low ^ static_cast<unsigned char>(c)) * 0x100000001b3U + 1;
  }
  key.high |= std::uint64_t{15} << 60;
  return key;
}

} // namespace ringmaster
