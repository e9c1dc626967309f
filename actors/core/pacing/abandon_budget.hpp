/// Turns a limit on abandoned calls into a price: θ, the largest probability of finding no agent at which one
/// more call is still begun.
///
/// θ follows what happened, slowly, because a θ that moves about wastes agents' time: the share of abandoned
/// calls and the time that agents wait trade off along a curve that bends, so that half the time above and
/// half below is worse than always between. What steers is x = target · answers − abandons of the window, in
/// units of a reserve that grows as the square root of the abandons, which is how they fluctuate by
/// themselves:
///
/// - θ = base · e^(x / reserve), within bounds;
/// - base drifts in the direction of x over a few thousand answers, so that in the long run x is near
/// nothing;
/// - no call is begun at a risk when one more abandoned call would put the window, or the day, over its
/// limit.
///
/// Where there are so many agents that the limit on abandoned calls would let callers queue, the mean wait of
/// those served is bounded as well, by a θ of its own.
///
/// Pure, O(1).
#pragma once

#include "actors/core/pacing.hpp"

namespace ringmaster::core {

struct budget_tuning {
  double first{0.03};        ///< θ before anything is known
  double reserve{0.8};       ///< abandons: this times the root of the abandons expected …
  double least_reserve{3};   ///< … and this …
  double team_reserve{0.04}; ///< … and this for each agent, because large teams lose callers in bursts
  double headroom{0.35};     ///< reserves that are kept unused, so that the limit itself is seldom felt
  double steep{0.35};        ///< the factor falls by e within so many reserves when less is left than that
  double day_soft{3};        ///< abandons left of the day's below which θ falls
  double drift{0.25};        ///< of the base, as a part of what the factor does by itself
  double wait{0.45};         ///< s, mean wait of served callers at most
  double wait_gain{0.1};     ///< of its bound, per second, and per answer for each agent
};

class abandon_budget {
public:
  explicit abandon_budget(const pacing_options& options, const budget_tuning& tuning = {});
  void configure(const pacing_options& options);
  void tune(const budget_tuning& tuning) noexcept { tuning_ = tuning; }

  /// A live answer whose fate is known; `ledger` as it is with it.
  /// How many agents are logged in.
  void team(std::int64_t agents) noexcept { team_ = agents; }
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
