// SPDX-License-Identifier: Apache-2.0
// What pacing costs the daemon: a decision and an event with 10,000 agents and 30,000 calls in flight. Time
// stands on the events' own clock, as it does in a daemon under that load: 2,000 events a second.
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/simulation/call_centre.hpp"

#include <benchmark/benchmark.h>

#include <cstring>
#include <random>

namespace ringmaster::core {
namespace {

constexpr std::int64_t team = 10'000, flying = 30'000;
constexpr time_point start{std::chrono::hours{500'000}};

uuid numbered(std::uint64_t n) {
  uuid id;
  std::uint64_t mixed = n * 0x9E3779B97F4A7C15ull;
  std::memcpy(id.bytes.data(), &mixed, 8);
  std::memcpy(id.bytes.data() + 8, &n, 8);
  return id;
}

struct large_campaign {
  predictive_pacing p{{}};
  time_point now{start};
  std::uint64_t first{0}, next{0};
  std::mt19937 random{1};

  large_campaign() {
    auto c = *simulation::named_scenario("realistic");
    c.hours = 1;
    (void)simulation::simulate(c, p, 1); // so that it has something to decide with
    p.agents_are({}, now);
    for (agent_key key = 0; key < team; ++key)
      p.agent_is({key,
                  key % 100 == 0 ? agent_state::free
                  : key % 5 == 0 ? agent_state::wrap_up
                                 : agent_state::talking,
                  now - std::chrono::seconds{random() % 300}, std::nullopt},
                 now);
    for (std::int64_t i = 0; i < flying; ++i)
      one_begun();
  }
  void step() { now += std::chrono::microseconds{500}; }
  void one_begun() {
    step();
    p.begun(numbered(next++), now);
  }
};

void decision(benchmark::State& state) {
  large_campaign c;
  for (auto _ : state) {
    c.step();
    benchmark::DoNotOptimize(c.p.calls_to_begin(c.now));
    benchmark::DoNotOptimize(c.p.calls_to_give_up(c.now));
  }
}
BENCHMARK(decision);

/// The oldest call ends, a new one begins, and an agent changes from talking to wrap-up or back: four events.
void events(benchmark::State& state) {
  large_campaign c;
  for (auto _ : state) {
    c.step();
    c.p.ringing(numbered(c.first + flying / 2), c.now);
    c.p.ended(numbered(c.first++), c.now);
    c.p.begun(numbered(c.next++), c.now);
    const agent_key key = c.random() % team;
    c.p.agent_is({key, c.random() % 2 ? agent_state::talking : agent_state::wrap_up, c.now, std::nullopt},
                 c.now);
  }
  state.SetItemsProcessed(state.iterations() * 4);
}
BENCHMARK(events);

} // namespace
} // namespace ringmaster::core
