/// The live clients of one server thread: which of their sockets wants to hear what. An event comes once to
/// each thread and is handed from here to its sockets, its text shared by all.
///
/// Belongs to its thread; `post` alone may be called from any.
#pragma once

#include "actors/core/topic_family.hpp"
#include "actors/engine.hpp"
#include "actors/messages.hpp"
#include "http/server/shard.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ringmaster::live {

using text_ptr = std::shared_ptr<const std::string>;

/// What the switchboard needs of a socket.
class reader {
public:
  virtual ~reader() = default;
  /// Events, as the bytes that go out: whoever hears the same gets the same ones.
  virtual void on_events(const text_ptr& frames) = 0;
  virtual void on_subscribed(const hub_subscribed& answer) = 0;
  /// The daemon ends.
  virtual void go_away() = 0;

  std::uint64_t id{0};
  std::uint64_t last_seq{0}; ///< of the newest event that was handed to it
  std::vector<std::uint32_t> pending; ///< within `deliver`: which of the events it gets
};

class switchboard : public std::enable_shared_from_this<switchboard> {
public:
  /// `number` tells the boards apart: it is in the upper bits of their readers' ids.
  switchboard(std::uint64_t number, std::shared_ptr<http::shard_link> home, engine& source, caf::actor front,
              caf::actor hub)
      : of{source}, number_{number}, home_{std::move(home)}, front_{std::move(front)}, hub_{std::move(hub)} {}

  [[nodiscard]] static std::uint64_t board_of(std::uint64_t reader_id) noexcept { return reader_id >> 48; }

  /// Runs `f(board)` on the board's thread; nothing when the thread is gone.
  void post(std::function<void(switchboard&)> f) {
    home_->post([self = shared_from_this(), f = std::move(f)] { f(*self); });
  }

  void enlist(const std::shared_ptr<reader>& r) {
    r->id = number_ << 48 | ++last_id_;
    readers_.emplace(r->id, r);
  }
  /// The reader's subscriptions have to be gone.
  void forget(std::uint64_t id) { readers_.erase(id); }

  /// Asks the hub; the answer comes to `reader::on_subscribed`.
  void ask(const reader& r, std::string topic, std::optional<std::uint64_t> from);
  void connect(reader& r, const std::string& topic) { by_topic_[topic].push_back(&r); }
  void disconnect(const reader& r, const std::string& topic);
  /// Balances an `ask`.
  void release(std::string topic);

  void deliver(const std::vector<core::frame_ptr>& frames);
  void answer(const hub_subscribed& what);
  void end_all();

  /// Of the newest event that came here.
  [[nodiscard]] std::uint64_t last_seq() const noexcept { return last_seq_; }

  engine& of;

private:
  std::uint64_t number_;
  std::shared_ptr<http::shard_link> home_;
  caf::actor front_, hub_;
  std::uint64_t last_id_{0};
  std::uint64_t last_seq_{0};
  std::unordered_map<std::uint64_t, std::weak_ptr<reader>> readers_;
  std::unordered_map<std::string, std::vector<reader*>> by_topic_;
  std::vector<reader*> heard_; ///< within `deliver`: who gets any
};

} // namespace ringmaster::live
