// SPDX-License-Identifier: Apache-2.0
/// What a request's body says, whatever it came as: a JSON object, or, where the dialect takes them, a form.
#pragma once

#include "http/api/context.hpp"
#include "protocol/fields.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::api {

/// Cheap to copy: copies share what was read.
class input {
public:
  /// A body that begins with `{` is JSON whatever its Content-Type says: curl calls everything a form that it is not told of.
  /// `malformed`, and `unsupported_media` for a file in a form, which only an operation that takes files can read.
  [[nodiscard]] static result<input> of(const context& c, const http::request& req, empty_body without = empty_body::refused);

  /// A copy of `before` in which the body's members are set, with every check of the table.
  template <class T, class Table>
  [[nodiscard]] result<T> merge(const T& before, const Table& table) const {
    return json_ ? merge_json(before, json_->root, table) : merge_form(before, *form_, table);
  }

  /// The value of `name` when it is a number and the body has no other member.
  [[nodiscard]] std::optional<std::int64_t> only(std::string_view name) const;

private:
  std::shared_ptr<const json_body> json_;
  std::shared_ptr<const std::vector<std::pair<std::string, std::string>>> form_; ///< exactly one of the two
};

} // namespace ringmaster::api
