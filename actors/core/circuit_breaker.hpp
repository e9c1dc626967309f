// SPDX-License-Identifier: Apache-2.0
/// Rests a server or a trunk that fails by itself, so that it does not use up the customers' tries.
///
///             evidence                    10 s, then twice as long each time, up to a minute
///     closed ──────────▶ open (nobody) ──────────▶ one call may go: a probe ──▶ it fails ──┐
///       ▲                 ▲  ▲                             │                               │
///       └─────────────────┼──┴─────────────────────────────┼───────────────────────────────┘
///                         └── evidence                     └──▶ it succeeds: closed
///
/// A **server** (`circuit_breaker` alone) opens at its first refusal: "Asterisk is shutting down" is an answer about
/// itself, and the next one would be the same. It closes when it accepts an Originate.
///
/// A **trunk** (`trunk_breaker`) opens on a *run*: calls that were begun one right after another, none of which reached
/// a telephone (rang, was busy, was answered, was declined). Of these
///
/// - 3 for which Asterisk could not even make a channel (an unknown trunk, one that is not registered), or whose dialplan it
///   did not begin (Local channels, while it is at maxcalls or maxload), or
/// - 12 that the network refused or did not respond to, or
/// - 30 of these and of numbers that the network does not know: a wrong prefix, most likely.
///
/// Why a run, and in the order of beginning: congestion is told after 50 ms and ringing after seconds. In the order of
/// their ends twelve of a hundred calls begun together would be a wall, though the others are about to ring. In the order
/// of beginning a call that is not decided yet ends a run as one that rang does, so that a trunk that merely is full, or
/// fails now and then, opens seldom: of calls of which 30 % fail one in two million is the twelfth in a row, of 50 % one in
/// 4,000, of 80 % one in 15. No share of failures over a window is needed beside it: what such a share would find, twelve
/// in a row find within a few dozen calls, and in one call less than a hundred when nobody is reached at all. Unknown
/// numbers need more, since bad lists have many of them: of 60 % dead numbers one call in four million is the 30th.
///
/// What the trunk has cost the customers it gives back: the tries of the run that opened it and of the failures around it,
/// up to calls that reached a telephone, though their ends may be written already; and those of all calls begun before it
/// opened that fail likewise afterwards. Of calls whose dialplan did not begin it gives back all that it remembers: a limit holds
/// because other calls are up, so that one that got through says nothing against it. A single congestion stays an outcome
/// of the customer. So do probes, one in ten seconds at most: a number that is the reason itself (an entry that no
/// network takes) would otherwise be the next probe again and again.
///
/// Pure: no clock, no lock. O(1); a failure looks at the run before and after it.
#pragma once

#include "actors/core/call.hpp"
#include "protocol/time.hpp"
#include "protocol/uuid.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// Whether a call may begin.
enum class permit : std::uint8_t { none, probe, free };

class circuit_breaker {
public:
  /// Calls in the order in which they were begun. 0: none.
  using ticket = std::uint64_t;

  static constexpr std::chrono::seconds first_probe{10}, last_probe{60};

  [[nodiscard]] bool open() const noexcept { return open_; }
  [[nodiscard]] permit may_begin(time_point now) const noexcept {
    return !open_ ? permit::free : now >= next_probe_ ? permit::probe : permit::none;
  }
  /// A call begins. While it is open that is a probe, and uses the permit up.
  ticket begin(time_point now) noexcept;
  /// Evidence that it fails by itself; `words` of whoever said so. Opens it, or is the end of a probe.
  /// True: it has opened.
  bool fail(ticket call, std::string_view words, time_point now);
  /// Something worked. Calls begun before it opened say nothing of now. True: it has closed.
  bool succeed(ticket call) noexcept;
  /// It has begun anew (a server has booted): a probe may go at once.
  void try_again(time_point now) noexcept { next_probe_ = std::min(next_probe_, now); }
  /// It is open and nobody has wanted to call by it for ten minutes: it may have been renamed, or its campaigns stopped.
  [[nodiscard]] bool is_stale(time_point now) const noexcept { return open_ && now - next_probe_ > std::chrono::minutes{10}; }
  void close() noexcept { open_ = false; }

  /// Of one that is open: the words that it was opened with, or later ones; since when; when a call may go.
  [[nodiscard]] const std::string& words() const noexcept { return words_; }
  [[nodiscard]] time_point since() const noexcept { return since_; }
  [[nodiscard]] time_point next_probe() const noexcept { return next_probe_; }
  /// The first call that was begun after it opened.
  [[nodiscard]] ticket opened_at() const noexcept { return opened_at_; }

private:
  ticket last_{0}, opened_at_{0};
  bool open_{false};
  std::chrono::nanoseconds wait_{first_probe};
  time_point next_probe_{}, since_{};
  std::string words_;
};

/// A try of a customer's number that was used.
struct used_try {
  uuid entry;
  std::uint8_t number{0}; ///< which of the entry's, from 0
};

class trunk_breaker {
public:
  using ticket = circuit_breaker::ticket;

  static constexpr std::size_t most_without_channel = 3, most_refused = 12, most_unreached = 30;
  /// Calls that are remembered, the newest; older ones that are not decided yet are passed over.
  static constexpr std::size_t memory = 16 * 1024;

  [[nodiscard]] const circuit_breaker& state() const noexcept { return breaker_; }
  [[nodiscard]] permit may_begin(time_point now) const noexcept { return breaker_.may_begin(now); }
  ticket begin(const used_try& whose, time_point now);

  struct verdict {
    bool give_back{false}; ///< this call's own try
    bool opened{false}, closed{false};
    std::vector<used_try> back; ///< tries of calls that ended before, to be given back as well
  };
  /// What is known of a call: `reached` as soon as it is, the rest at its end, also `none`. Once a call is enough.
  verdict hear(ticket call, call_evidence what, std::string_view words, time_point now);
  void try_again(time_point now) noexcept { breaker_.try_again(now); }
  void close() noexcept { breaker_.close(); }

private:
  struct record {
    used_try whose;
    call_evidence what{call_evidence::none};
    bool decided{false};
    bool given_back{false};
  };
  struct run {
    std::size_t from, to; ///< places in `calls_`
    std::size_t number{0}, network{0}, no_channel{0}, limit{0};
    [[nodiscard]] std::size_t refused() const noexcept { return network + no_channel + limit; }
    [[nodiscard]] bool is_wall() const noexcept;
    /// If it is one, it takes the unknown numbers to make it so.
    [[nodiscard]] bool by_numbers() const noexcept;
    [[nodiscard]] std::string describe(std::string_view words) const;
  };

  [[nodiscard]] record* find(ticket call) noexcept;
  [[nodiscard]] run run_around(std::size_t at) const noexcept;
  void give_back_around(run range, record& one, verdict& v);
  static void give_back(record& one, verdict& v);
  [[nodiscard]] bool excused(ticket call, call_evidence what) const noexcept;
  void forget_old();

  circuit_breaker breaker_;
  std::deque<record> calls_;
  std::size_t decided_{0};           ///< so many at its front are
  ticket first_{1};                  ///< of `calls_`
  ticket excused_from_{0}, excused_to_{0}; ///< calls whose failures are the trunk's, it being closed again or not
  bool by_numbers_{false};           ///< unknown numbers were part of the evidence
};

} // namespace ringmaster::core
