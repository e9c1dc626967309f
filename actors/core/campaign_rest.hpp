// SPDX-License-Identifier: Apache-2.0
/// When a campaign looks again at how things stand.
///
/// Who dials looks ten times a second, since time itself changes what is right. A campaign *rests* when time alone changes nothing
/// before a moment that it knows: it has no calls, and is not to dial, or has nobody to dial or to talk. What ends that is told
/// (its record, its list, its queue; servers, the database and clocks by the engine's look), so that it looks by itself for
/// the sake of its figures alone.
///
/// Pure.
#pragma once

#include "protocol/time.hpp"

#include <cstdint>
#include <optional>

namespace ringmaster::core {

/// How long until the next look. Of who dials; of who rests while somebody listens to figures; and while nobody does.
inline constexpr duration look_while_dialing = std::chrono::milliseconds{100};
inline constexpr duration look_while_watched = std::chrono::seconds{1};
inline constexpr duration look_while_resting = std::chrono::seconds{10};

struct campaign_leisure {
  bool at_work{false};   ///< calls, leases or a change of its status are on their way
  bool may_begin{false}; ///< status, schedule, plan and database let it dial
  bool dry{false};       ///< nothing in its list can be dialed now; the list tells when that changes
  bool nobody{false};    ///< nobody is logged in who could talk, or no server is connected
  bool watched{false};   ///< somebody listens to figures
  /// Until something happens by itself that is known: an entry has cooled down, the schedule opens, a list is let go. Nothing: it
  /// does not.
  std::optional<duration> known{};
};

[[nodiscard]] constexpr bool rests(const campaign_leisure& of) noexcept {
  return !of.at_work && (!of.may_begin || of.dry || of.nobody);
}

/// Until the next look; nobody looks more often than who dials. Who rests looks at moments that are as far apart as that. There are
/// ten such rows, and `phase`, any number of the campaign's own, says which is his: thousands do not look at once, nor each at a moment
/// of his own, since to wake a thread costs as much as a look.
[[nodiscard]] duration next_look(const campaign_leisure& of, std::uint64_t phase, time_point now) noexcept;

} // namespace ringmaster::core
