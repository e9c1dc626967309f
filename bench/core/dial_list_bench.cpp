// SPDX-License-Identifier: Apache-2.0
// How long does the next eligible entry take at a million entries, whatever part of them is ready; how fast
// are entries added; how many bytes does one cost?

#include "actors/core/dial_list.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};
constexpr std::int64_t start_ns = start.time_since_epoch().count();
constexpr std::size_t million = 1'000'000;

std::vector<dial_entry> make_entries(std::size_t count, unsigned cooling_percent) {
  std::mt19937_64 random{42};
  std::vector<dial_entry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& e = entries[i];
    e.id = ordered_uuid(start - 24h + std::chrono::microseconds{i});
    e.created_ns = start_ns - 86'400'000'000'000 + static_cast<std::int64_t>(i) * 1000;
    e.numbers_mask = 0b11;
    e.trycnt[0] = static_cast<std::uint16_t>(random() % 5);
    if (random() % 100 < cooling_percent)
      e.last_hangup_ns = start_ns + static_cast<std::int64_t>(random() % 3'600) * 1'000'000'000;
  }
  std::shuffle(entries.begin(), entries.end(), random);
  return entries;
}

/// One turn: lease the next entry, dial it, put it back with one more try, a millisecond later. Argument:
/// percent of the entries that cool down at the beginning.
void next_entry(benchmark::State& state) {
  dial_list list;
  for (const auto& e : make_entries(million, static_cast<unsigned>(state.range(0))))
    list.add(e);
  dial_policy policy;
  policy.max_retry_cnt.fill(60'000);
  const auto view = list.add_view(policy, start);
  auto now = start;
  std::vector<leased_entry> got;
  std::size_t leased = 0;
  for (auto _ : state) {
    got.clear();
    leased += list.lease(view, now, 1, got);
    now += 1ms;
    for (const auto& one : got) {
      auto e = *list.find(one.id);
      ++e.trycnt[one.number];
      e.last_hangup_ns = now.time_since_epoch().count();
      list.ended(e);
    }
  }
  state.counters["leased"] = static_cast<double>(leased);
  state.counters["bytes/entry"] = static_cast<double>(list.memory()) / million;
}
BENCHMARK(next_entry)->Arg(0)->Arg(50)->Arg(99)->Iterations(300'000);

/// Leasing alone, until half of the list is gone.
void lease_only(benchmark::State& state) {
  dial_list list;
  for (const auto& e : make_entries(million, 0))
    list.add(e);
  const auto view = list.add_view({}, start);
  std::vector<leased_entry> got;
  got.reserve(1);
  for (auto _ : state) {
    got.clear();
    benchmark::DoNotOptimize(list.lease(view, start, 1, got));
  }
}
BENCHMARK(lease_only)->Iterations(million / 2);

void add_in_bulk(benchmark::State& state) {
  const auto entries = make_entries(million, 20);
  for (auto _ : state) {
    dial_list list;
    const auto view = list.add_view({}, start);
    for (const auto& e : entries)
      list.add(e);
    benchmark::DoNotOptimize(list.counts(view, start));
    state.counters["bytes/entry"] = static_cast<double>(list.memory()) / million;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * million));
}
BENCHMARK(add_in_bulk)->Unit(benchmark::kMillisecond);

/// A campaign with a plan of its own comes to a list of a million.
void add_view(benchmark::State& state) {
  dial_list list;
  for (const auto& e : make_entries(million, 20))
    list.add(e);
  for (auto _ : state)
    list.remove_view(list.add_view({}, start));
}
BENCHMARK(add_view)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace ringmaster::core
