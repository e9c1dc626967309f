// SPDX-License-Identifier: Apache-2.0
#include "protocol/outbound_rules.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/jurisdiction.hpp"
#include "protocol/printable.hpp"
#include "protocol/unicode.hpp"
#include "protocol/written_number.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace ringmaster {
namespace {

using text = std::optional<std::string>;

bool is_alnum(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Null and empty are always fine; both mean "not set".
bool made_of(const text& v, std::string_view others, std::size_t most) noexcept {
  return !v || (v->size() <= most && std::all_of(v->begin(), v->end(), [&](char c) {
           return is_alnum(c) || others.find(c) != std::string_view::npos;
         }));
}

/// As `made_of`, with anything printable beyond ASCII.
bool made_of_letters(const text& v, std::string_view others, std::size_t most) noexcept {
  return !v || (v->size() <= most && is_printable(*v) && std::all_of(v->begin(), v->end(), [&](char c) {
           return is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || others.find(c) != std::string_view::npos;
         }));
}

std::string lower(std::string_view v) {
  std::string out{v};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<int> two_digits(std::string_view v, std::size_t at) noexcept {
  if (at + 2 > v.size() || v[at] < '0' || v[at] > '9' || v[at + 1] < '0' || v[at + 1] > '9')
    return std::nullopt;
  return (v[at] - '0') * 10 + (v[at + 1] - '0');
}

bool is_date_text(std::string_view v) noexcept {
  const auto century = two_digits(v, 0), year = two_digits(v, 2), month = two_digits(v, 5), day = two_digits(v, 8);
  if (v.size() != 10 || v[4] != '-' || v[7] != '-' || !century || !year || !month || !day)
    return false;
  return std::chrono::year_month_day{std::chrono::year{*century * 100 + *year},
                                     std::chrono::month{static_cast<unsigned>(*month)},
                                     std::chrono::day{static_cast<unsigned>(*day)}}
      .ok();
}

// Lower case.
constexpr std::array<std::string_view, 23> allowed_applications{
    "answer",   "background", "busy",       "confbridge", "congestion", "directory", "echo",
    "festival", "hangup",     "milliwatt",  "musiconhold", "noop",       "park",       "parkedcall", "playback",
    "playtones", "progress",  "proceeding", "queue",       "ringing",    "saydigits",  "voicemail", "wait"};

} // namespace

bool is_allowed_application(std::string_view name) noexcept {
  const auto folded = lower(name);
  return std::find(allowed_applications.begin(), allowed_applications.end(), folded) != allowed_applications.end();
}

namespace rules {

bool is_campaign_status(const std::int64_t& v) noexcept {
  return v == 0 || v == 1 || v == 2 || v == 10 || v == 11 || v == 12 || v == 30;
}

bool is_technology(const std::string& v) noexcept {
  const auto folded = lower(v);
  return folded == "sip" || folded == "pjsip" || folded == "dahdi" || folded == "iax2" || folded == "local";
}

bool is_caller_id(const text& v) noexcept { return made_of_letters(v, " \"<>+*#_.,()'/&-", 128); }
bool is_codec_list(const text& v) noexcept { return made_of(v, "_,.- ", 128); }
bool is_early_media(const text& v) noexcept {
  if (!v || v->empty())
    return true;
  const auto folded = lower(*v);
  return folded == "true" || folded == "false";
}
bool is_channel_name(const text& v) noexcept { return made_of(v, "_.-", 80); }
bool is_pacing_method(const text& v) noexcept {
  return !v || *v == "predictive" || *v == "progressive" || *v == "available" || *v == "ratio";
}
bool is_abandon_limit(const std::optional<double>& v) noexcept { return !v || (*v >= 0 && *v < 1); }
bool is_calls_per_agent(const std::optional<double>& v) noexcept { return !v || (*v >= 0 && *v <= 1'000); }
bool is_jurisdiction(const text& v) noexcept { return !v || find_jurisdiction(*v); }
bool is_group(const text& v) noexcept { return made_of(v, " _.-", 80); }
bool is_application(const text& v) noexcept { return !v || v->empty() || is_allowed_application(*v); }
bool is_application_data(const text& v) noexcept { return made_of_letters(v, " _.,:/@+*#&=^-", 255); }
bool is_queue_name(const text& v) noexcept {
  return made_of_letters(v, " _.:/@+*#&=^-", 79) && (!v || v->empty() || (v->front() != ' ' && v->back() != ' '));
}
bool is_dialplan_name(const text& v) noexcept { return made_of(v, "_.+*#-", 79); }
bool is_number(const text& v) noexcept { return made_of(v, "+*#_.-@", 64) && (!v || v->find("..") == std::string::npos); }
bool is_number_kind(const std::string& v) noexcept { return number_kind_of(v).has_value(); }
bool may_be_number(const text& v) noexcept { return !v || v->size() <= 128; }
bool is_date(const text& v) noexcept { return !v || v->empty() || is_date_text(*v); }

bool is_date_list(const text& v) noexcept {
  if (!v || v->empty())
    return true;
  bool good = v->size() <= 16'384;
  split_list(*v, [&](std::string_view part) { good = good && is_date_text(part); });
  return good;
}

bool is_day_list(const text& v) noexcept {
  if (!v || v->empty())
    return true;
  bool good = v->size() <= 64;
  split_list(*v, [&](std::string_view part) { good = good && part.size() == 1 && part[0] >= '0' && part[0] <= '6'; });
  return good;
}

bool is_clock_time(const text& v) noexcept {
  if (!v || v->empty())
    return true;
  const auto hour = two_digits(*v, 0), minute = two_digits(*v, 3), second = two_digits(*v, 6);
  return v->size() == 8 && (*v)[2] == ':' && (*v)[5] == ':' && hour && minute && second && *hour < 24 &&
         *minute < 60 && *second < 60;
}

void tidy_clock_time(text& v) {
  if (!v)
    return;
  std::string tidy{trimmed(*v)};
  if (tidy.size() > 1 && tidy[1] == ':')
    tidy.insert(0, 1, '0');
  if (tidy.size() == 5)
    tidy.append(":00");
  v = std::move(tidy); // what is no time even so is refused by the rule
}

bool are_variables(const std::optional<variables>& v) noexcept {
  return !v || std::all_of(v->entries.begin(), v->entries.end(), [](const auto& one) {
    return ami::variable_line_size(one.first, one.second) <= ami::max_action_line;
  });
}

bool is_timezone(const text& v) noexcept { return made_of(v, "_+/-", 64) && (!v || v->find("//") == std::string::npos); }

} // namespace rules
} // namespace ringmaster
