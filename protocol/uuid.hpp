// SPDX-License-Identifier: Apache-2.0
/// 128-bit ids, written as 36 characters in lower case.
#pragma once

#include "protocol/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster {

struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const uuid&) const = default;
  /// Two words, where comparing the array would be a call.
  bool operator==(const uuid& other) const noexcept { return std::memcmp(bytes.data(), other.bytes.data(), 16) == 0; }
  [[nodiscard]] bool is_nil() const noexcept { return *this == uuid{}; }
  /// The bytes as a key of the database: keys sort as the ids do.
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// A new random id (RFC 9562, version 4). Seeded per thread from the kernel; safe on any thread, about 10 ns.
/// Not for secrets: those come from the kernel itself, see `http/auth`.
[[nodiscard]] uuid random_uuid();

/// A new id that sorts by `at` (RFC 9562, version 7: 48 bits of milliseconds, then a counter in the same
/// thread, then random bits), so that bulk inserts append to the database instead of scattering over it.
[[nodiscard]] uuid ordered_uuid(time_point at);

[[nodiscard]] std::string to_string(const uuid& id);
inline constexpr std::size_t uuid_text_size = 36;
/// Writes exactly 36 characters to `out`.
void write_uuid(const uuid& id, char* out) noexcept;

/// Reads the 36 characters, in either case; anything else is nothing.
[[nodiscard]] std::optional<uuid> parse_uuid(std::string_view text) noexcept;

} // namespace ringmaster

template <>
struct std::hash<ringmaster::uuid> {
  std::size_t operator()(const ringmaster::uuid& id) const noexcept {
    // Version 7 ids share their first half within a millisecond: fold both halves, then mix.
    std::uint64_t high, low;
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    std::uint64_t h = (high ^ (low << 1)) + low;
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15ull;
    return static_cast<std::size_t>(h ^ (h >> 29));
  }
};
