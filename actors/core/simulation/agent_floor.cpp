// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/agent_floor.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace ringmaster::core::simulation {

agent_floor::agent_floor(const scenario& what, std::uint64_t seed, agenda& events, callbacks tell)
    : what_{what}, seed_{seed}, random_{seed, purpose::staff}, events_{events}, tell_{std::move(tell)} {}

void agent_floor::open() {
  set_staff(what_.staff.empty() ? what_.agents : what_.staff.front().agents);
}

void agent_floor::schedule_changes() {
  if (!what_.staff.empty())
    schedule_staffing_after(0);
  if (what_.login_every > 0)
    events_.schedule_in(random_.exponential(what_.login_every), happening::login);
  if (what_.absent > 0) {
    events_.schedule(nanoseconds_of(what_.absent_from), happening::absence_begins);
    events_.schedule(nanoseconds_of(what_.absent_from + what_.absent_for), happening::absence_ends);
  }
  if (what_.break_share > 0)
    schedule_break();
}

bool agent_floor::happen(const event& e) {
  switch (e.kind) {
  case happening::wrap_end:
  case happening::break_end:
    if (agents_[e.which].generation != e.generation)
      return false;
    become_free(e.which);
    return true;
  case happening::break_begin:
    begin_some_break();
    schedule_break();
    return false;
  case happening::staffing:
    set_staff(what_.staff[e.which].agents);
    schedule_staffing_after(e.which);
    return true;
  case happening::login: {
    const auto agent = log_in();
    events_.schedule_in(random_.exponential(what_.login_stay), happening::stay_end, agent);
    events_.schedule_in(random_.exponential(what_.login_every), happening::login);
    return true;
  }
  case happening::stay_end:
    end_stay(e.which);
    return false;
  case happening::absence_begins:
  case happening::absence_ends:
    absence(e.kind == happening::absence_begins);
    return true;
  default:
    return false;
  }
}

agent_status agent_floor::status_of(std::uint32_t agent) const {
  const auto& a = agents_[agent];
  agent_status told{agent, a.state, moment_of(a.since), std::nullopt};
  if (a.doubted)
    told.answers = std::round(64 * static_cast<float>(a.presence.answers(events_.moment()))) / 64;
  if (a.state == agent_state::wrap_up && what_.wrap_up_known)
    told.ends = moment_of(a.ends);
  return told;
}

std::uint32_t agent_floor::next(std::span<const std::uint32_t> but) {
  if (what_.absent == 0)
    return free_.back();
  // Asterisk's rrmemory where somebody is away, so that all are offered callers in turn.
  std::optional<std::uint32_t> after, first;
  for (const auto agent : free_) {
    if (std::find(but.begin(), but.end(), agent) != but.end())
      continue;
    if (!first || agent < *first)
      first = agent;
    if (agent > last_offered_ && (!after || agent < *after))
      after = agent;
  }
  last_offered_ = after ? *after : first.value_or(0);
  return last_offered_;
}

void agent_floor::ring(std::uint32_t agent) {
  set_state(agent, agent_state::ringing);
}

void agent_floor::stop_ringing(std::uint32_t agent) {
  auto& a = agents_[agent];
  if (a.state != agent_state::ringing)
    return;
  if (std::exchange(a.paused_by_us, false) && a.away)
    set_state(agent, agent_state::paused);
  else
    become_free(agent);
}

void agent_floor::rang(std::uint32_t agent, ring_end end, duration rung, duration grace) {
  auto& a = agents_[agent];
  if (end == ring_end::picked_up && !a.doubted)
    return;
  a.doubted = true;
  const auto before = a.presence.unanswered();
  a.presence.rang(end, rung, grace, events_.moment());
  const auto unanswered = a.presence.unanswered();
  if (what_.no_answer_limit > 0 && unanswered > before && unanswered >= what_.no_answer_limit) {
    if (a.state == agent_state::free)
      set_state(agent, agent_state::paused);
    else
      a.paused_by_us = true;
  } else if (a.presence.usual(events_.moment())) {
    a.doubted = false;
  }
}

void agent_floor::talk(std::uint32_t agent, std::uint32_t call) {
  agents_[agent].call = call;
  set_state(agent, agent_state::talking);
}

void agent_floor::end_talk(std::uint32_t agent, double wrap_up) {
  if (wrap_up <= 0)
    return become_free(agent);
  set_state(agent, agent_state::wrap_up, events_.now() + nanoseconds_of(wrap_up));
  events_.schedule_in(wrap_up, happening::wrap_end, agent, agents_[agent].generation);
}

void agent_floor::refresh_doubts() {
  if (events_.now() < refresh_at_)
    return;
  refresh_at_ = events_.now() + nanoseconds_of(5);
  for (std::uint32_t agent = 0; agent < size(); ++agent)
    if (auto& a = agents_[agent]; a.doubted) {
      a.doubted = !a.presence.usual(events_.moment());
      tell_.told(status_of(agent));
    }
}

void agent_floor::set_state(std::uint32_t agent, agent_state state, std::int64_t ends) {
  auto& a = agents_[agent];
  const auto count = [&](std::int64_t by) {
    talking_ += by * (a.state == agent_state::talking);
    wrapping_up_ += by * (a.state == agent_state::wrap_up);
    away_free_ += by * (a.away && a.state == agent_state::free);
  };
  count(-1);
  if (a.state == agent_state::free)
    free_.erase(std::find(free_.begin(), free_.end(), agent));
  a.state = state;
  a.since = events_.now();
  a.ends = ends;
  ++a.generation;
  count(1);
  if (a.state == agent_state::free)
    free_.push_back(agent);
  tell_.told(status_of(agent));
}

void agent_floor::become_free(std::uint32_t agent) {
  auto& a = agents_[agent];
  if (a.leaving || (a.away && what_.away == scenario::absence::gone))
    return set_state(agent, agent_state::logged_out);
  if (std::exchange(a.breaking, false))
    return begin_break(agent);
  set_state(agent, agent_state::free);
  tell_.someone_free();
}

std::uint32_t agent_floor::log_in() {
  std::uint32_t agent = 0;
  while (agent < size() && agents_[agent].state != agent_state::logged_out)
    ++agent;
  if (agent == size()) {
    auto& made = agents_.emplace_back();
    random_source random{seed_, purpose::agent, agent};
    if (what_.speed_cv > 0) {
      const auto variance = std::log1p(what_.speed_cv * what_.speed_cv);
      made.speed = std::exp(std::sqrt(variance) * random.normal() - variance / 2);
    }
  }
  agents_[agent].leaving = agents_[agent].breaking = false;
  become_free(agent);
  return agent;
}

void agent_floor::set_staff(int wanted) {
  const auto stays = [](const simulated_agent& a) {
    return a.state != agent_state::logged_out && !a.leaving;
  };
  auto have = static_cast<int>(std::count_if(agents_.begin(), agents_.end(), stays));
  for (auto& a : agents_)
    if (have < wanted && a.leaving && a.state != agent_state::logged_out)
      a.leaving = false, ++have;
  for (; have < wanted; ++have)
    log_in();
  for (auto agent = size(); agent-- > 0 && have > wanted;) {
    auto& a = agents_[agent];
    if (!stays(a))
      continue;
    --have;
    a.leaving = true;
    if (a.state == agent_state::free || a.state == agent_state::paused)
      set_state(agent, agent_state::logged_out);
  }
}

void agent_floor::schedule_staffing_after(std::size_t step) {
  if (++step == what_.staff.size()) {
    if (what_.staff_period <= 0)
      return;
    step = 0;
    ++staffing_cycle_;
  }
  const auto at = what_.staff[step].at + static_cast<double>(staffing_cycle_) * what_.staff_period;
  events_.schedule(nanoseconds_of(at), happening::staffing, static_cast<std::uint32_t>(step));
}

void agent_floor::end_stay(std::uint32_t agent) {
  auto& a = agents_[agent];
  if (a.state == agent_state::free || a.state == agent_state::paused)
    set_state(agent, agent_state::logged_out);
  else if (a.state != agent_state::logged_out)
    a.leaving = true;
}

void agent_floor::schedule_break() {
  // Breaks begun per second × their length = the share of agents on one.
  const auto gap = what_.break_length / (what_.break_share * std::max(1, what_.agents));
  events_.schedule_in(random_.exponential(gap), happening::break_begin);
}

void agent_floor::begin_some_break() {
  std::vector<std::uint32_t> working;
  for (std::uint32_t agent = 0; agent < size(); ++agent)
    if (const auto s = agents_[agent].state; s != agent_state::logged_out && s != agent_state::paused)
      working.push_back(agent);
  if (working.empty())
    return;
  const auto agent = working[random_.next() % working.size()];
  if (agents_[agent].state == agent_state::free)
    begin_break(agent);
  else
    agents_[agent].breaking = true;
}

void agent_floor::begin_break(std::uint32_t agent) {
  set_state(agent, agent_state::paused);
  events_.schedule_in(what_.break_length, happening::break_end, agent, agents_[agent].generation);
}

void agent_floor::absence(bool begins) {
  for (std::uint32_t agent = 0; agent < std::min(static_cast<std::uint32_t>(what_.absent), size()); ++agent) {
    auto& a = agents_[agent];
    away_free_ += (begins - a.away) * (a.state == agent_state::free);
    a.away = begins;
    if (begins && what_.away == scenario::absence::gone && a.state == agent_state::free)
      set_state(agent, agent_state::logged_out);
    if (!begins && (a.state == agent_state::paused || a.state == agent_state::logged_out)) {
      a.presence.is_there(events_.moment());
      a.doubted = false;
      become_free(agent);
    }
  }
}

} // namespace ringmaster::core::simulation
