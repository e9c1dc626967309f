// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/call_centre.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::simulation {
namespace {

/// Keeps twenty calls on the way and gives each up as soon as it may be.
class impatient final : public pacing {
public:
  impatient() : pacing{pacing_options{}} { gives_up_ = true; }
  std::string_view method() const noexcept override { return "impatient"; }
  std::int64_t calls_to_begin(time_point) override { return 20 - counts_.outstanding(); }
  pacing_decision decide(time_point now) override { return {calls_to_begin(now), {}, {}}; }
  std::vector<uuid> calls_to_give_up(time_point now) override {
    std::vector<uuid> gone;
    while (auto* call = longest_ringing(now))
      gone.push_back(give_up_longest(*call));
    return gone;
  }
};

outcome run(const scenario& c) {
  impatient method;
  return simulate(c, method, 1);
}

/// Many more agents than calls, so that everybody who answers is served.
scenario call_centre_of(double hours) {
  auto c = *named_scenario("realistic");
  c.agents = 200;
  c.hours = hours;
  return c;
}

/// Share of live answers that have come by then.
double answered_by(const scenario& c, double seconds) {
  random_source random{1};
  int n = 0;
  constexpr int draws = 200'000;
  for (int i = 0; i < draws; ++i)
    n += c.live.draw(random) < seconds;
  return static_cast<double>(n) / draws;
}

TEST(call_centre, hangs_up_calls_that_are_given_up_after_fifteen_seconds_of_ringing) {
  const auto c = call_centre_of(20);
  const auto r = run(c);
  EXPECT_GT(r.given_up, r.dials / 3);
  EXPECT_EQ(r.abandons, 0);
  // They ring from 1.5 s on, and a tick of 0.2 s may pass before that is told.
  const auto least = c.answer_rate * answered_by(c, 16.5), most = c.answer_rate * answered_by(c, 17);
  EXPECT_GT(1 / r.dials_per_live_answer, least - 0.006);
  EXPECT_LT(1 / r.dials_per_live_answer, most + 0.006);
  EXPECT_LT(most, c.answer_rate - 0.012) << "there is something to be seen";
}

TEST(call_centre, hangs_up_as_late_as_news_are) {
  auto c = call_centre_of(20);
  c.news_delay = 4; // for the ringing to be heard of, and for the hang-up
  EXPECT_NEAR(1 / run(c).dials_per_live_answer, c.answer_rate * answered_by(c, 16.5 + 8), 0.006);
}

TEST(call_centre, hangs_up_nobody_who_has_picked_up) {
  auto c = call_centre_of(20);
  c.detection = 10; // whoever is answered within 26.5 s has picked up by 16.5 s
  EXPECT_NEAR(1 / run(c).dials_per_live_answer, c.answer_rate, 0.006);
}

} // namespace
} // namespace ringmaster::core::simulation
