// SPDX-License-Identifier: Apache-2.0
/// The live telephone system over REST: /core, /queue, /park, /pjsip and so on, and the same below /admin.
#pragma once

#include "http/api/context.hpp"
#include "http/router.hpp"

namespace ringmaster::telephone {

/// Before any route is added.
void add_aliases(http::router& r);
[[nodiscard]] result<void> add_routes(http::router& r, const api::context& c);

} // namespace ringmaster::telephone
