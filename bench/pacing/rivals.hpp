// SPDX-License-Identifier: Apache-2.0
/// Other dialers' ways of pacing, re-implemented from their sources or descriptions behind the same
/// interface, so that they run in the same simulated call centres. See bench/pacing/README.md for what each
/// is.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace ringmaster::bench {

/// jade, hard-limit, tapered, average, erlang-b; null for others. `erlang-b` is told the truth about the
/// scenario; `highest_level` is VICIdial's "adapt maximum level", lines per agent.
[[nodiscard]] std::unique_ptr<core::pacing> make_rival(std::string_view name,
                                                       const core::pacing_options& options,
                                                       const core::simulation::scenario& scenario,
                                                       double highest_level = 3);
[[nodiscard]] std::vector<std::string_view> rival_names();

/// The load at which a share `blocked` of calls finds all of `agents` busy (Erlang's loss formula).
[[nodiscard]] double erlang_b_load(int agents, double blocked);

} // namespace ringmaster::bench
