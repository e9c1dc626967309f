// SPDX-License-Identifier: Apache-2.0
#include "actors/core/agent_presence.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::core {
namespace {

/// In which belief goes two thirds of the way back to what is usual.
constexpr double presence_memory = 5 * 60; // s
constexpr double next_to_nothing = 0.01;
// How likely each kind is to pick up in time.
constexpr std::array<double, 3> picks_up{0.97, 0.5, 0.02};
/// What counting on each kind is worth: a good agent's rare miss is no reason not to.
constexpr std::array<double, 3> worth{1, 0.5, 0};

double as_seconds(duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

} // namespace

agent_presence::belief agent_presence::at(time_point now) const noexcept {
  const auto kept = std::exp(-std::max(0.0, as_seconds(now - as_of_)) / presence_memory);
  belief b{};
  for (std::size_t i = 0; i < b.size(); ++i)
    b[i] = usual_[i] + (of_[i] - usual_[i]) * kept;
  return b;
}

void agent_presence::learn(const belief& likely, time_point now) noexcept {
  auto b = at(now);
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i)
    sum += b[i] *= likely[i];
  for (auto& share : b)
    share /= sum;
  of_ = b;
  as_of_ = now;
}

void agent_presence::rang(ring_end end, duration rung, duration grace, time_point now) noexcept {
  if (end == ring_end::caller_gone && rung < grace / 2)
    return;
  belief likely = picks_up;
  if (end != ring_end::picked_up || rung > grace)
    for (auto& share : likely)
      share = 1 - share;
  learn(likely, now);
  unanswered_ = end == ring_end::picked_up ? 0 : unanswered_ + 1;
}

void agent_presence::is_there(time_point now) noexcept {
  of_ = usual_;
  as_of_ = now;
  unanswered_ = 0;
}

double agent_presence::answers(time_point now) const noexcept {
  const auto b = at(now);
  // Of whom as much is known as of everybody, nothing is doubted.
  double doubt = 0, usually = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    doubt += b[i] * (1 - worth[i]);
    usually += usual_[i] * (1 - worth[i]);
  }
  return 1 - std::max(0.0, (doubt - usually) / (1 - usually));
}

bool agent_presence::usual(time_point now) const noexcept {
  return unanswered_ == 0 && answers(now) > 1 - next_to_nothing;
}

} // namespace ringmaster::core
