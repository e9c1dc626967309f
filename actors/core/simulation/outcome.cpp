// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/outcome.hpp"

#include <algorithm>

namespace ringmaster::core::simulation {

outcome mean_of(const std::vector<outcome>& runs) {
  outcome m;
  if (runs.empty())
    return m;
  constexpr double outcome::*means[] = {&outcome::busy_share,      &outcome::talk_share,
                                        &outcome::abandoned_share, &outcome::wait_mean,
                                        &outcome::wait_p50,        &outcome::wait_p95,
                                        &outcome::wait_p99,        &outcome::dials_per_live_answer,
                                        &outcome::days_over_limit, &outcome::answers,
                                        &outcome::abandons,        &outcome::dials,
                                        &outcome::given_up,        &outcome::inbound_wait_mean};
  for (const auto& run : runs) {
    for (const auto member : means)
      m.*member += run.*member / static_cast<double>(runs.size());
    m.worst_campaign = std::max(m.worst_campaign, run.worst_campaign);
    m.least_share = std::min(m.least_share, run.least_share);
    m.worst_day = std::max(m.worst_day, run.worst_day);
    m.worst_window = std::max(m.worst_window, run.worst_window);
    m.worst_hour = std::max(m.worst_hour, run.worst_hour);
    m.largest_in_flight = std::max(m.largest_in_flight, run.largest_in_flight);
  }
  return m;
}

} // namespace ringmaster::core::simulation
