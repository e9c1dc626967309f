// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/simulated_pbx.hpp"

#include "bench/simulated_pbx/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>

namespace ringmaster::sim {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Shorter waits are not worth a turn of their own: what is due within it goes out together.
constexpr std::chrono::microseconds least_wait{500};
// From the last call's end to the last word.
constexpr sim_time last_breath{1'000'000};

} // namespace

class simulated_pbx::server final : public session_host {
public:
  explicit server(simulated_pbx_options options)
      : options_{std::move(options)}, acceptor_{io_}, clock_timer_{io_},
        down_timer_{io_}, signals_{io_}, emitter_{options_.people.channel_variables}, faults_{options_.seed} {
    for (const fault& f : options_.people.faults)
      faults_.add(f);
  }

  ~server() override {
    // Sessions hold themselves alive through their pending operations and point back here.
    for (auto& [id, s] : std::map{sessions_})
      s->close();
  }

  result<void> open() {
    boost::system::error_code e;
    const auto address = asio::ip::make_address(options_.address, e);
    if (e)
      return invalid_field("listen", fmt::format("{} is no address", options_.address));
    endpoint_ = tcp::endpoint{address, options_.port};
    if (!options_.log_file.empty())
      if (auto opened = journal_.open(options_.log_file); !opened)
        return opened.error();
    if (const auto listening = listen(); listening)
      return error{
          errc::pbx_unavailable,
          fmt::format("cannot listen on {}:{}: {}", options_.address, options_.port, listening.message()),
          "listen"};
    endpoint_.port(acceptor_.local_endpoint().port());
    be_born();
    return {};
  }

  result<void> run() {
    if (options_.handle_signals) {
      signals_.add(SIGINT);
      signals_.add(SIGTERM);
      signals_.async_wait([this](const boost::system::error_code& e, int) {
        if (!e)
          io_.stop();
      });
    }
    accept();
    arm();
    io_.run();
    if (!write_log())
      return error{errc::storage_failed, fmt::format("cannot write the log {}", options_.log_file), {}};
    return {};
  }
  void stop() { io_.stop(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return endpoint_.port(); }
  [[nodiscard]] simulated_pbx_counters counters() const noexcept {
    return {originates_.load(std::memory_order_relaxed), events_.load(std::memory_order_relaxed),
            sent_.load(std::memory_order_relaxed), live_.load(std::memory_order_relaxed)};
  }

  // session_host
  pbx& life() override { return *life_; }
  fault_plan& faults() override { return faults_; }
  emitter& events() override { return emitter_; }
  const std::string& user() const override { return options_.user; }
  const std::string& secret() const override { return options_.secret; }

  void begin_turn() override { life_->state.clock.advance(simulated_now()); }

  void end_turn() override {
    if (stop_ && !stop_->saying && life_->calls.live() == 0) {
      stop_->saying = true;
      life_->state.clock.after(last_breath, [this] {
        if (!stop_)
          return;
        emitter_.begin("Shutdown", event_class::system)
            .text("Shutdown", "Cleanly")
            .text("Restart", stop_->restarts ? "True" : "False");
        stays_down_ = !stop_->down;
        restart_after_turn_ = stop_->down.value_or(std::chrono::milliseconds{0});
        stop_.reset();
      });
    }
    if (restart_after_turn_)
      return die();
    // First the log, then the clients: whatever they were told is on file.
    if (!write_log())
      return io_.stop();
    std::vector<std::shared_ptr<session>> ready;
    ready.swap(with_output_);
    for (const auto& s : ready)
      s->flush();
    live_.store(life_->calls.live(), std::memory_order_relaxed);
    events_.store(emitter_.events(), std::memory_order_relaxed);
    arm();
  }

  void has_output(session& s) override { with_output_.push_back(s.shared_from_this()); }
  void closed(session& s) override {
    emitter_.remove(s);
    // The caller may still be inside this session's own functions.
    asio::post(io_, [this, id = s.id()] { sessions_.erase(id); });
  }
  void count_originate() override { originates_.fetch_add(1, std::memory_order_relaxed); }
  void journal_login(std::string_view user, std::string_view events) override {
    journal_.write("login", life_->state.clock.now(), {{"user", user}, {"events", events}});
  }
  void count_sent(std::size_t bytes) override { sent_.fetch_add(bytes, std::memory_order_relaxed); }
  void restart(std::chrono::milliseconds down) override { restart_after_turn_ = down; }

  void stop_gently(bool hang_up, bool restarts, std::optional<std::chrono::milliseconds> down) override {
    life_->state.stopping = true;
    stop_ = stop_order{restarts, down, false};
    journal_.write("stop", life_->state.clock.now(), {{"detail", hang_up ? "hangup" : "gracefully"}});
    if (hang_up)
      life_->calls.hang_up_all();
  }
  void go_on() override {
    life_->state.stopping = false;
    stop_.reset();
  }

private:
  boost::system::error_code listen() {
    boost::system::error_code e;
    acceptor_.open(endpoint_.protocol(), e);
    if (!e)
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, e);
    if (!e)
      acceptor_.bind(endpoint_, e);
    if (!e)
      acceptor_.listen(asio::socket_base::max_listen_connections, e);
    return e;
  }

  bool write_log() { return !journal_.is_open() || journal_.flush(); }

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& e, tcp::socket socket) {
      if (e == asio::error::operation_aborted || !acceptor_.is_open())
        return;
      if (!e) {
        const std::uint64_t id = ++last_session_;
        auto s = std::make_shared<session>(std::move(socket), *this, id);
        sessions_.emplace(id, s);
        emitter_.add(*s);
        s->start();
      }
      accept();
    });
  }

  void be_born() {
    const auto wall =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    // Later than anything that the life before has said, so that no start time or unique id comes twice.
    const std::int64_t epoch = life_ == nullptr ? wall : std::max(wall, life_->state.wall_seconds() + 1);
    born_ = std::chrono::steady_clock::now();
    life_ = std::make_unique<pbx>(options_.people, options_.seed, emitter_, journal_, counts_, epoch);
    life_->state.time_scale = options_.time_scale;
    life_->calls.answer_synchronous = [this](std::uint64_t id, const std::string& action_id, bool answered) {
      const auto it = sessions_.find(id);
      if (it == sessions_.end())
        return;
      const std::string id_line =
          action_id.empty() ? std::string{} : fmt::format("ActionID: {}\r\n", action_id);
      it->second->send(fmt::format("Response: {}\r\n{}Message: {}\r\n\r\n", answered ? "Success" : "Error",
                                   id_line, answered ? "Originate successfully queued" : "Originate failed"));
      it->second->unblock();
    };
  }

  /// Every call and connection ends without a word, and the port is closed for a while.
  void die() {
    const auto down = *restart_after_turn_;
    restart_after_turn_.reset();
    journal_.write("restart", life_->state.clock.now(), {});
    if (!write_log())
      return io_.stop();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (auto& [id, s] : std::map{sessions_}) {
      s->flush();
      s->close();
    }
    with_output_.clear();
    be_born();
    live_.store(0, std::memory_order_relaxed);
    if (std::exchange(stays_down_, false))
      return;
    down_timer_.expires_after(down);
    down_timer_.async_wait([this](const boost::system::error_code& e) {
      if (!e)
        come_back();
    });
  }

  void come_back() {
    be_born();
    if (!listen()) {
      accept();
      arm();
      return;
    }
    // Somebody else holds the port for a moment: try again.
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    down_timer_.expires_after(std::chrono::milliseconds{50});
    down_timer_.async_wait([this](const boost::system::error_code& e) {
      if (!e)
        come_back();
    });
  }

  [[nodiscard]] sim_time simulated_now() const {
    const std::chrono::duration<double, std::micro> real = std::chrono::steady_clock::now() - born_;
    return sim_time{static_cast<std::int64_t>(real.count() * options_.time_scale)};
  }

  void arm() {
    const auto next = life_->state.clock.next();
    if (!next)
      return;
    const std::chrono::duration<double, std::micro> at{static_cast<double>(next->count()) /
                                                       options_.time_scale};
    auto when = born_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(at);
    when = std::max(when, std::chrono::steady_clock::now() + least_wait);
    if (armed_ && clock_timer_.expiry() <= when)
      return;
    armed_ = true;
    clock_timer_.expires_at(when);
    clock_timer_.async_wait([this](const boost::system::error_code& e) {
      if (e)
        return; // armed anew
      armed_ = false;
      begin_turn();
      end_turn();
    });
  }

  simulated_pbx_options options_;
  asio::io_context io_{1};
  tcp::endpoint endpoint_;
  tcp::acceptor acceptor_;
  asio::steady_timer clock_timer_;
  asio::steady_timer down_timer_;
  asio::signal_set signals_;
  emitter emitter_;
  journal journal_;
  fault_plan faults_;
  call_counts counts_;
  std::unique_ptr<pbx> life_;
  std::chrono::steady_clock::time_point born_;
  bool armed_{false};
  std::map<std::uint64_t, std::shared_ptr<session>> sessions_;
  std::vector<std::shared_ptr<session>> with_output_;
  std::uint64_t last_session_{0};
  std::optional<std::chrono::milliseconds> restart_after_turn_;
  struct stop_order {
    bool restarts;
    std::optional<std::chrono::milliseconds> down;
    bool saying; ///< the last call is over
  };
  std::optional<stop_order> stop_;
  bool stays_down_{false};
  std::atomic<std::uint64_t> originates_{0}, events_{0}, sent_{0}, live_{0};
};

simulated_pbx::simulated_pbx(std::unique_ptr<server> s) : server_{std::move(s)} {}
simulated_pbx::~simulated_pbx() = default;

result<std::unique_ptr<simulated_pbx>> simulated_pbx::open(simulated_pbx_options options) {
  auto s = std::make_unique<server>(std::move(options));
  if (const auto opened = s->open(); !opened)
    return opened.error();
  return std::unique_ptr<simulated_pbx>{new simulated_pbx{std::move(s)}};
}

result<void> simulated_pbx::run() {
  return server_->run();
}
void simulated_pbx::stop() {
  server_->stop();
}
std::uint16_t simulated_pbx::port() const noexcept {
  return server_->port();
}
simulated_pbx_counters simulated_pbx::counters() const noexcept {
  return server_->counters();
}

} // namespace ringmaster::sim
