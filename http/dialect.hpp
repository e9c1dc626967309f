// SPDX-License-Identifier: Apache-2.0
/// How a family of the API speaks: what its answers and refusals look like, where its callers put their token, how an id stands
/// in a path.
///
/// One operation may be served in any dialect: handlers say what was done and write a JSON value, and the dialect that their
/// context names puts that into the family's form. What the members of an object are called is no matter of the dialect's but
/// of the family's field tables.
///
/// Dialects have no state: any thread may call them, and they outlive the server. A family declares its own in a function that
/// returns a static object, as `call_manager()` (envelope.hpp) does.
#pragma once

#include "http/operation.hpp"
#include "http/server/handler.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"
#include "protocol/uuid.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::http {

class dialect : public refusal_form {
public:
  /// Part of the names that OpenAPI's components have in this dialect, such as "Extension"; empty for the product's own.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// The text of the token that `req` brings; empty: none. Here: `Authorization: Bearer …`, else the query's `token_parameter`.
  [[nodiscard]] virtual std::string_view token_of(const request& req) const noexcept;
  /// The query parameter that a token may come in, which every route takes; empty: none.
  [[nodiscard]] virtual std::string_view token_parameter() const noexcept { return {}; }

  /// The id that a segment of a path names; nothing when it is the id of nothing.
  [[nodiscard]] virtual std::optional<uuid> read_id(std::string_view segment) const { return parse_uuid(segment); }

  /// Whether forms of browsers are taken where JSON is.
  [[nodiscard]] virtual bool takes_forms() const noexcept { return false; }

  /// 204 means that an answer has no body, whatever there would be to show.
  [[nodiscard]] virtual unsigned status_of(outcome /*what*/) const noexcept { return 200; }

  /// What stands before and after the value of an answer; `end` begins with what follows a value.
  virtual void begin(std::string& /*out*/) const {}
  virtual void end(std::string& /*out*/, unsigned /*status*/, time_point /*now*/) const {}
  /// The body of an answer that has no value.
  virtual void nothing(std::string& /*out*/, unsigned /*status*/, time_point /*now*/) const {}
  /// What stands around the items of a list, which is a value; `next` says where the next page begins, empty at the end.
  virtual void begin_list(std::string& out) const { out.push_back('['); }
  virtual void end_list(std::string& out, std::string_view /*next*/) const { out.push_back(']'); }

  /// The same for the description of the API, as schemas in JSON. `value` is the schema of the value, empty for none.
  [[nodiscard]] virtual std::string answer_schema(std::string_view value) const { return std::string{value}; }
  [[nodiscard]] virtual std::string list_schema(std::string_view item) const;
  [[nodiscard]] virtual std::string refusal_schema() const = 0;
  /// Named schemas that those refer to as `#/components/schemas/NAME`.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> schemas() const { return {}; }

  /// An answer with the value that `append(std::string&)` writes.
  template <class Append>
  [[nodiscard]] response answer(outcome what, time_point now, Append&& append) const {
    const auto status = status_of(what);
    if (status == 204)
      return done(what, now);
    std::string out;
    out.reserve(1024);
    begin(out);
    append(out);
    end(out, status, now);
    return response{status, "application/json", std::move(out), {}, false};
  }
  /// An answer without a value.
  [[nodiscard]] response done(outcome what, time_point now) const;
};

/// The token of `Authorization: Bearer …`; empty when there is no such header.
[[nodiscard]] std::string_view bearer_token(const request& req) noexcept;

} // namespace ringmaster::http
