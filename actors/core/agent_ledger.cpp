// SPDX-License-Identifier: Apache-2.0
#include "actors/core/agent_ledger.hpp"

#include <algorithm>
#include <cmath>

namespace ringmaster::core {
namespace {

/// What was left to a campaign is begun at once, or not at all.
constexpr duration granted_for = std::chrono::milliseconds{300};
constexpr duration wants_for = std::chrono::seconds{1};
/// A campaign is concerned with a queue's agents for so long after its last call.
constexpr duration concerned_for = std::chrono::minutes{2};
/// What is believed of who does not answer changes by itself, slowly.
constexpr duration doubts_for = std::chrono::seconds{5};
/// In these steps: whoever compares is not to be told of each breath of it.
constexpr float answer_steps = 64;

std::int64_t step_of(time_point t) noexcept {
  return t.time_since_epoch() / call_age_step;
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

int busy_rank(agent_state s) noexcept {
  switch (s) {
  case agent_state::free:
    return 1;
  case agent_state::wrap_up:
    return 2;
  case agent_state::ringing:
    return 3;
  case agent_state::talking:
    return 4;
  case agent_state::paused:
  case agent_state::logged_out:
    return 0;
  }
  return 0;
}

agent_key agent_key_of(std::string_view server, std::string_view interface, std::string_view state_interface) {
  const auto device = state_interface.empty() ? interface : state_interface;
  std::string name{server};
  name.push_back('\n');
  const auto begins = name.size();
  for (const char c : device)
    name.push_back(lower(c));
  constexpr std::string_view local = "local/";
  if (name.compare(begins, local.size(), local) == 0)
    if (const auto options = name.find('/', begins + local.size()); options != std::string::npos)
      name.resize(options);
  return std::hash<std::string>{}(name);
}

bool seems_absent(const agent_status& agent, std::int64_t unanswered) noexcept {
  return unanswered >= 2 || agent.answers < 0.5f;
}

// --- queues

agent_ledger::queue_index agent_ledger::queue(std::size_t server, std::string_view name) {
  if (server >= by_name_.size())
    by_name_.resize(server + 1);
  const auto [at, fresh] = by_name_[server].try_emplace(std::string{name}, static_cast<queue_index>(queues_.size()));
  if (fresh) {
    queues_.emplace_back();
    queues_.back().server = server;
    queues_.back().name = name;
  }
  return at->second;
}

/// What he does, as seen from one of his queues.
agent_status agent_ledger::effective(const agent_record& agent, std::size_t of) noexcept {
  const auto& own = agent.seats[of].told;
  auto seen = own;
  if (busy_rank(own.state) == 0)
    return seen;
  for (const auto& s : agent.seats)
    if (busy_rank(s.told.state) > busy_rank(seen.state))
      seen = s.told;
  seen.agent = own.agent;
  return seen;
}

void agent_ledger::count_overlaps(const agent_record& agent, std::int64_t by) {
  const auto n = agent.seats.size();
  if (n < 2)
    return;
  for (std::size_t i = 0; i < n; ++i) {
    const auto a = effective(agent, i).state;
    if (busy_rank(a) == 0)
      continue;
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j || busy_rank(agent.seats[j].told.state) == 0)
        continue;
      auto& common = queues_[agent.seats[i].queue].overlaps[agent.seats[j].queue];
      common.working += by;
      common.free += a == agent_state::free ? by : 0;
      common.ringing += a == agent_state::ringing ? by : 0;
    }
  }
}

/// Null: he is none of its members any more.
void agent_ledger::set_seat(agent_key key, queue_index queue, const agent_status* told) {
  auto& agent = agents_[key];
  const auto share = [&](std::int64_t by) {
    count_overlaps(agent, by);
    if (agent.seats.size() > 1)
      for (const auto& s : agent.seats)
        queues_[s.queue].shared += by;
  };
  share(-1);
  const auto at = std::find_if(agent.seats.begin(), agent.seats.end(), [&](const seat& s) { return s.queue == queue; });
  if (at == agent.seats.end()) {
    if (told)
      agent.seats.push_back({queue, *told});
  } else if (told) {
    at->told = *told;
  } else {
    agent.seats.erase(at);
  }
  share(1);
  for (const auto& s : agent.seats)
    queues_[s.queue].stale = true; // made anew when somebody looks
  if (agent.seats.empty()) {
    agents_.erase(key);
    presence_.erase(key); // who logs in again is there
  }
}

/// The claims of calls that reached agents wait for this news; whichever comes first waits for the other.
void agent_ledger::began_to_talk(queue_record& of, time_point now) {
  desk* longest = nullptr;
  for (auto& d : of.desks)
    if (!d.ahead.empty() && (!longest || d.ahead.front() < longest->ahead.front()))
      longest = &d;
  if (longest)
    longest->ahead.pop_front();
  else
    of.taken.push_back(now);
}

void agent_ledger::queue_is(queue_index index, members_pointer members, const availability& counts, time_point now) {
  static const std::vector<agent_status> nobody;
  ++version_;
  {
    auto& of = queues_[index];
    of.told_counts = counts;
    for (auto& d : of.desks) // this picture knows of the calls that reached agents a while ago
      while (!d.ahead.empty() && now - d.ahead.front() > agent_lag)
        d.ahead.pop_front();
    while (!of.taken.empty() && now - of.taken.front() > agent_lag)
      of.taken.pop_front();
    if (members == of.told && of.told)
      return;
    of.stale = true;
  }
  const auto before = queues_[index].told;
  const auto& old = before ? *before : nobody;
  const auto& fresh = members ? *members : nobody;
  // Most do what they did, and stand where they stood.
  std::vector<std::size_t> moved;
  for (std::size_t i = 0; i < fresh.size(); ++i)
    if (i >= old.size() || !(old[i] == fresh[i]))
      moved.push_back(i);
  const bool same_people = old.size() == fresh.size() && std::all_of(moved.begin(), moved.end(), [&](std::size_t i) {
                             return old[i].agent == fresh[i].agent;
                           });
  boost::unordered_flat_map<agent_key, agent_state> were;
  if (!same_people) {
    for (const auto& a : old)
      were.emplace(a.agent, a.state);
    for (const auto& a : fresh)
      were.erase(a.agent);
    for (const auto& [key, state] : were)
      set_seat(key, index, nullptr);
    were.clear();
    for (const auto& a : old)
      were.emplace(a.agent, a.state);
  }
  for (const auto i : moved) {
    const auto& a = fresh[i];
    std::optional<agent_state> was;
    if (same_people)
      was = old[i].state;
    else if (const auto known = were.find(a.agent); known != were.end())
      was = known->second;
    set_seat(a.agent, index, &a);
    if (was && *was != agent_state::talking && a.state == agent_state::talking)
      began_to_talk(queues_[index], now);
  }
  queues_[index].told = std::move(members);
}

void agent_ledger::make_seen(queue_record& of, queue_index index, time_point now) {
  of.seen_counts = of.told_counts;
  of.seen_at = now;
  of.doubted = false;
  if ((of.shared == 0 && presence_.empty()) || !of.told) {
    of.seen = of.told;
    return;
  }
  auto seen = std::make_shared<std::vector<agent_status>>(*of.told);
  auto& c = of.seen_counts;
  c.available = c.ringing = c.on_call = c.wrap_up = c.paused = 0;
  for (auto& a : *seen) {
    if (const auto at = agents_.find(a.agent); at != agents_.end() && at->second.seats.size() > 1) {
      const auto& seats = at->second.seats;
      const auto own = std::find_if(seats.begin(), seats.end(), [&](const seat& s) { return s.queue == index; });
      if (own != seats.end())
        a = effective(at->second, static_cast<std::size_t>(own - seats.begin()));
    }
    if (const auto known = presence_.find(a.agent); known != presence_.end()) {
      a.answers = std::round(static_cast<float>(known->second.answers(now)) * answer_steps) / answer_steps;
      of.doubted = true;
      if (known->second.usual(now))
        presence_.erase(known);
    }
    c.available += a.state == agent_state::free;
    c.ringing += a.state == agent_state::ringing;
    c.on_call += a.state == agent_state::talking;
    c.wrap_up += a.state == agent_state::wrap_up;
    c.paused += a.state == agent_state::paused;
  }
  if (of.seen && *of.seen == *seen) // the same pointer says so
    return;
  of.seen = std::move(seen);
}

void agent_ledger::see(queue_record& of, queue_index index, time_point now) {
  if (!of.seen || of.stale || (of.doubted && now - of.seen_at > doubts_for))
    make_seen(of, index, now);
  of.stale = false;
}

agent_ledger::members_pointer agent_ledger::members(queue_index index, time_point now) {
  see(queues_[index], index, now);
  return queues_[index].seen;
}

// --- who answers

void agent_ledger::forget_seen(agent_key agent) {
  ++version_;
  if (const auto at = agents_.find(agent); at != agents_.end())
    for (const auto& s : at->second.seats)
      queues_[s.queue].stale = true;
}

bool agent_ledger::rang(queue_index index, agent_key agent, ring_end end, duration for_how_long, time_point now) {
  const auto known = presence_.find(agent);
  if (known == presence_.end() && end == ring_end::picked_up)
    return false;
  auto grace = terms{}.grace;
  std::optional<std::int64_t> limit;
  std::optional<duration> least;
  for (const auto& d : queues_[index].desks) {
    const auto& c = campaigns_[d.campaign];
    if (d.outstanding() == 0 && now - d.last > concerned_for && !hungry(c, now))
      continue;
    least = std::min(least.value_or(c.on.grace), c.on.grace);
    if (c.on.no_answer_limit)
      limit = std::min(limit.value_or(*c.on.no_answer_limit), *c.on.no_answer_limit);
  }
  grace = least.value_or(grace);
  auto& of = known == presence_.end() ? presence_[agent] : known->second;
  const auto before = of.unanswered();
  of.rang(end, for_how_long, grace, now);
  forget_seen(agent);
  return limit && of.unanswered() > before && of.unanswered() >= *limit;
}

void agent_ledger::is_there(agent_key agent, time_point now) {
  if (const auto at = presence_.find(agent); at != presence_.end()) {
    at->second.is_there(now);
    forget_seen(agent);
  }
}

std::int64_t agent_ledger::unanswered(agent_key agent) const {
  const auto at = presence_.find(agent);
  return at == presence_.end() ? 0 : at->second.unanswered();
}

// --- campaigns

agent_ledger::campaign_index agent_ledger::join() {
  const auto unused = std::find_if(campaigns_.begin(), campaigns_.end(), [](const auto& c) { return !c.used; });
  const auto index = static_cast<campaign_index>(unused - campaigns_.begin());
  if (unused == campaigns_.end())
    campaigns_.emplace_back();
  campaigns_[index] = {};
  campaigns_[index].used = true;
  return index;
}

void agent_ledger::leave(campaign_index campaign) {
  campaign_is(campaign, {}, {});
  campaigns_[campaign] = {};
  for (auto& q : queues_)
    std::erase_if(q.desks, [&](const desk& d) { return d.campaign == campaign; });
  ++version_;
}

void agent_ledger::campaign_is(campaign_index campaign, std::span<const queue_index> queues, const terms& on) {
  auto& c = campaigns_[campaign];
  c.on = on;
  if (!(on.weight > 0))
    c.on.weight = 1;
  if (std::equal(queues.begin(), queues.end(), c.queues.begin(), c.queues.end()))
    return;
  for (const auto q : c.queues)
    std::erase(queues_[q].campaigns, campaign);
  c.queues.assign(queues.begin(), queues.end());
  for (const auto q : c.queues)
    queues_[q].campaigns.push_back(campaign);
}

// --- calls

agent_ledger::desk& agent_ledger::desk_at(queue_index queue, campaign_index campaign) {
  auto& desks = queues_[queue].desks;
  for (auto& d : desks)
    if (d.campaign == campaign)
      return d;
  desks.emplace_back();
  desks.back().campaign = campaign;
  return desks.back();
}

agent_ledger::desk& agent_ledger::desk_of(claim& c) {
  return desk_at(c.queue_, c.campaign_);
}

agent_ledger::claim agent_ledger::begun(campaign_index campaign, queue_index queue, time_point begun) {
  claim c;
  c.queue_ = queue;
  c.campaign_ = campaign;
  c.begun_ = step_of(begun);
  c.at_ = claim::phase::dialing;
  auto& d = desk_at(queue, campaign);
  if (d.by_step.empty())
    d.first_step = c.begun_;
  // Older than all: one that was up before this process.
  constexpr std::int64_t oldest = 4096;
  c.begun_ = std::max(c.begun_, d.first_step + static_cast<std::int64_t>(d.by_step.size()) - oldest);
  for (; c.begun_ < d.first_step; --d.first_step)
    d.by_step.push_front(0);
  const auto at = static_cast<std::size_t>(c.begun_ - d.first_step);
  if (at >= d.by_step.size())
    d.by_step.resize(at + 1);
  ++d.by_step[at];
  ++d.dialing;
  auto& by = campaigns_[campaign];
  by.served += by.each();
  by.granted.calls = std::max<std::int64_t>(0, by.granted.calls - 1);
  by.granted.safe = std::max<std::int64_t>(0, by.granted.safe - 1);
  ++begun_;
  d.last = std::max(d.last, begun);
  ++version_;
  return c;
}

/// Out of those that may still be answered.
void agent_ledger::take_out(desk& d, claim& c) noexcept {
  const auto at = c.begun_ - d.first_step;
  if (at >= 0 && at < static_cast<std::int64_t>(d.by_step.size()) && d.by_step[static_cast<std::size_t>(at)] > 0)
    --d.by_step[static_cast<std::size_t>(at)];
  while (!d.by_step.empty() && d.by_step.front() == 0) {
    d.by_step.pop_front();
    ++d.first_step;
  }
}

void agent_ledger::given_up(claim& c) noexcept {
  if (c.at_ != claim::phase::dialing)
    return;
  take_out(desk_of(c), c);
  c.at_ = claim::phase::given_up;
  ++version_;
}

void agent_ledger::answered(claim& c) noexcept {
  if (c.at_ != claim::phase::dialing && c.at_ != claim::phase::given_up)
    return;
  auto& d = desk_of(c);
  if (c.at_ == claim::phase::dialing)
    take_out(d, c);
  --d.dialing;
  ++d.answered;
  c.at_ = claim::phase::answered;
  ++version_;
}

void agent_ledger::handed(claim& c, time_point now) {
  if (c.at_ == claim::phase::none)
    return;
  ended(c);
  auto& d = desk_of(c);
  d.handed += 1;
  d.last = now;
  auto& taken = queues_[c.queue_].taken;
  while (!taken.empty() && now - taken.front() > agent_lag)
    taken.pop_front();
  if (taken.empty())
    d.ahead.push_back(now);
  else
    taken.pop_front();
}

void agent_ledger::ended(claim& c) noexcept {
  if (c.at_ == claim::phase::none)
    return;
  auto& d = desk_of(c);
  if (c.at_ == claim::phase::dialing)
    take_out(d, c);
  --(c.at_ == claim::phase::answered ? d.answered : d.dialing);
  c.at_ = claim::phase::none;
  ++version_;
}

// --- what a campaign sees

void agent_ledger::look(campaign_index campaign, queue_index index, double answer_rate, time_point now, view& to) {
  auto& of = queues_[index];
  see(of, index, now);
  to.agents = of.seen;
  to.counts = of.seen_counts;
  to.load = {};
  to.others.fill(0);
  const auto step = step_of(now);
  const auto add_ages = [&](const desk& d, double share) {
    const auto theirs = campaigns_[d.campaign].answer_rate;
    const auto weight = static_cast<float>(share * (answer_rate > 0 && theirs > 0 ? theirs / answer_rate : 1));
    for (std::size_t i = 0; i < d.by_step.size(); ++i)
      if (d.by_step[i] != 0) {
        const auto age = std::clamp<std::int64_t>(step - d.first_step - static_cast<std::int64_t>(i), 0, call_age_steps - 1);
        to.others[static_cast<std::size_t>(age)] += weight * static_cast<float>(d.by_step[i]);
      }
  };
  const auto count_ahead = [&](desk& d) {
    while (!d.ahead.empty() && now - d.ahead.front() > longest_lag)
      d.ahead.pop_front();
    return static_cast<std::int64_t>(d.ahead.size());
  };
  to.load.waiting = of.told_counts.waiting;
  std::int64_t ours_outstanding = 0;
  for (auto& d : of.desks) {
    if (d.campaign == campaign) {
      ours_outstanding = d.outstanding();
      continue;
    }
    to.load.others_calls += d.outstanding();
    to.load.others_answered += d.answered;
    to.load.others_ahead += count_ahead(d);
    to.load.others_handed += d.handed;
    add_ages(d, 1);
  }
  const auto here = to.load.others_calls + ours_outstanding;
  for (const auto& [other, common] : of.overlaps) {
    if (common.working <= 0)
      continue;
    auto& there = queues_[other];
    const auto share = static_cast<double>(common.working) /
                       static_cast<double>(std::max(common.working, there.told_counts.working()));
    std::int64_t calls = 0, answered = 0, ahead = 0;
    for (auto& d : there.desks) {
      calls += d.outstanding();
      answered += d.answered;
      ahead += count_ahead(d);
      to.load.others_handed += share * d.handed;
      add_ages(d, share);
    }
    const auto callers = std::max(there.told_counts.waiting, answered);
    calls += callers - answered; // inbound ones take agents, too
    const auto rung = std::min(common.ringing, callers);
    // Calls to a queue all of whose agents we reach can go nowhere else.
    const auto taking = share >= 1 ? calls : std::min(calls, common.free + rung);
    to.load.others_calls += taking;
    to.load.others_answered += std::min(callers, taking);
    to.load.waiting += std::min(callers, taking);
    to.load.others_ahead += std::min(ahead, common.working);
    // Calls of ours take agents from those who are on the way to the other queue.
    if (calls > 0 && here < common.free) {
      see(there, other, now);
      const auto spare = there.seen_counts.available + std::min(there.seen_counts.ringing, callers) - calls -
                         std::min(here, common.free);
      const auto most = std::max<std::int64_t>(0, spare);
      to.load.most = to.load.most ? std::min(*to.load.most, most) : most;
    }
  }
}

// --- turns

std::vector<agent_ledger::campaign_index> agent_ledger::rivals(campaign_index campaign, time_point now) const {
  std::vector<campaign_index> found;
  const auto add = [&](queue_index q) {
    for (const auto other : queues_[q].campaigns)
      if (other != campaign && hungry(campaigns_[other], now) &&
          std::find(found.begin(), found.end(), other) == found.end())
        found.push_back(other);
  };
  for (const auto q : campaigns_[campaign].queues) {
    add(q);
    for (const auto& [other, common] : queues_[q].overlaps)
      if (common.working > 0)
        add(other);
  }
  return found;
}

void agent_ledger::wants(campaign_index campaign, bool calls, time_point now) {
  auto& c = campaigns_[campaign];
  if (!calls) {
    c.wants_until.reset();
    return;
  }
  if (!hungry(c, now)) {
    // Nothing is saved up while no calls are wanted.
    std::optional<double> least;
    for (const auto other : rivals(campaign, now))
      least = std::min(least.value_or(campaigns_[other].served), campaigns_[other].served);
    if (least)
      c.served = std::max(c.served, *least);
  }
  c.wants_until = now + wants_for;
}

std::int64_t agent_ledger::turn(campaign_index campaign, const granted_calls& could, time_point now,
                                std::vector<campaign_index>* next) {
  const auto calls = could.calls;
  if (calls <= 0)
    return 0;
  const auto others = rivals(campaign, now);
  if (others.empty())
    return calls;
  struct runner {
    campaign_index who;
    double served, each;
    granted_calls got{};
  };
  std::vector<runner> all{{campaign, campaigns_[campaign].served, campaigns_[campaign].each()}};
  for (const auto other : others)
    all.push_back({other, campaigns_[other].served, campaigns_[other].each()});
  std::int64_t ours = 0;
  for (std::int64_t n = 0; n < calls; ++n) {
    auto& first = *std::min_element(all.begin(), all.end(), [](const runner& a, const runner& b) {
      return a.served + a.each < b.served + b.each; // of those level, the one that asks
    });
    first.served += first.each;
    ++first.got.calls;
    first.got.safe += n < could.safe;
    first.got.safe_risk = could.safe_risk;
    ours += first.who == campaign;
  }
  if (ours < calls) {
    campaigns_[campaign].denied_at = begun_;
    for (const auto& r : all)
      if (r.got.calls > 0 && r.who != campaign) {
        campaigns_[r.who].granted = r.got;
        campaigns_[r.who].granted_until = now + granted_for;
        if (next)
          next->push_back(r.who);
      }
  }
  return ours;
}

void agent_ledger::pass(campaign_index campaign, time_point now, std::vector<campaign_index>& denied) {
  auto& c = campaigns_[campaign];
  for (const auto other : rivals(campaign, now)) {
    auto& o = campaigns_[other];
    if (o.denied_at != begun_) // there was nothing to begin, or it has been begun since
      continue;
    c.served = std::max(c.served, o.served + o.each() - c.each()); // level with it
    o.denied_at.reset();
    denied.push_back(other);
  }
}

} // namespace ringmaster::core
