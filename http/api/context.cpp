// SPDX-License-Identifier: Apache-2.0
#include "http/api/context.hpp"

#include <algorithm>

namespace ringmaster::api {

namespace {

/// A number that fits nowhere makes the whole document unreadable for simdjson; the caller wants to know which.
error unreadable(std::string_view text, simdjson::error_code failed) {
  const error plain{errc::malformed, std::string{"the body is not JSON: "} + simdjson::error_message(failed), {}};
  if (failed != simdjson::NUMBER_ERROR)
    return plain;
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded{text};
  simdjson::ondemand::document whole;
  simdjson::ondemand::object members;
  if (parser.iterate(padded).get(whole) || whole.get_object().get(members))
    return plain;
  for (auto member : members) {
    std::string_view name;
    simdjson::ondemand::value value;
    simdjson::ondemand::json_type type;
    if (member.unescaped_key().get(name) || member.value().get(value) || value.type().get(type))
      return plain;
    std::int64_t whole_number = 0;
    double number = 0;
    if (type == simdjson::ondemand::json_type::number && value.get_int64().get(whole_number) && value.get_double().get(number))
      return invalid_field(name, std::string{name} + " is no number");
    if (type == simdjson::ondemand::json_type::number && (number >= 9.3e18 || number <= -9.3e18))
      return invalid_field(name, std::string{name} + " must be a number that fits in 64 bits");
  }
  return plain;
}

} // namespace

result<std::shared_ptr<const json_body>> read_body(std::string_view text, empty_body without) {
  constexpr std::string_view blanks = " \t\r\n";
  const bool empty = text.find_first_not_of(blanks) == std::string_view::npos;
  if (empty && without == empty_body::refused)
    return error{errc::malformed, "the request has no body; a JSON object is needed, {} for all defaults", {}};
  auto body = std::make_shared<json_body>();
  const auto read = empty ? body->parser.parse("{}", 2) : body->parser.parse(text.data(), text.size());
  if (const auto failed = read.get(body->root))
    return unreadable(text, failed);
  if (!body->root.is_object())
    return error{errc::malformed, "the body must be a JSON object", {}};
  return std::shared_ptr<const json_body>{std::move(body)};
}

result<uuid> path_id(const context& c, const http::request& req, std::string_view what) {
  const auto text = req.param("uuid");
  if (const auto id = c.speaks->read_id(text))
    return *id;
  return error{errc::not_found, std::string{"there is no "}.append(what).append(" \"").append(text).append("\""), {}};
}

} // namespace ringmaster::api
