// SPDX-License-Identifier: Apache-2.0
/// When a campaign may dial: its sc_* fields, compiled once.
///
/// - `sc_mode` 0: always.
/// - A date in `sc_date_list_except` is closed, from its midnight to the next, whatever else is set.
/// - A date in `sc_date_list` is open the whole day: it wins over dates, days and times.
/// - Any other date is open when it lies in `sc_date_start` … `sc_date_end` (both included, either may be
///   missing) and its day of the week is in `sc_day_list` (missing: all), from `sc_time_start` (missing:
///   00:00:00) until `sc_time_end` (not included; missing: midnight). When a list of dates is all that is set
///   (no dates and no days), other dates are closed.
/// - `sc_time_start` later than `sc_time_end`: the window goes over midnight and belongs to the date it
/// begins on.
///   Equal: the whole day.
///
/// All of it by the wall clock of `sc_timezone` (null: UTC): open means that the clock on a wall there shows
/// a time within the window. In the hour that is left out in spring nothing opens; of the hour that comes
/// twice in autumn, both count.
///
/// By the rules of the time zones that it was compiled with; when there are newer ones, compile it again.
///
/// Threads: immutable, any.
#pragma once

#include "protocol/outbound.hpp"
#include "protocol/zone_rules.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace ringmaster::core {

class schedule {
public:
  /// Always open.
  schedule() = default;

  /// Errors: invalid_field with the field's name (a date that does not exist, an unknown time zone …).
  [[nodiscard]] static result<schedule> compile(const campaign& c, const zone_rules& zones);

  /// Some tens of nanoseconds.
  [[nodiscard]] bool is_open(time_point now) const;

  /// The first instant after `now` at which `is_open` differs; nothing when it never does. Some microseconds;
  /// up to milliseconds with many hundred dates listed.
  [[nodiscard]] std::optional<time_point> next_change(time_point now) const;

  /// Of the schedule's time zone, also while it is off: days since 1970-01-01 of the date there.
  [[nodiscard]] std::int64_t date_number(time_point now) const;

private:
  using day = std::chrono::sys_days; // a civil date, counted in days
  [[nodiscard]] bool takes(day d) const noexcept;
  [[nodiscard]] bool listed(day d) const noexcept;
  [[nodiscard]] bool excepted(day d) const noexcept;

  bool always_{true};
  bool only_listed_{false};
  std::shared_ptr<const time_zone> zone_; // null: UTC
  std::chrono::seconds from_{0}, until_{std::chrono::hours{24}}; // until_ <= from_: over midnight
  std::optional<day> first_, last_;
  std::vector<day> dates_, except_; // sorted
  std::uint8_t days_{0x7F};         // bit 0: Sunday
};

} // namespace ringmaster::core
