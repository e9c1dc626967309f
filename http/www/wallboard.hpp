// SPDX-License-Identifier: Apache-2.0
/// GET /wallboard: a page for the browser, with its scripts below it, out of the program itself.
///
/// The page is open to everybody and shows nothing by itself: what it shows it asks for over REST and the WebSocket,
/// with the token of whoever has signed in.
#pragma once

#include "http/router.hpp"

namespace ringmaster::www {

[[nodiscard]] result<void> add_wallboard(http::router& r);

} // namespace ringmaster::www
