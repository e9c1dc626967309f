// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pbx_choice.hpp"

#include <algorithm>

namespace ringmaster::core {
namespace {

/// Whether a/b > c/d, without dividing; what is by nothing is the least.
bool is_more(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) noexcept {
  return b > 0 && (d <= 0 || a * d > c * b);
}

bool is_better(const pbx_capacity& one, const pbx_capacity& other) noexcept {
  if (one.queue && other.queue) {
    const auto &a = *one.queue, &b = *other.queue;
    if (is_more(a.wanted, a.working, b.wanted, b.working))
      return true;
    if (is_more(b.wanted, b.working, a.wanted, a.working))
      return false;
  }
  const auto most = [](const pbx_capacity& s) { return s.max_channels > 0 ? s.max_channels : 1000; };
  return one.channels * most(other) < other.channels * most(one);
}

} // namespace

std::int64_t pbx_capacity::free() const noexcept {
  if (!usable)
    return 0;
  const auto room = max_channels > 0 ? max_channels - channels : tokens;
  return std::max<std::int64_t>(0, std::min(room, tokens));
}

std::vector<std::size_t> choose_pbx(std::span<const pbx_capacity> servers, std::int64_t calls) {
  std::vector<std::size_t> chosen;
  std::vector<pbx_capacity> now{servers.begin(), servers.end()};
  const bool somebody_works = std::any_of(now.begin(), now.end(), [](const pbx_capacity& s) {
    return s.usable && s.queue && s.queue->working > 0;
  });
  for (std::int64_t n = 0; n < calls; ++n) {
    pbx_capacity* best = nullptr;
    for (auto& server : now) {
      if (server.free() == 0)
        continue;
      if (server.queue && (server.queue->wanted <= 0 || (somebody_works && server.queue->working <= 0)))
        continue;
      if (!best || is_better(server, *best))
        best = &server;
    }
    if (!best)
      break;
    ++best->channels;
    --best->tokens;
    if (best->queue)
      --best->queue->wanted;
    chosen.push_back(static_cast<std::size_t>(best - now.data()));
  }
  return chosen;
}

} // namespace ringmaster::core
