/// The way out of a WebSocket. Frames of ours and whatever Beast's stream writes (the answer to the upgrade,
/// pongs, pings, the close) go out in the order in which they came, as many as wait in one write.
///
/// Why: Beast's stream writes one message at a time, each with a system call of its own, while events come
/// many at once and to many sockets. So the stream reads, answers pings and closes; what it writes is queued
/// here with the rest. Frames from a server are not masked: all sockets that hear the same share the same
/// bytes.
///
/// `write_lane<Stream>` is the layer below `websocket::stream`; `Stream` is the connection. One thread.
#pragma once

#include "http/live/switchboard.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::live {

template <class Stream>
class write_lane {
public:
  using next_layer_type = Stream;
  using executor_type = typename Stream::executor_type;
  using error_code = boost::system::error_code;

  explicit write_lane(Stream stream) : state_{std::make_shared<state>(std::move(stream))} {}

  [[nodiscard]] executor_type get_executor() noexcept { return state_->stream.get_executor(); }
  [[nodiscard]] next_layer_type& next_layer() noexcept { return state_->stream; }
  [[nodiscard]] const next_layer_type& next_layer() const noexcept { return state_->stream; }

  // --- ours

  /// Called whenever everything has been written. Set it once; it is dropped with the first error.
  void on_drained(std::function<void()> f) { state_->drained = std::move(f); }
  /// Lets go of whatever `on_drained` refers to.
  void detach() { state_->drained = nullptr; }

  /// Sends whole frames, behind what waits. Events may be thrown away again, an answer is not. Nothing
  /// follows a close.
  void send(text_ptr frames, bool events) {
    if (state_->closing || state_->broken)
      return;
    if (events)
      state_->event_bytes += frames->size();
    state_->queue.push_back({std::move(frames), events, {}});
    pump(state_);
  }

  /// Pieces that are queued or being written.
  [[nodiscard]] std::size_t size() const noexcept { return state_->queue.size() + state_->flight.size(); }
  /// Bytes of the events among them.
  [[nodiscard]] std::size_t event_bytes() const noexcept { return state_->event_bytes; }

  /// Throws away the events that are not being written.
  void drop_events() {
    auto& s = *state_;
    std::erase_if(s.queue, [&](const piece& p) {
      s.event_bytes -= p.events ? p.bytes->size() : 0;
      return p.events;
    });
  }

  // --- Beast's

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& to, Handler&& handler) {
    return state_->stream.async_read_some(to, std::forward<Handler>(handler));
  }

  /// Ends when the bytes are on their way, so that a client that sends pings and reads nothing is not
  /// listened to.
  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& from, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(error_code, std::size_t)>(
        [s = state_](auto done, std::string bytes) {
          const auto size = bytes.size();
          if (s->broken || s->closing) {
            boost::asio::post(s->stream.get_executor(), [done = std::move(done)]() mutable {
              std::move(done)(error_code{boost::asio::error::operation_aborted}, 0);
            });
            return;
          }
          s->closing = !bytes.empty() && static_cast<std::uint8_t>(bytes[0]) == close_frame;
          // std::function wants what can be copied.
          auto kept = std::make_shared<decltype(done)>(std::move(done));
          s->queue.push_back({std::make_shared<const std::string>(std::move(bytes)), false,
                              [kept, size](error_code ec) { std::move (*kept)(ec, ec ? 0 : size); }});
          pump(s);
        },
        handler, boost::beast::buffers_to_string(from));
  }

private:
  static constexpr std::uint8_t close_frame = 0x88;
  static constexpr std::size_t most_at_once = 64;       ///< pieces in a write
  static constexpr std::size_t most_bytes = 256 * 1024; ///< after which no further one joins it

  struct piece {
    text_ptr bytes;
    bool events{false};
    std::function<void(error_code)> done;
  };
  struct state {
    explicit state(Stream s) : stream{std::move(s)} {}
    Stream stream;
    std::vector<piece> queue, flight;               ///< what waits, and what is being written
    std::vector<boost::asio::const_buffer> buffers; ///< of `flight`
    std::size_t event_bytes{0};
    std::function<void()> drained;
    bool closing{false}, broken{false};
  };

  static void pump(const std::shared_ptr<state>& s) {
    if (!s->flight.empty() || s->queue.empty() || s->broken)
      return;
    std::size_t bytes = 0, count = 0;
    while (count < s->queue.size() && count < most_at_once && bytes < most_bytes)
      bytes += s->queue[count++].bytes->size();
    if (count == s->queue.size()) {
      s->flight.swap(s->queue);
    } else {
      const auto end = s->queue.begin() + static_cast<std::ptrdiff_t>(count);
      s->flight.assign(std::make_move_iterator(s->queue.begin()), std::make_move_iterator(end));
      s->queue.erase(s->queue.begin(), end);
    }
    s->buffers.clear();
    for (const auto& p : s->flight)
      s->buffers.emplace_back(p.bytes->data(), p.bytes->size());
    boost::asio::async_write(s->stream, std::span<const boost::asio::const_buffer>{s->buffers},
                             [s](error_code ec, std::size_t) { written(s, ec); });
  }

  static void written(const std::shared_ptr<state>& s, error_code ec) {
    auto sent = std::exchange(s->flight, {});
    if (ec) {
      s->broken = true;
      s->drained = nullptr;
      std::move(s->queue.begin(), s->queue.end(), std::back_inserter(sent));
      s->queue.clear();
    }
    for (const auto& p : sent) {
      if (p.events)
        s->event_bytes -= p.bytes->size();
      if (p.done)
        p.done(ec);
    }
    sent.clear();
    if (s->queue.empty() && s->flight.empty()) {
      s->flight.swap(sent); // its room is kept while much goes on …
      if (s->flight.capacity() > kept_room)
        s->flight = {}; // … but not that of a burst
      if (const auto drained = s->drained)
        drained();
      return;
    }
    pump(s);
  }

  static constexpr std::size_t kept_room = 8; ///< pieces

  std::shared_ptr<state> state_;
};

/// Beast ends the connection below with these.
template <class Stream>
void teardown(boost::beast::role_type role, write_lane<Stream>& lane, boost::system::error_code& ec) {
  using boost::beast::websocket::teardown;
  teardown(role, lane.next_layer(), ec);
}
template <class Stream, class Handler>
void async_teardown(boost::beast::role_type role, write_lane<Stream>& lane, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  async_teardown(role, lane.next_layer(), std::forward<Handler>(handler));
}

} // namespace ringmaster::live
