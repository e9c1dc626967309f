// SPDX-License-Identifier: Apache-2.0
#include "actors/core/campaign_history.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

/// Four looks a second from `from` to `to`, the sums growing evenly.
struct campaign_life {
  campaign_history history;
  double begun_each{0}, settled_each{0}, answered_each{0}, done_each{0}; ///< second
  std::int64_t agents{0}, busy{0};
  double seconds{0};
  campaign_moment sums{};

  void pass(std::chrono::seconds time) {
    const auto end = seconds + static_cast<double>(time.count());
    for (; seconds < end; seconds += 0.25) {
      const auto by = [&](double each) { return static_cast<std::int64_t>(each * (seconds - since)); };
      sums.begun = begun + by(begun_each);
      sums.settled = settled + by(settled_each);
      sums.answered = sums.settled_answered = answered + by(answered_each);
      sums.done = done + by(done_each);
      sums.agents = agents;
      sums.agents_busy = busy;
      history.at(now(), sums);
    }
  }
  /// What comes from here on grows otherwise.
  void change() {
    since = seconds;
    begun = sums.begun, settled = sums.settled, answered = sums.answered, done = sums.done.value_or(0);
  }
  [[nodiscard]] time_point now() const { return start + std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds)); }

  double since{0};
  std::int64_t begun{0}, settled{0}, answered{0}, done{0};
};

TEST(campaign_history, keeps_a_sample_each_ten_seconds_and_an_hour_of_them) {
  campaign_life life;
  life.pass(61s);
  EXPECT_EQ(life.history.samples()->size(), 7u);
  EXPECT_EQ(life.history.samples(), life.history.samples()) << "the same as long as nothing was added";
  life.pass(7200s);
  const auto samples = life.history.samples();
  ASSERT_EQ(samples->size(), history_steps);
  for (std::size_t i = 1; i < samples->size(); ++i)
    EXPECT_EQ((*samples)[i].at - (*samples)[i - 1].at, history_step);
}

TEST(campaign_history, weighs_agents_by_time) {
  campaign_life life;
  EXPECT_FALSE(life.history.busy_share(1min));
  life.agents = 10, life.busy = 4;
  life.pass(30s);
  life.busy = 8;
  life.pass(30s);
  ASSERT_TRUE(life.history.busy_share(1min));
  EXPECT_NEAR(*life.history.busy_share(1min), 0.6, 0.01);
  life.pass(60s);
  EXPECT_NEAR(*life.history.busy_share(1min), 0.8, 0.01) << "what was a minute ago counts no more";
  life.agents = life.busy = 0;
  life.pass(120s);
  EXPECT_FALSE(life.history.busy_share(1min)) << "nobody was there";
}

TEST(campaign_history, divides_answers_by_calls_whose_fate_is_known) {
  campaign_life life;
  life.begun_each = 4, life.settled_each = 2, life.answered_each = 0.5;
  life.pass(120s);
  EXPECT_NEAR(life.history.answer_rate(1min).value(), 0.25, 0.01);
  EXPECT_NEAR(life.history.calls_per_second(10s), 4, 0.5);
  life.change();
  life.begun_each = life.settled_each = life.answered_each = 0;
  life.pass(120s);
  EXPECT_NEAR(life.history.answer_rate(1min).value(), 0.25, 0.03) << "the last that is known";
  EXPECT_EQ(life.history.calls_per_second(10s), 0);
  life.pass(600s);
  EXPECT_FALSE(life.history.answer_rate(1min)) << "too long ago";
}

TEST(campaign_history, says_no_share_before_it_means_something) {
  campaign_life life;
  life.begun_each = life.settled_each = 0.5, life.answered_each = 0.25; // a small team
  life.agents = 2, life.busy = 2;
  life.pass(10s);
  EXPECT_FALSE(life.history.busy_share(1min)) << "ten seconds of two agents";
  life.pass(45s);
  EXPECT_TRUE(life.history.busy_share(1min));
  EXPECT_FALSE(life.history.answer_rate(1min)) << "28 calls";
  life.pass(15s);
  EXPECT_NEAR(life.history.answer_rate(1min).value(), 0.5, 0.03);
  life.change();
  life.settled_each = 0.1, life.answered_each = 0.1; // six in a minute, 30 in five
  life.pass(300s);
  EXPECT_NEAR(life.history.answer_rate(1min).value(), 1.0, 0.1) << "of as many minutes as it takes";
}

TEST(campaign_history, expects_the_end_at_the_pace_of_the_last_ten_minutes) {
  campaign_life life;
  life.done_each = 2;
  life.pass(50s);
  EXPECT_FALSE(life.history.expected_end(600)) << "too early to tell";
  life.pass(100s);
  EXPECT_NEAR(std::chrono::duration<double>(*life.history.expected_end(600) - life.now()).count(), 300, 6);
  EXPECT_FALSE(life.history.expected_end(0));
  life.change();
  life.done_each = 0;
  life.pass(900s);
  EXPECT_FALSE(life.history.expected_end(600)) << "nothing was done for ten minutes";
}

TEST(campaign_history, takes_no_list_that_becomes_known_for_work_that_was_done) {
  campaign_history history;
  campaign_moment m;
  history.at(start, m);
  m.done = 5'000; // the list is loaded
  history.at(start + 1s, m);
  m.done = 5'003;
  history.at(start + 2s, m);
  EXPECT_EQ(history.sums().done, 3);
  m.done = 10; // another list
  history.at(start + 3s, m);
  EXPECT_EQ(history.sums().done, 3);
}

TEST(campaign_history, a_clock_that_goes_back_adds_nothing) {
  campaign_history history;
  campaign_moment m;
  m.agents = 10;
  history.at(start, m);
  history.at(start + 5s, m);
  history.at(start + 1s, m);
  history.at(start + 6s, m);
  EXPECT_DOUBLE_EQ(history.sums().agent_seconds, 60);
}

TEST(campaign_history, an_end_that_is_beyond_any_calendar_is_no_overflow) {
  campaign_life life;
  life.done_each = 0.02;
  life.pass(300s);
  const auto end = life.history.expected_end(INT64_MAX / 2);
  ASSERT_TRUE(end);
  EXPECT_GT(*end, life.now());
}

} // namespace
} // namespace ringmaster::core
