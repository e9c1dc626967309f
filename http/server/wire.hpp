// SPDX-License-Identifier: Apache-2.0
/// Responses as bytes.
#pragma once

#include "http/server/response.hpp"

#include <string>
#include <string_view>

namespace ringmaster::http {

/// How a response goes out on this connection.
struct wire_form {
  bool http_1_1{true};
  bool keep_alive{true};
  bool head_only{};            ///< the answer to HEAD: the length of a body that is not sent
  std::string_view date_line;  ///< "Date: …\r\n"
  bool body_apart{};           ///< a shared body is sent by the caller, out of the memory where it lies
  std::string_view further{};  ///< whole header lines that go with every response, e.g. HSTS
};

/// Appends status line, headers and, unless it is streamed, the body. Headers of `r` that hold CR or LF are
/// left out. A response that says nothing of caches is not to be kept by one (`no-store`): what the API tells is of
/// people, and a browser's disk outlives the sign-in. A streamed body is announced as chunked, or as lasting to the end of the connection (HTTP/1.0).
void append_response(std::string& out, const response& r, const wire_form& form);

/// Appends one piece of a streamed body in chunked form; an empty piece ends the body.
void append_chunk(std::string& out, std::string_view piece);

} // namespace ringmaster::http
