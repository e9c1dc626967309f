// SPDX-License-Identifier: Apache-2.0
/// One actor per Asterisk server: connection, login, resync, the originate rate, and the routing of events.
///
///     idle ──connect──▶ greeting ──▶ challenge ──▶ login ──FullyBooted──▶ resync ──lists complete──▶ ready
///       ▲                  │             │           │                      │                          │
///       └──── back-off ◀───┴─────────────┴───────────┴──────────────────────┴──── closed or silent ────┘
///
/// Login answers the MD5 challenge (protocol/ami/login.hpp); refused logins back off to minutes. A ping goes out
/// every 10 s; 25 s without a byte count as a dead connection. Reconnects back off to 30 s, with jitter. After
/// FullyBooted the server's channels and queues are listed: calls of ours that are not among them are gone,
/// those that are go on (core/reconcile.hpp). Later the server is asked for its channels only while a call
/// is in doubt, and seldom: one list serves all. Queues are asked for when they are in doubt, after a reload, and one after
/// the other for ever (core/queue_listings.hpp); the telephone actor reads the same lists.
///
/// Originates wait here for a token of the server's rate and a free channel. Those that wait longer than ten
/// seconds, or when the connection breaks, were never sent, and their channels are told so.
///
/// Events are grouped by target: a channel or a queue gets one message for a whole block. Everything else
/// that a server says is counted and passed over. Every block goes, one message for all of it, to the server's
/// telephone actor as well (actors/telephone.hpp), which keeps up on a thread of its own; when it is too far behind,
/// blocks are left out, and it lists everything anew. The server is asked for the event classes system, call, agent,
/// agi and user, and for dialplan (VarSet and Newexten, half of what it sends) unless the configuration says otherwise.
///
/// Messages: `link_*`, `originate_batch`, `adopt_batch`, `hang_up_channel`, `forget_call`, `ask_presence`,
/// `queue_in_doubt`, `confirm_waiting`, `watch_queue`, `pbx_request`, `pbx_section`, `use_login`, `pbx_questions`; `caf::tick_atom` to itself.
#pragma once

#include "actors/live_state.hpp"
#include "actors/messages.hpp"
#include "actors/pbx_options.hpp"
#include "protocol/ami/parallel_parser.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>

namespace ringmaster {

namespace core {
class telephone_tables;
}
struct engine_shared;

/// What a pbx actor needs from outside; all of it outlives the actor.
struct pbx_environment {
  boost::asio::io_context* io{nullptr};
  ami::parser_pool* parsers{nullptr};
  live_state* live{nullptr};
  std::shared_ptr<core::telephone_tables> telephone{};
  engine_shared* shared{nullptr}; ///< for the telephone actor's events
  const clock* time{&machine_clock()};
};

class pbx_session;
struct pbx_state {
  static constexpr const char* name = "pbx";
  std::shared_ptr<pbx_session> session;
};

caf::behavior pbx_actor(caf::stateful_actor<pbx_state>* self, const pbx_options& options,
                        const pbx_environment& with);

} // namespace ringmaster
