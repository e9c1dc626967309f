// SPDX-License-Identifier: Apache-2.0
/// What is the matter with the daemon, for whoever watches it: a list, empty when all is well. Pure; cost: some strings.
#pragma once

#include "actors/core/ami_rights.hpp"
#include "actors/core/explain.hpp"
#include "protocol/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// One of the clocks has leapt.
struct clock_leap {
  duration by{};       ///< of the wall clock: forward where positive; of a machine that has stood still: how long
  bool stood_still{};  ///< the machine, or the process, and not the wall clock
  time_point at;       ///< a date
};

/// What health depends on. Times are dates.
struct health_facts {
  struct part {
    std::string trouble; ///< for a person; empty: it works
    std::optional<time_point> since;
  };
  part database, result_file, zone_rules;
  struct server {
    std::string name;
    bool connected{false};
    part away;           ///< why it is not connected, where that is known
    std::vector<missing_right> missing;
    std::vector<resting> rests; ///< of it; those of campaigns are no matter of health
  };
  std::vector<server> servers;
  std::optional<std::uint64_t> disk_free; ///< bytes, where the database is; nothing: not known yet
  std::optional<clock_leap> leap;         ///< the last one
};

struct health_trouble {
  std::string_view what; ///< "database", "result_file", "disk", "server", "trunk", "right", "zone_rules" or "clock"
  std::string name;      ///< of the server, or "server trunk"; empty for what there is one of
  std::string text;      ///< for a person
  std::optional<time_point> since;
};

inline constexpr std::uint64_t little_disk{256 * 1024 * 1024};       ///< bytes; less is told
inline constexpr std::chrono::minutes leaps_are_told_for{10};

/// In the order of what costs most: what cannot be written first.
[[nodiscard]] std::vector<health_trouble> what_is_wrong(const health_facts& now_are, time_point now);

} // namespace ringmaster::core
