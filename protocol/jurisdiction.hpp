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

/// "US": 3 % over 30 days, 2 s, 15 s (47 CFR 64.1200(a)(6), (7); 16 CFR 310.4(b)(4)). "UK": no abandoned
/// calls, 2 s, 15 s (Ofcom's persistent misuse statement takes any abandoned call as misuse). Null for
/// others; "own" is "US" as a start for values of one's own.
[[nodiscard]] const jurisdiction* find_jurisdiction(std::string_view name) noexcept;

} // namespace ringmaster
