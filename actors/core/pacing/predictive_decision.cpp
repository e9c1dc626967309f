// SPDX-License-Identifier: Apache-2.0
/// What the predictive core decides: calls to begin and to give up, and what it shows of that.
#include "actors/core/pacing/predictive_parts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/core.h>

namespace ringmaster::core {

using namespace predictive_parts;

namespace {

// Until so many calls have been answered, and so many begun so long ago that all who will answer have, calls
// are begun for free agents only: a thousand agents would otherwise be given thousands of calls by a guess.
constexpr double least_answers = 30, least_matured = 60;
/// Campaigns that share agents differ in θ by chance; one whose turn it is may go beyond its own by this.
constexpr double on_turn = 3;
/// Where no abandoned call is allowed for now, a ringing one is still worth keeping at less risk than that.
constexpr double least_theta_to_give_up = 0.002;

} // namespace

double predictive_pacing::free_now(const agent_pool& p) noexcept {
  const auto rounded = static_cast<double>(std::lround(p.doubt)) - p.doubt;
  return rounded + static_cast<double>(servers(p) - p.calls.waiting - p.load.others_answered - others_waiting(p));
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
  const auto fresh = fresh_[k];
  auto foreign = of.foreign_rate * horizon_[k], squares = of.answers_in.squares[k] + extra * fresh * fresh;
  auto slope = of.answers_in.slope[k] + extra * fresh / rate_.mean();
  if (from.others_known) {
    foreign += of.others_told.mean[k];
    squares += of.others_told.squares[k];
    slope += of.others_told.slope[k];
  } else {
    foreign += static_cast<double>(from.agents.others_calls) * other_answers_[k];
  }
  count_moments answers{of.answers_in.mean[k] + extra * fresh + foreign, 0};
  answers.variance = answers.mean - squares + slope * slope * rate_.variance();
  const auto free = free_now(from), freed = of.freed_in.mean[k];
  const auto nobody = late_probability(free, answers, {freed, std::max(0.0, freed - of.freed_in.squares[k])});
  return nobody + (1 - nobody) * offered_in_vain(from, free + freed - answers.mean);
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
                         std::chrono::duration_cast<std::chrono::seconds>(least_ring_time()).count(), soonest, latest, 100 * risk,
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
  const auto calls = for_others(p, servers(p) + soon - p.calls.outstanding() - p.agents.others_calls - others_waiting(p));
  const auto risk = offered_in_vain(p, static_cast<double>(p.agents.available) - p.doubt);
  if (risk <= options_.abandon_limit || risk <= 0)
    return calls;
  // Each of these calls would bring the share up. One at a time finds out who is there: while the budget lasts, or where
  // whoever does not answer is paused for it.
  if (!options_.absent_are_paused && budget_.theta(ledger_) <= 0)
    return 0;
  return std::min<std::int64_t>(calls, 1 - p.calls.outstanding() - p.agents.others_calls);
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

granted_calls predictive_pacing::offer(std::int64_t calls, time_point now) {
  step_to(now);
  advance_time(now);
  granted_calls could{calls, 0, options_.abandon_limit / 2};
  if (calls > 0 && experienced() && !agents_.unlimited)
    for (pool_index p = 0; p < pools().size(); ++p)
      could.safe += allowed_at(could.safe_risk, p);
  could.safe = std::min(could.safe, calls);
  return could;
}

std::int64_t predictive_pacing::calls_on_turn(const granted_calls& granted, time_point now) {
  step_to(now);
  advance_time(now);
  const auto theta = budget_.theta(ledger_); // also before there is experience: the other has it
  // Calls at half the limit bring the share down, wherever it is. Without them, whoever has no allowance yet, or has used it up,
  // would wait for agents whom nobody else calls for, and never get any.
  const bool safely = on_turn * theta < granted.safe_risk && 2 * granted.safe_risk <= options_.abandon_limit;
  if (agents_.unlimited || (theta <= 0 && !safely) || agents_.working() == 0)
    return 0;
  (void)over_pools([](const agent_pool&, pool_index) { return 0; });
  spread(within_bounds(safely ? granted.safe : granted.calls));
  return over_pools([&](const agent_pool& p, pool_index i) {
    auto calls = p.can_take;
    if (experienced() && !safely)
      while (calls > 0 && late(i, static_cast<double>(calls - 1)) > on_turn * theta)
        --calls;
    return calls;
  });
}

std::int64_t predictive_pacing::allowed_at(double theta, pool_index pool) const {
  if (theta <= 0 || pools()[pool].agents.working() == 0 || late(pool, 0) > theta)
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

} // namespace ringmaster::core
