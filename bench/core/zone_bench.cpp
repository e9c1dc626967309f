// SPDX-License-Identifier: Apache-2.0
// How long does it take to find out what the clocks of a time zone show? By the rules of this machine, at random instants
// from 1990 to 2060: in one zone after the other as campaigns do each tick, and in all of them at random, where the
// tables are fetched from far caches. The C library's own is held against it, for the one zone that it can have.

#include "actors/core/schedule.hpp"
#include "protocol/zone_rules.hpp"

#include <benchmark/benchmark.h>

#include <ctime>
#include <random>

namespace ringmaster {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const zone_rules& rules() {
  static const auto files = read_zone_files(usual_zone_folder);
  return *files.value().rules;
}

std::vector<sys_seconds> instants() {
  std::mt19937_64 random{1};
  std::uniform_int_distribution<std::int64_t> when{631'152'000, 2'840'140'800};
  std::vector<sys_seconds> all;
  for (int i = 0; i < 4096; ++i)
    all.emplace_back(seconds{when(random)});
  return all;
}

void zone_offset_of_one(benchmark::State& state) {
  const auto zone = rules().find("America/New_York");
  const auto all = instants();
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(zone->offset_at(all[i++ % all.size()]));
}
BENCHMARK(zone_offset_of_one);

void zone_offset_of_any(benchmark::State& state) {
  std::vector<zone_rules::zone_pointer> zones;
  for (const auto* name : {"America/New_York", "America/Los_Angeles", "America/Chicago", "America/Denver", "America/Phoenix",
                           "America/Toronto", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Europe/Madrid", "Europe/Kyiv",
                           "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "Africa/Casablanca"})
    if (auto zone = rules().find(name))
      zones.push_back(std::move(zone));
  const auto all = instants();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(zones[i * 7 % zones.size()]->offset_at(all[i % all.size()]));
    ++i;
  }
}
BENCHMARK(zone_offset_of_any);

void zone_period(benchmark::State& state) {
  const auto zone = rules().find("America/New_York");
  const auto all = instants();
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(zone->period_at(all[i++ % all.size()]).end);
}
BENCHMARK(zone_period);

void zone_of_wall_clock(benchmark::State& state) {
  const auto zone = rules().find("America/New_York");
  const auto all = instants();
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(zone->at_local(std::chrono::local_seconds{all[i++ % all.size()].time_since_epoch()}).earliest);
}
BENCHMARK(zone_of_wall_clock);

void zone_by_the_c_library(benchmark::State& state) {
  setenv("TZ", "America/New_York", 1);
  tzset();
  const auto all = instants();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::time_t at = all[i++ % all.size()].time_since_epoch().count();
    std::tm shown{};
    benchmark::DoNotOptimize(localtime_r(&at, &shown));
  }
}
BENCHMARK(zone_by_the_c_library);

void schedule_is_open(benchmark::State& state) {
  campaign c;
  c.sc_mode = 1;
  c.sc_timezone = "America/New_York";
  c.sc_time_start = "09:00:00";
  c.sc_time_end = "17:00:00";
  const auto when = core::schedule::compile(c, rules()).value();
  const auto all = instants();
  std::size_t i = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(when.is_open(all[i++ % all.size()]));
}
BENCHMARK(schedule_is_open);

void zones_read(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(read_zone_files(usual_zone_folder).value().rules);
}
BENCHMARK(zones_read)->Unit(benchmark::kMillisecond);

void zones_looked_at(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(list_zone_files(usual_zone_folder).value().files.size());
}
BENCHMARK(zones_looked_at)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace ringmaster
