// SPDX-License-Identifier: Apache-2.0
/// The front: the actor through which the others reach everybody who is connected to the daemon. It is the
/// hub's outlet for WebSockets: frames and answers come to it and are posted to the server threads, each of
/// which hands them to its own sockets (`switchboard`). A direct actor, as the hub is: that happens on the
/// thread of whoever tells something.
///
/// Requests do not pass through it: a session reads snapshots and the database on its own thread, hands writes
/// to the store and questions to the actors concerned, whose callbacks post the answer back to its thread. A
/// mailbox between would only be a place to wait.
#pragma once

#include "actors/engine.hpp"
#include "http/live/socket.hpp"
#include "http/router.hpp"

#include <memory>

namespace ringmaster::live {

/// Owns the actor. Made before the server starts, ended before the engine.
class front {
public:
  explicit front(engine& source, socket_limits limits = {});
  ~front();
  front(const front&) = delete;
  front& operator=(const front&) = delete;

  /// GET /ws, and /: the upgrade, for everybody with a token; each topic asks for its permission. The sockets last no
  /// longer than the principal that the router's authenticator gave: it has to live while the token is good.
  [[nodiscard]] result<void> add_to(http::router& r);

  /// Tells all sockets that the daemon goes. Before the server stops.
  void close_all();
  /// Sockets now.
  [[nodiscard]] std::size_t sockets() const noexcept;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace ringmaster::live
