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

} // namespace ringmaster
