// SPDX-License-Identifier: Apache-2.0
/// One time zone: what the clocks on its walls show, at any time, by the rules of one TZif file.
///
/// The format is RFC 9636, versions 1 to 4. Of version 2 and above the block with 64-bit times counts, and after its last
/// transition the rule in its footer (a POSIX TZ string, with the hours beyond a day that version 3 allows); of version 1,
/// or where the footer is empty, the last transition's time goes on for good. Files that count leap seconds (`right/…`) are
/// refused: the daemon's clock, like POSIX's, does not.
///
/// Pure: bytes in, a value out. Threads: immutable, any. Times are whole seconds, since offsets are.
#pragma once

#include "protocol/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

/// From one transition to the next.
struct zone_period {
  std::chrono::sys_seconds begin; ///< `sys_seconds::min()`: since ever
  std::chrono::sys_seconds end;   ///< the next transition; `sys_seconds::max()`: for good
  std::chrono::seconds offset;    ///< local time less UTC; east is positive
  bool is_dst;                    ///< daylight-saving time
  std::string_view abbreviation;  ///< "CEST", "+03"; lives as long as the zone
};

/// When a clock on a wall shows a certain time.
struct local_meaning {
  enum class kind : std::uint8_t {
    unique,   ///< once
    skipped,  ///< never: clocks are put forward over it
    repeated, ///< more than once: clocks are put back over it
  };
  kind what{kind::unique};
  /// The first and the last time that clocks show it. Of a time that is skipped, both are the instant of the transition.
  std::chrono::sys_seconds earliest, latest;
  /// Unless it is unique: the instant at which clocks are put forward, or back for the first time.
  std::optional<std::chrono::sys_seconds> transition{};
};

class time_zone {
public:
  /// Reads the bytes of a TZif file. Error: `malformed`, with a message that begins with `file` and says what is wrong
  /// where. Whatever the bytes are, nothing outside of them is read.
  [[nodiscard]] static result<time_zone> read(std::string_view bytes, std::string_view file);
  [[nodiscard]] static time_zone utc();

  /// Some 10 ns in the 20th and 21st century; BENCHMARKS.md has it measured.
  [[nodiscard]] std::chrono::seconds offset_at(std::chrono::sys_seconds at) const noexcept;
  /// Likewise.
  [[nodiscard]] zone_period period_at(std::chrono::sys_seconds at) const& noexcept;
  zone_period period_at(std::chrono::sys_seconds at) const&& = delete; // its abbreviation would be gone
  /// Nothing when there is none. Some of them change but the abbreviation.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> next_transition(std::chrono::sys_seconds after) const noexcept;
  /// For times that are further than a day from the ends of what 64 bits can say.
  [[nodiscard]] local_meaning at_local(std::chrono::local_seconds wall) const noexcept;

  /// The same times by the same rules.
  [[nodiscard]] bool operator==(const time_zone&) const = default;

private:
  friend class time_zone_reader;

  struct kind { // of local time
    std::int32_t offset{};
    bool is_dst{};
    std::string abbreviation;
    bool operator==(const kind&) const = default;
  };

  /// A day of each year, as a POSIX TZ string has it, and the time of that day on the clock that is about to be changed.
  struct yearly {
    enum class form : std::uint8_t { julian, day, month_week_day }; // Jn, n, Mm.w.d
    form how{};
    std::uint16_t day{};           // n; of a month's week: 0 Sunday to 6
    std::uint8_t month{}, week{};
    std::int32_t time{};           // seconds after midnight, below zero the day before
    [[nodiscard]] std::int64_t in(int year) const noexcept; // seconds since 1970 of that clock
    bool operator==(const yearly&) const = default;
  };

  /// What holds after the last transition of the table.
  struct footer_rule {
    std::uint16_t standard{}, daylight{}; // of kinds_
    yearly to_daylight{}, to_standard{};
    bool operator==(const footer_rule&) const = default;
  };
  struct change {
    std::int64_t at;
    std::uint16_t kind;
  };
  struct found {
    std::int64_t begin, end;
    const kind* what;
  };

  [[nodiscard]] std::size_t transitions_until(std::int64_t at) const noexcept;
  [[nodiscard]] found find(std::int64_t at) const noexcept;
  [[nodiscard]] found find_by_footer(std::int64_t at) const noexcept;
  std::size_t changes_by_footer(int from_year, int to_year, change* into) const noexcept;
  void follow_footer();

  std::vector<kind> kinds_;
  std::vector<std::int64_t> at_;    // transitions, rising
  std::vector<std::uint16_t> after_; // kind from each of them on
  std::uint16_t first_{};            // kind before them all
  std::optional<footer_rule> footer_; // where clocks go on being changed
};

} // namespace ringmaster
