// SPDX-License-Identifier: Apache-2.0
#include "bench/pacing/optimum.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::bench {
namespace {

struct policy_result {
  double busy{0}, abandoned{0};
  std::vector<int> keep;
};

class solver {
public:
  explicit solver(const memoryless_model& m)
      : n_{m.agents}, most_{static_cast<int>(std::ceil((6 + 1.2 * m.agents) / m.answer_rate * 0.8 + 8))},
        mu_{1 / m.service}, nu_{1 / m.in_flight}, p_{m.answer_rate}, value_(size(), 0.0), best_(size(), 0.0),
        next_(size(), 0.0) {
    rate_ = n_ * mu_ + most_ * nu_;
  }

  policy_result solve(double price) {
    iterate(price);
    policy_result r;
    r.keep = policy();
    evaluate(r);
    return r;
  }

  policy_result follow(const std::vector<int>& keep) {
    policy_result r;
    for (const auto calls : keep)
      r.keep.push_back(std::clamp(calls, 0, most_));
    r.keep.resize(static_cast<std::size_t>(n_ + 1));
    evaluate(r);
    return r;
  }

private:
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>((n_ + 1) * (most_ + 1)); }
  [[nodiscard]] std::size_t at(int busy, int flying) const {
    return static_cast<std::size_t>(busy * (most_ + 1) + flying);
  }

  /// best(s, m) = max over m' ≥ m of value(s, m').
  void dial() {
    for (int s = 0; s <= n_; ++s) {
      auto best = -1e300;
      for (int m = most_; m >= 0; --m)
        best_[at(s, m)] = best = std::max(best, value_[at(s, m)]);
    }
  }

  void iterate(double price) {
    const auto spread_wanted = 1e-7;
    for (int round = 0; round < 400'000; ++round) {
      dial();
      double least = 1e300, most = -1e300;
      for (int s = 0; s <= n_; ++s)
        for (int m = 0; m <= most_; ++m) {
          const auto end = s * mu_, live = m * nu_ * p_, other = m * nu_ * (1 - p_);
          auto v = static_cast<double>(s) / n_;
          v += end * (s > 0 ? best_[at(s - 1, m)] : 0);
          if (m > 0) {
            v += other * best_[at(s, m - 1)];
            v += live * (s < n_ ? best_[at(s + 1, m - 1)] : best_[at(s, m - 1)] - price / n_);
          }
          v += (rate_ - end - live - other) * best_[at(s, m)];
          v /= rate_;
          const auto change = v - value_[at(s, m)];
          least = std::min(least, change), most = std::max(most, change);
          next_[at(s, m)] = v;
        }
      const auto reference = next_[at(n_, 0)];
      for (std::size_t i = 0; i < next_.size(); ++i)
        value_[i] = next_[i] - reference;
      if ((most - least) * rate_ < spread_wanted)
        break;
    }
    dial();
  }

  [[nodiscard]] std::vector<int> policy() const {
    std::vector<int> keep(static_cast<std::size_t>(n_ + 1));
    for (int s = 0; s <= n_; ++s) {
      int m = 0;
      while (m < most_ && value_[at(s, m)] < best_[at(s, 0)] - 1e-9)
        ++m;
      keep[static_cast<std::size_t>(n_ - s)] = m;
    }
    return keep;
  }

  /// Stationary distribution by power iteration.
  void evaluate(policy_result& r) {
    std::vector<double> now(size(), 0.0), then(size(), 0.0);
    const auto after = [&](int s, int m) {
      return at(s, std::max(m, r.keep[static_cast<std::size_t>(n_ - s)]));
    };
    now[after(n_, 0)] = 1;
    double last = -1;
    for (int round = 0; round < 1'000'000; ++round) {
      std::fill(then.begin(), then.end(), 0.0);
      double busy = 0, lost = 0, live_rate = 0;
      for (int s = 0; s <= n_; ++s)
        for (int m = 0; m <= most_; ++m) {
          const auto x = now[at(s, m)];
          if (x < 1e-15)
            continue;
          const auto end = s * mu_ / rate_, live = m * nu_ * p_ / rate_, other = m * nu_ * (1 - p_) / rate_;
          busy += x * s;
          live_rate += x * live;
          if (s > 0)
            then[after(s - 1, m)] += x * end;
          if (m > 0) {
            then[after(s, m - 1)] += x * other;
            if (s < n_) {
              then[after(s + 1, m - 1)] += x * live;
            } else {
              then[after(s, m - 1)] += x * live;
              lost += x * live;
            }
          }
          then[at(s, m)] += x * (1 - end - live - other);
        }
      now.swap(then);
      r.busy = busy / n_;
      r.abandoned = live_rate > 0 ? lost / live_rate : 0;
      if (round % 500 == 499) {
        if (std::abs(r.busy - last) < 1e-8)
          break;
        last = r.busy;
      }
    }
  }

  int n_, most_;
  double mu_, nu_, p_, rate_;
  std::vector<double> value_, best_, next_;
};

} // namespace

optimum evaluate(const memoryless_model& model, const std::vector<int>& keep_in_flight) {
  auto r = solver{model}.follow(keep_in_flight);
  return {r.busy, r.abandoned, 0, std::move(r.keep)};
}

optimum solve(const memoryless_model& model) {
  solver s{model};
  // Cheaper abandonment, more of it.
  double low = 1, high = 20'000;
  auto within = s.solve(high), beyond = s.solve(low);
  optimum o;
  for (int i = 0; i < 22 && high / low > 1.0005; ++i) {
    const auto middle = std::sqrt(low * high);
    auto r = s.solve(middle);
    if (r.abandoned <= model.limit)
      high = middle, within = std::move(r);
    else
      low = middle, beyond = std::move(r);
  }
  o.price = high;
  o.keep_in_flight = within.keep;
  // A mixture in time has abandoned and live answers in proportion to the time and to the answers of each.
  const auto answers = [](const policy_result& r) { return r.busy / (1 - r.abandoned); };
  const auto over = (beyond.abandoned - model.limit) * answers(beyond);
  const auto under = (model.limit - within.abandoned) * answers(within);
  const auto share = over > 1e-12 ? std::clamp(under / (under + over), 0.0, 1.0) : 0.0;
  o.busy_share = share * beyond.busy + (1 - share) * within.busy;
  o.abandoned_share = over > 1e-12 ? model.limit : within.abandoned;
  return o;
}

} // namespace ringmaster::bench
