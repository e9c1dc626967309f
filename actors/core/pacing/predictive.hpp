// SPDX-License-Identifier: Apache-2.0
/// Predictive pacing: begins calls for agents who will be free when those calls are answered, as many as the
/// limit on abandoned calls lets it.
///
/// At each decision it asks, for the moments at which a call begun now is likely to be answered: with what
/// probability will that answer find no agent? The calls in flight are each answered by then with a
/// probability that follows from how old they are; the busy agents are each free by then (and the grace) with
/// one that follows from how long they have been talking or in wrap-up. Another call is begun while that
/// probability is at most θ, which `abandon_budget` steers so that the share of abandoned calls is the
/// target. docs/pacing.md tells the method at leisure.
///
/// A call that has rung for the least time that the rules ask for, and that would too likely find no agent,
/// is given up: an old call can be answered within seconds only, so that what is known of those seconds decides.
/// Such calls are *censored*: nobody answered them until then, which is all that is learned from them.
///
/// Calls and agents are looked at pool by pool, each with the same θ: an abandoned call costs as much in one as in another.
///
/// With a limit of 0 it begins calls for free agents only, and for those whose wrap-up ends before anybody
/// can answer.
///
/// Costs: an event and a decision are O(1) and O(pools × age bins), whatever the number of calls and agents; four
/// times a second of time what has aged is summed anew. `bench_pacing` measures them, BENCHMARKS.md has the
/// figures.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/core/pacing/abandon_budget.hpp"
#include "actors/core/pacing/answer_odds.hpp"
#include "actors/core/pacing/answer_rate.hpp"
#include "actors/core/pacing/durations.hpp"
#include "actors/core/pacing/late_probability.hpp"

#include <array>
#include <unordered_map>
#include <vector>

namespace ringmaster::core {

struct predictive_tuning {
  budget_tuning budget;
  /// A ringing call is given up when its answer would find no agent with more than this times θ. 1 would be worth most
  /// if calls cost nothing; 2 is worth nearly as much and hangs up on half as many.
  double give_up{2};
};

class predictive_pacing final : public pacing {
public:
  /// Moments ahead that it looks at: at which a call begun now may be answered, and at which one that may be given up.
  static constexpr std::size_t horizons = 6, last_moments = 2, moments = horizons + last_moments;
  // Calls by age: in steps of a quarter of a second up to 16 s, then of a second up to 128 s, the last ones
  // older, too.
  static constexpr std::size_t fine_bins = 64, coarse_bins = 112, fine_in_coarse = 4;
  static constexpr std::size_t call_bins = fine_bins + coarse_bins;
  static constexpr std::size_t call_steps = fine_bins + coarse_bins * fine_in_coarse;
  static constexpr std::size_t agent_bins = 512; ///< of a second
  static constexpr std::size_t classes = 17;     ///< of calls more or less likely to be answered than most

  explicit predictive_pacing(const pacing_options& options, const predictive_tuning& tuning = {});

  [[nodiscard]] std::string_view method() const noexcept override { return "predictive"; }
  [[nodiscard]] std::int64_t calls_to_begin(time_point now) override;
  [[nodiscard]] std::int64_t calls_on_turn(const granted_calls& granted, time_point now) override;
  [[nodiscard]] granted_calls offer(std::int64_t calls, time_point now) override;
  [[nodiscard]] pacing_decision decide(time_point now) override;
  [[nodiscard]] std::vector<uuid> calls_to_give_up(time_point now) override;
  [[nodiscard]] given_up_calls give_up(time_point now) override;
  [[nodiscard]] pacing_view view(time_point now) const override;
  [[nodiscard]] double learned_answer_rate() const noexcept override { return experienced() ? rate_.mean() : 0; }
  [[nodiscard]] std::string save(time_point now) const override;
  [[nodiscard]] std::optional<error> restore(std::string_view bytes, time_point now) override;

private:
  using per_moment = std::array<float, moments>;
  struct ended_call {
    answer_traits traits;
    bool answered;
    float worth; ///< of what its end tells, 1; less where it was given up: see `worth_without_end`
  };
  template <std::size_t Bins>
  using table = std::array<per_moment, Bins>;

  void call_moved(call_record& call, step what, phase to, time_point now) override;
  void live_answer(bool abandoned, time_point now) override;
  void agent_moved(const agent_status* before, const agent_status* after, time_point now, pool_index pool) override;
  void agents_counted(time_point now) override;
  void agent_taken_by_others(time_point now, pool_index pool) override;
  void others_changed(pool_index pool) override;
  void options_changed() override;
  void pools_added(std::size_t count) override;

  // Sums over all calls and agents of a pool, kept up with each event.
  struct sums {
    std::array<double, moments> mean{}, squares{}, slope{};
  };
  /// Who of a pool is busy for how long, how old its calls are, and what follows from that.
  struct expectation {
    std::array<std::array<std::int32_t, call_bins>, classes> in_flight{};
    std::array<std::int32_t, classes> class_size{};
    std::array<std::int32_t, agent_bins> talking{}, wrapping{}, wrap_ending{};
    std::int64_t unaged{0}; ///< busy agents told as counts
    double foreign_rate{0}; ///< callers of others that take an agent, per second
    sums answers_in, freed_in;
    sums others_told; ///< answers to be expected of other campaigns' calls of known age
  };

  [[nodiscard]] static answer_traits traits_of(const call_record& call) noexcept;
  void step_to(time_point now);
  void age_by_one_second();
  void age_calls();
  void learn_odds(const ended_call& call) noexcept;
  void learn_odds_up_to(std::int64_t begun);
  [[nodiscard]] double trials(std::size_t cls, std::size_t bin) const noexcept;
  [[nodiscard]] std::int32_t in_flight(std::size_t cls, std::size_t bin) const noexcept;
  [[nodiscard]] std::size_t bin_of(std::int64_t begun) const noexcept;
  void relearn();
  void refresh_rate();
  void rebuild_calls();
  void expect_others(pool_index pool);
  void tabulate(std::size_t cls);
  void rebuild_agents();
  void add_call(expectation& of, std::size_t cls, std::size_t bin, int by) noexcept;
  void add_agent(expectation& of, const agent_status& agent, int by) noexcept;
  [[nodiscard]] double late(pool_index pool, double extra) const noexcept;
  [[nodiscard]] double late_at(pool_index pool, std::size_t k, double extra) const noexcept;
  [[nodiscard]] double late_soon(pool_index pool) const noexcept;
  [[nodiscard]] double least_late() const noexcept;
  [[nodiscard]] double most_late_soon() const noexcept;
  [[nodiscard]] std::int64_t allowed_without_abandons(pool_index pool) const;
  [[nodiscard]] std::int64_t allowed_at(double theta, pool_index pool) const;
  [[nodiscard]] static double free_now(const agent_pool& p) noexcept;
  [[nodiscard]] double free_now() const noexcept;
  void remember(pacing_view::past decision);
  [[nodiscard]] bool experienced() const noexcept;

  predictive_tuning tuning_;
  abandon_budget budget_;
  answer_rate rate_; ///< of the usual call; others have `odds_` more or less
  answer_odds odds_;
  double fresh_odds_{1}; ///< how much likelier than the usual call those begun lately are to be answered
  durations answered_after_, resolved_after_, talk_, wrap_up_;
  double no_wrap_up_{0}, some_wrap_up_{0};

  // Time in steps of a quarter of a second (calls) and of a second (agents).
  time_point now_{};
  std::int64_t call_step_{0}, agent_step_{0};
  std::int64_t relearn_at_{0};
  bool stale_{true};

  struct cohort {
    float begun{0}, answered{0};
    float given_up{0}, worth{0}; ///< of those begun, and the sum of what these are worth
  };
  std::vector<expectation> expected_{1}; ///< of each pool
  std::array<std::array<cohort, call_bins>, classes> cohorts_{};
  std::array<std::int32_t, classes> cohort_size_{};
  /// By the step that they were begun in. What calls came to is learned from when all begun with them have
  /// ended as well: those that end first are failures.
  std::array<std::vector<ended_call>, call_steps> ended_;
  std::int64_t odds_step_{0}; ///< calls begun up to then are learned from as they end

  // Distribution functions of live answers and of other ends at the bins' ages, and how much of the former
  // falls between an age and a horizon later; made by `relearn`.
  std::array<double, call_bins> answered_by_{}, resolved_by_{};
  std::array<std::array<double, call_bins>, moments> answered_between_{};
  std::size_t mature_{20};    ///< from this bin on next to nobody else will answer
  std::int64_t settled_{20};  ///< steps after which nearly all calls have ended
  double tabulated_rate_{-1}; ///< that `answer_` was made with
  std::array<bool, classes> tabulated_{};
  double set_up_{1.5}; ///< s from the beginning of a call to its ringing, the mean of late
  double learned_talks_{0};
  double share_{1}; ///< of the calls on the way to its agents, that are its own
  double matured_{0}; ///< calls that the answer rate was learned from

  std::array<double, moments> horizon_{};
  std::array<double, horizons> horizon_weight_{};
  std::array<table<call_bins>, classes> answer_{}, answer_slope_{};
  table<agent_bins> free_talking_{}, free_wrapping_{}, free_ending_{};
  per_moment free_unaged_{};
  std::array<double, moments> fresh_{}; ///< probability that a call begun now is answered by the horizon
  std::array<double, moments> other_answers_{}; ///< that another campaign's call of unknown age is

  pool_index given_up_in_{0}; ///< the last time that calls were
  std::deque<pacing_view::past> decisions_;
};

} // namespace ringmaster::core
