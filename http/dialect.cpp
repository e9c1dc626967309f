// SPDX-License-Identifier: Apache-2.0
#include "http/dialect.hpp"

#include "http/server/gate.hpp"

namespace ringmaster::http {

std::string_view bearer_token(const request& req) noexcept {
  constexpr std::string_view scheme{"bearer "};
  const auto header = req.header("authorization");
  if (header.size() > scheme.size() && same_text(header.substr(0, scheme.size()), scheme))
    return header.substr(scheme.size());
  return {};
}

std::string_view dialect::token_of(const request& req) const noexcept {
  const auto token = bearer_token(req);
  const auto parameter = token_parameter();
  return !token.empty() || parameter.empty() ? token : req.query_value(parameter).value_or(std::string_view{});
}

std::string dialect::list_schema(std::string_view item) const {
  return std::string{R"({"type":"array","items":)"}.append(item).append("}");
}

response dialect::done(outcome what, time_point now) const {
  const auto status = status_of(what);
  std::string out;
  nothing(out, status, now);
  return response{status, out.empty() ? "" : "application/json", std::move(out), {}, false};
}

} // namespace ringmaster::http
