// SPDX-License-Identifier: Apache-2.0
/// What is live as JSON: the one shape that REST answers, events and snapshots share.
#pragma once

#include "actors/live_state.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

class json_writer;

/// The figures of a campaign, as `GET /ob/campaigns/<uuid>/stats` has them. `status` is the durable one.
void append_stats(std::string& out, const live_campaign& live, std::int64_t status);

/// What an open circuit breaker keeps calls from, as the stats of a campaign and `GET /health` have it.
void append_resting(json_writer& w, const core::resting& one);

/// An Asterisk server and what rests on it, as `GET /health` and the live events have it. `live` is null before its actor
/// has spoken.
void append_server(json_writer& w, std::string_view name, const live_pbx* live, const std::vector<core::resting>& rests);

/// What the campaign did during the last hour, as `GET /ob/campaigns/<uuid>/history` has it: a list a column.
void append_history(std::string& out, const live_campaign& live);

/// Abandoned calls of the window over those that its limit allows; 1 where none is allowed and one was abandoned.
[[nodiscard]] double abandon_limit_used(const live_pacing& p) noexcept;

/// A call that is up: what changes while it is. `GET /ob/dialings/<uuid>` has the rest.
void append_live_dialing(std::string& out, const live_dialing& live);

} // namespace ringmaster
