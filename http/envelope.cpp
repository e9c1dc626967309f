// SPDX-License-Identifier: Apache-2.0
#include "http/envelope.hpp"

#include "protocol/json.hpp"

#include <fmt/compile.h>

#include <iterator>

namespace ringmaster::http {
namespace {

class call_manager_dialect final : public dialect {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return {}; }
  [[nodiscard]] std::string_view token_parameter() const noexcept override { return "authtoken"; }

  void begin(std::string& out) const override { out += R"({"api_ver": "0.1", "result": )"; }
  void end(std::string& out, unsigned status, time_point now) const override {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(, "statuscode": {}, "timestamp": ")"), status);
    append_timestamp(out, now);
    out += R"("})";
  }
  void nothing(std::string& out, unsigned status, time_point now) const override {
    out += R"({"api_ver": "0.1")";
    end(out, status, now);
  }
  void begin_list(std::string& out) const override { out += R"({"list":[)"; }
  void end_list(std::string& out, std::string_view next) const override {
    out.push_back(']');
    if (!next.empty()) {
      out += R"(,"next_page_token":)";
      append_json_string(out, next);
    }
    out.push_back('}');
  }

  using refusal_form::refusal;
  [[nodiscard]] response refusal(const error& why, time_point now, unsigned status) const override {
    std::string body;
    fmt::format_to(std::back_inserter(body), R"({{"api_ver": "0.1", "error": {{"code": {}, "message": )", status);
    append_json_string(body, why.message);
    if (!why.field.empty()) {
      body += R"(, "field": )";
      append_json_string(body, why.field);
    }
    body += '}';
    end(body, status, now);
    response r{status, "application/json", std::move(body), {}, false};
    if (why.code == errc::unauthorized)
      r.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="ringmaster")");
    return r;
  }

  [[nodiscard]] std::string answer_schema(std::string_view value) const override {
    constexpr std::string_view envelope = R"({"$ref":"#/components/schemas/Envelope"})";
    if (value.empty())
      return std::string{envelope};
    return fmt::format(R"({{"allOf":[{},{{"type":"object","properties":{{"result":{}}},"required":["result"]}}]}})", envelope, value);
  }
  [[nodiscard]] std::string list_schema(std::string_view item) const override {
    return fmt::format(R"({{"type":"object","properties":{{"list":{{"type":"array","items":{}}},"next_page_token":{{"type":"string",)"
                       R"("description":"There is more: `page_token` of the next page."}}}},"required":["list"]}})",
                       item);
  }
  [[nodiscard]] std::string refusal_schema() const override {
    return R"({"allOf":[{"$ref":"#/components/schemas/Envelope"},{"type":"object","properties":{"error":{"type":"object",)"
           R"("properties":{"code":{"type":"integer"},"message":{"type":"string"},"field":{"type":"string"}},)"
           R"("required":["code","message"]}},"required":["error"]}]})";
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> schemas() const override {
    return {{"Envelope", R"({"type":"object","properties":{"api_ver":{"type":"string"},"statuscode":{"type":"integer"},)"
                         R"("timestamp":{"type":"string","format":"date-time"}},"required":["api_ver","statuscode","timestamp"]})"}};
  }
};

} // namespace

const dialect& call_manager() noexcept {
  static const call_manager_dialect it;
  return it;
}

} // namespace ringmaster::http
