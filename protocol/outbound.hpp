// SPDX-License-Identifier: Apache-2.0
/// The outbound resources: campaign (why), plan (how and when), destination (who takes the answered call),
/// dlma (dial list master) and dl (a customer with up to eight numbers), and the dialing: one call begun.
/// Each is a plain struct with its field table; see fields.hpp. Spelling and defaults are Jade's, fields of
/// our own come last.
#pragma once

#include "protocol/fields.hpp"
#include "protocol/outbound_rules.hpp"

#include <array>
#include <optional>
#include <string>

namespace ringmaster {

using text = std::optional<std::string>;
/// There is one, and it is not empty.
[[nodiscard]] inline bool given(const text& t) noexcept { return t && !t->empty(); }
using maybe_uuid = std::optional<uuid>;
using maybe_time = std::optional<time_point>;

/// A customer has number_1 … number_8.
inline constexpr std::size_t numbers_per_entry = 8;

// --- plan ---------------------------------------------------------------------------------------------------

struct plan {
  uuid id;
  text name, detail;
  std::string tech_name{"SIP"};
  text trunk_name;
  std::int64_t dial_mode{0};
  std::int64_t dial_timeout{30'000}; // ms
  std::int64_t dl_end_handle{1};
  std::int64_t retry_delay{60}; // s
  text caller_id;
  std::int64_t service_level{0};
  text early_media, codecs;
  std::optional<variables> vars;
  std::array<std::int64_t, numbers_per_entry> max_retry_cnt{5, 5, 5, 5, 5, 5, 5, 5};
  std::int64_t in_use{1};
  maybe_time tm_create, tm_delete, tm_update;
  text pacing_method;
  // What is not set takes the jurisdiction's value, that of "US" when there is none.
  std::optional<double> abandon_limit; // share of live answers
  std::optional<std::int64_t> abandon_window_days;
  std::optional<std::int64_t> abandon_grace_ms;
  text jurisdiction;
  std::optional<std::int64_t> min_ring_seconds;
  std::optional<double> max_calls_per_agent;
  std::optional<std::int64_t> max_calls;
  text abandon_context, abandon_exten, abandon_priority;
  text abandon_group;
  bool give_up_ringing{true};
  bool local_no_optimize{false};
  text dialplan_context;
  std::optional<std::int64_t> agent_no_answer_limit{2}; // null: never
  bool allow_number_in_use{false};
};

inline constexpr auto plan_fields = field_table{
    field{1, "caller_id", &plan::caller_id, access::writable, "Caller id shown to the customer.", caller_id_rule},
    field{2, "codecs", &plan::codecs, access::writable, "Codecs of the call, separated by commas.", codecs_rule},
    field{3, "detail", &plan::detail, access::writable, "Detail.", detail_rule},
    field{4, "dial_mode", &plan::dial_mode, access::writable, "0 dials nothing, 1 dials. A campaign does not start with 0.", one_of_0_1},
    field{5, "dial_timeout", &plan::dial_timeout, access::writable, "Ringing timeout (ms).", dial_timeout_rule},
    field{6, "dl_end_handle", &plan::dl_end_handle, access::writable,
          "When the list is done: 0 keep the campaign started, 1 stop it.", one_of_0_1},
    field{7, "early_media", &plan::early_media, access::writable,
          "`\"true\"` bridges on early media, before anybody has answered. Refused (400) where a campaign's destination is a queue: "
          "Asterisk tells of an answer at the network's first tone then, and agents would get people who never answer.", early_media_rule},
    field{8, "in_use", &plan::in_use, access::read_only, "0 deleted, 1 in use."},
    field{9, "max_retry_cnt_1", element{&plan::max_retry_cnt, 0}, access::writable, "Most tries of number 1.", retry_count_rule},
    field{10, "max_retry_cnt_2", element{&plan::max_retry_cnt, 1}, access::writable, "Most tries of number 2.", retry_count_rule},
    field{11, "max_retry_cnt_3", element{&plan::max_retry_cnt, 2}, access::writable, "Most tries of number 3.", retry_count_rule},
    field{12, "max_retry_cnt_4", element{&plan::max_retry_cnt, 3}, access::writable, "Most tries of number 4.", retry_count_rule},
    field{13, "max_retry_cnt_5", element{&plan::max_retry_cnt, 4}, access::writable, "Most tries of number 5.", retry_count_rule},
    field{14, "max_retry_cnt_6", element{&plan::max_retry_cnt, 5}, access::writable, "Most tries of number 6.", retry_count_rule},
    field{15, "max_retry_cnt_7", element{&plan::max_retry_cnt, 6}, access::writable, "Most tries of number 7.", retry_count_rule},
    field{16, "max_retry_cnt_8", element{&plan::max_retry_cnt, 7}, access::writable, "Most tries of number 8.", retry_count_rule},
    field{17, "name", &plan::name, access::writable, "Name.", name_rule},
    field{18, "retry_delay", &plan::retry_delay, access::writable, "Seconds from a hangup to the next try.", retry_delay_rule},
    field{19, "service_level", &plan::service_level, access::writable,
          "Method `available` only: calls begun beyond (or, negative, below) the available agents; the other methods pass "
          "over it.",
          service_level_rule},
    field{20, "tech_name", &plan::tech_name, access::writable, "Channel technology, in any case.", technology_rule},
    field{21, "tm_create", &plan::tm_create, access::read_only, "Created at."},
    field{22, "tm_delete", &plan::tm_delete, access::read_only, "Deleted at."},
    field{23, "tm_update", &plan::tm_update, access::read_only, "Last changed at."},
    field{24, "trunk_name", &plan::trunk_name, access::writable, "Trunk that calls go out by.", channel_name_rule},
    field{25, "uuid", &plan::id, access::read_only, "Plan uuid."},
    field{26, "variables", &plan::vars, access::writable, "Variables set on the channel.", variables_rule},
    field{27, "pacing_method", &plan::pacing_method, access::writable,
          "How many calls to begin; null is `predictive`.", pacing_method_rule},
    field{28, "abandon_limit", &plan::abandon_limit, access::writable,
          "Most abandoned calls, as a **share** of the live answers, not in percent: `0.03` is 3 %, `0` not one.", abandon_limit_rule},
    field{29, "abandon_window_days", &plan::abandon_window_days, access::writable,
          "Days over which the limit holds, today included.", window_days_rule},
    field{30, "abandon_grace_ms", &plan::abandon_grace_ms, access::writable,
          "How long a live answer may wait for an agent before it counts as abandoned (ms).", grace_rule},
    field{31, "jurisdiction", &plan::jurisdiction, access::writable,
          "Whose rules fill in what is null: `US`, `UK` or `own`; null is `US`.", jurisdiction_rule},
    field{32, "min_ring_seconds", &plan::min_ring_seconds, access::writable,
          "A call rings at least this long before it is given up: `dial_timeout` may not be shorter.", min_ring_rule},
    field{33, "max_calls_per_agent", &plan::max_calls_per_agent, access::writable,
          "Most calls on the way for each logged-in agent; for the method `ratio`, calls for each free agent (null: 1). 0 "
          "or null: no bound.", calls_per_agent_rule},
    field{34, "max_calls", &plan::max_calls, access::writable, "Most calls on the way. 0 or null: no bound.", max_calls_rule},
    field{35, "abandon_context", &plan::abandon_context, access::writable,
          "Dialplan context that an abandoned call is sent to; null: it is hung up.", dialplan_name_rule},
    field{36, "abandon_exten", &plan::abandon_exten, access::writable, "Its extension; null is `s`. Only with `abandon_context`.", dialplan_name_rule},
    field{37, "abandon_priority", &plan::abandon_priority, access::writable, "Its priority or label; null is `1`. Only with `abandon_context`.", dialplan_name_rule},
    field{38, "abandon_group", &plan::abandon_group, access::writable,
          "Campaigns whose plans name the same group share one budget of abandoned calls.", group_rule},
    field{39, "give_up_ringing", &plan::give_up_ringing, access::writable,
          "A call that has rung for the minimum ring time (at least 15 s) may be hung up when it is too likely that no "
          "agent would be there for its answer; it counts as not answered. A fifth to a half of all calls end so, nearly "
          "all of which nobody would have answered; [what that costs and brings](pacing.md#giving-up-a-call-that-rings). "
          "`predictive` alone does so, and not with an `abandon_limit` of 0."},
    field{40, "local_no_optimize", &plan::local_no_optimize, access::writable,
          "Technology Local only: `/n` is added to the channel, so that Asterisk never leaves it out of the call. Not "
          "needed for the calls to be followed."},
    field{41, "dialplan_context", &plan::dialplan_context, access::writable,
          "Destinations of `type` 1 only: dialplan context whose extension `s` runs the application, so that [calls can "
          "be transferred](#which-calls-can-be-transferred); null: the application runs without a dialplan.", dialplan_name_rule},
    field{42, "allow_number_in_use", &plan::allow_number_in_use, access::writable,
          "A number is dialed although another call to the same telephone is up. False: one telephone rings once, in "
          "however many entries, lists and campaigns its number stands; [what the same telephone "
          "is](dial-lists.md#one-telephone-rings-once)."},
    field{43, "agent_no_answer_limit", &plan::agent_no_answer_limit, access::writable,
          "Calls in a row that an agent may leave unanswered before he is paused in all his queues, with the reason "
          "\"does not answer\", until he or somebody else ends the pause; null: he never is. [What becomes of agents who "
          "do not answer](pacing.md#agents-who-do-not-answer).", no_answer_limit_rule}};

/// Whether Asterisk is to treat the network's tones and announcements before the answer as the answer: it tells of a success
/// then (OriginateResponse, DialEnd) when there is none yet, and may never be.
[[nodiscard]] bool asks_for_early_media(const plan& p) noexcept;

/// What no single field can say: `dial_timeout` has to leave a call the ring time that `min_ring_seconds`, or a
/// named jurisdiction, asks for; an extension for abandoned calls needs a context.
[[nodiscard]] std::optional<error> validate(const plan& p);

// --- destination --------------------------------------------------------------------------------------------

struct destination {
  uuid id;
  text name, detail;
  std::int64_t type{0}; // 0 extension, 1 application
  text application, data, context, exten, priority;
  std::optional<variables> vars;
  std::int64_t in_use{1};
  maybe_time tm_create, tm_delete, tm_update;
  text queues;
};

inline constexpr auto destination_fields = field_table{
    field{1, "application", &destination::application, access::writable, "Application (`type` 1).", application_rule},
    field{2, "context", &destination::context, access::writable, "Dialplan context (`type` 0).", dialplan_name_rule},
    field{3, "data", &destination::data, access::writable, "Application data (`type` 1).", application_data_rule},
    field{4, "detail", &destination::detail, access::writable, "Detail.", detail_rule},
    field{5, "exten", &destination::exten, access::writable, "Dialplan extension (`type` 0).", dialplan_name_rule},
    field{6, "in_use", &destination::in_use, access::read_only, "0 deleted, 1 in use."},
    field{7, "name", &destination::name, access::writable, "Name.", name_rule},
    field{8, "priority", &destination::priority, access::writable, "Dialplan priority or label (`type` 0).", dialplan_name_rule},
    field{9, "tm_create", &destination::tm_create, access::read_only, "Created at."},
    field{10, "tm_delete", &destination::tm_delete, access::read_only, "Deleted at."},
    field{11, "tm_update", &destination::tm_update, access::read_only, "Last changed at."},
    field{12, "type", &destination::type, access::writable, "0 extension, 1 application.", one_of_0_1},
    field{13, "uuid", &destination::id, access::read_only, "Destination uuid."},
    field{14, "variables", &destination::vars, access::writable, "Variables set on the channel.", variables_rule},
    field{15, "queues", &destination::queues, access::writable,
          "`type` 0: name of the queue that the extension leads to. Calls are then begun for its agents, as for a "
          "destination of `type` 1 that is that queue; without it the extension takes any number of calls.", queue_name_rule}};

/// What no single field can say: `data` has to suit `application`. A queue has a name, without blanks around it;
/// sounds are looked for in Asterisk's folder of sounds and nowhere else; and of a queue's arguments those that
/// run programs are refused.
[[nodiscard]] std::optional<error> validate(const destination& d);

/// The queue whose agents answered calls are for; empty: none that is known.
[[nodiscard]] std::string agent_queue(const destination& d);

/// Says what an answered call needs and `d` lacks; nothing when it can take calls.
[[nodiscard]] std::optional<std::string> unusable(const destination& d);

// --- dlma ---------------------------------------------------------------------------------------------------

struct dlma {
  uuid id;
  text name, detail;
  std::string dl_table; // the uuid with '_' for '-'
  std::optional<variables> vars;
  std::int64_t in_use{1};
  maybe_time tm_create, tm_delete, tm_update;
  std::string number_kind{"number"}; // see written_number.hpp
};

inline constexpr auto dlma_fields = field_table{
    field{1, "detail", &dlma::detail, access::writable, "Detail.", detail_rule},
    field{2, "dl_table", &dlma::dl_table, access::read_only, "Name of the list's table."},
    field{3, "in_use", &dlma::in_use, access::read_only, "0 deleted, 1 in use."},
    field{4, "name", &dlma::name, access::writable, "Name.", name_rule},
    field{5, "tm_create", &dlma::tm_create, access::read_only, "Created at."},
    field{6, "tm_delete", &dlma::tm_delete, access::read_only, "Deleted at."},
    field{7, "tm_update", &dlma::tm_update, access::read_only, "Last changed at."},
    field{8, "uuid", &dlma::id, access::read_only, "Dial list master uuid."},
    field{9, "variables", &dlma::vars, access::writable, "Variables set on the channel.", variables_rule},
    field{10, "number_kind", &dlma::number_kind, access::writable,
          "What its entries' numbers are: `number`, telephone numbers; `name`, names of any kind too, such as SIP users. "
          "See [Numbers](dial-lists.md#numbers).", number_kind_rule}};

// --- dl (dial list entry) -----------------------------------------------------------------------------------

/// What an entry's `status` says.
inline constexpr std::int64_t dl_idle = 0, dl_dialing = 1, dl_reserved = 2;

/// Its numbers are what `read_number` (written_number.hpp) made of what came, by the list's `number_kind`.
struct dl {
  uuid id;
  text name, detail;
  std::int64_t status{dl_idle};
  uuid dlma_uuid;
  text email;
  std::array<text, numbers_per_entry> number;
  std::array<std::int64_t, numbers_per_entry> trycnt{};
  std::int64_t numbers_unknown{0}; ///< bit i: number_(i+1) does not exist, says the network
  maybe_uuid dialing_camp_uuid, dialing_plan_uuid, dialing_uuid;
  std::int64_t res_dial{0};
  text res_dial_detail;
  std::int64_t res_hangup{0};
  text res_hangup_detail;
  text resv_target, ukey;
  std::optional<variables> vars;
  std::int64_t in_use{1};
  maybe_time tm_create, tm_delete, tm_last_dial, tm_last_hangup, tm_update;
};

inline constexpr auto dl_fields = field_table{
    field{1, "detail", &dl::detail, access::writable, "Detail.", detail_rule},
    field{2, "dialing_camp_uuid", &dl::dialing_camp_uuid, access::read_only, "Campaign that is dialing it now."},
    field{3, "dialing_plan_uuid", &dl::dialing_plan_uuid, access::read_only, "Plan that it is dialed by now."},
    field{4, "dialing_uuid", &dl::dialing_uuid, access::read_only, "Its dialing now."},
    field{5, "dlma_uuid", &dl::dlma_uuid, access::writable, "The list it belongs to.", list_rule},
    field{6, "email", &dl::email, access::writable, "E-mail address.", name_rule},
    field{7, "in_use", &dl::in_use, access::read_only, "0 deleted, 1 in use."},
    field{8, "name", &dl::name, access::writable, "Name.", name_rule},
    field{9, "number_1", element{&dl::number, 0}, access::writable, "Contact number 1, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{10, "number_2", element{&dl::number, 1}, access::writable, "Contact number 2, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{11, "number_3", element{&dl::number, 2}, access::writable, "Contact number 3, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{12, "number_4", element{&dl::number, 3}, access::writable, "Contact number 4, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{13, "number_5", element{&dl::number, 4}, access::writable, "Contact number 5, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{14, "number_6", element{&dl::number, 5}, access::writable, "Contact number 6, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{15, "number_7", element{&dl::number, 6}, access::writable, "Contact number 7, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{16, "number_8", element{&dl::number, 7}, access::writable, "Contact number 8, stored as it is dialed; see [Numbers](dial-lists.md#numbers).", written_number_rule},
    field{17, "res_dial", &dl::res_dial, access::writable, "Result of the last dialing, in the codes of Asterisk's control frames.",
          res_dial_rule},
    field{18, "res_dial_detail", &dl::res_dial_detail, access::writable, "The same in words.", outcome_rule},
    field{19, "res_hangup", &dl::res_hangup, access::writable, "Hangup cause of the last dialing.", hangup_cause_rule},
    field{20, "res_hangup_detail", &dl::res_hangup_detail, access::writable, "The same in words.", outcome_rule},
    field{21, "resv_target", &dl::resv_target, access::writable, "Reserved target.", name_rule},
    field{22, "status", &dl::status, access::writable, "0 idle, 1 dialing, 2 reserved for preview.", dl_status_rule},
    field{23, "tm_create", &dl::tm_create, access::read_only, "Created at."},
    field{24, "tm_delete", &dl::tm_delete, access::read_only, "Deleted at."},
    field{25, "tm_last_dial", &dl::tm_last_dial, access::writable, "Last dialed at."},
    field{26, "tm_last_hangup", &dl::tm_last_hangup, access::writable, "Last hung up at."},
    field{27, "tm_update", &dl::tm_update, access::read_only, "Last changed by a caller at."},
    field{28, "trycnt_1", element{&dl::trycnt, 0}, access::writable, "Tries of number 1.", try_count_rule},
    field{29, "trycnt_2", element{&dl::trycnt, 1}, access::writable, "Tries of number 2.", try_count_rule},
    field{30, "trycnt_3", element{&dl::trycnt, 2}, access::writable, "Tries of number 3.", try_count_rule},
    field{31, "trycnt_4", element{&dl::trycnt, 3}, access::writable, "Tries of number 4.", try_count_rule},
    field{32, "trycnt_5", element{&dl::trycnt, 4}, access::writable, "Tries of number 5.", try_count_rule},
    field{33, "trycnt_6", element{&dl::trycnt, 5}, access::writable, "Tries of number 6.", try_count_rule},
    field{34, "trycnt_7", element{&dl::trycnt, 6}, access::writable, "Tries of number 7.", try_count_rule},
    field{35, "trycnt_8", element{&dl::trycnt, 7}, access::writable, "Tries of number 8.", try_count_rule},
    field{36, "ukey", &dl::ukey, access::writable, "Key of the user's own.", name_rule},
    field{37, "uuid", &dl::id, access::read_only, "Dial list entry uuid."},
    field{38, "variables", &dl::vars, access::writable, "Variables set on the channel.", variables_rule},
    field{39, "numbers_unknown", &dl::numbers_unknown, access::writable,
          "Numbers that do not exist, as the network says, and are not dialed again: the sum of 1 for number_1, 2 for "
          "number_2, 4 for number_3 … 128.", numbers_unknown_rule}};

// --- campaign -----------------------------------------------------------------------------------------------

/// A campaign's `status`, in the reference's numbers.
enum class campaign_status : std::int64_t {
  stopped = 0,
  started = 1,
  paused = 2,
  stopping = 10,
  starting = 11,
  pausing = 12,
  force_stopping = 30,
};

struct campaign {
  uuid id;
  text name, detail;
  std::int64_t status{0};
  maybe_uuid plan, dlma, dest;
  std::optional<variables> vars;
  maybe_uuid next_campaign;
  std::int64_t sc_mode{0}; // 0 off, 1 on
  text sc_time_start, sc_time_end, sc_date_start, sc_date_end, sc_date_list, sc_date_list_except, sc_day_list;
  std::int64_t in_use{1};
  maybe_time tm_create, tm_delete, tm_update;
  text sc_timezone;
  std::int64_t weight{1};
};

inline constexpr auto campaign_fields = field_table{
    field{1, "dest", &campaign::dest, access::writable, "Destination uuid."},
    field{2, "detail", &campaign::detail, access::writable, "Detail.", detail_rule},
    field{3, "dlma", &campaign::dlma, access::writable, "Dial list master uuid."},
    field{4, "in_use", &campaign::in_use, access::read_only, "0 deleted, 1 in use."},
    field{5, "name", &campaign::name, access::writable, "Name.", name_rule},
    field{6, "next_campaign", &campaign::next_campaign, access::writable, "Campaign that starts when this one's list is done."},
    field{7, "plan", &campaign::plan, access::writable, "Plan uuid."},
    field{8, "sc_date_end", &campaign::sc_date_end, access::writable, "Last date, `YYYY-MM-DD`; included; not before `sc_date_start`.", date_rule},
    field{9, "sc_date_list", &campaign::sc_date_list, access::writable, "Dates `YYYY-MM-DD`, separated by commas.", date_list_rule},
    field{10, "sc_date_list_except", &campaign::sc_date_list_except, access::writable, "Dates left out, separated by commas.", date_list_rule},
    field{11, "sc_date_start", &campaign::sc_date_start, access::writable, "First date, `YYYY-MM-DD`.", date_rule},
    field{12, "sc_day_list", &campaign::sc_day_list, access::writable, "Days of the week, 0 Sunday to 6 Saturday, separated by commas.", day_list_rule},
    field{13, "sc_mode", &campaign::sc_mode, access::writable, "Schedule: 0 off, 1 on.", one_of_0_1},
    field{14, "sc_time_end", &campaign::sc_time_end, access::writable, "Time of day when dialing ends, `hh:mm:ss`; `hh:mm` is taken too.", clock_time_rule},
    field{15, "sc_time_start", &campaign::sc_time_start, access::writable, "Time of day when dialing begins, `hh:mm:ss`; `hh:mm` is taken too.", clock_time_rule},
    field{16, "status", &campaign::status, access::writable,
          "0 stop, 1 start, 2 pause, 30 stop by hanging up; 10, 11 and 12 are shown on the way.", campaign_status_rule},
    field{17, "tm_create", &campaign::tm_create, access::read_only, "Created at."},
    field{18, "tm_delete", &campaign::tm_delete, access::read_only, "Deleted at."},
    field{19, "tm_update", &campaign::tm_update, access::read_only, "Last changed at."},
    field{20, "uuid", &campaign::id, access::read_only, "Campaign uuid."},
    field{21, "variables", &campaign::vars, access::writable, "Variables set on the channel.", variables_rule},
    field{22, "sc_timezone", &campaign::sc_timezone, access::writable,
          "Time zone of the schedule, as in the IANA database; null is the configured `timezone`, UTC unless set.", timezone_rule},
    field{23, "weight", &campaign::weight, access::writable,
          "Its share of the calls where several campaigns want the same agents: 2 begins twice as many as 1. [How they "
          "share](pacing.md#several-campaigns).", weight_rule}};

// --- dialing ------------------------------------------------------------------------------------------------

/// A dialing's `status`, in the reference's numbers.
enum class dialing_status : std::int64_t {
  none = 0,
  originate_sent = 1,
  originate_queued = 2,
  dial_begin = 3,
  channel_created = 4,
  dial_end = 5,
  originate_responded = 6,
  hangup = 7,
  failed = 10,
  originate_failed = 11,
  originate_queue_failed = 12,
  originate_response_failed = 13,
};

/// One call begun. Keeps campaign, plan, destination, dlma and dl as they were then (capsulation): the first
/// four are shared texts in the capsule table, referred to by `capsule_*`; the entry is kept as a record.
struct dialing {
  uuid id;
  uuid action_id;
  text channel;
  std::int64_t status{0};
  std::int64_t res_dial{0};
  text res_dial_detail;
  std::int64_t res_hangup{0};
  text res_hangup_detail;
  std::string dial_channel, dial_addr;
  text dial_application, dial_data, dial_context, dial_exten, dial_priority;
  std::int64_t dial_type{0}, dial_timeout{0}, dial_index{0}, dial_trycnt{0};
  variables dial_variables;
  uuid uuid_camp, uuid_dest, uuid_dl_list, uuid_dlma, uuid_plan;
  json_text info_camp, info_dest, info_dial, info_dl_list, info_dlma, info_plan; // filled when read
  maybe_time tm_create, tm_delete, tm_update;
  // kept, not shown
  uuid other_channel_id;                                           // second half of a Local channel
  uuid capsule_camp, capsule_dest, capsule_dlma, capsule_plan;     // keys of the capsule table
  std::string dl_record;                                           // the entry's record as it was
  std::string pbx;                                                 // name of the Asterisk server
  std::int64_t counted{0};                                         // 1: is among the live answers of its day
  std::int64_t early_media{0};                                     // 1: see `asks_for_early_media`
  text name;                                                       // the result line's "name", null as the reference's
};

inline constexpr auto dialing_fields = field_table{
    field{1, "action_id", &dialing::action_id, access::read_only, "ActionID of the Originate."},
    field{2, "channel", &dialing::channel, access::read_only, "Channel name, once there is one."},
    field{3, "dial_addr", &dialing::dial_addr, access::read_only, "Number dialed."},
    field{4, "dial_application", &dialing::dial_application, access::read_only, "Destination's application."},
    field{5, "dial_channel", &dialing::dial_channel, access::read_only, "Technology and number dialed."},
    field{6, "dial_context", &dialing::dial_context, access::read_only, "Destination's context."},
    field{7, "dial_data", &dialing::dial_data, access::read_only, "Destination's application data."},
    field{8, "dial_exten", &dialing::dial_exten, access::read_only, "Destination's extension."},
    field{9, "dial_index", &dialing::dial_index, access::read_only, "Which of the customer's numbers."},
    field{10, "dial_priority", &dialing::dial_priority, access::read_only, "Destination's priority."},
    field{11, "dial_timeout", &dialing::dial_timeout, access::read_only, "Ringing timeout (ms)."},
    field{12, "dial_trycnt", &dialing::dial_trycnt, access::read_only, "Which try of this number."},
    field{13, "dial_type", &dialing::dial_type, access::read_only, "0 extension, 1 application."},
    field{14, "dial_variables", &dialing::dial_variables, access::read_only, "Variables of campaign, plan, destination, dlma and dl; the later one wins."},
    field{15, "info_camp", &dialing::info_camp, access::shown_only, "The campaign as it was."},
    field{16, "info_dest", &dialing::info_dest, access::shown_only, "The destination as it was."},
    field{17, "info_dial", &dialing::info_dial, access::shown_only, "What was dialed."},
    field{18, "info_dl_list", &dialing::info_dl_list, access::shown_only, "The entry as it was."},
    field{19, "info_dlma", &dialing::info_dlma, access::shown_only, "The dlma as it was."},
    field{20, "info_plan", &dialing::info_plan, access::shown_only, "The plan as it was."},
    field{21, "res_dial", &dialing::res_dial, access::read_only, "What the far end did."},
    field{22, "res_dial_detail", &dialing::res_dial_detail, access::read_only, "The same in words."},
    field{23, "res_hangup", &dialing::res_hangup, access::read_only, "Hangup cause."},
    field{24, "res_hangup_detail", &dialing::res_hangup_detail, access::read_only, "The same in words."},
    field{25, "status", &dialing::status, access::read_only, "How far the call has come."},
    field{26, "tm_create", &dialing::tm_create, access::read_only, "Begun at."},
    field{27, "tm_delete", &dialing::tm_delete, access::read_only, "Removed at."},
    field{28, "tm_update", &dialing::tm_update, access::read_only, "Last event at."},
    field{29, "uuid", &dialing::id, access::read_only, "Dialing uuid, and unique id of its channel."},
    field{30, "uuid_camp", &dialing::uuid_camp, access::read_only, "Campaign."},
    field{31, "uuid_dest", &dialing::uuid_dest, access::read_only, "Destination."},
    field{32, "uuid_dl_list", &dialing::uuid_dl_list, access::read_only, "Dial list entry."},
    field{33, "uuid_dlma", &dialing::uuid_dlma, access::read_only, "Dial list master."},
    field{34, "uuid_plan", &dialing::uuid_plan, access::read_only, "Plan."},
    field{35, "pbx", &dialing::pbx, access::read_only, "Asterisk server that carries the call."},
    field{36, "other_channel_id", &dialing::other_channel_id, access::stored_only, ""},
    field{37, "capsule_camp", &dialing::capsule_camp, access::stored_only, ""},
    field{38, "capsule_dest", &dialing::capsule_dest, access::stored_only, ""},
    field{39, "capsule_dlma", &dialing::capsule_dlma, access::stored_only, ""},
    field{40, "capsule_plan", &dialing::capsule_plan, access::stored_only, ""},
    field{41, "dl_record", &dialing::dl_record, access::stored_only, ""},
    field{42, "counted", &dialing::counted, access::stored_only, ""},
    field{43, "early_media", &dialing::early_media, access::stored_only, ""}};

/// The line of the result file that is written when a dialing ends, in the reference's order.
inline constexpr auto result_line_fields = field_table{
    field{1, "uuid", &dialing::id, access::read_only, "Dialing uuid."},
    field{2, "name", &dialing::name, access::read_only, "Always null."},
    field{3, "res_hangup_detail", &dialing::res_hangup_detail, access::read_only, ""},
    field{4, "status", &dialing::status, access::read_only, ""},
    field{5, "action_id", &dialing::action_id, access::read_only, ""},
    field{6, "res_dial_detail", &dialing::res_dial_detail, access::read_only, ""},
    field{7, "dial_addr", &dialing::dial_addr, access::read_only, ""},
    field{8, "res_dial", &dialing::res_dial, access::read_only, ""},
    field{9, "tm_update", &dialing::tm_update, access::read_only, ""},
    field{10, "res_hangup", &dialing::res_hangup, access::read_only, ""},
    field{11, "uuid_camp", &dialing::uuid_camp, access::read_only, ""},
    field{12, "uuid_plan", &dialing::uuid_plan, access::read_only, ""},
    field{13, "uuid_dest", &dialing::uuid_dest, access::read_only, ""},
    field{14, "dial_data", &dialing::dial_data, access::read_only, ""},
    field{15, "uuid_dlma", &dialing::uuid_dlma, access::read_only, ""},
    field{16, "dial_channel", &dialing::dial_channel, access::read_only, ""},
    field{17, "uuid_dl_list", &dialing::uuid_dl_list, access::read_only, ""},
    field{18, "tm_create", &dialing::tm_create, access::read_only, ""},
    field{19, "dial_trycnt", &dialing::dial_trycnt, access::read_only, ""},
    field{20, "dial_application", &dialing::dial_application, access::read_only, ""},
    field{21, "dial_type", &dialing::dial_type, access::read_only, ""},
    field{22, "dial_index", &dialing::dial_index, access::read_only, ""},
    field{23, "dial_timeout", &dialing::dial_timeout, access::read_only, ""},
    field{24, "dial_exten", &dialing::dial_exten, access::read_only, ""},
    field{25, "tm_delete", &dialing::tm_delete, access::read_only, ""}};

/// What a `res_dial` code means, in the reference's words ("Remote end has answered"); empty when unknown.
[[nodiscard]] std::string_view res_dial_text(std::int64_t code) noexcept;

/// "PJSIP/300@trunk", or without a trunk "PJSIP/300".
[[nodiscard]] std::string dial_channel(std::string_view technology, std::string_view number,
                                       const text& trunk);

/// campaign → plan → destination → dlma → dl: the later one wins.
[[nodiscard]] variables merge_variables(std::initializer_list<const std::optional<variables>*> from);

} // namespace ringmaster
