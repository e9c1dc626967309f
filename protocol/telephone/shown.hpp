// SPDX-License-Identifier: Apache-2.0
/// What the tables of the telephone system's resources are made of. These objects live in memory alone: their fields
/// are shown and never stored, so that they need no tags.
#pragma once

#include "protocol/fields.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::telephone {

using text = std::optional<std::string>;
using maybe_number = std::optional<std::int64_t>;
using maybe_time = std::optional<time_point>;

/// A number that the reference always writes with its decimals: 0.0.
struct real {
  double value{0};
  bool operator==(const real&) const = default;
};

template <class T, class M>
[[nodiscard]] constexpr auto shown(const char* name, M T::*which, const char* doc) {
  return ringmaster::field{0, name, which, access::shown_only, doc};
}

} // namespace ringmaster::telephone

namespace ringmaster {

template <>
struct field_type<telephone::real> {
  static constexpr auto kind = value_kind::number;
  static void write_json(std::string& out, const telephone::real& v) {
    const auto from = out.size();
    field_type<double>::write_json(out, v.value);
    if (out.find_first_of(".eE", from) == std::string::npos)
      out.append(".0");
  }
};

} // namespace ringmaster
