// SPDX-License-Identifier: Apache-2.0
/// Text that comes from elsewhere, and where it may go.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringmaster {

/// UTF-8 without control characters: C0 (tab included, no value of Asterisk's has a use for one), DEL and C1. Such text
/// may reach Asterisk.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

/// What another program said, as it may be shown, quoted and logged: one line of at most `most` bytes and an ellipsis,
/// printable, with single quotes for double ones. Bytes that are no UTF-8, and control characters, become `?`.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t most = 200);

/// Text as a value in a line of the log (logfmt): as it is where that is plain (ASCII without blanks, quotes, `=` and
/// backslashes; not empty), else in double quotes with `\"`, `\\`, `\n`, `\r`, `\t`; `\x1b` for other control characters and for
/// bytes that are no UTF-8; `\u202e` for C1, line separators and what turns the direction of text. Of longer text the first
/// `most` bytes and an ellipsis.
[[nodiscard]] std::string in_log_line(std::string_view text, std::size_t most = 2000);

} // namespace ringmaster
