// SPDX-License-Identifier: Apache-2.0
// Measures the way of events through the engine. Each command prints one JSON object.
//
//   serve PASSES        feeds whoever connects and sends a Ping; prints its port and the events in the stream
//   receive PASSES      our side of the same: socket to updated actors
//   live CALLS SLICE    events of CALLS live calls, in random order, SLICE events at a time
//   routing PASSES BYTES
#include "bench/actors/harness.hpp"
#include "bench/actors/routing.hpp"
#include "bench/actors/stream.hpp"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>

namespace ringmaster::bench {
namespace {

int serve(std::size_t passes) {
  auto stream = recorded_load(passes);
  const auto events = events_in(stream);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const stream_server server{std::move(stream)};
  std::printf("{\"port\": %u, \"events\": %zu}\n", unsigned{server.port()}, events);
  std::fflush(stdout);
  for (;;)
    ::pause();
}

/// Pass by pass, so that as many calls are live as in the recording.
int receive(std::size_t passes) {
  harness engine;
  double cpu = 0;
  std::size_t events = 0, bytes = 0;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    const auto stream = recorded_load(1, pass);
    std::vector<uuid> ids;
    for (std::size_t number = 0; number < recorded_calls; ++number)
      ids.push_back(call_id(pass, number));
    engine.begin(ids);
    const auto before = cpu_without_me();
    engine.server().send(stream);
    harness::wait_for([&] { return engine.counts().ended.load() >= (pass + 1) * recorded_calls; });
    cpu += cpu_without_me() - before;
    events += events_in(stream);
    bytes += stream.size();
  }
  std::printf("{\"events\": %zu, \"bytes\": %zu, \"cpu_seconds\": %.6f, \"events_per_cpu_second\": %.0f}\n", events,
              bytes, cpu, static_cast<double>(events) / cpu);
  return 0;
}

/// The whole life of many calls, `calls` of them at a time. All in the same steps and in slices of the
/// same size, so that nothing differs but how many calls are live.
int live(std::size_t calls, std::size_t slice) {
  const auto total = std::max<std::size_t>(calls, 100'000);
  const call_script script;
  harness engine;
  std::mt19937_64 random{42};
  auto& messages = engine.live().total.ami_messages;
  double cpu = 0;
  std::size_t events = 0;
  for (std::size_t first = 0; first < total; first += calls) {
    std::vector<uuid> ids;
    for (std::size_t i = 0; i < calls; ++i)
      ids.push_back(call_id(1, first + i));
    const auto ended = engine.counts().ended.load();
    engine.begin(ids);
    auto taken = messages.load();
    const auto before = cpu_without_me();
    for (std::size_t step = 0; step < script.size(); ++step) {
      std::shuffle(ids.begin(), ids.end(), random);
      std::string bytes;
      for (std::size_t at = 0; at < calls; at += slice) {
        bytes.clear();
        const auto end = std::min(calls, at + slice);
        for (auto i = at; i < end; ++i)
          script.write(bytes, step, ids[i]);
        engine.server().send(bytes);
        taken += end - at;
        events += end - at;
        harness::wait_for([&] { return messages.load() >= taken; });
      }
    }
    harness::wait_for([&] { return engine.counts().ended.load() - ended >= calls; });
    cpu += cpu_without_me() - before;
  }
  std::printf("{\"calls\": %zu, \"events\": %zu, \"ns_per_event\": %.1f}\n", calls, events,
              cpu * 1e9 / static_cast<double>(events));
  return 0;
}

int routing(std::size_t passes, std::size_t bytes) {
  const auto print = [](const char* name, const routing_figures& f) {
    const auto n = static_cast<double>(f.routed);
    std::printf("\"%s\": {\"routed\": %zu, \"messages\": %zu, \"batched_ns\": %.1f, \"one_by_one_ns\": %.1f, "
                "\"ratio\": %.3f}",
                name, f.routed, f.batches, f.batched * 1e9 / n, f.one_by_one * 1e9 / n, f.one_by_one / f.batched);
  };
  std::printf("{");
  print("actors", measure_routing(passes, bytes));
  std::printf(", ");
  print("sending", measure_sending(passes, bytes, batched_channels::as_in_the_engine));
  std::printf(", ");
  print("scheduled", measure_sending(passes, bytes, batched_channels::scheduled));
  std::printf("}\n");
  return 0;
}

int run(int count, char** arguments) {
  spdlog::set_level(spdlog::level::err);
  const std::string command = count > 1 ? arguments[1] : "";
  const auto number = [&](int at, std::size_t otherwise) {
    return count > at ? std::strtoul(arguments[at], nullptr, 10) : otherwise;
  };
  if (command == "serve")
    return serve(number(2, 5));
  if (command == "receive")
    return receive(number(2, 20));
  if (command == "live")
    return live(number(2, 100), number(3, 100));
  if (command == "routing")
    return routing(number(2, 5), number(3, 262'144));
  std::fputs("bench_actors serve|receive PASSES, live CALLS SLICE, routing PASSES BYTES\n", stderr);
  return 2;
}

} // namespace
} // namespace ringmaster::bench

int main(int count, char** arguments) {
  try {
    return ringmaster::bench::run(count, arguments);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_actors: %s\n", e.what());
    return 1;
  }
}
