// SPDX-License-Identifier: Apache-2.0
#include "actors/core/reconcile.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point asked{std::chrono::hours{500'000}};

uuid numbered(std::uint8_t n) {
  uuid id;
  id.bytes[0] = 0xA0;
  id.bytes[15] = n;
  return id;
}

live_channel channel(std::uint8_t n, std::int64_t state = 6) {
  return {to_string(numbered(n)), "PJSIP/a-" + std::to_string(n), state};
}

TEST(reconcile, adopts_the_living_and_never_sends_the_rest_again) {
  const std::vector<open_dialing> open{
      {numbered(1), {}, dialing_status::channel_created, asked - 1min},
      {numbered(2), {}, dialing_status::originate_responded, asked - 1min},
      {numbered(3), {}, dialing_status::none, asked - 1min},
      {numbered(4), {}, dialing_status::originate_sent, asked - 1min},
      {numbered(5), {}, dialing_status::none, asked + 1ms},
      {numbered(6), {}, dialing_status::none, asked - 1min},
  };
  const auto r = reconcile(open, {{channel(1, 5), channel(6)}}, asked);
  ASSERT_EQ(r.dialings.size(), open.size());
  EXPECT_EQ(r.dialings[0].what, verdict::adopt);
  EXPECT_EQ(r.dialings[0].channel, "PJSIP/a-1");
  EXPECT_EQ(r.dialings[0].channel_state, 5);
  EXPECT_TRUE(r.dialings[0].detail.empty());
  EXPECT_EQ(r.dialings[1].what, verdict::unknown);
  EXPECT_FALSE(r.dialings[1].detail.empty());
  EXPECT_EQ(r.dialings[2].what, verdict::never_seen);
  EXPECT_EQ(r.dialings[3].what, verdict::never_seen);
  EXPECT_EQ(r.dialings[4].what, verdict::undecided) << "begun after the list was asked for";
  EXPECT_EQ(r.dialings[5].what, verdict::adopt) << "it went out although no answer is recorded";
}

TEST(reconcile, knows_second_halves_and_tells_strays) {
  const std::vector<open_dialing> open{
      {numbered(1), numbered(2), dialing_status::channel_created, asked - 1min}};
  const auto r = reconcile(open, {{channel(1), channel(2), channel(3), {"1795293001.0", "Local/x", 6}}}, asked);
  ASSERT_EQ(r.strays.size(), 1u);
  EXPECT_EQ(r.strays[0].unique_id, to_string(numbered(3)));
}

TEST(reconcile, reads_unique_ids_in_either_case) {
  auto upper = channel(1);
  for (auto& c : upper.unique_id)
    c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  const auto r = reconcile({{numbered(1), {}, dialing_status::none, asked - 1s}}, {{upper}}, asked);
  EXPECT_EQ(r.dialings[0].what, verdict::adopt);
}

// Lists as a real server gives them: the agent's leg runs AppQueue, all of a call have the customer's id as linked id.

live_channel in_queue(std::uint8_t n, std::string bridge = {}, std::chrono::seconds lasted = 20s) {
  auto c = channel(n);
  c.linked_id = c.unique_id;
  c.application = "Queue";
  c.bridge = std::move(bridge);
  c.lasted = lasted;
  return c;
}

live_channel leg_of(std::uint8_t n, std::string id, std::string application, std::string bridge, std::chrono::seconds lasted = 5s) {
  return {id, "PJSIP/leg-" + id, 6, to_string(numbered(n)), std::move(application), std::move(bridge), lasted};
}

reconciled one(const server_lists& lists, dialing_status status = dialing_status::originate_responded, uuid other = {}) {
  return reconcile({{numbered(1), other, status, asked - 1min}}, lists, asked).dialings.front();
}

TEST(reconcile, tells_who_rings_waits_and_talks) {
  const std::vector<waiting_caller> nobody;
  auto ringing = channel(1, 5);
  EXPECT_EQ(one({{ringing}, nobody}).stands, standing::not_up);

  const auto waits = one({{in_queue(1)}, std::vector<waiting_caller>{{to_string(numbered(1)), "sales", 7s}}});
  EXPECT_EQ(waits.stands, standing::waits);
  EXPECT_EQ(waits.since, asked - 7s);
  EXPECT_EQ(waits.queue, "sales");
  EXPECT_FALSE(waits.ask_again);

  const auto talks = one({{in_queue(1, "b"), leg_of(1, "9.1", "AppQueue", "b", 6s)}, nobody});
  EXPECT_EQ(talks.stands, standing::with_agent);
  EXPECT_EQ(talks.since, asked - 6s) << "since the agent's leg was made, at the latest";
}

TEST(reconcile, an_agents_leg_that_was_optimised_away_is_still_an_agents) {
  EXPECT_EQ(one({{in_queue(1, "b"), leg_of(1, "9.1", "AppDial", "b")}, std::vector<waiting_caller>{}}).stands, standing::with_agent);
}

TEST(reconcile, whom_somebody_else_talks_to_is_known_to_talk) {
  auto transferred = in_queue(1, "b");
  transferred.application = "Dial";
  EXPECT_EQ(one({{transferred, leg_of(1, "9.1", "AppDial", "b")}, std::vector<waiting_caller>{}}).stands, standing::talks);
}

TEST(reconcile, those_who_are_parked_together_talk_to_nobody) {
  auto parked = in_queue(2, "lot");
  parked.application = "Park";
  EXPECT_EQ(one({{in_queue(1, "lot"), in_queue(3, "lot"), parked}, std::vector<waiting_caller>{}}).stands, standing::unknown);
}

TEST(reconcile, asks_again_who_is_between_the_queue_and_the_agent_and_gives_nobody_up_meanwhile) {
  const auto between = one({{in_queue(1)}, std::vector<waiting_caller>{}});
  EXPECT_EQ(between.what, verdict::adopt);
  EXPECT_EQ(between.stands, standing::unknown);
  EXPECT_TRUE(between.ask_again);
  EXPECT_FALSE(one({{in_queue(1)}}).ask_again) << "the queues were not asked";
  auto announced_to = in_queue(1);
  announced_to.application = "Playback";
  const auto elsewhere = one({{announced_to}, std::vector<waiting_caller>{}});
  EXPECT_EQ(elsewhere.stands, standing::unknown);
  EXPECT_FALSE(elsewhere.ask_again) << "events will tell";
}

TEST(reconcile, follows_the_channel_that_took_the_place_of_a_local_one) {
  // Both halves of the Local channel are gone, the trunk's channel is in the bridge with the agent's leg.
  const auto moved = one({{leg_of(1, "9.1", "AppQueue", "b", 5s), leg_of(1, "8.1", "AppDial", "b", 9s)}, std::vector<waiting_caller>{}},
                         dialing_status::originate_responded, numbered(2));
  EXPECT_EQ(moved.what, verdict::adopt);
  EXPECT_EQ(moved.moved_to, "8.1");
  EXPECT_EQ(moved.channel, "PJSIP/leg-8.1");
  EXPECT_EQ(moved.stands, standing::with_agent);
  EXPECT_EQ(one({{leg_of(1, "9.1", "AppQueue", {})}}).what, verdict::unknown) << "the agent's own leg is not the customer's";
}

TEST(reconcile, reads_how_long_a_channel_has_lasted) {
  EXPECT_EQ(channel_duration("00:00:07"), 7s);
  EXPECT_EQ(channel_duration("26:01:05"), 26h + 1min + 5s);
  for (const auto* wrong : {"", "7", "00:07", "a:b:c", "00:00:07:", "-1:00:00", "00:00:", "99999999999999999999:00:00"})
    EXPECT_EQ(channel_duration(wrong), 0s) << wrong;
}

TEST(listing_schedule, lists_nothing_while_nobody_asks) {
  listing_schedule s{10s, 30s};
  for (int i = 0; i < 1000; ++i)
    ASSERT_FALSE(s.due(asked + i * 1s));
  s.want();
  ASSERT_TRUE(s.due(asked + 1000s));
  s.began(asked + 1000s);
  s.ended(true);
  for (int i = 0; i < 1000; ++i)
    ASSERT_FALSE(s.due(asked + 1000s + i * 1s)) << "the doubt was answered";
}

TEST(listing_schedule, shares_a_listing_and_keeps_listings_apart) {
  listing_schedule s{10s, 30s};
  const auto a = s.want(), b = s.want();
  s.began(asked);
  EXPECT_TRUE(s.answers(a));
  EXPECT_TRUE(s.answers(b));
  s.ended(true);
  s.want();
  EXPECT_FALSE(s.due(asked + 9s));
  EXPECT_TRUE(s.due(asked + 10s));
  s.want(true);
  EXPECT_TRUE(s.due(asked + 1s)) << "urgent";
}

TEST(listing_schedule, does_not_answer_who_asked_after_the_listing_began) {
  listing_schedule s{10s, 30s};
  s.want();
  s.began(asked);
  const auto late = s.want();
  EXPECT_FALSE(s.answers(late)) << "it may have passed his channel already";
  s.ended(true);
  EXPECT_FALSE(s.answers(late));
  ASSERT_TRUE(s.due(asked + 10s));
  s.began(asked + 10s);
  EXPECT_TRUE(s.answers(late));
  EXPECT_FALSE(s.answers(0)) << "who never asked";
}

TEST(listing_schedule, begins_again_what_did_not_end) {
  listing_schedule s{10s, 30s};
  const auto promised = s.want();
  s.began(asked);
  EXPECT_FALSE(s.due(asked + 30s));
  EXPECT_TRUE(s.due(asked + 31s)) << "the end of the list was lost";
  s.began(asked + 31s);
  s.lost();
  EXPECT_FALSE(s.under_way());
  EXPECT_FALSE(s.due(asked + 40s));
  EXPECT_TRUE(s.due(asked + 41s)) << "nobody was answered";
  EXPECT_TRUE(s.answers(promised));
}

TEST(listing_schedule, survives_a_clock_that_goes_back) {
  listing_schedule s{10s, 30s};
  s.want();
  s.began(asked);
  s.ended(true);
  s.want();
  EXPECT_TRUE(s.due(asked - 24h));
}

} // namespace
} // namespace ringmaster::core
