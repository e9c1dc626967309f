// SPDX-License-Identifier: Apache-2.0
/// The least that a client takes for an Asterisk: greeting, login, empty listings, and then the bytes it is
/// given. The same server feeds our engine and the rivals.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

namespace ringmaster::bench {

class stream_server {
public:
  /// Listens on a free port of the loopback and serves one client after the other. Each Ping is answered, and
  /// followed by `on_ping`.
  explicit stream_server(std::string on_ping = {});
  ~stream_server();
  stream_server(const stream_server&) = delete;
  stream_server& operator=(const stream_server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Writes to the client that is there; blocks as the client's socket does. Any thread, one at a time.
  void send(std::string_view bytes);

private:
  void serve();
  void talk();
  void answer(std::string_view action);

  std::string on_ping_;
  int listener_{-1};
  std::uint16_t port_{0};
  std::atomic<int> client_{-1};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace ringmaster::bench
