// SPDX-License-Identifier: Apache-2.0
/// Calls that are up: GET /ob/dialings, GET and DELETE /ob/dialings/{uuid}. What is shown is the durable
/// record, with the newest of what its actor knows over it.
#pragma once

#include "http/outbound/context.hpp"
#include "http/router.hpp"

namespace ringmaster::outbound {

[[nodiscard]] result<void> add_dialings(http::router& r, const context& c);

} // namespace ringmaster::outbound
