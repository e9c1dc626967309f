// SPDX-License-Identifier: Apache-2.0
#include "actors/core/campaign_rest.hpp"

#include <algorithm>

namespace ringmaster::core {

duration next_look(const campaign_leisure& of, std::uint64_t phase, time_point now) noexcept {
  if (!rests(of))
    return look_while_dialing;
  const auto each = of.watched ? look_while_watched : look_while_resting;
  const auto shift = static_cast<std::int64_t>(phase % 10) * (each.count() / 10);
  auto wait = each - duration{(now.time_since_epoch().count() % each.count() + each.count() - shift) % each.count()};
  if (of.known)
    wait = std::min(wait, *of.known);
  return std::max(wait, look_while_dialing);
}

} // namespace ringmaster::core
