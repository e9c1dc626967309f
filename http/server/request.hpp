// SPDX-License-Identifier: Apache-2.0
/// One HTTP request as a plain value: everything a handler may ask for, nothing of the connection.
#pragma once

#include "http/server/header_fields.hpp"
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
/// Strings but the headers' are decoded and valid UTF-8; none holds NUL, CR or LF. A segment may hold a `/` that came as
/// `%2F`: the path is split first and decoded afterwards, so that it never changes the route.
struct request {
  http::method method{http::method::get};
  std::string target;                                     ///< as received, never decoded; for logs only without its query
  std::vector<std::string> segments;                      ///< "/ob/plans/x" → {"ob", "plans", "x"}
  bool trailing_slash{};                                  ///< "/agents/" asks for one agent, named in the body
  std::vector<std::pair<std::string, std::string>> query; ///< in order, repeats kept
  header_fields headers;                                  ///< all of them
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
  /// The first header of a name, which is in lower case; empty when it was not sent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return headers.find(name); }
};

/// Appends the pairs of `a=b&c=d`, decoded: of a query, or of a form, whose texts may have line breaks and tabs. Errors
/// (`malformed`): as of `read_target`, in words that complete "the text …".
enum class line_breaks : std::uint8_t { refused, taken };
[[nodiscard]] result<void> read_pairs(std::string_view text, line_breaks breaks, std::vector<std::pair<std::string, std::string>>& into);

/// Splits and decodes a target in origin form ("/a/b?c=d") into `segments`, `trailing_slash` and `query`.
/// Errors (`malformed`): a bad escape, a control character, text that is not UTF-8, a `.` or `..` segment.
[[nodiscard]] result<void> read_target(std::string_view target, request& into);

} // namespace ringmaster::http
