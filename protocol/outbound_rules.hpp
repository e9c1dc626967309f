// SPDX-License-Identifier: Apache-2.0
/// What values of the outbound resources must be beyond their type. Anything that reaches Asterisk has an
/// allow-list: a `&` in a dial string forks another leg, and some applications run programs. Letters beyond ASCII
/// are taken where people read or choose names (caller id, application data): none of UTF-8's bytes for them is a
/// character that Asterisk looks for.
#pragma once

#include "protocol/fields.hpp"

#include <optional>
#include <string>

namespace ringmaster {

namespace rules {
template <std::int64_t Low, std::int64_t High>
[[nodiscard]] constexpr bool within(const std::int64_t& v) noexcept {
  return v >= Low && v <= High;
}
template <std::int64_t Low, std::int64_t High>
[[nodiscard]] constexpr bool none_or_within(const std::optional<std::int64_t>& v) noexcept {
  return !v || within<Low, High>(*v);
}
/// Free text is bounded, too: an entry is copied with each of its calls, and there are millions.
template <std::size_t Most>
[[nodiscard]] bool at_most(const std::optional<std::string>& v) noexcept {
  return !v || v->size() <= Most;
}
[[nodiscard]] bool is_abandon_limit(const std::optional<double>& v) noexcept;
[[nodiscard]] bool is_calls_per_agent(const std::optional<double>& v) noexcept;
[[nodiscard]] bool is_jurisdiction(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_group(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_campaign_status(const std::int64_t& v) noexcept;
[[nodiscard]] bool is_technology(const std::string& v) noexcept;
[[nodiscard]] bool is_caller_id(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_codec_list(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_early_media(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_channel_name(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_pacing_method(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_application(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_application_data(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_queue_name(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_dialplan_name(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_number(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_date(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_date_list(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_day_list(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_number_kind(const std::string& v) noexcept;
[[nodiscard]] bool may_be_number(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool is_clock_time(const std::optional<std::string>& v) noexcept;
/// 9:00, 09:00 and 9:00:00 become 09:00:00; blanks around go.
void tidy_clock_time(std::optional<std::string>& v);
[[nodiscard]] bool is_timezone(const std::optional<std::string>& v) noexcept;
[[nodiscard]] bool are_variables(const std::optional<variables>& v) noexcept;
} // namespace rules

using text_rule = rule<std::optional<std::string>>;
using integer_rule = rule<std::int64_t>;
using maybe_integer_rule = rule<std::optional<std::int64_t>>;
using maybe_number_rule = rule<std::optional<double>>;

inline constexpr text_rule name_rule{&rules::at_most<255>, "text of at most 255 bytes"};
inline constexpr text_rule detail_rule{&rules::at_most<4'096>, "text of at most 4096 bytes"};
inline constexpr text_rule outcome_rule{&rules::at_most<1'024>, "text of at most 1024 bytes"};
inline constexpr integer_rule one_of_0_1{&rules::within<0, 1>, "0 or 1"};
inline constexpr integer_rule dial_timeout_rule{&rules::within<1'000, 600'000>, "from 1000 to 600000 ms"};
inline constexpr integer_rule retry_delay_rule{&rules::within<0, 31'536'000>, "from 0 to 31536000 s"};
inline constexpr integer_rule retry_count_rule{&rules::within<0, 1'000>, "from 0 to 1000"};
inline constexpr integer_rule try_count_rule{&rules::within<0, 65'535>, "from 0 to 65535"};
inline constexpr integer_rule service_level_rule{&rules::within<-100'000, 100'000>, "from -100000 to 100000"};
inline constexpr integer_rule numbers_unknown_rule{&rules::within<0, 255>, "from 0 to 255"};
inline constexpr integer_rule res_dial_rule{&rules::within<0, 34>, "a control frame's code, from 0 to 34"};
inline constexpr integer_rule hangup_cause_rule{&rules::within<0, 127>, "a hangup cause, from 0 to 127"};
inline constexpr integer_rule dl_status_rule{&rules::within<0, 2>, "0, 1 or 2"};
inline constexpr integer_rule campaign_status_rule{&rules::is_campaign_status, "0, 1, 2 or 30"};
inline constexpr rule<std::string> technology_rule{&rules::is_technology, "SIP, PJSIP, DAHDI, IAX2 or Local"};
inline constexpr rule<std::optional<variables>> variables_rule{
    &rules::are_variables, "variables of at most 1011 bytes each with their names, of which \\ \" , ( ) [ and ] take two: that "
                           "is what Asterisk reads"};
inline constexpr text_rule caller_id_rule{&rules::is_caller_id, "like \"Name\" <number>, at most 128 bytes"};
inline constexpr text_rule codecs_rule{&rules::is_codec_list, "a list of codec names separated by commas"};
inline constexpr text_rule early_media_rule{&rules::is_early_media, "\"true\", \"false\" or empty"};
inline constexpr text_rule channel_name_rule{&rules::is_channel_name, "letters, digits, '_', '.' and '-', at most 80"};
inline constexpr text_rule pacing_method_rule{&rules::is_pacing_method, "predictive, progressive, available or ratio"};
inline constexpr maybe_number_rule abandon_limit_rule{&rules::is_abandon_limit, "a share of at least 0 and below 1 (0.03 is 3 %)"};
inline constexpr maybe_integer_rule window_days_rule{&rules::none_or_within<1, 366>, "from 1 to 366 days"};
inline constexpr maybe_integer_rule grace_rule{&rules::none_or_within<0, 60'000>, "from 0 to 60000 ms"};
inline constexpr text_rule jurisdiction_rule{&rules::is_jurisdiction, "US, UK or own"};
inline constexpr maybe_integer_rule min_ring_rule{&rules::none_or_within<0, 120>, "from 0 to 120 s"};
inline constexpr maybe_number_rule calls_per_agent_rule{&rules::is_calls_per_agent, "from 0 to 1000"};
inline constexpr maybe_integer_rule max_calls_rule{&rules::none_or_within<0, 1'000'000>, "from 0 to 1000000"};
inline constexpr maybe_integer_rule no_answer_limit_rule{&rules::none_or_within<1, 1'000>, "from 1 to 1000, or null"};
inline constexpr integer_rule weight_rule{&rules::within<1, 1'000>, "from 1 to 1000"};
inline constexpr text_rule group_rule{&rules::is_group, "letters, digits, blanks and _ . -, at most 80"};
inline constexpr text_rule application_rule{
    &rules::is_application,
    "an application that is safe to give a call to (queue, park, playback, confbridge, voicemail, echo, wait, …)"};
inline constexpr text_rule application_data_rule{
    &rules::is_application_data, "letters, digits, blanks and _ . , : / @ + * # & = ^ -, at most 255 bytes"};
inline constexpr text_rule dialplan_name_rule{&rules::is_dialplan_name, "letters, digits and _ . + * # -, at most 79"};
inline constexpr text_rule queue_name_rule{
    &rules::is_queue_name, "a queue's name: letters, digits, blanks within it and _ . : / @ + * # & = ^ -, at most 79"};
inline constexpr text_rule number_rule{&rules::is_number, "letters, digits and + * # _ . - @, at most 64"};
inline constexpr rule<std::string> number_kind_rule{&rules::is_number_kind, "number or name"};
/// Of numbers as they come, before `read_number` (written_number.hpp) makes them what `number_rule` takes: only the length.
inline constexpr text_rule written_number_rule{&rules::may_be_number, "a telephone number, at most 128 bytes"};
inline constexpr text_rule date_rule{&rules::is_date, "a date, YYYY-MM-DD"};
inline constexpr text_rule date_list_rule{&rules::is_date_list, "dates YYYY-MM-DD separated by commas"};
inline constexpr text_rule day_list_rule{&rules::is_day_list, "days 0 (Sunday) to 6 separated by commas"};
inline constexpr text_rule clock_time_rule{&rules::is_clock_time, "a time of day, hh:mm:ss or hh:mm", &rules::tidy_clock_time};
inline constexpr text_rule timezone_rule{&rules::is_timezone, "the name of a time zone, such as Europe/Berlin"};

/// The applications that a destination may name, in any case. With the data that `validate` of a destination takes,
/// none of them runs a program, reads or writes a file of the caller's choice, or begins another call.
[[nodiscard]] bool is_allowed_application(std::string_view name) noexcept;

/// Splits at commas and trims blanks; empty parts are kept.
template <class F>
void split_list(std::string_view list, F&& each) {
  for (;;) {
    const auto comma = list.find(',');
    auto part = list.substr(0, comma);
    while (!part.empty() && part.front() == ' ')
      part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ')
      part.remove_suffix(1);
    each(part);
    if (comma == std::string_view::npos)
      return;
    list.remove_prefix(comma + 1);
  }
}

} // namespace ringmaster
