// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/query.hpp"

#include <charconv>
#include <string>

namespace ringmaster::outbound {

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

result<storage::page_request> page_parameters(const http::request& req, std::size_t default_count) {
  storage::page_request which{std::nullopt, default_count};
  if (const auto value = req.query_value("count")) {
    const auto* end = value->data() + value->size();
    const auto [stop, failed] = std::from_chars(value->data(), end, which.count);
    if (failed != std::errc{} || stop != end || which.count == 0 || which.count > most_items)
      return invalid_field("count", "count must be a number from 1 to " + std::to_string(most_items));
  }
  const auto token = id_parameter(req, "page_token");
  if (!token)
    return invalid_field("page_token", "page_token must be a next_page_token of this list");
  which.after = *token;
  return which;
}

} // namespace ringmaster::outbound
