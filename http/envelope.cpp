// SPDX-License-Identifier: Apache-2.0
#include "http/envelope.hpp"

#include "protocol/json.hpp"

#include <fmt/compile.h>

#include <iterator>

namespace ringmaster::http {

void begin_envelope(std::string& out) { out += R"({"api_ver": "0.1", "result": )"; }

void end_envelope(std::string& out, unsigned status, time_point now) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(, "statuscode": {}, "timestamp": ")"), status);
  append_timestamp(out, now);
  out += R"("})";
}

response success(time_point now) {
  std::string body{R"({"api_ver": "0.1")"};
  end_envelope(body, 200, now);
  return response{200, "application/json", std::move(body), {}, false};
}

response success(std::string_view result_json, time_point now) {
  std::string body;
  body.reserve(result_json.size() + 96);
  begin_envelope(body);
  body += result_json;
  end_envelope(body, 200, now);
  return response{200, "application/json", std::move(body), {}, false};
}

response failure(const error& e, time_point now) { return failure(e, now, http_status(e.code)); }

response failure(const error& e, time_point now, unsigned status) {
  std::string body;
  fmt::format_to(std::back_inserter(body), R"({{"api_ver": "0.1", "error": {{"code": {}, "message": )", status);
  append_json_string(body, e.message);
  if (!e.field.empty()) {
    body += R"(, "field": )";
    append_json_string(body, e.field);
  }
  body += '}';
  end_envelope(body, status, now);
  response r{status, "application/json", std::move(body), {}, false};
  if (e.code == errc::unauthorized)
    r.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="ringmaster")");
  return r;
}

} // namespace ringmaster::http
