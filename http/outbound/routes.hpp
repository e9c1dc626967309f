/// Everything under /ob, with the aliases that the tutorials use.
#pragma once

#include "http/outbound/context.hpp"
#include "http/router.hpp"

namespace ringmaster::outbound {

/// /ob/plans, /ob/destinations, /ob/dlmas, /ob/dls, /ob/dialings and /ob/campaigns; each also without /ob,
/// and a single campaign also under /ob/campaign, as the reference's text has it in places. `/v1` is the
/// caller's to add.
[[nodiscard]] result<void> add_routes(http::router& r, const context& c);

} // namespace ringmaster::outbound
