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

} // namespace
} // namespace ringmaster::core
