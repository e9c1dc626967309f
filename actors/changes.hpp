// SPDX-License-Identifier: Apache-2.0
/// What a write changed, for those whom it concerns.
#pragma once

#include "protocol/dial_entry.hpp"
#include "protocol/uuid.hpp"

#include <utility>
#include <vector>

namespace ringmaster {

/// The engine tells the actors once the write is on disk.
struct changes {
  std::vector<uuid> campaigns;                                  ///< created, updated, deleted
  std::vector<uuid> resources;                                  ///< plans, destinations, dlmas
  std::vector<std::pair<uuid, dial_entry>> entries;             ///< dlma and the entry as it is now
  std::vector<std::pair<uuid, uuid>> gone;                      ///< dlma and an entry that is not in it any more
  std::vector<uuid> hang_up;                                    ///< dialings to hang up

  [[nodiscard]] bool empty() const noexcept {
    return campaigns.empty() && resources.empty() && entries.empty() && gone.empty() && hang_up.empty();
  }
};

} // namespace ringmaster
