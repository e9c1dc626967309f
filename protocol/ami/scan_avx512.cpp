// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/scan.hpp"

#if defined(__x86_64__)
// GCC 12 takes its own headers' deliberately undefined vectors for mistakes (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define RINGMASTER_TARGET                                                                                    \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))

namespace ringmaster::ami::scan {
namespace {

RINGMASTER_TARGET inline void masks(const char* at, std::uint64_t& lf, std::uint64_t& cr) {
  const __m512i bytes = _mm512_loadu_si512(at);
  lf = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
  cr = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r'));
}

alignas(64) constexpr unsigned char positions[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

// The positions of the set bits, packed together, sixteen at a time; one round is the rule.
RINGMASTER_TARGET inline void flatten(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  const __m512i packed = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(positions));
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  const auto write = [&](__m128i part, int at)
      __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2"))) {
    _mm512_storeu_si512(out + at, _mm512_add_epi32(_mm512_cvtepu8_epi32(part), bases));
  };
  write(_mm512_castsi512_si128(packed), 0);
  const int count = __builtin_popcountll(bits);
  if (count <= 16) [[likely]]
    return;
  write(_mm512_extracti32x4_epi32(packed, 1), 16);
  if (count <= 32)
    return;
  write(_mm512_extracti32x4_epi32(packed, 2), 32);
  write(_mm512_extracti32x4_epi32(packed, 3), 48);
}

#include "protocol/ami/scan_loops.inc"

} // namespace

const functions avx512{index_lines_loop, find_blank_loop};

} // namespace ringmaster::ami::scan
#endif
