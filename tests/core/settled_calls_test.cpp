// SPDX-License-Identifier: Apache-2.0
#include "actors/core/settled_calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace ringmaster::core {
namespace {

/// A call a second; every third is answered after four seconds, the others ring for thirty.
struct first_minute {
  settled_calls calls;
  std::multimap<int, std::pair<settled_calls::place, bool>> ends;
  int second{0};
  int ended{0}, ended_answered{0}; ///< as whoever divides by ends counts

  void pass(int seconds) {
    for (const auto until = second + seconds; second < until; ++second) {
      const bool answered = second % 3 == 0;
      ends.emplace(second + (answered ? 4 : 30), std::pair{calls.begin(), answered});
      for (; !ends.empty() && ends.begin()->first <= second; ends.erase(ends.begin())) {
        const auto [place, yes] = ends.begin()->second;
        yes ? calls.answered(place) : calls.unanswered(place);
        ++ended;
        ended_answered += yes;
      }
    }
  }
};

TEST(settled_calls, are_no_better_answered_in_a_campaigns_first_minute_than_later) {
  first_minute life;
  life.pass(20);
  EXPECT_EQ(life.ended, life.ended_answered) << "by their ends all would be answered";
  EXPECT_LE(life.calls.settled(), 1) << "the second call still rings: nothing is known of those behind it";
  for (int s = 0; s < 100; ++s) {
    life.pass(1);
    EXPECT_NEAR(static_cast<double>(life.calls.settled_answered()), static_cast<double>(life.calls.settled()) / 3, 1) << life.second;
  }
  EXPECT_GE(life.calls.settled(), 85);
}

TEST(settled_calls, count_once_and_what_nobody_knows_not_at_all) {
  settled_calls calls;
  const auto a = calls.begin(), b = calls.begin(), c = calls.begin();
  calls.answered(b);
  calls.unanswered(b); // its end
  EXPECT_EQ(calls.settled(), 0);
  calls.unknown(a);
  EXPECT_EQ(calls.settled(), 1);
  EXPECT_EQ(calls.settled_answered(), 1);
  calls.answered(a); // too late
  calls.answered(settled_calls::no_place);
  calls.unanswered(c + 1); // never begun
  calls.unanswered(c);
  EXPECT_EQ(calls.settled(), 2);
  EXPECT_EQ(calls.settled_answered(), 1);
}

} // namespace
} // namespace ringmaster::core
