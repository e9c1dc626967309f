// SPDX-License-Identifier: Apache-2.0
/// One HTTP request as a plain value: everything a handler may ask for, nothing of the connection.
#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::auth {
struct principal; ///< who asks: nothing that the server looks at
}

namespace ringmaster::http {

enum class method : std::uint8_t {
  get,
  head,
  post,
  put,
  del, ///< DELETE
  options,
  patch,
  other, ///< a well-formed method that the product does not serve
};

[[nodiscard]] std::string_view to_string(method m) noexcept;
[[nodiscard]] method parse_method(std::string_view token) noexcept;

/// A `{name}` of a route's pattern and the path segment that it stands for.
struct path_param {
  std::string name;
  std::size_t segment{};
};

/// A request after its head (and, for a buffered route, its body) has been read.
///
/// Strings are decoded and valid UTF-8; they hold no NUL, CR or LF. A segment may hold a `/` that came as
/// `%2F`: the path is split first and decoded afterwards, so that it never changes the route.
struct request {
  http::method method{http::method::get};
  std::string target;                                     ///< as received, never decoded; for logs only without its query
  std::vector<std::string> segments;                      ///< "/ob/plans/x" → {"ob", "plans", "x"}
  bool trailing_slash{};                                  ///< "/agents/" asks for one agent, named in the body
  std::vector<std::pair<std::string, std::string>> query; ///< in order, repeats kept
  std::vector<std::pair<std::string, std::string>> headers; ///< those that handlers need; names in lower case
  std::string body;                                       ///< empty for a streamed route
  std::string peer;                                       ///< the client's address, without a port
  bool tls{};
  bool wants_upgrade{};                                   ///< to another protocol, e.g. WebSocket
  time_point arrived;                                     ///< when the head was complete
  std::span<const path_param> params;                     ///< of the matched route, which outlives the request
  std::shared_ptr<const auth::principal> caller;          ///< null on a route that needs no token
  std::shared_ptr<void> body_share;                       ///< what a long body has of the memory for bodies; goes with it

  /// The segment that `{name}` stands for; empty when the route has no such parameter.
  [[nodiscard]] std::string_view param(std::string_view name) const noexcept;
  /// The first query parameter of that name.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const noexcept;
  /// A header by its lower-case name; empty when it was not sent. Kept: host, authorization, content-type,
  /// accept, origin, user-agent, if-none-match.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Splits and decodes a target in origin form ("/a/b?c=d") into `segments`, `trailing_slash` and `query`.
/// Errors (`malformed`): a bad escape, a control character, text that is not UTF-8, a `.` or `..` segment.
[[nodiscard]] result<void> read_target(std::string_view target, request& into);

} // namespace ringmaster::http
