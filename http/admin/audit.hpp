// SPDX-License-Identifier: Apache-2.0
/// GET /admin/audit: who changed what, oldest first; of one object with `object`, from a moment on with `since`. Needs the
/// permission for what the law asks to be kept. Nothing changes or deletes a record but its age (`database.audit_days`).
#pragma once

#include "http/api/context.hpp"
#include "http/router.hpp"

namespace ringmaster::admin {

[[nodiscard]] result<void> add_audit(http::router& r, const api::context& c);

} // namespace ringmaster::admin
