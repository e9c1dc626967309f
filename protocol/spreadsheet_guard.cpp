// SPDX-License-Identifier: Apache-2.0
#include "protocol/spreadsheet_guard.hpp"

#include <array>

namespace ringmaster {
namespace {

using namespace std::string_view_literals;

// The last four are U+FF1D, U+FF0B, U+FF0D and U+FF20, which some spreadsheets read as the first four.
constexpr std::array signs{"="sv, "+"sv, "-"sv, "@"sv, "\xEF\xBC\x9D"sv, "\xEF\xBC\x8B"sv, "\xEF\xBC\x8D"sv, "\xEF\xBC\xA0"sv};

bool is_telephone_number(std::string_view text) noexcept {
  return text.size() > 1 && text.front() == '+' && text.find_first_not_of("0123456789*#", 1) == std::string_view::npos;
}

} // namespace

bool needs_spreadsheet_guard(std::string_view text) noexcept {
  const auto sign = text.find_first_not_of("' \t");
  if (sign == std::string_view::npos || is_telephone_number(text))
    return false;
  for (const auto one : signs)
    if (text.substr(sign).starts_with(one))
      return true;
  return false;
}

std::string_view without_spreadsheet_guard(std::string_view cell) noexcept {
  if (!cell.starts_with(spreadsheet_guard) || !needs_spreadsheet_guard(cell))
    return cell;
  return cell.substr(1);
}

} // namespace ringmaster
