// SPDX-License-Identifier: Apache-2.0
/// A call centre to simulate: what its calls, agents and faults are like. The named ones are those that
/// Ringmaster is measured with; bench/pacing/README.md documents the same as a JSON file.
#pragma once

#include "actors/core/simulation/random.hpp"
#include "protocol/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core::simulation {

/// Times in seconds of simulated time, shares 0 … 1.
struct scenario {
  std::string name{"realistic"};
  int agents{20};
  double hours{100};
  double warm_up{-1};   ///< s not counted; below 0: a tenth of the time, at most 4 h
  double day{8 * 3600}; ///< length of a working day: the daily ledger begins anew after it
  double tick{0.2};     ///< decisions at least this often

  // --- answers
  double answer_rate{0.3}; ///< live answers per call
  struct rate_step {
    double at{0}, rate{0.3};
  };
  std::vector<rate_step> rate_steps;        ///< replaces `answer_rate` from `at` on …
  double rate_period{0};                    ///< … and begins anew after this time, when above 0
  double wave_amplitude{0}, wave_period{0}; ///< a sinusoid around it: share of the rate, s
  double hourly_drop{
      0}; ///< share of the rate that is lost in each hour of a list; the next list begins every `rate_period`
  double entry_sd{0};      ///< each entry has its own probability, Beta with this standard deviation
  bool entry_known{false}; ///< and pacing is told which entries are alike

  // --- calls
  distribution live{distribution::lognormal(7.5, 0.6, 1.5, 25)}; ///< begun to live answer
  struct outcome {
    double weight{1};
    distribution after;
  };
  std::vector<outcome> others; ///< what a call without a live answer comes to: machine, no answer, failure
  double human_as_machine{
      0}; ///< live answers that detection takes for machines: hung up, no agent, not abandoned
  double machine_as_human{0}; ///< machines (the first of `others`) that reach an agent
  distribution machine_talk{distribution::constant(8)}; ///< which he notices after
  double ring_after{1.5}; ///< from begun to ringing
  /// The last so many seconds before a live answer are detection of machines: the call rings no more, and is not given
  /// up. Machines' own detection is in `others`.
  double detection{0};
  double grace{2};                                      ///< a live answer waits this long for an agent

  // --- agents
  distribution talk{distribution::lognormal(120, 1)};
  distribution wrap_up{distribution::lognormal(30, 0.7)};
  bool wrap_up_known{false}; ///< pacing is told when each ends
  double speed_cv{0};        ///< each agent's talks are longer or shorter by a factor of his own
  struct staffing {
    double at{0};
    int agents{0};
  };
  std::vector<staffing> staff;          ///< at once; those who talk leave after wrap-up
  double staff_period{0};               ///< begins anew after, when above 0
  double login_every{0}, login_stay{0}; ///< Poisson logins on top, one in this many s, staying (exponential)
  double break_share{0}, break_length{300}; ///< of agents on a break at a time
  int absent{0};              ///< agents who are away for a while without having paused …
  double absent_from{3600}, absent_for{3600}; ///< … as they would be found then
  enum class absence : std::uint8_t {
    rings,   ///< the telephone rings, and nobody comes
    rejects, ///< it turns calls away at once: the caller goes to the next agent
    slow,    ///< it is picked up after `slow_pick_up`
    gone,    ///< they have logged out: what the others can be compared with
  };
  absence away{absence::rings};
  double slow_pick_up{5};
  int no_answer_limit{2}; ///< unanswered calls in a row after which an agent is paused, until he is back; 0: never
  int campaigns{1};       ///< that share the agents, each with a method and calls of its own …
  bool own_queues{false}; ///< … and with a queue of its own, of which all agents are members
  bool one_budget{false}; ///< … or all with one budget of abandoned calls
  double inbound_per_hour{0}; ///< callers from outside in the same queue; they wait as long as it takes

  // --- faults
  double news_delay{0}; ///< s by which pacing hears everything late
  double news_loss{0};  ///< share of news that never comes; a resync tells it
  double resync_every{30};
  double calls_per_second{0}; ///< cap on calls begun; 0: none
  int trunks{0};              ///< cap on calls up at a time; 0: none
  double failure_share{0};    ///< originates that fail at once

  /// The first value that makes no sense.
  [[nodiscard]] std::optional<error> validate() const;
};

/// Live answers per call, of the calls that are begun so many seconds after the beginning.
[[nodiscard]] double answer_rate_at(const scenario& of, double seconds) noexcept;

/// A named scenario; nothing for a name that is not known.
[[nodiscard]] std::optional<scenario> named_scenario(std::string_view name);
[[nodiscard]] std::vector<std::string_view> scenario_names();

/// Reads the JSON that bench/pacing/README.md documents. Errors: malformed, invalid_field with the field.
[[nodiscard]] result<scenario> read_scenario(std::string_view json);

} // namespace ringmaster::core::simulation
