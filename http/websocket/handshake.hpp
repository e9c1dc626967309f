// SPDX-License-Identifier: Apache-2.0
/// The answer to a client that asks for a WebSocket (RFC 6455, section 4.2).
#pragma once

#include "http/server/upgrade.hpp"

#include <string>
#include <string_view>

namespace ringmaster::websocket {

struct handshake_answer {
  std::string bytes; ///< to be sent: 101, or what was wrong
  bool accepted{false};
};

/// `head`: the whole head of a request, which the gate has let through. No extension and no subprotocol is
/// ever chosen. `with`: the connection's executor; nothing is run on it. Beast decides and writes the answer.
[[nodiscard]] handshake_answer answer_handshake(std::string_view head, const http::plain_stream::executor_type& with);

} // namespace ringmaster::websocket
