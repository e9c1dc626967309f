// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/scan.hpp"

#define RINGMASTER_TARGET

namespace ringmaster::ami::scan {
namespace {

inline void masks(const char* at, std::uint64_t& lf, std::uint64_t& cr) {
  lf = cr = 0;
  for (int i = 0; i != 64; ++i) {
    lf |= static_cast<std::uint64_t>(at[i] == '\n') << i;
    cr |= static_cast<std::uint64_t>(at[i] == '\r') << i;
  }
}

inline void flatten(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  for (; bits != 0; bits &= bits - 1)
    *out++ = base + static_cast<std::uint32_t>(__builtin_ctzll(bits));
}

#include "protocol/ami/scan_loops.inc"

} // namespace

const functions scalar{index_lines_loop, find_blank_loop};

} // namespace ringmaster::ami::scan
