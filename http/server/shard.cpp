// SPDX-License-Identifier: Apache-2.0
#include "http/server/shard.hpp"

#include "http/server/session.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

namespace ringmaster::http {

thread_local const shard_link* shard_link::current = nullptr;

void shard_link::each_tick(std::function<bool(shard::clock::time_point)> f) {
  const std::lock_guard lock{guard_};
  if (to_)
    to_->each_tick_.push_back(std::move(f));
}

namespace {

/// Fine enough for the shortest limit, coarse enough to cost nothing.
shard::clock::duration tick_for(const server_limits& l) {
  const auto shortest = std::min({l.head_time, l.body_time, l.write_time, l.idle_time, l.linger_time});
  return std::clamp(shortest / 4, std::chrono::milliseconds{5}, std::chrono::milliseconds{500});
}

} // namespace

shard::shard(const server_options& o, const dispatcher& target, std::shared_ptr<server_counters> c,
             std::shared_ptr<budget> of_bodies, std::size_t strangers)
    : options{o}, to{target}, counters{std::move(c)}, bodies{std::move(of_bodies)},
      link{std::make_shared<shard_link>(*this)}, interval_{tick_for(o.limits)}, most_strangers_{std::max<std::size_t>(strangers, 1)},
      work_{boost::asio::make_work_guard(io)} {
  refresh_date();
  if (options.tls_only > std::chrono::seconds::zero())
    tls_only = fmt::format("Strict-Transport-Security: max-age={}\r\n", options.tls_only.count());
}

shard::~shard() {
  link->cut();
  join();
  for (const auto& [raw, weak] : sessions_)
    if (const auto s = weak.lock())
      s->release_now();
}

void shard::start() {
  tick();
  thread_ = std::thread{[this] {
    shard_link::current = link.get();
    while (true) {
      try {
        io.run();
        break;
      } catch (const std::exception& e) {
        // Only a handler of ours can throw here; its session's responder answers 500 on the way out.
        fault(std::string{"a handler threw: "} + e.what());
      }
    }
    shard_link::current = nullptr;
  }};
}

void shard::finish() {
  boost::asio::post(io, [this] {
    finishing = true;
    // Closing takes a session off the map: go over a copy.
    const auto all = sessions_;
    for (const auto& [raw, weak] : all)
      if (const auto s = weak.lock())
        s->finish();
  });
}

void shard::cut() {
  boost::asio::post(io, [this] {
    timer_.cancel();
    const auto all = sessions_;
    for (const auto& [raw, weak] : all)
      if (const auto s = weak.lock())
        s->close();
    work_.reset();
    // Upgraded connections belong to somebody else and may have operations pending: do not wait for them.
    boost::asio::post(io, [this] { boost::asio::post(io, [this] { io.stop(); }); });
  });
}

void shard::join() {
  if (thread_.joinable())
    thread_.join();
}

void shard::enlist(const std::shared_ptr<session>& s) {
  sessions_.emplace(s.get(), s);
  live.fetch_add(1, std::memory_order_relaxed);
  strangers_.insert(s.get());
  ++strangers_by_network_[s->network()];
  counters->strangers.fetch_add(1, std::memory_order_relaxed);
  if (strangers_.size() > most_strangers_)
    displace_one(*s);
}

void shard::recognize(session& s) {
  if (strangers_.erase(&s) == 0)
    return;
  counters->strangers.fetch_sub(1, std::memory_order_relaxed);
  const auto at = strangers_by_network_.find(s.network());
  if (--at->second == 0)
    strangers_by_network_.erase(at);
}

/// One client that opens connections without end displaces its own: the network with most of them gives one, of these
/// one that waits for no answer, and of these the one that has been quiet longest.
void shard::displace_one(const session& for_whom) {
  const auto most = std::max_element(strangers_by_network_.begin(), strangers_by_network_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  session* who = nullptr;
  for (auto* s : strangers_)
    if (s != &for_whom && s->network() == most->first && (!who || s->goes_before(*who)))
      who = s;
  if (!who)
    return;
  counters->displaced.fetch_add(1, std::memory_order_relaxed);
  who->close();
}

void shard::forget(session& s) {
  recognize(s);
  if (sessions_.erase(&s) > 0)
    live.fetch_sub(1, std::memory_order_relaxed);
}

void shard::tick() {
  // First, so that a fault in what follows does not end it for good.
  timer_.expires_after(interval_);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      tick();
  });
  now = clock::now();
  refresh_date();
  if (!sessions_.empty()) {
    std::vector<std::shared_ptr<session>> late;
    for (const auto& [raw, weak] : sessions_)
      if (raw->is_late(now))
        if (auto s = weak.lock())
          late.push_back(std::move(s));
    for (const auto& s : late)
      s->time_out();
  }
  std::erase_if(each_tick_, [this](const auto& f) { return !f(now); });
}

void shard::refresh_date() {
  const auto second = std::time(nullptr);
  if (second == date_second_)
    return;
  date_second_ = second;
  // Formatted by hand of fmt: strftime would follow the locale.
  date_ = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(second));
}

} // namespace ringmaster::http
