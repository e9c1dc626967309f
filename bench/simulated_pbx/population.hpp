// SPDX-License-Identifier: Apache-2.0
/// Who lives in the simulated world: customers, agents and their queues, what the PBX itself can do, and
/// the faults it has from the start. Read from a JSON file; README.md beside this file documents each key.
#pragma once

#include "bench/simulated_pbx/event_clock.hpp"
#include "bench/simulated_pbx/random.hpp"
#include "protocol/error.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::sim {

/// A distribution of durations.
struct distribution {
  enum class shape : std::uint8_t { constant, uniform, exponential, lognormal };
  shape kind{shape::constant};
  double a{0}; ///< constant: the value; uniform: the least; exponential, lognormal: the mean (seconds)
  double b{0}; ///< uniform: the most (seconds); lognormal: the coefficient of variation

  [[nodiscard]] sim_time draw(random_source& random) const noexcept;
  [[nodiscard]] double mean() const noexcept;
};

/// What happens to a call.
enum class outcome : std::uint8_t { answer, machine, busy, no_answer, congestion, invalid };
inline constexpr std::size_t outcome_count = 6;
[[nodiscard]] std::string_view name_of(outcome o) noexcept;

/// What one customer does in one call.
struct customer {
  outcome what{outcome::answer};
  sim_time ring{0};                     ///< from the first ringing to the answer
  sim_time patience{0};                 ///< waits this long in a queue
  sim_time listen{0};                   ///< stays this long in anything but a queue
  std::optional<sim_time> leaves_after; ///< hangs up this long after the answer, whoever is talking
  bool rings{true};                     ///< false: answers without a Ringing before
};

/// Numbers that start with `prefix` and have `min_digits` to `max_digits` digits behave like this.
struct number_rule {
  std::string prefix;
  std::uint32_t min_digits{1};
  std::uint32_t max_digits{64};
  outcome what{outcome::answer};
  std::optional<distribution> ring, patience, listen, leaves_after;
  bool rings{true};
};

struct customer_population {
  /// Probabilities in the order of `outcome`; they sum to 1.
  std::array<double, outcome_count> outcomes{0.45, 0.10, 0.10, 0.25, 0.05, 0.05};
  distribution ring{distribution::shape::uniform, 2, 12};
  distribution patience{distribution::shape::exponential, 60, 0};
  distribution listen{distribution::shape::uniform, 5, 30};
  std::uint32_t min_digits{3}; ///< shorter numbers are in no dialplan
  bool first_digit_rules{true};
  std::vector<number_rule> rules;                            ///< tried in order, before the first-digit rules
  std::vector<std::string> contexts{"customers", "default"}; ///< of Local/NUMBER@CONTEXT

  /// The same (seed, number, attempt) gives the same customer.
  [[nodiscard]] customer draw(std::uint64_t seed, std::string_view number, std::uint64_t attempt) const;
};

/// What an agent does when his telephone rings.
enum class pick_up : std::uint8_t {
  usual,   ///< as the queue's agents do
  absent,  ///< lets it ring
  rejects, ///< refuses at once, as "do not disturb" does
};
[[nodiscard]] std::optional<pick_up> pick_up_named(std::string_view name) noexcept;

/// When a queue counts as empty: no members, or none but those who are passed over for one of these reasons.
struct emptiness {
  bool applies{false}; ///< false: never
  bool paused{false}, in_use{false}, ringing{false}, resting{false};
};
/// `yes`, `no`, `strict`, `loose`, or reasons between commas, as `joinempty` (or, not `joining`, `leavewhenempty`) takes
/// them. Telephones here are never unreachable, and no caller asks for a penalty: those reasons change nothing.
[[nodiscard]] std::optional<emptiness> read_emptiness(std::string_view text, bool joining);

/// Agents `first` to `last` of a queue, by their numbers.
struct agent_habit {
  std::uint32_t first{1}, last{1};
  pick_up how{pick_up::usual};
  std::optional<distribution> ring; ///< picks up after this long, whatever the others do
};

/// Agents who pass their callers on.
struct agent_transfers {
  double share{0}; ///< of talks
  distribution after{distribution::shape::constant, 2, 0};
  std::vector<std::string> kinds{"attended"}; ///< of `blind`, `attended`, `park`, each as likely
  std::string context{"agents"}, extension{"agent-99"};
  double taken_back_s{3}; ///< a parked one, by somebody else after this long
};

struct queue_population {
  std::string name;
  std::string strategy{
      "rrmemory"}; ///< rrmemory, roundrobin, leastrecent, fewestcalls, random, linear, ringall
  std::uint32_t agents{10};
  std::uint32_t first_agent{1};
  std::string interface { "Local/agent-%02d@agents/n" }; ///< one %d (or %02d …) for the agent's number
  std::string member_name{"Agent %02d"};
  distribution ring{distribution::shape::constant, 1, 0};
  distribution talk{distribution::shape::constant, 5, 0};
  distribution wrapup{distribution::shape::constant, 0, 0};
  bool wrapup_by_pause{false}; ///< agents pause themselves for as long as they rest
  distribution pause_delay;    ///< after the end of the call; 0: before it is told
  std::string pause_reason{"wrap-up"};
  double no_answer{0};         ///< share of rings that the agent lets ring
  double ring_timeout_s{15};   ///< how long a member is rung
  double retry_s{1};           ///< before the next try after a ring without an answer
  std::int64_t service_level_s{20};
  std::uint32_t most_callers{0};      ///< `maxlen`: who comes when so many wait is turned away; 0: any number
  emptiness join_empty;               ///< `joinempty`: when nobody is let in
  emptiness leave_when_empty;         ///< `leavewhenempty`: when those who wait are sent away
  std::string autopause{"no"};        ///< yes, all, no: who lets it ring is paused, in this queue or in all of his
  agent_transfers transfers;
  std::vector<agent_habit> habits;    ///< of agents who are not like the others
};

/// A parking lot: spaces FIRST@CONTEXT to LAST@CONTEXT.
struct parking_population {
  std::string name{"default"};
  std::string context{"parkedcalls"};
  std::uint32_t first{701};
  std::uint32_t last{799};
  std::optional<double> timeout_s; ///< none: `population::parking_timeout_s`
};

/// A fault on demand; which of the fields count depends on the kind.
struct fault {
  enum class kind : std::uint8_t {
    drop,             ///< close the connection
    delay,            ///< hold an event back for `delay`
    duplicate,        ///< send an event twice
    lose,             ///< do not send an event
    reorder,          ///< send an event after the one that follows it
    refuse_originate, ///< answer Originate with an error, `words`
    refuse_login,     ///< answer Login with an error
    garbage,          ///< send bytes that are no message
    cut,              ///< close the connection once `after_bytes` more bytes have been sent
  };
  kind what{kind::lose};
  double probability{1};
  std::optional<std::uint64_t> count; ///< how many times at most; none: for ever
  sim_time delay{0};
  std::uint64_t after_bytes{0};
  std::string words; ///< empty: the usual ones
};
[[nodiscard]] std::optional<fault::kind> fault_kind(std::string_view name) noexcept;

/// A context of Local/NUMBER@CONTEXT that dials a trunk, as the outbound routes of PBX front ends do.
struct route {
  std::string context;
  std::string trunk{"carrier"};
  double timeout_s{0};   ///< of its Dial; 0: none
  bool optimise{true};   ///< the Local channel gives way once customer and agent talk
  double after_s{0.05};  ///< so long after they have met
};

/// How a trunk is.
struct trunk_condition {
  enum class kind : std::uint8_t {
    up,
    refuses, ///< says no, at once
    missing, ///< is not configured, or has nobody registered: there is not even a channel
    silent,  ///< nobody is behind it: no answer to the call, and an end when the telephone system has waited long enough
  };
  kind what{kind::up};
  double share{1}; ///< of its calls; the others go through
  int cause{34};   ///< of `refuses`
};
[[nodiscard]] std::optional<trunk_condition::kind> trunk_condition_named(std::string_view name) noexcept;

/// A line `#tryinclude FILE` at the end of a configuration file.
struct config_include {
  std::string in, file;
};

/// Who may log in, and what for: a section of manager.conf.
struct ami_user {
  std::string name, secret;
  std::string read{"all"}, write{"all"}; ///< classes between commas
  std::vector<std::string> filters;      ///< `eventfilter`: expressions over an event's text; `!` before: not those
};

struct population {
  customer_population customers;
  std::vector<queue_population> queues;
  std::vector<std::string> technologies{"PJSIP"};        ///< beside Local
  std::vector<std::string> channel_variables{"CALL_ID"}; ///< sent as ChanVariable, like `channelvars`
  std::uint64_t max_calls{0};                            ///< originated calls alive at once; 0: any number
  double response_after_application{
      0}; ///< share of calls whose OriginateResponse follows the first events of the application
  double parking_timeout_s{45};
  std::vector<parking_population> parking_lots{{}, {"second", "parkedsecond", 801, 820, 300}};
  std::vector<config_include> includes{{"queues.conf", "ringmaster-queues.conf"},
                                       {"res_parking.conf", "ringmaster-parking.conf"}};
  std::vector<std::string> pool_agents{"1001", "1002"}; ///< of the agent pool, by their ids
  std::vector<std::string> accounts{"desk-01"};         ///< PJSIP phones that register, with a secret
  std::vector<std::string> trunks{"carrier"};           ///< PJSIP endpoints that are just there
  std::vector<route> routes;
  std::map<std::string, trunk_condition, std::less<>> trunk_conditions; ///< at the start
  std::vector<ami_user> users;                          ///< beside the one of the command line, who may all
  std::vector<fault> faults;

  /// What there is without a file: queue `sales_1` of ten agents, `sales_2` of ten phones, `empty`.
  [[nodiscard]] static population standard();
  /// Errors name the key at fault, e.g. `queues[0].talk`.
  [[nodiscard]] static result<population> parse(std::string_view json);
  [[nodiscard]] static result<population> load(const std::string& path);
};

} // namespace ringmaster::sim
