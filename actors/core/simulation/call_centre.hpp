// SPDX-License-Identifier: Apache-2.0
/// A discrete-event call centre that drives a pacing method through the same interface as the daemon: it
/// tells the method what happens to calls and agents, begins the calls that the method asks for and hangs up those
/// that it gives up.
///
/// Pure: simulated time, seeded random numbers, no threads. About 2 million events a second. `advance`
/// simulates a stretch of time and returns, so that a long run can report how far it is and be given up.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/simulation/outcome.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace ringmaster::core::simulation {

class call_centre {
public:
  /// `method` is driven and must outlive this.
  call_centre(const scenario& what, pacing& method, std::uint64_t seed);
  /// As many methods as the scenario has campaigns; they share the agents by an `agent_ledger`, as in the daemon.
  call_centre(const scenario& what, const std::vector<pacing*>& methods, std::uint64_t seed);
  ~call_centre();
  call_centre(const call_centre&) = delete;
  call_centre& operator=(const call_centre&) = delete;

  /// Simulates at most `seconds` more; false when the scenario's hours are over.
  bool advance(double seconds);
  /// From 0 to 1.
  [[nodiscard]] double progress() const noexcept;
  [[nodiscard]] outcome result() const;
  [[nodiscard]] const std::vector<minute>& minutes() const noexcept;
  void keep_minutes();

private:
  class work;
  std::unique_ptr<work> work_;
};

/// One run to its end.
[[nodiscard]] outcome simulate(const scenario& what, pacing& method, std::uint64_t seed);
[[nodiscard]] outcome simulate(const scenario& what, const std::vector<pacing*>& methods, std::uint64_t seed);

} // namespace ringmaster::core::simulation
