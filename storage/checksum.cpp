// SPDX-License-Identifier: Apache-2.0
#include "storage/checksum.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace ringmaster::storage {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78; // reflected

constexpr auto byte_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    auto sum = i;
    for (int bit = 0; bit < 8; ++bit)
      sum = sum & 1 ? sum >> 1 ^ polynomial : sum >> 1;
    table[i] = sum;
  }
  return table;
}();

#if defined(__x86_64__)
std::uint64_t eight_at(const char* at) noexcept {
  std::uint64_t eight = 0;
  std::memcpy(&eight, at, 8);
  return eight;
}

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t sum, std::string_view bytes) noexcept {
  std::uint64_t wide = sum;
  const auto* at = bytes.data();
  auto left = bytes.size();
  for (; left >= 32; left -= 32, at += 32)
    wide = _mm_crc32_u64(_mm_crc32_u64(_mm_crc32_u64(_mm_crc32_u64(wide, eight_at(at)), eight_at(at + 8)), eight_at(at + 16)),
                         eight_at(at + 24));
  for (; left >= 8; left -= 8, at += 8)
    wide = _mm_crc32_u64(wide, eight_at(at));
  sum = static_cast<std::uint32_t>(wide);
  if (left >= 4) {
    std::uint32_t four = 0;
    std::memcpy(&four, at, 4);
    sum = _mm_crc32_u32(sum, four);
    left -= 4, at += 4;
  }
  for (; left > 0; --left, ++at)
    sum = _mm_crc32_u8(sum, static_cast<unsigned char>(*at));
  return sum;
}
const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
#endif

} // namespace

std::uint32_t crc32c(std::uint32_t before, std::string_view bytes) noexcept {
#if defined(__x86_64__)
  if (has_instruction)
    return ~by_instruction(~before, bytes);
#endif
  return crc32c_by_table(before, bytes);
}

std::uint32_t crc32c_by_table(std::uint32_t before, std::string_view bytes) noexcept {
  auto sum = ~before;
  for (const unsigned char byte : bytes)
    sum = byte_table[(sum ^ byte) & 0xFF] ^ sum >> 8;
  return ~sum;
}

std::uint32_t row_check(table t, std::string_view key, std::string_view value) noexcept {
  const char number = static_cast<char>(t);
  return crc32c(crc32c(crc32c(0, {&number, 1}), key), value);
}

bool take_row_check(table t, std::string_view key, std::string_view& stored) noexcept {
  if (stored.size() < row_check_size)
    return false;
  const auto value = stored.substr(0, stored.size() - row_check_size);
  std::uint32_t check = 0;
  std::memcpy(&check, stored.data() + value.size(), row_check_size);
  stored = value;
  return check == row_check(t, key, value);
}

} // namespace ringmaster::storage
