// SPDX-License-Identifier: Apache-2.0
/// The listener and its threads.
///
/// One `io_context` per thread; a connection lives on one of them for good, so that sessions need no locks.
/// One acceptor hands connections out in turn. A tick per thread looks after all time limits: a request
/// costs no timer.
#pragma once

#include "http/server/handler.hpp"
#include "http/server/limits.hpp"
#include "protocol/error.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ringmaster::http {

/// A certificate chain and its key, PEM files.
struct tls_files {
  std::string certificate;
  std::string key;
};

/// Whether a server could start with them: both can be read, are PEM and belong together.
[[nodiscard]] result<void> check_tls(const tls_files& files);

struct server_options {
  std::string address{"127.0.0.1"};
  std::uint16_t port{8081}; ///< 0 takes a free one
  std::optional<tls_files> tls{};
  unsigned threads{2};
  server_limits limits{};
  /// Told about faults of ours (an unanswered request, an exception of a handler); any thread, must not block.
  std::function<void(std::string_view)> on_fault{};
  /// With TLS: how long browsers are told to use nothing else for this host (HSTS, RFC 6797); 0 says nothing.
  std::chrono::seconds tls_only{std::chrono::hours{24 * 365}};
};

/// Counts since the start; read on any thread.
struct server_counters {
  std::atomic<std::uint64_t> accepted{};    ///< connections
  std::atomic<std::uint64_t> turned_away{}; ///< connections beyond the limit, of all or of one address
  std::atomic<std::uint64_t> strangers{};   ///< connections now on which no good token has come yet
  std::atomic<std::uint64_t> displaced{};   ///< of those, closed since there was one more than there may be
  std::atomic<std::uint64_t> open{};        ///< connections now
  std::atomic<std::uint64_t> requests{};
  std::atomic<std::uint64_t> refused{};     ///< by the gate or a limit
  std::atomic<std::uint64_t> timed_out{};   ///< connections
  std::atomic<std::uint64_t> bodies_refused{}; ///< since all bodies together would have been too much
  std::array<std::atomic<std::uint64_t>, 6> by_status_class{}; ///< [2] counts the 2xx
};

/// Serves until it is stopped. `start`, `stop` and the destructor belong to one thread; the rest is free.
class server {
public:
  /// Binds, listens and starts the threads. `to` outlives the server.
  /// Errors: `invalid_field` for an address, certificate or key that cannot be used; `internal` for a port.
  [[nodiscard]] static result<std::unique_ptr<server>> start(server_options options, const dispatcher& to);

  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] const server_counters& counters() const noexcept;
  /// Bytes of buffered bodies now.
  [[nodiscard]] std::size_t body_bytes() const noexcept;

  /// Stops accepting, closes idle connections, lets requests in flight be answered, cuts what is left after
  /// `grace`, and joins the threads. Waits; not to be called from a handler. Again: does nothing.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{3});

private:
  struct impl;
  explicit server(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

} // namespace ringmaster::http
