// SPDX-License-Identifier: Apache-2.0
/// What came of simulated runs: figures of a whole run, and of its minutes.
#pragma once

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
  double least_share{
      1}; ///< of the calls begun, that of the campaign with fewest, times the number of campaigns
  double inbound_wait_mean{0};
};

/// A minute of a run, for pictures.
struct minute {
  double at{0};                                     ///< s
  double busy{0}, free{0}, agents{0}, in_flight{0}; ///< means of the minute
  double answers{0}, abandons{0};
  double rate{0}; ///< the true answer rate at its end
};

/// The means over runs; the worst day and hour are the worst of all.
[[nodiscard]] outcome mean_of(const std::vector<outcome>& runs);

} // namespace ringmaster::core::simulation
