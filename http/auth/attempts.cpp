// SPDX-License-Identifier: Apache-2.0
#include "http/auth/attempts.hpp"

#include <algorithm>

namespace ringmaster::auth {

duration attempt_limiter::take(std::string_view key, time_point now) {
  auto [found, fresh] = entries_.try_emplace(std::string{key});
  auto& e = found->second;
  if (now < e.allowed)
    return e.allowed - now;
  if (!fresh && now - e.last > policy_.forget)
    e = entry{};
  ++e.tries;
  e.last = now;
  if (e.tries >= policy_.free) {
    const auto doublings = std::min(e.tries - policy_.free, 20u);
    e.allowed = now + std::min<duration>(policy_.first * (std::int64_t{1} << doublings), policy_.longest);
  }
  if (fresh && entries_.size() > policy_.most_keys)
    make_room(now);
  return duration::zero();
}

void attempt_limiter::succeeded(std::string_view key) { entries_.erase(std::string{key}); }

void attempt_limiter::make_room(time_point now) {
  std::erase_if(entries_, [&](const auto& e) { return now - e.second.last > policy_.forget; });
  if (entries_.size() <= policy_.most_keys)
    return;
  const auto oldest = std::min_element(entries_.begin(), entries_.end(),
                                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  entries_.erase(oldest);
}

} // namespace ringmaster::auth
