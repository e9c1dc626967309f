// SPDX-License-Identifier: Apache-2.0
/// Telephone numbers as people, spreadsheets and forms write them, made what is dialed, where the meaning is certain; else what
/// is wrong with them and how to write them. Every way into a dial list goes through here: JSON and files alike.
///
/// What is taken away: blanks and invisible marks, an apostrophe in front and ="…" (all meant for a spreadsheet, `cleaned`);
/// brackets, dashes, dots, slashes and blanks within, a "(0)" behind a country code, and a word that says but which telephone
/// it is, such as "Tel.:" or "(mobile)" (`normalised`). A "00" at the front stays: which prefix leads abroad is the trunk's matter.
///
/// What is refused, because no telephone has it: no digit, or zeros alone; a spreadsheet's exponent (4.31556E+10) or decimals
/// (43155501012.0); more than 15 digits (E.164, section 6.1) without the "00"; a "+" elsewhere than at the front, or before a 0.
/// And what could mean several things: two numbers, an extension, a remark, a "(0)" where the 0 belongs to the number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster {

/// What a list's numbers are: telephone numbers (and names with a digit, as SIP users have), or names of any kind.
enum class number_kind : std::uint8_t { number, name };

/// "number", "name"; anything else is of no kind.
[[nodiscard]] std::optional<number_kind> number_kind_of(std::string_view name) noexcept;

/// What was done to a number, or to several.
struct number_repairs {
  std::uint64_t cleaned{0};    ///< what nobody sees, and what was meant for a spreadsheet, was taken away
  std::uint64_t normalised{0}; ///< another spelling was made digits
};

/// Makes of `number` what is dialed; empty when it holds nothing but blanks. The sentence that comes back says what is wrong
/// with it, shows it and says what to do; then it is left as it is. What comes out is taken again as it is, keeps its
/// `same_telephone`, and passes the rule that the Originate asks of numbers. About 10 ns for digits alone.
///
/// In a list of names, what `number_rule` takes is left as it is, unless it is all digits and marks with a "+" out of place;
/// the rest is read as a number.
[[nodiscard]] std::optional<std::string> read_number(std::string& number, number_kind kind, number_repairs& done);

} // namespace ringmaster
