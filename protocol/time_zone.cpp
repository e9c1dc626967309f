// SPDX-License-Identifier: Apache-2.0
#include "protocol/time_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace ringmaster {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr auto ever = std::numeric_limits<std::int64_t>::min(), never = std::numeric_limits<std::int64_t>::max();

/// The calendar repeats after 400 years, to the day of the week.
constexpr std::int64_t calendar_cycle = std::int64_t{146'097} * 86'400;

/// The footer's transitions are put into the table for these years, in which all look-ups that matter lie: to search a
/// table takes a small part of the time that it takes to count days.
constexpr int unrolled_from = 1900, unrolled_to = 2100;

/// No offset that RFC 9636 allows is further from UTC, either way (section 3.2: -24:59:59 to 25:59:59).
constexpr seconds furthest_offset = std::chrono::hours{26};
constexpr std::int32_t least_offset = -89'999, most_offset = 93'599;

constexpr std::size_t header_size = 44;
constexpr std::string_view magic = "TZif";

int year_of(std::int64_t at) noexcept {
  return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<days>(sys_seconds{seconds{at}})}.year());
}

/// 0 to the cycle's length.
std::int64_t in_cycle(std::int64_t at) noexcept {
  const auto rest = at % calendar_cycle;
  return rest < 0 ? rest + calendar_cycle : rest;
}

bool is_abbreviation_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

} // namespace

std::int64_t time_zone::yearly::in(int year) const noexcept {
  const std::chrono::year y{year};
  const sys_days new_year{y / std::chrono::January / 1};
  sys_days found{};
  switch (how) {
  case form::julian: found = new_year + days{day - 1 + (y.is_leap() && day >= 60 ? 1 : 0)}; break; // 29 February has no number
  case form::day: found = new_year + days{day}; break;
  case form::month_week_day: {
    const auto of_month = y / std::chrono::month{month};
    const std::chrono::weekday weekday{day};
    found = week == 5 ? sys_days{of_month / weekday[std::chrono::last]} : sys_days{of_month / weekday[week]};
    break;
  }
  }
  return std::chrono::duration_cast<seconds>(found.time_since_epoch()).count() + time;
}

/// Reads a TZif file into a `time_zone`.
class time_zone_reader {
public:
  time_zone_reader(std::string_view bytes, std::string_view file) : bytes_{bytes}, file_{file} {}

  result<time_zone> read() {
    auto first = read_header(0);
    if (!first)
      return first.error();
    const bool has_64_bits = first->version >= '2';
    std::size_t at = header_size;
    if (has_64_bits) {
      // The first block is for readers of version 1 alone; it may hold nothing.
      at += size_of(*first, 4);
      auto second = read_header(at);
      if (!second)
        return second.error();
      if (second->version != first->version)
        return fail(at + magic.size(), "its two headers are of different versions");
      first = second;
      at += header_size;
    }
    if (auto done = read_block(*first, at, has_64_bits ? 8 : 4); !done)
      return done.error();
    if (has_64_bits)
      if (auto done = read_footer(at + size_of(*first, 8)); !done)
        return done.error();
    zone_.follow_footer();
    return std::move(zone_);
  }

private:
  struct header {
    char version;
    std::uint64_t ut_indicators, standard_indicators, leaps, transitions, kinds, letters;
  };

  [[nodiscard]] error fail(std::size_t at, std::string_view what) const {
    return error{errc::malformed, fmt::format("{}: no time zone can be read from it: {} (byte {})", file_, what, at), {}};
  }

  [[nodiscard]] std::uint8_t byte(std::size_t at) const noexcept { return static_cast<std::uint8_t>(bytes_[at]); }

  /// Big-endian, two's complement.
  [[nodiscard]] std::int64_t number(std::size_t at, std::size_t size) const noexcept {
    auto value = static_cast<std::uint64_t>(byte(at) >= 0x80 ? -1 : 0);
    for (std::size_t i = 0; i < size; ++i)
      value = value << 8 | byte(at + i);
    return static_cast<std::int64_t>(value);
  }

  result<header> read_header(std::size_t at) const {
    if (bytes_.size() < header_size || at > bytes_.size() - header_size)
      return fail(bytes_.size(), "it ends within a header");
    if (bytes_.substr(at, magic.size()) != magic)
      return fail(at, "\"TZif\" is missing");
    header h{};
    h.version = bytes_[at + 4];
    if (h.version != '\0' && (h.version < '2' || h.version > '9'))
      return fail(at + 4, "the version is unknown");
    auto next = at + 20; // after 15 bytes that are reserved
    for (auto* count : {&h.ut_indicators, &h.standard_indicators, &h.leaps, &h.transitions, &h.kinds, &h.letters}) {
      *count = static_cast<std::uint64_t>(number(next, 4)) & 0xFFFF'FFFFu;
      next += 4;
    }
    const auto left = bytes_.size() - at - header_size;
    if (h.transitions > left || h.kinds > left || h.letters > left || h.leaps > left || h.ut_indicators > left ||
        h.standard_indicators > left || size_of(h, 4) > left)
      return fail(at + 20, "it is shorter than its header says");
    return h;
  }

  /// Of a block, without its header.
  static std::size_t size_of(const header& h, std::size_t time_size) noexcept {
    return h.transitions * (time_size + 1) + h.kinds * 6 + h.letters + h.leaps * (time_size + 4) + h.standard_indicators +
           h.ut_indicators;
  }

  result<void> read_block(const header& h, std::size_t at, std::size_t time_size) {
    if (size_of(h, time_size) > bytes_.size() - at)
      return fail(bytes_.size(), "it is shorter than its header says");
    if (h.leaps != 0)
      return fail(at, "it counts leap seconds, which the clocks of computers do not; take the file that is not below \"right\"");
    if (h.kinds == 0 || h.kinds > 256 || h.letters == 0)
      return fail(at, "it has no kind of local time, or more than 256");
    if ((h.ut_indicators != 0 && h.ut_indicators != h.kinds) || (h.standard_indicators != 0 && h.standard_indicators != h.kinds))
      return fail(at, "it has indicators for some kinds of local time alone");
    const auto types = at + h.transitions * time_size, kinds = types + h.transitions, letters = kinds + h.kinds * 6,
               standards = letters + h.letters, uts = standards + h.standard_indicators;
    for (std::size_t i = 0; i < h.transitions; ++i) {
      const auto when = number(at + i * time_size, time_size);
      if (i > 0 && when <= zone_.at_.back())
        return fail(at + i * time_size, "its transitions are not in order");
      if (byte(types + i) >= h.kinds)
        return fail(types + i, "a transition leads to a kind of local time that is not there");
      zone_.at_.push_back(when);
      zone_.after_.push_back(byte(types + i));
    }
    for (std::size_t i = 0; i < h.kinds; ++i) {
      const auto of = kinds + i * 6;
      time_zone::kind kind;
      const auto offset = number(of, 4);
      if (offset < least_offset || offset > most_offset)
        return fail(of, "an offset from UTC is out of bounds");
      kind.offset = static_cast<std::int32_t>(offset);
      if (byte(of + 4) > 1)
        return fail(of + 4, "a kind of local time is neither daylight-saving time nor standard time");
      kind.is_dst = byte(of + 4) == 1;
      const std::size_t begins = byte(of + 5);
      const auto all = bytes_.substr(letters, h.letters);
      const auto ends = begins < all.size() ? all.find('\0', begins) : std::string_view::npos;
      if (ends == std::string_view::npos)
        return fail(of + 5, "an abbreviation does not end where the abbreviations do");
      kind.abbreviation = all.substr(begins, ends - begins);
      if (!std::all_of(kind.abbreviation.begin(), kind.abbreviation.end(), is_abbreviation_letter))
        return fail(letters + begins, "an abbreviation holds something else than letters, digits and signs");
      zone_.kinds_.push_back(std::move(kind));
    }
    for (std::size_t i = 0; i < h.standard_indicators + h.ut_indicators; ++i)
      if (byte(standards + i) > 1)
        return fail(standards + i, "an indicator is neither 0 nor 1");
    for (std::size_t i = 0; i < h.ut_indicators; ++i)
      if (byte(uts + i) == 1 && (h.standard_indicators == 0 || byte(standards + i) == 0))
        return fail(uts + i, "a time is UTC and not standard time");
    return {};
  }

  // --- the footer, a POSIX TZ string between two newlines

  result<void> read_footer(std::size_t at) {
    if (at >= bytes_.size() || bytes_[at] != '\n')
      return fail(at, "the footer is missing");
    next_ = at + 1;
    end_ = bytes_.find('\n', next_);
    if (end_ == std::string_view::npos)
      return fail(bytes_.size(), "the footer is cut off");
    if (end_ + 1 != bytes_.size())
      return fail(end_ + 1, "something follows the footer");
    if (next_ == end_) // what holds after the last transition cannot be said like this
      return {};
    const auto wrong = [&] { return fail(next_, "the footer is no rule that POSIX knows"); };
    time_zone::kind standard, daylight;
    daylight.is_dst = true;
    if (!take_name(standard.abbreviation) || !take_offset(standard.offset))
      return wrong();
    if (next_ == end_) {
      settle_on(kind_of(std::move(standard)));
      return {};
    }
    if (!take_name(daylight.abbreviation))
      return wrong();
    daylight.offset = standard.offset + 3600;
    if (next_ < end_ && bytes_[next_] != ',' && !take_offset(daylight.offset))
      return wrong();
    if (daylight.offset > most_offset || standard.offset < least_offset)
      return wrong();
    time_zone::footer_rule rule;
    if (next_ == end_) { // what glibc and the tz code take, the rules of the United States
      using enum time_zone::yearly::form;
      rule.to_daylight = {month_week_day, 0, 3, 2, 7200};
      rule.to_standard = {month_week_day, 0, 11, 1, 7200};
    } else if (!take(',') || !take_yearly(rule.to_daylight) || !take(',') || !take_yearly(rule.to_standard) || next_ != end_) {
      return wrong();
    }
    rule.standard = kind_of(std::move(standard));
    rule.daylight = kind_of(std::move(daylight));
    zone_.footer_ = rule;
    return {};
  }

  [[nodiscard]] std::uint16_t kind_of(time_zone::kind wanted) {
    const auto at = std::find(zone_.kinds_.begin(), zone_.kinds_.end(), wanted);
    const auto index = static_cast<std::uint16_t>(at - zone_.kinds_.begin());
    if (at == zone_.kinds_.end())
      zone_.kinds_.push_back(std::move(wanted));
    return index;
  }

  void settle_on(std::uint16_t kind) {
    if (zone_.after_.empty())
      zone_.first_ = kind;
    else
      zone_.after_.back() = kind;
  }

  bool take(char c) noexcept {
    const bool there = next_ < end_ && bytes_[next_] == c;
    next_ += there ? 1 : 0;
    return there;
  }

  /// "CET", "<+03>".
  bool take_name(std::string& name) {
    const bool quoted = take('<');
    const auto begin = next_;
    while (next_ < end_ && is_abbreviation_letter(bytes_[next_]) &&
           (quoted || (bytes_[next_] > '9'))) // signs and digits lie before the letters
      ++next_;
    name = bytes_.substr(begin, next_ - begin);
    return name.size() >= 3 && (!quoted || take('>'));
  }

  bool take_number(std::int32_t least, std::int32_t most, std::int32_t& value) noexcept {
    const auto begin = next_;
    value = 0;
    for (; next_ < end_ && next_ < begin + 3 && bytes_[next_] >= '0' && bytes_[next_] <= '9'; ++next_)
      value = value * 10 + (bytes_[next_] - '0');
    return next_ > begin && value >= least && value <= most;
  }

  /// "[+-]hh[:mm[:ss]]", in seconds.
  bool take_time(std::int32_t most_hours, std::int32_t& value) noexcept {
    const bool negative = take('-');
    if (!negative)
      static_cast<void>(take('+'));
    std::int32_t hours = 0, minutes = 0, rest = 0;
    if (!take_number(0, most_hours, hours))
      return false;
    if (take(':') && (!take_number(0, 59, minutes) || (take(':') && !take_number(0, 59, rest))))
      return false;
    value = hours * 3600 + minutes * 60 + rest;
    if (negative)
      value = -value;
    return true;
  }

  /// POSIX counts what has to be added to local time; we, what has to be added to UTC.
  bool take_offset(std::int32_t& offset) noexcept {
    if (!take_time(24, offset))
      return false;
    offset = -offset;
    return true;
  }

  bool take_yearly(time_zone::yearly& rule) noexcept {
    using enum time_zone::yearly::form;
    std::int32_t of_day = 0, month = 0, week = 0;
    if (take('M')) {
      rule.how = month_week_day;
      if (!take_number(1, 12, month) || !take('.') || !take_number(1, 5, week) || !take('.') || !take_number(0, 6, of_day))
        return false;
    } else {
      rule.how = take('J') ? julian : day;
      if (!take_number(rule.how == julian ? 1 : 0, 365, of_day))
        return false;
    }
    rule.day = static_cast<std::uint16_t>(of_day);
    rule.month = static_cast<std::uint8_t>(month);
    rule.week = static_cast<std::uint8_t>(week);
    rule.time = 7200;
    return !take('/') || take_time(167, rule.time);
  }

  std::string_view bytes_, file_;
  std::size_t next_{0}, end_{0}; // of the footer
  time_zone zone_;
};

result<time_zone> time_zone::read(std::string_view bytes, std::string_view file) {
  return time_zone_reader{bytes, file}.read();
}

time_zone time_zone::utc() {
  time_zone z;
  z.kinds_.push_back({0, false, "UTC"});
  return z;
}

/// Those of these years by the footer, in order, and no two to the same kind of time. `into` has room for two a year.
std::size_t time_zone::changes_by_footer(int from_year, int to_year, change* into) const noexcept {
  const auto& rule = *footer_;
  const auto to_daylight = [&](int year) { return rule.to_daylight.in(year) - kinds_[rule.standard].offset; };
  const auto to_standard = [&](int year) { return rule.to_standard.in(year) - kinds_[rule.daylight].offset; };
  auto* next = into;
  auto begins = to_daylight(from_year), ends = to_standard(from_year);
  for (auto year = from_year; year <= to_year; ++year) {
    const auto begins_anew = to_daylight(year + 1), ends_anew = to_standard(year + 1);
    // Where it would end when it begins anew, it does not end: this is how daylight-saving time all year is written.
    if (begins != ends && begins < ends_anew)
      *next++ = {begins, rule.daylight};
    if (begins != ends && ends < begins_anew)
      *next++ = {ends, rule.standard};
    begins = begins_anew;
    ends = ends_anew;
  }
  std::sort(into, next, [](const change& a, const change& b) { return a.at < b.at; });
  next = std::unique(into, next, [](const change& a, const change& b) { return a.kind == b.kind; });
  return static_cast<std::size_t>(next - into);
}

/// Makes the table and the footer one.
void time_zone::follow_footer() {
  if (!footer_)
    return;
  std::array<change, std::size_t{2} * (unrolled_to - unrolled_from + 2)> changes;
  if (const auto some = changes_by_footer(2000, 2004, changes.data()); some < 2) {
    (after_.empty() ? first_ : after_.back()) = some == 0 ? footer_->standard : changes[0].kind;
    footer_.reset();
    return;
  }
  if (at_.empty()) // then the footer holds for all times
    return;
  const auto last = at_.back();
  after_.back() = static_cast<std::uint16_t>(find_by_footer(last).what - kinds_.data());
  constexpr std::int64_t horizon = sys_seconds{sys_days{std::chrono::year{unrolled_to} / 1 / 1}}.time_since_epoch().count();
  if (last >= horizon)
    return;
  constexpr std::int64_t far_back = sys_seconds{sys_days{std::chrono::year{unrolled_from} / 1 / 1}}.time_since_epoch().count();
  const auto count = changes_by_footer(year_of(std::max(last, far_back)) - 1, unrolled_to, changes.data());
  for (std::size_t i = 0; i < count; ++i)
    if (changes[i].at > last && changes[i].kind != after_.back()) {
      at_.push_back(changes[i].at);
      after_.push_back(changes[i].kind);
    }
}

/// How many are not after `at`.
std::size_t time_zone::transitions_until(std::int64_t at) const noexcept {
  // Written so that no branch depends on the times: a processor that guesses wrongly at each step takes four times as long.
  std::size_t position = 0;
  for (auto left = at_.size(); left > 0;) {
    const auto half = left - left / 2;
    position += at_[position + half - 1] <= at ? half : 0;
    left -= half;
  }
  return position;
}

time_zone::found time_zone::find(std::int64_t at) const noexcept {
  const auto passed = transitions_until(at);
  if (passed == at_.size() && footer_)
    return find_by_footer(at);
  return {passed == 0 ? ever : at_[passed - 1], passed == at_.size() ? never : at_[passed],
          &kinds_[passed == 0 ? first_ : after_[passed - 1]]};
}

time_zone::found time_zone::find_by_footer(std::int64_t at) const noexcept {
  const auto here = in_cycle(at), shift = at - here;
  const auto year = year_of(here);
  // The time of a rule's day may lie a week away from it, in the year before or after.
  std::array<change, 10> changes;
  const auto count = changes_by_footer(year - 2, year + 2, changes.data());
  std::size_t passed = 0;
  while (passed < count && changes[passed].at <= here)
    ++passed;
  const auto last = at_.empty() ? ever : at_.back();
  const auto begin = passed == 0 ? last : std::max(changes[passed - 1].at + shift, last);
  const bool ends = passed < count && (shift <= 0 || changes[passed].at <= never - shift);
  return {begin, ends ? changes[passed].at + shift : never,
          &kinds_[passed == 0 ? footer_->standard : changes[passed - 1].kind]};
}

seconds time_zone::offset_at(sys_seconds at) const noexcept { return seconds{find(at.time_since_epoch().count()).what->offset}; }

zone_period time_zone::period_at(sys_seconds at) const& noexcept {
  const auto f = find(at.time_since_epoch().count());
  return {sys_seconds{seconds{f.begin}}, sys_seconds{seconds{f.end}}, seconds{f.what->offset}, f.what->is_dst, f.what->abbreviation};
}

std::optional<sys_seconds> time_zone::next_transition(sys_seconds after) const noexcept {
  const auto end = find(after.time_since_epoch().count()).end;
  return end == never ? std::nullopt : std::optional{sys_seconds{seconds{end}}};
}

local_meaning time_zone::at_local(std::chrono::local_seconds wall) const noexcept {
  const sys_seconds as_utc{wall.time_since_epoch()};
  const auto last = as_utc + furthest_offset;
  local_meaning m{};
  bool shown = false;
  std::optional<sys_seconds> put_forward;
  auto period = period_at(as_utc - furthest_offset);
  for (;;) {
    const auto at = as_utc - period.offset;
    if (at >= period.begin && at < period.end) {
      m.what = shown ? local_meaning::kind::repeated : local_meaning::kind::unique;
      m.earliest = shown ? m.earliest : at;
      m.latest = at;
      shown = true;
    }
    if (period.end > last)
      break;
    const auto next = period_at(period.end);
    if (at >= period.end && as_utc - next.offset < period.end)
      put_forward = period.end;
    if (shown && !m.transition)
      m.transition = period.end;
    period = next;
  }
  if (!shown && put_forward)
    return {local_meaning::kind::skipped, *put_forward, *put_forward, *put_forward};
  if (m.what == local_meaning::kind::unique)
    m.transition.reset();
  return m;
}

} // namespace ringmaster
