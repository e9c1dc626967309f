// SPDX-License-Identifier: Apache-2.0
/// GET /ob/dls?dlma_uuid=…&format=csv: a whole dial list as CSV, made while it is sent. Each piece has a read
/// transaction of its own, so that a slow client holds no old pages of the database: entries that change
/// during the export appear as they are when their piece is read.
#pragma once

#include "http/outbound/context.hpp"

namespace ringmaster::outbound {

/// Errors: `invalid_field` without a `dlma_uuid`, `not_found` for an unknown one.
[[nodiscard]] http::response export_entries(const context& c, const http::request& req);

} // namespace ringmaster::outbound
