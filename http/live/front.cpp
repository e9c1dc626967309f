// SPDX-License-Identifier: Apache-2.0
#include "http/live/front.hpp"

#include "actors/direct_actor.hpp"

#include <caf/send.hpp>

#include <mutex>

namespace ringmaster::live {

/// The boards of all threads; grows by one when a thread gets its first socket.
struct front::state {
  state(engine& e, socket_limits l) : of{e}, limits{l} {}

  [[nodiscard]] std::vector<std::shared_ptr<switchboard>> boards() const {
    const std::lock_guard lock{guard};
    return boards_;
  }
  [[nodiscard]] std::shared_ptr<switchboard> board(std::uint64_t number) const {
    const std::lock_guard lock{guard};
    return number < boards_.size() ? boards_[number] : nullptr;
  }
  std::shared_ptr<switchboard> board_at(const std::shared_ptr<http::shard_link>& home) {
    const std::lock_guard lock{guard};
    for (std::size_t i = 0; i < homes_.size(); ++i)
      if (homes_[i] == home)
        return boards_[i];
    homes_.push_back(home);
    boards_.push_back(
        std::make_shared<switchboard>(boards_.size(), home, of, actor, of.hub(), limits, sockets));
    return boards_.back();
  }

  /// Actors do not outlive their system, whoever still refers to this.
  void end() {
    const std::lock_guard lock{guard};
    boards_.clear();
    homes_.clear();
    actor = nullptr;
  }

  engine& of;
  const socket_limits limits;
  outlet_handle actor;
  const std::shared_ptr<std::atomic<std::size_t>> sockets{std::make_shared<std::atomic<std::size_t>>(0)};

private:
  mutable std::mutex guard;
  std::vector<std::shared_ptr<http::shard_link>> homes_;
  std::vector<std::shared_ptr<switchboard>> boards_;
};

namespace {

template <class State>
caf::behavior front_behavior(const std::shared_ptr<State>& with) {
  return takes<outlet_handle>(
      [=](hub_frames& what) {
        const auto frames = std::make_shared<const std::vector<core::frame_ptr>>(std::move(what.frames));
        for (const auto& board : with->boards())
          board->post([frames](switchboard& b) { b.deliver(*frames); });
      },
      [=](const hub_subscribed& what) {
        if (const auto board = with->board(switchboard::board_of(what.reader)))
          board->post([what](switchboard& b) { b.answer(what); });
      });
}

} // namespace

front::front(engine& source, socket_limits limits) : state_{std::make_shared<state>(source, limits)} {
  state_->actor =
      outlet_handle{spawn_direct(source.actors(), "front", [this](direct_actor*) { return front_behavior(state_); })};
  source.essential().add("front", state_->actor.actor());
  source.hub().tell(hub_attach{state_->actor});
}

front::~front() {
  state_->actor.end();
  state_->end();
}

result<void> front::add_to(http::router& r) {
  http::endpoint to;
  to.on_upgrade = [s = state_](const http::request& req, http::upgraded_connection connection) {
    const auto board = s->board_at(connection.home);
    open_socket(std::move(connection), req, board);
  };
  const http::operation about{.group = "Live events", .summary = "Opens a WebSocket", .shape = http::reply_shape::upgrade};
  if (auto done = r.add({.method = http::method::get, .path = "/ws", .to = to, .about = about}); !done)
    return done;
  // Clients of the reference upgrade the bare address; who types it into a browser wants the page.
  http::endpoint page;
  page.on_request = [](const http::request&, const http::responder& reply) {
    reply(http::response{303, {}, {}, {{"Location", "/wallboard"}}, false});
  };
  return r.add({.method = http::method::get, .path = "/", .to = to, .without_upgrade = page, .any_query = true, .about = about});
}

void front::close_all() {
  for (const auto& board : state_->boards())
    board->post([](switchboard& b) { b.sockets()->end_all(); });
}

std::size_t front::sockets() const noexcept {
  return state_->sockets->load(std::memory_order_relaxed);
}

} // namespace ringmaster::live
