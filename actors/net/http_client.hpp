// SPDX-License-Identifier: Apache-2.0
/// Requests that the daemon makes of others by HTTP, as webhooks are: whatever URL somebody has named, it is asked for as he meant
/// it, or not at all.
///
/// - `http` and `https` alone, no user in the URL, no redirects followed, no proxy of the environment, certificates checked.
/// - No address but those that the guard permits, looked at when the connection is made (`address_guard.hpp`).
/// - Bounded: time, bytes of an answer, requests at once. Headers and bodies are sent as they are given; a header that would be
///   another line is refused.
///
/// libcurl does the work, on one thread of the client's own. Connections are kept and used again.
#pragma once

#include "actors/net/address_guard.hpp"
#include "protocol/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::net {

struct http_call {
  std::string method{"POST"}; ///< GET, POST, PUT or DELETE
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::chrono::milliseconds patience{10'000}; ///< for all of it, name and connection included
  std::size_t most_answer{64 * 1024};         ///< bytes of the answer's body; what is beyond is not read
};

struct http_answer {
  unsigned status{};
  std::string body;
  bool cut{}; ///< there was more than `most_answer`
};

/// What of a URL can be judged without asking anybody. `invalid_field` ("url") says what is wrong; it never quotes more of the
/// URL than its host, since the rest may hold secrets.
[[nodiscard]] result<void> check_url(std::string_view url);

class http_client {
public:
  struct options {
    address_guard guard{};
    std::size_t at_once{64}; ///< requests; others wait
    std::size_t waiting{10'000};
    std::string certificates{}; ///< a PEM file of those that are trusted; empty: the system's
    std::string agent{"Ringmaster"};
  };

  explicit http_client(options with);
  /// Whoever waits is told so (`overloaded`).
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  using done = std::function<void(const result<http_answer>&)>;
  /// `told` comes once, on the client's thread, and must not block. Any thread. Errors: `invalid_field` (URL, header),
  /// `forbidden` for an address that is not permitted, `timed_out`, `overloaded`, `internal` for what libcurl says else; an
  /// answer is none of them, whatever its status.
  void send(http_call what, done told);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace ringmaster::net
