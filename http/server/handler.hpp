// SPDX-License-Identifier: Apache-2.0
/// How the server and the code that answers requests meet.
///
/// The session calls handlers inline on its own thread; they must not block. An answer may come at once or
/// later, from any thread. Answers leave in the order of their requests whatever order they come in.
#pragma once

#include "http/server/request.hpp"
#include "http/server/response.hpp"
#include "http/server/status.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace ringmaster::http {

/// The session's side of a responder.
class reply_target {
public:
  virtual ~reply_target() = default;
  /// Called once at most, on any thread.
  virtual void answer(response r) = 0;
  /// True when the client has gone: an answer would reach nobody.
  [[nodiscard]] virtual bool abandoned() const noexcept = 0;
};

/// The right to answer one request. Copies share it; the first call answers, later ones do nothing. When
/// the last copy goes without an answer, the client gets a 500 and the server's fault log a line.
/// Any thread; about the cost of one post to the session's thread, less on that thread itself.
class responder {
public:
  responder() = default;
  explicit responder(std::shared_ptr<reply_target> to) noexcept : to_{std::move(to)} {}

  void operator()(response r) const {
    if (to_)
      to_->answer(std::move(r));
  }
  [[nodiscard]] bool abandoned() const noexcept { return !to_ || to_->abandoned(); }

private:
  std::shared_ptr<reply_target> to_;
};

/// Answers a request whose body has been read whole.
using handler = std::function<void(request, responder)>;

/// Takes the body of a request piece by piece, so that it may be of any size.
///
/// All three are called on the session's thread and never overlap; exactly one of `on_end` and `on_abort`
/// comes last. An answer given before the end stops the reading and closes the connection after it.
class body_sink {
public:
  /// Asks for the next piece; any thread, once. Nothing is read from the client before that.
  using resume = std::function<void()>;

  virtual ~body_sink() = default;
  /// `data` is valid during the call alone.
  virtual void on_chunk(std::string_view data, resume more) = 0;
  virtual void on_end() = 0;
  /// The client has gone, was too slow, or broke the framing.
  virtual void on_abort(const error& why) = 0;
};

/// Begins a streamed request (its `body` is empty). A null sink refuses the body; answer first.
using stream_handler = std::function<std::shared_ptr<body_sink>(request, responder)>;

/// A connection that leaves HTTP; see `http/server/upgrade.hpp`.
struct upgraded_connection;
using upgrade_handler = std::function<void(request, upgraded_connection)>;

/// How an error looks. No state; any thread.
class refusal_form {
public:
  virtual ~refusal_form() = default;
  [[nodiscard]] virtual response refusal(const error& why, time_point now, unsigned status) const = 0;
  [[nodiscard]] response refusal(const error& why, time_point now) const { return refusal(why, now, http_status(why.code)); }
};

/// Where a request goes. Exactly one of the three handlers is set.
struct endpoint {
  handler on_request{};
  stream_handler on_stream{};
  upgrade_handler on_upgrade{};
  std::size_t max_body{}; ///< bytes; 0 takes the server's limit for buffered bodies; streams have none
  bool open{};            ///< needs no token: a body may be tiny alone
  const refusal_form* form{}; ///< of errors that are not the handler's; null: the dispatcher's
};

/// What to do with a request after its head and before its body.
struct intake {
  const endpoint* to{};              ///< outlives the request
  std::optional<response> refusal{}; ///< sent at once when set; the body is not read
};

/// Decides where requests go: the router, or a test. Called on every session's thread at once.
class dispatcher : public refusal_form { // which gives the form of an error whose endpoint is not known
public:
  /// May fill `params` and `caller` of the request.
  [[nodiscard]] virtual intake begin(request& req) const = 0;
};

} // namespace ringmaster::http
