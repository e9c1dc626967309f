// SPDX-License-Identifier: Apache-2.0
#include "actors/core/schedule.hpp"
#include "tests/system_zones.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <iostream>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

time_point at(std::string_view text) {
  const auto t = parse_timestamp(text);
  EXPECT_TRUE(t.has_value()) << text;
  return *t;
}

campaign scheduled(const char* zone = nullptr) {
  campaign c;
  c.sc_mode = 1;
  if (zone)
    c.sc_timezone = zone;
  return c;
}

schedule compiled(const campaign& c) {
  auto s = schedule::compile(c, system_zones());
  EXPECT_TRUE(s.has_value()) << (s.has_value() ? "" : s.error().message);
  return s.has_value() ? *s : schedule{};
}

TEST(schedule, that_is_off_is_always_open) {
  campaign c;
  c.sc_time_start = "09:00:00";
  const auto s = compiled(c);
  EXPECT_TRUE(s.is_open(at("2026-01-01T00:00:00Z")));
  EXPECT_EQ(s.next_change(at("2026-01-01T00:00:00Z")), std::nullopt);
}

TEST(schedule, without_conditions_is_always_open) {
  const auto s = compiled(scheduled());
  EXPECT_TRUE(s.is_open(at("2026-01-01T00:00:00Z")));
  EXPECT_EQ(s.next_change(at("2026-01-01T00:00:00Z")), std::nullopt);
}

TEST(schedule, opens_and_closes_by_the_time_of_day) {
  auto c = scheduled();
  c.sc_time_start = "09:00:00";
  c.sc_time_end = "17:30:00";
  const auto s = compiled(c);
  EXPECT_FALSE(s.is_open(at("2026-03-02T08:59:59.999Z")));
  EXPECT_TRUE(s.is_open(at("2026-03-02T09:00:00Z")));
  EXPECT_TRUE(s.is_open(at("2026-03-02T17:29:59.999999999Z")));
  EXPECT_FALSE(s.is_open(at("2026-03-02T17:30:00Z")));
  EXPECT_EQ(s.next_change(at("2026-03-02T08:00:00Z")), at("2026-03-02T09:00:00Z"));
  EXPECT_EQ(s.next_change(at("2026-03-02T09:00:00Z")), at("2026-03-02T17:30:00Z"));
  EXPECT_EQ(s.next_change(at("2026-03-02T17:30:00Z")), at("2026-03-03T09:00:00Z"));
}

TEST(schedule, reads_the_clock_of_its_zone) {
  auto c = scheduled("Asia/Kolkata"); // UTC+05:30
  c.sc_time_start = "09:00:00";
  c.sc_time_end = "17:00:00";
  const auto s = compiled(c);
  EXPECT_FALSE(s.is_open(at("2026-03-02T03:29:59Z")));
  EXPECT_TRUE(s.is_open(at("2026-03-02T03:30:00Z")));
  EXPECT_FALSE(s.is_open(at("2026-03-02T11:30:00Z")));
}

TEST(schedule, a_window_over_midnight_belongs_to_the_day_it_begins_on) {
  auto c = scheduled();
  c.sc_time_start = "22:00:00";
  c.sc_time_end = "02:00:00";
  c.sc_day_list = "5"; // Friday
  const auto s = compiled(c);
  EXPECT_FALSE(s.is_open(at("2026-03-06T01:00:00Z"))) << "Friday's small hours are Thursday's";
  EXPECT_TRUE(s.is_open(at("2026-03-06T22:00:00Z")));
  EXPECT_TRUE(s.is_open(at("2026-03-07T01:59:59Z")));
  EXPECT_FALSE(s.is_open(at("2026-03-07T02:00:00Z")));
  EXPECT_EQ(s.next_change(at("2026-03-06T22:00:00Z")), at("2026-03-07T02:00:00Z"));
  EXPECT_EQ(s.next_change(at("2026-03-07T02:00:00Z")), at("2026-03-13T22:00:00Z"));
}

TEST(schedule, days_count_from_sunday) {
  auto c = scheduled();
  c.sc_day_list = "0, 6";
  const auto s = compiled(c);
  EXPECT_TRUE(s.is_open(at("2026-03-07T12:00:00Z")));
  EXPECT_TRUE(s.is_open(at("2026-03-08T12:00:00Z")));
  EXPECT_FALSE(s.is_open(at("2026-03-09T12:00:00Z")));
  EXPECT_EQ(s.next_change(at("2026-03-09T12:00:00Z")), at("2026-03-14T00:00:00Z"));
}

TEST(schedule, keeps_to_its_dates_and_then_never_opens_again) {
  auto c = scheduled();
  c.sc_date_start = "2026-05-01";
  c.sc_date_end = "2026-05-31";
  c.sc_time_start = "09:00:00";
  const auto s = compiled(c);
  EXPECT_EQ(s.next_change(at("2026-01-01T00:00:00Z")), at("2026-05-01T09:00:00Z"));
  EXPECT_TRUE(s.is_open(at("2026-05-31T23:59:59Z")));
  EXPECT_FALSE(s.is_open(at("2026-06-01T12:00:00Z")));
  EXPECT_EQ(s.next_change(at("2026-06-01T00:00:00Z")), std::nullopt);
}

TEST(schedule, listed_dates_win_over_all_but_the_excepted_ones) {
  auto c = scheduled();
  c.sc_day_list = "1,2,3,4,5";
  c.sc_time_start = "09:00:00";
  c.sc_time_end = "17:00:00";
  c.sc_date_list = "2026-03-07,2026-03-08"; // a weekend
  c.sc_date_list_except = "2026-03-08, 2026-03-09";
  const auto s = compiled(c);
  EXPECT_TRUE(s.is_open(at("2026-03-07T03:00:00Z"))) << "a listed date is open all day";
  EXPECT_FALSE(s.is_open(at("2026-03-08T12:00:00Z"))) << "listed and excepted";
  EXPECT_FALSE(s.is_open(at("2026-03-09T12:00:00Z"))) << "an excepted Monday";
  EXPECT_TRUE(s.is_open(at("2026-03-10T12:00:00Z"))) << "an ordinary Tuesday";
  EXPECT_EQ(s.next_change(at("2026-03-07T12:00:00Z")), at("2026-03-08T00:00:00Z"));
  EXPECT_EQ(s.next_change(at("2026-03-08T12:00:00Z")), at("2026-03-10T09:00:00Z"));
}

TEST(schedule, a_list_alone_closes_every_other_date) {
  auto c = scheduled();
  c.sc_date_list = "2027-08-01";
  c.sc_time_start = "09:00:00";
  const auto s = compiled(c);
  EXPECT_FALSE(s.is_open(at("2027-07-31T12:00:00Z")));
  EXPECT_TRUE(s.is_open(at("2027-08-01T12:00:00Z")));
  EXPECT_EQ(s.next_change(at("2026-01-01T00:00:00Z")), at("2027-08-01T00:00:00Z"));
  EXPECT_EQ(s.next_change(at("2027-08-02T00:00:00Z")), std::nullopt);
}

TEST(schedule, an_excepted_date_cuts_the_night_before_off) {
  auto c = scheduled();
  c.sc_time_start = "22:00:00";
  c.sc_time_end = "02:00:00";
  c.sc_date_list_except = "2026-03-07";
  const auto s = compiled(c);
  EXPECT_TRUE(s.is_open(at("2026-03-06T23:59:59Z")));
  EXPECT_FALSE(s.is_open(at("2026-03-07T00:00:00Z")));
  EXPECT_FALSE(s.is_open(at("2026-03-08T01:00:00Z"))) << "nothing began on the excepted date";
  EXPECT_TRUE(s.is_open(at("2026-03-08T22:00:00Z")));
}

// Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
TEST(schedule, nothing_opens_in_the_hour_that_spring_leaves_out) {
  auto c = scheduled("Europe/Berlin");
  c.sc_time_start = "02:15:00";
  c.sc_time_end = "02:45:00";
  const auto s = compiled(c);
  EXPECT_EQ(s.next_change(at("2026-03-28T12:00:00Z")), at("2026-03-30T00:15:00Z"));
  EXPECT_FALSE(s.is_open(at("2026-03-29T01:00:00Z")));
}

TEST(schedule, a_window_that_begins_in_the_missing_hour_opens_after_it) {
  auto c = scheduled("Europe/Berlin");
  c.sc_time_start = "02:30:00";
  c.sc_time_end = "09:00:00";
  const auto s = compiled(c);
  EXPECT_EQ(s.next_change(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(s.next_change(at("2026-03-29T01:00:00Z")), at("2026-03-29T07:00:00Z"));
}

// Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC.
TEST(schedule, both_of_the_hours_that_autumn_doubles_count) {
  auto c = scheduled("Europe/Berlin");
  c.sc_time_start = "02:15:00";
  c.sc_time_end = "02:45:00";
  const auto s = compiled(c);
  auto t = at("2026-10-24T22:00:00Z");
  std::vector<time_point> changes;
  for (int i = 0; i < 4; ++i) {
    t = s.next_change(t).value_or(time_point{});
    changes.push_back(t);
  }
  EXPECT_EQ(changes, (std::vector{at("2026-10-25T00:15:00Z"), at("2026-10-25T00:45:00Z"),
                                  at("2026-10-25T01:15:00Z"), at("2026-10-25T01:45:00Z")}));
}

TEST(schedule, a_night_over_the_clock_change_is_an_hour_longer) {
  auto c = scheduled("Europe/Berlin");
  c.sc_time_start = "22:00:00";
  c.sc_time_end = "06:00:00";
  const auto s = compiled(c);
  EXPECT_EQ(s.next_change(at("2026-10-24T20:00:00Z")), at("2026-10-25T05:00:00Z"));
}

TEST(schedule, names_the_field_at_fault) {
  const auto field_of = [](auto change) {
    auto c = scheduled();
    change(c);
    const auto s = schedule::compile(c, system_zones());
    EXPECT_FALSE(s.has_value());
    return s.has_value() ? std::string{} : s.error().field;
  };
  EXPECT_EQ(field_of([](campaign& c) { c.sc_timezone = "Europe/Atlantis"; }), "sc_timezone");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_date_start = "2026-02-30"; }), "sc_date_start");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_date_end = "tomorrow"; }), "sc_date_end");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_time_start = "24:00:00"; }), "sc_time_start");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_time_end = "9:00"; }), "sc_time_end");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_date_list = "2026-01-01,"; }), "sc_date_list");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_date_list_except = "x"; }), "sc_date_list_except");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_day_list = "7"; }), "sc_day_list");
  EXPECT_EQ(field_of([](campaign& c) { c.sc_mode = 2; }), "sc_mode");
}

TEST(schedule, next_change_is_what_a_minute_by_minute_search_finds) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random{seed};
  const std::vector<const char*> zones{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                       "Asia/Kolkata"};
  for (int round = 0; round < 60; ++round) {
    auto c = scheduled(zones[random() % zones.size()]);
    const auto time = [&] {
      char text[16];
      std::snprintf(text, sizeof text, "%02u:%02u:00", static_cast<unsigned>(random() % 24),
                    static_cast<unsigned>(random() % 4 * 15));
      return std::string{text};
    };
    if (random() % 4 != 0)
      c.sc_time_start = time();
    if (random() % 4 != 0)
      c.sc_time_end = time();
    if (random() % 2 == 0)
      c.sc_day_list = "1,3,0";
    if (random() % 3 == 0)
      c.sc_date_list_except = "2026-03-29,2026-03-30,2026-10-25";
    if (random() % 3 == 0)
      c.sc_date_list = "2026-03-28,2026-10-26";
    const auto s = compiled(c);
    auto t = at(random() % 2 == 0 ? "2026-03-27T10:00:00Z" : "2026-10-23T10:00:00Z");
    t += std::chrono::minutes{random() % 2000};
    auto said = s.next_change(t);
    if (said && *said > t + 19 * 24h)
      said.reset(); // a listed date months ahead is beyond the search
    const auto open = s.is_open(t);
    std::optional<time_point> found;
    for (int minute = 1; minute <= 19 * 24 * 60 && !found; ++minute)
      if (const auto then = std::chrono::floor<std::chrono::minutes>(t) + std::chrono::minutes{minute};
          s.is_open(then) != open)
        found = then;
    ASSERT_EQ(said, found) << "round " << round << " zone " << *c.sc_timezone << " from "
                           << c.sc_time_start.value_or("-") << " to " << c.sc_time_end.value_or("-");
  }
}

} // namespace
} // namespace ringmaster::core
