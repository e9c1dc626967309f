// SPDX-License-Identifier: Apache-2.0
/// Points in time as the APIs write them (UTC, nanoseconds, nine digits), and the two clocks of a process.
#pragma once

#include "protocol/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace ringmaster {

/// Nanoseconds since the Unix epoch, UTC. Pure code takes `now` as an argument and never asks a clock.
using time_point = std::chrono::sys_time<std::chrono::nanoseconds>;
using duration = std::chrono::nanoseconds;

/// What time it is, in two ways. Shells (actors, sessions) are handed a clock and ask nothing else.
///
/// A **moment** is what durations and deadlines are made of: graces, retries, back-offs, rates, "since when". Moments
/// run evenly, whatever becomes of the wall clock. They begin as the date of the process's start and so look like dates,
/// but when the wall clock has been set since, they are none: what is shown, written to disk or compared with what
/// comes from there goes through `date_of` and `moment_of`. A **date** is for people, schedules and the expiry of tokens.
///
/// Threads: any. A call costs some tens of nanoseconds.
class clock {
public:
  virtual ~clock() = default;
  /// The present moment. Never goes back.
  [[nodiscard]] virtual time_point now() const noexcept = 0;
  /// What the wall clock says.
  [[nodiscard]] virtual time_point date() const noexcept = 0;

  /// By what the wall clock says now, however it was set between then and now.
  [[nodiscard]] time_point date_of(time_point moment) const noexcept { return moment + (date() - now()); }
  /// Likewise; a date that is still to come counts as now. For what has happened, such as a record's time of change.
  [[nodiscard]] time_point moment_of(time_point past_date) const noexcept;
};

/// The machine's: the monotonic clock, which also stands while the machine sleeps, and the wall clock.
[[nodiscard]] const clock& machine_clock() noexcept;

/// The date by the machine's wall clock. For what has no durations; who has a `clock` asks that.
[[nodiscard]] time_point wall_clock_now() noexcept;

/// "2017-03-08T01:42:40.668089274Z".
[[nodiscard]] std::string format_timestamp(time_point at);
void append_timestamp(std::string& to, time_point at);

/// Reads what `format_timestamp` writes, with no to nine digits of fraction.
[[nodiscard]] result<time_point> parse_timestamp(std::string_view text);

} // namespace ringmaster
