// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/resting.hpp"

#include <utility>

namespace ringmaster::core {

resting_pacing::resting_pacing(const pacing& of, time_point now)
    : pacing{of.options()}, believed_{of.view(now)}, answer_rate_{of.learned_answer_rate()} {
  ledger(of.ledger(), now);
}

pacing_decision resting_pacing::decide(time_point) { return {0, "there is nothing to dial", {}, {}}; }

pacing_view resting_pacing::view(time_point now) const {
  auto shown = pacing::view(now);
  auto seen = believed_;
  seen.agents = shown.agents;
  seen.calls = shown.calls;
  seen.in_flight_by_age = std::move(shown.in_flight_by_age);
  seen.ledger = shown.ledger;
  for (auto& one : seen.horizons) // of agents and calls that are there no more
    one.free_agents = one.answers = one.late = 0;
  return seen;
}

} // namespace ringmaster::core
