#include "actors/core/pacing.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace ringmaster::core {
namespace {

std::string calls_text(std::int64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

} // namespace

void pacing::count(phase p, std::int64_t by) noexcept {
  switch (p) {
  case phase::ringing:
    counts_.ringing += by;
    [[fallthrough]];
  case phase::dialing:
    counts_.dialing += by;
    break;
  case phase::waiting:
    counts_.waiting += by;
    break;
  case phase::with_agent:
    counts_.with_agent += by;
    break;
  }
}

void pacing::advance(const uuid& call, phase to) {
  const auto it = calls_.find(call);
  if (it == calls_.end() || it->second >= to)
    return;
  if (it->second < phase::waiting && to >= phase::waiting)
    ++answers_;
  count(it->second, -1);
  it->second = to;
  count(to, 1);
}

void pacing::begun(const uuid& call, time_point) {
  if (calls_.emplace(call, phase::dialing).second)
    count(phase::dialing, 1);
}
void pacing::ringing(const uuid& call, time_point) {
  advance(call, phase::ringing);
}
void pacing::answered(const uuid& call, time_point) {
  advance(call, phase::waiting);
}
void pacing::handed_to_agent(const uuid& call, time_point) {
  advance(call, phase::with_agent);
}
void pacing::abandoned(const uuid& call, time_point) {
  // It may stay up for a while (a queue's timeout goes on in the dialplan), but it needs no agent any more.
  const auto it = calls_.find(call);
  if (it == calls_.end() || it->second == phase::with_agent)
    return;
  advance(call, phase::with_agent);
  ++abandons_;
}
void pacing::ended(const uuid& call, time_point) {
  const auto it = calls_.find(call);
  if (it == calls_.end())
    return;
  count(it->second, -1);
  calls_.erase(it);
}
void pacing::agents(const availability& a, time_point) {
  agents_ = a;
}

std::int64_t pacing::servers() const noexcept {
  return agents_.available + std::min(agents_.ringing, counts_.waiting);
}

pacing_decision pacing::fill_unlimited() const {
  pacing_decision d;
  d.calls = std::max<std::int64_t>(0, options_.unlimited_calls - counts_.in_flight());
  d.fields = {{"in_flight", counts_.in_flight()}, {"most_in_flight", options_.unlimited_calls}};
  d.reason = d.calls > 0
                 ? fmt::format("the destination takes any number of calls; {} of at most {} are in flight",
                               counts_.in_flight(), options_.unlimited_calls)
                 : fmt::format("as many calls as allowed ({}) are in flight", options_.unlimited_calls);
  return d;
}

pacing_decision available_pacing::decide(time_point) {
  if (agents_.unlimited)
    return fill_unlimited();
  pacing_decision d;
  const auto agents = servers();
  const auto outstanding = counts_.outstanding() + agents_.others_calls;
  d.calls = std::max<std::int64_t>(0, agents - outstanding + options_.service_level);
  d.fields = {{"available", agents_.available},
              {"ringing", agents - agents_.available},
              {"outstanding", counts_.outstanding()},
              {"others_outstanding", agents_.others_calls},
              {"service_level", options_.service_level}};
  d.reason =
      fmt::format("{} can take a call, {} on the way and not with an agent, service level {}",
                  calls_text(agents, "agent"), calls_text(outstanding, "call"), options_.service_level);
  return d;
}

pacing_decision progressive_pacing::decide(time_point) {
  if (agents_.unlimited)
    return fill_unlimited();
  pacing_decision d;
  const auto agents = servers();
  const auto others_waiting = std::max<std::int64_t>(0, agents_.waiting - counts_.waiting);
  const auto taken = counts_.outstanding() + agents_.others_calls + others_waiting;
  d.calls = std::max<std::int64_t>(0, agents - taken);
  d.fields = {{"available", agents_.available},
              {"ringing", agents - agents_.available},
              {"outstanding", counts_.outstanding()},
              {"others_outstanding", agents_.others_calls},
              {"others_waiting", others_waiting}};
  d.reason = fmt::format("{} free, {} on the way or waiting for one", calls_text(agents, "agent"),
                         calls_text(taken, "call"));
  return d;
}

result<std::unique_ptr<pacing>> make_pacing(const text& method, const pacing_options& options) {
  if (!method || method->empty() || *method == "available")
    return std::unique_ptr<pacing>{std::make_unique<available_pacing>(options)};
  if (*method == "progressive")
    return std::unique_ptr<pacing>{std::make_unique<progressive_pacing>(options)};
  return invalid_field("pacing_method", "pacing_method must be available or progressive");
}

} // namespace ringmaster::core
