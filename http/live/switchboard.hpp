// SPDX-License-Identifier: Apache-2.0
/// The live clients of one server thread: which of their sockets wants to hear what. An event comes once to
/// each thread and is handed from here to its sockets, its text shared by all.
///
/// Belongs to its thread; `post` alone may be called from any.
#pragma once

#include "actors/core/topic_family.hpp"
#include "actors/engine.hpp"
#include "actors/messages.hpp"
#include "http/websocket/connection.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ringmaster::live {

using websocket::text_ptr;

struct socket_limits : websocket::limits {
  std::size_t waiting{1024 * 1024}; ///< bytes of events that wait to be sent
  std::size_t topics{1'000};        ///< subscriptions
  std::chrono::seconds behind{30};  ///< that a reader may be behind before it is let go
};

/// What the switchboard needs of a socket.
class reader {
public:
  virtual ~reader() = default;
  /// Events, as the bytes that go out: whoever hears the same gets the same ones.
  virtual void on_events(const text_ptr& frames) = 0;
  virtual void on_subscribed(const hub_subscribed& answer) = 0;

  std::uint64_t id{0};
  core::topic_family_set audible{0}; ///< what it may hear: of the topic `/`, that alone
  std::uint64_t last_seq{0};  ///< of the newest event that was handed to it
  std::uint32_t selection{0}; ///< within `deliver`: which of the events it gets
  std::string user;           ///< whose it is
};

class switchboard : public std::enable_shared_from_this<switchboard> {
public:
  /// `number` tells the boards apart: it is in the upper bits of their readers' ids.
  /// `sockets` counts the sockets of all boards.
  switchboard(std::uint64_t number, std::shared_ptr<http::shard_link> home, engine& source, outlet_handle front, hub_handle hub,
              const socket_limits& of_sockets, std::shared_ptr<std::atomic<std::size_t>> sockets)
      : of{source}, limits{of_sockets}, number_{number}, home_{std::move(home)}, front_{std::move(front)}, hub_{std::move(hub)},
        count_{std::move(sockets)}, sockets_{std::make_shared<websocket::connections>(home_, limits)} {}

  [[nodiscard]] static std::uint64_t board_of(std::uint64_t reader_id) noexcept { return reader_id >> 48; }

  /// Runs `f(board)` on the board's thread; nothing when the thread is gone.
  void post(std::function<void(switchboard&)> f) {
    home_->post([self = shared_from_this(), f = std::move(f)] { f(*self); });
  }

  /// The reader stays until it is forgotten.
  void enlist(reader& r);
  /// The reader's subscriptions have to be gone.
  void forget(const reader& r);

  /// Asks the hub; the answer comes to `reader::on_subscribed`.
  void ask(const reader& r, std::string topic, std::optional<std::uint64_t> from);
  void connect(reader& r, const std::string& topic) { by_topic_[topic].push_back(&r); }
  void disconnect(const reader& r, const std::string& topic);
  /// Balances an `ask`.
  void release(std::string topic);

  void deliver(const std::vector<core::frame_ptr>& frames);
  void answer(const hub_subscribed& what);
  /// The connections of its thread.
  [[nodiscard]] const std::shared_ptr<websocket::connections>& sockets() const noexcept { return sockets_; }

  /// Of the newest event that came here.
  [[nodiscard]] std::uint64_t last_seq() const noexcept { return last_seq_; }
  /// The same, before those that are being delivered.
  [[nodiscard]] std::uint64_t told_before() const noexcept { return told_before_; }

  engine& of;
  const socket_limits limits;

private:
  struct selected {
    std::uint32_t before; ///< the events of this selection, and
    std::uint32_t event;  ///< this one behind them
    text_ptr bytes;       ///< once they are wanted
  };

  [[nodiscard]] std::uint32_t with_event(std::uint32_t selection, std::uint32_t event, std::size_t first);
  [[nodiscard]] const text_ptr& bytes_of(std::uint32_t selection, const std::vector<core::frame_ptr>& frames);

  std::uint64_t number_;
  std::shared_ptr<http::shard_link> home_;
  outlet_handle front_;
  hub_handle hub_;
  std::uint64_t last_id_{0};
  std::uint64_t last_seq_{0}, told_before_{0};
  std::unordered_map<std::uint64_t, reader*> readers_;
  std::unordered_map<std::string, std::vector<reader*>> by_topic_;
  std::vector<reader*> heard_;       ///< within `deliver`: who gets any
  std::vector<selected> selections_; ///< within `deliver`; the number 0 is none of the events
  std::shared_ptr<std::atomic<std::size_t>> count_;
  std::shared_ptr<websocket::connections> sockets_;
};

} // namespace ringmaster::live
