// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/scan.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#define RINGMASTER_TARGET __attribute__((target("sse2")))

namespace ringmaster::ami::scan {
namespace {

inline std::uint64_t equal(const char* at, char c) {
  const __m128i wanted = _mm_set1_epi8(c);
  std::uint64_t bits = 0;
  for (int part = 0; part != 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + part * 16));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    bits |= static_cast<std::uint64_t>(mask) << (part * 16);
  }
  return bits;
}

inline void masks(const char* at, std::uint64_t& lf, std::uint64_t& cr) {
  lf = equal(at, '\n');
  cr = equal(at, '\r');
}

// Eight at a time, whether there are as many or not: a branch per newline would cost more.
RINGMASTER_TARGET inline void flatten(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  while (bits != 0) {
    for (int i = 0; i != 8; ++i) {
      out[i] = base + static_cast<std::uint32_t>(__builtin_ctzll(bits | std::uint64_t{1} << 63));
      bits &= bits - 1;
    }
    out += 8;
  }
}

#include "protocol/ami/scan_loops.inc"

} // namespace

const functions sse2{index_lines_loop, find_blank_loop};

} // namespace ringmaster::ami::scan
#endif
