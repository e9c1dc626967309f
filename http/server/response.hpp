// SPDX-License-Identifier: Apache-2.0
/// One HTTP response as a plain value, whole or streamed.
#pragma once

#include "protocol/error.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ringmaster::http {

/// The body of a response that is made while it is sent, e.g. an export of millions of lines.
///
/// The session asks for a piece only when the one before it has gone out, so that a slow client holds up
/// nothing but its own source. Calls of `next` never overlap. The source is destroyed when the client has
/// gone, which may be between a call of `next` and its answer.
class body_source {
public:
  /// Takes the next piece, on any thread, at once or later, exactly once. An empty piece ends the body;
  /// an error cuts the connection, which is how a client learns that the body is not complete.
  using give = std::function<void(result<std::string>)>;

  virtual ~body_source() = default;
  /// Called on the session's thread; must not block.
  virtual void next(give to) = 0;
};

struct response {
  unsigned status{200};
  std::string content_type{"application/json"}; ///< no such header is sent when it is empty
  std::variant<std::string, std::shared_ptr<const std::string>, std::shared_ptr<body_source>> body{};
  std::vector<std::pair<std::string, std::string>> headers{}; ///< further headers; values without CR and LF
  bool close{};                                               ///< end the connection after this response
};

} // namespace ringmaster::http
