// SPDX-License-Identifier: Apache-2.0
/// One queue of one server: its members and callers as events tell them, published for everybody, told to the
/// ledger of agents, and the campaigns that wait for agents woken when that changes. When something that it believes is in doubt, its server is
/// asked for the queue, once until the list has come.
///
/// Messages: `message_batch` (the end of a listing that was to tell of it included), `caller_sent_away`, `watch_queue`; `queue_look` to itself.
#pragma once

#include "actors/agent_room.hpp"
#include "actors/core/queue_state.hpp"
#include "actors/live_state.hpp"
#include "actors/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringmaster {

struct queue_options {
  std::string pbx, queue;
  std::chrono::nanoseconds doubt_after{std::chrono::seconds{60}}; ///< see core/queue_state.hpp
  pbx_handle server{};                                            ///< the pbx actor that can list it
  const clock* time{&machine_clock()};
  agent_room* agents{nullptr};                                    ///< that its members are told to; outlives it
  std::size_t server_index{0};                                    ///< of its server there
};

struct queue_actor_state {
  static constexpr const char* name = "queue";
  std::optional<core::queue_state> queue;
  std::optional<core::availability> published;
  std::shared_ptr<const std::vector<core::agent_status>> members; ///< published with it
  std::shared_ptr<const std::vector<core::agent_identity>> who;   ///< likewise
  std::vector<woken_handle> watchers;
  std::optional<time_point> look_at; ///< when the pending `queue_look` comes
  std::uint64_t generation{0};       ///< of that one; others are stale
  pbx_handle server;                 ///< told of a doubt; may be nobody
  agent_room* agents{nullptr};       ///< as in the options
  core::agent_ledger::queue_index index{0}; ///< there
  bool doubt_told{false};            ///< and the list has not come yet
  const clock* time{nullptr};
};

caf::behavior queue_actor(caf::stateful_actor<queue_actor_state>* self, const queue_options& options,
                          live_state* live);

} // namespace ringmaster
