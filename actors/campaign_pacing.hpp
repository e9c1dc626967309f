/// A campaign's pacing and what it lives on in the daemon: the agents of its queue, what other campaigns have on the
/// way, the ledger of live answers, and what it has learned, on disk.
///
/// Belongs to one campaign actor, on its thread alone. Looks at published states; writes through the store.
#pragma once

#include "actors/core/pacing.hpp"
#include "actors/live_state.hpp"
#include "actors/shared.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

class campaign_pacing {
public:
  /// Reads the campaign's answers by day.
  campaign_pacing(const uuid& id, engine_shared& shared);

  /// The method in use; `available` until a plan has been seen.
  [[nodiscard]] core::pacing* operator->() const noexcept { return method_.get(); }
  /// Whether it predicts, so that explanations can say what it waits for.
  [[nodiscard]] bool predicts() const noexcept { return name_ == "predictive"; }

  /// Does as the plan says. True: another method took over, and has to hear of the calls that are up. A plan that
  /// cannot be used is logged, and the method that is there goes on.
  [[nodiscard]] bool use(const plan& settings, time_point now);

  /// Tells it of the queue's agents on each server, as far as they are heard of. An empty name: no queue, and as many
  /// agents as calls.
  void look_at_agents(const std::string& queue, time_point now);
  /// What the last look saw, on all servers.
  [[nodiscard]] const core::availability& agents() const noexcept { return agents_; }
  /// Who was logged in and not paused then, of a server by its place in the configuration.
  [[nodiscard]] std::int64_t working(std::size_t server) const noexcept {
    return server < working_.size() ? working_[server] : 0;
  }
  /// Agents and calls of a server are a pool of their own; those of a server that is not configured any more are the last.
  [[nodiscard]] core::pool_index pool_of(std::string_view pbx) const noexcept;

  /// What other campaigns have on the way to the same queue; they tell it a few times a second.
  void look_at_others(const std::string& queue, time_point now);

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

  /// Writes down what it has learned, if that has changed.
  void keep(time_point now);

  /// For readers; the days are made anew only when they have changed. `treatment`: see `live_pacing`.
  [[nodiscard]] std::shared_ptr<const live_pacing> shown(std::string treatment, time_point now) const;
  [[nodiscard]] std::shared_ptr<const core::abandon_days> shown_days();

private:
  using members_pointer = std::shared_ptr<const std::vector<core::agent_status>>;

  void read_days();
  void restore(time_point now);

  uuid id_;
  engine_shared& shared_;
  std::unique_ptr<core::pacing> method_;
  text name_;
  std::string group_; ///< of campaigns that share one budget; empty: none
  std::vector<members_pointer> agents_told_; ///< of each server, as the method knows them; empty: nothing told yet
  core::availability agents_;
  std::vector<std::int64_t> working_;       ///< on each server
  std::vector<std::int64_t> others_calls_;  ///< on each server
  core::abandon_days days_;
  std::shared_ptr<const core::abandon_days> shown_days_; ///< the same; null when they have changed
  std::string kept_;
};

} // namespace ringmaster
