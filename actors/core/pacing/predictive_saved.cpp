// SPDX-License-Identifier: Apache-2.0
/// What the predictive core keeps over a restart.
#include "actors/core/pacing/predictive_parts.hpp"

#include <cstring>
#include <utility>

namespace ringmaster::core {

using namespace predictive_parts;

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
