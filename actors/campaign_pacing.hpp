// SPDX-License-Identifier: Apache-2.0
/// A campaign's pacing and what it lives on in the daemon: the agents of its queue and its calls among those that are meant
/// for them, the budget of live answers, and what it has learned, on disk.
///
/// What happens to a call is told here, and goes to the method and to the ledger of agents.
///
/// A method that learns is large (`predictive`: 435 KB). It is in memory while it is used and three minutes after: then `rest` lays it
/// by, until `wake` reads it again.
///
/// Belongs to one campaign actor, on its thread alone. Looks at published states; writes through the store.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/live_state.hpp"
#include "actors/shared.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

class campaign_pacing {
public:
  using call_claim = core::agent_ledger::claim;

  /// Reads the campaign's answers by day. `who` is woken when it is the campaign's turn to begin calls; may be nobody.
  campaign_pacing(const uuid& id, engine_shared& shared, campaign_handle who = {});
  ~campaign_pacing();
  campaign_pacing(const campaign_pacing&) = delete;
  campaign_pacing& operator=(const campaign_pacing&) = delete;

  /// The method in use; `available` until a plan has been seen.
  [[nodiscard]] core::pacing* operator->() const noexcept { return method_.get(); }
  /// Whether it predicts, so that explanations can say what it waits for.
  [[nodiscard]] bool predicts() const noexcept { return name_ == "predictive"; }

  /// Does as the plan says. True: another method took over, and has to hear of the calls that are up. A plan that
  /// cannot be used is logged, and the method that is there goes on.
  [[nodiscard]] bool use(const plan& settings, time_point now);

  /// To be called now and then while the campaign rests, that is, while there are no calls: lays the method by, when it has not been
  /// used for `method_linger` or never was. What it has learned is on disk then, or on the way there.
  void rest(time_point now);
  /// To be called before calls are begun or taken up: a method that was laid by is as it was. O(1) else.
  void wake(time_point now);
  /// Whether it is laid by, and decides nothing.
  [[nodiscard]] bool rests() const noexcept { return rests_; }
  static constexpr duration method_linger = std::chrono::minutes{3};

  /// The queue that calls go to, an empty name: none, and as many agents as calls; and what is to hold there.
  void serve(const std::string& queue, const core::agent_ledger::terms& on);
  /// Tells it of the queue's agents on each server, as far as they are heard of, and of all others' calls for them.
  void look_at_agents(time_point now);
  /// How many calls that other campaigns have left to us may be begun: `pacing::calls_on_turn`.
  [[nodiscard]] std::int64_t left_to_us(time_point now);
  /// How many of these calls it is our turn to begin, in the ledger's order. `able`: we would begin calls if there were
  /// agents. To be asked with each decision; others, whose turn it is, are woken.
  [[nodiscard]] std::int64_t turn(std::int64_t calls, bool able, time_point now);
  /// Looks, decides and begins calls in one step. `begin` is told how many may be begun and begins them by the `begun`
  /// that takes a ledger; it sends nothing.
  template <class Begin>
  void reserve(time_point now, Begin&& begin) {
    look_at_agents(now); // what is new of many agents needs no lock
    std::vector<core::agent_ledger::campaign_index> next;
    shared_.agents.with([&](core::agent_ledger& ledger) {
      look_at_agents(ledger, now);
      auto calls = method_->calls_to_begin(now);
      if (!queue_.empty()) {
        if (const auto granted = ledger.granted(campaign_, now); calls == 0 && granted.calls > 0)
          calls = method_->calls_on_turn(granted, now);
        calls = turn(ledger, calls, now, next);
      }
      begin(ledger, calls);
    });
    shared_.agents.wake(next);
  }

  // A call's life.
  void begun(core::agent_ledger& ledger, const uuid& id, call_claim& claim, const std::string& pbx,
             const core::call_features& features, time_point now);
  void begun(const uuid& id, call_claim& claim, const std::string& pbx, const core::call_features& features, time_point now);
  void answered(const uuid& id, call_claim& claim, time_point now);
  void handed_to_agent(const uuid& id, call_claim& claim, time_point now);
  void abandoned(const uuid& id, call_claim& claim, time_point now);
  void ended(const uuid& id, call_claim& claim, time_point now);
  /// See `core::pacing`.
  void unseen(const uuid& id, call_claim& claim, time_point now);
  void lost(const uuid& id, call_claim& claim, time_point now);
  /// It rings on until it ends, and counts as one that nobody will answer.
  void given_up(call_claim& claim);
  /// What the last look saw, on all servers.
  [[nodiscard]] const core::availability& agents() const noexcept { return agents_; }
  /// Names of agents of the queue who do not answer, in order.
  [[nodiscard]] std::vector<std::string> absent(time_point now) const;
  /// Who was logged in and not paused then, of a server by its place in the configuration.
  [[nodiscard]] std::int64_t working(std::size_t server) const noexcept {
    return server < working_.size() ? working_[server] : 0;
  }
  /// Agents and calls of a server are a pool of their own; those of a server that is not configured any more are the last.
  [[nodiscard]] core::pool_index pool_of(std::string_view pbx) const noexcept;

  /// Says whether `tell`, which tells the method something, has settled the fate of a live answer: true, it was
  /// abandoned; false, an agent has it; nothing: neither.
  template <class Tell>
  [[nodiscard]] std::optional<bool> settled_by(Tell&& tell) {
    const auto answers = method_->answers(), abandons = method_->abandons();
    tell();
    if (method_->answers() == answers)
      return std::nullopt;
    return method_->abandons() != abandons;
  }
  /// One more live answer that is counted on `day`; the caller writes it down.
  void add_answer(std::int64_t day, bool abandoned);
  /// What was answered and abandoned within the window, also by campaigns that share the budget.
  void tell_ledger(std::int64_t today, time_point now);

  /// The same, if other campaigns of the group have added to it; to be called before a decision.
  void follow_group(std::int64_t today, time_point now);

  /// Writes down what it has learned, if that has changed since calls were begun.
  void keep(time_point now);

  /// For readers; the days are made anew only when they have changed. `treatment`: see `live_pacing`.
  [[nodiscard]] std::shared_ptr<const live_pacing> shown(std::string treatment, time_point now) const;
  [[nodiscard]] std::shared_ptr<const core::abandon_days> shown_days();

private:
  using members_pointer = std::shared_ptr<const std::vector<core::agent_status>>;

  void look_at_agents(core::agent_ledger& ledger, time_point now);
  [[nodiscard]] std::int64_t turn(core::agent_ledger& ledger, std::int64_t calls, time_point now,
                                  std::vector<core::agent_ledger::campaign_index>& next);
  void tell_view(std::size_t server, const core::agent_ledger::view& seen, bool heard, time_point now);
  [[nodiscard]] bool hears(std::size_t server) const;
  void read_days();
  void restore(time_point now);
  void restore(std::string_view bytes, time_point now);

  uuid id_;
  engine_shared& shared_;
  std::unique_ptr<core::pacing> method_;
  std::string plan_; ///< the plan in use, as a record
  text name_;
  std::string group_; ///< of campaigns that share one budget; empty: none
  std::uint64_t group_version_{0}; ///< that `tell_ledger` has seen
  core::agent_ledger::campaign_index campaign_{0}; ///< in the ledger of agents
  bool wants_{false}; ///< calls, as the ledger knows
  std::string queue_;
  std::vector<core::agent_ledger::queue_index> queues_; ///< that queue on each server, in the ledger
  core::agent_ledger::view seen_;                       ///< of one server; kept for its memory
  std::vector<members_pointer> agents_told_; ///< of each server, as the method knows them; empty: nothing told yet
  core::availability agents_;
  std::vector<std::int64_t> working_;       ///< on each server
  core::abandon_days days_;
  std::shared_ptr<const core::abandon_days> shown_days_; ///< the same; null when they have changed
  bool rests_{false};
  std::optional<time_point> used_; ///< when it last heard of a call, since it was made or woken; nothing: it has not
  std::optional<std::size_t> kept_; ///< hash of what was last written down
  std::weak_ptr<const std::string> unwritten_; ///< the same while it is not on disk
};

} // namespace ringmaster
