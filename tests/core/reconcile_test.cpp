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
  const auto r = reconcile(open, {channel(1, 5), channel(6)}, asked);
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
  const auto r = reconcile(open, {channel(1), channel(2), channel(3), {"1795293001.0", "Local/x", 6}}, asked);
  ASSERT_EQ(r.strays.size(), 1u);
  EXPECT_EQ(r.strays[0].unique_id, to_string(numbered(3)));
}

TEST(reconcile, reads_unique_ids_in_either_case) {
  auto upper = channel(1);
  for (auto& c : upper.unique_id)
    c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  const auto r = reconcile({{numbered(1), {}, dialing_status::none, asked - 1s}}, {upper}, asked);
  EXPECT_EQ(r.dialings[0].what, verdict::adopt);
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
