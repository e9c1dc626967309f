// SPDX-License-Identifier: Apache-2.0
/// What is to happen in a simulated call centre, in order of time; of what falls on the same instant, what
/// was scheduled first. Time is counted in whole nanoseconds from the beginning of the run, so that a run cut
/// into stretches adds up to the same.
///
/// Pure, not thread-safe. `schedule` and `take` are O(log events).
#pragma once

#include "protocol/time.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace ringmaster::core::simulation {

[[nodiscard]] constexpr std::int64_t nanoseconds_of(double seconds) noexcept {
  return static_cast<std::int64_t>(seconds * 1e9);
}
[[nodiscard]] constexpr double seconds_of(std::int64_t nanoseconds) noexcept {
  return static_cast<double>(nanoseconds) * 1e-9;
}
/// As pacing and the ledger of agents are told it.
[[nodiscard]] constexpr time_point moment_of(std::int64_t nanoseconds) noexcept {
  return time_point{std::chrono::hours{480'000}} + std::chrono::nanoseconds{nanoseconds};
}

enum class happening : std::uint8_t {
  tick, ///< pacing is asked
  // of a call
  answer,    ///< by a person, or by a machine that passes for one
  no_answer, ///< it ends without a live answer
  give_up,   ///< its caller has waited for the grace
  hang_up,   ///< pacing has given it up
  ring_out,  ///< an agent's telephone has rung for it in vain for long
  pick_up,   ///< … is picked up late
  talk_end,  ///< `which` is the agent
  inbound,   ///< somebody calls from outside
  // of an agent
  wrap_end,
  break_begin,
  break_end,
  staffing, ///< `which` is the step of the scenario's `staff`
  login,
  stay_end,
  absence_begins,
  absence_ends,
  // of what pacing hears
  news,   ///< the first of those on the way comes
  resync, ///< the whole picture, with what was lost
};

struct event {
  std::int64_t at;
  std::uint64_t order; ///< how many were scheduled before
  happening kind;
  std::uint32_t which;      ///< the call or the agent
  std::uint32_t generation; ///< of that, when this was scheduled: with another one it is out of date
  bool operator>(const event& o) const noexcept { return at != o.at ? at > o.at : order > o.order; }
};

class agenda {
public:
  [[nodiscard]] std::int64_t now() const noexcept { return now_; }
  [[nodiscard]] time_point moment() const noexcept { return moment_of(now_); }
  /// How many events, ever.
  [[nodiscard]] std::uint64_t scheduled() const noexcept { return order_; }

  void schedule(std::int64_t at, happening kind, std::uint32_t which = 0, std::uint32_t generation = 0) {
    events_.push({at, order_++, kind, which, generation});
  }
  /// So many seconds from now.
  void schedule_in(double seconds, happening kind, std::uint32_t which = 0, std::uint32_t generation = 0) {
    schedule(now_ + nanoseconds_of(seconds), kind, which, generation);
  }

  /// The next event that is due by then, which is taken off the agenda; `now` stays.
  [[nodiscard]] std::optional<event> take(std::int64_t until) {
    if (events_.empty() || events_.top().at > until)
      return std::nullopt;
    const auto next = events_.top();
    events_.pop();
    return next;
  }
  void pass(std::int64_t to) noexcept { now_ = to; }

private:
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::uint64_t order_{0};
  std::int64_t now_{0};
};

} // namespace ringmaster::core::simulation
