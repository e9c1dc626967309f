// SPDX-License-Identifier: Apache-2.0
/// Everything under /ob, with the aliases that the tutorials use.
#pragma once

#include "http/outbound/context.hpp"
#include "http/router.hpp"

namespace ringmaster::outbound {

/// /plans for /ob/plans and so on, and /ob/campaign/… for a single campaign, as the reference's text has it in
/// places. Before the routes, and before other aliases that are to combine with these.
void add_aliases(http::router& r);

/// /ob/plans, /ob/destinations, /ob/dlmas, /ob/dls, /ob/dialings and /ob/campaigns.
[[nodiscard]] result<void> add_routes(http::router& r, const context& c);

} // namespace ringmaster::outbound
