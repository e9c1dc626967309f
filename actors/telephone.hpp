// SPDX-License-Identifier: Apache-2.0
/// Everything that one Asterisk server has, as it is now: channels, queues, parked calls and the rest, folded from what
/// the server says (core/telephone/telephone.hpp), shown to readers in tables, told to whoever listens.
///
/// It gets every block of its server from the pbx actor, one message a block, and runs on a thread of its own, so that
/// neither listings of thousands of objects nor making events hold up the calls. It never writes to the server itself:
/// questions go through the pbx actor.
///
/// Messages: `telephone_block`, `telephone_connected`, `telephone_lost`; `caf::tick_atom` to itself.
#pragma once

#include "actors/core/telephone/telephone.hpp"
#include "actors/messages.hpp"
#include "actors/shared.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <memory>

namespace ringmaster {

/// Bytes of blocks that wait to be folded.
using telephone_backlog = std::atomic<std::size_t>;

struct telephone_options {
  std::shared_ptr<core::telephone_tables> tables;
  std::shared_ptr<telephone_backlog> backlog;
  const clock* time{&machine_clock()};
};

class telephone_session;
struct telephone_state {
  static constexpr const char* name = "telephone";
  std::shared_ptr<telephone_session> session;
};

/// `shared` is asked which events are wanted, and may be null: then none is. `pbx` sends what is to be asked.
caf::behavior telephone_actor(caf::stateful_actor<telephone_state>* self, const telephone_options& options,
                              const pbx_handle& pbx, engine_shared* shared);

} // namespace ringmaster
