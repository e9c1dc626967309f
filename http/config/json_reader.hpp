// SPDX-License-Identifier: Apache-2.0
/// JSON text as a tree that remembers the line of everything, for messages about a configuration file.
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ringmaster::config {

struct json_node;

struct json_number {
  std::string text; ///< as written, so that no digit is lost
};

struct json_node {
  using list = std::vector<json_node>;
  using object = std::vector<std::pair<std::string, json_node>>; ///< in order, repeats kept
  std::variant<std::monostate, bool, json_number, std::string, list, object> value;
  std::size_t line{}; ///< from 1; of a member: where its key stands

  /// "a string", "a number", … for messages.
  [[nodiscard]] std::string_view kind() const noexcept;
};

/// Reads one JSON document. Errors begin with `name:line:`. Depth is bounded.
[[nodiscard]] result<json_node> read_json(std::string_view text, std::string_view name);

} // namespace ringmaster::config
