// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/scenario.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ringmaster::core::simulation {
namespace {

std::vector<scenario::outcome> usual_others() {
  using d = distribution;
  auto machine = d::lognormal(13, 0.4, 3 + 2.5, 25 + 2.5);
  return {{25, machine}, {35, d::constant(26.5)}, {10, d::uniform(2, 4)}};
}

scenario realistic() {
  scenario s;
  s.others = usual_others();
  return s;
}

scenario memoryless() {
  scenario s;
  s.live = distribution::exponential(20);
  s.others = {{1, distribution::exponential(20)}};
  s.talk = distribution::exponential(150);
  s.wrap_up = distribution::constant(0);
  s.grace = 0;
  return s;
}

template <class F>
scenario changed(F&& f) {
  auto s = realistic();
  f(s);
  return s;
}

using maker = scenario (*)();
constexpr std::array<std::pair<std::string_view, maker>, 30> scenarios{{
    {"realistic", &realistic},
    {"memoryless", &memoryless},
    {"steps",
     [] {
       return changed([](scenario& s) {
         s.rate_steps = {{0, .30}, {1800, .15}, {3600, .45}}, s.rate_period = 5400;
       });
     }},
    {"steps-two",
     [] {
       return changed([](scenario& s) { s.rate_steps = {{0, .30}, {1800, .15}}, s.rate_period = 3600; });
     }},
    {"sinusoid", [] { return changed([](scenario& s) { s.wave_amplitude = 0.5, s.wave_period = 7200; }); }},
    {"hourly-drop",
     [] { return changed([](scenario& s) { s.hourly_drop = 0.2, s.rate_period = 4 * 3600; }); }},
    {"staff-steps",
     [] {
       return changed([](scenario& s) {
         s.agents = 50, s.staff = {{0, 50}, {3600, 25}, {7200, 50}}, s.staff_period = 7200;
       });
     }},
    {"logins", [] { return changed([](scenario& s) { s.login_every = 360, s.login_stay = 3600; }); }},
    {"breaks", [] { return changed([](scenario& s) { s.break_share = 0.1; }); }},
    {"shift-end",
     [] {
       return changed([](scenario& s) {
         // A shift ends as the next begins: half the team leaves within minutes, and comes back.
         s.staff = {
             {0, 20}, {4 * 3600, 15}, {4 * 3600 + 300, 10}, {4 * 3600 + 600, 5}, {4 * 3600 + 1200, 20}};
         s.staff_period = 4.5 * 3600;
       });
     }},
    {"talk-cv2", [] { return changed([](scenario& s) { s.talk = distribution::lognormal(120, 2); }); }},
    {"talk-mixture",
     [] {
       return changed([](scenario& s) {
         s.talk = {{{distribution::shape::lognormal, 20, 0.5, 0, 0, 70},
                    {distribution::shape::lognormal, 240, 0.5, 0, 0, 30}}};
       });
     }},
    {"speeds", [] { return changed([](scenario& s) { s.speed_cv = 0.4; }); }},
    {"amd-delay",
     [] {
       return changed([](scenario& s) {
         // 1.5 to 4 s of detection, for people and machines.
         s.live = {{{distribution::shape::lognormal, 7.5, 0.6, 1.5 + 1.5, 25 + 1.5, 1},
                    {distribution::shape::lognormal, 7.5, 0.6, 1.5 + 2.75, 25 + 2.75, 1},
                    {distribution::shape::lognormal, 7.5, 0.6, 1.5 + 4, 25 + 4, 1}}};
         s.detection = 4;
       });
     }},
    {"amd-lost", [] { return changed([](scenario& s) { s.human_as_machine = 0.05; }); }},
    {"amd-passed", [] { return changed([](scenario& s) { s.machine_as_human = 0.15; }); }},
    {"published-ring",
     [] {
       return changed([](scenario& s) {
         s.live = distribution::normal(15.3, 7.9, 25);
         s.others = {{25, distribution::normal(21, 6, 25)},
                     {35, distribution::constant(25)},
                     {10, distribution::uniform(2, 4)}};
       });
     }},
    {"late-events", [] { return changed([](scenario& s) { s.news_delay = 2; }); }},
    {"lost-events", [] { return changed([](scenario& s) { s.news_loss = 0.02; }); }},
    {"rate-cap", [] { return changed([](scenario& s) { s.calls_per_second = 0.6; }); }},
    {"trunk-cap", [] { return changed([](scenario& s) { s.trunks = 28; }); }},
    {"originate-failures", [] { return changed([](scenario& s) { s.failure_share = 0.2; }); }},
    {"entry-beta", [] { return changed([](scenario& s) { s.entry_sd = 0.15; }); }},
    {"entry-beta-known",
     [] { return changed([](scenario& s) { s.entry_sd = 0.15, s.entry_known = true; }); }},
    {"absent", [] { return changed([](scenario& s) { s.absent = 1, s.absent_from = 3 * 3600; }); }},
    {"absent-rejects",
     [] {
       return changed([](scenario& s) { s.absent = 1, s.absent_from = 3 * 3600, s.away = scenario::absence::rejects; });
     }},
    {"absent-slow",
     [] { return changed([](scenario& s) { s.absent = 1, s.absent_from = 3 * 3600, s.away = scenario::absence::slow; }); }},
    {"absent-gone",
     [] { return changed([](scenario& s) { s.absent = 1, s.absent_from = 3 * 3600, s.away = scenario::absence::gone; }); }},
    {"two-campaigns", [] { return changed([](scenario& s) { s.campaigns = 2; }); }},
    {"five-campaigns", [] { return changed([](scenario& s) { s.campaigns = 5, s.own_queues = true; }); }},
}};

} // namespace

std::optional<scenario> named_scenario(std::string_view name) {
  if (name == "inbound")
    return [] {
      auto s = changed([](scenario& c) { c.inbound_per_hour = 120; });
      s.name = "inbound";
      return s;
    }();
  for (const auto& [known, make] : scenarios)
    if (known == name) {
      auto s = make();
      s.name = name;
      return s;
    }
  return std::nullopt;
}

std::vector<std::string_view> scenario_names() {
  std::vector<std::string_view> names;
  for (const auto& [known, make] : scenarios)
    names.push_back(known);
  names.push_back("inbound");
  return names;
}

double answer_rate_at(const scenario& of, double seconds) noexcept {
  const auto within = of.rate_period > 0 ? std::fmod(seconds, of.rate_period) : seconds;
  auto p = of.answer_rate;
  for (const auto& step : of.rate_steps)
    if (within >= step.at)
      p = step.rate;
  if (of.wave_period > 0)
    p *= 1 + of.wave_amplitude * std::sin(2 * M_PI * seconds / of.wave_period);
  if (of.hourly_drop > 0)
    p *= std::pow(1 - of.hourly_drop, std::floor(within / 3600));
  return std::clamp(p, 0.0, 1.0);
}

std::optional<error> scenario::validate() const {
  const auto bad = [](std::string_view field, double v, double least, double most) -> std::optional<error> {
    if (v >= least && v <= most)
      return std::nullopt;
    return invalid_field(field, std::string{field} + " is out of its range");
  };
  const std::array checks{
      bad("agents", agents, 1, 100'000),
      bad("hours", hours, 0.001, 100'000),
      bad("day_hours", day, 60, 1e9),
      bad("tick", tick, 0.01, 60),
      bad("answer_rate", answer_rate, 0, 1),
      bad("wave_amplitude", wave_amplitude, 0, 1),
      bad("hourly_drop", hourly_drop, 0, 1),
      bad("entry_sd", entry_sd, 0, 0.49),
      bad("human_as_machine", human_as_machine, 0, 1),
      bad("machine_as_human", machine_as_human, 0, 1),
      bad("ring_after", ring_after, 0, 60),
      bad("detection", detection, 0, 60),
      bad("grace", grace, 0, 60),
      bad("speed_cv", speed_cv, 0, 3),
      bad("absent", absent, 0, agents),
      bad("absent_from", absent_from, 0, 1e9),
      bad("absent_for", absent_for, 1, 1e9),
      bad("slow_pick_up", slow_pick_up, 0, 120),
      bad("no_answer_limit", no_answer_limit, 0, 1000),
      bad("campaigns", campaigns, 1, 100),
      bad("break_share", break_share, 0, 0.9),
      bad("break_length", break_length, 1, 1e6),
      bad("inbound_per_hour", inbound_per_hour, 0, 1e6),
      bad("news_delay", news_delay, 0, 600),
      bad("news_loss", news_loss, 0, 1),
      bad("resync_every", resync_every, 1, 1e6),
      bad("calls_per_second", calls_per_second, 0, 1e6),
      bad("trunks", trunks, 0, 1e7),
      bad("failure_share", failure_share, 0, 1),
      bad("login_every", login_every, 0, 1e9),
      bad("login_stay", login_stay, 0, 1e9),
  };
  for (const auto& c : checks)
    if (c)
      return c;
  for (const auto& s : rate_steps)
    if (!(s.rate >= 0 && s.rate <= 1 && s.at >= 0))
      return invalid_field("rate_steps", "a rate must be 0 to 1, from a time that is not negative");
  for (const auto& s : staff)
    if (!(s.agents >= 0 && s.agents <= 100'000 && s.at >= 0))
      return invalid_field("staff", "agents must be 0 to 100000, from a time that is not negative");
  if (others.empty())
    return invalid_field("others", "a call must come to something when nobody answers");
  return std::nullopt;
}

} // namespace ringmaster::core::simulation
