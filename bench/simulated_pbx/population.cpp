// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/population.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace ringmaster::sim {

sim_time distribution::draw(random_source& random) const noexcept {
  switch (kind) {
  case shape::constant:
    return seconds_of(a);
  case shape::uniform:
    return seconds_of(a + (b - a) * random.unit());
  case shape::exponential:
    return seconds_of(-a * std::log(1.0 - random.unit()));
  case shape::lognormal: {
    const double variance = std::log(1.0 + b * b);
    return seconds_of(a * std::exp(std::sqrt(variance) * random.normal() - variance / 2));
  }
  }
  return sim_time{0};
}

double distribution::mean() const noexcept {
  return kind == shape::uniform ? (a + b) / 2 : a;
}

std::string_view name_of(outcome o) noexcept {
  switch (o) {
  case outcome::answer:
    return "answer";
  case outcome::machine:
    return "machine";
  case outcome::busy:
    return "busy";
  case outcome::no_answer:
    return "no_answer";
  case outcome::congestion:
    return "congestion";
  case outcome::invalid:
    return "invalid";
  }
  return "?";
}

std::optional<pick_up> pick_up_named(std::string_view name) noexcept {
  if (name == "usual")
    return pick_up::usual;
  if (name == "absent")
    return pick_up::absent;
  if (name == "rejects")
    return pick_up::rejects;
  return std::nullopt;
}

std::optional<trunk_condition::kind> trunk_condition_named(std::string_view name) noexcept {
  using enum trunk_condition::kind;
  for (const auto& [text, kind] : {std::pair<std::string_view, trunk_condition::kind>{"up", up},
                                   {"refuses", refuses},
                                   {"missing", missing},
                                   {"silent", silent}})
    if (text == name)
      return kind;
  return std::nullopt;
}

std::optional<emptiness> read_emptiness(std::string_view text, bool joining) {
  emptiness e;
  const auto any_of = [&](std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    const bool yes = word == "yes" || word == "true", no = word == "no" || word == "false";
    if ((yes && joining) || (no && !joining)) {
      e = {};
      continue;
    }
    e.applies = true;
    if (yes || no || any_of(word, {"strict", "paused"}))
      e.paused = true;
    else if (word == "inuse")
      e.in_use = true;
    else if (word == "ringing")
      e.ringing = true;
    else if (word == "wrapup")
      e.resting = true;
    else if (!any_of(word, {"loose", "penalty", "invalid", "unavailable", "unknown"}))
      return std::nullopt;
  }
  return e;
}

std::optional<fault::kind> fault_kind(std::string_view name) noexcept {
  using enum fault::kind;
  static constexpr std::pair<std::string_view, fault::kind> names[] = {{"drop", drop},
                                                                       {"delay", delay},
                                                                       {"duplicate", duplicate},
                                                                       {"lose", lose},
                                                                       {"reorder", reorder},
                                                                       {"refuse-originate", refuse_originate},
                                                                       {"refuse-login", refuse_login},
                                                                       {"garbage", garbage},
                                                                       {"cut", cut}};
  for (const auto& [text, kind] : names)
    if (text == name)
      return kind;
  return std::nullopt;
}

namespace {

distribution constant(double seconds) {
  return {distribution::shape::constant, seconds, 0};
}

/// The numbers of the test peer's dialplan: seven or more digits, and the first one decides.
const std::vector<number_rule>& first_digit_rules() {
  static const std::vector<number_rule> rules = [] {
    std::vector<number_rule> r;
    const auto add = [&](std::string prefix, outcome what) -> number_rule& {
      number_rule& rule = r.emplace_back();
      rule.prefix = std::move(prefix);
      rule.min_digits = 7;
      rule.what = what;
      rule.ring = constant(1);
      return rule;
    };
    add("1", outcome::answer).leaves_after = constant(30);
    add("2", outcome::busy);
    add("3", outcome::no_answer);
    add("4", outcome::congestion);
    add("5", outcome::invalid);
    add("6", outcome::machine);
    add("7", outcome::answer).leaves_after = constant(2);
    number_rule& at_once = add("8", outcome::answer);
    at_once.leaves_after = constant(30);
    at_once.ring = constant(0);
    at_once.rings = false;
    number_rule& extension = r.emplace_back();
    extension.max_digits = 6;
    extension.ring = constant(1);
    extension.patience = constant(30);
    extension.listen = constant(10);
    return r;
  }();
  return rules;
}

bool matches(const number_rule& rule, std::string_view digits) {
  return digits.size() >= rule.min_digits && digits.size() <= rule.max_digits &&
         digits.starts_with(rule.prefix);
}

} // namespace

customer customer_population::draw(std::uint64_t seed, std::string_view number, std::uint64_t attempt) const {
  random_source random{derive_seed(seed, number, attempt)};
  const std::string_view digits = number.starts_with('+') ? number.substr(1) : number;
  const auto is_match = [&](const number_rule& rule) { return matches(rule, digits); };
  const number_rule* rule = nullptr;
  if (const auto it = std::find_if(rules.begin(), rules.end(), is_match); it != rules.end())
    rule = &*it;
  if (rule == nullptr && first_digit_rules) {
    const auto& table = ::ringmaster::sim::first_digit_rules();
    if (const auto it = std::find_if(table.begin(), table.end(), is_match); it != table.end())
      rule = &*it;
  }

  customer c;
  const double dice = random.unit(); // drawn always, so that a rule changes nothing else of the customer
  if (rule != nullptr) {
    c.what = rule->what;
    c.rings = rule->rings;
  } else {
    double sum = 0;
    for (std::size_t i = 0; i < outcome_count; ++i) {
      sum += outcomes[i];
      if (dice < sum) {
        c.what = static_cast<outcome>(i);
        break;
      }
    }
  }
  c.ring = (rule != nullptr && rule->ring ? *rule->ring : ring).draw(random);
  c.patience = (rule != nullptr && rule->patience ? *rule->patience : patience).draw(random);
  c.listen = (rule != nullptr && rule->listen ? *rule->listen : listen).draw(random);
  if (rule != nullptr && rule->leaves_after)
    c.leaves_after = rule->leaves_after->draw(random);
  return c;
}

population population::standard() {
  population p;
  queue_population& sales = p.queues.emplace_back();
  sales.name = "sales_1";
  queue_population& phones = p.queues.emplace_back();
  phones.name = "sales_2";
  phones.interface = "PJSIP/agent-%02d";
  phones.first_agent = 11;
  queue_population& empty = p.queues.emplace_back();
  empty.name = "empty";
  empty.agents = 0;
  empty.ring_timeout_s = 3;
  return p;
}

} // namespace ringmaster::sim
