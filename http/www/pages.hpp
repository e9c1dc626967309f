// SPDX-License-Identifier: Apache-2.0
/// GET /wallboard and GET /api: pages for the browser, each with its scripts below it, out of the program itself.
///
/// The pages are open to everybody. The wallboard shows nothing by itself: what it shows it asks for over REST and the
/// WebSocket, with the token of whoever has signed in. /api shows /openapi.json.
#pragma once

#include "http/router.hpp"

namespace ringmaster::www {

[[nodiscard]] result<void> add_pages(http::router& r);

} // namespace ringmaster::www
