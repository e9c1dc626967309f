// SPDX-License-Identifier: Apache-2.0
#include "actors/core/campaign_state.hpp"
#include "tests/system_zones.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using enum campaign_status;

constexpr campaign_status all[]{stopped, started, paused, stopping, starting, pausing, force_stopping};

campaign_step asked(campaign_status from, std::int64_t wanted, std::size_t calls) {
  const auto step = request_status({from, false}, wanted, calls);
  EXPECT_TRUE(step.has_value()) << status_name(from) << " asked for " << wanted;
  return step.has_value() ? *step : campaign_step{};
}

errc refused(campaign_status from, std::int64_t wanted) {
  const auto step = request_status({from, false}, wanted, 1);
  EXPECT_FALSE(step.has_value()) << status_name(from) << " asked for " << wanted;
  if (step.has_value())
    return errc::internal;
  EXPECT_EQ(step.error().field, "status");
  EXPECT_FALSE(step.error().message.empty());
  return step.error().code;
}

TEST(campaign_state, starts_when_its_list_is_loaded) {
  const auto step = asked(stopped, 1, 0);
  EXPECT_EQ(step.state.status, starting);
  EXPECT_TRUE(step.prepare);
  EXPECT_EQ(prepared(step.state).state.status, started);
  EXPECT_FALSE(prepared({stopped, false}).changed) << "stopped again before the list was there";
}

TEST(campaign_state, stops_and_pauses_when_the_last_call_has_ended) {
  EXPECT_EQ(asked(started, 0, 0).state.status, stopped);
  EXPECT_EQ(asked(started, 2, 0).state.status, paused);
  const auto stop = asked(started, 0, 2);
  EXPECT_EQ(stop.state.status, stopping);
  EXPECT_FALSE(stop.hang_up_all);
  EXPECT_FALSE(calls_left(stop.state, 1).changed);
  EXPECT_EQ(calls_left(stop.state, 0).state.status, stopped);
  EXPECT_FALSE(calls_left(stop.state, 0).start_next) << "a caller stopped it, its list is not done";
  EXPECT_EQ(calls_left(asked(started, 2, 2).state, 0).state.status, paused);
}

TEST(campaign_state, hangs_up_every_call_when_stopped_by_force) {
  for (const auto from : {started, paused, stopping, starting, pausing}) {
    const auto step = asked(from, 30, 3);
    EXPECT_EQ(step.state.status, force_stopping);
    EXPECT_TRUE(step.hang_up_all);
    EXPECT_EQ(calls_left(step.state, 0).state.status, stopped);
    EXPECT_EQ(asked(from, 30, 0).state.status, stopped);
  }
  EXPECT_FALSE(asked(stopped, 30, 0).changed);
}

TEST(campaign_state, refuses_what_cannot_be_done_now) {
  EXPECT_EQ(refused(force_stopping, 1), errc::illegal_state);
  EXPECT_EQ(refused(force_stopping, 2), errc::illegal_state);
  EXPECT_EQ(refused(stopped, 2), errc::illegal_state);
  EXPECT_EQ(refused(stopping, 2), errc::illegal_state);
}

TEST(campaign_state, refuses_statuses_that_are_only_shown) {
  for (const auto from : all)
    for (const std::int64_t wanted : {10, 11, 12, 3, -1, 31}) {
      if (static_cast<std::int64_t>(from) != wanted) {
        EXPECT_EQ(refused(from, wanted), errc::invalid_field);
      }
    }
}

TEST(campaign_state, sent_back_as_it_was_changes_nothing) {
  for (const auto from : all)
    EXPECT_FALSE(asked(from, static_cast<std::int64_t>(from), 5).changed);
}

TEST(campaign_state, can_be_taken_back_on_its_way) {
  for (const auto from : {stopping, pausing, paused}) {
    const auto step = asked(from, 1, 2);
    EXPECT_EQ(step.state.status, starting);
    EXPECT_TRUE(step.prepare);
  }
}

TEST(campaign_state, never_sticks_on_its_way) {
  for (const auto from : all) {
    const auto to = prepared(calls_left({from, false}, 0).state).state.status;
    EXPECT_TRUE(to == stopped || to == started || to == paused) << status_name(from);
  }
}

TEST(campaign_state, ends_with_its_list_and_starts_the_next) {
  const auto with_calls = list_done({started, false}, 1, 1);
  EXPECT_EQ(with_calls.state.status, stopping);
  EXPECT_FALSE(with_calls.start_next);
  EXPECT_TRUE(calls_left(with_calls.state, 0).start_next);
  EXPECT_TRUE(list_done({started, false}, 1, 0).start_next);
  EXPECT_EQ(list_done({started, false}, 1, 0).state.status, stopped);
  EXPECT_FALSE(list_done({started, false}, 0, 0).changed) << "dl_end_handle 0 keeps it started";
  EXPECT_FALSE(list_done({paused, false}, 1, 0).changed);
  const auto stopped_by_caller = request_status(with_calls.state, 0, 1);
  ASSERT_TRUE(stopped_by_caller.has_value());
  EXPECT_FALSE(calls_left(stopped_by_caller->state, 0).start_next) << "stopped by a caller in the meantime";
}

// --- the schedule starts and stops it

time_point at(std::string_view text) {
  const auto t = parse_timestamp(text);
  EXPECT_TRUE(t.has_value()) << text;
  return *t;
}

/// Every day from 09:00 to 17:00, UTC.
schedule office_hours() {
  campaign c;
  c.sc_mode = 1;
  c.sc_time_start = "09:00:00";
  c.sc_time_end = "17:00:00";
  return *schedule::compile(c, system_zones());
}

TEST(campaign_state, the_schedule_starts_what_was_stopped_before_it_opened) {
  const auto s = office_hours();
  const auto opens = at("2026-03-03T09:00:00Z");
  const auto evening = at("2026-03-02T20:00:00Z");
  EXPECT_EQ(schedule_acts_at(s, stopped, evening, evening), opens);
  EXPECT_EQ(schedule_acts_at(s, stopped, evening, opens), opens);
  EXPECT_EQ(schedule_acts_at(s, stopped, evening, at("2026-03-03T12:00:00Z")), opens) << "nobody was there at nine";
  EXPECT_EQ(schedule_acts_at(s, stopped, evening, at("2026-03-03T18:00:00Z")), at("2026-03-04T09:00:00Z"))
      << "an opening that was missed is over";
}

TEST(campaign_state, who_stops_a_campaign_within_its_hours_is_not_overruled_until_the_next_opening) {
  const auto s = office_hours();
  const auto by_hand = at("2026-03-03T11:00:00Z");
  EXPECT_EQ(schedule_acts_at(s, stopped, by_hand, by_hand), at("2026-03-04T09:00:00Z"));
  EXPECT_EQ(schedule_acts_at(s, stopped, by_hand, at("2026-03-03T16:59:00Z")), at("2026-03-04T09:00:00Z"));
}

TEST(campaign_state, the_schedule_stops_what_was_started_before_it_closed) {
  const auto s = office_hours();
  const auto closes = at("2026-03-03T17:00:00Z");
  const auto morning = at("2026-03-03T09:00:01Z");
  EXPECT_EQ(schedule_acts_at(s, started, morning, morning), closes);
  EXPECT_EQ(schedule_acts_at(s, started, morning, at("2026-03-03T22:00:00Z")), closes) << "nobody was there at five";
  EXPECT_EQ(schedule_acts_at(s, started, morning, at("2026-03-04T10:00:00Z")), at("2026-03-04T17:00:00Z"))
      << "it is open again";
}

TEST(campaign_state, what_is_started_outside_its_hours_waits_for_them) {
  const auto s = office_hours();
  const auto early = at("2026-03-03T07:00:00Z");
  EXPECT_EQ(schedule_acts_at(s, started, early, at("2026-03-03T08:00:00Z")), at("2026-03-03T17:00:00Z"));
}

TEST(campaign_state, the_schedule_leaves_every_other_status_alone) {
  const auto now = at("2026-03-03T12:00:00Z");
  for (const auto status : all)
    if (status != stopped && status != started) {
      EXPECT_EQ(schedule_acts_at(office_hours(), status, at("2026-03-02T20:00:00Z"), now), std::nullopt) << status_name(status);
    }
  EXPECT_EQ(schedule_acts_at(schedule{}, stopped, now, now), std::nullopt);
  EXPECT_EQ(schedule_acts_at(schedule{}, started, now, now), std::nullopt);
}

TEST(campaign_state, says_what_a_start_lacks) {
  campaign c;
  plan p;
  dlma list;
  destination d;
  d.type = 1;
  d.application = "park";
  p.dial_mode = 1;
  EXPECT_EQ(cannot_start(c, &p, &list, &d), std::nullopt);
  EXPECT_EQ(cannot_start(c, nullptr, &list, &d)->field, "plan");
  EXPECT_EQ(cannot_start(c, &p, nullptr, &d)->field, "dlma");
  EXPECT_EQ(cannot_start(c, &p, &list, nullptr)->field, "dest");
  list.in_use = 0;
  EXPECT_EQ(cannot_start(c, &p, &list, &d)->field, "dlma");
  list.in_use = 1;
  d.application.reset();
  EXPECT_EQ(cannot_start(c, &p, &list, &d)->field, "dest");
  p.dial_mode = 0;
  EXPECT_EQ(cannot_start(c, &p, &list, &d)->field, "dial_mode");
  EXPECT_EQ(cannot_start(c, &p, &list, &d)->code, errc::illegal_state);
}

} // namespace
} // namespace ringmaster::core
