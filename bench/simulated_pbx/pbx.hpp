// SPDX-License-Identifier: Apache-2.0
/// One life of the simulated PBX, from its start to its stop or restart: everything that a restart forgets.
#pragma once

#include "bench/simulated_pbx/calls.hpp"
#include "bench/simulated_pbx/configuration.hpp"
#include "bench/simulated_pbx/core.hpp"
#include "bench/simulated_pbx/equipment.hpp"
#include "bench/simulated_pbx/parking.hpp"
#include "bench/simulated_pbx/queues.hpp"

namespace ringmaster::sim {

struct pbx {
  pbx(const population& p, std::uint64_t seed, emitter& e, journal& j, call_counts& counts,
      std::int64_t epoch)
      : state{p, seed, e, j, counts, epoch}, queues{state}, parking{state}, things{state, queues},
        calls{state, queues, parking, things}, config{queues, parking, p.includes} {
    queues.serve(calls);
    parking.serve(calls);
    things.serve(calls);
  }
  pbx(const pbx&) = delete;
  pbx& operator=(const pbx&) = delete;

  core state;
  queue_system queues;
  parking_system parking;
  equipment things;
  call_system calls;
  configuration config;
};

} // namespace ringmaster::sim
