// SPDX-License-Identifier: Apache-2.0
/// The marginal tail as it is described where its figures come from, to be measured beside ours: exact convolution of the
/// Bernoulli variables, three horizons at the 1/6, 1/2 and 5/6 quantiles of the time to a live answer, θ by dual ascent
/// with a factor for the budget. It is told the truth: answer rate and all distributions are the scenario's.
///
/// For scenarios whose answer rate and distributions stay as they are; a decision costs calls × agents.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <memory>

namespace ringmaster::bench {

[[nodiscard]] std::unique_ptr<core::pacing> make_reference(const core::pacing_options& options,
                                                           const core::simulation::scenario& truth);

} // namespace ringmaster::bench
