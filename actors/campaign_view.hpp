// SPDX-License-Identifier: Apache-2.0
/// What others see of a campaign: its figures and the reasons why it does not dial, published in
/// `live_state`; its last hour; the events `ob.campaign.*` and `ob.stats`.
///
/// Belongs to one campaign actor, on its thread alone; looks at what else belongs to that. To publish is
/// O(calls).
#pragma once

#include "actors/campaign_calls.hpp"
#include "actors/campaign_pacing.hpp"
#include "actors/campaign_setup.hpp"
#include "actors/core/campaign_history.hpp"
#include "actors/core/explain.hpp"
#include "actors/shared.hpp"

#include <optional>
#include <string>

namespace ringmaster {

/// How things stand with the campaign itself and its dial list.
struct campaign_standing {
  campaign_status status{campaign_status::stopped};
  std::optional<core::pacing_decision> decision; ///< the last one
  bool has_list{false};                          ///< its list is in memory, or being read
  std::optional<core::list_counts> counts;       ///< of its entries; nothing: not up to date
  maybe_time next_eligible;                      ///< the moment from which the next entry may be dialed
  maybe_time scheduled_at;                       ///< the date at which the schedule starts or stops it
  bool rests{false};                             ///< it looks at how things stand every ten seconds alone
};

class campaign_view {
public:
  /// `pacing`, `calls` and `setup` are those of the same campaign.
  campaign_view(const uuid& id, engine_shared& shared, campaign_pacing& pacing, const campaign_calls& calls,
                const campaign_setup& setup);

  /// To be called a few times a second; also as soon as it matters. The campaign is not deleted. `now` is a moment; all
  /// that is shown are dates.
  void publish(const campaign_standing& stands, time_point now);

  /// Tells live clients of the campaign's record, if that is new to them.
  void tell_record();
  /// The campaign was deleted: nothing is shown any more, and live clients get what the delete left.
  void remove();

private:
  [[nodiscard]] core::campaign_snapshot snapshot(const campaign_standing& stands, time_point now) const;
  void look_at_servers(core::campaign_snapshot& s, const campaign_standing& stands, time_point now) const;
  void show_calls_and_agents(live_campaign& shown) const;
  void show_list(live_campaign& shown, const campaign_standing& stands);
  void show_history(live_campaign& shown, bool dials, time_point now);
  void tell_stats(const live_campaign& shown, time_point now);
  void tell(core::topic_family family, const char* name, std::string json) const;
  [[nodiscard]] std::string treatment() const;

  uuid id_;
  engine_shared& shared_;
  campaign_pacing& pacing_;
  const campaign_calls& calls_;
  const campaign_setup& setup_;

  std::optional<core::list_counts> counts_; ///< the last that were known
  core::campaign_history history_;
  std::string told_record_; ///< as live clients know it; empty: they do not
  time_point next_stats_{};
  std::int64_t told_status_{-1}; ///< with the last figures
};

} // namespace ringmaster
