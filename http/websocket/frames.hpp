// SPDX-License-Identifier: Apache-2.0
/// WebSocket frames (RFC 6455): their numbers, and a server's frames as bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::websocket {

/// Section 5.2. From `close` on they are control frames.
enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Section 7.4.1: those that the daemon sends or has to know of.
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  not_understood = 1003, ///< a kind of message that the endpoint does not take
  none = 1005,           ///< never sent: a close without a code
  not_utf8 = 1007,
  policy = 1008, ///< what the client may do has changed: its token is not good any more
  too_big = 1009,
};

/// Appends a whole message, or a control frame, as a server's frame (section 5.2): final and not masked. The
/// body of a control frame has at most 125 bytes.
inline void append_frame(std::string& to, opcode what, std::string_view body) {
  const auto length = body.size();
  const std::size_t wide = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  to += static_cast<char>(0x80 | static_cast<unsigned>(what));
  to += static_cast<char>(wide == 0 ? length : wide == 2 ? 126 : 127);
  for (std::size_t i = wide; i > 0; --i)
    to += static_cast<char>(length >> 8 * (i - 1));
  to += body;
}

/// `reason`: up to 123 bytes of UTF-8, for a person.
[[nodiscard]] inline std::string close_frame(close_code why, std::string_view reason = {}) {
  const auto code = static_cast<unsigned>(why);
  std::string body{static_cast<char>(code >> 8), static_cast<char>(code)};
  std::string frame;
  append_frame(frame, opcode::close, body.append(reason));
  return frame;
}

} // namespace ringmaster::websocket
