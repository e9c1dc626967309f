// SPDX-License-Identifier: Apache-2.0
#include "http/api/query.hpp"

#include <string>

namespace ringmaster::api {

result<bool> flag(const http::request& req, std::string_view name) {
  const auto value = req.query_value(name);
  if (!value || value->empty() || *value == "0")
    return false;
  if (*value == "1")
    return true;
  return invalid_field(name, std::string{name} + " must be 0 or 1");
}

result<std::optional<uuid>> id_parameter(const http::request& req, std::string_view name) {
  const auto value = req.query_value(name);
  if (!value || value->empty())
    return std::optional<uuid>{};
  if (const auto id = parse_uuid(*value))
    return std::optional<uuid>{*id};
  return invalid_field(name, std::string{name} + " must be a uuid");
}

} // namespace ringmaster::api
