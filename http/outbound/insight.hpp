// SPDX-License-Identifier: Apache-2.0
/// What a campaign does now and why it does not do more:
/// GET /ob/campaigns/{uuid}/{stats,explain,pacing,history,agents}, GET /ob/dls/{uuid}/explain.
#pragma once

#include "http/outbound/context.hpp"
#include "http/router.hpp"

namespace ringmaster::outbound {

[[nodiscard]] result<void> add_insight(http::router& r, const context& c);

} // namespace ringmaster::outbound
