// SPDX-License-Identifier: Apache-2.0
/// What values of the outbound resources must be beyond their type. Anything that reaches Asterisk has an
/// allow-list: a `&` in a dial string forks another leg, and some applications run programs.
#pragma once

#include "protocol/constraint.hpp"

#include <array>
#include <string>
#include <string_view>

namespace ringmaster {

// --- values that are one of some
// ----------------------------------------------------------------------------------------------------

inline constexpr std::array<std::string_view, 5> technologies{"SIP", "PJSIP", "DAHDI", "IAX2", "Local"};
inline constexpr std::array<std::string_view, 3> early_media_texts{"true", "false", ""};
inline constexpr std::array<std::string_view, 4> pacing_methods{"predictive", "progressive", "available", "ratio"};
inline constexpr std::array<std::string_view, 3> jurisdictions{"US", "UK", "own"};
inline constexpr std::array<std::string_view, 2> number_kinds{"number", "name"};
/// The applications that a destination may name, in any case. With the data that `validate` of a destination takes,
/// none of them runs a program, reads or writes a file of the caller's choice, or begins another call.
inline constexpr std::array<std::string_view, 24> applications{
    "",         "answer",     "background",  "busy", "confbridge", "congestion", "directory", "echo",
    "festival", "hangup",     "milliwatt",   "musiconhold", "noop", "park",      "parkedcall", "playback",
    "playtones", "progress",  "proceeding",  "queue", "ringing",   "saydigits",  "voicemail", "wait"};
inline constexpr std::array<std::int64_t, 2> off_and_on{0, 1};
inline constexpr std::array<std::int64_t, 3> entry_statuses{0, 1, 2};
inline constexpr std::array<std::int64_t, 7> campaign_statuses{0, 1, 2, 10, 11, 12, 30};

// --- what the fields' values must be
// ----------------------------------------------------------------------------------------------------

// Free text is bounded, too: an entry is copied with each of its calls, and there are millions.
inline constexpr constraint name_rule{.bytes = 255};
inline constexpr constraint detail_rule{.bytes = 4'096};
inline constexpr constraint outcome_rule{.bytes = 1'024};
inline constexpr constraint one_of_0_1{.integers = off_and_on};
inline constexpr constraint dial_timeout_rule{.least = 1'000, .most = 600'000, .unit = "ms"};
inline constexpr constraint retry_delay_rule{.least = 0, .most = 31'536'000, .unit = "s"};
inline constexpr constraint retry_count_rule{.least = 0, .most = 1'000};
inline constexpr constraint try_count_rule{.least = 0, .most = 65'535};
inline constexpr constraint service_level_rule{.least = -100'000, .most = 100'000};
inline constexpr constraint numbers_unknown_rule{.least = 0, .most = 255};
inline constexpr constraint res_dial_rule{.least = 0, .most = 34, .says = "a control frame's code, from 0 to 34"};
inline constexpr constraint hangup_cause_rule{.least = 0, .most = 127, .says = "a hangup cause, from 0 to 127"};
inline constexpr constraint dl_status_rule{.integers = entry_statuses};
inline constexpr constraint campaign_status_rule{.integers = campaign_statuses, .says = "0, 1, 2 or 30"};
inline constexpr constraint technology_rule{.texts = technologies, .any_case = true};
inline constexpr constraint variables_rule{
    .fits_asterisk = true,
    .says = "variables of at most 1011 bytes each with their names, of which \\ \" , ( ) [ and ] take two: that is what Asterisk "
            "reads"};
inline constexpr constraint caller_id_rule{
    .bytes = 128, .marks = " \"<>+*#_.,()'/&-", .all_letters = true, .says = "like \"Name\" <number>, at most 128 bytes"};
inline constexpr constraint codecs_rule{.bytes = 128, .marks = "_,.- ", .says = "a list of codec names separated by commas"};
inline constexpr constraint early_media_rule{.texts = early_media_texts, .any_case = true, .says = "\"true\", \"false\" or empty"};
inline constexpr constraint channel_name_rule{.bytes = 80, .marks = "_.-"};
inline constexpr constraint pacing_method_rule{.texts = pacing_methods};
inline constexpr constraint abandon_limit_rule{
    .least = 0, .below = 1, .says = "a share of at least 0 and below 1 (0.03 is 3 %)"};
inline constexpr constraint window_days_rule{.least = 1, .most = 366, .unit = "days"};
inline constexpr constraint grace_rule{.least = 0, .most = 60'000, .unit = "ms"};
inline constexpr constraint jurisdiction_rule{.texts = jurisdictions};
inline constexpr constraint min_ring_rule{.least = 0, .most = 120, .unit = "s"};
inline constexpr constraint calls_per_agent_rule{.least = 0, .most = 1'000};
inline constexpr constraint max_calls_rule{.least = 0, .most = 1'000'000};
inline constexpr constraint no_answer_limit_rule{.least = 1, .most = 1'000, .says = "from 1 to 1000, or null"};
inline constexpr constraint weight_rule{.least = 1, .most = 1'000};
inline constexpr constraint group_rule{.bytes = 80, .marks = " _.-"};
inline constexpr constraint application_rule{
    .texts = applications,
    .any_case = true,
    .says = "an application that is safe to give a call to (queue, park, playback, confbridge, voicemail, echo, wait, …)"};
// Letters beyond ASCII are taken where people read or choose names: none of UTF-8's bytes for them is a character that Asterisk
// looks for.
inline constexpr constraint application_data_rule{.bytes = 255, .marks = " _.,:/@+*#&=^-", .all_letters = true};
inline constexpr constraint dialplan_name_rule{.bytes = 79, .marks = "_.+*#-"};
inline constexpr constraint queue_name_rule{
    .bytes = 79, .marks = " _.:/@+*#&=^-", .all_letters = true, .form = text_form::queue_name,
    .says = "a queue's name: letters, digits, blanks within it and _ . : / @ + * # & = ^ -, at most 79"};
inline constexpr constraint number_rule{
    .bytes = 64, .marks = "+*#_.-@", .form = text_form::dialed_number, .says = "letters, digits and + * # _ . - @, at most 64"};
inline constexpr constraint number_kind_rule{.texts = number_kinds};
/// Of numbers as they come: only the length.
inline constexpr constraint written_number_rule{.bytes = 128, .form = text_form::written_number, .says = "a telephone number, at most 128 bytes"};
inline constexpr constraint list_rule{.required = true};
inline constexpr constraint date_rule{.form = text_form::date, .says = "a date, YYYY-MM-DD"};
inline constexpr constraint date_list_rule{.bytes = 16'384, .form = text_form::dates, .says = "dates YYYY-MM-DD separated by commas"};
inline constexpr constraint day_list_rule{.bytes = 64, .form = text_form::days, .says = "days 0 (Sunday) to 6 separated by commas"};
inline constexpr constraint clock_time_rule{.form = text_form::clock_time, .says = "a time of day, hh:mm:ss or hh:mm"};
inline constexpr constraint timezone_rule{
    .bytes = 64, .marks = "_+/-", .form = text_form::time_zone, .says = "the name of a time zone, such as Europe/Berlin"};

/// Whether `applications` has it, in any case.
[[nodiscard]] bool is_allowed_application(std::string_view name) noexcept;

} // namespace ringmaster
