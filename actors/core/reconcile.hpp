/// After a login: our dialings that are not over, against the channels that live on that PBX.
///
/// - Its channel lives: the call is **adopted** and goes on from the channel's state.
/// - Its channel is gone: it ended while nobody listened. Its outcome is **unknown**; what was known of it
/// stands.
/// - It was begun durably, but no answer to its Originate is recorded, and it has no channel: **never seen**.
/// The
///   Originate may or may not have gone out, so that it counts as a try and is never sent again.
/// - It was begun after the list of channels was asked for: **undecided**, left alone.
///
/// Nobody is called twice because we fell over: the last two are over and not dialed again in the same try.
#pragma once

#include "protocol/outbound.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// A channel of the list (CoreShowChannels, Status).
struct live_channel {
  std::string unique_id;
  std::string name;
  std::int64_t state{0}; ///< 5 ringing, 6 up
};

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
  std::int64_t channel_state{0};
  std::string_view detail; ///< what to record; empty for adopted and undecided ones
};

struct reconciliation {
  std::vector<reconciled> dialings; ///< one for each open dialing, in their order
  std::vector<live_channel> strays; ///< channels whose unique id is a uuid but nobody's dialing: perhaps ours
                                    ///< from a lost database; never touched
};

/// `asked` is when the list of channels was asked for. O(dialings + channels).
[[nodiscard]] reconciliation reconcile(const std::vector<open_dialing>& dialings,
                                       const std::vector<live_channel>& channels, time_point asked);

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
