/// Why is nothing dialed? The answer to the question that users of such systems ask most, in words and in
/// fields.
#pragma once

#include "actors/core/dial_list.hpp"
#include "actors/core/pacing.hpp"
#include "protocol/json.hpp"
#include "protocol/outbound.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// One reason. `code` never changes; programs may rely on it.
struct reason {
  std::string_view code;
  std::string text;                ///< for a tired person
  std::optional<time_point> until; ///< when this changes by itself
  std::vector<std::pair<std::string_view, std::int64_t>> fields;
  std::vector<std::pair<std::string_view, std::string>> texts;
};

/// Everything about a campaign that decides whether it dials. Its times are dates.
struct campaign_snapshot {
  campaign_status status{campaign_status::stopped};
  std::int64_t calls_in_flight{0};
  std::string database_trouble; ///< why nothing can be written; empty: it can
  // what it needs; `has_…` is false when unset, unknown or deleted
  bool has_plan{false}, has_dlma{false}, has_destination{false};
  std::int64_t dial_mode{0};
  std::optional<std::string> destination_unusable; ///< what an answered call needs and the destination lacks
  std::string queue;                               ///< its queue; empty when the destination is none
  bool queue_known{true};
  // schedule
  bool schedule_open{true};
  std::optional<time_point> schedule_change;
  std::optional<time_point> schedule_acts; ///< when it starts or stops the campaign
  // servers: those that have told of the queue, where there is one that has
  std::int64_t pbx_configured{0}, pbx_usable{0};
  // Of the servers whose agents calls are wanted for, all where it is the same.
  std::int64_t pbx_free_channels{0};
  std::optional<time_point> rate_limited_until; ///< when the first of them has a token, if none has one now
  // agents and pacing
  availability agents;
  std::optional<pacing_decision> pacing;
  call_counts calls;
  pacing_options limits;     ///< those of the plan
  abandon_ledger abandons;   ///< against `limits`
  bool predicts{false};      ///< the method begins calls for agents who are not free yet
  // list
  std::optional<list_counts> list;
  std::optional<time_point> next_eligible;
};

/// What holds the campaign back at `now`, the most fundamental first; "dialing" alone when nothing does.
///
/// Codes: stopped, paused, stopping, starting, pausing, force_stopping, database_unwritable, no_plan, no_dlma, no_destination,
/// destination_unusable, dial_mode_off, schedule_closed, no_pbx, pbx_not_connected, no_free_channel,
/// rate_limit, queue_unknown, no_agent, max_calls, max_calls_per_agent, abandon_budget, pacing, list_empty, list_done, list_in_flight, number_in_use, cooling_down, dialing.
[[nodiscard]] std::vector<reason> explain_campaign(const campaign_snapshot& s, time_point now);

/// The same for one entry under one campaign's policy. Codes: deleted, answered, exhausted, no_numbers,
/// reserved, dialing, cooling_down, number_in_use, ready; then those of the campaign that dials the list, when there is one
/// (else no_campaign).
[[nodiscard]] std::vector<reason> explain_entry(const entry_explanation& e, bool deleted,
                                                const campaign_snapshot* campaign, time_point now);

/// Appends a list: [{"code": …, "text": …, "until": … or null, "fields": {…}}, …].
void append_reasons(std::string& out, const std::vector<reason>& reasons);

} // namespace ringmaster::core
