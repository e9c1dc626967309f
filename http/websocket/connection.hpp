// SPDX-License-Identifier: Apache-2.0
/// A WebSocket of the daemon: handshake, frames, the order and the bounds of what goes out, pings, the end. It knows nothing of
/// what is said; that is a `protocol`, of which the connection has one and which goes with it.
///
///     open ──our close──▶ closing ──the client's──▶ ending ──all is written──▶ ended ──end of stream──▶ gone
///       └──the client's close, or what is no frame────▲
///
/// Gone is also whose connection breaks or whose time is up. A connection that was let in with a token lives no longer than
/// that is good and permits the same. Whoever asks and does not read the answers is not listened to meanwhile.
///
/// Everything runs on the connection's own thread. Whatever operation of it is under way keeps it alive; there is always one,
/// or it is gone.
#pragma once

#include "http/auth/principal.hpp"
#include "http/server/shard.hpp"
#include "http/server/upgrade.hpp"
#include "http/websocket/frame_reader.hpp"
#include "http/websocket/keep_alive.hpp"
#include "http/websocket/write_lane.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_set>

namespace ringmaster::websocket {

using clock = keep_alive::clock;

struct limits {
  std::size_t message{16 * 1024};   ///< bytes of a client's message
  std::chrono::seconds idle{60};    ///< without a sign of life; a ping goes out after half of it
  std::chrono::seconds closing{10}; ///< that a client has to answer a close and to end the connection
};

class connection;

/// What is said over a connection. Called on its thread, never after its end.
class protocol {
public:
  virtual ~protocol() = default;
  /// A whole message of the client's, in UTF-8.
  virtual void on_text(std::string_view message) = 0;
  /// Nothing waits to be sent any more.
  virtual void on_sent() {}
  /// The end has begun: nothing that is sent from now on goes out.
  virtual void on_closing() {}
};

/// The connections of one server thread, with what would be waste in each of them: the limits, a buffer to read into, and the
/// clock that tells them how time goes by.
class connections : public std::enable_shared_from_this<connections> {
public:
  connections(std::shared_ptr<http::shard_link> home, const limits& of_each) : limits_{of_each}, home_{std::move(home)} {}

  void enlist(connection& one);
  void forget(connection& one) noexcept { all_.erase(&one); }
  /// The daemon ends: each is told so.
  void end_all();

  [[nodiscard]] const limits& bounds() const noexcept { return limits_; }
  /// For bytes that are done with before the handler ends: an idle connection has no buffer of its own.
  [[nodiscard]] std::span<char> scratch() noexcept { return scratch_; }

private:
  bool tick(clock::time_point now);

  const limits limits_;
  std::shared_ptr<http::shard_link> home_;
  std::unordered_set<connection*> all_;
  bool ticking_{false};
  clock::time_point ticked_{};
  std::array<char, 4096> scratch_;
};

class connection : public std::enable_shared_from_this<connection> {
public:
  virtual ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // --- for the protocol
  [[nodiscard]] bool is_open() const noexcept { return phase_ == phase::open; }
  void send(std::string_view text);
  /// Whole frames.
  void send_frames(text_ptr frames, write_lane::kind what);
  /// To look at what waits, to hold and to throw away events; `write` is to follow where that makes something free to go.
  [[nodiscard]] write_lane& lane() noexcept { return lane_; }
  void write();
  /// Ours; what the client still says until its own comes is not answered. `reason`: up to 123 bytes, for a person.
  void close(close_code why, std::string_view reason = {});
  /// Without a word: what it does not read would not reach it either.
  void drop();
  /// Whether the token that it was let in with is still good; else it is closed. To be asked before something is told that
  /// is not for everybody.
  [[nodiscard]] bool is_permitted();

  // --- for whoever opens it, and for the connections of its thread
  using make_protocol = std::function<std::unique_ptr<protocol>(connection&)>;
  /// `head` and `after`: the request, and what the client has sent behind it.
  void begin(std::string_view head, std::string_view after, const make_protocol& make);
  void on_time(clock::time_point now);
  void go_away();

protected:
  connection(std::shared_ptr<connections> among, std::shared_ptr<void> lifetime, const std::shared_ptr<const auth::principal>& caller);

  // The stream. Each start ends in `hear`, `written`, `drop`, or nothing when there is nothing left to tell.
  virtual void listen() = 0;
  virtual void start_write(std::size_t pieces) = 0;
  virtual void shut_sending() = 0;
  virtual void close_stream() noexcept = 0;
  virtual void bound_kernel_buffer(int bytes) noexcept = 0;
  [[nodiscard]] virtual http::plain_stream::executor_type executor() = 0;

  void hear(std::string_view bytes);
  void written(bool failed);
  [[nodiscard]] std::span<char> scratch() noexcept { return among_->scratch(); }

private:
  enum class phase : std::uint8_t { open, closing, ending, ended, gone };

  void take(const heard_frame& what);
  void send_frame(opcode what, std::string_view body);
  void end(close_code why);
  void end_stream();

  std::shared_ptr<connections> among_;
  std::shared_ptr<void> lifetime_;
  write_lane lane_;
  frame_reader frames_;
  const std::weak_ptr<const auth::principal> caller_; ///< gone: the token is
  keep_alive alive_;
  clock::time_point since_{}; ///< that the end began
  phase phase_{phase::open};
  bool read_later_{false};
  std::unique_ptr<protocol> says_;
};

/// Takes the connection over, answers the upgrade, and lives as long as the connection does.
void open(http::upgraded_connection from, const std::shared_ptr<const auth::principal>& caller, std::shared_ptr<connections> among,
          const connection::make_protocol& make);

} // namespace ringmaster::websocket
