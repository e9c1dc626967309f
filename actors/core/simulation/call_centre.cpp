#include "actors/core/simulation/call_centre.hpp"

#include "actors/core/agent_ledger.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <queue>

namespace ringmaster::core::simulation {
namespace {

constexpr time_point beginning{std::chrono::hours{480'000}};

enum purpose : std::uint64_t { p_fate = 1, p_service, p_agent, p_staff, p_inbound, p_news, p_entry };

enum class what : std::uint8_t {
  tick,
  answer,    ///< a call is answered by a person
  passed,    ///< … by a machine that passes for one
  no_answer, ///< a call ends without a live answer
  give_up,   ///< a caller has waited for the grace
  talk_end,
  wrap_end,
  staffing,
  login,
  stay_end,
  break_begin,
  break_end,
  inbound,
  resync,
  news,
  hang_up, ///< a call is given up
  absence_begins,
  absence_ends,
  ring_out, ///< a telephone has rung in vain for long
  pick_up,  ///< … late
};

struct event {
  std::int64_t at; ///< ns
  std::uint64_t order;
  what kind;
  std::uint32_t which, generation;
  bool operator>(const event& o) const noexcept { return at != o.at ? at > o.at : order > o.order; }
};

struct simulated_call {
  std::uint64_t number{0};
  std::uint32_t generation{0};
  bool alive{false}, waiting{false}, inbound{false}, machine{false};
  std::int64_t answered{0};
  std::int64_t up{std::numeric_limits<std::int64_t>::max()}; ///< does not ring any more from then on
  float talk{0}, wrap_up{0};
  std::uint32_t party{0};     ///< whose it is
  std::int32_t rung_for{-1};  ///< the agent whose telephone rings for it
  std::int64_t rung_since{0};
};

struct simulated_agent {
  agent_state state{agent_state::logged_out};
  std::int64_t since{0}, ends{0};
  std::uint32_t generation{0};
  std::int32_t call{-1};
  bool leaving{false}, breaking{false}, away{false}, paused_by_us{false};
  double speed{1};
  agent_presence presence;
  bool doubted{false}; ///< he has missed a call of late
};

uuid id_of(std::uint64_t number) noexcept {
  uuid id;
  const auto other = random_source{number, 99}.next();
  std::memcpy(id.bytes.data(), &number, 8);
  std::memcpy(id.bytes.data() + 8, &other, 8);
  return id;
}
std::uint64_t number_of(const uuid& id) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, id.bytes.data(), 8);
  return number;
}

constexpr std::int64_t ns(double seconds) noexcept {
  return static_cast<std::int64_t>(seconds * 1e9);
}
constexpr double s(std::int64_t t) noexcept {
  return static_cast<double>(t) * 1e-9;
}

} // namespace

class call_centre::work {
public:
  work(const scenario& c, const std::vector<pacing*>& methods, std::uint64_t seed)
      : c_{c}, method_{*methods.front()}, seed_{seed}, staff_random_{seed, p_staff}, news_random_{seed, p_news},
        inbound_random_{seed, p_inbound}, waits_(6001, 0) {
    end_ = ns(c.hours * 3600);
    warm_up_ = ns(c.warm_up >= 0 ? c.warm_up : std::min(4 * 3600.0, c.hours * 360));
    for (const auto& o : c_.others)
      other_weights_ += o.weight;
    for (auto* method : methods) {
      method->agents_are({}, at(0));
      auto& p = parties_.emplace_back();
      p.method = method;
      p.queue = ledger_.queue(0, c.own_queues ? std::to_string(parties_.size()) : "all");
      p.index = ledger_.join();
      ledger_.campaign_is(p.index, {&p.queue, 1},
                          {1, method->options().grace,
                           c.no_answer_limit > 0 ? std::optional<std::int64_t>{c.no_answer_limit} : std::nullopt});
    }
    set_staff(c.staff.empty() ? c.agents : c.staff.front().agents);
    schedule(0, what::tick);
    if (!c.staff.empty())
      next_staffing(0);
    if (c.login_every > 0)
      schedule(ns(staff_random_.exponential(c.login_every)), what::login);
    if (c.absent > 0) {
      schedule(ns(c.absent_from), what::absence_begins);
      schedule(ns(c.absent_from + c.absent_for), what::absence_ends);
    }
    if (c.break_share > 0)
      schedule(ns(staff_random_.exponential(break_gap())), what::break_begin);
    if (c.inbound_per_hour > 0)
      schedule(ns(inbound_random_.exponential(3600 / c.inbound_per_hour)), what::inbound);
    if (c.news_loss > 0)
      schedule(ns(c.resync_every), what::resync);
  }

  bool advance(double seconds) {
    const auto until = std::min(end_, now_ + ns(seconds));
    while (!events_.empty() && events_.top().at <= until) {
      const auto e = events_.top();
      events_.pop();
      pass(e.at);
      happen(e);
    }
    pass(until);
    return now_ < end_;
  }

  [[nodiscard]] double progress() const noexcept { return s(now_) / s(end_); }
  void keep_minutes() { minutes_kept_ = true; }
  [[nodiscard]] const std::vector<minute>& minutes() const noexcept { return minutes_; }

  [[nodiscard]] outcome result() const {
    outcome o;
    const auto share = [](double a, double b) { return b > 0 ? a / b : 0.0; };
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
    for (const auto& p : parties_) {
      o.worst_campaign = std::max(o.worst_campaign, share(static_cast<double>(p.abandons), static_cast<double>(p.answers)));
      o.least_share = std::min(o.least_share, share(static_cast<double>(p.dials), o.dials) * static_cast<double>(parties_.size()));
    }
    const auto limit = method_.options().abandon_limit;
    const auto look_at_day = [&](const abandon_days& days_, const abandon_days::day& d) {
      const auto x = share(static_cast<double>(d.abandons), static_cast<double>(d.answers));
      o.worst_day = std::max(o.worst_day, x);
      const auto window = days_.totals(d.number, method_.options().window_days);
      o.worst_window = std::max(o.worst_window, share(static_cast<double>(window.window_abandons),
                                                      static_cast<double>(window.window_answers)));
      if (x > 1.2 * limit + 1e-12)
        o.days_over_limit += 1;
    };
    for (const auto& p : parties_)
      for (const auto& d : p.days.days())
        look_at_day(p.days, d);
    for (const auto& h : hours_)
      if (h.answers >= 50)
        o.worst_hour =
            std::max(o.worst_hour, share(static_cast<double>(h.abandons), static_cast<double>(h.answers)));
    return o;
  }

private:
  [[nodiscard]] time_point at(std::int64_t t) const noexcept {
    return beginning + std::chrono::nanoseconds{t};
  }
  void schedule(std::int64_t when, what kind, std::uint32_t which = 0, std::uint32_t generation = 0) {
    events_.push({when, order_++, kind, which, generation});
  }

  // --- measuring ----------------------------------------------------------------------------------------

  void pass(std::int64_t to) {
    if (to <= now_)
      return;
    const auto from = std::max(now_, warm_up_);
    if (to > from) {
      const auto dt = s(to - from);
      talk_time_ += dt * talking_;
      wrap_time_ += dt * wrapping_;
      agent_time_ += dt * (talking_ + wrapping_ + free_count() - away_free_); // of who is there
    }
    if (minutes_kept_) {
      const auto dt = s(to - now_) / 60;
      current_.busy += dt * (talking_ + wrapping_);
      current_.free += dt * free_count();
      current_.agents += dt * (talking_ + wrapping_ + free_count());
      current_.in_flight += dt * static_cast<double>(in_flight_);
      if (to / ns(60) != now_ / ns(60)) {
        current_.rate = rate_at(to);
        minutes_.push_back(current_);
        current_ = {};
        current_.at = s(to);
      }
    }
    now_ = to;
    const auto day = static_cast<std::int64_t>(s(now_) / c_.day);
    if (day != day_) {
      day_ = day;
      for (auto& p : parties_)
        p.method->ledger(p.days.totals(day_, p.method->options().window_days), at(now_));
    }
  }

  void resolved(std::uint32_t party, bool abandoned) {
    parties_[party].days.add(day_, 1, abandoned ? 1 : 0);
    const auto h = static_cast<std::size_t>(s(now_) / 3600);
    if (hours_.size() <= h)
      hours_.resize(h + 1);
    ++hours_[h].answers;
    hours_[h].abandons += abandoned ? 1 : 0;
    current_.answers += 1;
    current_.abandons += abandoned ? 1 : 0;
    if (now_ < warm_up_)
      return;
    ++answers_;
    abandons_ += abandoned ? 1 : 0;
    ++parties_[party].answers;
    parties_[party].abandons += abandoned ? 1 : 0;
  }

  [[nodiscard]] double wait_quantile(double share) const {
    const auto wanted = share * static_cast<double>(served_);
    double sum = 0;
    for (std::size_t i = 0; i < waits_.size(); ++i)
      if ((sum += static_cast<double>(waits_[i])) >= wanted && sum > 0)
        return 0.01 * static_cast<double>(i);
    return 0;
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
    schedule(now_ + ns(c_.news_delay), what::news);
  }

  [[nodiscard]] bool shared() const noexcept { return parties_.size() > 1; }

  /// With several campaigns the ledger of agents hears it as well.
  void hear_shared(const news& n) {
    const auto t = at(now_);
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
    case news::of::handed: return ledger_.handed(c, t);
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
    const auto t = at(now_);
    auto& method = *parties_[n.party].method;
    if (shared()) {
      hear_shared(n);
      if (n.kind == news::of::agent || n.kind == news::of::queue)
        return;
    }
    switch (n.kind) {
    case news::of::ringing:
      return method.ringing(id_of(n.call), t);
    case news::of::answered:
      return method.answered(id_of(n.call), t);
    case news::of::machine:
      return method.machine(id_of(n.call), t);
    case news::of::ended:
      return method.ended(id_of(n.call), t);
    case news::of::handed:
      return method.handed_to_agent(id_of(n.call), t);
    case news::of::abandoned:
      return method.abandoned(id_of(n.call), t);
    case news::of::agent:
      return method.agent_is(n.agent, t);
    case news::of::queue:
      return method.queue({n.waiting, 0}, t);
    }
  }

  void tell_queue() {
    if (c_.inbound_per_hour > 0)
      tell({news::of::queue, 0, {}, static_cast<std::int64_t>(waiting_count_)});
  }

  [[nodiscard]] agent_status status_of(std::uint32_t key) const {
    const auto& a = agents_[key];
    agent_status told{key, a.state, at(a.since), std::nullopt};
    if (a.doubted)
      told.answers = std::round(64 * static_cast<float>(a.presence.answers(at(now_)))) / 64;
    if (a.state == agent_state::wrap_up && c_.wrap_up_known)
      told.ends = at(a.ends);
    return told;
  }

  void resync() {
    std::vector<agent_status> all;
    for (std::uint32_t key = 0; key < agents_.size(); ++key)
      all.push_back(status_of(key));
    if (shared())
      ledger_told_ = false;
    else
      method_.agents_are(all, at(now_));
    const auto lost = std::exchange(lost_, {});
    for (const auto& n : lost)
      hear(n);
    schedule(now_ + ns(c_.resync_every), what::resync);
  }

  // --- agents -------------------------------------------------------------------------------------------

  [[nodiscard]] double free_count() const noexcept { return static_cast<double>(free_.size()); }

  void set_state(std::uint32_t key, agent_state state, std::int64_t ends = 0) {
    auto& a = agents_[key];
    talking_ -= a.state == agent_state::talking;
    wrapping_ -= a.state == agent_state::wrap_up;
    away_free_ -= a.away && a.state == agent_state::free;
    if (a.state == agent_state::free)
      free_.erase(std::find(free_.begin(), free_.end(), key));
    a.state = state;
    a.since = now_;
    a.ends = ends;
    ++a.generation;
    talking_ += a.state == agent_state::talking;
    wrapping_ += a.state == agent_state::wrap_up;
    away_free_ += a.away && a.state == agent_state::free;
    if (a.state == agent_state::free)
      free_.push_back(key);
    tell({news::of::agent, 0, status_of(key)});
  }

  std::uint32_t log_in() {
    std::uint32_t key = 0;
    while (key < agents_.size() && agents_[key].state != agent_state::logged_out)
      ++key;
    if (key == agents_.size()) {
      agents_.emplace_back();
      random_source random{seed_, p_agent, key};
      if (c_.speed_cv > 0) {
        const auto variance = std::log1p(c_.speed_cv * c_.speed_cv);
        agents_[key].speed = std::exp(std::sqrt(variance) * random.normal() - variance / 2);
      }
    }
    agents_[key].leaving = agents_[key].breaking = false;
    become_free(key);
    return key;
  }

  void become_free(std::uint32_t key) {
    auto& a = agents_[key];
    if (a.leaving || (a.away && c_.away == scenario::absence::gone))
      return set_state(key, agent_state::logged_out);
    if (a.breaking) {
      a.breaking = false;
      set_state(key, agent_state::paused);
      return schedule(now_ + ns(c_.break_length), what::break_end, key, a.generation);
    }
    set_state(key, agent_state::free);
    serve_waiting();
  }

  [[nodiscard]] int staff() const {
    int n = 0;
    for (const auto& a : agents_)
      n += a.state != agent_state::logged_out && !a.leaving;
    return n;
  }

  void set_staff(int wanted) {
    auto have = staff();
    for (auto& a : agents_)
      if (have < wanted && a.leaving && a.state != agent_state::logged_out)
        a.leaving = false, ++have;
    for (; have < wanted; ++have)
      log_in();
    for (std::uint32_t key = static_cast<std::uint32_t>(agents_.size()); key-- > 0 && have > wanted;) {
      auto& a = agents_[key];
      if (a.state == agent_state::logged_out || a.leaving)
        continue;
      --have;
      a.leaving = true;
      if (a.state == agent_state::free || a.state == agent_state::paused)
        set_state(key, agent_state::logged_out);
    }
  }

  void next_staffing(std::size_t index) {
    ++index;
    auto cycle = staffing_cycle_;
    if (index == c_.staff.size()) {
      if (c_.staff_period <= 0)
        return;
      index = 0;
      ++cycle;
    }
    staffing_cycle_ = cycle;
    schedule(ns(c_.staff[index].at + static_cast<double>(cycle) * c_.staff_period), what::staffing,
             static_cast<std::uint32_t>(index));
  }

  [[nodiscard]] double break_gap() const {
    // Breaks begun per second × their length = the share of agents on one.
    return c_.break_length / (c_.break_share * std::max(1, c_.agents));
  }

  // --- calls --------------------------------------------------------------------------------------------

  [[nodiscard]] double rate_at(std::int64_t t) const {
    const auto now = s(t);
    const auto within = c_.rate_period > 0 ? std::fmod(now, c_.rate_period) : now;
    auto p = c_.answer_rate;
    for (const auto& step : c_.rate_steps)
      if (within >= step.at)
        p = step.rate;
    if (c_.wave_period > 0)
      p *= 1 + c_.wave_amplitude * std::sin(2 * M_PI * now / c_.wave_period);
    if (c_.hourly_drop > 0)
      p *= std::pow(1 - c_.hourly_drop, std::floor(within / 3600));
    return std::clamp(p, 0.0, 1.0);
  }

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
    to_ring_.push_back({now_ + ns(c_.ring_after), slot, call.generation});
    largest_ = std::max(largest_, in_flight_);
    if (now_ >= warm_up_)
      ++dials_, ++parties_[party].dials;
    random_source random{seed_, p_fate, call.number};
    auto p = rate_at(now_);
    call_features features;
    if (c_.entry_sd > 0) {
      random_source entry{seed_, p_entry, call.number};
      const auto m = std::clamp(p, 0.01, 0.99);
      const auto n = std::max(m * (1 - m) / (c_.entry_sd * c_.entry_sd) - 1, 0.1);
      p = entry.beta(m * n, (1 - m) * n);
      if (c_.entry_known)
        features.list = 1 + static_cast<std::uint64_t>(p * 10);
    }
    parties_[party].method->begun(id_of(call.number), features, at(now_));
    if (shared())
      claims_[call.number] = ledger_.begun(parties_[party].index, parties_[party].queue, at(now_));
    if (c_.failure_share > 0 && random.chance(c_.failure_share))
      return schedule(now_ + ns(0.1), what::no_answer, slot, call.generation);
    const bool live = random.chance(p);
    const auto after = c_.live.draw(random);
    if (live && !random.chance(c_.human_as_machine)) {
      call.talk = static_cast<float>(c_.talk.draw(random));
      call.wrap_up = static_cast<float>(c_.wrap_up.draw(random));
      call.up = now_ + ns(after - c_.detection);
      return schedule(now_ + ns(after), what::answer, slot, call.generation);
    }
    if (live) {
      call.machine = true;
      return schedule(now_ + ns(after), what::no_answer, slot, call.generation);
    }
    auto u = random.uniform() * other_weights_;
    std::size_t which = 0;
    while (which + 1 < c_.others.size() && (u -= c_.others[which].weight) >= 0)
      ++which;
    const auto ends = c_.others[which].after.draw(random);
    if (which == 0 && c_.machine_as_human > 0 && random.chance(c_.machine_as_human)) {
      call.talk = static_cast<float>(c_.machine_talk.draw(random));
      return schedule(now_ + ns(ends), what::answer, slot, call.generation);
    }
    call.machine = which == 0 && c_.others.size() > 1;
    schedule(now_ + ns(ends), what::no_answer, slot, call.generation);
  }

  void answered(std::uint32_t slot) {
    auto& call = calls_[slot];
    --in_flight_;
    slots_.erase(call.number);
    call.waiting = true;
    call.answered = now_;
    tell({news::of::answered, call.number, {}, 0, call.party});
    wait_for_agent(slot);
    if (call.waiting) {
      if (c_.grace <= 0)
        return give_up(slot);
      schedule(now_ + ns(c_.grace), what::give_up, slot, call.generation);
    }
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
    resolved(call.party, true);
    tell({news::of::abandoned, call.number, {}, 0, call.party});
    tell({news::of::ended, call.number, {}, 0, call.party});
    const auto rung = call.rung_for;
    if (rung >= 0)
      rang(static_cast<std::uint32_t>(rung), call.party, ring_end::caller_gone, at(now_) - at(call.rung_since));
    tell_queue();
    drop(slot);
    if (rung >= 0)
      stop_ringing(static_cast<std::uint32_t>(rung));
  }

  // --- agents who do not answer

  /// What a ringing came to; who has left enough unanswered is paused.
  void rang(std::uint32_t key, std::uint32_t party, ring_end end, duration rung) {
    auto& a = agents_[key];
    if (end == ring_end::picked_up && !a.doubted)
      return;
    a.doubted = true;
    const auto before = a.presence.unanswered();
    a.presence.rang(end, rung, parties_[party].method->options().grace, at(now_));
    if (c_.no_answer_limit > 0 && a.presence.unanswered() > before && a.presence.unanswered() >= c_.no_answer_limit) {
      if (a.state == agent_state::free)
        set_state(key, agent_state::paused);
      else
        a.paused_by_us = true;
    } else if (a.presence.usual(at(now_))) {
      a.doubted = false;
    }
  }

  void stop_ringing(std::uint32_t key) {
    auto& a = agents_[key];
    if (a.state != agent_state::ringing)
      return;
    if (std::exchange(a.paused_by_us, false) && a.away)
      set_state(key, agent_state::paused);
    else
      become_free(key);
  }

  /// Belief in who has missed a call changes by itself.
  void refresh_doubts() {
    if (now_ < refresh_at_)
      return;
    refresh_at_ = now_ + ns(5);
    for (std::uint32_t key = 0; key < agents_.size(); ++key)
      if (auto& a = agents_[key]; a.doubted) {
        a.doubted = !a.presence.usual(at(now_));
        tell({news::of::agent, 0, status_of(key)});
      }
  }

  void absence(bool begins) {
    for (std::uint32_t key = 0; key < std::min<std::uint32_t>(static_cast<std::uint32_t>(c_.absent),
                                                               static_cast<std::uint32_t>(agents_.size()));
         ++key) {
      auto& a = agents_[key];
      away_free_ += (begins - a.away) * (a.state == agent_state::free);
      a.away = begins;
      if (begins && c_.away == scenario::absence::gone && a.state == agent_state::free)
        set_state(key, agent_state::logged_out);
      if (!begins && (a.state == agent_state::paused || a.state == agent_state::logged_out)) {
        a.presence.is_there(at(now_));
        a.doubted = false;
        become_free(key);
      }
    }
  }

  /// Asterisk's rrmemory where somebody is away, so that all are offered callers in turn.
  [[nodiscard]] std::uint32_t next_agent(const std::vector<std::uint32_t>& but) {
    if (c_.absent == 0)
      return free_.back();
    std::optional<std::uint32_t> after, first;
    for (const auto key : free_) {
      if (std::find(but.begin(), but.end(), key) != but.end())
        continue;
      if (!first || key < *first)
        first = key;
      if (key > last_offered_ && (!after || key < *after))
        after = key;
    }
    last_offered_ = after ? *after : first.value_or(0);
    return last_offered_;
  }

  void serve_waiting() {
    std::vector<std::uint32_t> turned_away; // telephones that reject calls, by this caller
    while (free_.size() > turned_away.size() && !waiting_.empty()) {
      const auto [slot, generation] = waiting_.front();
      waiting_.pop_front();
      auto& call = calls_[slot];
      if (call.generation != generation || !call.waiting) {
        turned_away.clear();
        continue;
      }
      const auto key = next_agent(turned_away);
      if (agents_[key].away) {
        if (c_.away == scenario::absence::rejects) {
          waiting_.push_front({slot, generation});
          turned_away.push_back(key);
          rang(key, call.party, ring_end::unanswered, duration{0});
          if (agents_[key].state != agent_state::free)
            turned_away.pop_back();
          continue;
        }
        call.rung_for = static_cast<std::int32_t>(key);
        call.rung_since = now_;
        set_state(key, agent_state::ringing);
        schedule(now_ + ns(15), what::ring_out, slot, generation);
        if (c_.away == scenario::absence::slow)
          schedule(now_ + ns(c_.slow_pick_up), what::pick_up, slot, generation);
        turned_away.clear();
        continue;
      }
      turned_away.clear();
      connect(slot, key);
    }
  }

  void connect(std::uint32_t slot, std::uint32_t key) {
    {
      auto& call = calls_[slot];
      call.waiting = false;
      --waiting_count_;
      ++call.generation; // its giving up is not heard of any more
      rang(key, call.party, ring_end::picked_up, call.rung_for >= 0 ? at(now_) - at(call.rung_since) : duration{0});
      call.rung_for = -1;
      auto& agent = agents_[key];
      agent.call = static_cast<std::int32_t>(slot);
      set_state(key, agent_state::talking);
      if (call.inbound) {
        if (now_ >= warm_up_)
          inbound_wait_ += s(now_ - call.answered), ++inbound_served_;
      } else {
        tell({news::of::handed, call.number, {}, 0, call.party});
        resolved(call.party, s(now_ - call.answered) > c_.grace + 1e-9);
        if (now_ >= warm_up_) {
          const auto waited = s(now_ - call.answered);
          wait_sum_ += waited;
          ++served_;
          ++waits_[std::min(static_cast<std::size_t>(waited * 100), waits_.size() - 1)];
        }
      }
      tell_queue();
      schedule(now_ + ns(static_cast<double>(call.talk) * agent.speed), what::talk_end, key,
               agent.generation);
    }
  }

  void decide() {
    if (deciding_ == now_ && decided_order_ == order_)
      return;
    // Told with the next decision, at most a tick late: an event for each call would cost more than it tells.
    for (; !to_ring_.empty() && to_ring_.front().at <= now_; to_ring_.pop_front())
      if (const auto& r = to_ring_.front(); is_ringing(r.slot, r.generation))
        tell({news::of::ringing, calls_[r.slot].number, {}, 0, calls_[r.slot].party});
    if (c_.absent > 0)
      refresh_doubts();
    if (shared()) {
      decide_shared();
      deciding_ = now_;
      decided_order_ = order_;
      return;
    }
    auto wanted = method_.calls_to_begin(at(now_));
    if (c_.calls_per_second > 0) {
      tokens_ =
          std::min(std::max(1.0, c_.calls_per_second), tokens_ + s(now_ - tokens_at_) * c_.calls_per_second);
      tokens_at_ = now_;
      wanted = std::min(wanted, static_cast<std::int64_t>(tokens_));
      tokens_ -= static_cast<double>(std::max<std::int64_t>(0, wanted));
    }
    if (c_.trunks > 0)
      wanted = std::min(wanted, c_.trunks - in_flight_ - static_cast<std::int64_t>(waiting_count_) -
                                    static_cast<std::int64_t>(talking_));
    for (; wanted > 0; --wanted)
      begin_call();
    give_up_ringing(method_);
    deciding_ = now_;
    decided_order_ = order_;
  }

  void give_up_ringing(pacing& method) {
    for (const auto& id : method.calls_to_give_up(at(now_))) {
      const auto at = slots_.find(number_of(id));
      if (at == slots_.end())
        continue;
      if (shared())
        ledger_.given_up(claims_[number_of(id)]);
      const auto slot = at->second, generation = calls_[slot].generation;
      if (c_.news_delay > 0)
        schedule(now_ + ns(c_.news_delay), what::hang_up, slot, generation);
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
    for (std::uint32_t key = 0; key < agents_.size(); ++key) {
      const auto told = status_of(key);
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
      ledger_.queue_is(parties_[i].queue, all, counts, at(now_));
    }
  }

  [[nodiscard]] abandon_ledger budget_of_all(std::int64_t window_days) const {
    abandon_ledger sum;
    for (const auto& p : parties_) {
      const auto one = p.days.totals(day_, window_days);
      sum.window_answers += one.window_answers;
      sum.window_abandons += one.window_abandons;
      sum.day_answers += one.day_answers;
      sum.day_abandons += one.day_abandons;
    }
    return sum;
  }

  /// Each campaign looks, decides and claims in one step; whose turn it is, is asked again.
  void decide_shared() {
    std::deque<std::uint32_t> to_ask;
    for (std::uint32_t i = 0; i < parties_.size(); ++i)
      to_ask.push_back(i);
    const auto t = at(now_);
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
        p.method->ledger(budget_of_all(p.method->options().window_days), t);
      give_up_ringing(*p.method);
      auto calls = p.method->calls_to_begin(t);
      if (const auto granted = ledger_.granted(p.index, t); calls == 0 && granted > 0)
        calls = p.method->calls_on_turn(granted, t);
      ledger_.wants(p.index, true, t);
      std::vector<agent_ledger::campaign_index> next;
      if (calls <= 0)
        ledger_.pass(p.index, t, next);
      else
        calls = ledger_.turn(p.index, calls, t, &next);
      for (; calls > 0; --calls)
        begin_call(i);
      for (const auto who : next)
        for (std::uint32_t k = 0; k < parties_.size(); ++k)
          if (parties_[k].index == who)
            to_ask.push_back(k);
    }
  }

  [[nodiscard]] bool is_ringing(std::uint32_t slot, std::uint32_t generation) const {
    const auto& call = calls_[slot];
    return call.generation == generation && call.alive && call.answered == 0 && now_ < call.up;
  }

  /// Who has picked up meanwhile is not hung up.
  void hang_up(std::uint32_t slot, std::uint32_t generation) {
    if (!is_ringing(slot, generation))
      return;
    --in_flight_;
    given_up_ += now_ >= warm_up_;
    tell({news::of::ended, calls_[slot].number, {}, 0, calls_[slot].party});
    slots_.erase(calls_[slot].number);
    drop(slot);
  }

  // --- events -------------------------------------------------------------------------------------------

  void happen(const event& e) {
    const auto call_is_on = [&] {
      return calls_[e.which].generation == e.generation && calls_[e.which].alive;
    };
    switch (e.kind) {
    case what::tick:
      schedule(now_ + ns(c_.tick), what::tick);
      return decide();
    case what::answer:
    case what::passed:
      if (!call_is_on())
        return;
      answered(e.which);
      return decide();
    case what::no_answer: {
      if (!call_is_on())
        return;
      --in_flight_;
      slots_.erase(calls_[e.which].number);
      if (calls_[e.which].machine)
        tell({news::of::machine, calls_[e.which].number, {}, 0, calls_[e.which].party});
      tell({news::of::ended, calls_[e.which].number, {}, 0, calls_[e.which].party});
      drop(e.which);
      return decide();
    }
    case what::give_up:
      if (!call_is_on() || !calls_[e.which].waiting)
        return;
      give_up(e.which);
      return decide();
    case what::talk_end: {
      auto& a = agents_[e.which];
      if (a.generation != e.generation)
        return;
      const auto slot = static_cast<std::uint32_t>(a.call);
      const auto wrap_up = static_cast<double>(calls_[slot].wrap_up);
      if (!calls_[slot].inbound)
        tell({news::of::ended, calls_[slot].number, {}, 0, calls_[slot].party});
      drop(slot);
      if (wrap_up <= 0) {
        become_free(e.which);
      } else {
        set_state(e.which, agent_state::wrap_up, now_ + ns(wrap_up));
        schedule(now_ + ns(wrap_up), what::wrap_end, e.which, agents_[e.which].generation);
      }
      return decide();
    }
    case what::wrap_end:
      if (agents_[e.which].generation != e.generation)
        return;
      become_free(e.which);
      return decide();
    case what::staffing:
      set_staff(c_.staff[e.which].agents);
      next_staffing(e.which);
      return decide();
    case what::login: {
      const auto key = log_in();
      schedule(now_ + ns(staff_random_.exponential(c_.login_stay)), what::stay_end, key);
      schedule(now_ + ns(staff_random_.exponential(c_.login_every)), what::login);
      return decide();
    }
    case what::stay_end: {
      auto& a = agents_[e.which];
      if (a.state == agent_state::free || a.state == agent_state::paused)
        set_state(e.which, agent_state::logged_out);
      else if (a.state != agent_state::logged_out)
        a.leaving = true;
      return;
    }
    case what::break_begin: {
      std::vector<std::uint32_t> working;
      for (std::uint32_t key = 0; key < agents_.size(); ++key)
        if (const auto st = agents_[key].state; st != agent_state::logged_out && st != agent_state::paused)
          working.push_back(key);
      if (!working.empty()) {
        const auto key = working[staff_random_.next() % working.size()];
        if (agents_[key].state == agent_state::free) {
          set_state(key, agent_state::paused);
          schedule(now_ + ns(c_.break_length), what::break_end, key, agents_[key].generation);
        } else {
          agents_[key].breaking = true;
        }
      }
      schedule(now_ + ns(staff_random_.exponential(break_gap())), what::break_begin);
      return;
    }
    case what::break_end:
      if (agents_[e.which].generation != e.generation)
        return;
      become_free(e.which);
      return decide();
    case what::inbound: {
      const auto slot = new_call();
      auto& call = calls_[slot];
      call.inbound = call.waiting = true;
      call.answered = now_;
      call.talk = static_cast<float>(c_.talk.draw(inbound_random_));
      call.wrap_up = static_cast<float>(c_.wrap_up.draw(inbound_random_));
      wait_for_agent(slot);
      schedule(now_ + ns(inbound_random_.exponential(3600 / c_.inbound_per_hour)), what::inbound);
      return decide();
    }
    case what::hang_up:
      hang_up(e.which, e.generation);
      return decide();
    case what::absence_begins:
    case what::absence_ends:
      absence(e.kind == what::absence_begins);
      return decide();
    case what::ring_out: {
      auto& call = calls_[e.which];
      if (!call_is_on() || !call.waiting || call.rung_for < 0)
        return;
      const auto key = static_cast<std::uint32_t>(std::exchange(call.rung_for, -1));
      rang(key, call.party, ring_end::unanswered, at(now_) - at(call.rung_since));
      waiting_.push_front({e.which, e.generation});
      stop_ringing(key);
      serve_waiting();
      return decide();
    }
    case what::pick_up: {
      const auto& call = calls_[e.which];
      if (!call_is_on() || !call.waiting || call.rung_for < 0)
        return;
      connect(e.which, static_cast<std::uint32_t>(call.rung_for));
      return decide();
    }
    case what::resync:
      resync();
      return decide();
    case what::news: {
      const auto n = on_the_way_.front();
      on_the_way_.pop_front();
      hear(n);
      return decide();
    }
    }
  }

  struct hour {
    std::int64_t answers{0}, abandons{0};
  };

  scenario c_;
  pacing& method_;
  std::uint64_t seed_;
  random_source staff_random_, news_random_, inbound_random_;
  double other_weights_{0};
  std::int64_t now_{0}, end_{0}, warm_up_{0}, day_{0};

  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::uint64_t order_{0}, begun_{0};
  std::vector<simulated_call> calls_;
  std::vector<std::uint32_t> spare_;
  std::vector<simulated_agent> agents_;
  std::vector<std::uint32_t> free_;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> waiting_;
  std::size_t waiting_count_{0};
  struct silent_call {
    std::int64_t at; ///< when it will ring
    std::uint32_t slot, generation;
  };
  std::deque<silent_call> to_ring_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> slots_; ///< of calls not answered yet, by number
  std::int64_t in_flight_{0}, largest_{0};
  double talking_{0}, wrapping_{0}, away_free_{0};
  std::uint32_t last_offered_{0};
  std::int64_t refresh_at_{0};

  struct campaign_side { ///< a campaign
    pacing* method{nullptr};
    agent_ledger::queue_index queue{0};
    agent_ledger::campaign_index index{0};
    agent_ledger::members_pointer told;
    abandon_days days;
    std::int64_t answers{0}, abandons{0}, dials{0};
  };
  std::vector<campaign_side> parties_;
  agent_ledger ledger_; ///< of several campaigns
  agent_ledger::view seen_;
  boost::unordered_flat_map<std::uint64_t, agent_ledger::claim> claims_; ///< by a call's number
  bool ledger_told_{false};

  std::int64_t staffing_cycle_{0};
  double tokens_{1};
  std::int64_t tokens_at_{0}, deciding_{-1};
  std::uint64_t decided_order_{0};
  std::deque<news> on_the_way_;
  std::vector<news> lost_;

  double talk_time_{0}, wrap_time_{0}, agent_time_{0}, wait_sum_{0}, inbound_wait_{0};
  std::int64_t answers_{0}, abandons_{0}, dials_{0}, given_up_{0}, served_{0}, inbound_served_{0};
  std::vector<std::int64_t> waits_; ///< by hundredths of a second
  std::vector<hour> hours_;
  bool minutes_kept_{false};
  minute current_;
  std::vector<minute> minutes_;
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

outcome mean_of(const std::vector<outcome>& runs) {
  outcome m;
  if (runs.empty())
    return m;
  constexpr double outcome::*means[] = {&outcome::busy_share,       &outcome::talk_share,
                                        &outcome::abandoned_share,  &outcome::wait_mean,
                                        &outcome::wait_p50,         &outcome::wait_p95,
                                        &outcome::wait_p99,         &outcome::dials_per_live_answer,
                                        &outcome::days_over_limit,  &outcome::answers,
                                        &outcome::abandons,         &outcome::dials,
                                        &outcome::given_up,         &outcome::inbound_wait_mean};
  for (const auto& run : runs) {
    for (const auto member : means)
      m.*member += run.*member / static_cast<double>(runs.size());
    m.worst_campaign = std::max(m.worst_campaign, run.worst_campaign);
    m.least_share = std::min(m.least_share, run.least_share);
    m.worst_day = std::max(m.worst_day, run.worst_day);
    m.worst_window = std::max(m.worst_window, run.worst_window);
    m.worst_hour = std::max(m.worst_hour, run.worst_hour);
    m.largest_in_flight = std::max(m.largest_in_flight, run.largest_in_flight);
  }
  return m;
}

} // namespace ringmaster::core::simulation
