// SPDX-License-Identifier: Apache-2.0
/// Why is nothing dialed? The answer to the question that users of such systems ask most, in words and in
/// fields.
#pragma once

#include "actors/core/ami_rights.hpp"
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

/// What an open circuit breaker keeps calls from, see core/circuit_breaker.hpp.
enum class resting_thing : std::uint8_t {
  server,   ///< an Asterisk server: it refuses calls
  trunk,    ///< a trunk of it
  campaign, ///< a server refuses the calls of one campaign
};
[[nodiscard]] std::string_view name(resting_thing t) noexcept;

struct resting {
  resting_thing what{resting_thing::server};
  std::string server;
  std::string name;  ///< of the server, of the trunk ("PJSIP/carrier"), or the campaign's uuid
  std::string words; ///< why, for a person; some of it is Asterisk's
  time_point since;      ///< a moment; where it is shown, a date
  time_point next_probe; ///< when a single call is tried
  bool operator==(const resting&) const = default;
};

/// The way by which a plan's calls leave a server, as it is named there: "PJSIP/carrier"; "PJSIP" alone when the
/// numbers name their own ways out.
[[nodiscard]] std::string trunk_of(const plan& p);

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
  struct lost_server {
    std::string name, trouble; ///< why it is not connected
    std::optional<time_point> since;
  };
  struct hindered_server {
    std::string name;
    missing_right lacks; ///< without which the campaign must not dial there
  };
  std::vector<lost_server> pbx_lost;          ///< of those configured
  std::vector<hindered_server> pbx_hindered;  ///< connected, and not usable for that alone
  std::vector<resting> rests;                      ///< of those that are usable otherwise
  std::optional<error> not_writable;               ///< why no call of this campaign's could be written
  // Of the servers whose agents calls are wanted for, all where it is the same.
  std::int64_t pbx_free_channels{0};
  std::optional<time_point> rate_limited_until; ///< when the first of them has a token, if none has one now
  // agents and pacing
  availability agents;
  std::vector<std::string> absent; ///< names of agents who do not answer, paused for that or not
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
/// Of a server that is not connected, or whose AMI user lacks a right, it says so; what agents there do, nobody can see,
/// and no reason speaks of them.
///
/// Codes: stopped, paused, stopping, starting, pausing, force_stopping, database_unwritable, no_plan, no_dlma,
/// no_destination, destination_unusable, dial_mode_off, call_cannot_be_written, schedule_closed, no_pbx, pbx_not_connected,
/// events_not_heard, action_not_permitted, no_free_channel, server_refuses, trunk_rests, rate_limit, queue_unknown, no_agent,
/// max_calls, max_calls_per_agent, abandon_budget, pacing, list_empty, list_done, list_in_flight, number_in_use, agents_do_not_answer,
/// cooling_down, dialing.
[[nodiscard]] std::vector<reason> explain_campaign(const campaign_snapshot& s, time_point now);

/// The same for one entry under one campaign's policy. Codes: deleted, answered, exhausted, no_numbers,
/// call_cannot_be_written, reserved, dialing, cooling_down, number_in_use, ready; then those of the campaign that dials the
/// list, when there is one
/// (else no_campaign).
[[nodiscard]] std::vector<reason> explain_entry(const entry_explanation& e, bool deleted,
                                                const campaign_snapshot* campaign, time_point now);

/// Appends a list: [{"code": …, "text": …, "until": … or null, "fields": {…}}, …].
void append_reasons(std::string& out, const std::vector<reason>& reasons);

} // namespace ringmaster::core
