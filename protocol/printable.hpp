/// Text that may reach Asterisk.
#pragma once

#include <string_view>

namespace ringmaster {

/// UTF-8 without control characters: C0 (tab included, no value of Asterisk's has a use for one), DEL and C1.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

} // namespace ringmaster
