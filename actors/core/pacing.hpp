// SPDX-License-Identifier: Apache-2.0
/// How many calls to begin now. Every method hears what happens to the campaign's calls and agents and
/// answers `decide`; a method knows nothing of schedules, rates, channels or lists: whoever asks takes the
/// smallest of all answers.
///
/// Which calls are *outstanding*: those begun and neither ended nor with an agent. A call that is with an
/// agent has already taken its agent out of the available ones; counting it as well would count it twice, and
/// a campaign with all agents but one talking would never begin another call. For the same reason an agent
/// who is rung for one of our waiting callers is counted as available together with that caller.
///
/// Agents may be told in two ways. One by one (`agents_are` for the whole picture, `agent_is` for a change),
/// which `predictive` needs: it learns talk and wrap-up times from them and knows how long each has been
/// busy. Or as counts alone (`agents`); `predictive` then takes busy agents as of unknown age. Whoever tells
/// them one by one tells the rest of the queue (callers, other campaigns) by `queue`.
///
/// Agents come in **pools**: who is in one can be reached by that pool's calls alone. Each Asterisk server is one, because a
/// caller who is put into a queue meets the agents of the server that dialed. What is learned, and the budget, is common to
/// all; how many calls may be begun is decided for each pool, and the number is the sum. Free agents of one pool do not make up
/// for callers who wait in another. Who has one pool need not mention it.
///
/// A destination without agents (park, an extension …) takes any number of calls: methods then keep
/// `pacing_options::unlimited_calls` calls in flight, answered ones included; channels and the originate rate
/// bound them further.
///
/// Ask for a decision when an agent becomes free, when a call ends, and every 100 to 250 ms.
///
/// Not thread-safe. An event is O(1), `agents_are` O(agents), a decision O(pools × age bins), whatever the number of
/// calls and agents. Time may stand still between events; one that goes back is taken as standing still.
#pragma once

#include "protocol/jurisdiction.hpp"
#include "protocol/outbound.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// The agents of a campaign's destination, as its queue sees them at this instant.
struct availability {
  bool unlimited{false};     ///< no agents: the destination takes whatever comes
  std::int64_t available{0}; ///< can take a call now
  std::int64_t soon{0};      ///< in wrap-up that ends within seconds
  std::int64_t ringing{0};   ///< being rung for a caller
  std::int64_t on_call{0};
  std::int64_t wrap_up{0};
  std::int64_t paused{0};
  std::int64_t unavailable{0};  ///< logged out, unreachable
  std::int64_t waiting{0};      ///< callers in the queue, ours and others'
  std::int64_t others_calls{0}; ///< outstanding calls of other campaigns to the same queue
  bool operator==(const availability&) const = default;
  [[nodiscard]] std::int64_t members() const noexcept {
    return available + ringing + on_call + wrap_up + paused + unavailable;
  }
  /// Logged in and not paused.
  [[nodiscard]] std::int64_t working() const noexcept { return available + ringing + on_call + wrap_up; }
};

/// Which agents a call can reach; numbered from 0, the fewer the better.
using pool_index = std::size_t;

// --- agents ---------------------------------------------------------------------------------------------

enum class agent_state : std::uint8_t {
  free,       ///< can take a call now
  ringing,    ///< being rung for a caller
  talking,    ///< to anybody: our calls, inbound, other campaigns'
  wrap_up,    ///< not free yet after a call
  paused,     ///< logged in, takes no calls
  logged_out, ///< or unreachable; told of, it is forgotten
};
[[nodiscard]] std::string_view name(agent_state s) noexcept;

/// Any number that stays the agent's while it is logged in.
using agent_key = std::uint64_t;

struct agent_status {
  agent_key agent{0};
  agent_state state{agent_state::free};
  time_point since;               ///< when the state began; may be before it was heard of
  std::optional<time_point> ends; ///< of a wrap-up whose length is known
  float answers{1};               ///< probability that he picks up within the grace
  bool since_or_before{false};    ///< `since` is when it was first seen: it may have begun earlier
  bool operator==(const agent_status&) const = default;
};

/// What else uses the agents of the queue.
struct queue_load {
  std::int64_t waiting{0};         ///< callers in the queue, ours and others'
  std::int64_t others_calls{0};    ///< outstanding calls of other campaigns to the same agents
  std::int64_t others_answered{0}; ///< of those, answered ones
  /// Other campaigns' calls that have met an agent of whom the queue has not told yet.
  std::int64_t others_ahead{0};
  double others_handed{0};           ///< other campaigns' calls that have ever met one of these agents; it only grows
  std::optional<std::int64_t> most{}; ///< calls to begin for free agents, lest other queues' callers find none; nothing: any
};

// --- calls ----------------------------------------------------------------------------------------------

/// What may tell how likely a call is to be answered; the hour comes from the time. Zero: not known.
struct call_features {
  std::uint64_t list{0};    ///< any number that stands for the list
  std::uint32_t attempt{0}; ///< from 1
  std::uint64_t number{0};  ///< any number that stands for the number dialed
};

/// Counts of a campaign's calls by how far they are.
struct call_counts {
  std::int64_t dialing{0}; ///< begun, not answered
  std::int64_t ringing{0}; ///< of those, ringing
  std::int64_t waiting{0}; ///< answered, not with an agent
  std::int64_t with_agent{0};
  [[nodiscard]] std::int64_t outstanding() const noexcept { return dialing + waiting; }
  [[nodiscard]] std::int64_t in_flight() const noexcept { return dialing + waiting + with_agent; }
  bool operator==(const call_counts&) const = default;
};

/// Calls not answered yet by their age in steps of `call_age_step`, the last one older ones too.
inline constexpr duration call_age_step = std::chrono::milliseconds{250};
inline constexpr std::size_t call_age_steps = 128;
using calls_by_age = std::array<std::int32_t, call_age_steps>;
/// The same, each by how likely it is, compared with a call of ours, to be answered and to take an agent whom we reach.
using calls_weighed_by_age = std::array<float, call_age_steps>;

// --- settings -------------------------------------------------------------------------------------------

using ringmaster::find_jurisdiction;
using ringmaster::jurisdiction;

struct pacing_options {
  std::int64_t service_level{0};           ///< the plan's; `available` alone uses it
  std::int64_t unlimited_calls{500};       ///< calls in flight where there are no agents to count
  double abandon_limit{0.03};              ///< abandoned per live answer, [0, 1); 0: zero-abandon
  std::int64_t window_days{30};            ///< 1 … 366
  double daily_limit{0.036};               ///< no day may be over it, [0, 1]; 1: no daily limit
  double target{0};                        ///< what to aim at, less a headroom; 0: the limit
  duration grace{std::chrono::seconds{2}}; ///< a live answer waits this long at most, 0 … 60 s
  /// A call rings at least this long before it is given up, 0 … 120 s, be it by the PBX after the plan's dial
  /// timeout (`validate` refuses one below this, as the plan's own rules do) or by `give_up_ringing`.
  duration min_ring{std::chrono::seconds{15}};
  duration max_ring{std::chrono::seconds{30}}; ///< the plan's dial timeout
  /// Calls that have rung for `min_ring`, and for `least_ringing`, may be hung up; see `calls_to_give_up`.
  bool give_up_ringing{true};
  double max_calls_per_agent{0}; ///< outstanding calls per logged-in agent at most; 0: no such bound. The
                                 ///< ratio of the method `ratio`, per free agent, there 1 when it is 0
  std::int64_t max_calls{0};     ///< outstanding calls at most; 0: no such bound
  /// Agents who do not answer are paused after a few calls: one more may be tried. Else they go on being offered callers.
  bool absent_are_paused{true};
};

/// No call is given up by `calls_to_give_up` that has rung for less, whatever the options say.
inline constexpr duration least_ringing = std::chrono::seconds{15};

/// The first value out of its range, with its name.
[[nodiscard]] std::optional<error> validate(const pacing_options& options);

/// Live answers and abandoned ones of the window (the last `window_days` days, today included) and of today.
/// Campaigns that share one budget are told the sums over all of them.
struct abandon_ledger {
  std::int64_t window_answers{0}, window_abandons{0};
  std::int64_t day_answers{0}, day_abandons{0};
  bool operator==(const abandon_ledger&) const = default;
};

/// Live answers and abandons by day, as many days as a window has: what the shell keeps on disk and makes an
/// `abandon_ledger` of. Days are numbers that grow by one, in the campaign's own time zone.
class abandon_days {
public:
  struct day {
    std::int64_t number{0}, answers{0}, abandons{0};
    bool operator==(const day&) const = default;
  };
  /// Adds to a day; days are kept sorted, and those further than 366 days before the last one dropped.
  void add(std::int64_t number, std::int64_t answers, std::int64_t abandons);
  [[nodiscard]] abandon_ledger totals(std::int64_t today, std::int64_t window_days) const noexcept;
  [[nodiscard]] const std::deque<day>& days() const noexcept { return days_; }

private:
  std::deque<day> days_;
};

// --- decisions ------------------------------------------------------------------------------------------

struct pacing_decision {
  std::int64_t calls{0};                                         ///< to begin now, 0 or more
  std::string reason;                                            ///< for a person
  std::vector<std::pair<std::string_view, std::int64_t>> fields; ///< the numbers it came from
  /// Of those, how many each pool can take at most; together as many or, where the plan bounds them all, more. Empty: calls
  /// are not begun for agents.
  std::vector<std::int64_t> by_pool{};
};

/// Calls that ring, to be hung up now.
struct given_up_calls {
  std::vector<uuid> calls;
  std::string reason;                                            ///< for a person; empty when there are none
  std::vector<std::pair<std::string_view, std::int64_t>> fields; ///< the numbers it came from
};

/// What a method believes, for people. What a method does not have stays 0 or empty.
struct pacing_view {
  std::string_view method;
  availability agents;
  call_counts calls;
  std::vector<std::int64_t> in_flight_by_age; ///< not answered ones, by whole seconds since they were begun
  double answer_probability{0}, answer_low{0}, answer_high{0}; ///< of a new call; interval of 95 %
  double talk_mean{0}, wrap_up_mean{0}, ring_mean{0};          ///< s; ring: of live answers
  struct horizon {
    double seconds{0};     ///< from now
    double free_agents{0}; ///< expected, before the answers
    double answers{0};     ///< expected live answers by then
    double late{0};        ///< probability that one more answer then finds no agent, in the pool where it is least
  };
  std::vector<horizon> horizons;
  double theta{0};         ///< the largest `late` at which another call is begun
  double budget_factor{1}; ///< by which the budget moves `theta`
  double target{0};
  abandon_ledger ledger;
  double budget_used{0};                ///< abandoned over allowed in the window; over 1: too many
  std::int64_t answers{0}, abandons{0}; ///< since the method began
  std::int64_t given_up{0};             ///< ringing calls, since the method began
  bool change_alarm{false};             ///< the answer probability seems to have changed just now
  struct past {
    time_point at;
    std::int64_t calls{0}; ///< begun by that decision
    std::string reason;
    std::int64_t given_up{0}; ///< by that decision
  };
  std::vector<past> last_decisions; ///< that changed something, newest first, at most 16
};

/// How far a queue's news of an agent may be behind the news of the call that reached it, or ahead of it.
inline constexpr duration agent_lag = std::chrono::seconds{2};
/// How long it is waited for when it was lost: until the whole picture comes, or this.
inline constexpr duration longest_lag = std::chrono::seconds{30};

/// Calls that a campaign could begin, and leaves to those whose turn it is.
struct granted_calls {
  std::int64_t calls{0};
  std::int64_t safe{0}; ///< of these, those whose answers would find no agent with `safe_risk` at most
  double safe_risk{0};  ///< half the limit of who grants them
};

/// Base of all methods. Events may come late, twice, out of order or never: a call never goes back, one that
/// ended is gone, counts are never below nothing, and `agents_are` replaces whatever was believed of agents.
class pacing {
public:
  explicit pacing(const pacing_options& options);
  virtual ~pacing() = default;
  pacing(const pacing&) = delete;
  pacing& operator=(const pacing&) = delete;

  [[nodiscard]] virtual std::string_view method() const noexcept = 0;
  /// The number alone: what a decision costs on the hot path.
  [[nodiscard]] virtual std::int64_t calls_to_begin(time_point now) = 0;
  /// Another campaign would begin so many calls for the same agents, and it is our turn: how many of them we begin, having
  /// found none ourselves. A method that begins calls for free agents alone begins none that it has not found.
  [[nodiscard]] virtual std::int64_t calls_on_turn(const granted_calls& granted, time_point now);
  /// What it could begin now, of which `calls` have been decided, for whoever's turn it is. A method that does not know risks
  /// has no safe ones.
  [[nodiscard]] virtual granted_calls offer(std::int64_t calls, time_point now);
  /// The number, and why.
  [[nodiscard]] virtual pacing_decision decide(time_point now) = 0;
  /// Calls to hang up now, of each pool those that have rung longest first: if they were answered, it is too likely that
  /// nobody would be there for them. Ask whenever decisions are made. Each call is named once and from then on counted as one
  /// that will not be answered; its end is told as any other's. One that is answered all the same, because the
  /// hang-up came late or never, is a live answer as any other.
  [[nodiscard]] virtual std::vector<uuid> calls_to_give_up(time_point now);
  /// The same calls, and why.
  [[nodiscard]] virtual given_up_calls give_up(time_point now);
  [[nodiscard]] virtual pacing_view view(time_point now) const;
  /// What it has learned of how likely a usual call is to be answered; 0: nothing yet.
  [[nodiscard]] virtual double learned_answer_rate() const noexcept { return 0; }

  // A call's life.
  void begun(const uuid& call, const call_features& features, time_point now, pool_index pool = 0);
  void begun(const uuid& call, time_point now) { begun(call, call_features{}, now); }
  void ringing(const uuid& call, time_point now);
  /// By a person, as far as is known.
  void answered(const uuid& call, time_point now);
  /// A machine, before or after `answered`: it needs no agent.
  void machine(const uuid& call, time_point now);
  /// Within the grace, or it counts as abandoned all the same.
  void handed_to_agent(const uuid& call, time_point now);
  void abandoned(const uuid& call, time_point now);
  /// An agent has taken it while nobody could hear of it: a live answer, and none that anybody may call abandoned.
  void unseen(const uuid& call, time_point now);
  /// It ended, and however that was: whoever was answered and has met no agent is abandoned, be it that the queue turned
  /// him away, that a dialplan or we hung up, or that he did so himself.
  void ended(const uuid& call, time_point now);
  /// It is over, and nobody heard how: a live answer whose fate is not known counts neither way.
  void lost(const uuid& call, time_point now);

  // Agents.
  /// One agent's state; the same state again with another `since` is a new one of the same kind.
  void agent_is(const agent_status& agent, time_point now, pool_index pool = 0);
  /// All agents that the pool has: those not named are gone.
  void agents_are(std::span<const agent_status> all, time_point now, pool_index pool = 0);
  /// Counts instead of agents one by one, all of the first pool; forgets those told one by one.
  void agents(const availability& counts, time_point now);
  /// Callers and other campaigns' calls, where agents are told one by one.
  void queue(const queue_load& load, time_point now, pool_index pool = 0);
  /// Of `queue_load::others_calls`, those not answered yet, by age; without it they are taken as spread
  /// evenly.
  void others_by_age(const calls_weighed_by_age& calls, time_point now, pool_index pool = 0);

  void set_options(const pacing_options& options);
  /// What the budget was at `now`, everything that this method has reported by then included.
  void ledger(const abandon_ledger& totals, time_point now);

  /// What has been learned, for `restore` of the same method after a restart; empty: nothing worth keeping.
  [[nodiscard]] virtual std::string save(time_point now) const;
  /// Errors: malformed, when the bytes are not what `save` wrote; nothing is changed then.
  [[nodiscard]] virtual std::optional<error> restore(std::string_view bytes, time_point now);

  /// How many calls each pool can take at most, as the last decision found: see `pacing_decision::by_pool`.
  [[nodiscard]] std::vector<std::int64_t> by_pool() const;

  /// Of all pools.
  [[nodiscard]] const call_counts& calls() const noexcept { return counts_; }
  /// Of all pools.
  [[nodiscard]] const availability& agents() const noexcept { return agents_; }
  [[nodiscard]] const abandon_ledger& ledger() const noexcept { return ledger_; }
  [[nodiscard]] const pacing_options& options() const noexcept { return options_; }
  /// Live answers whose fate is known, and those of them that met no agent within the grace, since the
  /// method began. They only grow: a durable ledger adds what they grew by since it last looked.
  [[nodiscard]] std::int64_t answers() const noexcept { return answers_; }
  [[nodiscard]] std::int64_t abandons() const noexcept { return abandons_; }

protected:
  enum class phase : std::uint8_t {
    dialing,
    ringing,
    waiting,
    with_agent, ///< or abandoned and still up, or with a machine: it needs no agent any more
    over,
  };
  struct call_record {
    time_point begun;
    time_point answered; ///< of a waiting one
    phase at{phase::dialing};
    bool live{false};            ///< answered by a person whose fate is known
    bool given_up{false};        ///< `calls_to_give_up` has named it
    std::uint8_t probability{0}; ///< the method's own
    std::uint8_t hour{0};
    std::uint16_t pool{0};
    std::uint32_t list{0}, attempt{0}, number{0}; ///< the method's own
  };
  /// Why a call went where it did.
  enum class step : std::uint8_t { begun, ringing, answered, machine, handed, abandoned, unseen, ended, lost };
  /// An agent who began to talk, of whose caller nothing is known yet.
  struct unexplained_talk {
    time_point heard, since;
    bool by_others{false}; ///< nothing came within `agent_lag`
  };
  struct ringing_call {
    time_point since;
    uuid id;
  };
  struct agent_pool {
    availability agents;
    call_counts calls;
    std::int64_t can_take{0}; ///< calls, as the last decision found
    queue_load load; ///< what `queue` told last
    double doubt{0};  ///< of those available, how many will not pick up, expected
    calls_weighed_by_age others{};
    bool others_known{false};
    double others_handed{0}; ///< of `load.others_handed`, those that explained an agent's talk
    // A call says that it reached an agent, and the queue that an agent talks; whichever comes first waits here
    // for the other.
    std::deque<time_point> handed_ahead;
    std::deque<unexplained_talk> taken;
    /// Calls in the order in which they began to ring, those that ring no more left in it for a while.
    std::deque<ringing_call> by_ringing;
  };

  // What a method learns from. `call.at` is still where it was; `to` where it goes.
  virtual void call_moved(call_record& call, step what, phase to, time_point now);
  virtual void live_answer(bool abandoned, time_point now);
  /// Null: was not known before, or is not any more.
  virtual void agent_moved(const agent_status* before, const agent_status* after, time_point now, pool_index pool);
  /// Counts came instead of agents one by one.
  virtual void agents_counted(time_point now);
  /// An agent took a caller of no campaign; heard of `agent_lag` late.
  virtual void agent_taken_by_others(time_point now, pool_index pool);
  /// `others_by_age` told something new.
  virtual void others_changed(pool_index pool);
  virtual void options_changed();
  /// There are so many now.
  virtual void pools_added(std::size_t count);

  [[nodiscard]] pacing_decision fill_unlimited() const;
  [[nodiscard]] duration least_ring_time() const noexcept { return std::max(options_.min_ring, least_ringing); }
  /// Of the pool's calls that ring, and may be given up, the one that has rung longest; null: there is none. O(1),
  /// amortised.
  [[nodiscard]] call_record* longest_ringing(time_point now, pool_index pool = 0);
  /// Gives up the one that `longest_ringing` has just named.
  uuid give_up_longest(call_record& longest);
  /// To be called at the start of a decision.
  void advance_time(time_point now);
  [[nodiscard]] const std::vector<agent_pool>& pools() const noexcept { return pools_; }
  /// Agents who can serve outstanding calls, ours and other campaigns': available, or rung for one of the callers; less
  /// those that calls have reached of which the queue has not told yet.
  [[nodiscard]] static std::int64_t servers(const agent_pool& p) noexcept;
  [[nodiscard]] std::int64_t servers() const noexcept;
  /// The probability that a caller is offered to somebody who does not pick up, where `present` others could take him:
  /// Asterisk chooses without knowing.
  [[nodiscard]] static double offered_in_vain(const agent_pool& p, double present) noexcept;
  /// Callers in the queue that are of no campaign.
  [[nodiscard]] static std::int64_t others_waiting(const agent_pool& p) noexcept;
  [[nodiscard]] std::int64_t others_waiting() const noexcept;
  /// Asks how many calls each pool can take, none where that is below nothing, and keeps it; the sum.
  template <class CanTake>
  std::int64_t over_pools(CanTake&& can_take) {
    std::int64_t sum = 0;
    for (pool_index i = 0; i < pools_.size(); ++i)
      sum += pools_[i].can_take = std::max<std::int64_t>(0, can_take(pools_[i], i));
    return sum;
  }
  /// Lets pools take so many more, each time the one that has most left for each agent who works there.
  void spread(std::int64_t more) noexcept;
  /// At most as many as `queue_load::most` allows.
  [[nodiscard]] static std::int64_t for_others(const agent_pool& p, std::int64_t calls) noexcept;
  /// Within `max_calls` and `max_calls_per_agent`.
  [[nodiscard]] std::int64_t within_bounds(std::int64_t calls) const noexcept;
  [[nodiscard]] bool agents_known_one_by_one() const noexcept { return one_by_one_; }

  bool gives_up_{false}; ///< whether the method asks for `longest_ringing`
  pacing_options options_;
  availability agents_; ///< of all pools
  call_counts counts_;  ///< of all pools
  abandon_ledger ledger_;

private:
  struct tracked_agent {
    agent_status status;
    pool_index pool{0};
    std::uint32_t seen{0};
  };
  [[nodiscard]] agent_pool& pool_at(pool_index i);
  /// Of one that is not answered yet.
  [[nodiscard]] static std::optional<std::size_t> age_step(const call_record& call, time_point now) noexcept;
  void count(agent_pool& of, phase p, std::int64_t by) noexcept;
  void count(agent_pool& of, agent_state s, std::int64_t by) noexcept;
  void count_doubt(agent_pool& of, const agent_status* agent, double by) noexcept;
  void advance(const uuid& call, step what, phase to, time_point now);
  void settle(call_record& call, bool abandoned, time_point now);
  void change(const agent_status* before, const agent_status* after, time_point now, pool_index pool);
  void forget_agents() noexcept;
  /// Since when the agent talks whom a call answered then has reached.
  time_point match_handed(agent_pool& of, time_point answered, time_point now);

  boost::unordered_flat_map<uuid, call_record, std::hash<uuid>> calls_;
  boost::unordered_flat_map<agent_key, tracked_agent> one_by_one_agents_;
  std::vector<agent_pool> pools_{1};
  bool one_by_one_{false};
  std::uint32_t picture_{0};
  std::int64_t answers_{0}, abandons_{0};
  std::int64_t given_up_{0};
};

/// The text's rule: (available members) − (current outbound calls) + service_level.
class available_pacing final : public pacing {
public:
  using pacing::pacing;
  [[nodiscard]] std::string_view method() const noexcept override { return "available"; }
  [[nodiscard]] std::int64_t calls_to_begin(time_point now) override;
  [[nodiscard]] pacing_decision decide(time_point now) override;
};

/// One call for each free agent who has none on the way, callers waiting already (anybody's) served first:
/// never more lines than free agents, whatever `service_level` says, so that nobody who answers is abandoned
/// for want of an agent.
class progressive_pacing final : public pacing {
public:
  using pacing::pacing;
  [[nodiscard]] std::string_view method() const noexcept override { return "progressive"; }
  [[nodiscard]] std::int64_t calls_to_begin(time_point now) override;
  [[nodiscard]] pacing_decision decide(time_point now) override;
};

/// `max_calls_per_agent` lines for each free agent, whatever that abandons.
class ratio_pacing final : public pacing {
public:
  using pacing::pacing;
  [[nodiscard]] std::string_view method() const noexcept override { return "ratio"; }
  [[nodiscard]] std::int64_t calls_to_begin(time_point now) override;
  [[nodiscard]] pacing_decision decide(time_point now) override;
};

[[nodiscard]] bool is_pacing_method(std::string_view method) noexcept;

/// By the plan's `pacing_method`: available, progressive, ratio or predictive; null is `available`.
/// Errors: invalid_field for an unknown one or options out of range.
[[nodiscard]] result<std::unique_ptr<pacing>> make_pacing(const text& method, const pacing_options& options);

} // namespace ringmaster::core
