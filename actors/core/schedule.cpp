// SPDX-License-Identifier: Apache-2.0
#include "actors/core/schedule.hpp"

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr seconds whole_day = hours{24};

/// Wall-clock time of some zone: nanoseconds since 1970-01-01 00:00 there.
using wall = std::chrono::local_time<nanoseconds>;

sys_days day_of(wall at) noexcept {
  return sys_days{std::chrono::floor<days>(at.time_since_epoch())};
}

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  unsigned value = 0;
  if (at + count > text.size())
    return std::nullopt;
  for (const auto c : text.substr(at, count)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<sys_days> read_date(std::string_view text) noexcept {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !year || !month || !day)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  return date.ok() ? std::optional{sys_days{date}} : std::nullopt;
}

std::optional<seconds> read_time(std::string_view text) noexcept {
  const auto h = digits(text, 0, 2), m = digits(text, 3, 2), s = digits(text, 6, 2);
  if (text.size() != 8 || text[2] != ':' || text[5] != ':' || !h || !m || !s || *h > 23 || *m > 59 || *s > 59)
    return std::nullopt;
  return seconds{*h * 3600 + *m * 60 + *s};
}

std::optional<error> read_dates(std::string_view field, const text& from, std::vector<sys_days>& into) {
  if (!given(from))
    return std::nullopt;
  bool good = true;
  split_list(*from, [&](std::string_view part) {
    const auto d = read_date(part);
    good = good && d;
    if (d)
      into.push_back(*d);
  });
  if (!good)
    return invalid_field(field, std::string{field} + " must be dates YYYY-MM-DD separated by commas");
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
  return std::nullopt;
}

} // namespace

result<schedule> schedule::compile(const campaign& c, const zone_rules& zones) {
  schedule s;
  const auto zone = given(c.sc_timezone) ? *c.sc_timezone : std::string{"UTC"};
  s.zone_ = zones.find(zone);
  if (c.sc_mode == 0)
    return s;
  if (c.sc_mode != 1)
    return invalid_field("sc_mode", "sc_mode must be 0 or 1");
  s.always_ = false;

  if (!s.zone_)
    return invalid_field("sc_timezone",
                         "sc_timezone: there is no time zone \"" + zone + "\" in this system's database");

  const auto read_one = [](std::string_view field, const text& from, auto read, auto& into,
                           std::string_view says) -> std::optional<error> {
    if (!given(from))
      return std::nullopt;
    const auto value = read(*from);
    if (!value)
      return invalid_field(field, std::string{field} + " must be " + std::string{says});
    into = *value;
    return std::nullopt;
  };
  constexpr std::string_view a_date = "a date, YYYY-MM-DD", a_time = "a time of day, hh:mm:ss";
  for (const auto& wrong : {read_one("sc_time_start", c.sc_time_start, read_time, s.from_, a_time),
                            read_one("sc_time_end", c.sc_time_end, read_time, s.until_, a_time),
                            read_one("sc_date_start", c.sc_date_start, read_date, s.first_, a_date),
                            read_one("sc_date_end", c.sc_date_end, read_date, s.last_, a_date),
                            read_dates("sc_date_list", c.sc_date_list, s.dates_),
                            read_dates("sc_date_list_except", c.sc_date_list_except, s.except_)})
    if (wrong)
      return *wrong;
  // Midnight as an end is the end of the day, not its beginning.
  if (s.until_ == seconds{0} && s.from_ > seconds{0})
    s.until_ = whole_day;
  if (s.until_ == s.from_) {
    s.from_ = seconds{0};
    s.until_ = whole_day;
  }

  if (given(c.sc_day_list)) {
    s.days_ = 0;
    bool good = true;
    split_list(*c.sc_day_list, [&](std::string_view part) {
      if (part.size() == 1 && part[0] >= '0' && part[0] <= '6')
        s.days_ = static_cast<std::uint8_t>(s.days_ | (1u << (part[0] - '0')));
      else
        good = false;
    });
    if (!good)
      return invalid_field("sc_day_list", "sc_day_list must be days 0 (Sunday) to 6 separated by commas");
  }
  s.only_listed_ = !s.dates_.empty() && !s.first_ && !s.last_ && !given(c.sc_day_list);
  return s;
}

bool schedule::listed(day d) const noexcept {
  return std::binary_search(dates_.begin(), dates_.end(), d);
}
bool schedule::excepted(day d) const noexcept {
  return std::binary_search(except_.begin(), except_.end(), d);
}

/// A date whose time window counts. Listed dates need none.
bool schedule::takes(day d) const noexcept {
  if (excepted(d) || listed(d) || only_listed_)
    return false;
  if ((first_ && d < *first_) || (last_ && d > *last_))
    return false;
  return (days_ >> std::chrono::weekday{d}.c_encoding() & 1u) != 0;
}

bool schedule::is_open(time_point now) const {
  if (always_)
    return true;
  const wall here{now.time_since_epoch() + zone_->offset_at(std::chrono::floor<seconds>(now))};
  const auto today = day_of(here);
  if (excepted(today))
    return false;
  if (listed(today))
    return true;
  const auto time = here.time_since_epoch() - today.time_since_epoch();
  if (from_ < until_)
    return takes(today) && time >= from_ && time < until_;
  return (takes(today) && time >= from_) || (takes(today - days{1}) && time < until_);
}

std::optional<time_point> schedule::next_change(time_point now) const {
  if (always_)
    return std::nullopt;
  const auto today = day_of(wall{now.time_since_epoch() + zone_->offset_at(std::chrono::floor<seconds>(now))});

  // Away from the dates that are named the picture repeats every week, and a clock change can swallow a
  // week's window once: what happens at all happens within 15 days of now or of a named date.
  constexpr days reach{15};
  std::vector<day> seeds{today};
  const auto seed = [&](day d) {
    if (d > today - reach)
      seeds.push_back(d);
  };
  if (first_)
    seed(*first_);
  if (last_)
    seed(*last_);
  for (const auto d : dates_)
    seed(d);
  for (const auto d : except_)
    seed(d);
  std::sort(seeds.begin(), seeds.end());

  const auto open_now = is_open(now);
  std::vector<time_point> instants;
  auto done = today - days{2};
  for (const auto s : seeds) {
    for (auto d = std::max(done + days{1}, std::max(s, today) - days{1}); d <= s + reach; d += days{1}) {
      done = d;
      instants.clear();
      for (const auto at : {seconds{0}, from_, until_}) {
        const auto shown = zone_->at_local(std::chrono::local_seconds{d.time_since_epoch() + at});
        instants.emplace_back(shown.earliest);
        if (shown.what == local_meaning::kind::repeated) {
          instants.emplace_back(*shown.transition);
          instants.emplace_back(shown.latest);
        }
      }
      std::sort(instants.begin(), instants.end());
      for (const auto t : instants)
        if (t > now && is_open(t) != open_now)
          return t;
    }
  }
  return std::nullopt;
}

std::int64_t schedule::date_number(time_point now) const {
  const auto offset = zone_ ? zone_->offset_at(std::chrono::floor<seconds>(now)) : seconds{0};
  return std::chrono::floor<days>(now.time_since_epoch() + offset).count();
}

} // namespace ringmaster::core
