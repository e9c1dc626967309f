// SPDX-License-Identifier: Apache-2.0
/// What one client may ask of the server, and what all of them together may make it hold.
#pragma once

#include <chrono>
#include <cstddef>

namespace ringmaster::http {

/// The head of a request: everything up to the empty line.
struct head_limits {
  std::size_t bytes{16 * 1024};
  std::size_t fields{100};
  std::size_t target{8 * 1024};
};

struct server_limits {
  head_limits head{};
  std::size_t body{8 * 1024 * 1024};                 ///< of a buffered request; more is 413
  std::size_t open_body{4 * 1024};                   ///< the same on routes that need no token
  std::size_t bodies{256 * 1024 * 1024};             ///< bytes of all buffered bodies together; more is 503
  std::chrono::milliseconds head_time{10'000};       ///< from a request's first byte (or the connection's begin)
  std::chrono::milliseconds body_time{30'000};       ///< grace of a body, beyond `body_rate`
  std::size_t body_rate{1024};                       ///< bytes per second that a body must keep up, on average
  std::chrono::milliseconds body_time_most{120'000}; ///< for a whole buffered body, however fast it comes
  std::chrono::milliseconds write_time{30'000};      ///< without any progress of a response
  std::chrono::milliseconds idle_time{60'000};       ///< between requests
  std::chrono::milliseconds linger_time{1'000};      ///< reading on after a refusal, so that the client sees it
  std::size_t connections{4096};                     ///< at once; fewer where the process may not open as many
  std::size_t connections_per_address{1024};         ///< an IPv4 address, or an IPv6 network of 64 bits
  /// Connections on which no good token has come yet. For one more, that of the address with most of them goes
  /// that has been quiet longest: strangers cannot keep others out, and what they make the server hold is bounded.
  std::size_t strangers{512};
  std::size_t pipelined{64};                         ///< unanswered requests of one connection
  std::size_t unsent{1024 * 1024};                   ///< bytes; beyond it, no further request is read
  std::size_t unsent_to_strangers{8 * 1024};         ///< the same before a good token has come
};

} // namespace ringmaster::http
