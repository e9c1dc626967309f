// SPDX-License-Identifier: Apache-2.0
/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), by which rows of the database know that they are what was written.
#pragma once

#include "storage/keys.hpp"

#include <cstdint>
#include <string_view>

namespace ringmaster::storage {

/// Goes on from `before`, the sum of the bytes before these; 0 at the beginning. About 7 bytes a nanosecond where the
/// processor has SSE 4.2, 1 where not.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t before, std::string_view bytes) noexcept;

/// The same, for every processor.
[[nodiscard]] std::uint32_t crc32c_by_table(std::uint32_t before, std::string_view bytes) noexcept;

inline constexpr std::size_t row_check_size = 4;

/// What a row of a sealed table ends with (storage/keys.hpp): the sum of its table's number, key and value.
[[nodiscard]] std::uint32_t row_check(table t, std::string_view key, std::string_view value) noexcept;

/// Cuts the check off `stored`; false when it is not the one of this row, or there is none.
[[nodiscard]] bool take_row_check(table t, std::string_view key, std::string_view& stored) noexcept;

} // namespace ringmaster::storage
