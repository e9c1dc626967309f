// SPDX-License-Identifier: Apache-2.0
/// What is said over the WebSocket of a live client (`websocket::connection`): what it sends is a wish, what it gets are answers and
/// events.
///
///     → {"type": "subscribe", "topic": "/ob/campaigns", "snapshot": true, "from": 1847}   ("snapshot", "from": optional)
///     ← {"type": "subscribed", "topic": "/ob/campaigns", "seq": 1900}     with "from", and it is kept: "from" itself
///     ← {"type": "snapshot", "topic": …, "name": "ob.campaign", "seq": 1900, "items": [{…}, …]}   (one or more a family)
///     ← {"type": "complete", "topic": "/ob/campaigns", "seq": 1900}     the snapshot, or what was missed, has come
///     ← {"ob.campaign.update": {…}, "topic": "/ob/campaigns/<uuid>", "seq": 1901}
///     ← {"type": "resync", "topic": …, "seq": 1950, "reason": "…"}     events are missing; a snapshot follows if one was asked for
///     → {"type": "unsubscribe", "topic": "/ob/campaigns"}
///     ← {"type": "unsubscribed", "topic": "/ob/campaigns", "seq": 1950}
///     ← {"type": "error", "error": {"code": 400, "message": "…", "field": "topic"}, "seq": 1950}
///
/// Subscriptions are made one after the other; what is long goes out piece by piece (`piecewise`). A reader that is
/// too slow costs a bounded amount of memory: the events that wait for it are thrown away and replaced by a resync;
/// one that reads nothing for half a minute is let go. So is, with 1008, one whose token is good no more.
///
/// Everything runs on the connection's own thread.
#pragma once

#include "http/live/switchboard.hpp"
#include "http/server/request.hpp"
#include "http/server/upgrade.hpp"

#include <memory>

namespace ringmaster::live {

/// Takes the connection over, answers the upgrade, and lives as long as the connection does.
void open_socket(http::upgraded_connection from, const http::request& req, std::shared_ptr<switchboard> board);

} // namespace ringmaster::live
