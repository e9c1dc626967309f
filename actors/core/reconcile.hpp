// SPDX-License-Identifier: Apache-2.0
/// After a login: our dialings that are not over, against the channels that live on that PBX.
///
/// - Its channel lives, or another one has taken its place (a Local channel that was optimised away, a transfer): the call
/// is **adopted**, and the lists say where it stands: whether it rings, waits in a queue (and since when), talks to an
/// agent or to somebody else, or is up for a reason that no list tells. Nobody is given up for the last: it is asked for
/// again where the lists were between two states, and events tell the rest.
/// - Its channel is gone: it ended while nobody listened. Its outcome is **unknown**; what was known of it
/// stands.
/// - It was begun durably, but no answer to its Originate is recorded, and it has no channel: **never seen**.
/// The
///   Originate may or may not have gone out, so that it counts as a try and is never sent again.
/// - It was begun after the list of channels was asked for: **undecided**, left alone.
///
/// Nobody is called twice because we fell over: the last two are over and not dialed again in the same try.
#pragma once

#include "actors/core/call.hpp"
#include "protocol/outbound.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// A channel of the list (CoreShowChannels).
struct live_channel {
  std::string unique_id;
  std::string name;
  std::int64_t state{0}; ///< 5 ringing, 6 up
  std::string linked_id{};   ///< the unique id of the call's first channel
  std::string application{}; ///< that it runs; of a leg that somebody dials AppDial, or AppQueue if a queue does
  std::string bridge{};      ///< that it is in; empty: none
  std::chrono::seconds lasted{0}; ///< since it was made
};

/// A caller of the list of queues (QueueEntry).
struct waiting_caller {
  std::string unique_id;
  std::string queue;
  std::chrono::seconds waited{0};
};

/// What a server says it has.
struct server_lists {
  std::vector<live_channel> channels;
  /// Nothing: the queues were not asked, so that nobody is known to wait.
  std::optional<std::vector<waiting_caller>> callers{};
};

/// `HH:MM:SS`, as CoreShowChannels gives how long a channel has lasted; zero for what is none.
[[nodiscard]] std::chrono::seconds channel_duration(std::string_view text) noexcept;

/// A dialing of that PBX that is not over.
struct open_dialing {
  uuid id;
  uuid other_channel_id; ///< nil unless Local
  dialing_status status{dialing_status::none};
  time_point begun;
};

enum class verdict : std::uint8_t { adopt, unknown, never_seen, undecided };

struct reconciled {
  uuid id;
  verdict what{verdict::undecided};
  std::string channel; ///< of an adopted one
  std::string moved_to; ///< the unique id of the channel that lives for it; empty: its own does
  std::int64_t channel_state{0};
  standing stands{standing::unknown};
  time_point since{}; ///< that it waits or talks
  std::string queue;  ///< in which it waits
  bool ask_again{false}; ///< it was between two states, of which events may have been missed
  std::string_view detail; ///< what to record; empty for adopted and undecided ones
};

struct reconciliation {
  std::vector<reconciled> dialings; ///< one for each open dialing, in their order
  std::vector<live_channel> strays; ///< channels whose unique id is a uuid but nobody's dialing: perhaps ours
                                    ///< from a lost database; never touched
};

/// `asked` is when the lists were asked for. O(dialings + channels + callers).
[[nodiscard]] reconciliation reconcile(const std::vector<open_dialing>& dialings, const server_lists& lists,
                                       time_point asked);

/// When to ask a server for a list because somebody doubts what it last said. Nobody in doubt: no listing. One
/// listing serves all who asked before it began; who asks while it is under way gets the next one, because it may
/// have passed what he asks for. Listings begin at least `apart` from each other, except when a doubt is urgent; one
/// that does not end within `patience` is given up and begun again.
///
///     want() ──► due() ──► began() ──► the list comes, or does not ──► ended()
class listing_schedule {
public:
  /// Listings are numbered from 1. 0: none.
  using number = std::uint64_t;

  constexpr listing_schedule(std::chrono::nanoseconds apart, std::chrono::nanoseconds patience) noexcept
      : apart_{apart}, patience_{patience} {}

  /// Somebody is in doubt. Gives the number of the listing that answers; a later one does so as well.
  number want(bool urgent = false) noexcept;
  /// Time to ask the server.
  [[nodiscard]] bool due(time_point now) const noexcept;
  void began(time_point now) noexcept;
  /// `complete`: the whole list was heard; otherwise whoever waited for it waits for the next one.
  void ended(bool complete) noexcept;
  /// The connection is gone, and with it the listing under way; doubts stay.
  void lost() noexcept { ended(false); }

  [[nodiscard]] bool under_way() const noexcept { return under_way_; }
  /// The listing that is under way, or else the last one.
  [[nodiscard]] number current() const noexcept { return current_; }
  /// Whether the current listing answers who was promised listing `promised`.
  [[nodiscard]] bool answers(number promised) const noexcept { return promised != 0 && promised <= current_; }

private:
  std::chrono::nanoseconds apart_, patience_;
  std::optional<time_point> began_;
  number current_{0};
  bool wanted_{false}, urgent_{false}, under_way_{false};
};

} // namespace ringmaster::core
