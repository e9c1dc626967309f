// SPDX-License-Identifier: Apache-2.0
/// The simulated PBX's clock: a heap of what happens when. Pure: real time is brought in by `advance`.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace ringmaster::sim {

/// Simulated time since the PBX started; also used for durations.
using sim_time = std::chrono::microseconds;

[[nodiscard]] constexpr sim_time seconds_of(double s) noexcept {
  return sim_time{static_cast<std::int64_t>(s * 1e6)};
}
[[nodiscard]] constexpr std::int64_t whole_seconds(sim_time t) noexcept {
  return std::chrono::duration_cast<std::chrono::seconds>(t).count();
}

/// Events in order of time, equal times in order of scheduling. Not thread-safe. O(log n) an event.
/// Captures of up to two words cost no allocation.
class event_clock {
public:
  using action = std::function<void()>;

  [[nodiscard]] sim_time now() const noexcept { return now_; }

  void after(sim_time delay, action what) {
    heap_.push_back({now_ + std::max(delay, sim_time{0}), sequence_++, std::move(what)});
    std::push_heap(heap_.begin(), heap_.end(), later{});
  }

  [[nodiscard]] std::optional<sim_time> next() const noexcept {
    return heap_.empty() ? std::nullopt : std::optional{heap_.front().when};
  }

  /// Runs everything due up to `to`; during an event, `now()` is that event's own time, so that durations
  /// are exact however late the machine is.
  void advance(sim_time to) {
    while (!heap_.empty() && heap_.front().when <= to) {
      std::pop_heap(heap_.begin(), heap_.end(), later{});
      entry due = std::move(heap_.back());
      heap_.pop_back();
      now_ = std::max(now_, due.when);
      due.what();
    }
    now_ = std::max(now_, to);
  }

private:
  struct entry {
    sim_time when;
    std::uint64_t sequence;
    action what;
  };
  struct later {
    bool operator()(const entry& a, const entry& b) const noexcept {
      return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }
  };

  sim_time now_{0};
  std::uint64_t sequence_{0};
  std::vector<entry> heap_;
};

} // namespace ringmaster::sim
