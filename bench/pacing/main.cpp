// SPDX-License-Identifier: Apache-2.0
/// pacing-sim: runs a pacing method through a simulated call centre. bench/pacing/README.md says how.
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/simulation/call_centre.hpp"
#include "bench/pacing/optimum.hpp"
#include "bench/pacing/reference.hpp"
#include "bench/pacing/rivals.hpp"
#include "protocol/json.hpp"

#include <fmt/core.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <utility>

namespace ringmaster::bench {
namespace {

using core::simulation::outcome;
using core::simulation::scenario;

constexpr std::string_view usage = R"(pacing-sim --scenario NAME|FILE --method NAME --agents N [options]

  --scenario NAME|FILE  a named call centre, or a JSON file (bench/pacing/README.md); default realistic
  --method NAME         predictive (default), progressive, available, ratio, jade, hard-limit, tapered, average,
                        erlang-b; marginal-tail: as published, everything known;
                        optimum: the exact one of the memoryless model
  --agents N            default: the scenario's
  --answer-rate P       live answers per call, 0 to 1
  --hours H             simulated; the first tenth (at most 4 h) is not counted
  --seeds K             runs, seeded 1 to K; default 10
  --limit X             abandoned per live answer, default 0.03; 0 is zero-abandon
  --target X            what to aim at, less a headroom; default the limit
  --daily-limit X       no day over it, e.g. 0.036; default 1, which is none
  --ratio X             calls per free agent, of the method ratio; default 1.5. Of VICIdial's methods, the highest
                        dial level; default 3
  --campaigns K         that share the agents; default the scenario's. --own-queues: each with a queue of its own
  --one-budget          of abandoned calls, for all campaigns together
  --no-answer-limit N   unanswered calls in a row after which an agent is paused; 0: never; default the scenario's
  --keep-ringing        predictive gives up no ringing call
  --day H               hours of a working day; default the scenario's, mostly 8
  --threads N           runs at a time; default 1
  --minutes FILE        writes the first run minute by minute, as CSV
  --json FILE           writes the results
  --list                names the scenarios
)";

struct request {
  scenario what;
  std::string method{"predictive"};
  core::pacing_options options;
  std::size_t seeds{10}, threads{1};
  std::string json, minutes;
  double ratio{3};
  core::predictive_tuning tuning;
};

[[noreturn]] void refuse(const std::string& why) {
  fmt::print(stderr, "pacing-sim: {}\n", why);
  std::exit(2);
}

double number(const std::string& name, const std::string& text, double least, double most) {
  double v = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (failed != std::errc{} || end != text.data() + text.size() || !(v >= least && v <= most))
    refuse(fmt::format("--{} must be a number from {} to {}", name, least, most));
  return v;
}

scenario find_scenario(const std::string& name) {
  if (auto known = core::simulation::named_scenario(name))
    return *known;
  std::ifstream file{name};
  if (!file)
    refuse(fmt::format("there is neither a scenario nor a file {}", name));
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto read = core::simulation::read_scenario(text);
  if (!read)
    refuse(fmt::format("{}: {}", name, read.error().message));
  return *read;
}

request parse(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      fmt::print("{}", usage);
      std::exit(0);
    }
    if (name == "--list") {
      for (const auto n : core::simulation::scenario_names())
        fmt::print("{}\n", n);
      std::exit(0);
    }
    if (name == "--keep-ringing" || name == "--own-queues" || name == "--one-budget") {
      given.emplace(name.substr(2), "");
      continue;
    }
    if (name.substr(0, 2) != "--" || i + 1 >= argc)
      refuse(fmt::format("what is {}? Try --help", name));
    given[name.substr(2)] = argv[++i];
  }
  const auto take = [&](const std::string& name) {
    const auto at = given.find(name);
    std::optional<std::string> v;
    if (at != given.end()) {
      v = at->second;
      given.erase(at);
    }
    return v;
  };
  const auto take_number = [&](const std::string& name, double usual, double least, double most) {
    const auto v = take(name);
    return v ? number(name, *v, least, most) : usual;
  };
  request r;
  r.what = find_scenario(take("scenario").value_or("realistic"));
  r.method = take("method").value_or("predictive");
  r.what.agents = static_cast<int>(take_number("agents", r.what.agents, 1, 100'000));
  r.what.answer_rate = take_number("answer-rate", r.what.answer_rate, 0, 1);
  r.what.hours = take_number("hours", r.what.hours, 0.01, 100'000);
  r.what.campaigns = static_cast<int>(take_number("campaigns", r.what.campaigns, 1, 100));
  r.what.own_queues = take("own-queues").has_value() || r.what.own_queues;
  r.what.one_budget = take("one-budget").has_value() || r.what.one_budget;
  r.what.no_answer_limit = static_cast<int>(take_number("no-answer-limit", r.what.no_answer_limit, 0, 1000));
  r.options.absent_are_paused = r.what.no_answer_limit > 0;
  r.seeds = static_cast<std::size_t>(take_number("seeds", 10, 1, 10'000));
  r.threads = static_cast<std::size_t>(take_number("threads", 1, 1, 64));
  auto& o = r.options;
  o.grace = std::chrono::nanoseconds{static_cast<std::int64_t>(r.what.grace * 1e9)};
  o.abandon_limit = take_number("limit", 0.03, 0, 0.99);
  o.give_up_ringing = !take("keep-ringing");
  o.target = take_number("target", 0, 0, 0.99);
  o.daily_limit = take_number("daily-limit", 1, 0, 1);
  r.what.day = 3600 * take_number("day", r.what.day / 3600, 0.02, 1000);
  r.ratio = take_number("ratio", r.method == "ratio" ? 1.5 : 3, 0.01, 100);
  if (r.method == "ratio")
    o.max_calls_per_agent = r.ratio;
  auto& t = r.tuning.budget;
  for (auto [name, member] : {std::pair{"theta", &t.fixed},
                              {"first", &t.first},
                              {"reserve", &t.reserve},
                              {"least-reserve", &t.least_reserve},
                              {"team-reserve", &t.team_reserve},
                              {"headroom", &t.headroom},
                              {"team-bursts", &t.team_bursts},
                              {"burst-agents", &t.burst_agents},
                              {"team-margin", &t.team_margin},
                              {"soft", &t.soft},
                              {"softness", &t.softness},
                              {"drift", &t.drift},
                              {"wait", &t.wait},
                              {"wait-gain", &t.wait_gain}})
    *member = take_number(name, *member, 0, 1e12);
  r.tuning.give_up = take_number("give-up", r.tuning.give_up, 0, 1e12);
  r.json = take("json").value_or("");
  r.minutes = take("minutes").value_or("");
  if (!given.empty())
    refuse(fmt::format("what is --{}? Try --help", given.begin()->first));
  return r;
}

std::unique_ptr<core::pacing> make_method(const request& r) {
  if (r.method == "predictive")
    return std::make_unique<core::predictive_pacing>(r.options, r.tuning);
  if (r.method == "marginal-tail")
    return make_reference(r.options, r.what);
  if (auto rival = make_rival(r.method, r.options, r.what, r.ratio))
    return rival;
  auto made = core::make_pacing(r.method, r.options);
  if (!made)
    refuse(made.error().message);
  return std::move(*made);
}

constexpr std::pair<std::string_view, double outcome::*> figures[] = {
    {"busy_share", &outcome::busy_share},
    {"talk_share", &outcome::talk_share},
    {"abandoned_share", &outcome::abandoned_share},
    {"wait_mean", &outcome::wait_mean},
    {"wait_p50", &outcome::wait_p50},
    {"wait_p95", &outcome::wait_p95},
    {"wait_p99", &outcome::wait_p99},
    {"dials_per_live_answer", &outcome::dials_per_live_answer},
    {"days_over_limit", &outcome::days_over_limit},
    {"worst_day", &outcome::worst_day},
    {"worst_window", &outcome::worst_window},
    {"worst_hour", &outcome::worst_hour},
    {"live_answers", &outcome::answers},
    {"abandoned", &outcome::abandons},
    {"dials", &outcome::dials},
    {"given_up", &outcome::given_up},
    {"most_in_flight", &outcome::largest_in_flight},
    {"inbound_wait_mean", &outcome::inbound_wait_mean},
    {"worst_campaign", &outcome::worst_campaign},
    {"least_share", &outcome::least_share},
};

void write_minutes(const request& r) {
  auto method = make_method(r);
  core::simulation::call_centre centre{r.what, *method, 1};
  centre.keep_minutes();
  while (centre.advance(3600)) {
  }
  std::ofstream out{r.minutes};
  out << "seconds,busy,free,agents,in_flight,answers,abandoned,answer_rate\n";
  for (const auto& m : centre.minutes())
    out << fmt::format("{:.0f},{:.3f},{:.3f},{:.3f},{:.2f},{},{},{:.4f}\n", m.at, m.busy, m.free, m.agents,
                       m.in_flight, m.answers, m.abandons, m.rate);
}

void show_optimum(const request& r) {
  const auto o = solve({r.what.agents, r.what.answer_rate, r.what.talk.mean() + r.what.wrap_up.mean(),
                        r.what.live.mean(), r.options.abandon_limit});
  fmt::print("exact optimum of the memoryless model, {} agents, answer rate {}\n", r.what.agents,
             r.what.answer_rate);
  fmt::print("  busy share            {:.4f}\n  abandoned share       {:.4f}\n  keep in flight        ",
             o.busy_share, o.abandoned_share);
  for (std::size_t i = 0; i < std::min<std::size_t>(o.keep_in_flight.size(), 12); ++i)
    fmt::print("{}{}", i ? ", " : "", o.keep_in_flight[i]);
  fmt::print(" with 0, 1, … agents free\n");
  if (r.json.empty())
    return;
  std::string text;
  json_writer w{text};
  w.begin_object();
  w.member("scenario", r.what.name), w.member("method", "optimum"), w.member("agents", r.what.agents);
  w.member("answer_rate", r.what.answer_rate);
  w.member("busy_share", o.busy_share), w.member("abandoned_share", o.abandoned_share);
  w.end_object();
  std::ofstream{r.json} << text << '\n';
}

int run(const request& r) {
  if (auto wrong = validate(r.options))
    refuse(wrong->message);
  if (auto wrong = r.what.validate())
    refuse(wrong->message);
  if (r.method == "optimum")
    return show_optimum(r), 0;
  (void)make_method(r); // a wrong name is said before anything is simulated
  std::vector<outcome> runs(r.seeds);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < r.seeds; i = next++) {
      std::vector<std::unique_ptr<core::pacing>> methods;
      std::vector<core::pacing*> all;
      for (int c = 0; c < r.what.campaigns; ++c)
        all.push_back(methods.emplace_back(make_method(r)).get());
      runs[i] = core::simulation::simulate(r.what, all, i + 1);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < r.threads; ++i)
      threads.emplace_back(work);
  }
  const auto mean = core::simulation::mean_of(runs);
  fmt::print("{}, {} agents, answer rate {}, {} h, {} runs, limit {} %: {}\n", r.what.name, r.what.agents,
             r.what.answer_rate, r.what.hours, r.seeds, 100 * r.options.abandon_limit, r.method);
  fmt::print("  busy share            {:.4f}\n  talk share            {:.4f}\n  abandoned             {:.4f} "
             "of live answers\n",
             mean.busy_share, mean.talk_share, mean.abandoned_share);
  fmt::print("  wait of those served  mean {:.3f} s, P50 {:.2f}, P95 {:.2f}, P99 {:.2f}\n", mean.wait_mean,
             mean.wait_p50, mean.wait_p95, mean.wait_p99);
  fmt::print("  dials a live answer   {:.3f} (given up {:.3f})\n  days over the limit   {:.2f} (worst day {:.4f}, worst hour "
             "{:.4f}, worst window {:.4f})\n",
             mean.dials_per_live_answer, mean.given_up / mean.answers, mean.days_over_limit, mean.worst_day, mean.worst_hour,
             mean.worst_window);
  if (r.what.campaigns > 1)
    fmt::print("  campaigns             {}: largest abandoned share of one {:.4f}, fewest calls of one {:.3f} of an equal share\n",
               r.what.campaigns, mean.worst_campaign, mean.least_share);
  fmt::print("  seeds                 1 to {}\n", r.seeds);
  if (r.what.inbound_per_hour > 0)
    fmt::print("  inbound callers wait  mean {:.2f} s\n", mean.inbound_wait_mean);
  if (!r.minutes.empty())
    write_minutes(r);
  if (r.json.empty())
    return 0;
  std::string text;
  json_writer w{text};
  w.begin_object();
  w.member("scenario", r.what.name), w.member("method", r.method), w.member("agents", r.what.agents);
  w.member("answer_rate", r.what.answer_rate), w.member("hours", r.what.hours);
  w.member("limit", r.options.abandon_limit), w.member("seeds", r.seeds);
  for (const auto& [name, member] : figures)
    w.member(name, mean.*member);
  w.key("runs");
  w.begin_list();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    w.begin_object();
    w.member("seed", i + 1);
    for (const auto& [name, member] : figures)
      w.member(name, runs[i].*member);
    w.end_object();
  }
  w.end_list();
  w.end_object();
  std::ofstream file{r.json};
  file << text << '\n';
  if (!file.flush())
    refuse(fmt::format("{} cannot be written", r.json));
  return 0;
}

} // namespace
} // namespace ringmaster::bench

int main(int argc, char** argv) {
  return ringmaster::bench::run(ringmaster::bench::parse(argc, argv));
}
