// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/parallel_parser.hpp"

#include "protocol/ami/parser.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ringmaster::ami {
namespace {

/// Bytes. Waking a worker takes about as long as parsing that many, and every thread that a message passes on
/// its way makes it later while the processors are busy.
constexpr std::size_t parsed_at_once = 32 * 1024;

} // namespace

/// A sequencer's part that workers hold on to. `places` is the queue of blocks from the next one to be
/// delivered on; a null place is still being parsed.
struct sequencer::stream {
  struct place {
    block_ptr parsed;
    std::size_t bytes;
  };

  explicit stream(deliver callback) : to{std::move(callback)} {}

  static constexpr std::uint64_t refused = ~std::uint64_t{0};

  struct reserved {
    std::uint64_t ticket{refused};
    bool next{false}; ///< nothing before it waits or is being delivered
  };
  reserved reserve(std::size_t bytes) {
    const std::scoped_lock lock{mutex};
    if (closed)
      return {};
    const bool next = places.empty() && !delivering;
    places.push_back({nullptr, bytes});
    pending.fetch_add(bytes, std::memory_order_relaxed);
    return {first + places.size() - 1, next};
  }

  /// Fills a place and, unless somebody else is at it, delivers all that is ready. The lock is not held
  /// during the callback, so that `reserve` never waits for it.
  void fill(std::uint64_t ticket, block_ptr parsed) {
    std::unique_lock lock{mutex};
    if (closed)
      return;
    places[ticket - first].parsed = std::move(parsed);
    if (delivering)
      return;
    delivering = true;
    while (!closed && !places.empty() && places.front().parsed) {
      auto next = std::move(places.front());
      places.pop_front();
      ++first;
      lock.unlock();
      to(std::move(next.parsed));
      lock.lock();
      if (!closed)
        pending.fetch_sub(next.bytes, std::memory_order_relaxed);
      if (first > waited_for)
        tell_waiting();
    }
    delivering = false;
    if (closed || first >= waited_for)
      tell_waiting();
  }

  /// Waking somebody for each block would cost more than the block. Who still has to wait says so again.
  void tell_waiting() {
    waited_for = refused;
    changed.notify_all();
  }

  const deliver to;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<place> places;
  std::uint64_t first{0}; ///< ticket of places.front()
  std::uint64_t waited_for{refused}; ///< what somebody who waits wants `first` to reach
  bool delivering{false};
  bool closed{false};
  std::atomic<std::size_t> pending{0};
};

struct parser_pool::state {
  struct job {
    std::shared_ptr<sequencer::stream> stream;
    std::uint64_t ticket;
    buffer bytes;
  };

  void push(job next) {
    {
      const std::scoped_lock lock{mutex};
      jobs.push_back(std::move(next));
    }
    ready.notify_one();
  }

  void work() {
    std::unique_lock lock{mutex};
    for (;;) {
      ready.wait(lock, [&] { return stopping || !jobs.empty(); });
      if (jobs.empty())
        return;
      {
        auto next = std::move(jobs.front());
        jobs.pop_front();
        lock.unlock();
        next.stream->fill(next.ticket, parse_with_subjects(std::move(next.bytes)));
      }
      lock.lock();
    }
  }

  std::mutex mutex;
  std::condition_variable ready;
  std::deque<job> jobs;
  bool stopping{false};
  std::vector<std::jthread> threads;
};

parser_pool::parser_pool(std::size_t workers) : state_{std::make_unique<state>()} {
  state_->threads.reserve(workers);
  for (std::size_t i = 0; i != workers; ++i)
    state_->threads.emplace_back([s = state_.get()] { s->work(); });
}

parser_pool::~parser_pool() {
  {
    const std::scoped_lock lock{state_->mutex};
    state_->stopping = true;
  }
  state_->ready.notify_all();
  state_->threads.clear();
}

std::size_t parser_pool::workers() const noexcept {
  return state_->threads.size();
}

sequencer::sequencer(parser_pool& pool, deliver to)
    : pool_{pool.state_.get()}, stream_{std::make_shared<stream>(std::move(to))} {}

sequencer::~sequencer() {
  close();
}

void sequencer::submit(buffer bytes) {
  if (bytes.empty())
    return;
  const auto [ticket, next] = stream_->reserve(bytes.size());
  if (ticket == stream::refused)
    return;
  if (pool_->threads.empty() || (next && bytes.size() <= parsed_at_once))
    stream_->fill(ticket, parse_with_subjects(std::move(bytes)));
  else
    pool_->push({stream_, ticket, std::move(bytes)});
}

std::size_t sequencer::pending_bytes() const noexcept {
  return stream_->pending.load(std::memory_order_relaxed);
}

void sequencer::drain() {
  std::unique_lock lock{stream_->mutex};
  const auto last = stream_->first + stream_->places.size();
  stream_->changed.wait(lock, [&] {
    if (stream_->closed || stream_->first > last || (stream_->first == last && !stream_->delivering))
      return true;
    stream_->waited_for = std::min(stream_->waited_for, last);
    return false;
  });
}

void sequencer::close() {
  std::unique_lock lock{stream_->mutex};
  stream_->closed = true;
  stream_->places.clear();
  stream_->pending.store(0, std::memory_order_relaxed);
  stream_->changed.notify_all();
  stream_->changed.wait(lock, [&] { return !stream_->delivering; });
}

} // namespace ringmaster::ami
