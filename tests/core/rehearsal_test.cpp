// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/rehearsal.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::simulation {
namespace {

scenario small() {
  auto what = *named_scenario("realistic");
  what.agents = 10;
  what.hours = 3;
  what.warm_up = 600;
  return what;
}
rehearsal_side side(std::string method, double ratio = 0) {
  rehearsal_side made{std::move(method), {}};
  made.options.max_calls_per_agent = ratio;
  return made;
}
std::vector<outcome> whole(rehearsal r, double slice = 600) {
  while (r.advance(slice)) {
  }
  EXPECT_EQ(r.progress(), 1);
  return r.outcomes();
}

TEST(rehearsal, shows_what_a_change_would_do) {
  const auto found = whole(*rehearsal::make(small(), {side("progressive"), side("ratio", 4)}, 2));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].abandons, 0);
  EXPECT_GT(found[1].abandoned_share, 0.03);
  EXPECT_GT(found[1].busy_share, found[0].busy_share);
}

TEST(rehearsal, is_the_same_however_it_is_cut_and_for_equal_sides) {
  const auto coarse = whole(*rehearsal::make(small(), {side("progressive"), side("progressive")}, 2), 3600);
  const auto fine = whole(*rehearsal::make(small(), {side("progressive")}, 2), 7);
  EXPECT_EQ(coarse[0].busy_share, coarse[1].busy_share);
  EXPECT_EQ(coarse[0].busy_share, fine[0].busy_share);
  EXPECT_EQ(coarse[0].dials_per_live_answer, fine[0].dials_per_live_answer);
}

TEST(rehearsal, tells_how_far_it_is) {
  auto r = *rehearsal::make(small(), {side("progressive"), side("ratio", 2)}, 2);
  EXPECT_EQ(r.progress(), 0);
  double last = 0;
  int turns = 0;
  while (r.advance(600)) {
    EXPECT_GE(r.progress(), last);
    last = r.progress();
    ++turns;
  }
  EXPECT_GT(turns, 4 * 15);
  EXPECT_EQ(r.progress(), 1);
}

TEST(rehearsal, the_grace_of_a_side_is_that_of_its_callers) {
  auto patient = side("ratio", 4), strict = side("ratio", 4);
  patient.options.grace = std::chrono::seconds{30};
  strict.options.grace = std::chrono::seconds{0};
  const auto found = whole(*rehearsal::make(small(), {patient, strict}, 1));
  EXPECT_LT(found[0].abandoned_share, found[1].abandoned_share / 2);
}

TEST(rehearsal, refuses_what_makes_no_sense_and_names_it) {
  auto odd = small();
  odd.agents = -1;
  EXPECT_FALSE(rehearsal::make(odd, {side("progressive")}, 1));
  EXPECT_EQ(rehearsal::make(small(), {side("guess")}, 1).error().field, "pacing_method");
  EXPECT_EQ(rehearsal::make(small(), {side("progressive")}, 0).error().field, "seeds");
}

} // namespace
} // namespace ringmaster::core::simulation
