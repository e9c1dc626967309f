// SPDX-License-Identifier: Apache-2.0
/// Cuts a stream of received bytes at message boundaries.
///
/// A boundary is the end of a blank line, or of the greeting's line; the output of an old server's
/// `Response: Follows` may hold blank lines and ends where one follows `--END COMMAND--`. However the bytes
/// are split into reads, the messages are the same.
#pragma once

#include "protocol/ami/buffer.hpp"
#include "protocol/error.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace ringmaster::ami {

/// What a peer may send before we give up on it: bytes, or lines of a message.
struct limits {
  std::size_t line{64 * 1024};      ///< bytes of a line without its newline; at least 128 is always allowed
  std::size_t message{1024 * 1024}; ///< bytes of a message with its blank line
  std::size_t headers{4096};        ///< lines of a message
};

/// The outcome of a read: whole messages that came before the fault, if there was one.
struct framed {
  buffer messages;            ///< empty when no message ended in these bytes
  std::optional<error> fault; ///< errc::too_large: the stream is of no more use, reconnect
};

/// One a connection; not thread-safe. Read the socket into `prepare`, then `commit` what came. Costs one
/// pass over the bytes with SIMD, and a copy of the tail that has no boundary yet.
class framer {
public:
  explicit framer(limits allowed = {}) noexcept;

  /// Room for at least `size` bytes; valid until the next call.
  [[nodiscard]] std::span<char> prepare(std::size_t size);

  /// `size` bytes were written to the room. After a fault every call says the same fault again.
  [[nodiscard]] framed commit(std::size_t size);

  /// Copies `bytes` in pieces of at most `piece` and hands each buffer of whole messages to `sink(buffer)`.
  template <class Sink>
  [[nodiscard]] result<void> feed(std::string_view bytes, Sink&& sink, std::size_t piece = 256 * 1024);

  /// Bytes that wait for the end of their message.
  [[nodiscard]] std::size_t pending() const noexcept { return bytes_.size(); }
  /// Takes them out: the half message of a stream that ended.
  [[nodiscard]] buffer take_pending();

  /// Forgets everything, for a new connection.
  void reset() noexcept;

private:
  struct progress {
    std::size_t scanned{0}; ///< bytes already looked at
    std::size_t line{0};    ///< where the line that is not complete begins
    std::size_t message{0}; ///< where the message that is not complete begins
    std::size_t headers{0}; ///< its complete lines
  };
  [[nodiscard]] std::optional<error> scan();
  [[nodiscard]] bool ends_message(std::size_t blank_newline) noexcept;
  void pass_greetings(std::size_t end) noexcept;
  [[nodiscard]] buffer cut();

  limits limits_;
  buffer bytes_;
  progress at_;
  std::optional<error> fault_;
};

template <class Sink>
result<void> framer::feed(std::string_view bytes, Sink&& sink, std::size_t piece) {
  do {
    const auto part = bytes.substr(0, piece);
    const auto room = prepare(part.size());
    part.copy(room.data(), part.size());
    auto out = commit(part.size());
    if (!out.messages.empty())
      sink(std::move(out.messages));
    if (out.fault)
      return *out.fault;
    bytes.remove_prefix(part.size());
  } while (!bytes.empty());
  return {};
}

} // namespace ringmaster::ami
