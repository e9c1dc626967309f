// SPDX-License-Identifier: Apache-2.0
/// A campaign's status and how it changes.
///
///                  ┌────────── start ───────────┐
///                  ▼                            │
///   stopped ─► starting ─► started ─► pausing ─► paused
///      ▲           └──────────┴── stop ──┴──────────┤
///      │                                            ▼
///      ├──────────── last call ended ────────── stopping
///      └──────────── last call ended ────── force-stopping ◄── 30, from any
///
/// Stopping and pausing let the calls in flight finish; force-stopping hangs them up. With no call in flight
/// they are passed in one step. A start takes a stopping or pausing campaign back, but not one that is being
/// force-stopped. A campaign whose list is done stops by itself when its plan says so (`dl_end_handle` 1),
/// and when it has stopped that way its `next_campaign` starts.
#pragma once

#include "actors/core/schedule.hpp"
#include "protocol/outbound.hpp"

#include <cstddef>
#include <optional>

namespace ringmaster::core {

struct campaign_state {
  campaign_status status{campaign_status::stopped};
  bool list_done{false}; ///< why it is stopping
  bool operator==(const campaign_state&) const = default;
};

/// What to do about a change of state.
struct campaign_step {
  campaign_state state;
  bool changed{false};     ///< record the new status
  bool prepare{false};     ///< load the dial list, then call `prepared`
  bool hang_up_all{false}; ///< hang up every call of the campaign
  bool start_next{false};  ///< start `next_campaign`, if it has one
};

/// A caller asks for `wanted`. Asking for the present status, or for what it is on the way to, changes
/// nothing. Errors: invalid_field for a status that cannot be asked for, illegal_state with the reason.
[[nodiscard]] result<campaign_step> request_status(campaign_state from, std::int64_t wanted,
                                                   std::size_t calls_in_flight);

/// The dial list is loaded.
[[nodiscard]] campaign_step prepared(campaign_state from) noexcept;

/// A call ended; `calls_in_flight` are left. Also to be asked after a restart, so that no campaign sticks.
[[nodiscard]] campaign_step calls_left(campaign_state from, std::size_t calls_in_flight) noexcept;

/// Every entry is done or exhausted and none is being dialed.
[[nodiscard]] campaign_step list_done(campaign_state from, std::int64_t dl_end_handle,
                                      std::size_t calls_in_flight) noexcept;

/// Agents would be given people who have not answered, and pacing would count them: no campaign can have both. Names the
/// plan's field.
[[nodiscard]] std::optional<error> early_media_for_agents(const plan& p, const destination& dest);

/// A start needs all of these: nullopt when `c` can start, else what is missing.
[[nodiscard]] std::optional<error> cannot_start(const campaign& c, const plan* p, const dlma* list,
                                                const destination* dest);

/// When the schedule starts a stopped campaign, or stops one that is started: at its first opening, or closing, after
/// `since`, when the campaign came to be as it is. So who stops a campaign by hand, or starts it outside its hours, is not
/// overruled until the schedule changes next. In the past: that is still to be done; an opening that was missed counts
/// only while it is still open, a closing while it is still closed. Nothing: never, or in no other status.
[[nodiscard]] std::optional<time_point> schedule_acts_at(const schedule& when, campaign_status status, time_point since,
                                                         time_point now);

/// May new calls begin in this status?
[[nodiscard]] constexpr bool may_dial(campaign_status s) noexcept {
  return s == campaign_status::started;
}

/// "started", "stopping" ….
[[nodiscard]] std::string_view status_name(campaign_status s) noexcept;

} // namespace ringmaster::core
