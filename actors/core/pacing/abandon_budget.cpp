// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/abandon_budget.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::core {
namespace {
constexpr double least_theta = 1e-4, most_theta = 0.9;
constexpr double least_factor = 0.05, most_factor = 2.5;
/// Of the limit, where no target is given.
constexpr double usual_target = 1;
/// How abandons go with θ: about as its 0.8th power.
constexpr double elasticity = 0.8;
/// Of the factor, just before nothing more may be abandoned.
constexpr double least_near = 0.02;
constexpr double most_margin = 3;
/// A day has no headroom of its own, as the window has, and what is lost at its end cannot be made good in it.
constexpr double day_margin = 2;

/// How many more calls than one may be abandoned now before the share is over `limit`.
double left(double limit, std::int64_t answers, std::int64_t abandons) noexcept {
  return limit * (static_cast<double>(answers) + 1) - static_cast<double>(abandons) - 1;
}
} // namespace

abandon_budget::abandon_budget(const pacing_options& options, const budget_tuning& tuning)
    : tuning_{tuning}, log_theta_{std::log(tuning.first)}, log_wait_bound_{std::log(0.1)} {
  configure(options);
}

void abandon_budget::configure(const pacing_options& o) {
  limit_ = o.abandon_limit;
  daily_limit_ = o.daily_limit;
  target_ = o.target > 0 ? std::min(o.target, limit_) : usual_target * limit_;
}

double abandon_budget::reserve(const abandon_ledger& l) const noexcept {
  return tuning_.least_reserve + tuning_.team_reserve * static_cast<double>(team_) +
         tuning_.reserve * std::sqrt(target_ * static_cast<double>(l.window_answers));
}
double abandon_budget::unused(const abandon_ledger& l) const noexcept {
  // A controller with this reserve leaves abandons to fluctuate by the root of the reserve, and by more in
  // larger teams, which lose several callers at a time.
  const auto bursts = 1 + tuning_.team_bursts * std::min(static_cast<double>(team_), tuning_.burst_agents);
  const auto headroom = tuning_.headroom * std::sqrt(bursts * reserve(l));
  return left(target_, l.window_answers, l.window_abandons) - headroom;
}

void abandon_budget::answer(const abandon_ledger& ledger) noexcept {
  if (none_allowed())
    return;
  // The factor alone takes `per_answer` off x with each answer; the base does the same more slowly.
  const auto r = reserve(ledger);
  const auto per_answer = elasticity * target_ / r;
  log_theta_ += tuning_.drift * per_answer * std::clamp(unused(ledger) / r, -1.0, 1.0);
  log_theta_ = std::clamp(log_theta_, std::log(least_theta), std::log(most_theta));
}

void abandon_budget::waited(double seconds) noexcept {
  log_wait_bound_ +=
      tuning_.wait_gain / (10.0 + static_cast<double>(team_)) * (tuning_.wait - std::min(seconds, 4.0));
  log_wait_bound_ = std::clamp(log_wait_bound_, std::log(0.005), std::log(most_theta));
}

double abandon_budget::base() const noexcept {
  return std::exp(log_theta_);
}
void abandon_budget::set_base(double theta) noexcept {
  log_theta_ = std::log(std::clamp(theta, least_theta, most_theta));
}

double abandon_budget::factor(const abandon_ledger& l) const noexcept {
  // What is in flight already may still be lost, more of it at a time where there are many agents.
  const auto margin = std::min(tuning_.team_margin * static_cast<double>(team_), most_margin);
  const auto near = [&](double limit, std::int64_t answers, std::int64_t abandons, double kept) {
    const auto more = left(limit, answers, abandons) - kept;
    return more < 0 ? 0.0 : std::clamp(std::pow(more / tuning_.soft, tuning_.softness), least_near, 1.0);
  };
  const auto x = unused(l) / reserve(l);
  auto f = std::clamp(std::exp(x), least_factor, most_factor);
  f *= near(limit_, l.window_answers, l.window_abandons, margin);
  if (daily_limit_ < 1)
    f *= near(daily_limit_, l.day_answers, l.day_abandons, day_margin * margin);
  return f;
}

double abandon_budget::theta(const abandon_ledger& ledger) const noexcept {
  if (none_allowed())
    return 0;
  if (tuning_.fixed > 0)
    return tuning_.fixed;
  return std::min(std::exp(log_wait_bound_), base() * factor(ledger));
}

double abandon_budget::used(const abandon_ledger& l) const noexcept {
  const auto allowed = limit_ * static_cast<double>(l.window_answers);
  const auto abandons = static_cast<double>(l.window_abandons);
  return allowed > 0 ? abandons / allowed : abandons;
}

} // namespace ringmaster::core
