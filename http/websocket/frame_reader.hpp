// SPDX-License-Identifier: Apache-2.0
/// What a client says in its WebSocket: bytes in, messages, control frames and violations out (RFC 6455,
/// sections 5 to 8). Pure: no socket, no clock. Beast's stream does the same, but holds 1.5 KB of every
/// connection to read into.
#pragma once

#include "http/websocket/frames.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::websocket {

struct heard_frame {
  enum class kind : std::uint8_t {
    text,   ///< a whole message, in however many fragments it came; `body` is UTF-8
    binary, ///< a whole message
    ping,   ///< `body` is what the pong has to carry
    pong,
    close,     ///< the client's; `code` is `none` when it gave none, `body` the reason
    violation, ///< the connection has to be ended with `code`
  };
  kind what{};
  std::string body;
  close_code code{};
};

/// One connection's. However the bytes are split, the same frames come out. Holds the message and the control
/// frame that are under way, and no memory of its own otherwise. Not thread-safe.
class frame_reader {
public:
  /// Takes from the front of `bytes` up to the end of the next thing to tell. Nothing: all has been taken,
  /// and more is needed. `most` is how long a message may be, in bytes; a longer one is a violation as soon
  /// as a length says so. After a close or a violation it takes everything and tells nothing.
  [[nodiscard]] std::optional<heard_frame> next(std::string_view& bytes, std::size_t most);

private:
  using outcome = std::optional<heard_frame>;

  [[nodiscard]] std::size_t head_length() const noexcept;
  [[nodiscard]] opcode kind() const noexcept { return static_cast<opcode>(head_[0] & 0x0f); }
  [[nodiscard]] bool is_final() const noexcept { return (head_[0] & 0x80) != 0; }
  [[nodiscard]] bool is_control() const noexcept { return (head_[0] & 0x08) != 0; }
  [[nodiscard]] bool is_sound_start() const noexcept;
  [[nodiscard]] outcome begin_body(std::size_t most);
  void take_body(std::string_view& bytes);
  [[nodiscard]] outcome end_frame();
  [[nodiscard]] outcome end_with_close(std::string body);
  [[nodiscard]] outcome violation(close_code why);

  std::uint64_t left_{0}; ///< bytes of the body that are still to come
  std::string message_;   ///< fragments so far
  std::string control_;   ///< body so far; may come between fragments
  std::array<std::uint8_t, 14> head_{};
  std::uint8_t head_size_{0}; ///< of it that has come
  std::uint8_t mask_at_{0};   ///< which byte of the mask is next
  /// The message whose fragments come: text, binary, or `continuation` for none.
  opcode under_way_{opcode::continuation};
  bool ended_{false};
};

} // namespace ringmaster::websocket
