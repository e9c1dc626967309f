// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing.hpp"
#include "actors/core/pacing/predictive.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

namespace ringmaster::core {
namespace {

constexpr duration farthest_end = std::chrono::minutes{8};
/// No call rings for longer; what is still listed as ringing since then has ended unheard.
constexpr duration longest_ringing_time = std::chrono::minutes{5};

std::string calls_text(std::int64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

} // namespace

std::string_view name(agent_state s) noexcept {
  switch (s) {
  case agent_state::free:
    return "free";
  case agent_state::ringing:
    return "ringing";
  case agent_state::talking:
    return "talking";
  case agent_state::wrap_up:
    return "wrap-up";
  case agent_state::paused:
    return "paused";
  case agent_state::logged_out:
    return "logged out";
  }
  return "";
}

std::optional<error> validate(const pacing_options& o) {
  using std::chrono::seconds;
  const auto within = [](auto v, auto least, auto most) { return v >= least && v <= most; }; // false for NaN
  if (!within(o.abandon_limit, 0.0, 1.0) || o.abandon_limit == 1)
    return invalid_field("abandon_limit", "abandon_limit must be at least 0 and below 100 %");
  if (!within(o.window_days, 1, 366))
    return invalid_field("abandon_window_days", "abandon_window_days must be 1 to 366");
  if (!within(o.daily_limit, 0.0, 1.0))
    return invalid_field("abandon_daily_limit", "the daily limit must be 0 to 100 %");
  if (!within(o.target, 0.0, 1.0) || o.target == 1)
    return invalid_field("abandon_target", "the target must be at least 0 and below 100 %");
  if (!within(o.grace, seconds{0}, seconds{60}))
    return invalid_field("abandon_grace_ms", "abandon_grace_ms must be 0 to 60000");
  if (!within(o.min_ring, seconds{0}, seconds{120}))
    return invalid_field("min_ring_seconds", "min_ring_seconds must be 0 to 120");
  if (o.max_ring < o.min_ring)
    return invalid_field("min_ring_seconds",
                         "calls are given up after dial_timeout, before min_ring_seconds");
  if (!within(o.max_calls_per_agent, 0.0, 1000.0))
    return invalid_field("max_calls_per_agent", "max_calls_per_agent must be 0 to 1000");
  if (!within(o.max_calls, 0, 1'000'000))
    return invalid_field("max_calls", "max_calls must be 0 to 1000000");
  return std::nullopt;
}

void abandon_days::add(std::int64_t number, std::int64_t answers, std::int64_t abandons) {
  const auto at = std::lower_bound(days_.begin(), days_.end(), number,
                                   [](const day& d, std::int64_t n) { return d.number < n; });
  if (at != days_.end() && at->number == number) {
    at->answers += answers;
    at->abandons += abandons;
  } else {
    days_.insert(at, day{number, answers, abandons});
  }
  while (days_.front().number < days_.back().number - 366)
    days_.pop_front();
}

abandon_ledger abandon_days::totals(std::int64_t today, std::int64_t window_days) const noexcept {
  abandon_ledger sum;
  for (const auto& d : days_) {
    if (d.number <= today - window_days || d.number > today)
      continue;
    sum.window_answers += d.answers;
    sum.window_abandons += d.abandons;
    if (d.number == today) {
      sum.day_answers += d.answers;
      sum.day_abandons += d.abandons;
    }
  }
  return sum;
}

// --- calls ----------------------------------------------------------------------------------------------

pacing::pacing(const pacing_options& options) : options_{options} {}

pacing::agent_pool& pacing::pool_at(pool_index i) {
  if (i >= pools_.size()) {
    pools_.resize(i + 1);
    pools_added(pools_.size());
  }
  return pools_[i];
}

void pacing::count(agent_pool& of, phase p, std::int64_t by) noexcept {
  for (auto* counts : {&of.calls, &counts_})
    switch (p) {
    case phase::ringing:
      counts->ringing += by;
      [[fallthrough]];
    case phase::dialing:
      counts->dialing += by;
      break;
    case phase::waiting:
      counts->waiting += by;
      break;
    case phase::with_agent:
      counts->with_agent += by;
      break;
    case phase::over:
      break;
    }
}

void pacing::settle(call_record& call, bool abandoned, time_point now) {
  if (call.live)
    return;
  abandoned = abandoned && !agents_.unlimited; // where there are no agents, nobody waits for one
  call.live = true;
  ++answers_, ++ledger_.window_answers, ++ledger_.day_answers;
  if (abandoned)
    ++abandons_, ++ledger_.window_abandons, ++ledger_.day_abandons;
  live_answer(abandoned, now);
}

void pacing::advance(const uuid& id, step what, phase to, time_point now) {
  const auto it = calls_.find(id);
  if (it == calls_.end() || it->second.at >= to)
    return;
  auto& call = it->second;
  call_moved(call, what, to, now);
  if (what == step::ringing && gives_up_) {
    (void)longest_ringing(now, call.pool); // so that the list stays short where nobody asks for it
    pools_[call.pool].by_ringing.push_back({now, id});
  }
  if (to == phase::waiting)
    call.answered = now;
  if (what == step::handed) {
    // Whoever waited longer than the grace was abandoned, whoever speaks to him then. This news may be late
    // itself; the agent's own, when it has come, tells since when he talks.
    const bool waited = call.at == phase::waiting;
    const auto since = one_by_one_ ? match_handed(pools_[call.pool], waited ? call.answered : now, now) : now;
    settle(call, waited && since - call.answered > options_.grace, now);
  } else if (what == step::abandoned) {
    settle(call, true, now);
  } else if (what == step::unseen) {
    settle(call, false, now);
  } else if (what == step::ended && call.at == phase::waiting) { // not `lost`: he may have met one
    settle(call, true, now);
  }
  auto& of = pools_[call.pool];
  count(of, call.at, -1);
  call.at = to;
  count(of, to, 1);
  if (to == phase::over)
    calls_.erase(it);
}

void pacing::begun(const uuid& id, const call_features& features, time_point now, pool_index pool) {
  const auto [it, fresh] = calls_.try_emplace(id);
  if (!fresh)
    return;
  auto& call = it->second;
  call.begun = now;
  call.pool = static_cast<std::uint16_t>(pool);
  call.list = static_cast<std::uint32_t>(features.list ^ (features.list >> 32));
  call.attempt = features.attempt;
  call.number = static_cast<std::uint32_t>(features.number ^ (features.number >> 32));
  count(pool_at(call.pool), phase::dialing, 1);
  call_moved(call, step::begun, phase::dialing, now);
}
void pacing::ringing(const uuid& call, time_point now) {
  advance(call, step::ringing, phase::ringing, now);
}
void pacing::answered(const uuid& call, time_point now) {
  advance(call, step::answered, phase::waiting, now);
}
void pacing::machine(const uuid& call, time_point now) {
  advance(call, step::machine, phase::with_agent, now);
}
void pacing::handed_to_agent(const uuid& call, time_point now) {
  advance(call, step::handed, phase::with_agent, now);
}
void pacing::abandoned(const uuid& call, time_point now) {
  // It may stay up for a while (a queue's timeout goes on in the dialplan), but it needs no agent any more.
  advance(call, step::abandoned, phase::with_agent, now);
}
void pacing::unseen(const uuid& call, time_point now) {
  advance(call, step::unseen, phase::with_agent, now);
}
void pacing::ended(const uuid& call, time_point now) {
  advance(call, step::ended, phase::over, now);
}
void pacing::lost(const uuid& call, time_point now) {
  advance(call, step::lost, phase::over, now);
}

std::optional<std::size_t> pacing::age_step(const call_record& call, time_point now) noexcept {
  if (call.at > phase::ringing || call.given_up)
    return std::nullopt;
  const auto age = std::max<std::int64_t>(0, (now - call.begun) / call_age_step);
  return std::min(static_cast<std::size_t>(age), call_age_steps - 1);
}

std::int64_t pacing::calls_on_turn(const granted_calls&, time_point) {
  return 0;
}
granted_calls pacing::offer(std::int64_t calls, time_point) {
  return {calls, 0, 0};
}
std::vector<uuid> pacing::calls_to_give_up(time_point) {
  return {};
}
given_up_calls pacing::give_up(time_point now) {
  return {calls_to_give_up(now), {}, {}};
}

pacing::call_record* pacing::longest_ringing(time_point now, pool_index pool) {
  auto& ringing = pools_[pool].by_ringing;
  while (!ringing.empty() && now - ringing.front().since >= least_ring_time()) {
    const auto it = calls_.find(ringing.front().id);
    if (it != calls_.end() && it->second.at == phase::ringing && !it->second.given_up &&
        now - ringing.front().since < longest_ringing_time)
      return &it->second;
    ringing.pop_front();
  }
  return nullptr;
}

uuid pacing::give_up_longest(call_record& longest) {
  auto& ringing = pools_[longest.pool].by_ringing;
  longest.given_up = true;
  ++given_up_;
  const auto id = ringing.front().id;
  ringing.pop_front();
  return id;
}

void pacing::call_moved(call_record&, step, phase, time_point) {}
void pacing::live_answer(bool, time_point) {}

// --- agents ---------------------------------------------------------------------------------------------

void pacing::count(agent_pool& of, agent_state s, std::int64_t by) noexcept {
  for (auto* agents : {&of.agents, &agents_})
    switch (s) {
    case agent_state::free:
      agents->available += by;
      break;
    case agent_state::ringing:
      agents->ringing += by;
      break;
    case agent_state::talking:
      agents->on_call += by;
      break;
    case agent_state::wrap_up:
      agents->wrap_up += by;
      break;
    case agent_state::paused:
      agents->paused += by;
      break;
    case agent_state::logged_out:
      break;
    }
}

void pacing::count_doubt(agent_pool& of, const agent_status* agent, double by) noexcept {
  if (agent && agent->state == agent_state::free && agent->answers < 1)
    of.doubt = std::max(0.0, of.doubt + by * (1 - static_cast<double>(agent->answers)));
}

void pacing::change(const agent_status* before, const agent_status* after, time_point now, pool_index pool) {
  const auto was = before ? before->state : agent_state::logged_out;
  const auto is = after ? after->state : agent_state::logged_out;
  auto& of = pool_at(pool);
  count(of, was, -1);
  count(of, is, 1);
  count_doubt(of, before, -1);
  count_doubt(of, after, 1);
  if (is == agent_state::talking && before) {
    if (of.handed_ahead.empty())
      of.taken.push_back({now, after->since, false});
    else
      of.handed_ahead.pop_front();
  }
  agent_moved(before, after, now, pool);
}

void pacing::forget_agents() noexcept {
  one_by_one_agents_.clear();
  agents_ = {};
  for (auto& p : pools_) {
    p.agents = {};
    p.doubt = 0;
    p.handed_ahead.clear();
    p.taken.clear();
  }
}

void pacing::agent_is(const agent_status& told, time_point now, pool_index pool) {
  // Nothing began in the future, and an end that is far is as good as none.
  auto agent = told;
  agent.since = std::min(agent.since, now);
  if (agent.ends)
    agent.ends = std::min(*agent.ends, now + farthest_end);
  if (!one_by_one_)
    forget_agents();
  one_by_one_ = true;
  const auto it = one_by_one_agents_.find(agent.agent);
  if (it != one_by_one_agents_.end() && (agent.state == agent_state::logged_out || it->second.pool != pool)) {
    const auto before = it->second;
    one_by_one_agents_.erase(it);
    change(&before.status, nullptr, now, before.pool);
    return agent_is(told, now, pool);
  }
  if (agent.state == agent_state::logged_out)
    return;
  if (it == one_by_one_agents_.end()) {
    one_by_one_agents_.emplace(agent.agent, tracked_agent{agent, pool, picture_});
    return change(nullptr, &agent, now, pool);
  }
  it->second.seen = picture_;
  if (it->second.status == agent)
    return;
  const auto before = std::exchange(it->second.status, agent);
  change(&before, &agent, now, pool);
}

void pacing::agents_are(std::span<const agent_status> all, time_point now, pool_index pool) {
  if (!one_by_one_)
    forget_agents();
  one_by_one_ = true;
  ++picture_;
  for (const auto& agent : all)
    agent_is(agent, now, pool);
  // The picture knows of the calls that reached agents a while ago.
  auto& ahead = pool_at(pool).handed_ahead;
  while (!ahead.empty() && now - ahead.front() > agent_lag)
    ahead.pop_front();
  std::vector<agent_status> gone;
  for (const auto& [key, known] : one_by_one_agents_)
    if (known.pool == pool && known.seen != picture_)
      gone.push_back(known.status);
  for (auto& agent : gone) {
    agent.state = agent_state::logged_out;
    agent_is(agent, now, pool);
  }
}

void pacing::agents(const availability& counts, time_point now) {
  if (one_by_one_)
    forget_agents();
  one_by_one_ = false;
  for (auto& p : pools_)
    p.agents = {};
  agents_ = pools_.front().agents = counts;
  agents_counted(now);
}

void pacing::queue(const queue_load& load, time_point, pool_index pool) {
  auto& told = pool_at(pool);
  if (load.others_handed < told.others_handed) // of another queue
    told.others_handed = load.others_handed;
  told.load = load;
  auto& of = told.agents;
  of.waiting = std::max<std::int64_t>(0, load.waiting);
  of.others_calls = std::max<std::int64_t>(0, load.others_calls);
  agents_.waiting = agents_.others_calls = 0;
  for (const auto& p : pools_) {
    agents_.waiting += p.agents.waiting;
    agents_.others_calls += p.agents.others_calls;
  }
}

void pacing::others_by_age(const calls_weighed_by_age& calls, time_point, pool_index pool) {
  auto& of = pool_at(pool);
  if (of.others_known && of.others == calls)
    return;
  of.others = calls;
  of.others_known = true;
  others_changed(pool);
}
void pacing::others_changed(pool_index) {}

void pacing::agent_moved(const agent_status*, const agent_status*, time_point, pool_index) {}
void pacing::agents_counted(time_point) {}
void pacing::agent_taken_by_others(time_point, pool_index) {}
void pacing::pools_added(std::size_t) {}

time_point pacing::match_handed(agent_pool& of, time_point answered, time_point now) {
  const auto at = std::find_if(of.taken.begin(), of.taken.end(),
                               [&](const unexplained_talk& t) { return t.since >= answered - agent_lag; });
  if (at == of.taken.end()) {
    of.handed_ahead.push_back(now);
    return now;
  }
  const auto since = std::min(at->since, now);
  of.taken.erase(at);
  return since;
}

void pacing::advance_time(time_point now) {
  for (pool_index i = 0; i < pools_.size(); ++i) {
    auto& of = pools_[i];
    while (!of.handed_ahead.empty() && now - of.handed_ahead.front() > longest_lag)
      of.handed_ahead.pop_front();
    while (!of.taken.empty() && now - of.taken.front().heard > longest_lag)
      of.taken.pop_front();
    for (auto& t : of.taken)
      if (!t.by_others && now - t.heard > agent_lag) {
        t.by_others = true;
        if (of.others_handed + 0.5 <= of.load.others_handed) // of another campaign, whose calls are told by age
          of.others_handed += 1;
        else
          agent_taken_by_others(now, i);
      }
    // Of calls that nothing waits for to be explained by, few have an agent who is told of later.
    if (of.taken.empty())
      of.others_handed = std::max(of.others_handed, of.load.others_handed - 3);
  }
}

std::int64_t pacing::servers(const agent_pool& p) noexcept {
  const auto ahead = static_cast<std::int64_t>(p.handed_ahead.size()) + p.load.others_ahead;
  const auto rung = std::max<std::int64_t>(0, p.agents.ringing - ahead);
  const auto free =
      std::max<std::int64_t>(0, p.agents.available - std::lround(p.doubt) - std::max<std::int64_t>(0, ahead - p.agents.ringing));
  return free + std::min(rung, p.calls.waiting + p.load.others_answered);
}
std::int64_t pacing::servers() const noexcept {
  std::int64_t sum = 0;
  for (const auto& p : pools_)
    sum += servers(p);
  return sum;
}

double pacing::offered_in_vain(const agent_pool& p, double present) noexcept {
  constexpr double noise = 1e-6; // what sums leave over
  return p.doubt > noise ? p.doubt / (p.doubt + std::max(1.0, present)) : 0;
}

std::int64_t pacing::others_waiting(const agent_pool& p) noexcept {
  return std::max<std::int64_t>(0, p.agents.waiting - p.calls.waiting - p.load.others_answered);
}
std::int64_t pacing::others_waiting() const noexcept {
  std::int64_t sum = 0;
  for (const auto& p : pools_)
    sum += others_waiting(p);
  return sum;
}

void pacing::spread(std::int64_t more) noexcept {
  for (; more > 0; --more) {
    agent_pool* best = nullptr;
    for (auto& p : pools_) // a/b > c/d without dividing
      if (p.agents.working() > 0 &&
          (!best || p.can_take * best->agents.working() > best->can_take * p.agents.working()))
        best = &p;
    if (!best)
      return;
    ++best->can_take;
  }
}

std::vector<std::int64_t> pacing::by_pool() const {
  std::vector<std::int64_t> all;
  if (!agents_.unlimited)
    for (const auto& p : pools_)
      all.push_back(p.can_take);
  return all;
}

// --- what all methods share -----------------------------------------------------------------------------

void pacing::set_options(const pacing_options& options) {
  options_ = options;
  options_changed();
}
void pacing::options_changed() {}

void pacing::ledger(const abandon_ledger& totals, time_point) {
  const auto sane = [](std::int64_t v) { return std::max<std::int64_t>(0, v); };
  ledger_ = {sane(totals.window_answers), sane(totals.window_abandons), sane(totals.day_answers),
             sane(totals.day_abandons)};
}

std::string pacing::save(time_point) const {
  return {};
}
std::optional<error> pacing::restore(std::string_view bytes, time_point) {
  if (bytes.empty())
    return std::nullopt;
  return error{errc::malformed, "the method keeps nothing", {}};
}

pacing_view pacing::view(time_point now) const {
  pacing_view v;
  v.method = method();
  v.agents = agents_;
  v.calls = counts_;
  calls_by_age ages{};
  for (const auto& [id, call] : calls_)
    if (const auto age = age_step(call, now))
      ++ages[*age];
  for (std::size_t i = 0; i + 1 < ages.size(); i += 2)
    v.in_flight_by_age.push_back(ages[i] + ages[i + 1]);
  while (!v.in_flight_by_age.empty() && v.in_flight_by_age.back() == 0)
    v.in_flight_by_age.pop_back();
  v.ledger = ledger_;
  v.answers = answers_;
  v.abandons = abandons_;
  v.given_up = given_up_;
  return v;
}

std::int64_t pacing::for_others(const agent_pool& p, std::int64_t calls) noexcept {
  return p.load.most ? std::min(calls, *p.load.most) : calls;
}

std::int64_t pacing::within_bounds(std::int64_t calls) const noexcept {
  const auto bound = [&](std::int64_t most) { calls = std::min(calls, most - counts_.outstanding()); };
  if (options_.max_calls > 0)
    bound(options_.max_calls);
  if (options_.max_calls_per_agent > 0 && !agents_.unlimited)
    bound(static_cast<std::int64_t>(options_.max_calls_per_agent * static_cast<double>(agents_.working())));
  return std::max<std::int64_t>(0, calls);
}

pacing_decision pacing::fill_unlimited() const {
  pacing_decision d;
  d.calls = std::max<std::int64_t>(0, options_.unlimited_calls - counts_.in_flight());
  d.fields = {{"in_flight", counts_.in_flight()}, {"most_in_flight", options_.unlimited_calls}};
  d.reason = d.calls > 0
                 ? fmt::format("the destination takes any number of calls; {} of at most {} are in flight",
                               counts_.in_flight(), options_.unlimited_calls)
                 : fmt::format("as many calls as allowed ({}) are in flight", options_.unlimited_calls);
  return d;
}

std::int64_t available_pacing::calls_to_begin(time_point now) {
  advance_time(now);
  if (agents_.unlimited)
    return fill_unlimited().calls;
  std::int64_t too_many = 0;
  const auto sum = over_pools([&](const agent_pool& p, pool_index) {
    const auto left = for_others(p, servers(p) - p.calls.outstanding() - p.agents.others_calls);
    too_many += std::max<std::int64_t>(0, -left);
    return left;
  });
  if (options_.service_level < 0)
    return within_bounds(sum + options_.service_level);
  // Calls for which no agent is free count as of the service level, which adds to agents and not to nothing.
  const auto more = agents_.working() > 0 ? std::max<std::int64_t>(0, options_.service_level - too_many) : 0;
  spread(more);
  return within_bounds(sum + more);
}

pacing_decision available_pacing::decide(time_point now) {
  if (agents_.unlimited)
    return fill_unlimited();
  pacing_decision d;
  d.calls = calls_to_begin(now);
  d.by_pool = by_pool();
  const auto agents = servers();
  const auto outstanding = counts_.outstanding() + agents_.others_calls;
  d.fields = {{"available", agents_.available},
              {"ringing", agents - agents_.available},
              {"outstanding", counts_.outstanding()},
              {"others_outstanding", agents_.others_calls},
              {"service_level", options_.service_level}};
  d.reason =
      fmt::format("{} can take a call, {} on the way and not with an agent, service level {}",
                  calls_text(agents, "agent"), calls_text(outstanding, "call"), options_.service_level);
  return d;
}

std::int64_t progressive_pacing::calls_to_begin(time_point now) {
  advance_time(now);
  if (agents_.unlimited)
    return fill_unlimited().calls;
  return within_bounds(over_pools([](const agent_pool& p, pool_index) {
    return for_others(p, servers(p) - p.calls.outstanding() - p.agents.others_calls - others_waiting(p));
  }));
}

pacing_decision progressive_pacing::decide(time_point now) {
  if (agents_.unlimited)
    return fill_unlimited();
  pacing_decision d;
  d.calls = calls_to_begin(now);
  d.by_pool = by_pool();
  const auto agents = servers();
  const auto taken = counts_.outstanding() + agents_.others_calls + others_waiting();
  d.fields = {{"available", agents_.available},
              {"ringing", agents - agents_.available},
              {"outstanding", counts_.outstanding()},
              {"others_outstanding", agents_.others_calls},
              {"others_waiting", others_waiting()}};
  d.reason = fmt::format("{} free, {} on the way or waiting for one", calls_text(agents, "agent"),
                         calls_text(taken, "call"));
  return d;
}

std::int64_t ratio_pacing::calls_to_begin(time_point now) {
  advance_time(now);
  if (agents_.unlimited)
    return fill_unlimited().calls;
  const auto ratio = options_.max_calls_per_agent > 0 ? options_.max_calls_per_agent : 1.0;
  return within_bounds(over_pools([&](const agent_pool& p, pool_index) {
    const auto lines = std::ceil(ratio * static_cast<double>(servers(p) - others_waiting(p)) - 1e-9);
    return static_cast<std::int64_t>(lines) - p.calls.outstanding() - p.agents.others_calls;
  }));
}

pacing_decision ratio_pacing::decide(time_point now) {
  if (agents_.unlimited)
    return fill_unlimited();
  pacing_decision d;
  d.calls = calls_to_begin(now);
  d.by_pool = by_pool();
  const auto agents = servers();
  d.fields = {{"available", agents_.available},
              {"ringing", agents - agents_.available},
              {"outstanding", counts_.outstanding()},
              {"others_outstanding", agents_.others_calls},
              {"others_waiting", others_waiting()}};
  d.reason = fmt::format("{} free, {:.2f} calls for each, {} on the way", calls_text(agents, "agent"),
                         options_.max_calls_per_agent > 0 ? options_.max_calls_per_agent : 1.0,
                         calls_text(counts_.outstanding() + agents_.others_calls, "call"));
  return d;
}

bool is_pacing_method(std::string_view method) noexcept {
  return method == "available" || method == "progressive" || method == "ratio" || method == "predictive";
}

result<std::unique_ptr<pacing>> make_pacing(const text& method, const pacing_options& options) {
  if (auto wrong = validate(options))
    return *wrong;
  if (!method || method->empty() || *method == "available")
    return std::unique_ptr<pacing>{std::make_unique<available_pacing>(options)};
  if (*method == "progressive")
    return std::unique_ptr<pacing>{std::make_unique<progressive_pacing>(options)};
  if (*method == "ratio")
    return std::unique_ptr<pacing>{std::make_unique<ratio_pacing>(options)};
  if (*method == "predictive")
    return std::unique_ptr<pacing>{std::make_unique<predictive_pacing>(options)};
  return invalid_field("pacing_method", "pacing_method must be predictive, progressive, available or ratio");
}

} // namespace ringmaster::core
