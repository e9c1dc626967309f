#include "actors/core/pbx_choice.hpp"

#include <algorithm>
#include <optional>

namespace ringmaster::core {

std::int64_t pbx_capacity::free() const noexcept {
  if (!usable)
    return 0;
  const auto room = max_channels > 0 ? max_channels - channels : tokens;
  return std::max<std::int64_t>(0, std::min(room, tokens));
}

std::vector<std::size_t> choose_pbx(std::span<const pbx_capacity> servers, std::int64_t calls) {
  std::vector<std::size_t> chosen;
  std::vector<pbx_capacity> now{servers.begin(), servers.end()};
  const auto most = [](const pbx_capacity& s) { return s.max_channels > 0 ? s.max_channels : 1000; };
  for (std::int64_t n = 0; n < calls; ++n) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < now.size(); ++i) {
      // a/b < c/d without dividing
      if (now[i].free() > 0 &&
          (!best || now[i].channels * most(now[*best]) < now[*best].channels * most(now[i])))
        best = i;
    }
    if (!best)
      break;
    ++now[*best].channels;
    --now[*best].tokens;
    chosen.push_back(*best);
  }
  return chosen;
}

} // namespace ringmaster::core
