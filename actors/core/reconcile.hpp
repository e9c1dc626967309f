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

} // namespace ringmaster::core
