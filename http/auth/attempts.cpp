#include "http/auth/attempts.hpp"

#include <algorithm>

namespace ringmaster::auth {

duration attempt_limiter::wait(std::string_view key, time_point now) const {
  const auto found = entries_.find(std::string{key});
  if (found == entries_.end() || found->second.allowed <= now)
    return duration::zero();
  return found->second.allowed - now;
}

void attempt_limiter::failed(std::string_view key, time_point now) {
  auto [found, fresh] = entries_.try_emplace(std::string{key});
  auto& e = found->second;
  if (!fresh && now - e.last > policy_.forget)
    e = entry{};
  ++e.failures;
  e.last = now;
  if (e.failures > policy_.free) {
    const auto doublings = std::min(e.failures - policy_.free - 1, 20u);
    e.allowed = now + std::min<duration>(policy_.first * (std::int64_t{1} << doublings), policy_.longest);
  }
  if (fresh && entries_.size() > policy_.most_keys)
    make_room(now);
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
