// SPDX-License-Identifier: Apache-2.0
#include "actors/core/campaign_history.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr duration pace_window = 10min;
constexpr duration pace_at_least = 1min;

double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

std::optional<double> quotient(double part, double whole) {
  if (whole <= 0 || part < 0)
    return std::nullopt;
  return std::min(1.0, part / whole);
}

} // namespace

void campaign_history::at(time_point now, const campaign_moment& m, duration date_ahead) {
  if (begun_ && now < now_.at)
    return;
  if (begun_) {
    const auto passed = seconds(now - now_.at);
    now_.agent_seconds += passed * static_cast<double>(last_.agents);
    now_.busy_seconds += passed * static_cast<double>(last_.agents_busy);
    // A list that has just become known, or was exchanged, has not been dialed in this moment.
    if (m.done && last_.done)
      now_.done += std::max<std::int64_t>(0, *m.done - *last_.done);
  }
  begun_ = true;
  last_ = m;
  now_.at = now;
  now_.date = now + date_ahead;
  now_.begun = m.begun;
  now_.settled = m.settled;
  now_.settled_answered = m.settled_answered;
  now_.answered = m.answered;
  now_.connected = m.connected;
  now_.abandoned = m.abandoned;
  const auto step_of = [](time_point at) { return at.time_since_epoch() / history_step; };
  if (!samples_->empty() && step_of(now) == step_of(samples_->back().at))
    return;
  const auto kept = std::min(samples_->size(), history_steps - 1);
  std::vector<campaign_sample> fresh;
  fresh.reserve(kept + 1);
  fresh.assign(samples_->end() - static_cast<std::ptrdiff_t>(kept), samples_->end());
  fresh.push_back(now_);
  samples_ = std::make_shared<const std::vector<campaign_sample>>(std::move(fresh));
}

const campaign_sample* campaign_history::before(duration window) const {
  if (samples_->empty())
    return nullptr;
  const auto from = now_.at - window;
  auto after = std::upper_bound(samples_->begin(), samples_->end(), from,
                                [](time_point t, const campaign_sample& s) { return t < s.at; });
  return after == samples_->begin() ? &samples_->front() : &*--after;
}

std::optional<double> campaign_history::busy_share(duration window) const {
  const auto* then = before(window);
  if (!then || now_.at - then->at < share_at_least)
    return std::nullopt;
  return quotient(now_.busy_seconds - then->busy_seconds, now_.agent_seconds - then->agent_seconds);
}

std::optional<double> campaign_history::answer_rate(duration window) const {
  auto further = window;
  const auto* then = before(window);
  while (then && now_.settled - then->settled < rate_at_least && further < pace_window)
    then = before(further += history_step);
  if (!then || now_.settled - then->settled < rate_at_least)
    return std::nullopt;
  return quotient(static_cast<double>(now_.settled_answered - then->settled_answered),
                  static_cast<double>(now_.settled - then->settled));
}

double campaign_history::calls_per_second(duration window) const {
  const auto* then = before(window);
  if (!then || now_.at <= then->at || now_.begun < then->begun)
    return 0;
  return static_cast<double>(now_.begun - then->begun) / seconds(now_.at - then->at);
}

std::optional<time_point> campaign_history::expected_end(std::int64_t left) const {
  const auto* then = before(pace_window);
  if (!then || left <= 0 || now_.at - then->at < pace_at_least || now_.done <= then->done)
    return std::nullopt;
  const auto each = seconds(now_.at - then->at) / static_cast<double>(now_.done - then->done);
  const auto far = std::chrono::hours{24 * 366};
  const auto ahead = std::min(each * static_cast<double>(left), seconds(far));
  return std::chrono::ceil<std::chrono::seconds>(now_.date + std::chrono::duration_cast<duration>(std::chrono::duration<double>(ahead)));
}

} // namespace ringmaster::core
