// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/measures.hpp"

#include "actors/core/simulation/agenda.hpp"

#include <algorithm>
#include <utility>

namespace ringmaster::core::simulation {

measures::measures(const scenario& what, std::size_t campaigns)
    : what_{what}, warm_up_{nanoseconds_of(what.warm_up >= 0 ? what.warm_up
                                                             : std::min(4 * 3600.0, what.hours * 360))},
      waits_(6001, 0), campaigns_(campaigns) {}

bool measures::pass(std::int64_t to, const agent_counts& agents, std::int64_t in_flight) {
  const auto busy = static_cast<double>(agents.talking + agents.wrapping_up);
  const auto free = static_cast<double>(agents.free);
  if (const auto from = std::max(now_, warm_up_); to > from) {
    const auto dt = seconds_of(to - from);
    talk_time_ += dt * static_cast<double>(agents.talking);
    wrap_time_ += dt * static_cast<double>(agents.wrapping_up);
    agent_time_ += dt * (busy + free - static_cast<double>(agents.away)); // of who is there
  }
  if (minutes_kept_) {
    const auto dt = seconds_of(to - now_) / 60;
    current_.busy += dt * busy;
    current_.free += dt * free;
    current_.agents += dt * (busy + free);
    current_.in_flight += dt * static_cast<double>(in_flight);
    if (to / nanoseconds_of(60) != now_ / nanoseconds_of(60)) {
      current_.rate = answer_rate_at(what_, seconds_of(to));
      minutes_.push_back(current_);
      current_ = {};
      current_.at = seconds_of(to);
    }
  }
  now_ = to;
  const auto day = static_cast<std::int64_t>(seconds_of(now_) / what_.day);
  return std::exchange(day_, day) != day;
}

void measures::begun(std::size_t campaign, std::int64_t in_flight) {
  largest_ = std::max(largest_, in_flight);
  if (counted())
    ++dials_, ++campaigns_[campaign].dials;
}

void measures::given_up() {
  given_up_ += counted();
}

void measures::resolved(std::size_t campaign, bool abandoned) {
  auto& of = campaigns_[campaign];
  of.days.add(day_, 1, abandoned ? 1 : 0);
  const auto h = static_cast<std::size_t>(seconds_of(now_) / 3600);
  if (hours_.size() <= h)
    hours_.resize(h + 1);
  ++hours_[h].answers;
  hours_[h].abandons += abandoned ? 1 : 0;
  current_.answers += 1;
  current_.abandons += abandoned ? 1 : 0;
  if (!counted())
    return;
  ++answers_;
  abandons_ += abandoned ? 1 : 0;
  ++of.answers;
  of.abandons += abandoned ? 1 : 0;
}

void measures::served(double waited) {
  if (!counted())
    return;
  wait_sum_ += waited;
  ++served_;
  ++waits_[std::min(static_cast<std::size_t>(waited * 100), waits_.size() - 1)];
}

void measures::inbound_served(double waited) {
  if (counted())
    inbound_wait_ += waited, ++inbound_served_;
}

abandon_ledger measures::ledger(std::size_t campaign, std::int64_t window_days) const noexcept {
  return campaigns_[campaign].days.totals(day_, window_days);
}

abandon_ledger measures::ledger_of_all(std::int64_t window_days) const noexcept {
  abandon_ledger sum;
  for (std::size_t campaign = 0; campaign < campaigns_.size(); ++campaign) {
    const auto one = ledger(campaign, window_days);
    sum.window_answers += one.window_answers;
    sum.window_abandons += one.window_abandons;
    sum.day_answers += one.day_answers;
    sum.day_abandons += one.day_abandons;
  }
  return sum;
}

double measures::wait_quantile(double share) const {
  const auto wanted = share * static_cast<double>(served_);
  double sum = 0;
  for (std::size_t i = 0; i < waits_.size(); ++i)
    if ((sum += static_cast<double>(waits_[i])) >= wanted && sum > 0)
      return 0.01 * static_cast<double>(i);
  return 0;
}

outcome measures::result(const pacing_options& options) const {
  outcome o;
  const auto share = [](double a, double b) { return b > 0 ? a / b : 0.0; };
  const auto share_of = [&](std::int64_t a, std::int64_t b) {
    return share(static_cast<double>(a), static_cast<double>(b));
  };
  o.busy_share = share(talk_time_ + wrap_time_, agent_time_);
  o.talk_share = share(talk_time_, agent_time_);
  o.answers = static_cast<double>(answers_);
  o.abandons = static_cast<double>(abandons_);
  o.dials = static_cast<double>(dials_);
  o.given_up = static_cast<double>(given_up_);
  o.abandoned_share = share(o.abandons, o.answers);
  o.dials_per_live_answer = share(o.dials, o.answers);
  o.wait_mean = share(wait_sum_, static_cast<double>(served_));
  o.wait_p50 = wait_quantile(0.5), o.wait_p95 = wait_quantile(0.95), o.wait_p99 = wait_quantile(0.99);
  o.inbound_wait_mean = share(inbound_wait_, static_cast<double>(inbound_served_));
  o.largest_in_flight = static_cast<double>(largest_);
  for (const auto& c : campaigns_) {
    o.worst_campaign = std::max(o.worst_campaign, share_of(c.abandons, c.answers));
    o.least_share =
        std::min(o.least_share, share_of(c.dials, dials_) * static_cast<double>(campaigns_.size()));
    for (const auto& d : c.days.days()) {
      const auto abandoned = share_of(d.abandons, d.answers);
      o.worst_day = std::max(o.worst_day, abandoned);
      const auto window = c.days.totals(d.number, options.window_days);
      o.worst_window = std::max(o.worst_window, share_of(window.window_abandons, window.window_answers));
      if (abandoned > 1.2 * options.abandon_limit + 1e-12)
        o.days_over_limit += 1;
    }
  }
  for (const auto& h : hours_)
    if (h.answers >= 50)
      o.worst_hour = std::max(o.worst_hour, share_of(h.abandons, h.answers));
  return o;
}

} // namespace ringmaster::core::simulation
