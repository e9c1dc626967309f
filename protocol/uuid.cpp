// SPDX-License-Identifier: Apache-2.0
#include "protocol/uuid.hpp"

#include <random>

namespace ringmaster {
namespace {

std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  return generator();
}

uuid from_halves(std::uint64_t high, std::uint64_t low, unsigned version) {
  high = (high & ~0xF000ull) | (std::uint64_t{version} << 12);
  low = (low & ~(0xC0ull << 56)) | (0x80ull << 56);
  uuid id;
  for (int i = 0; i < 8; ++i) {
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    id.bytes[static_cast<std::size_t>(8 + i)] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return id;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

constexpr bool dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

} // namespace

uuid random_uuid() { return from_halves(random_bits(), random_bits(), 4); }

uuid ordered_uuid(time_point at) {
  const auto millis = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
  // 12 bits in the first half and 20 in the second count up within a millisecond of this thread.
  thread_local std::uint64_t last_millis = 0;
  thread_local std::uint32_t counter = 0;
  if (millis > last_millis) {
    last_millis = millis;
    counter = static_cast<std::uint32_t>(random_bits()) & 0xFFFF;
  } else {
    ++counter;
  }
  const std::uint64_t high = (last_millis << 16) | ((counter >> 20) & 0xFFF);
  const std::uint64_t low = (std::uint64_t{counter & 0xFFFFF} << 42) | (random_bits() & ((1ull << 42) - 1));
  return from_halves(high, low, 7);
}

void write_uuid(const uuid& id, char* out) noexcept {
  static constexpr char hex[] = "0123456789abcdef";
  std::size_t byte = 0;
  for (std::size_t i = 0; i < 36;) {
    if (dash_at(i)) {
      out[i++] = '-';
      continue;
    }
    out[i++] = hex[id.bytes[byte] >> 4];
    out[i++] = hex[id.bytes[byte] & 15];
    ++byte;
  }
}

std::string to_string(const uuid& id) {
  std::string text(36, '\0');
  write_uuid(id, text.data());
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36)
    return std::nullopt;
  uuid id;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < 36;) {
    if (dash_at(i)) {
      if (text[i++] != '-')
        return std::nullopt;
      continue;
    }
    const auto high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    id.bytes[byte++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  return id;
}

} // namespace ringmaster
