// SPDX-License-Identifier: Apache-2.0
/// What a change of pacing would do, before it is made: the same call centre, the same customers, simulated with
/// one setting after the other.
///
/// Pure. Work is done in slices, so that whoever runs it can say how far it is and stop.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/simulation/call_centre.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ringmaster::core::simulation {

struct rehearsal_side {
  std::string method;
  pacing_options options;
};

class rehearsal {
public:
  /// Each side is simulated with the seeds 1 … `seeds`, callers waiting as long as the side's grace lets them. Errors: invalid_field, of the scenario or of a side.
  [[nodiscard]] static result<rehearsal> make(const scenario& what, std::vector<rehearsal_side> sides, int seeds);

  /// Simulates about `seconds` of the call centre; false when all is done.
  bool advance(double seconds);
  /// From 0 to 1.
  [[nodiscard]] double progress() const noexcept;
  /// The means over the seeds, a side each; complete when `advance` has returned false.
  [[nodiscard]] std::vector<outcome> outcomes() const;

private:
  rehearsal(const scenario& what, std::vector<rehearsal_side> sides, int seeds);
  [[nodiscard]] std::size_t runs() const noexcept { return sides_.size() * static_cast<std::size_t>(seeds_); }

  std::shared_ptr<const std::vector<scenario>> what_; ///< by side; stays where it is when this moves
  std::vector<rehearsal_side> sides_;
  int seeds_;
  std::size_t run_{0}; ///< seed by seed, the sides in turn
  std::unique_ptr<pacing> method_;
  std::unique_ptr<call_centre> centre_;
  std::vector<std::vector<outcome>> done_; ///< by side
};

} // namespace ringmaster::core::simulation
