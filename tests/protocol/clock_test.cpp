// SPDX-License-Identifier: Apache-2.0
#include "tests/manual_clock.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

TEST(clock, dates_and_moments_are_the_same_until_the_wall_clock_is_set) {
  manual_clock time{start};
  time.pass(5s);
  EXPECT_EQ(time.now(), start + 5s);
  EXPECT_EQ(time.date(), start + 5s);
  EXPECT_EQ(time.date_of(start + 2s), start + 2s);
  EXPECT_EQ(time.moment_of(start + 2s), start + 2s);
}

TEST(clock, a_moment_is_shown_by_the_wall_clock_of_now) {
  for (const auto step : {duration{-1h}, duration{1h}}) {
    manual_clock time{start};
    time.step_date(step);
    EXPECT_EQ(time.now(), start);
    EXPECT_EQ(time.date_of(start - 10s), start + step - 10s) << "ten seconds ago, whatever the clock says";
    EXPECT_EQ(time.moment_of(start + step - 10s), start - 10s);
  }
}

TEST(clock, what_has_happened_did_not_happen_in_the_future) {
  manual_clock time{start};
  time.step_date(-1h); // the clock was an hour ahead when the record was written
  EXPECT_EQ(time.moment_of(start - 1min), start);
}

TEST(clock, that_of_the_machine_never_goes_back_and_begins_as_the_date) {
  const auto& time = machine_clock();
  auto last = time.now();
  EXPECT_LT(std::chrono::abs(time.date() - last), 1h) << "unless somebody has set the clock while this ran";
  for (int i = 0; i < 10'000; ++i) {
    const auto now = time.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

// Where a shell asks a clock of its own, a test cannot move it and a step of the wall clock may stop it.
TEST(clock, actors_ask_the_one_that_they_are_handed) {
  namespace fs = std::filesystem;
  const auto actors = fs::path{RINGMASTER_TEST_DATA} / ".." / ".." / "actors";
  int seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator{actors}) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp")
      continue;
    ++seen;
    std::ostringstream text;
    text << std::ifstream{entry.path()}.rdbuf();
    for (const auto* asked : {"wall_clock_now(", "system_clock::now(", "steady_clock::now("})
      EXPECT_EQ(text.str().find(asked), std::string::npos) << entry.path() << " asks " << asked;
  }
  EXPECT_GT(seen, 50);
}

} // namespace
} // namespace ringmaster
