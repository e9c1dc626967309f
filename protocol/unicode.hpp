// SPDX-License-Identifier: Apache-2.0
/// Single characters of UTF-8, and those among them that nobody sees: what comes along when text is copied from documents and
/// spreadsheets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster {

/// Takes one character off the front of `text`, which is not empty. Nothing when its bytes are no UTF-8 (overlong forms,
/// surrogates, cut short); then nothing is taken. Source: RFC 3629, section 4.
[[nodiscard]] std::optional<char32_t> take_character(std::string_view& text) noexcept;

/// Appends it as UTF-8. What is no character (a surrogate, beyond U+10FFFF) becomes a byte that no UTF-8 has.
void append_character(std::string& out, char32_t c);

/// Blank, tab, and the blanks of other widths: no-break (U+00A0), those from U+2000 to U+200A, and their like.
[[nodiscard]] constexpr bool is_blank(char32_t c) noexcept {
  return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

/// Marks that have no width: of direction (U+200E, U+202A to U+202E, U+2066 to U+2069, …), joiners, the byte order mark, the
/// soft hyphen.
[[nodiscard]] constexpr bool is_invisible(char32_t c) noexcept {
  return c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x206F) || c == 0xFEFF;
}

/// The bytes of `text` without blanks and invisible marks at its ends. Costs a look at the first and the last byte when there
/// are none.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// As a person may be shown it, quoted: what nobody sees, or takes for a blank, as `<U+202A>`, control characters too; double
/// quotes as single ones, bytes that are no UTF-8 as `?`. At most `most` bytes and an ellipsis.
[[nodiscard]] std::string shown(std::string_view text, std::size_t most = 80);

} // namespace ringmaster
