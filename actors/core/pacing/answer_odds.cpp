// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/answer_odds.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ringmaster::core {
namespace {

/// How much effects of a kind differ (variance of log odds) before anything is known of one, …
constexpr float hour_spread = 0.02f, attempt_spread = 0.2f, list_spread = 0.5f, number_spread = 0.6f;
/// … and what is never known of one, however many calls it has seen, because it changes: hours stay what they
/// are, lists are used up.
constexpr float hour_left_open = 0.0005f, left_open = 0.005f;
constexpr float farthest = 4;

} // namespace

std::size_t answer_odds::place(std::uint32_t key, std::size_t of) noexcept {
  return static_cast<std::size_t>(key * 0x9E3779B1u >> 16) % of;
}

double answer_odds::of(const answer_traits& c) const noexcept {
  double sum = static_cast<double>(hour_[c.hour % hours].mean);
  if (c.attempt != 0)
    sum += static_cast<double>(attempt_[std::min<std::size_t>(c.attempt, attempts) - 1].mean);
  if (c.list != 0)
    if (const auto& e = list_[place(c.list, lists)]; e.key == c.list)
      sum += static_cast<double>(e.mean);
  if (c.number != 0)
    if (const auto& e = number_[place(c.number, numbers)]; e.key == c.number)
      sum += static_cast<double>(e.mean);
  return sum;
}

void answer_odds::learn(const answer_traits& c, double probability, bool answered) noexcept {
  std::array<effect*, 4> seen{};
  std::size_t n = 0;
  const auto take = [&](effect& e, std::uint32_t key, float spread) {
    if (e.variance == 0 || e.key != key)
      e = {key, 0, spread};
    seen[n++] = &e;
  };
  take(hour_[c.hour % hours], c.hour, hour_spread);
  if (c.attempt != 0) {
    const auto at = std::min<std::size_t>(c.attempt, attempts) - 1;
    take(attempt_[at], static_cast<std::uint32_t>(at), attempt_spread);
  }
  if (c.list != 0)
    take(list_[place(c.list, lists)], c.list, list_spread);
  if (c.number != 0)
    take(number_[place(c.number, numbers)], c.number, number_spread);
  const auto p = static_cast<float>(std::clamp(probability, 1e-3, 1 - 1e-3));
  const auto information = p * (1 - p);
  float open = 0;
  for (std::size_t i = 0; i < n; ++i)
    open += seen[i]->variance;
  const auto gain = 1 / (1 + information * open);
  const auto* hour = &hour_[c.hour % hours];
  const auto surprise = (answered ? 1 : 0) - p;
  for (std::size_t i = 0; i < n; ++i) {
    auto& e = *seen[i];
    e.mean = std::clamp(e.mean + e.variance * surprise * gain, -farthest, farthest);
    e.variance = std::max(&e == hour ? hour_left_open : left_open,
                          e.variance - e.variance * e.variance * information * gain);
  }
}

// --- what is kept: hours, attempts, lists, then a count and as many numbers as have been seen ------------

std::string answer_odds::save() const {
  std::string bytes;
  const auto put = [&](const auto& v) { bytes.append(reinterpret_cast<const char*>(&v), sizeof v); };
  put(hour_), put(attempt_), put(list_);
  const auto seen = [](const effect& e) { return e.variance > 0; };
  put(static_cast<std::uint32_t>(std::count_if(number_.begin(), number_.end(), seen)));
  for (const auto& e : number_)
    if (seen(e))
      put(e);
  return bytes;
}

bool answer_odds::restore(std::string_view bytes) noexcept {
  answer_odds read;
  const auto get = [&](auto& v) {
    if (bytes.size() < sizeof v)
      return false;
    std::memcpy(&v, bytes.data(), sizeof v);
    bytes.remove_prefix(sizeof v);
    return true;
  };
  const auto sane = [](const effect& e) { // false for NaN
    return e.mean >= -farthest && e.mean <= farthest && e.variance >= 0 && e.variance <= 1;
  };
  const auto all_sane = [&](const auto& effects) {
    return std::all_of(effects.begin(), effects.end(), sane);
  };
  std::uint32_t count = 0;
  if (!get(read.hour_) || !get(read.attempt_) || !get(read.list_) || !get(count) || !all_sane(read.hour_) ||
      !all_sane(read.attempt_) || !all_sane(read.list_) || count > numbers ||
      bytes.size() != count * sizeof(effect))
    return false;
  for (effect e; get(e);) {
    if (!sane(e))
      return false;
    read.number_[place(e.key, numbers)] = e;
  }
  *this = read;
  return true;
}

} // namespace ringmaster::core
