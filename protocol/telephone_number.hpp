// SPDX-License-Identifier: Apache-2.0
/// When two numbers are one telephone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ringmaster {

/// What the number is compared by: two with the same are one telephone. Blanks and marks are left out ("-", ".", "/",
/// "_", brackets), as is "(0)" behind a country code, and "00" at the front is "+". A number with a letter or an "@" in it
/// is a SIP name: compared as it is, in lower case. Which country a number without "+" is of nobody knows here: "030 1234"
/// and "+49 30 1234" are two.
[[nodiscard]] std::string same_telephone(std::string_view number);

/// The same in 16 bytes, for tables of all calls. Exact for what has up to 31 digits and "+", "*", "#"; of names and of what is
/// longer it is a hash of 124 bits.
struct telephone_key {
  std::uint64_t high{0}, low{0};
  friend bool operator==(const telephone_key&, const telephone_key&) = default;
};
[[nodiscard]] telephone_key telephone_key_of(std::string_view number);

} // namespace ringmaster

template <>
struct std::hash<ringmaster::telephone_key> {
  std::size_t operator()(const ringmaster::telephone_key& of) const noexcept {
    return static_cast<std::size_t>(of.low ^ of.high * 0x9e3779b97f4a7c15U);
  }
};
