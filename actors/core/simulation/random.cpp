// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/random.hpp"

#include <algorithm>

namespace ringmaster::core::simulation {

double random_source::gamma(double shape) noexcept {
  if (shape < 1)
    return gamma(shape + 1) * std::pow(uniform(), 1 / shape);
  const auto d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const auto x = normal();
    const auto v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
      return d * v;
  }
}

double random_source::beta(double a, double b) noexcept {
  const auto x = gamma(a), y = gamma(b);
  return x / (x + y);
}

namespace {
double draw_one(const distribution::component& c, random_source& random) noexcept {
  using shape = distribution::shape;
  switch (c.kind) {
  case shape::constant:
    return c.mean;
  case shape::exponential:
    return random.exponential(c.mean);
  case shape::lognormal: {
    const auto variance = std::log1p(c.spread * c.spread);
    return c.mean * std::exp(std::sqrt(variance) * random.normal() - variance / 2);
  }
  case shape::normal:
    return c.mean + c.spread * random.normal();
  case shape::uniform:
    return c.mean + c.spread * (2 * random.uniform() - 1);
  }
  return 0;
}
} // namespace

double distribution::draw(random_source& random) const noexcept {
  if (parts.empty())
    return 0;
  const auto* chosen = &parts.front();
  if (parts.size() > 1) {
    double sum = 0;
    for (const auto& c : parts)
      sum += c.weight;
    auto u = random.uniform() * sum;
    for (const auto& c : parts) {
      chosen = &c;
      if ((u -= c.weight) < 0)
        break;
    }
  }
  auto x = draw_one(*chosen, random) + chosen->shift;
  // A bound that is hardly ever kept must not hold up the simulation.
  for (int tries = 0; chosen->at_most > 0 && x > chosen->at_most && tries < 1000; ++tries)
    x = draw_one(*chosen, random) + chosen->shift;
  if (chosen->at_most > 0)
    x = std::min(x, chosen->at_most);
  return std::max(0.0, x);
}

double distribution::mean() const noexcept {
  double sum = 0, weights = 0;
  for (const auto& c : parts) {
    sum += c.weight * (c.mean + c.shift);
    weights += c.weight;
  }
  return weights > 0 ? sum / weights : 0;
}

} // namespace ringmaster::core::simulation
