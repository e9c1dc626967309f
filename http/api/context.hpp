// SPDX-License-Identifier: Apache-2.0
/// What every handler works with, whatever family of the API it is of, and the pieces that all of them share.
///
/// Handlers run on a session's thread: they read with a read transaction of their own, and hand writes to the
/// engine, whose callbacks answer from the engine's thread.
#pragma once

#include "actors/engine.hpp"
#include "http/envelope.hpp"
#include "http/server/handler.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ringmaster::api {

/// A reference to the engine and a clock; copied into handlers. The engine outlives the server.
struct context {
  ringmaster::engine* engine{};
  time_point (*now)(){wall_clock_now};

  [[nodiscard]] result<storage::read_txn> read() const { return engine->database().read(); }
};

/// A request's body, read. The element points into the parser.
struct json_body {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

/// Whether a request may come without a body, which then reads as `{}`.
enum class empty_body { refused, taken };
/// A JSON object. Error: `malformed`.
[[nodiscard]] result<std::shared_ptr<const json_body>> read_body(std::string_view text,
                                                                 empty_body without = empty_body::refused);

/// The `{uuid}` of the path; `not_found` when it is no uuid, because nothing can have that id.
[[nodiscard]] result<uuid> path_id(const http::request& req, std::string_view what);

[[nodiscard]] inline http::response refuse(const context& c, const error& e) { return http::failure(e, c.now()); }

/// An envelope whose result `append(std::string&)` writes in place.
template <class Append>
[[nodiscard]] http::response answer(const context& c, Append&& append) {
  std::string out;
  out.reserve(1024);
  http::begin_envelope(out);
  append(out);
  http::end_envelope(out, 200, c.now());
  return http::response{200, "application/json", std::move(out), {}, false};
}

} // namespace ringmaster::api
