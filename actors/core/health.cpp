// SPDX-License-Identifier: Apache-2.0
#include "actors/core/health.hpp"

#include <fmt/format.h>

namespace ringmaster::core {
namespace {

std::string words_of(const clock_leap& leap) {
  const auto seconds = static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::abs(leap.by)).count()) / 1000;
  if (leap.stood_still)
    return fmt::format("the machine, or this process, stood still for {:.1f} s: nothing was heard or dialed meanwhile", seconds);
  return fmt::format("the wall clock was set {} by {:.1f} s: schedules go by what it shows now", leap.by > duration{0} ? "forward" : "back",
                     seconds);
}

void add(std::vector<health_trouble>& to, std::string_view what, const health_facts::part& part) {
  if (!part.trouble.empty())
    to.push_back({what, {}, part.trouble, part.since});
}

} // namespace

std::vector<health_trouble> what_is_wrong(const health_facts& now_are, time_point now) {
  std::vector<health_trouble> all;
  add(all, "database", now_are.database);
  add(all, "result_file", now_are.result_file);
  if (now_are.disk_free && *now_are.disk_free < little_disk)
    all.push_back({"disk", {}, fmt::format("only {} MiB are free where the database is", *now_are.disk_free / (1024 * 1024)), {}});
  for (const auto& one : now_are.servers) {
    if (!one.connected) {
      all.push_back({"server", one.name, one.away.trouble.empty() ? "not connected yet" : one.away.trouble, one.away.since});
      continue;
    }
    for (const auto& right : one.missing)
      all.push_back({"right", one.name, fmt::format("{}: {}", right.seen, right.mend()), {}});
    for (const auto& rest : one.rests)
      if (rest.what == resting_thing::server)
        all.push_back({"server", one.name, rest.words, rest.since});
      else if (rest.what == resting_thing::trunk)
        all.push_back({"trunk", one.name + " " + rest.name, rest.words, rest.since});
  }
  add(all, "zone_rules", now_are.zone_rules);
  if (now_are.leap && now - now_are.leap->at < leaps_are_told_for)
    all.push_back({"clock", {}, words_of(*now_are.leap), now_are.leap->at});
  return all;
}

} // namespace ringmaster::core
