// SPDX-License-Identifier: Apache-2.0
#include "actors/core/plan_pacing.hpp"

#include "protocol/jurisdiction.hpp"

#include <algorithm>

namespace ringmaster::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A day may be a little worse than the window as a whole.
constexpr double day_over_window = 1.2;

} // namespace

std::string_view pacing_method_of(const plan& p) noexcept {
  return given(p.pacing_method) ? std::string_view{*p.pacing_method} : std::string_view{"predictive"};
}

pacing_options pacing_options_of(const plan& p) noexcept {
  const auto* named = p.jurisdiction ? find_jurisdiction(*p.jurisdiction) : nullptr;
  const auto& rules = named ? *named : *find_jurisdiction("US");
  pacing_options o;
  o.service_level = p.service_level;
  o.abandon_limit = p.abandon_limit.value_or(rules.abandon_limit);
  o.window_days = p.abandon_window_days.value_or(rules.window_days);
  o.daily_limit = std::min(1.0, o.abandon_limit * day_over_window);
  o.grace = p.abandon_grace_ms ? duration{milliseconds{*p.abandon_grace_ms}} : rules.grace;
  o.max_ring = milliseconds{p.dial_timeout};
  o.min_ring = std::min(o.max_ring, p.min_ring_seconds ? duration{seconds{*p.min_ring_seconds}} : rules.min_ring);
  o.max_calls_per_agent = p.max_calls_per_agent.value_or(0);
  o.max_calls = p.max_calls.value_or(0);
  o.give_up_ringing = p.give_up_ringing;
  o.absent_are_paused = p.agent_no_answer_limit.has_value();
  return o;
}

bool treats_abandoned_calls(const plan& p) noexcept {
  return pacing_method_of(p) == "predictive" || p.abandon_limit || p.abandon_window_days || p.abandon_grace_ms ||
         given(p.jurisdiction) || given(p.abandon_context);
}

std::optional<dialplan_place> abandon_place(const plan& p) {
  if (!given(p.abandon_context))
    return std::nullopt;
  for (const auto* part : {&p.abandon_context, &p.abandon_exten, &p.abandon_priority})
    if (!passes(dialplan_name_rule, *part))
      return std::nullopt;
  return dialplan_place{*p.abandon_context, given(p.abandon_exten) ? *p.abandon_exten : "s",
                        given(p.abandon_priority) ? *p.abandon_priority : "1"};
}

} // namespace ringmaster::core
