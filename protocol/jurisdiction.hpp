// SPDX-License-Identifier: Apache-2.0
/// What a country asks of automatic dialers.
#pragma once

#include "protocol/time.hpp"

#include <cstdint>
#include <string_view>

namespace ringmaster {

struct jurisdiction {
  std::string_view name;
  double abandon_limit;     ///< share of live answers, 0 … 1; 0: not one
  std::int64_t window_days; ///< over which the limit holds
  duration grace;           ///< from the greeting to an agent
  duration min_ring;        ///< a call is not given up earlier
};

/// "US": at most 3 % of the calls that a person answers, over 30 days for one campaign (a shorter one as a
/// whole); an agent or a recorded message within 2 s of the completed greeting; no hanging up before 15 s or
/// four rings: 47 CFR 64.1200(a) and the safe harbour of the Telemarketing Sales Rule, 16 CFR 310.4(b)(4).
/// "UK": since Ofcom's statement on persistent misuse of 20 December 2016 (in force since 1 March 2017), none,
/// which is the careful reading of it; 2 s and 15 s are those of the policy before it. Values to start from:
/// who dials has the law in force looked up. Null for others; "own" is "US" as a start for values of one's own.
[[nodiscard]] const jurisdiction* find_jurisdiction(std::string_view name) noexcept;

} // namespace ringmaster
