// SPDX-License-Identifier: Apache-2.0
/// Turns a limit on abandoned calls into a price: θ, the largest probability of finding no agent at which one
/// more call is still begun.
///
/// θ follows what happened, slowly, because a θ that moves about wastes agents' time: the share of abandoned
/// calls and the time that agents wait trade off along a curve that bends, so that half the time above and
/// half below is worse than always between. What steers is x, how many more calls may be abandoned now before
/// the window is over its limit, less a headroom, in units of a reserve that grows as the square root of the
/// abandons, which is how they fluctuate by themselves:
///
/// - θ = base · e^(x / reserve), within bounds;
/// - base drifts in the direction of x over a few thousand answers, so that in the long run x is near
/// nothing;
/// - near the limit of the window, or of the day, θ falls to next to nothing, and when one more abandoned
/// call would be over it, no call is begun at any risk. Such a stop is dear (half of the agents' time where
/// one call in ten is answered), which is why the headroom is as large as abandons fluctuate.
///
/// Where there are so many agents that the limit on abandoned calls would let callers queue, the mean wait of
/// those served is bounded as well, by a θ of its own.
///
/// Pure, O(1).
#pragma once

#include "actors/core/pacing.hpp"

namespace ringmaster::core {

struct budget_tuning {
  double fixed{0};           ///< θ always, whatever is abandoned; 0: steered. For measurements
  double first{0.025};       ///< θ before anything is known
  double reserve{0.6};       ///< abandons: this times the root of the abandons expected …
  double least_reserve{8};   ///< … and this …
  double team_reserve{0.04}; ///< … and this for each agent
  double headroom{1.5};      ///< abandons kept unused: this times the root of the reserve …
  double team_bursts{0.3};   ///< … which grows by this share for each agent, because larger teams lose
                             ///< callers in bursts …
  double burst_agents{50};   ///< … up to so many
  double soft{3}; ///< abandons that may still come, of the window's or the day's, below which θ falls …
  double softness{1.5};     ///< … with this power of them
  double team_margin{0.05}; ///< abandons not to be risked, for each agent
  double drift{0.25};       ///< of the base, as a part of what the factor does by itself
  double wait{0.45};        ///< s, mean wait of served callers at most
  double wait_gain{0.1};    ///< of its bound, per second, and per answer for each agent
};

class abandon_budget {
public:
  explicit abandon_budget(const pacing_options& options, const budget_tuning& tuning = {});
  void configure(const pacing_options& options);
  void tune(const budget_tuning& tuning) noexcept { tuning_ = tuning; }

  /// How many agents are logged in.
  void team(std::int64_t agents) noexcept { team_ = agents; }
  /// A live answer whose fate is known; `ledger` as it is with it.
  void answer(const abandon_ledger& ledger) noexcept;
  /// A caller was served after so many seconds.
  void waited(double seconds) noexcept;
  /// Before the budget's factor.
  [[nodiscard]] double base() const noexcept;
  void set_base(double theta) noexcept;
  [[nodiscard]] double factor(const abandon_ledger& ledger) const noexcept;
  [[nodiscard]] double theta(const abandon_ledger& ledger) const noexcept;
  [[nodiscard]] double target() const noexcept { return target_; }
  [[nodiscard]] double used(const abandon_ledger& ledger) const noexcept;
  [[nodiscard]] bool none_allowed() const noexcept { return limit_ <= 0; }

private:
  [[nodiscard]] double reserve(const abandon_ledger& ledger) const noexcept;
  [[nodiscard]] double unused(const abandon_ledger& ledger) const noexcept;
  double limit_{0.03}, daily_limit_{1}, target_{0.027};
  budget_tuning tuning_;
  std::int64_t team_{1};
  double log_theta_, log_wait_bound_;
};

} // namespace ringmaster::core
