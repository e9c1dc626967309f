// SPDX-License-Identifier: Apache-2.0
/// Texts in CSV files that a spreadsheet would calculate: a cell that begins with = + - @ is a formula to it, and a formula may send
/// what stands in other cells elsewhere. (OWASP, "CSV Injection": with an apostrophe before them, cells are text.)
///
/// The apostrophe is written before every text that is apostrophes and blanks, if any, and then such a sign; and it is taken away
/// from what is an apostrophe and then such a text. So each text comes back as it was, also one that begins with apostrophes of its
/// own: what needs no guard ('s-Gravenhage) never looks guarded.
///
/// Pure; O(signs at the front).
#pragma once

#include <string_view>

namespace ringmaster {

inline constexpr char spreadsheet_guard = '\'';

/// Whether a spreadsheet might take it for a formula, with or without apostrophes and blanks in front; the wide signs of East Asian
/// keyboards count too. A telephone number does not: + and then digits, * and # alone.
[[nodiscard]] bool needs_spreadsheet_guard(std::string_view text) noexcept;

/// The text of a cell: without the apostrophe, if that is a guard.
[[nodiscard]] std::string_view without_spreadsheet_guard(std::string_view cell) noexcept;

} // namespace ringmaster
