// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/scenario.hpp"

#include <simdjson.h>

#include <cmath>
#include <functional>

namespace ringmaster::core::simulation {
namespace {

using simdjson::dom::element;

std::optional<error> read_number(std::string_view name, const element& e, double& to) {
  double v = 0;
  if (e.get(v) || !std::isfinite(v))
    return invalid_field(name, std::string{name} + " must be a number");
  to = v;
  return std::nullopt;
}

std::optional<error> read_part(std::string_view name, const element& e, distribution::component& c) {
  simdjson::dom::object o;
  if (e.get(o))
    return invalid_field(name, std::string{name} + " must be a distribution: an object, or a list of them");
  bool shaped = false;
  for (const auto& [key, value] : o) {
    if (key == "shape") {
      using shape = distribution::shape;
      std::string_view s;
      if (value.get(s))
        s = {};
      shaped = true;
      if (s == "constant")
        c.kind = shape::constant;
      else if (s == "exponential")
        c.kind = shape::exponential;
      else if (s == "lognormal")
        c.kind = shape::lognormal;
      else if (s == "normal")
        c.kind = shape::normal;
      else if (s == "uniform")
        c.kind = shape::uniform;
      else
        return invalid_field(name, std::string{name} +
                                       ": shape must be constant, exponential, lognormal, normal or uniform");
      continue;
    }
    double v = 0;
    if (auto wrong = read_number(name, value, v))
      return wrong;
    if (v < 0 && key != "shift")
      return invalid_field(name, std::string{name} + ": " + std::string{key} + " must not be negative");
    if (key == "mean")
      c.mean = v;
    else if (key == "spread")
      c.spread = v;
    else if (key == "shift")
      c.shift = v;
    else if (key == "at_most")
      c.at_most = v;
    else if (key == "weight")
      c.weight = v;
    else
      return invalid_field(name, std::string{name} + " has no " + std::string{key});
  }
  if (!shaped)
    return invalid_field(name, std::string{name} + " needs a shape");
  if (c.mean <= 0 && c.kind != distribution::shape::constant)
    return invalid_field(name, std::string{name} + " needs a mean above 0");
  return std::nullopt;
}

std::optional<error> read_distribution(std::string_view name, const element& e, distribution& to) {
  distribution d;
  simdjson::dom::array list;
  if (!e.get(list)) {
    for (const auto& one : list) {
      d.parts.emplace_back();
      if (auto wrong = read_part(name, one, d.parts.back()))
        return wrong;
    }
    if (d.parts.empty())
      return invalid_field(name, std::string{name} + " must not be empty");
  } else {
    d.parts.emplace_back();
    if (auto wrong = read_part(name, e, d.parts.back()))
      return wrong;
  }
  to = std::move(d);
  return std::nullopt;
}

/// A list of objects with two numbers each.
std::optional<error> read_pairs(std::string_view name, const element& e, std::string_view first,
                                std::string_view second, const std::function<void(double, double)>& add) {
  simdjson::dom::array list;
  if (e.get(list))
    return invalid_field(name, std::string{name} + " must be a list");
  for (const auto& one : list) {
    double a = 0, b = 0;
    if (one[first].get(a) || one[second].get(b))
      return invalid_field(name, std::string{name} + " must have " + std::string{first} + " and " +
                                     std::string{second});
    add(a, b);
  }
  return std::nullopt;
}

struct named_number {
  std::string_view name;
  double scenario::*member;
};
constexpr named_number numbers[] = {
    {"hours", &scenario::hours},
    {"warm_up", &scenario::warm_up},
    {"day", &scenario::day},
    {"tick", &scenario::tick},
    {"answer_rate", &scenario::answer_rate},
    {"rate_period", &scenario::rate_period},
    {"wave_amplitude", &scenario::wave_amplitude},
    {"wave_period", &scenario::wave_period},
    {"hourly_drop", &scenario::hourly_drop},
    {"entry_sd", &scenario::entry_sd},
    {"human_as_machine", &scenario::human_as_machine},
    {"machine_as_human", &scenario::machine_as_human},
    {"ring_after", &scenario::ring_after},
    {"detection", &scenario::detection},
    {"grace", &scenario::grace},
    {"speed_cv", &scenario::speed_cv},
    {"staff_period", &scenario::staff_period},
    {"login_every", &scenario::login_every},
    {"login_stay", &scenario::login_stay},
    {"break_share", &scenario::break_share},
    {"break_length", &scenario::break_length},
    {"absent_from", &scenario::absent_from},
    {"absent_for", &scenario::absent_for},
    {"slow_pick_up", &scenario::slow_pick_up},
    {"inbound_per_hour", &scenario::inbound_per_hour},
    {"news_delay", &scenario::news_delay},
    {"news_loss", &scenario::news_loss},
    {"resync_every", &scenario::resync_every},
    {"calls_per_second", &scenario::calls_per_second},
    {"failure_share", &scenario::failure_share},
};

std::optional<error> read_member(scenario& s, std::string_view key, const element& value) {
  for (const auto& n : numbers)
    if (n.name == key)
      return read_number(key, value, s.*n.member);
  double v = 0;
  if (key == "name") {
    std::string_view text;
    if (value.get(text))
      return invalid_field(key, "name must be a text");
    s.name = text;
    return std::nullopt;
  }
  constexpr std::pair<std::string_view, int scenario::*> whole[] = {{"agents", &scenario::agents},
                                                                    {"trunks", &scenario::trunks},
                                                                    {"absent", &scenario::absent},
                                                                    {"no_answer_limit", &scenario::no_answer_limit},
                                                                    {"campaigns", &scenario::campaigns}};
  for (const auto& [name, member] : whole)
    if (key == name) {
      if (auto wrong = read_number(key, value, v))
        return wrong;
      if (v < 0 || v > 1e7 || v != std::floor(v))
        return invalid_field(key, std::string{key} + " must be a whole number");
      s.*member = static_cast<int>(v);
      return std::nullopt;
    }
  constexpr std::pair<std::string_view, bool scenario::*> flags[] = {{"entry_known", &scenario::entry_known},
                                                                     {"wrap_up_known", &scenario::wrap_up_known},
                                                                     {"own_queues", &scenario::own_queues},
                                                                     {"one_budget", &scenario::one_budget}};
  for (const auto& [name, member] : flags)
    if (key == name) {
      if (value.get(s.*member))
        return invalid_field(key, std::string{key} + " must be true or false");
      return std::nullopt;
    }
  if (key == "away") {
    std::string_view text;
    constexpr std::pair<std::string_view, scenario::absence> kinds[] = {{"rings", scenario::absence::rings},
                                                                        {"rejects", scenario::absence::rejects},
                                                                        {"slow", scenario::absence::slow},
                                                                        {"gone", scenario::absence::gone}};
    if (!value.get(text))
      for (const auto& [name, kind] : kinds)
        if (text == name) {
          s.away = kind;
          return std::nullopt;
        }
    return invalid_field(key, "away must be rings, rejects, slow or gone");
  }
  if (key == "live")
    return read_distribution(key, value, s.live);
  if (key == "talk")
    return read_distribution(key, value, s.talk);
  if (key == "wrap_up")
    return read_distribution(key, value, s.wrap_up);
  if (key == "machine_talk")
    return read_distribution(key, value, s.machine_talk);
  if (key == "others") {
    simdjson::dom::array list;
    if (value.get(list))
      return invalid_field(key, "others must be a list");
    s.others.clear();
    for (const auto& one : list) {
      scenario::outcome o;
      if (one["weight"].get(o.weight) || !(o.weight >= 0))
        return invalid_field(key, "others: each needs a weight");
      element after;
      if (one["after"].get(after))
        return invalid_field(key, "others: each needs a distribution \"after\"");
      if (auto wrong = read_distribution(key, after, o.after))
        return wrong;
      s.others.push_back(std::move(o));
    }
    return std::nullopt;
  }
  if (key == "rate_steps") {
    s.rate_steps.clear();
    return read_pairs(key, value, "at", "rate", [&](double at, double rate) {
      s.rate_steps.push_back({at, rate});
    });
  }
  if (key == "staff") {
    s.staff.clear();
    return read_pairs(key, value, "at", "agents", [&](double at, double agents) {
      s.staff.push_back({at, static_cast<int>(agents)});
    });
  }
  return invalid_field(key, "a scenario has no " + std::string{key});
}

} // namespace

result<scenario> read_scenario(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::object fields;
  const simdjson::padded_string padded{json};
  if (parser.parse(padded).get(root) || root.get(fields))
    return error{errc::malformed, "a scenario must be a JSON object", {}};
  scenario s = *named_scenario("realistic");
  std::string_view base;
  if (!root["like"].get(base)) {
    const auto found = named_scenario(base);
    if (!found)
      return invalid_field("like", "there is no scenario " + std::string{base});
    s = *found;
  }
  for (const auto& [key, value] : fields)
    if (key != "like")
      if (auto wrong = read_member(s, key, value))
        return *wrong;
  if (auto wrong = s.validate())
    return *wrong;
  return s;
}

} // namespace ringmaster::core::simulation
