// SPDX-License-Identifier: Apache-2.0
/// The table of every key of the configuration: the one place that knows names, types, ranges and meanings.
#pragma once

#include "http/config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace ringmaster::config {

/// How to reach a value inside of an `Object`; its alternative is the key's type.
template <class Object>
using accessor = std::variant<std::string& (*)(Object&), bool& (*)(Object&), double& (*)(Object&),
                              std::uint16_t& (*)(Object&), std::uint32_t& (*)(Object&), std::uint64_t& (*)(Object&),
                              std::chrono::milliseconds& (*)(Object&),
                              std::chrono::seconds& (*)(Object&)>;

/// One key. `least` and `most` bound numbers, in the unit that the file uses.
template <class Object>
struct field {
  std::string_view key; ///< dots part objects: "http.limits.body"
  accessor<Object> at;
  std::string_view meaning;
  double least{0};
  double most{std::numeric_limits<double>::max()};
};

[[nodiscard]] std::span<const field<settings>> settings_fields();
[[nodiscard]] std::span<const field<pbx_settings>> pbx_fields();

} // namespace ringmaster::config
