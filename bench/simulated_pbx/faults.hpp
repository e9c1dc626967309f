// SPDX-License-Identifier: Apache-2.0
/// Faults on demand: which of those ordered strikes now. Driven by the run's seed.
#pragma once

#include "bench/simulated_pbx/population.hpp"
#include "bench/simulated_pbx/random.hpp"

#include <optional>
#include <vector>

namespace ringmaster::sim {

class fault_plan {
public:
  explicit fault_plan(std::uint64_t seed) : random_{derive_seed(seed, "faults", 0)} {}

  void add(const fault& f) { active_.push_back(f); }
  void clear() noexcept { active_.clear(); }
  [[nodiscard]] bool empty() const noexcept { return active_.empty(); }

  /// Throws the dice for each active fault of this kind; uses up one of its count when it strikes.
  [[nodiscard]] std::optional<fault> strike(fault::kind kind) {
    for (auto it = active_.begin(); it != active_.end(); ++it) {
      if (it->what != kind || random_.unit() >= it->probability)
        continue;
      const fault hit = *it;
      if (it->count && --*it->count == 0)
        active_.erase(it);
      return hit;
    }
    return std::nullopt;
  }

private:
  std::vector<fault> active_;
  random_source random_;
};

} // namespace ringmaster::sim
