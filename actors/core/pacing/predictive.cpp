// SPDX-License-Identifier: Apache-2.0
/// The predictive core: how it begins, and what events change.
#include "actors/core/pacing/predictive_parts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ringmaster::core {

using namespace predictive_parts;

namespace {

constexpr double share_memory = 20; ///< answers
constexpr double fresh_memory = 50;  ///< calls that tell what the next ones are like
constexpr double set_up_memory = 200, longest_set_up = 20; ///< calls, s
constexpr double memory_calls = 20'000, memory_talks = 5'000;
// What is believed before anything has been seen, and how many examples that is worth.
constexpr double prior_ring = 9, prior_ring_cv = 0.6, prior_other = 18, prior_other_cv = 0.6;
constexpr double prior_talk = 120, prior_talk_cv = 1, prior_wrap_up = 30, prior_wrap_up_cv = 0.8;
constexpr double prior_calls = 20, prior_talks = 8;

[[nodiscard]] std::size_t class_of(double log_odds) noexcept {
  constexpr auto middle = static_cast<double>(usual_class);
  return static_cast<std::size_t>(std::clamp(std::round(log_odds / class_width) + middle, 0.0, 2 * middle));
}
[[nodiscard]] std::uint8_t hour_of_day(time_point t) noexcept {
  return static_cast<std::uint8_t>(t.time_since_epoch() / std::chrono::hours{1} % 24);
}

} // namespace

predictive_pacing::predictive_pacing(const pacing_options& options, const predictive_tuning& tuning)
    : pacing{options}, tuning_{tuning}, budget_{options, tuning.budget},
      answered_after_{call_steps, call_bin_seconds, prior_ring, prior_ring_cv, prior_calls, memory_calls},
      resolved_after_{call_steps, call_bin_seconds, prior_other, prior_other_cv, prior_calls, memory_calls},
      talk_{agent_bins, 1, prior_talk, prior_talk_cv, prior_talks, memory_talks},
      wrap_up_{agent_bins, 1, prior_wrap_up, prior_wrap_up_cv, prior_talks, memory_talks} {
  horizon_weight_.fill(1.0 / horizons);
  gives_up_ = true;
  relearn();
}

void predictive_pacing::options_changed() {
  budget_.configure(options_);
  stale_ = true;
}

void predictive_pacing::pools_added(std::size_t count) {
  expected_.resize(count);
}

void predictive_pacing::add_call(expectation& of, std::size_t cls, std::size_t bin, int by) noexcept {
  of.in_flight[cls][bin] += by;
  of.class_size[cls] += by;
  for (std::size_t k = 0; k < moments; ++k) {
    const auto q = static_cast<double>(answer_[cls][bin][k]);
    of.answers_in.mean[k] += by * q;
    of.answers_in.squares[k] += by * q * q;
    of.answers_in.slope[k] += by * static_cast<double>(answer_slope_[cls][bin][k]);
  }
}

answer_traits predictive_pacing::traits_of(const call_record& call) noexcept {
  return {call.list, call.attempt, call.number, call.hour};
}

void predictive_pacing::call_moved(call_record& call, step what, phase to, time_point now) {
  step_to(now);
  if (what == step::begun) {
    call.hour = hour_of_day(now_);
    call.probability = static_cast<std::uint8_t>(class_of(odds_.of(traits_of(call))));
    if (!tabulated_[call.probability])
      tabulate(call.probability);
    fresh_odds_ +=
        (of_class(tabulated_rate_, call.probability) / tabulated_rate_ - fresh_odds_) / fresh_memory;
  }
  const auto begun = steps(std::min(call.begun, now_), call_age_step);
  const auto bin = bin_of(begun);
  if (what == step::begun) {
    add_call(expected_[call.pool], call.probability, bin, 1);
    cohorts_[call.probability][bin].begun += 1;
    cohort_size_[call.probability] += 1;
    return;
  }
  const auto age = in_seconds(std::max(now_ - call.begun, duration{0}));
  if (what == step::ringing)
    set_up_ += (std::min(age, longest_set_up) - set_up_) / set_up_memory;
  auto& group = cohorts_[call.probability][bin];
  if (call.at <= phase::ringing && to >= phase::waiting) {
    if (!call.given_up)
      add_call(expected_[call.pool], call.probability, bin, -1);
    const bool live = what != step::machine && what != step::ended && what != step::lost;
    const bool given_up = call.given_up && what == step::ended;
    const auto p = of_class(rate_.mean(), call.probability);
    const auto answered_by = given_up ? answered_after_.cdf(age) : 1.0;
    const auto resolved_by = given_up ? resolved_after_.cdf(age) : 1.0;
    const auto worth = given_up ? worth_without_end(p, answered_by, resolved_by) : 1.0;
    const ended_call ended{traits_of(call), live, static_cast<float>(std::max(worth, 0.0))};
    if (begun <= odds_step_)
      learn_odds(ended);
    else
      ended_[static_cast<std::size_t>(begun) % call_steps].push_back(ended);
    if (given_up) {
      const auto live_later = p * (1 - answered_by), other_later = (1 - p) * (1 - resolved_by);
      const auto share = live_later + other_later > 0 ? live_later / (live_later + other_later) : 0.0;
      answered_after_.add_longer_than(age, share);
      resolved_after_.add_longer_than(age, 1 - share);
      if (group.begun > group.given_up) {
        group.given_up += 1;
        group.worth += static_cast<float>(worth);
      }
    } else if (!live) {
      resolved_after_.add(age);
    } else {
      answered_after_.add(age);
      if (group.begun > group.answered)
        group.answered += 1;
    }
  } else if (call.at == phase::waiting && what == step::handed) {
    budget_.waited(in_seconds(std::max(now_ - call.answered, duration{0})));
  } else if (call.at == phase::waiting && what == step::machine) {
    group.answered = std::max(0.0f, group.answered - 1);
    resolved_after_.add(age);
  }
}

void predictive_pacing::live_answer(bool, time_point) {
  // Who has a part of the calls loses callers in smaller bursts.
  const auto own = static_cast<double>(counts_.outstanding() + 1);
  share_ += (own / (own + static_cast<double>(agents_.others_calls)) - share_) / share_memory;
  budget_.team(std::max<std::int64_t>(1, std::lround(share_ * static_cast<double>(agents_.members() - agents_.unavailable))));
  budget_.answer(ledger_);
}

void predictive_pacing::add_agent(expectation& of, const agent_status& agent, int by) noexcept {
  const auto add = [&](auto& counts, const auto& share, std::int64_t at) {
    const auto a = static_cast<std::size_t>(std::clamp<std::int64_t>(at, 0, agent_bins - 1));
    counts[a] += by;
    for (std::size_t k = 0; k < moments; ++k) {
      const auto r = static_cast<double>(share[a][k]);
      of.freed_in.mean[k] += by * r;
      of.freed_in.squares[k] += by * r * r;
    }
  };
  if (agent.state == agent_state::talking)
    add(of.talking, free_talking_, agent_step_ - steps(agent.since, agent_step));
  else if (agent.state == agent_state::wrap_up && agent.ends)
    add(of.wrap_ending, free_ending_, steps(*agent.ends, agent_step) - agent_step_);
  else if (agent.state == agent_state::wrap_up)
    add(of.wrapping, free_wrapping_, agent_step_ - steps(agent.since, agent_step));
}

void predictive_pacing::agent_moved(const agent_status* before, const agent_status* after, time_point now,
                                    pool_index pool) {
  step_to(now);
  auto& of = expected_[pool];
  of.unaged = 0;
  if (before)
    add_agent(of, *before, -1);
  if (after)
    add_agent(of, *after, 1);
  if (!before || !after)
    return;
  const auto took = in_seconds(after->since - before->since);
  if (before->state == agent_state::talking && after->state != agent_state::talking) {
    talk_.add(took);
    (after->state == agent_state::wrap_up ? some_wrap_up_ : no_wrap_up_) += 1;
    if (some_wrap_up_ + no_wrap_up_ > 1000)
      some_wrap_up_ *= 0.5, no_wrap_up_ *= 0.5;
  } else if (before->state == agent_state::wrap_up && after->state != agent_state::wrap_up) {
    wrap_up_.add(took);
  }
}

void predictive_pacing::agents_counted(time_point now) {
  step_to(now);
  for (auto& of : expected_) {
    of.talking = {}, of.wrapping = {}, of.wrap_ending = {};
    of.unaged = 0;
  }
  expected_.front().unaged = agents_.on_call + agents_.wrap_up;
  rebuild_agents();
}

void predictive_pacing::agent_taken_by_others(time_point, pool_index pool) {
  expected_[pool].foreign_rate += 1.0 / 600;
}

} // namespace ringmaster::core
