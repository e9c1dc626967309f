// SPDX-License-Identifier: Apache-2.0
#include "bench/pacing/reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>
#include <vector>

namespace ringmaster::bench {
namespace {

using core::agent_state;
using core::agent_status;
using core::simulation::distribution;
using core::simulation::random_source;

constexpr std::size_t horizons = 3;
constexpr double grid = 0.1; ///< s
constexpr double kappa = 0.01;

double in_seconds(duration d) { return std::chrono::duration<double>(d).count(); }

/// The distribution function of times, from a million draws.
class known_times {
public:
  template <class Draw>
  explicit known_times(Draw&& draw, double longest) : cdf_(static_cast<std::size_t>(longest / grid) + 2, 0.0) {
    constexpr int draws = 1'000'000;
    random_source random{4711};
    for (int i = 0; i < draws; ++i)
      cdf_[std::min(static_cast<std::size_t>(draw(random) / grid) + 1, cdf_.size() - 1)] += 1.0 / draws;
    for (std::size_t i = 1; i < cdf_.size(); ++i)
      cdf_[i] += cdf_[i - 1];
  }
  [[nodiscard]] double operator()(double t) const noexcept {
    if (t <= 0)
      return 0;
    const auto x = t / grid;
    const auto i = static_cast<std::size_t>(x);
    return i + 1 >= cdf_.size() ? cdf_.back() : cdf_[i] + (cdf_[i + 1] - cdf_[i]) * (x - static_cast<double>(i));
  }
  [[nodiscard]] double quantile(double share) const noexcept {
    return grid * static_cast<double>(std::lower_bound(cdf_.begin(), cdf_.end(), share) - cdf_.begin());
  }

private:
  std::vector<double> cdf_;
};

known_times times_of(const distribution& d, double longest) {
  return known_times{[&](random_source& r) { return d.draw(r); }, longest};
}

known_times times_of_others(const core::simulation::scenario& c) {
  double all = 0;
  for (const auto& o : c.others)
    all += o.weight;
  return known_times{[&, all](random_source& r) {
                       auto u = r.uniform() * all;
                       std::size_t which = 0;
                       while (which + 1 < c.others.size() && (u -= c.others[which].weight) >= 0)
                         ++which;
                       return c.others[which].after.draw(r);
                     },
                     200};
}

class reference final : public core::pacing {
public:
  reference(const core::pacing_options& o, const core::simulation::scenario& c)
      : pacing{o}, p_{c.answer_rate}, live_{times_of(c.live, 200)}, other_{times_of_others(c)},
        talk_{times_of(c.talk, longest_talk)}, wrap_up_{times_of(c.wrap_up, longest_talk)}, loosest_{c.agents <= 4 ? 1.0 : 3.0} {
    const auto grace = in_seconds(o.grace);
    for (std::size_t k = 0; k < horizons; ++k) {
      horizon_[k] = live_.quantile((2 * static_cast<double>(k) + 1) / (2 * horizons));
      const auto t = horizon_[k] + grace;
      for (std::size_t a = 0; a < ages; ++a) {
        const auto age = static_cast<double>(a);
        double sum = 0;
        constexpr double width = 0.25;
        for (double u = 0; u < t; u += width) {
          const auto w = std::min(width, t - u);
          sum += (talk_(age + u + w) - talk_(age + u)) * wrap_up_(t - u - w / 2);
        }
        free_talking_[a][k] = sum / std::max(1 - talk_(age), 1e-9);
        free_wrapping_[a][k] = (wrap_up_(age + t) - wrap_up_(age)) / std::max(1 - wrap_up_(age), 1e-9);
      }
    }
  }
  std::string_view method() const noexcept override { return "marginal-tail"; }
  core::pacing_decision decide(time_point now) override { return {calls_to_begin(now), std::string{method()}, {}}; }

  std::int64_t calls_to_begin(time_point now) override {
    advance_time(now);
    const auto free = servers() - counts_.waiting - others_waiting();
    // F, and L so far as it matters: up to as many as all agents.
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(0, free + static_cast<std::int64_t>(busy_.size()))) + 1;
    std::array<std::vector<double>, horizons> freed, answered;
    for (std::size_t k = 0; k < horizons; ++k) {
      freed[k].assign(busy_.size() + 1, 0.0);
      answered[k].assign(most + 1, 0.0);
      freed[k][0] = answered[k][0] = 1;
    }
    for (const auto& [key, agent] : busy_) {
      const auto age = std::min(static_cast<std::size_t>(std::max(0.0, std::round(in_seconds(now - agent.since)))), ages - 1);
      for (std::size_t k = 0; k < horizons; ++k)
        add(freed[k], std::clamp((agent.state == agent_state::talking ? free_talking_ : free_wrapping_)[age][k], 0.0, 1.0));
    }
    for (const auto& [begun, n] : in_flight_)
      for (std::size_t k = 0; k < horizons; ++k)
        for (int i = 0; i < n; ++i)
          add(answered[k], answer(in_seconds(now - begun), horizon_[k]));
    const auto limit = theta();
    const auto bound = 4 * static_cast<std::int64_t>(most) + 40;
    std::int64_t n = 0;
    for (; n < bound; ++n) {
      double late = 0;
      for (std::size_t k = 0; k < horizons; ++k)
        for (std::size_t f = 0; f < freed[k].size(); ++f)
          late += freed[k][f] * at_least(answered[k], free + static_cast<std::int64_t>(f)) / horizons;
      if (late > limit)
        break;
      for (std::size_t k = 0; k < horizons; ++k)
        add(answered[k], p_ * live_(horizon_[k]));
    }
    return n;
  }

private:
  static constexpr std::size_t ages = 900;
  static constexpr double longest_talk = 1200;

  /// One more yes with probability q; the last entry stands for that many and more.
  static void add(std::vector<double>& counts, double q) noexcept {
    const auto last = counts.size() - 1;
    counts[last] += counts[last - (last > 0)] * q * (last > 0);
    for (auto i = last; i-- > 0;)
      counts[i] = counts[i] * (1 - q) + (i > 0 ? counts[i - 1] * q : 0);
  }
  static double at_least(const std::vector<double>& counts, std::int64_t n) noexcept {
    if (n <= 0)
      return 1;
    double sum = 0;
    for (auto i = static_cast<std::size_t>(n); i < counts.size(); ++i)
      sum += counts[i];
    return sum;
  }
  [[nodiscard]] double answer(double age, double t) const noexcept {
    const auto left = 1 - p_ * live_(age) - (1 - p_) * other_(age);
    return left <= 1e-9 ? 0 : std::clamp(p_ * (live_(age + t) - live_(age)) / left, 0.0, 1.0);
  }
  [[nodiscard]] double theta() const noexcept {
    const auto spare = options_.abandon_limit * static_cast<double>(ledger_.window_answers) - static_cast<double>(ledger_.window_abandons);
    return std::exp(log_theta_) * std::clamp(1 + spare / loosest_, 0.02, 2.0);
  }

  void call_moved(call_record& call, step what, phase to, time_point) override {
    if (what == step::begun)
      ++in_flight_[call.begun];
    else if (call.at <= phase::ringing && to >= phase::waiting)
      if (const auto at = in_flight_.find(call.begun); at != in_flight_.end() && --at->second == 0)
        in_flight_.erase(at);
  }
  void live_answer(bool abandoned, time_point) override {
    const auto aim = options_.target > 0 ? options_.target : options_.abandon_limit;
    log_theta_ = std::clamp(log_theta_ + kappa * (aim - (abandoned ? 1.0 : 0.0)), std::log(1e-4), std::log(0.9));
  }
  void agent_moved(const agent_status* before, const agent_status* after, time_point, core::pool_index) override {
    if (before)
      busy_.erase(before->agent);
    if (after && (after->state == agent_state::talking || after->state == agent_state::wrap_up))
      busy_[after->agent] = *after;
  }

  double p_;
  known_times live_, other_, talk_, wrap_up_;
  double loosest_, log_theta_{std::log(0.025)};
  std::array<double, horizons> horizon_{};
  std::array<std::array<double, horizons>, ages> free_talking_{}, free_wrapping_{};
  std::map<time_point, int> in_flight_;
  std::unordered_map<core::agent_key, agent_status> busy_;
};

} // namespace

std::unique_ptr<core::pacing> make_reference(const core::pacing_options& options, const core::simulation::scenario& truth) {
  return std::make_unique<reference>(options, truth);
}

} // namespace ringmaster::bench
