// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/call_centre.hpp"

#include "actors/core/agent_ledger.hpp"
#include "actors/core/simulation/agenda.hpp"
#include "actors/core/simulation/agent_floor.hpp"
#include "actors/core/simulation/measures.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ringmaster::core::simulation {
namespace {

struct simulated_call {
  std::uint64_t number{0};
  std::uint32_t generation{0};
  bool alive{false}, waiting{false}, inbound{false}, machine{false};
  std::int64_t answered{0};
  std::int64_t up{std::numeric_limits<std::int64_t>::max()}; ///< does not ring any more from then on
  float talk{0}, wrap_up{0};
  std::uint32_t party{0};    ///< whose it is
  std::int32_t rung_for{-1}; ///< the agent whose telephone rings for it
  std::int64_t rung_since{0};
};

uuid id_of(std::uint64_t number) noexcept {
  uuid id;
  const auto other = random_source{number, purpose::id}.next();
  std::memcpy(id.bytes.data(), &number, 8);
  std::memcpy(id.bytes.data() + 8, &other, 8);
  return id;
}
std::uint64_t number_of(const uuid& id) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, id.bytes.data(), 8);
  return number;
}

} // namespace

/// Calls, what pacing hears of them and of agents, and its decisions.
class call_centre::work {
public:
  work(const scenario& c, const std::vector<pacing*>& methods, std::uint64_t seed)
      : c_{c}, method_{*methods.front()}, seed_{seed}, news_random_{seed, purpose::news},
        inbound_random_{seed, purpose::inbound}, end_{nanoseconds_of(c.hours * 3600)}, measures_{c_, methods.size()},
        floor_{c_, seed, events_,
               {[this](const agent_status& told) { tell({news::of::agent, 0, told}); }, [this] { serve_waiting(); }}} {
    for (const auto& o : c_.others)
      other_weights_ += o.weight;
    for (auto* method : methods) {
      method->agents_are({}, moment());
      auto& p = parties_.emplace_back();
      p.method = method;
      p.queue = ledger_.queue(0, c.own_queues ? std::to_string(parties_.size()) : "all");
      p.index = ledger_.join();
      ledger_.campaign_is(p.index, {&p.queue, 1},
                          {1, method->options().grace,
                           c.no_answer_limit > 0 ? std::optional<std::int64_t>{c.no_answer_limit} : std::nullopt});
    }
    floor_.open();
    events_.schedule_in(0, happening::tick);
    floor_.schedule_changes();
    if (c.inbound_per_hour > 0)
      schedule_inbound();
    if (c.news_loss > 0)
      events_.schedule_in(c.resync_every, happening::resync);
  }

  bool advance(double seconds) {
    const auto until = std::min(end_, now() + nanoseconds_of(seconds));
    while (const auto e = events_.take(until)) {
      pass(e->at);
      if (happen(*e))
        decide();
    }
    pass(until);
    return now() < end_;
  }

  [[nodiscard]] double progress() const noexcept { return seconds_of(now()) / seconds_of(end_); }
  void keep_minutes() { measures_.keep_minutes(); }
  [[nodiscard]] const std::vector<minute>& minutes() const noexcept { return measures_.minutes(); }
  [[nodiscard]] outcome result() const { return measures_.result(method_.options()); }

private:
  [[nodiscard]] std::int64_t now() const noexcept { return events_.now(); }
  [[nodiscard]] time_point moment() const noexcept { return events_.moment(); }
  [[nodiscard]] bool shared() const noexcept { return parties_.size() > 1; }

  void pass(std::int64_t to) {
    if (to <= now())
      return;
    const auto new_day = measures_.pass(to, floor_.counts(), in_flight_);
    events_.pass(to);
    if (new_day)
      for (std::size_t i = 0; i < parties_.size(); ++i) {
        auto& method = *parties_[i].method;
        method.ledger(measures_.ledger(i, method.options().window_days), moment());
      }
  }

  // --- what pacing hears --------------------------------------------------------------------------------

  struct news {
    enum class of : std::uint8_t { ringing, answered, machine, ended, handed, abandoned, agent, queue } kind;
    std::uint64_t call{0};
    agent_status agent{};
    std::int64_t waiting{0};
    std::uint32_t party{0};
  };

  void tell(const news& n) {
    if (c_.news_loss > 0 && n.kind != news::of::agent && n.kind != news::of::queue &&
        news_random_.chance(c_.news_loss)) {
      lost_.push_back(n);
      return;
    }
    if (c_.news_loss > 0 && n.kind == news::of::agent && news_random_.chance(c_.news_loss))
      return;
    if (c_.news_delay <= 0)
      return hear(n);
    on_the_way_.push_back(n);
    events_.schedule_in(c_.news_delay, happening::news);
  }

  void tell(news::of kind, const simulated_call& call) { tell({kind, call.number, {}, 0, call.party}); }

  void tell_queue() {
    if (c_.inbound_per_hour > 0)
      tell({news::of::queue, 0, {}, static_cast<std::int64_t>(waiting_count_)});
  }

  /// With several campaigns the ledger of agents hears it as well.
  void hear_shared(const news& n) {
    if (n.kind == news::of::agent || n.kind == news::of::queue) {
      ledger_told_ = false;
      return;
    }
    const auto claim = claims_.find(n.call);
    if (claim == claims_.end())
      return;
    auto& c = claim->second;
    switch (n.kind) {
    case news::of::answered: return ledger_.answered(c);
    case news::of::handed: return ledger_.handed(c, moment());
    case news::of::machine:
    case news::of::abandoned: return ledger_.ended(c);
    case news::of::ended:
      ledger_.ended(c);
      claims_.erase(claim);
      return;
    default: return;
    }
  }

  void hear(const news& n) {
    const auto t = moment();
    auto& method = *parties_[n.party].method;
    if (shared()) {
      hear_shared(n);
      if (n.kind == news::of::agent || n.kind == news::of::queue)
        return;
    }
    switch (n.kind) {
    case news::of::ringing: return method.ringing(id_of(n.call), t);
    case news::of::answered: return method.answered(id_of(n.call), t);
    case news::of::machine: return method.machine(id_of(n.call), t);
    case news::of::ended: return method.ended(id_of(n.call), t);
    case news::of::handed: return method.handed_to_agent(id_of(n.call), t);
    case news::of::abandoned: return method.abandoned(id_of(n.call), t);
    case news::of::agent: return method.agent_is(n.agent, t);
    case news::of::queue: return method.queue({n.waiting, 0}, t);
    }
  }

  void resync() {
    if (shared()) {
      ledger_told_ = false;
    } else {
      std::vector<agent_status> all;
      for (std::uint32_t agent = 0; agent < floor_.size(); ++agent)
        all.push_back(floor_.status_of(agent));
      method_.agents_are(all, moment());
    }
    for (const auto& n : std::exchange(lost_, {}))
      hear(n);
    events_.schedule_in(c_.resync_every, happening::resync);
  }

  // --- calls --------------------------------------------------------------------------------------------

  std::uint32_t new_call() {
    if (spare_.empty()) {
      calls_.emplace_back();
      spare_.push_back(static_cast<std::uint32_t>(calls_.size() - 1));
    }
    const auto slot = spare_.back();
    spare_.pop_back();
    auto& call = calls_[slot];
    const auto generation = call.generation + 1;
    call = {};
    call.generation = generation;
    call.alive = true;
    return slot;
  }

  void drop(std::uint32_t slot) {
    auto& call = calls_[slot];
    call.alive = call.waiting = false;
    ++call.generation;
    spare_.push_back(slot);
  }

  void begin_call(std::uint32_t party = 0) {
    const auto slot = new_call();
    auto& call = calls_[slot];
    call.number = ++begun_;
    call.party = party;
    ++in_flight_;
    slots_[call.number] = slot;
    to_ring_.push_back({now() + nanoseconds_of(c_.ring_after), slot, call.generation});
    measures_.begun(party, in_flight_);
    random_source random{seed_, purpose::fate, call.number};
    auto p = answer_rate_at(c_, seconds_of(now()));
    call_features features;
    if (c_.entry_sd > 0) {
      random_source entry{seed_, purpose::entry, call.number};
      const auto m = std::clamp(p, 0.01, 0.99);
      const auto n = std::max(m * (1 - m) / (c_.entry_sd * c_.entry_sd) - 1, 0.1);
      p = entry.beta(m * n, (1 - m) * n);
      if (c_.entry_known)
        features.list = 1 + static_cast<std::uint64_t>(p * 10);
    }
    parties_[party].method->begun(id_of(call.number), features, moment());
    if (shared())
      claims_[call.number] = ledger_.begun(parties_[party].index, parties_[party].queue, moment());
    const auto ends_in = [&](double seconds, happening how) {
      events_.schedule_in(seconds, how, slot, call.generation);
    };
    if (c_.failure_share > 0 && random.chance(c_.failure_share))
      return ends_in(0.1, happening::no_answer);
    const bool live = random.chance(p);
    const auto after = c_.live.draw(random);
    if (live && !random.chance(c_.human_as_machine)) {
      call.talk = static_cast<float>(c_.talk.draw(random));
      call.wrap_up = static_cast<float>(c_.wrap_up.draw(random));
      call.up = now() + nanoseconds_of(after - c_.detection);
      return ends_in(after, happening::answer);
    }
    if (live) {
      call.machine = true;
      return ends_in(after, happening::no_answer);
    }
    auto u = random.uniform() * other_weights_;
    std::size_t which = 0;
    while (which + 1 < c_.others.size() && (u -= c_.others[which].weight) >= 0)
      ++which;
    const auto ends = c_.others[which].after.draw(random);
    if (which == 0 && c_.machine_as_human > 0 && random.chance(c_.machine_as_human)) {
      call.talk = static_cast<float>(c_.machine_talk.draw(random));
      return ends_in(ends, happening::answer);
    }
    call.machine = which == 0 && c_.others.size() > 1;
    ends_in(ends, happening::no_answer);
  }

  [[nodiscard]] bool is_ringing(std::uint32_t slot, std::uint32_t generation) const {
    const auto& call = calls_[slot];
    return call.generation == generation && call.alive && call.answered == 0 && now() < call.up;
  }

  /// It is not in flight any more: answered or over.
  void land(const simulated_call& call) {
    --in_flight_;
    slots_.erase(call.number);
  }

  void end_unanswered(std::uint32_t slot) {
    const auto& call = calls_[slot];
    land(call);
    if (call.machine)
      tell(news::of::machine, call);
    tell(news::of::ended, call);
    drop(slot);
  }

  /// Who has picked up meanwhile is not hung up.
  void hang_up(std::uint32_t slot, std::uint32_t generation) {
    if (!is_ringing(slot, generation))
      return;
    measures_.given_up();
    land(calls_[slot]);
    tell(news::of::ended, calls_[slot]);
    drop(slot);
  }

  void answered(std::uint32_t slot) {
    auto& call = calls_[slot];
    land(call);
    call.waiting = true;
    call.answered = now();
    tell(news::of::answered, call);
    wait_for_agent(slot);
    if (call.waiting) {
      if (c_.grace <= 0)
        return give_up(slot);
      events_.schedule_in(c_.grace, happening::give_up, slot, call.generation);
    }
  }

  void inbound() {
    const auto slot = new_call();
    auto& call = calls_[slot];
    call.inbound = call.waiting = true;
    call.answered = now();
    call.talk = static_cast<float>(c_.talk.draw(inbound_random_));
    call.wrap_up = static_cast<float>(c_.wrap_up.draw(inbound_random_));
    wait_for_agent(slot);
  }

  void schedule_inbound() {
    events_.schedule_in(inbound_random_.exponential(3600 / c_.inbound_per_hour), happening::inbound);
  }

  void wait_for_agent(std::uint32_t slot) {
    ++waiting_count_;
    waiting_.push_back({slot, calls_[slot].generation});
    tell_queue();
    serve_waiting();
  }

  void give_up(std::uint32_t slot) {
    auto& call = calls_[slot];
    call.waiting = false;
    --waiting_count_;
    measures_.resolved(call.party, true);
    tell(news::of::abandoned, call);
    tell(news::of::ended, call);
    const auto rung = call.rung_for;
    if (rung >= 0)
      rang(call, static_cast<std::uint32_t>(rung), ring_end::caller_gone);
    tell_queue();
    drop(slot);
    if (rung >= 0)
      floor_.stop_ringing(static_cast<std::uint32_t>(rung));
  }

  void rang(const simulated_call& call, std::uint32_t agent, ring_end end) {
    const duration rung{call.rung_for >= 0 ? now() - call.rung_since : 0};
    floor_.rang(agent, end, rung, parties_[call.party].method->options().grace);
  }

  void serve_waiting() {
    std::vector<std::uint32_t> turned_away; // telephones that reject calls, by this caller
    while (floor_.free_count() > turned_away.size() && !waiting_.empty()) {
      const auto [slot, generation] = waiting_.front();
      waiting_.pop_front();
      auto& call = calls_[slot];
      if (call.generation != generation || !call.waiting) {
        turned_away.clear();
        continue;
      }
      const auto agent = floor_.next(turned_away);
      if (floor_[agent].away && c_.away == scenario::absence::rejects) {
        waiting_.push_front({slot, generation});
        turned_away.push_back(agent);
        rang(call, agent, ring_end::unanswered);
        if (floor_[agent].state != agent_state::free)
          turned_away.pop_back();
        continue;
      }
      turned_away.clear();
      if (floor_[agent].away)
        ring(slot, agent);
      else
        connect(slot, agent);
    }
  }

  void ring(std::uint32_t slot, std::uint32_t agent) {
    auto& call = calls_[slot];
    call.rung_for = static_cast<std::int32_t>(agent);
    call.rung_since = now();
    floor_.ring(agent);
    events_.schedule_in(15, happening::ring_out, slot, call.generation);
    if (c_.away == scenario::absence::slow)
      events_.schedule_in(c_.slow_pick_up, happening::pick_up, slot, call.generation);
  }

  void ring_out(std::uint32_t slot) {
    auto& call = calls_[slot];
    const auto agent = static_cast<std::uint32_t>(call.rung_for);
    rang(call, agent, ring_end::unanswered);
    call.rung_for = -1;
    waiting_.push_front({slot, call.generation});
    floor_.stop_ringing(agent);
    serve_waiting();
  }

  void connect(std::uint32_t slot, std::uint32_t agent) {
    auto& call = calls_[slot];
    call.waiting = false;
    --waiting_count_;
    ++call.generation; // its giving up is not heard of any more
    rang(call, agent, ring_end::picked_up);
    call.rung_for = -1;
    floor_.talk(agent, slot);
    const auto waited = seconds_of(now() - call.answered);
    if (call.inbound) {
      measures_.inbound_served(waited);
    } else {
      tell(news::of::handed, call);
      measures_.resolved(call.party, waited > c_.grace + 1e-9);
      measures_.served(waited);
    }
    tell_queue();
    events_.schedule_in(static_cast<double>(call.talk) * floor_[agent].speed, happening::talk_end, agent,
                        floor_[agent].generation);
  }

  void end_talk(std::uint32_t agent) {
    const auto slot = floor_[agent].call;
    const auto wrap_up = static_cast<double>(calls_[slot].wrap_up);
    if (!calls_[slot].inbound)
      tell(news::of::ended, calls_[slot]);
    drop(slot);
    floor_.end_talk(agent, wrap_up);
  }

  // --- decisions ----------------------------------------------------------------------------------------

  void decide() {
    if (decided_at_ == now() && decided_after_ == events_.scheduled())
      return;
    // Told with the next decision, at most a tick late: an event for each call would cost more than it tells.
    for (; !to_ring_.empty() && to_ring_.front().at <= now(); to_ring_.pop_front())
      if (const auto& r = to_ring_.front(); is_ringing(r.slot, r.generation))
        tell(news::of::ringing, calls_[r.slot]);
    if (c_.absent > 0)
      floor_.refresh_doubts();
    if (shared())
      decide_shared();
    else
      decide_alone();
    decided_at_ = now();
    decided_after_ = events_.scheduled();
  }

  void decide_alone() {
    auto wanted = method_.calls_to_begin(moment());
    if (c_.calls_per_second > 0) {
      tokens_ = std::min(std::max(1.0, c_.calls_per_second),
                         tokens_ + seconds_of(now() - tokens_at_) * c_.calls_per_second);
      tokens_at_ = now();
      wanted = std::min(wanted, static_cast<std::int64_t>(tokens_));
      tokens_ -= static_cast<double>(std::max<std::int64_t>(0, wanted));
    }
    if (c_.trunks > 0)
      wanted = std::min(wanted, c_.trunks - in_flight_ - static_cast<std::int64_t>(waiting_count_) -
                                    floor_.counts().talking);
    for (; wanted > 0; --wanted)
      begin_call();
    give_up_ringing(method_);
  }

  void give_up_ringing(pacing& method) {
    for (const auto& id : method.calls_to_give_up(moment())) {
      const auto at = slots_.find(number_of(id));
      if (at == slots_.end())
        continue;
      if (shared())
        ledger_.given_up(claims_[number_of(id)]);
      const auto slot = at->second, generation = calls_[slot].generation;
      if (c_.news_delay > 0)
        events_.schedule_in(c_.news_delay, happening::hang_up, slot, generation);
      else
        hang_up(slot, generation);
    }
  }

  /// What the queues tell the ledger.
  void tell_ledger() {
    if (std::exchange(ledger_told_, true))
      return;
    auto all = std::make_shared<std::vector<agent_status>>();
    availability counts;
    for (std::uint32_t agent = 0; agent < floor_.size(); ++agent) {
      const auto told = floor_.status_of(agent);
      counts.available += told.state == agent_state::free;
      counts.ringing += told.state == agent_state::ringing;
      counts.on_call += told.state == agent_state::talking;
      counts.wrap_up += told.state == agent_state::wrap_up;
      counts.paused += told.state == agent_state::paused;
      if (told.state != agent_state::logged_out)
        all->push_back(told);
    }
    for (std::size_t i = 0; i < (c_.own_queues ? parties_.size() : 1); ++i) {
      counts.waiting = 0;
      for (const auto& [slot, generation] : waiting_)
        counts.waiting += calls_[slot].generation == generation && calls_[slot].waiting &&
                          (!c_.own_queues || calls_[slot].party == i);
      ledger_.queue_is(parties_[i].queue, all, counts, moment());
    }
  }

  /// Each campaign looks, decides and claims in one step; whose turn it is, is asked again.
  void decide_shared() {
    std::deque<std::uint32_t> to_ask;
    for (std::uint32_t i = 0; i < parties_.size(); ++i)
      to_ask.push_back(i);
    const auto t = moment();
    for (std::size_t asked = 0; !to_ask.empty() && asked < 20 * parties_.size(); ++asked) {
      tell_ledger();
      const auto i = to_ask.front();
      to_ask.pop_front();
      auto& p = parties_[i];
      ledger_.answer_rate_is(p.index, p.method->learned_answer_rate());
      ledger_.look(p.index, p.queue, p.method->learned_answer_rate(), t, seen_);
      if (seen_.agents != p.told && seen_.agents)
        p.method->agents_are(*seen_.agents, t);
      p.told = seen_.agents;
      p.method->queue(seen_.load, t);
      p.method->others_by_age(seen_.others, t);
      if (c_.one_budget)
        p.method->ledger(measures_.ledger_of_all(p.method->options().window_days), t);
      give_up_ringing(*p.method);
      auto calls = p.method->calls_to_begin(t);
      if (const auto granted = ledger_.granted(p.index, t); calls == 0 && granted.calls > 0)
        calls = p.method->calls_on_turn(granted, t);
      ledger_.wants(p.index, true, t);
      std::vector<agent_ledger::campaign_index> next;
      if (calls <= 0)
        ledger_.pass(p.index, t, next);
      else
        calls = ledger_.turn(p.index, p.method->offer(calls, t), t, &next);
      for (; calls > 0; --calls)
        begin_call(i);
      for (const auto who : next)
        for (std::uint32_t k = 0; k < parties_.size(); ++k)
          if (parties_[k].index == who)
            to_ask.push_back(k);
    }
  }

  // --- events -------------------------------------------------------------------------------------------

  /// False: it is out of date, or nothing to begin calls for.
  bool happen(const event& e) {
    const auto call_is_on = [&] { return calls_[e.which].generation == e.generation && calls_[e.which].alive; };
    const auto call_waits = [&] { return call_is_on() && calls_[e.which].waiting; };
    const auto call_rings = [&] { return call_waits() && calls_[e.which].rung_for >= 0; };
    switch (e.kind) {
    case happening::tick:
      events_.schedule_in(c_.tick, happening::tick);
      return true;
    case happening::answer:
      if (!call_is_on())
        return false;
      answered(e.which);
      return true;
    case happening::no_answer:
      if (!call_is_on())
        return false;
      end_unanswered(e.which);
      return true;
    case happening::give_up:
      if (!call_waits())
        return false;
      give_up(e.which);
      return true;
    case happening::hang_up:
      hang_up(e.which, e.generation);
      return true;
    case happening::ring_out:
      if (!call_rings())
        return false;
      ring_out(e.which);
      return true;
    case happening::pick_up:
      if (!call_rings())
        return false;
      connect(e.which, static_cast<std::uint32_t>(calls_[e.which].rung_for));
      return true;
    case happening::talk_end:
      if (floor_[e.which].generation != e.generation)
        return false;
      end_talk(e.which);
      return true;
    case happening::inbound:
      inbound();
      schedule_inbound();
      return true;
    case happening::news: {
      const auto n = on_the_way_.front();
      on_the_way_.pop_front();
      hear(n);
      return true;
    }
    case happening::resync:
      resync();
      return true;
    default:
      return floor_.happen(e);
    }
  }

  scenario c_;
  pacing& method_; ///< the only one, or the first
  std::uint64_t seed_;
  random_source news_random_, inbound_random_;
  double other_weights_{0};
  std::int64_t end_;
  agenda events_;
  measures measures_;
  agent_floor floor_;

  std::uint64_t begun_{0};
  std::vector<simulated_call> calls_;
  std::vector<std::uint32_t> spare_;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> waiting_; ///< slots and generations
  std::size_t waiting_count_{0};
  struct silent_call {
    std::int64_t at; ///< when it will ring
    std::uint32_t slot, generation;
  };
  std::deque<silent_call> to_ring_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> slots_; ///< of calls not answered yet, by number
  std::int64_t in_flight_{0};

  struct campaign_side { ///< a campaign
    pacing* method{nullptr};
    agent_ledger::queue_index queue{0};
    agent_ledger::campaign_index index{0};
    agent_ledger::members_pointer told;
  };
  std::vector<campaign_side> parties_;
  agent_ledger ledger_; ///< of several campaigns
  agent_ledger::view seen_;
  boost::unordered_flat_map<std::uint64_t, agent_ledger::claim> claims_; ///< by a call's number
  bool ledger_told_{false};

  double tokens_{1};
  std::int64_t tokens_at_{0}, decided_at_{-1};
  std::uint64_t decided_after_{0}; ///< so many events had been scheduled
  std::deque<news> on_the_way_;
  std::vector<news> lost_;
};

call_centre::call_centre(const scenario& what, pacing& method, std::uint64_t seed)
    : call_centre{what, std::vector<pacing*>{&method}, seed} {}
call_centre::call_centre(const scenario& what, const std::vector<pacing*>& methods, std::uint64_t seed)
    : work_{std::make_unique<work>(what, methods, seed)} {}
call_centre::~call_centre() = default;
bool call_centre::advance(double seconds) {
  return work_->advance(seconds);
}
double call_centre::progress() const noexcept {
  return work_->progress();
}
outcome call_centre::result() const {
  return work_->result();
}
const std::vector<minute>& call_centre::minutes() const noexcept {
  return work_->minutes();
}
void call_centre::keep_minutes() {
  work_->keep_minutes();
}

outcome simulate(const scenario& what, pacing& method, std::uint64_t seed) {
  call_centre centre{what, method, seed};
  while (centre.advance(3600)) {
  }
  return centre.result();
}

outcome simulate(const scenario& what, const std::vector<pacing*>& methods, std::uint64_t seed) {
  call_centre centre{what, methods, seed};
  while (centre.advance(3600)) {
  }
  return centre.result();
}

} // namespace ringmaster::core::simulation
