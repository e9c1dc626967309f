#include "actors/core/pacing/predictive.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <functional>
#include <utility>

namespace ringmaster::core {
namespace {

using std::chrono::seconds;

constexpr duration agent_step = seconds{1};
constexpr std::int64_t relearn_every = 10; ///< s
constexpr std::size_t usual_class = predictive_pacing::classes / 2;
constexpr double call_bin_seconds = std::chrono::duration<double>(call_age_step).count();
constexpr double class_width = 0.25; ///< log odds
constexpr double fresh_memory = 50;  ///< calls that tell what the next ones are like

// What is believed before anything has been seen, and how many examples that is worth.
constexpr double prior_ring = 9, prior_ring_cv = 0.6, prior_other = 18, prior_other_cv = 0.6;
constexpr double prior_talk = 120, prior_talk_cv = 1, prior_wrap_up = 30, prior_wrap_up_cv = 0.8;
constexpr double prior_calls = 20, prior_talks = 8;
// Until so many calls have been answered, and so many begun so long ago that all who will answer have, calls
// are begun for free agents only: a thousand agents would otherwise be given thousands of calls by a guess.
constexpr double least_answers = 30, least_matured = 60;
constexpr double set_up_memory = 200, longest_set_up = 20; ///< calls, s
/// Where no abandoned call is allowed for now, a ringing one is still worth keeping at less risk than that.
constexpr double least_theta_to_give_up = 0.002;
constexpr double memory_calls = 20'000, memory_talks = 5'000;

[[nodiscard]] std::int64_t steps(time_point t, duration width) noexcept {
  return t.time_since_epoch() / width;
}
[[nodiscard]] double in_seconds(duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

[[nodiscard]] double shifted(double p, double log_odds) noexcept {
  const auto odds = p / (1 - p) * std::exp(log_odds);
  return odds / (1 + odds);
}
/// Log odds shifted by the class.
[[nodiscard]] double of_class(double p, std::size_t cls) noexcept {
  return cls == usual_class
             ? p
             : shifted(p, class_width * (static_cast<double>(cls) - static_cast<double>(usual_class)));
}
[[nodiscard]] std::size_t class_of(double log_odds) noexcept {
  constexpr auto middle = static_cast<double>(usual_class);
  return static_cast<std::size_t>(std::clamp(std::round(log_odds / class_width) + middle, 0.0, 2 * middle));
}
/// How many calls that were not answered one is worth that has not ended yet, as far as the probability `p` of an answer
/// is concerned: the derivative of the logarithm of its likelihood 1 − pG − (1−p)H over that of 1 − p. Nothing where
/// answers take as long as other ends, nearly 1 where all answers would have come.
[[nodiscard]] double worth_without_end(double p, double answered_by, double resolved_by) noexcept {
  const auto alive = 1 - p * answered_by - (1 - p) * resolved_by;
  return std::clamp((1 - p) * (answered_by - resolved_by) / std::max(alive, 1e-9), -1.0, 1.0);
}
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

// --- time -----------------------------------------------------------------------------------------------

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

  for (pool_index p = 0; p < pools().size(); ++p) {
    const auto& from = pools()[p];
    if (!from.others_known)
      continue;
    for (std::size_t k = 0; k < moments; ++k) {
      auto& told = expected_[p].others_told[k];
      told = 0;
      for (std::size_t i = 0; i < from.others.size(); ++i)
        told += static_cast<double>(answer_[usual_class][bin_at(i)][k]) * std::max(0, from.others[i]);
    }
  }
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

// --- events ---------------------------------------------------------------------------------------------

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
    const bool live = what != step::machine && what != step::ended;
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
  budget_.team(agents_.members() - agents_.unavailable);
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

// --- decisions ------------------------------------------------------------------------------------------

double predictive_pacing::free_now(const agent_pool& p) noexcept {
  return static_cast<double>(servers(p) - p.calls.waiting - others_waiting(p));
}
double predictive_pacing::free_now() const noexcept {
  double sum = 0;
  for (const auto& p : pools())
    sum += free_now(p);
  return sum;
}

double predictive_pacing::late_at(pool_index pool, std::size_t k, double extra) const noexcept {
  const auto& from = pools()[pool];
  const auto& of = expected_[pool];
  const auto foreign =
      of.foreign_rate * horizon_[k] +
      (from.others_known ? of.others_told[k] : static_cast<double>(from.agents.others_calls) * other_answers_[k]);
  const auto fresh = fresh_[k];
  const auto slope = of.answers_in.slope[k] + extra * fresh / rate_.mean();
  count_moments answers{of.answers_in.mean[k] + extra * fresh + foreign, 0};
  answers.variance =
      answers.mean - of.answers_in.squares[k] - extra * fresh * fresh + slope * slope * rate_.variance();
  return late_probability(free_now(from), answers,
                          {of.freed_in.mean[k], std::max(0.0, of.freed_in.mean[k] - of.freed_in.squares[k])});
}

/// Of one more call, beside `extra` that are begun now.
double predictive_pacing::late(pool_index pool, double extra) const noexcept {
  double sum = 0;
  for (std::size_t k = 0; k < horizons; ++k)
    sum += horizon_weight_[k] * late_at(pool, k, extra);
  return sum;
}

/// Of one more call where that is least.
double predictive_pacing::least_late() const noexcept {
  auto least = late(0, 0);
  for (pool_index p = 1; p < pools().size(); ++p)
    least = std::min(least, late(p, 0));
  return least;
}

/// Of one more call that has rung for long.
double predictive_pacing::late_soon(pool_index pool) const noexcept {
  double sum = 0;
  for (auto k = horizons; k < moments; ++k)
    sum += late_at(pool, k, 0) / last_moments;
  return sum;
}

double predictive_pacing::most_late_soon() const noexcept {
  return tuning_.give_up * std::max(budget_.theta(ledger_), least_theta_to_give_up);
}

std::vector<uuid> predictive_pacing::calls_to_give_up(time_point now) {
  step_to(now);
  advance_time(now);
  std::vector<uuid> gone;
  if (!options_.give_up_ringing || agents_.unlimited || budget_.none_allowed() || !experienced())
    return gone;
  const auto most = most_late_soon();
  for (pool_index p = 0; p < pools().size(); ++p)
    while (auto* call = longest_ringing(now, p)) {
      // A call is no danger to itself.
      const auto bin = bin_of(steps(std::min(call->begun, now_), call_age_step));
      add_call(expected_[p], call->probability, bin, -1);
      if (late_soon(p) <= most) {
        add_call(expected_[p], call->probability, bin, 1);
        break;
      }
      gone.push_back(give_up_longest(*call));
      given_up_in_ = p;
    }
  return gone;
}

given_up_calls predictive_pacing::give_up(time_point now) {
  given_up_calls g;
  g.calls = calls_to_give_up(now);
  if (g.calls.empty())
    return g;
  // What it is without them; before, it was more.
  const auto risk = late_soon(given_up_in_), most = most_late_soon();
  const auto soonest = horizon_[horizons], latest = horizon_[moments - 1];
  g.fields = {{"given_up", static_cast<std::int64_t>(g.calls.size())},
              {"late_ppm", std::lround(1e6 * risk)},
              {"most_late_ppm", std::lround(1e6 * most)}};
  g.reason = fmt::format("given up after {} s of ringing or more: without them, an answer in {:.0f} to {:.0f} s finds no agent "
                         "with {:.1f} %; with at most {:.1f} % they would have been kept",
                         std::chrono::duration_cast<seconds>(least_ring_time()).count(), soonest, latest, 100 * risk,
                         100 * most);
  remember({now, 0, g.reason, static_cast<std::int64_t>(g.calls.size())});
  return g;
}

std::int64_t predictive_pacing::allowed_without_abandons(pool_index pool) const {
  // Whoever answers this very instant may wait for the grace, so that a wrap-up that is sure to end within it
  // counts as free.
  const auto sure = static_cast<std::int64_t>(in_seconds(options_.grace) - 1);
  const auto& p = pools()[pool];
  std::int64_t soon = 0;
  for (std::int64_t s = 0; s <= sure && s < static_cast<std::int64_t>(agent_bins); ++s)
    soon += expected_[pool].wrap_ending[static_cast<std::size_t>(s)];
  return servers(p) + soon - p.calls.outstanding() - p.agents.others_calls - others_waiting(p);
}

bool predictive_pacing::experienced() const noexcept {
  return answered_after_.weight() >= least_answers && matured_ >= least_matured;
}

std::int64_t predictive_pacing::calls_to_begin(time_point now) {
  step_to(now);
  advance_time(now);
  if (agents_.unlimited)
    return fill_unlimited().calls;
  const auto theta = experienced() ? budget_.theta(ledger_) : 0; // 0 where no abandoned call is allowed
  return within_bounds(over_pools([&](const agent_pool&, pool_index p) {
    return std::max(allowed_without_abandons(p), allowed_at(theta, p));
  }));
}

std::int64_t predictive_pacing::allowed_at(double theta, pool_index pool) const {
  if (theta <= 0 || late(pool, 0) > theta)
    return 0;
  // The smallest number at which one more would be too late. Where it is large, it is near what would make
  // answers and agents even at the middle horizon, and need not be exact.
  std::int64_t few = 0, many = 1;
  const auto& p = pools()[pool];
  const auto& of = expected_[pool];
  const std::int64_t most = 2 * p.agents.members() + 64;
  const auto ok = [&](std::int64_t n) { return late(pool, static_cast<double>(n)) <= theta; };
  if (ok(many)) {
    constexpr auto middle = horizons / 2;
    const auto even =
        (free_now(p) + of.freed_in.mean[middle] - of.answers_in.mean[middle]) / std::max(fresh_[middle], 1e-3);
    auto guess = static_cast<std::int64_t>(std::clamp(even, 2.0, static_cast<double>(most)));
    few = many;
    many = most;
    for (auto stride = std::max<std::int64_t>(1, guess / 16); guess > few && guess < many; stride *= 2) {
      const bool fits = ok(guess);
      (fits ? few : many) = guess;
      guess += fits ? stride : -stride;
      if ((fits && many < most) || (!fits && few > 1))
        break;
    }
    while (many - few > std::max<std::int64_t>(1, few / 128)) {
      const auto half = few + (many - few) / 2;
      (ok(half) ? few : many) = half;
    }
  }
  return many;
}

pacing_decision predictive_pacing::decide(time_point now) {
  if (agents_.unlimited)
    return fill_unlimited();
  pacing_decision d;
  d.calls = calls_to_begin(now);
  d.by_pool = by_pool();
  const auto free = static_cast<std::int64_t>(free_now());
  const auto in = [](double v) { return static_cast<std::int64_t>(std::lround(v)); };
  const auto middle = horizons / 2;
  const auto theta = budget_.theta(ledger_);
  const auto risk = least_late();
  double freed = 0, answers = 0;
  for (const auto& of : expected_) {
    freed += of.freed_in.mean[middle];
    answers += of.answers_in.mean[middle];
  }
  d.fields = {{"free", free},
              {"outstanding", counts_.outstanding()},
              {"others_outstanding", agents_.others_calls},
              {"expected_free_percent", in(100 * freed)},
              {"expected_answers_percent", in(100 * answers)},
              {"answer_probability_percent", in(100 * rate_.mean())},
              {"late_ppm", in(1e6 * risk)},
              {"theta_ppm", in(1e6 * theta)},
              {"budget_used_percent", in(100 * budget_.used(ledger_))}};
  if (budget_.none_allowed())
    d.reason = fmt::format("no abandoned calls allowed: {} free or about to be, {} on the way", free,
                           counts_.outstanding());
  else
    d.reason = fmt::format(
        "in {:.0f} s {:.1f} answers are expected for {} free agents and {:.1f} becoming free; one "
        "more would find none with {:.1f} %, at most {:.1f} % are allowed now",
        horizon_[middle], answers, free, freed, 100 * risk, 100 * theta);
  if (d.calls > 0)
    remember({now, d.calls, d.reason, 0});
  return d;
}

void predictive_pacing::remember(pacing_view::past decision) {
  decisions_.push_front(std::move(decision));
  if (decisions_.size() > 16)
    decisions_.pop_back();
}

pacing_view predictive_pacing::view(time_point now) const {
  auto v = pacing::view(now);
  v.answer_probability = rate_.mean();
  v.answer_low = rate_.low();
  v.answer_high = rate_.high();
  v.talk_mean = talk_.mean();
  v.wrap_up_mean = wrap_up_.mean();
  v.ring_mean = answered_after_.mean();
  for (std::size_t k = 0; k < horizons; ++k) {
    pacing_view::horizon seen{horizon_[k], 0, 0, 1};
    for (pool_index p = 0; p < pools().size(); ++p) {
      const auto& of = expected_[p];
      const auto free = free_now(pools()[p]);
      const auto answers = of.answers_in.mean[k], slope = of.answers_in.slope[k], freed = of.freed_in.mean[k];
      seen.free_agents += std::max(0.0, free) + freed;
      seen.answers += answers;
      seen.late = std::min(
          seen.late,
          late_probability(free, {answers, answers - of.answers_in.squares[k] + slope * slope * rate_.variance()},
                           {freed, std::max(0.0, freed - of.freed_in.squares[k])}));
    }
    v.horizons.push_back(seen);
  }
  v.theta = budget_.theta(ledger_);
  v.budget_factor = budget_.factor(ledger_);
  v.target = budget_.target();
  v.budget_used = budget_.used(ledger_);
  v.change_alarm = rate_.changing();
  v.last_decisions.assign(decisions_.begin(), decisions_.end());
  return v;
}

// --- what is kept over a restart ------------------------------------------------------------------------
//
//     "RMP4"  f64 × n  odds  u64    the figures in the order of `kept`, what `answer_odds` keeps, then a
//     checksum (FNV-1a) of all before
//     kept = answer rate, calls it is worth, θ, talks without and with wrap-up, calls matured,
//            then of live answers, other ends, talks, wrap-ups: sum, sum of logs, of their squares, and each
//            bin

namespace {

constexpr std::string_view magic = "RMP4";
constexpr std::size_t head_figures = 6;

std::uint64_t checksum(std::string_view bytes) noexcept {
  std::uint64_t h = 0xCBF29CE484222325ull;
  for (const auto c : bytes)
    h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return h;
}

} // namespace

std::string predictive_pacing::save(time_point) const {
  const auto p = rate_.mean();
  std::vector<double> kept{p,
                           std::min(p * (1 - p) / std::max(rate_.variance(), 1e-7), 2000.0),
                           budget_.base(),
                           no_wrap_up_,
                           some_wrap_up_,
                           matured_};
  for (const auto* d : {&answered_after_, &resolved_after_, &talk_, &wrap_up_}) {
    const auto now = d->figures();
    kept.insert(kept.end(), now.begin(), now.end());
  }
  std::string bytes{magic};
  bytes.append(reinterpret_cast<const char*>(kept.data()), kept.size() * sizeof(double));
  bytes.append(odds_.save());
  const auto sum = checksum(bytes);
  bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  return bytes;
}

std::optional<error> predictive_pacing::restore(std::string_view bytes, time_point now) {
  if (bytes.empty())
    return std::nullopt;
  const error refused{errc::malformed, "not what this method saved", {}};
  std::size_t figures = head_figures;
  for (const auto* d : {&answered_after_, &resolved_after_, &talk_, &wrap_up_})
    figures += durations::figure_count(d->bins());
  std::uint64_t sum = 0;
  if (bytes.size() < magic.size() + figures * sizeof(double) + sizeof sum ||
      bytes.substr(0, magic.size()) != magic)
    return refused;
  const auto body = bytes.substr(0, bytes.size() - sizeof sum);
  std::memcpy(&sum, bytes.data() + body.size(), sizeof sum);
  if (sum != checksum(body))
    return refused;
  std::vector<double> kept(figures);
  std::memcpy(kept.data(), body.data() + magic.size(), figures * sizeof(double));
  const auto sane = [](double v, double least, double most) { return v >= least && v <= most; };
  if (!sane(kept[0], 1e-4, 0.9999) || !sane(kept[1], 0, 1e9) || !sane(kept[2], 0, 1) ||
      !sane(kept[3], 0, 1e9) || !sane(kept[4], 0, 1e9) || !sane(kept[5], 0, 1e9) ||
      !std::all_of(kept.begin(), kept.end(), [&](double v) { return sane(v, -1e12, 1e12); }))
    return refused;
  std::span<const double> rest{kept.begin() + head_figures, kept.end()};
  for (const auto* d : {&answered_after_, &resolved_after_, &talk_, &wrap_up_}) {
    const auto n = durations::figure_count(d->bins());
    if (!durations::plausible(rest.first(n)))
      return refused;
    rest = rest.subspan(n);
  }
  if (!odds_.restore(body.substr(magic.size() + figures * sizeof(double))))
    return refused;
  rest = {kept.begin() + head_figures, kept.end()};
  for (auto* d : {&answered_after_, &resolved_after_, &talk_, &wrap_up_}) {
    const auto n = durations::figure_count(d->bins());
    d->set_figures(rest.first(n));
    rest = rest.subspan(n);
  }
  // The rate may have changed since: worth a few hundred calls at most.
  rate_.set_prior(kept[0], std::min(kept[1], 300.0));
  budget_.set_base(kept[2]);
  no_wrap_up_ = kept[3], some_wrap_up_ = kept[4], matured_ = kept[5];
  stale_ = true;
  step_to(now);
  relearn();
  refresh_rate();
  rebuild_calls();
  rebuild_agents();
  return std::nullopt;
}

} // namespace ringmaster::core
