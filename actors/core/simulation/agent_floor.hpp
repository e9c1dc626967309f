// SPDX-License-Identifier: Apache-2.0
/// The agents of a simulated call centre: what each of them does, who comes and goes, who takes a break or is
/// away without having paused, and to whom the queue offers the next caller.
///
/// It schedules what agents do by themselves and handles those events; a call's events come from the call
/// centre, which tells who is rung, picks up and has hung up. Agents are numbered from 0; who logs in takes
/// the first number that nobody has.
///
/// Pure, not thread-safe. A change of state is O(free agents), staffing and absences O(agents).
#pragma once

#include "actors/core/agent_presence.hpp"
#include "actors/core/pacing.hpp"
#include "actors/core/simulation/agenda.hpp"
#include "actors/core/simulation/random.hpp"
#include "actors/core/simulation/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ringmaster::core::simulation {

/// How many agents do what; who is paused, rung or logged out is not among them.
struct agent_counts {
  std::int64_t talking{0}, wrapping_up{0};
  std::int64_t free{0}; ///< as the queue sees them
  std::int64_t away{0}; ///< of those, with nobody at the telephone
};

struct simulated_agent {
  agent_state state{agent_state::logged_out};
  std::int64_t since{0};       ///< ns, when the state began
  std::int64_t ends{0};        ///< ns, of a wrap-up
  std::uint32_t generation{0}; ///< grows with each change of state, for events that come too late
  std::uint32_t call{0};       ///< the one that he is talking on
  bool leaving{false};         ///< logs out when he has finished
  bool breaking{false};        ///< takes a break then
  bool away{false};
  bool paused_by_us{false}; ///< after the call that rings, for those he has missed
  bool doubted{false};      ///< he has missed a call of late
  double speed{1};          ///< his talks are longer by this factor
  agent_presence presence;
};

class agent_floor {
public:
  struct callbacks {
    std::function<void(const agent_status&)> told; ///< what the queue says of an agent has changed
    std::function<void()> someone_free;            ///< … and he could take a call that waits
  };

  /// `what` and `events` must outlive this.
  agent_floor(const scenario& what, std::uint64_t seed, agenda& events, callbacks tell);

  /// Lets the first ones log in.
  void open();
  /// Schedules shifts, logins, breaks and absences; once.
  void schedule_changes();
  /// An event of an agent. True: pacing may want to begin calls; false also for events of others, which are left alone.
  bool happen(const event& e);

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(agents_.size()); }
  [[nodiscard]] const simulated_agent& operator[](std::uint32_t agent) const { return agents_[agent]; }
  [[nodiscard]] agent_counts counts() const noexcept {
    return {talking_, wrapping_up_, static_cast<std::int64_t>(free_.size()), away_free_};
  }
  [[nodiscard]] std::size_t free_count() const noexcept { return free_.size(); }
  /// As the queue tells it.
  [[nodiscard]] agent_status status_of(std::uint32_t agent) const;

  /// Whom the queue offers the next caller, of those who are free and not in `but`; there must be one.
  [[nodiscard]] std::uint32_t next(std::span<const std::uint32_t> but);
  void ring(std::uint32_t agent);
  /// He is not rung any more, and has not picked up.
  void stop_ringing(std::uint32_t agent);
  /// What a ringing came to, for what is believed of him. Who has left as many unanswered as the scenario
  /// allows is paused. `grace`: the caller would have waited for so long.
  void rang(std::uint32_t agent, ring_end end, duration rung, duration grace);
  void talk(std::uint32_t agent, std::uint32_t call);
  /// Then he wraps up for so many seconds, or is free at once.
  void end_talk(std::uint32_t agent, double wrap_up);
  /// Tells of those who have missed a call, every 5 s at most: belief in them changes by itself.
  void refresh_doubts();

private:
  void set_state(std::uint32_t agent, agent_state state, std::int64_t ends = 0);
  void become_free(std::uint32_t agent);
  void begin_break(std::uint32_t agent);
  std::uint32_t log_in();
  void set_staff(int wanted);
  void schedule_staffing_after(std::size_t step);
  void schedule_break();
  void begin_some_break();
  void end_stay(std::uint32_t agent);
  void absence(bool begins);

  const scenario& what_;
  std::uint64_t seed_;
  random_source random_;
  agenda& events_;
  callbacks tell_;
  std::vector<simulated_agent> agents_;
  std::vector<std::uint32_t> free_; ///< in the order in which they became so
  std::int64_t talking_{0}, wrapping_up_{0}, away_free_{0};
  std::uint32_t last_offered_{0};
  std::int64_t refresh_at_{0};
  std::int64_t staffing_cycle_{0};
};

} // namespace ringmaster::core::simulation
