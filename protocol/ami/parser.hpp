// SPDX-License-Identifier: Apache-2.0
/// Bytes to messages, with SIMD.
#pragma once

#include "protocol/ami/message.hpp"

#include <cstdint>
#include <string_view>

namespace ringmaster::ami {

/// Which instructions find the newlines. All give the same block.
enum class instruction_set : std::uint8_t { scalar, sse2, avx2, avx512 };

/// The best one of this processor; chosen once, at start.
[[nodiscard]] instruction_set best_instruction_set() noexcept;
[[nodiscard]] bool supported(instruction_set set) noexcept;

/// Largest buffer that `parse` takes: offsets have 32 bits. The framer stays far below it.
inline constexpr std::size_t max_block_bytes = std::size_t{1} << 31;

/// Makes a block of whole messages. Any bytes give a block: blank lines between messages are passed over, a
/// line without a colon is a header with an empty name, and a last message without its blank line (a
/// recording that was cut) is kept with the lines it has. Pure, any thread. Costs about 0.1 ns a byte, three
/// allocations. Empty block for a buffer above `max_block_bytes`.
[[nodiscard]] block_ptr parse(buffer bytes);
[[nodiscard]] block_ptr parse(buffer bytes, instruction_set with);
/// With its subjects, for whoever hands its messages out.
[[nodiscard]] block_ptr parse_with_subjects(buffer bytes);
/// Of a copy of `bytes`.
[[nodiscard]] block_ptr parse(std::string_view bytes);

} // namespace ringmaster::ami
