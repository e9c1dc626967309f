// SPDX-License-Identifier: Apache-2.0
#include "actors/surroundings.hpp"

#include "actors/shared.hpp"

namespace ringmaster {
namespace {

/// A machine that is busy looks late, and has not slept.
constexpr duration leap = 8 * surroundings::looks_every;

} // namespace

surroundings surroundings::look(engine_shared& shared) {
  surroundings seen;
  for (const auto& name : shared.pbx_names) {
    auto& one = seen.servers.emplace_back();
    one.name = name;
    if (const auto pbx = shared.live.pbxs.find(name)) {
      one.trouble = pbx->trouble;
      one.state = pbx->state;
      one.missing = pbx->missing_rights;
    }
    for (auto& thing : shared.resting(name))
      one.resting.emplace_back(thing.what, std::move(thing.name));
  }
  seen.writable = shared.live.writable.load(std::memory_order_relaxed);
  seen.watched = shared.is_wanted(core::topic_family::stats);
  seen.now = shared.time->now();
  seen.date_ahead = shared.time->date() - seen.now;
  return seen;
}

bool surroundings::differ_from(const surroundings& before) const {
  return servers != before.servers || writable != before.writable || watched != before.watched || now < before.now ||
         leap_since(before);
}

std::optional<core::clock_leap> surroundings::leap_since(const surroundings& before) const {
  const auto at = now + date_ahead;
  if (const auto by = date_ahead - before.date_ahead; std::chrono::abs(by) > looks_every)
    return core::clock_leap{by, false, at};
  if (now - before.now > leap)
    return core::clock_leap{now - before.now, true, at};
  return std::nullopt;
}

} // namespace ringmaster
