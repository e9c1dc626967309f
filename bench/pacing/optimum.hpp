// SPDX-License-Identifier: Apache-2.0
/// The best that any pacing can do in the memoryless model: service and time in flight exponential, no grace.
/// The state is then just (agents busy, calls in flight), and the policy that keeps most agents busy with at
/// most a given share of live answers abandoned is found exactly: a Markov decision process with a price on
/// abandoned calls, solved by relative value iteration, and the price found by bisection (Altman, Constrained
/// Markov Decision Processes, 1999). Where no single price hits the limit, the optimum mixes the two policies
/// next to it.
#pragma once

#include <vector>

namespace ringmaster::bench {

struct memoryless_model {
  int agents{20};
  double answer_rate{0.3}, service{150}, in_flight{20}, limit{0.03};
};

struct optimum {
  double busy_share{0}, abandoned_share{0};
  double price{0};                 ///< busy seconds per abandoned call
  std::vector<int> keep_in_flight; ///< by free agents 0 … N, of the policy just within the limit
};

[[nodiscard]] optimum solve(const memoryless_model& model);

/// What keeping so many calls in flight, by free agents 0 … N, comes to: exact shares, without a price.
[[nodiscard]] optimum evaluate(const memoryless_model& model, const std::vector<int>& keep_in_flight);

} // namespace ringmaster::bench
