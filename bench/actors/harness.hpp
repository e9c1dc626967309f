// SPDX-License-Identifier: Apache-2.0
/// The part of the engine that events go through, alone: the real connection, parser, pbx, channel and queue
/// actors. The disk is left out: a store that says at once that all is written, and a campaign that counts.
#pragma once

#include "actors/shared.hpp"
#include "bench/actors/stream_server.hpp"
#include "protocol/ami/parallel_parser.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace ringmaster::bench {

struct harness_counts {
  std::atomic<std::uint64_t> milestones{0}; ///< messages from channels about their calls
  std::atomic<std::uint64_t> ended{0};      ///< calls whose end the campaign has heard of
};

class harness {
public:
  /// Connects to a server of its own and waits until it is ready. Threads as the daemon's defaults.
  harness();
  ~harness();
  harness(const harness&) = delete;
  harness& operator=(const harness&) = delete;

  /// Spawns a channel actor for each call and lets the pbx follow it; returns when all calls are "sent".
  void begin(std::span<const uuid> calls);

  [[nodiscard]] stream_server& server() noexcept { return server_; }
  [[nodiscard]] live_state& live() noexcept { return shared_.live; }
  [[nodiscard]] harness_counts& counts() noexcept { return counts_; }
  [[nodiscard]] channel_handle channel(const uuid& call) const;
  /// A queue actor beside the pbx's own.
  [[nodiscard]] queue_handle spawn_queue(const std::string& name);

  /// Waits, asleep, until `reached()`; throws after 60 s without it.
  template <class Condition>
  static void wait_for(Condition&& reached);

private:
  [[noreturn]] static void too_slow();
  static void nap();
  static double seconds();

  stream_server server_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread io_thread_;
  ami::parser_pool parsers_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  engine_shared shared_;
  harness_counts counts_;
  campaign_handle campaign_;
};

template <class Condition>
void harness::wait_for(Condition&& reached) {
  for (const auto begin = seconds(); !reached(); nap())
    if (seconds() - begin > 60)
      too_slow();
}

/// CPU seconds of this process without those of the calling thread, which feeds it.
[[nodiscard]] double cpu_without_me();
/// CPU seconds of this process.
[[nodiscard]] double cpu_of_all();

} // namespace ringmaster::bench
