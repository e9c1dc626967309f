// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/rehearse.hpp"

#include "actors/core/plan_pacing.hpp"
#include "actors/core/simulation/rehearsal.hpp"
#include "http/outbound/rehearsals.hpp"
#include "protocol/outbound.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace ringmaster::daemon {
namespace {

namespace sim = core::simulation;

result<sim::scenario> scenario_called(const std::string& name) {
  if (auto known = sim::named_scenario(name))
    return *known;
  std::ifstream file{name};
  if (!file) {
    std::string names;
    for (const auto one : sim::scenario_names())
      names.append(names.empty() ? "" : ", ").append(one);
    return error{errc::not_found, "\"" + name + "\" is neither a file nor one of " + names, "scenario"};
  }
  return sim::read_scenario(std::string{std::istreambuf_iterator<char>{file}, {}});
}

result<sim::rehearsal_side> side_of(const std::string& settings) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(settings).get(root) != simdjson::SUCCESS)
    return error{errc::malformed, "\"" + settings + "\" is not JSON", {}};
  plan standard;
  standard.dial_mode = 1;
  const auto read = merge_json(standard, root, plan_fields);
  if (!read)
    return read.error();
  return sim::rehearsal_side{std::string{core::pacing_method_of(*read)}, core::pacing_options_of(*read)};
}

int fail(const error& why) {
  fmt::print(stderr, "ringmaster rehearse: {}\n", why.message);
  return 2;
}

void print(const std::vector<sim::outcome>& of) {
  const auto row = [&](const char* what, auto value, const char* unit) {
    fmt::print("{:<28}", what);
    for (const auto& one : of)
      fmt::print("{:>14}", fmt::format("{:.2f}{}", value(one), unit));
    fmt::print("\n");
  };
  fmt::print("{:<28}{:>14}{}\n", "", "as it is", of.size() > 1 ? fmt::format("{:>14}", "as proposed") : "");
  row("agents busy", [](const auto& o) { return 100 * o.busy_share; }, " %");
  row("agents talking", [](const auto& o) { return 100 * o.talk_share; }, " %");
  row("abandoned of live answers", [](const auto& o) { return 100 * o.abandoned_share; }, " %");
  row("worst day", [](const auto& o) { return 100 * o.worst_day; }, " %");
  row("wait of served callers", [](const auto& o) { return o.wait_mean; }, " s");
  row("wait, 95 % below", [](const auto& o) { return o.wait_p95; }, " s");
  row("calls per live answer", [](const auto& o) { return o.dials_per_live_answer; }, "");
}

} // namespace

int rehearse_command(int argc, const char* const* argv) {
  std::string scenario = "realistic", now = "{}", proposed, json;
  int agents = 0, seeds = 4;
  double rate = 0, hours = 8;
  CLI::App app{"Simulates a call centre with pacing as it is and as proposed", "ringmaster rehearse"};
  app.add_option("--scenario", scenario, "a name, or a file with the call centre (JSON)")->capture_default_str();
  app.add_option("--agents", agents, "logged-in agents")->check(CLI::Range(1, 10'000));
  app.add_option("--answer-rate", rate, "live answers per call, 0 to 1")->check(CLI::Range(0.001, 1.0));
  app.add_option("--hours", hours, "simulated hours")->check(CLI::Range(0.5, 10'000.0))->capture_default_str();
  app.add_option("--seeds", seeds, "runs of each setting")->check(CLI::Range(1, 100))->capture_default_str();
  app.add_option("--now", now, "plan fields as they are, JSON: {\"abandon_limit\": 0.03}")->capture_default_str();
  app.add_option("--proposed", proposed, "plan fields as proposed, JSON");
  app.add_option("--json", json, "file for the outcomes");
  CLI11_PARSE(app, argc - 1, argv + 1);

  auto what = scenario_called(scenario);
  if (!what)
    return fail(what.error());
  if (agents > 0)
    what->agents = agents;
  if (rate > 0)
    what->answer_rate = rate;
  what->hours = hours;
  std::vector<sim::rehearsal_side> sides;
  for (const auto* settings : {&now, &proposed}) {
    if (settings->empty())
      continue;
    auto side = side_of(*settings);
    if (!side)
      return fail(side.error());
    sides.push_back(std::move(*side));
  }
  auto work = sim::rehearsal::make(*what, std::move(sides), seeds);
  if (!work)
    return fail(work.error());
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  while (work->advance(60))
    if (terminal)
      fmt::print(stderr, "\r{:5.1f} %", 100 * work->progress());
  if (terminal)
    fmt::print(stderr, "\r       \r");
  const auto outcomes = work->outcomes();
  print(outcomes);
  if (json.empty())
    return 0;
  std::string text;
  json_writer w{text};
  w.begin_object();
  w.key("now");
  outbound::append_outcome(w, outcomes.front());
  w.key("proposed");
  outcomes.size() < 2 ? w.null() : outbound::append_outcome(w, outcomes[1]);
  w.end_object();
  std::ofstream file{json};
  file << text << '\n';
  if (!file.flush()) {
    fmt::print(stderr, "ringmaster rehearse: {} cannot be written\n", json);
    return 1;
  }
  return 0;
}

} // namespace ringmaster::daemon
