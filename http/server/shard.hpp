// SPDX-License-Identifier: Apache-2.0
/// One io thread: its context, its sessions, its clock. Internal to the server.
#pragma once

#include "http/server/budget.hpp"
#include "http/server/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ringmaster::http {

class session;
class shard;

/// The way from any thread to a shard, which may be gone by then. Responders hold it.
class shard_link {
public:
  explicit shard_link(shard& to) noexcept : to_{&to} {}
  /// True on the shard's own thread.
  [[nodiscard]] bool is_here() const noexcept { return current == this; }
  /// Runs `f` on the shard's thread later; dropped when the shard is gone.
  template <class F>
  void post(F&& f);
  /// Calls `f(now)` at each tick of the shard, some of them a second, until it returns false. On the shard's own thread
  /// alone; `f` must not call this.
  void each_tick(std::function<bool(std::chrono::steady_clock::time_point)> f);
  void cut() noexcept {
    const std::lock_guard lock{guard_};
    to_ = nullptr;
  }

private:
  friend class shard;
  static thread_local const shard_link* current;
  std::mutex guard_;
  shard* to_;
};

/// Everything but `link` and `start`/`stop`/`join` belongs to the shard's thread.
class shard {
public:
  using clock = std::chrono::steady_clock;

  /// `strangers`: connections without a good token that this shard may have.
  shard(const server_options& options, const dispatcher& to, std::shared_ptr<server_counters> counters,
        std::shared_ptr<budget> bodies, std::size_t strangers);
  ~shard();

  void start();
  /// Lets the sessions finish; from any thread.
  void finish();
  /// Cuts what is left and ends the thread as soon as possible; from any thread.
  void cut();
  void join();
  [[nodiscard]] bool idle() const noexcept { return live.load() == 0; }

  /// As a stranger's, for whom another may have to go.
  void enlist(const std::shared_ptr<session>& s);
  /// A good token came: it is no stranger's any more.
  void recognize(session& s);
  void forget(session& s);
  /// "Date: …\r\n", at most one tick old.
  [[nodiscard]] const std::string& date_line() const noexcept { return date_; }
  void fault(std::string_view what) const {
    if (options.on_fault)
      options.on_fault(what);
  }

  const server_options& options;
  const dispatcher& to;
  std::shared_ptr<server_counters> counters;
  std::shared_ptr<budget> bodies; ///< bytes that all buffered bodies may have together
  boost::asio::io_context io{1};
  std::shared_ptr<shard_link> link;
  clock::time_point now{clock::now()}; ///< as of the last tick: good enough for limits of seconds
  std::string tls_only; ///< the header line that says so, for connections with TLS
  bool finishing{};
  std::atomic<std::size_t> live{};

private:
  friend class shard_link;
  void tick();
  void refresh_date();
  void displace_one(const session& for_whom);

  boost::asio::steady_timer timer_{io};
  clock::duration interval_;
  std::string date_;
  std::time_t date_second_{-1};
  std::unordered_map<session*, std::weak_ptr<session>> sessions_;
  std::size_t most_strangers_;
  std::unordered_set<session*> strangers_;
  std::unordered_map<std::string, std::size_t> strangers_by_network_;
  std::vector<std::function<bool(clock::time_point)>> each_tick_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

template <class F>
void shard_link::post(F&& f) {
  const std::lock_guard lock{guard_};
  if (to_)
    boost::asio::post(to_->io, std::forward<F>(f));
}

} // namespace ringmaster::http
