// SPDX-License-Identifier: Apache-2.0
/// A fast AMI server that behaves like Asterisk 22: for `./run`, tests and benchmarks.
#pragma once

#include "bench/simulated_pbx/population.hpp"
#include "protocol/error.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace ringmaster::sim {

struct simulated_pbx_options {
  std::string address{"127.0.0.1"};
  std::uint16_t port{5038}; ///< 0: a free one
  std::string user{"dialer"};
  std::string secret{"secret"};
  population people{population::standard()};
  std::uint64_t seed{1};
  double time_scale{1};       ///< simulated seconds in a real one
  std::string log_file;       ///< empty: no log
  bool handle_signals{false}; ///< SIGINT and SIGTERM end `run`
};

/// What has happened so far; for benchmarks.
struct simulated_pbx_counters {
  std::uint64_t originates{0};
  std::uint64_t events{0};
  std::uint64_t bytes_sent{0};
  std::uint64_t live_calls{0};
};

/// The server. One thread runs it; it listens from `open` on, so that clients can connect before `run`.
class simulated_pbx {
public:
  /// Fails when the address is taken or wrong, or the log cannot be opened.
  [[nodiscard]] static result<std::unique_ptr<simulated_pbx>> open(simulated_pbx_options options);
  ~simulated_pbx();
  simulated_pbx(const simulated_pbx&) = delete;
  simulated_pbx& operator=(const simulated_pbx&) = delete;

  /// Serves until `stop`. Call once. Fails when the log can no longer be written: a judge that cannot
  /// write must not go on.
  result<void> run();
  /// From any thread.
  void stop();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// From any thread; each number by itself is exact a moment ago.
  [[nodiscard]] simulated_pbx_counters counters() const noexcept;

private:
  class server;
  explicit simulated_pbx(std::unique_ptr<server> s);
  std::unique_ptr<server> server_;
};

} // namespace ringmaster::sim
