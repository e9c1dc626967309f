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

} // namespace ringmaster
