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

/// A reference to the engine, a clock, and what its callers are spoken to in, which is the dialect of the paths that the
/// handlers answer at (`router::speak`); copied into handlers. The engine outlives the server.
struct context {
  ringmaster::engine* engine{};
  time_point (*now)(){wall_clock_now};
  const http::dialect* speaks{&http::call_manager()};

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

/// The `{uuid}` of the path; `not_found` when it is no id, because nothing can have it.
[[nodiscard]] result<uuid> path_id(const context& c, const http::request& req, std::string_view what);

[[nodiscard]] inline http::response refuse(const context& c, const error& e) { return c.speaks->refusal(e, c.now()); }

/// An answer whose value `append(std::string&)` writes in place.
template <class Append>
[[nodiscard]] http::response answer(const context& c, Append&& append, http::outcome what = http::outcome::shown) {
  return c.speaks->answer(what, c.now(), append);
}
/// An answer without a value.
[[nodiscard]] inline http::response done(const context& c, http::outcome what = http::outcome::acted) {
  return c.speaks->done(what, c.now());
}

} // namespace ringmaster::api
