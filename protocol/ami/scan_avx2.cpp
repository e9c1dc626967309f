// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/scan.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#define RINGMASTER_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

namespace ringmaster::ami::scan {
namespace {

RINGMASTER_TARGET inline void masks(const char* at, std::uint64_t& lf, std::uint64_t& cr) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
  const auto equal = [&](char c) __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))) {
    const __m256i wanted = _mm256_set1_epi8(c);
    const auto a = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
    const auto b = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
    return static_cast<std::uint64_t>(b) << 32 | a;
  };
  lf = equal('\n');
  cr = equal('\r');
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

const functions avx2{index_lines_loop, find_blank_loop};

} // namespace ringmaster::ami::scan
#endif
