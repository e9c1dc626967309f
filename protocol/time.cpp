// SPDX-License-Identifier: Apache-2.0
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace ringmaster {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size())
    return std::nullopt;
  int value = 0;
  for (auto c : text.substr(at, count)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

char* put(char* to, char c) noexcept {
  *to = c;
  return to + 1;
}

/// `value`, not negative, in that many digits.
char* write_digits(char* to, std::int64_t value, int count) noexcept {
  auto rest = static_cast<std::uint32_t>(value);
  for (auto i = count; i-- > 0; rest /= 10)
    to[i] = static_cast<char>('0' + rest % 10);
  return to + count;
}

} // namespace

time_point wall_clock_now() noexcept {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

time_point clock::moment_of(time_point past_date) const noexcept {
  const auto present = now();
  return std::min(present, past_date - (date() - present));
}

const clock& machine_clock() noexcept {
  class machine final : public clock {
  public:
    [[nodiscard]] time_point now() const noexcept override {
      return began_ + (std::chrono::steady_clock::now() - steady_began_);
    }
    [[nodiscard]] time_point date() const noexcept override { return wall_clock_now(); }

  private:
    std::chrono::steady_clock::time_point steady_began_{std::chrono::steady_clock::now()};
    time_point began_{wall_clock_now()};
  };
  static const machine the;
  return the;
}

void append_timestamp(std::string& to, time_point at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<std::chrono::nanoseconds> clock{at - day};
  // By hand, because three are in every reply and one or two in every live event: fmt, with its format compiled,
  // takes seven times as long.
  std::array<char, 30> text;
  auto* next = write_digits(text.data(), static_cast<int>(date.year()), 4);
  next = write_digits(put(next, '-'), static_cast<unsigned>(date.month()), 2);
  next = write_digits(put(next, '-'), static_cast<unsigned>(date.day()), 2);
  next = write_digits(put(next, 'T'), clock.hours().count(), 2);
  next = write_digits(put(next, ':'), clock.minutes().count(), 2);
  next = write_digits(put(next, ':'), clock.seconds().count(), 2);
  next = write_digits(put(next, '.'), clock.subseconds().count(), 9);
  put(next, 'Z');
  to.append(text.data(), text.size());
}

std::string format_timestamp(time_point at) {
  std::string text;
  append_timestamp(text, at);
  return text;
}

result<time_point> parse_timestamp(std::string_view text) {
  const error wrong{errc::invalid_field, "not a time like 2017-03-08T01:42:40.668089274Z", {}};
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
             hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || text.size() < 20 || text.back() != 'Z' ||
      text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return wrong;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  // The count of nanoseconds since 1970 fits 64 bits from 1678 to 2261.
  if (!date.ok() || *year < 1680 || *year > 2260 || *hour > 23 || *minute > 59 || *second > 59)
    return wrong;
  std::chrono::nanoseconds fraction{0};
  if (text[19] == '.') {
    const auto count = text.size() - 21;
    const auto value = digits(text, 20, count);
    if (count < 1 || count > 9 || !value)
      return wrong;
    std::int64_t scaled = *value;
    for (auto i = count; i < 9; ++i)
      scaled *= 10;
    fraction = std::chrono::nanoseconds{scaled};
  } else if (text.size() != 20) {
    return wrong;
  }
  return time_point{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute} + std::chrono::seconds{*second} + fraction;
}

} // namespace ringmaster
