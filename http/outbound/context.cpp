#include "http/outbound/context.hpp"

#include <algorithm>

namespace ringmaster::outbound {

result<std::shared_ptr<const json_body>> read_body(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const bool empty = text.find_first_not_of(blanks) == std::string_view::npos;
  auto body = std::make_shared<json_body>();
  const auto read = empty ? body->parser.parse("{}", 2) : body->parser.parse(text.data(), text.size());
  if (const auto failed = read.get(body->root))
    return error{errc::malformed, std::string{"the body is not JSON: "} + simdjson::error_message(failed), {}};
  if (!body->root.is_object())
    return error{errc::malformed, "the body must be a JSON object", {}};
  return std::shared_ptr<const json_body>{std::move(body)};
}

result<uuid> path_id(const http::request& req, std::string_view what) {
  const auto text = req.param("uuid");
  if (const auto id = parse_uuid(text))
    return *id;
  return error{errc::not_found, std::string{"there is no "}.append(what).append(" \"").append(text).append("\""), {}};
}

} // namespace ringmaster::outbound
