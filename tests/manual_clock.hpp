// SPDX-License-Identifier: Apache-2.0
/// Clocks that a test moves; what it sets is what everybody sees. From any thread.
#pragma once

#include "protocol/time.hpp"

#include <atomic>

namespace ringmaster {

/// Stands still.
class manual_clock final : public clock {
public:
  explicit manual_clock(time_point start) : moment_{start}, ahead_{duration{0}} {}

  [[nodiscard]] time_point now() const noexcept override { return moment_; }
  [[nodiscard]] time_point date() const noexcept override { return moment_.load() + ahead_.load(); }

  /// Time passes.
  void pass(duration by) { moment_ = moment_.load() + by; }
  /// Somebody sets the wall clock.
  void step_date(duration by) { ahead_ = ahead_.load() + by; }

private:
  std::atomic<time_point> moment_;
  std::atomic<duration> ahead_;
};

/// Its moments are the machine's, its wall clock is set by the test.
class stepped_clock final : public clock {
public:
  [[nodiscard]] time_point now() const noexcept override { return machine_clock().now(); }
  [[nodiscard]] time_point date() const noexcept override { return machine_clock().now() + ahead_.load(); }
  void step_date(duration by) { ahead_ = ahead_.load() + by; }

private:
  std::atomic<duration> ahead_{duration{0}};
};

} // namespace ringmaster
