/// One live call of ours: the actor around core/call.hpp. It begins with the durable intent, follows the call
/// through the messages that the pbx routes to it, tells its campaign what happens, and ends when the end of
/// the call is on disk.
///
/// An answer is written down when it comes (so that nobody who answered is called again after a crash), the
/// end when it comes; a disk that refuses is tried again each second, and meanwhile the call counts as live.
///
/// Messages: `message_batch`, `originate_written`, `channel_presence`, `connection_lost`, `call_deadline`,
/// `hang_up_call`, `redirect_call`; `write_end_again` to itself.
#pragma once

#include "actors/core/call.hpp"
#include "actors/messages.hpp"
#include "actors/shared.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>

namespace ringmaster {

struct channel_options {
  std::shared_ptr<const dialing> record;
  caf::actor campaign;
  bool adopted{false}; ///< it was up before this process began
};

struct channel_actor_state {
  static constexpr const char* name = "channel";
  std::shared_ptr<live_call> call; ///< shared with readers
  caf::actor campaign, pbx;
  time_point told_deadline{}; ///< that the campaign knows
  bool answer_kept{false};
};

caf::behavior channel_actor(caf::stateful_actor<channel_actor_state>* self, const channel_options& options,
                            engine_shared* shared);

} // namespace ringmaster
