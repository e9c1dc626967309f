// SPDX-License-Identifier: Apache-2.0
/// Time passes for the predictive core: calls and talks grow older, and what is believed is made anew.
#include "actors/core/pacing/predictive_parts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace ringmaster::core {

using namespace predictive_parts;

namespace {

constexpr std::int64_t relearn_every = 10; ///< s

/// The bin of calls of an age in steps, begun and now at the beginning of a coarse step.
[[nodiscard]] constexpr std::size_t bin_at(std::size_t age) noexcept {
  using p = predictive_pacing;
  return age < p::fine_bins
             ? age
             : std::min(p::fine_bins + (age - p::fine_bins) / p::fine_in_coarse, p::call_bins - 1);
}
/// How old the calls of a bin are, in steps.
[[nodiscard]] constexpr std::size_t steps_at(std::size_t bin) noexcept {
  using p = predictive_pacing;
  return bin < p::fine_bins ? bin : p::fine_bins + (bin - p::fine_bins) * p::fine_in_coarse;
}
/// Makes all calls a step older; `coarse`: a coarse step has begun.
template <class Bins>
void age(Bins& bins, bool coarse, const auto& join) {
  using p = predictive_pacing;
  auto fine_end = bins.begin() + p::fine_bins;
  if (coarse) {
    bins.back() = join(bins.back(), *(bins.end() - 2));
    std::copy_backward(fine_end, bins.end() - 2, bins.end() - 1);
    *fine_end = {};
    for (auto i = fine_end - p::fine_in_coarse; i != fine_end; ++i)
      *fine_end = join(*fine_end, std::exchange(*i, {}));
  }
  std::copy_backward(bins.begin(), fine_end - 1, fine_end);
  bins.front() = {};
}

} // namespace

void predictive_pacing::step_to(time_point now) {
  if (now <= now_)
    return;
  now_ = now;
  auto call_now = steps(now, call_age_step), agent_now = steps(now, agent_step);
  if (call_now == call_step_ && agent_now == agent_step_)
    return;
  // After so long a silence all calls are in the last bin; the phase of the coarse steps is kept.
  if (const auto silence = call_now - call_step_; silence > static_cast<std::int64_t>(call_steps)) {
    learn_odds_up_to(call_step_);
    constexpr auto coarse = static_cast<std::int64_t>(fine_in_coarse);
    call_step_ += (silence - static_cast<std::int64_t>(call_steps)) / coarse * coarse;
    odds_step_ = call_step_;
  }
  if (agent_now - agent_step_ > static_cast<std::int64_t>(agent_bins))
    agent_step_ = agent_now - static_cast<std::int64_t>(agent_bins);
  for (; call_step_ < call_now; ++call_step_)
    age_calls();
  const bool agents_aged = agent_step_ < agent_now;
  for (; agent_step_ < agent_now; ++agent_step_)
    age_by_one_second();
  if (agent_step_ >= relearn_at_)
    stale_ = true;
  const bool relearned = stale_;
  if (relearned)
    relearn();
  if (agents_aged || relearned)
    refresh_rate();
  rebuild_calls();
  if (agents_aged || relearned)
    rebuild_agents();
}

void predictive_pacing::learn_odds(const ended_call& call) noexcept {
  const auto p = shifted(rate_.mean(), odds_.of(call.traits));
  odds_.learn(call.traits, p * static_cast<double>(call.worth), call.answered);
}

void predictive_pacing::learn_odds_up_to(std::int64_t begun) {
  for (; odds_step_ < begun; ++odds_step_) {
    auto& ended = ended_[static_cast<std::size_t>(odds_step_ + 1) % call_steps];
    for (const auto& call : ended)
      learn_odds(call);
    ended.clear();
  }
}

std::size_t predictive_pacing::bin_of(std::int64_t begun) const noexcept {
  constexpr auto coarse = static_cast<std::int64_t>(fine_in_coarse);
  constexpr auto first_coarse = static_cast<std::int64_t>(fine_bins) / coarse;
  const auto blocks = call_step_ / coarse - begun / coarse;
  if (blocks < first_coarse)
    return static_cast<std::size_t>(std::max<std::int64_t>(0, call_step_ - begun));
  return std::min(fine_bins + static_cast<std::size_t>(blocks - first_coarse), call_bins - 1);
}

void predictive_pacing::age_calls() {
  // The step that begins.
  const bool coarse = (call_step_ + 1) % static_cast<std::int64_t>(fine_in_coarse) == 0;
  learn_odds_up_to(call_step_ + 1 - settled_);
  // Cohorts of which nobody else will answer are what the answer rate is learned from.
  double answers = 0, trials = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    auto& cohorts = cohorts_[c];
    if (cohort_size_[c] > 0) {
      for (auto i = mature_; i < call_bins; ++i) {
        answers += static_cast<double>(cohorts[i].answered);
        trials += this->trials(c, i);
        cohort_size_[c] -= static_cast<std::int32_t>(cohorts[i].begun);
        cohorts[i] = {};
      }
      age(cohorts, coarse, [](const cohort& a, const cohort& b) {
        return cohort{a.begun + b.begun, a.answered + b.answered, a.given_up + b.given_up, a.worth + b.worth};
      });
    }
    for (auto& of : expected_)
      if (of.class_size[c] > 0)
        age(of.in_flight[c], coarse, std::plus<>{});
  }
  matured_ = std::min(matured_ + trials, 1e9);
  rate_.observe(answers, std::max(answers, trials), in_seconds(call_age_step));
}

std::int32_t predictive_pacing::in_flight(std::size_t cls, std::size_t bin) const noexcept {
  std::int32_t sum = 0;
  for (const auto& of : expected_)
    sum += of.in_flight[cls][bin];
  return sum;
}

/// How many calls of known fate a cohort is worth. Those that ring count by the share of answers that would have come; that is
/// right of all together, whoever has ended. Where some were given up, who has ended was not, so that each counts for
/// itself.
double predictive_pacing::trials(std::size_t cls, std::size_t bin) const noexcept {
  const auto& of = cohorts_[cls][bin];
  const auto p = of_class(rate_.mean(), cls), begun = static_cast<double>(of.begun);
  const auto as_usual = p / rate_.mean();
  if (of.given_up <= 0)
    return begun * answered_by_[bin] * as_usual;
  const auto alive = std::min(static_cast<double>(in_flight(cls, bin)), begun - static_cast<double>(of.given_up));
  const auto ended = begun - static_cast<double>(of.given_up) - alive;
  const auto open = alive * worth_without_end(p, answered_by_[bin], resolved_by_[bin]) + static_cast<double>(of.worth);
  return (ended + open) * as_usual;
}

void predictive_pacing::age_by_one_second() {
  for (auto& of : expected_) {
    for (auto* ages : {&of.talking, &of.wrapping}) {
      (*ages)[agent_bins - 1] += (*ages)[agent_bins - 2];
      std::copy_backward(ages->begin(), ages->end() - 2, ages->end() - 1);
      (*ages)[0] = 0;
    }
    of.wrap_ending[0] += of.wrap_ending[1];
    std::copy(of.wrap_ending.begin() + 2, of.wrap_ending.end(), of.wrap_ending.begin() + 1);
    of.wrap_ending[agent_bins - 1] = 0;
    of.foreign_rate *= 1 - 1.0 / 600;
  }
}

// --- what is believed -----------------------------------------------------------------------------------

void predictive_pacing::relearn() {
  stale_ = false;
  // Often while little is known; later a few more examples change nothing.
  const auto talks = talk_.weight() + answered_after_.weight() / 4;
  relearn_at_ = agent_step_ + (talks > 1.01 * learned_talks_ ? relearn_every : 6 * relearn_every);
  learned_talks_ = talks;
  std::array<double, call_steps> will_answer{}, will_not{};
  for (std::size_t c = 0; c < classes; ++c) {
    const auto p = of_class(rate_.mean(), c);
    const bool some =
        std::any_of(expected_.begin(), expected_.end(), [&](const auto& of) { return of.class_size[c] > 0; });
    for (std::size_t i = 0; i < call_bins && some; ++i) {
      const auto live = p * (1 - answered_by_[i]), other = (1 - p) * (1 - resolved_by_[i]);
      const auto share = live + other > 0 ? live / (live + other) : 0.0;
      const auto n = in_flight(c, i);
      will_answer[steps_at(i)] += share * n;
      will_not[steps_at(i)] += (1 - share) * n;
    }
  }
  answered_after_.rebuild(will_answer);
  resolved_after_.rebuild(will_not);
  std::array<double, agent_bins> talking{}, wrapping{};
  for (const auto& of : expected_)
    for (std::size_t a = 0; a < agent_bins; ++a) {
      talking[a] += of.talking[a];
      wrapping[a] += of.wrapping[a];
    }
  talk_.rebuild(talking);
  wrap_up_.rebuild(wrapping);
  for (std::size_t k = 0; k < horizons; ++k)
    horizon_[k] = answered_after_.quantile((2 * static_cast<double>(k) + 1) / (2 * horizons));
  const auto oldest = set_up_ + in_seconds(least_ring_time());
  const auto before = answered_after_.cdf(oldest);
  for (std::size_t k = 0; k < last_moments; ++k) {
    const auto share = (2 * static_cast<double>(k) + 1) / (2 * last_moments);
    horizon_[horizons + k] =
        std::max(call_bin_seconds, answered_after_.quantile(before + (1 - before) * share) - oldest);
  }
  const auto by_then = [](const durations& d, double share) {
    return std::clamp(static_cast<std::size_t>(d.quantile(share) / call_bin_seconds) + 2, std::size_t{20},
                      call_steps - 1);
  };
  const auto answered = by_then(answered_after_, 0.998);
  mature_ = std::min(bin_at(answered) + 1, call_bins - 1);
  settled_ = static_cast<std::int64_t>(std::max(answered, by_then(resolved_after_, 0.98)));
  for (std::size_t i = 0; i < call_bins; ++i) {
    const auto age = call_bin_seconds * (i == 0 ? 0.25 : static_cast<double>(steps_at(i)));
    answered_by_[i] = answered_after_.cdf(age);
    resolved_by_[i] = resolved_after_.cdf(age);
    for (std::size_t k = 0; k < moments; ++k)
      answered_between_[k][i] = std::max(0.0, answered_after_.cdf(age + horizon_[k]) - answered_by_[i]);
  }
  tabulated_rate_ = -1;

  // A talking agent is free when the talk and then the wrap-up have ended.
  const auto no_wrap_up = (no_wrap_up_ + 0.1) / (no_wrap_up_ + some_wrap_up_ + 1);
  const auto grace = in_seconds(options_.grace);
  std::array<double, agent_bins + 128> talk_left, wrap_left;
  for (std::size_t s = 0; s < talk_left.size(); ++s) {
    talk_left[s] = std::max(talk_.survival(static_cast<double>(s)), 1e-12);
    wrap_left[s] = std::max(wrap_up_.survival(static_cast<double>(s)), 1e-12);
  }
  free_unaged_.fill(0);
  for (std::size_t k = 0; k < moments; ++k) {
    const auto t = std::min(horizon_[k] + grace, 120.0);
    const auto whole = static_cast<std::size_t>(t);
    std::array<double, 128> done{}; // wrap-up over, of a talk that ended in the u-th second from now
    for (std::size_t u = 0; u <= whole; ++u) {
      const auto left = u < whole ? t - static_cast<double>(u) - 0.5 : (t - static_cast<double>(whole)) / 2;
      done[u] = no_wrap_up + (1 - no_wrap_up) * wrap_up_.cdf(left);
    }
    const auto part = t - static_cast<double>(whole);
    for (std::size_t a = 0; a < agent_bins; ++a) {
      double sum = 0;
      for (std::size_t u = 0; u < whole; ++u)
        sum += (talk_left[a + u] - talk_left[a + u + 1]) * done[u];
      sum += (talk_left[a + whole] - talk_left[a + whole + 1]) * part * done[whole];
      free_talking_[a][k] = static_cast<float>(std::clamp(sum / talk_left[a], 0.0, 1.0));
      const auto wrap_then = wrap_left[a + whole] + (wrap_left[a + whole + 1] - wrap_left[a + whole]) * part;
      free_wrapping_[a][k] = static_cast<float>(std::clamp(1 - wrap_then / wrap_left[a], 0.0, 1.0));
      free_ending_[a][k] = static_cast<double>(a) <= t ? 1.0f : 0.0f;
    }
    double sum = 0, mass = 0;
    for (std::size_t a = 0; a < agent_bins; ++a) {
      sum += talk_left[a] * static_cast<double>(free_talking_[a][k]);
      mass += talk_left[a];
      sum += (1 - no_wrap_up) * wrap_left[a] * static_cast<double>(free_wrapping_[a][k]);
      mass += (1 - no_wrap_up) * wrap_left[a];
    }
    free_unaged_[k] = static_cast<float>(sum / mass);
  }
}

void predictive_pacing::tabulate(std::size_t c) {
  tabulated_[c] = true;
  const auto base = tabulated_rate_;
  const auto p = of_class(base, c);
  const auto d_base = p * (1 - p) / (base * (1 - base));
  for (std::size_t i = 0; i < call_bins; ++i) {
    const auto alive = 1 / std::max(1 - p * answered_by_[i] - (1 - p) * resolved_by_[i], 1e-9);
    const auto slope = (1 - resolved_by_[i]) * alive * alive * d_base;
    for (std::size_t k = 0; k < moments; ++k) {
      const auto by_then = answered_between_[k][i];
      answer_[c][i][k] = static_cast<float>(std::clamp(p * by_then * alive, 0.0, 1.0));
      answer_slope_[c][i][k] = static_cast<float>(std::min(by_then * slope, 2.0));
    }
  }
  if (c != usual_class)
    return;
  // Other campaigns' calls are taken to be answered like ours. Where their ages are not told, they are spread
  // as calls begun at an even rate are.
  other_answers_.fill(0);
  double mass = 0;
  for (std::size_t i = 0; i < call_bins; ++i) {
    const auto alive = (i < fine_bins ? 1.0 : fine_in_coarse) *
                       std::max(0.0, 1 - p * answered_by_[i] - (1 - p) * resolved_by_[i]);
    mass += alive;
    for (std::size_t k = 0; k < moments; ++k)
      other_answers_[k] += static_cast<double>(answer_[c][i][k]) * alive;
  }
  for (auto& share : other_answers_)
    share = mass > 0 ? share / mass : 0;
}

void predictive_pacing::refresh_rate() {
  // Answers of cohorts that are still young, and how many trials those calls are worth so far.
  double answers = 0, trials = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (cohort_size_[c] == 0)
      continue;
    for (std::size_t i = 0; i < mature_; ++i) {
      answers += static_cast<double>(cohorts_[c][i].answered);
      trials += this->trials(c, i);
    }
  }
  rate_.refresh(answers, std::max(trials, answers));

  if (std::abs(rate_.mean() - tabulated_rate_) > 0.003 * rate_.mean()) {
    tabulated_rate_ = rate_.mean();
    tabulated_.fill(false);
  }
}

void predictive_pacing::rebuild_calls() {
  for (std::size_t c = 0; c < classes; ++c) {
    const bool some = c == usual_class || std::any_of(expected_.begin(), expected_.end(),
                                                      [&](const auto& of) { return of.class_size[c] > 0; });
    if (!tabulated_[c] && some)
      tabulate(c);
  }
  for (auto& of : expected_) {
    of.answers_in = {};
    for (std::size_t c = 0; c < classes; ++c) {
      if (of.class_size[c] == 0)
        continue;
      for (std::size_t i = 0; i < call_bins; ++i) {
        if (of.in_flight[c][i] == 0)
          continue;
        const auto n = static_cast<double>(of.in_flight[c][i]);
        for (std::size_t k = 0; k < moments; ++k) {
          const auto q = static_cast<double>(answer_[c][i][k]);
          of.answers_in.mean[k] += n * q;
          of.answers_in.squares[k] += n * q * q;
          of.answers_in.slope[k] += n * static_cast<double>(answer_slope_[c][i][k]);
        }
      }
    }
  }
  for (std::size_t k = 0; k < moments; ++k)
    fresh_[k] = std::min(1.0, tabulated_rate_ * fresh_odds_) * answered_between_[k][0];

  for (pool_index p = 0; p < pools().size(); ++p)
    if (pools()[p].others_known)
      expect_others(p);
}

void predictive_pacing::expect_others(pool_index p) {
  auto& told = expected_[p].others_told;
  told = {};
  if (!tabulated_[usual_class])
    tabulate(usual_class);
  for (std::size_t i = 0; i < call_age_steps; ++i) {
    const auto weight = static_cast<double>(pools()[p].others[i]);
    if (weight <= 0)
      continue;
    const auto bin = bin_at(i);
    for (std::size_t k = 0; k < moments; ++k) {
      const auto q = static_cast<double>(answer_[usual_class][bin][k]);
      told.mean[k] += weight * q;
      told.squares[k] += weight * q * q;
      told.slope[k] += weight * static_cast<double>(answer_slope_[usual_class][bin][k]);
    }
  }
}

void predictive_pacing::others_changed(pool_index pool) {
  expect_others(pool);
}

void predictive_pacing::rebuild_agents() {
  for (auto& of : expected_) {
    of.freed_in = {};
    const auto add = [&](const auto& counts, const auto& share) {
      for (std::size_t a = 0; a < agent_bins; ++a) {
        if (counts[a] == 0)
          continue;
        const auto n = static_cast<double>(counts[a]);
        for (std::size_t k = 0; k < moments; ++k) {
          const auto r = static_cast<double>(share[a][k]);
          of.freed_in.mean[k] += n * r;
          of.freed_in.squares[k] += n * r * r;
        }
      }
    };
    add(of.talking, free_talking_);
    add(of.wrapping, free_wrapping_);
    add(of.wrap_ending, free_ending_);
    for (std::size_t k = 0; k < moments; ++k) {
      const auto r = static_cast<double>(free_unaged_[k]);
      of.freed_in.mean[k] += static_cast<double>(of.unaged) * r;
      of.freed_in.squares[k] += static_cast<double>(of.unaged) * r * r;
    }
  }
}

} // namespace ringmaster::core
