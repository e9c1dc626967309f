// SPDX-License-Identifier: Apache-2.0
/// Each group of paths of the telephone system; `add_routes` lays them all.
#pragma once

#include "http/api/context.hpp"
#include "http/router.hpp"

namespace ringmaster::telephone {

[[nodiscard]] result<void> add_core(http::router& r, const api::context& c);
[[nodiscard]] result<void> add_park(http::router& r, const api::context& c);
[[nodiscard]] result<void> add_peers(http::router& r, const api::context& c);
[[nodiscard]] result<void> add_pjsip(http::router& r, const api::context& c);
[[nodiscard]] result<void> add_queue(http::router& r, const api::context& c);

} // namespace ringmaster::telephone
