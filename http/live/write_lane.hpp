/// The way out of a WebSocket: what waits to be sent, and what is being sent. Answers, events, pongs, pings
/// and the close go out in the order in which they came, as many as wait in one write: events come many at
/// once and to many sockets, and a system call a frame would be most of what they cost. Frames from a server
/// are not masked, so all sockets that hear the same share the same bytes.
///
/// Knows no socket: whoever has one asks for the next write, and says when it is over. Keeps room for one
/// piece while nothing waits. Not thread-safe.
#pragma once

#include "http/live/switchboard.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace ringmaster::live {

class write_lane {
public:
  /// Whole frames, behind what waits. Events may be thrown away again, an answer is not. Nothing follows
  /// `send_last`.
  void send(text_ptr frames, bool events) {
    if (closed_)
      return;
    if (events)
      event_bytes_ += frames->size();
    waiting_.push_back({std::move(frames), events});
  }
  void send_last(text_ptr frame) {
    send(std::move(frame), false);
    closed_ = true;
  }

  /// Begins a write: how many pieces it has. 0: one is under way, or nothing waits.
  [[nodiscard]] std::size_t begin_write() {
    if (writing_ != 0)
      return 0;
    for (std::size_t bytes = 0; writing_ < waiting_.size() && writing_ < most_at_once && bytes < most_bytes;)
      bytes += waiting_[writing_++].bytes->size();
    return writing_;
  }
  /// The `index`th of them; the bytes stay where they are until `end_write`.
  [[nodiscard]] boost::asio::const_buffer buffer(std::size_t index) const noexcept {
    return boost::asio::buffer(*waiting_[index].bytes);
  }
  void end_write() {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(writing_, 0));
    std::for_each(waiting_.begin(), end, [this](const piece& p) { forget(p); });
    waiting_.erase(waiting_.begin(), end);
    if (waiting_.empty() && waiting_.capacity() > kept_room)
      waiting_ = std::vector<piece>{}; // plain braces would keep the room
  }

  /// Pieces that wait or are being written.
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  /// Bytes of the events among them.
  [[nodiscard]] std::size_t event_bytes() const noexcept { return event_bytes_; }

  /// Throws away the events that are not being written.
  void drop_events() {
    const auto from = waiting_.begin() + static_cast<std::ptrdiff_t>(writing_);
    waiting_.erase(std::remove_if(from, waiting_.end(),
                                  [this](const piece& p) {
                                    forget(p);
                                    return p.events;
                                  }),
                   waiting_.end());
  }

private:
  static constexpr std::size_t most_at_once = 64;       ///< pieces in a write
  static constexpr std::size_t most_bytes = 256 * 1024; ///< after which no further one joins it
  static constexpr std::size_t kept_room = 1;           ///< pieces: one event to a thousand sockets allocates nothing

  struct piece {
    text_ptr bytes;
    bool events{false};
  };
  void forget(const piece& p) noexcept { event_bytes_ -= p.events ? p.bytes->size() : 0; }

  std::vector<piece> waiting_; ///< the first `writing_` of them are being written
  std::size_t writing_{0};
  std::size_t event_bytes_{0};
  bool closed_{false};
};

} // namespace ringmaster::live
