// SPDX-License-Identifier: Apache-2.0
#include "protocol/text_form.hpp"

#include "protocol/unicode.hpp"

#include <chrono>
#include <optional>

namespace ringmaster {
namespace {

std::optional<int> two_digits(std::string_view v, std::size_t at) noexcept {
  if (at + 2 > v.size() || v[at] < '0' || v[at] > '9' || v[at + 1] < '0' || v[at + 1] > '9')
    return std::nullopt;
  return (v[at] - '0') * 10 + (v[at + 1] - '0');
}

bool is_date(std::string_view v) {
  const auto century = two_digits(v, 0), year = two_digits(v, 2), month = two_digits(v, 5), day = two_digits(v, 8);
  if (v.size() != 10 || v[4] != '-' || v[7] != '-' || !century || !year || !month || !day)
    return false;
  return std::chrono::year_month_day{std::chrono::year{*century * 100 + *year}, std::chrono::month{static_cast<unsigned>(*month)},
                                     std::chrono::day{static_cast<unsigned>(*day)}}
      .ok();
}

bool is_date_list(std::string_view v) {
  bool good = true;
  split_list(v, [&](std::string_view part) { good = good && is_date(part); });
  return good;
}

bool is_day_list(std::string_view v) {
  bool good = true;
  split_list(v, [&](std::string_view part) { good = good && part.size() == 1 && part[0] >= '0' && part[0] <= '6'; });
  return good;
}

bool is_clock_time(std::string_view v) {
  const auto hour = two_digits(v, 0), minute = two_digits(v, 3), second = two_digits(v, 6);
  return v.size() == 8 && v[2] == ':' && v[5] == ':' && hour && minute && second && *hour < 24 && *minute < 60 && *second < 60;
}

void tidy_clock_time(std::string& v) {
  std::string tidy{trimmed(v)};
  if (tidy.size() > 1 && tidy[1] == ':')
    tidy.insert(0, 1, '0');
  if (tidy.size() == 5)
    tidy.append(":00");
  v = std::move(tidy); // what is no time even so is refused
}

} // namespace

bool has_form(text_form form, std::string_view text) {
  switch (form) {
  case text_form::date: return is_date(text);
  case text_form::dates: return is_date_list(text);
  case text_form::days: return is_day_list(text);
  case text_form::clock_time: return is_clock_time(text);
  case text_form::time_zone: return text.find("//") == std::string_view::npos;
  case text_form::queue_name: return text.front() != ' ' && text.back() != ' ';
  case text_form::dialed_number: return text.find("..") == std::string_view::npos;
  case text_form::any:
  case text_form::written_number: return true;
  }
  return false;
}

void tidy(text_form form, std::string& text) {
  if (form == text_form::clock_time)
    tidy_clock_time(text);
}

} // namespace ringmaster
