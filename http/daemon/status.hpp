// SPDX-License-Identifier: Apache-2.0
/// GET /health (open to everybody, tells no secret) and GET /metrics (Prometheus; needs a token, which
/// Prometheus sends as a bearer).
#pragma once

#include "actors/engine.hpp"
#include "http/auth/login.hpp"
#include "http/metrics/registry.hpp"
#include "http/router.hpp"
#include "http/server/server.hpp"

namespace ringmaster::daemon {

/// The engine's and the database's values; they are read when the page is.
void add_engine_metrics(metrics::registry& to, engine& from);
/// The server's; it has to live as long as pages are asked for.
void add_server_metrics(metrics::registry& to, const http::server& from);

/// Sign-ins; `from` has to live as long as pages are asked for.
void add_login_metrics(metrics::registry& to, const auth::login& from);

[[nodiscard]] result<void> add_status(http::router& r, engine& about, const metrics::registry& page);

} // namespace ringmaster::daemon
