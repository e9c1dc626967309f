// SPDX-License-Identifier: Apache-2.0
/// From a message of the AMI to what the pure machines take.
#pragma once

#include "actors/core/call.hpp"
#include "actors/core/queue_state.hpp"

#include <optional>
#include <string_view>

namespace ringmaster::ami {
class message;
struct member_snapshot;
} // namespace ringmaster::ami

namespace ringmaster::core {

/// An event for the call whose unique id (or, for answers to its Originate, ActionID) is `call`. Texts are
/// views into the message's block. Whoever sends Originates uses the dialing's uuid as ActionID for nothing
/// else.
struct addressed_event {
  std::string_view call;
  call_event event;
};

/// Nothing when the message does not concern the life of a call. Answers ("Response: …") are taken for
/// answers to an Originate. A message about the second half of a Local channel is addressed by that half's
/// own unique id; of those its Newchannel and its Hangup alone say something of the call.
[[nodiscard]] std::optional<addressed_event> to_call_event(const ami::message& m);

[[nodiscard]] member_update to_member_update(const ami::member_snapshot& m) noexcept;

/// Tells `q` what a message with its name says, or the Hangup of a channel that it knows. False when it says nothing to a
/// queue. QueueStatusComplete has no queue: call `resync_end` on each. `date_ahead`: how far dates are ahead of moments now,
/// since the server tells the last call as a date.
bool apply(queue_state& q, const ami::message& m, time_point now, duration date_ahead = {});

} // namespace ringmaster::core
