// SPDX-License-Identifier: Apache-2.0
/// What is measured in a simulated call centre while time passes: who works and who waits, answers and
/// abandoned ones by campaign, day and hour, and minutes for pictures.
///
/// Nothing counts towards the outcome before the warm-up is over, except in the days, hours and minutes.
///
/// Pure, not thread-safe. What is told is O(1), a ledger O(days of the window).
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/simulation/agent_floor.hpp"
#include "actors/core/simulation/outcome.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ringmaster::core::simulation {

class measures {
public:
  /// `what` must outlive this. Campaigns are numbered from 0.
  measures(const scenario& what, std::size_t campaigns);

  /// From the time it was last told until `to`, in ns, agents and calls were as they are now. True: another
  /// day has begun.
  bool pass(std::int64_t to, const agent_counts& agents, std::int64_t in_flight);

  /// A call; there are so many in flight with it.
  void begun(std::size_t campaign, std::int64_t in_flight);
  /// A ringing call was hung up.
  void given_up();
  /// A live answer has met its fate.
  void resolved(std::size_t campaign, bool abandoned);
  /// Somebody whom a campaign called has reached an agent after so many seconds.
  void served(double waited);
  /// The same of somebody who called.
  void inbound_served(double waited);

  /// The budget of a campaign, or of all, as of now.
  [[nodiscard]] abandon_ledger ledger(std::size_t campaign, std::int64_t window_days) const noexcept;
  [[nodiscard]] abandon_ledger ledger_of_all(std::int64_t window_days) const noexcept;

  /// `options` have the limit that days are held against, and the window.
  [[nodiscard]] outcome result(const pacing_options& options) const;
  void keep_minutes() noexcept { minutes_kept_ = true; }
  [[nodiscard]] const std::vector<minute>& minutes() const noexcept { return minutes_; }

private:
  struct campaign_counts {
    abandon_days days;
    std::int64_t answers{0}, abandons{0}, dials{0};
  };
  struct hour_counts {
    std::int64_t answers{0}, abandons{0};
  };
  [[nodiscard]] bool counted() const noexcept { return now_ >= warm_up_; }
  [[nodiscard]] double wait_quantile(double share) const;

  const scenario& what_;
  std::int64_t now_{0}, warm_up_, day_{0};
  double talk_time_{0}, wrap_time_{0}, agent_time_{0}, wait_sum_{0}, inbound_wait_{0};
  std::int64_t answers_{0}, abandons_{0}, dials_{0}, given_up_{0}, served_{0}, inbound_served_{0};
  std::int64_t largest_{0};
  std::vector<std::int64_t> waits_; ///< by hundredths of a second
  std::vector<campaign_counts> campaigns_;
  std::vector<hour_counts> hours_;
  bool minutes_kept_{false};
  minute current_;
  std::vector<minute> minutes_;
};

} // namespace ringmaster::core::simulation
