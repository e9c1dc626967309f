// SPDX-License-Identifier: Apache-2.0
// How many events a second does one core take through the call machine, with and without the translation from
// messages? The events of one recorded call from the Originate through a queue to an agent and the hang-up.

#include "tests/core/recorded_calls.hpp"

#include <benchmark/benchmark.h>

namespace ringmaster::core {
namespace {

constexpr time_point start{std::chrono::hours{500'000}};

void call_events(benchmark::State& state) {
  const auto recorded = read_calls("queue-answer");
  const auto& events = recorded.calls.at(0).events;
  for (auto _ : state) {
    call c{call_times{}, start};
    for (const auto& e : events)
      benchmark::DoNotOptimize(c.on(e, start));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size()));
}
BENCHMARK(call_events);

void messages_to_call_events(benchmark::State& state) {
  const auto recorded = read_calls("queue-answer");
  for (auto _ : state)
    for (const auto m : *recorded.received)
      benchmark::DoNotOptimize(to_call_event(m));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(recorded.received->size()));
}
BENCHMARK(messages_to_call_events);

} // namespace
} // namespace ringmaster::core
