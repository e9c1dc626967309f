// SPDX-License-Identifier: Apache-2.0
/// The inner loops: finding newlines and blank lines, 64 bytes at a time. Only the framer and the parser
/// come here. Every instruction set has the same two functions and the same results.
#pragma once

#include "protocol/ami/parser.hpp"

#include <cstddef>
#include <cstdint>

namespace ringmaster::ami::scan {

/// What `index_lines` has found, and what it must remember from one call to the next.
struct line_index {
  std::uint32_t* newlines; ///< offset of each newline; room for 64 more than are written
  std::size_t lines{0};    ///< how many
  std::uint32_t* blanks;   ///< number of each line that is empty but for a CR; same room
  std::size_t blank_lines{0};
  std::uint64_t newline_before{1};    ///< 1: the byte before the next one is a newline (or there is none)
  std::uint64_t newline_cr_before{0}; ///< 1: the two bytes before the next one are newline and CR
};

/// Looks at `size` bytes from `data + offset`; `size` is a multiple of 64 but in the last call, after which
/// 64 more bytes may be read.
using index_lines = void (*)(const char* data, std::size_t offset, std::size_t size, line_index& into);

/// The search for the next blank line, which ends a message.
struct blank_search {
  std::size_t position;    ///< in: where to look from; out: offset of the newline that ends the blank line
  std::size_t line;        ///< where the line begins that `position` is in
  std::size_t newlines{0}; ///< newlines seen, the blank line's included
  bool found{false};
  bool too_long{false}; ///< a line is longer than allowed; the search ended
};

/// Looks from `search.position` to `end`, for a line that begins at or after `message` (so that a newline
/// at `message` itself is a blank line). 64 bytes behind `end` may be read. Lines are held against
/// `longest`, which is at least 64.
using find_blank = void (*)(const char* data, std::size_t message, std::size_t end, std::size_t longest,
                            blank_search& search);

struct functions {
  scan::index_lines index_lines;
  scan::find_blank find_blank;
};

extern const functions scalar;
#if defined(__x86_64__)
extern const functions sse2;
extern const functions avx2;
extern const functions avx512;
#endif

/// Those of `set`, or the scalar ones where this processor lacks it.
[[nodiscard]] const functions& with(instruction_set set) noexcept;

} // namespace ringmaster::ami::scan
