// SPDX-License-Identifier: Apache-2.0
/// `/ob/campaigns/<uuid>/rehearsal`: what a change of a campaign's pacing would do, simulated before it is made.
///
/// POST begins one and answers at once with its `id`; GET `…/rehearsal/<id>` tells how far it is, and the
/// outcomes; DELETE ends it. Simulations run one after the other on a thread of their own that the kernel lets
/// run when nothing else wants to (SCHED_IDLE), so that live calls do not notice.
#pragma once

#include "actors/core/simulation/rehearsal.hpp"
#include "http/outbound/context.hpp"
#include "http/router.hpp"

#include <functional>
#include <memory>
#include <string>

namespace ringmaster::outbound {

/// Any thread. The destructor ends what runs.
class rehearsals {
public:
  struct limits {
    std::size_t waiting{8}; ///< begun and not done, the running one included
    std::size_t kept{64};   ///< done ones that can still be asked for
  };
  struct status {
    enum class phase : std::uint8_t { waiting, running, done, cancelled };
    phase at{phase::waiting};
    double progress{0};
    std::vector<core::simulation::outcome> outcomes; ///< of a done one
    std::string about;                               ///< what it was begun with, JSON members
  };

  rehearsals() : rehearsals(limits{}) {}
  explicit rehearsals(limits l);
  ~rehearsals();
  rehearsals(const rehearsals&) = delete;
  rehearsals& operator=(const rehearsals&) = delete;

  /// Errors: `overloaded` when too many wait.
  [[nodiscard]] result<uuid> begin(const uuid& campaign, core::simulation::rehearsal work, std::string about);
  /// Errors: `not_found`.
  [[nodiscard]] result<status> find(const uuid& campaign, const uuid& id) const;
  [[nodiscard]] result<status> cancel(const uuid& campaign, const uuid& id);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Outcomes as JSON; `ringmaster rehearse` prints the same.
void append_outcome(json_writer& w, const core::simulation::outcome& of);

/// `all` outlives the router's use.
[[nodiscard]] result<void> add_rehearsals(http::router& r, const context& c, rehearsals& all);

} // namespace ringmaster::outbound
