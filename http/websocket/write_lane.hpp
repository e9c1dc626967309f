// SPDX-License-Identifier: Apache-2.0
/// The way out of a WebSocket: what waits to be sent, and what is being sent. Answers, events, pongs, pings
/// and the close go out in the order in which they came, as many as wait in one write: events come many at
/// once and to many sockets, and a system call a frame would be most of what they cost. Frames from a server
/// are not masked, so all sockets that hear the same share the same bytes.
///
/// While something long goes out piece by piece, events may be held: they wait behind pieces that are not made yet.
///
/// Knows no socket: whoever has one asks for the next write, and says when it is over. Keeps room for one
/// piece while nothing waits. Not thread-safe.
#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::websocket {

/// Bytes that may be shared by many connections.
using text_ptr = std::shared_ptr<const std::string>;

class write_lane {
public:
  enum class kind : std::uint8_t {
    answer, ///< short, and never thrown away
    piece,  ///< of something long, whose next one is made when this one has gone
    events, ///< may be thrown away, and held
  };

  /// Whole frames, behind what waits and before what is held. Nothing follows `send_last`, and what is held does not
  /// go out any more.
  void send(text_ptr frames, kind what) {
    if (closed_)
      return;
    if (what != kind::answer)
      bounded_bytes_ += frames->size();
    if (what == kind::events && holding_)
      ++held_;
    else if (held_ != 0)
      return void(waiting_.insert(end_of_free(), entry{std::move(frames), what}));
    waiting_.push_back({std::move(frames), what});
  }
  void send_last(text_ptr frame) {
    drop_held();
    send(std::move(frame), kind::answer);
    closed_ = true;
  }

  /// Events that come from now on stay here until `release`.
  void hold() noexcept { holding_ = true; }
  void release() noexcept {
    holding_ = false;
    held_ = 0;
  }

  /// Begins a write: how many pieces it has. 0: one is under way, or nothing waits.
  [[nodiscard]] std::size_t begin_write() {
    if (writing_ != 0)
      return 0;
    for (std::size_t bytes = 0; writing_ < size() && writing_ < most_at_once && bytes < most_bytes;)
      bytes += waiting_[writing_++].bytes->size();
    return writing_;
  }
  /// The `index`th of them; the bytes stay where they are until `end_write`.
  [[nodiscard]] boost::asio::const_buffer buffer(std::size_t index) const noexcept { return boost::asio::buffer(*waiting_[index].bytes); }
  void end_write() {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(writing_, 0));
    std::for_each(waiting_.begin(), end, [this](const entry& e) { forget(e); });
    waiting_.erase(waiting_.begin(), end);
    if (waiting_.empty() && waiting_.capacity() > kept_room)
      waiting_ = std::vector<entry>{}; // plain braces would keep the room
  }

  /// What waits to be written or is being written; what is held does not count.
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size() - held_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Bytes of all events, held ones too, and of the piece of something long.
  [[nodiscard]] std::size_t bounded_bytes() const noexcept { return bounded_bytes_; }

  /// Throws away the events that are not being written, held ones too.
  void drop_events() {
    const auto from = waiting_.begin() + static_cast<std::ptrdiff_t>(writing_);
    waiting_.erase(std::remove_if(from, waiting_.end(),
                                  [this](const entry& e) {
                                    if (e.what != kind::events)
                                      return false;
                                    forget(e);
                                    return true;
                                  }),
                   waiting_.end());
    held_ = 0;
  }

private:
  static constexpr std::size_t most_at_once = 64;       ///< pieces in a write
  static constexpr std::size_t most_bytes = 256 * 1024; ///< after which no further one joins it
  static constexpr std::size_t kept_room = 1;           ///< pieces: one event to a thousand sockets allocates nothing

  struct entry {
    text_ptr bytes;
    kind what;
  };
  [[nodiscard]] std::vector<entry>::iterator end_of_free() { return waiting_.end() - static_cast<std::ptrdiff_t>(held_); }
  void forget(const entry& e) noexcept { bounded_bytes_ -= e.what == kind::answer ? 0 : e.bytes->size(); }
  void drop_held() {
    std::for_each(end_of_free(), waiting_.end(), [this](const entry& e) { forget(e); });
    waiting_.erase(end_of_free(), waiting_.end());
    held_ = 0;
  }

  std::vector<entry> waiting_; ///< the first `writing_` of them are being written, the last `held_` are held
  std::size_t writing_{0};
  std::size_t bounded_bytes_{0};
  std::uint32_t held_{0};
  bool holding_{false}, closed_{false};
};

} // namespace ringmaster::websocket
