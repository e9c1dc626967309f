/// A discrete-event call centre that drives a pacing method through the same interface as the daemon: it
/// tells the method what happens to calls and agents, begins the calls that the method asks for and hangs up those
/// that it gives up.
///
/// Pure: simulated time, seeded random numbers, no threads. About 2 million events a second. `advance`
/// simulates a stretch of time and returns, so that a long run can report how far it is and be given up.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace ringmaster::core::simulation {

/// What came of a run, or of many (means over them). Shares 0 … 1, times in seconds.
struct outcome {
  double busy_share{0}; ///< of logged-in time (breaks not counted) in talk and wrap-up
  double talk_share{0};
  double abandoned_share{0};                                  ///< of live answers
  double wait_mean{0}, wait_p50{0}, wait_p95{0}, wait_p99{0}; ///< of served callers
  double dials_per_live_answer{0};
  double days_over_limit{0}; ///< days with more than 1.2 times the limit
  double worst_day{0};       ///< largest share of a day
  double worst_window{0};    ///< … of the limit's window (30 days) that ends with any day
  double worst_hour{0};      ///< of hours with at least 50 live answers
  double answers{0}, abandons{0}, dials{0};
  double given_up{0}; ///< ringing calls hung up, of `dials`
  double largest_in_flight{0};
  double worst_campaign{0}; ///< largest abandoned share of a campaign
  double least_share{1};    ///< of the calls begun, that of the campaign with fewest, times the number of campaigns
  double inbound_wait_mean{0};
};

/// A minute of a run, for pictures.
struct minute {
  double at{0};                                     ///< s
  double busy{0}, free{0}, agents{0}, in_flight{0}; ///< means of the minute
  double answers{0}, abandons{0};
  double rate{0}; ///< the true answer rate at its end
};

class call_centre {
public:
  /// `method` is driven and must outlive this.
  call_centre(const scenario& what, pacing& method, std::uint64_t seed);
  /// As many methods as the scenario has campaigns; they share the agents by an `agent_ledger`, as in the daemon.
  call_centre(const scenario& what, const std::vector<pacing*>& methods, std::uint64_t seed);
  ~call_centre();
  call_centre(const call_centre&) = delete;
  call_centre& operator=(const call_centre&) = delete;

  /// Simulates at most `seconds` more; false when the scenario's hours are over.
  bool advance(double seconds);
  /// From 0 to 1.
  [[nodiscard]] double progress() const noexcept;
  [[nodiscard]] outcome result() const;
  [[nodiscard]] const std::vector<minute>& minutes() const noexcept;
  void keep_minutes();

private:
  class work;
  std::unique_ptr<work> work_;
};

/// One run to its end.
[[nodiscard]] outcome simulate(const scenario& what, pacing& method, std::uint64_t seed);
[[nodiscard]] outcome simulate(const scenario& what, const std::vector<pacing*>& methods, std::uint64_t seed);

/// The means over runs; the worst day and hour are the worst of all.
[[nodiscard]] outcome mean_of(const std::vector<outcome>& runs);

} // namespace ringmaster::core::simulation
