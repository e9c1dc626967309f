// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing.hpp"
#include "actors/core/pacing/predictive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point now{std::chrono::hours{500'000}};

uuid numbered(std::uint8_t n) {
  uuid id;
  id.bytes[15] = n;
  return id;
}

availability agents(std::int64_t available, std::int64_t ringing = 0, std::int64_t on_call = 0,
                    std::int64_t waiting = 0) {
  availability a;
  a.available = available;
  a.ringing = ringing;
  a.on_call = on_call;
  a.waiting = waiting;
  return a;
}

TEST(available_pacing, begins_agents_minus_calls_plus_service_level) {
  available_pacing p{{.service_level = 2}};
  p.agents(agents(3), now);
  EXPECT_EQ(p.decide(now).calls, 5);
  p.begun(numbered(1), now);
  p.begun(numbered(1), now);
  EXPECT_EQ(p.decide(now).calls, 4) << "a call begun twice is one call";
  p.set_options({.service_level = -5});
  EXPECT_EQ(p.decide(now).calls, 0) << "never below none";
  EXPECT_FALSE(p.decide(now).reason.empty());
}

TEST(available_pacing, does_not_stall_when_all_agents_but_one_talk) {
  available_pacing p{{}};
  for (std::uint8_t n = 1; n <= 4; ++n) {
    p.begun(numbered(n), now);
    p.answered(numbered(n), now);
    p.handed_to_agent(numbered(n), now);
  }
  p.agents(agents(1, 0, 4), now);
  EXPECT_EQ(p.decide(now).calls, 1)
      << "a call with an agent has taken its agent out of the available ones already";
}

TEST(available_pacing, counts_an_agent_who_is_rung_for_our_caller_together_with_the_caller) {
  available_pacing p{{}};
  p.begun(numbered(1), now);
  p.answered(numbered(1), now);
  p.agents(agents(1, 1, 0, 1), now);
  EXPECT_EQ(p.decide(now).calls, 1);
  p.agents(agents(1, 3, 0, 3), now);
  EXPECT_EQ(p.decide(now).calls, 1) << "those who are rung for other callers are not ours";
}

TEST(available_pacing, leaves_room_for_other_campaigns_on_the_same_queue) {
  available_pacing p{{}};
  auto a = agents(5);
  a.others_calls = 3;
  p.agents(a, now);
  EXPECT_EQ(p.decide(now).calls, 2);
}

TEST(progressive_pacing, never_has_more_lines_than_free_agents) {
  progressive_pacing p{{.service_level = 50}};
  p.agents(agents(3), now);
  EXPECT_EQ(p.decide(now).calls, 3);
  p.begun(numbered(1), now);
  p.begun(numbered(2), now);
  p.answered(numbered(2), now);
  p.agents(agents(3, 0, 0, 1), now);
  EXPECT_EQ(p.decide(now).calls, 1);
}

TEST(progressive_pacing, serves_callers_who_wait_first) {
  progressive_pacing p{{}};
  p.agents(agents(3, 0, 0, 2), now);
  EXPECT_EQ(p.decide(now).calls, 1);
  p.agents(agents(3, 0, 0, 7), now);
  EXPECT_EQ(p.decide(now).calls, 0);
}

TEST(pacing, fills_a_destination_without_agents_to_a_cap) {
  available_pacing p{{.service_level = 9, .unlimited_calls = 3}};
  availability a;
  a.unlimited = true;
  p.agents(a, now);
  EXPECT_EQ(p.decide(now).calls, 3);
  p.begun(numbered(1), now);
  p.begun(numbered(2), now);
  p.answered(numbered(2), now);
  EXPECT_EQ(p.decide(now).calls, 1) << "answered ones hold a channel, too";
  p.ended(numbered(2), now);
  EXPECT_EQ(p.decide(now).calls, 2);
}

TEST(pacing, counts_each_call_once_whatever_the_order_of_its_events) {
  available_pacing p{{}};
  p.answered(numbered(9), now);
  EXPECT_EQ(p.calls(), call_counts{}) << "a stranger";
  p.begun(numbered(1), now);
  p.handed_to_agent(numbered(1), now);
  p.ringing(numbered(1), now);
  p.answered(numbered(1), now);
  EXPECT_EQ(p.calls(), (call_counts{.with_agent = 1}));
  EXPECT_EQ(p.answers(), 1);
  p.begun(numbered(2), now);
  p.ringing(numbered(2), now);
  EXPECT_EQ(p.calls(), (call_counts{.dialing = 1, .ringing = 1, .with_agent = 1}));
  p.answered(numbered(2), now);
  p.abandoned(numbered(2), now);
  p.abandoned(numbered(2), now);
  EXPECT_EQ(p.abandons(), 1);
  EXPECT_EQ(p.calls().outstanding(), 0);
  p.ended(numbered(1), now);
  p.ended(numbered(1), now);
  p.ended(numbered(2), now);
  EXPECT_EQ(p.calls(), call_counts{});
}

TEST(pacing, counts_never_go_below_nothing) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random{seed};
  progressive_pacing p{{}};
  for (int i = 0; i < 20'000; ++i) {
    const auto id = numbered(static_cast<std::uint8_t>(random() % 20));
    switch (random() % 6) {
    case 0:
      p.begun(id, now);
      break;
    case 1:
      p.ringing(id, now);
      break;
    case 2:
      p.answered(id, now);
      break;
    case 3:
      p.handed_to_agent(id, now);
      break;
    case 4:
      p.abandoned(id, now);
      break;
    default:
      p.ended(id, now);
    }
    p.agents(agents(random() % 5, random() % 3, random() % 3, random() % 4), now);
    const auto& c = p.calls();
    ASSERT_TRUE(c.dialing >= c.ringing && c.ringing >= 0 && c.waiting >= 0 && c.with_agent >= 0);
    const auto d = p.decide(now);
    ASSERT_GE(d.calls, 0);
    ASSERT_LE(d.calls, p.agents().available);
  }
}

agent_status agent(agent_key key, agent_state state, time_point since = now) {
  return {key, state, since, std::nullopt};
}

TEST(pacing, counts_agents_told_one_by_one) {
  progressive_pacing p{{}};
  p.agent_is(agent(1, agent_state::free), now);
  p.agent_is(agent(2, agent_state::talking), now);
  p.agent_is(agent(2, agent_state::talking), now);
  p.agent_is(agent(3, agent_state::wrap_up), now);
  p.agent_is(agent(4, agent_state::paused), now);
  EXPECT_EQ(p.agents(), (availability{.available = 1, .on_call = 1, .wrap_up = 1, .paused = 1}));
  p.agent_is(agent(3, agent_state::free), now);
  p.agent_is(agent(4, agent_state::logged_out), now);
  p.agent_is(agent(9, agent_state::logged_out), now);
  EXPECT_EQ(p.agents(), (availability{.available = 2, .on_call = 1}));
  EXPECT_EQ(p.calls_to_begin(now), 2);
}

TEST(pacing, a_whole_picture_of_the_agents_replaces_what_was_believed) {
  available_pacing p{{}};
  for (agent_key n = 0; n < 5; ++n)
    p.agent_is(agent(n, agent_state::free), now);
  const std::vector<agent_status> truth{agent(3, agent_state::talking), agent(7, agent_state::free),
                                        agent(8, agent_state::logged_out)};
  p.agents_are(truth, now);
  EXPECT_EQ(p.agents(), (availability{.available = 1, .on_call = 1}));
  p.agents(agents(4), now);
  EXPECT_EQ(p.calls_to_begin(now), 4) << "counts replace agents told one by one";
  p.agents_are(truth, now);
  EXPECT_EQ(p.calls_to_begin(now), 1);
}

TEST(pacing, an_agent_whom_a_call_has_reached_is_not_free_before_the_queue_says_so) {
  progressive_pacing p{{}};
  p.agent_is(agent(1, agent_state::free), now);
  p.agent_is(agent(2, agent_state::free), now);
  p.begun(numbered(1), now);
  p.answered(numbered(1), now);
  p.handed_to_agent(numbered(1), now);
  EXPECT_EQ(p.calls_to_begin(now), 1);
  p.agent_is(agent(1, agent_state::talking), now);
  EXPECT_EQ(p.calls_to_begin(now), 1) << "and is counted once";
  // The other way round.
  p.begun(numbered(2), now);
  p.agent_is(agent(2, agent_state::talking), now);
  p.handed_to_agent(numbered(2), now);
  p.agent_is(agent(2, agent_state::free), now);
  EXPECT_EQ(p.calls_to_begin(now), 1);
  // News that was lost is waited for until the whole picture comes, and not for ever.
  p.begun(numbered(3), now);
  p.handed_to_agent(numbered(3), now);
  EXPECT_EQ(p.calls_to_begin(now), 0);
  EXPECT_EQ(p.calls_to_begin(now + 2 * agent_lag), 0);
  EXPECT_EQ(p.calls_to_begin(now + 2 * longest_lag), 1);
  p.begun(numbered(4), now);
  p.handed_to_agent(numbered(4), now);
  EXPECT_EQ(p.calls_to_begin(now), 0);
  p.agents_are(std::vector{agent(1, agent_state::talking), agent(2, agent_state::free)}, now + 2 * agent_lag);
  EXPECT_EQ(p.calls_to_begin(now + 2 * agent_lag), 1);
}

TEST(pacing, what_nobody_saw_of_a_live_answer_is_never_called_abandoned) {
  using namespace std::chrono_literals;
  available_pacing p{{}};
  p.agents(agents(1), now);
  for (std::uint8_t n = 1; n <= 3; ++n)
    p.begun(numbered(n), now);
  p.answered(numbered(1), now);
  p.unseen(numbered(1), now + 60s); // longer than any grace
  EXPECT_EQ(p.answers(), 1);
  p.ended(numbered(1), now + 90s);
  p.unseen(numbered(2), now + 60s); // its answer was not heard either
  EXPECT_EQ(p.answers(), 2);
  p.answered(numbered(3), now);
  p.abandoned(numbered(3), now + 2s);
  p.unseen(numbered(3), now + 60s);
  EXPECT_EQ(p.answers(), 3);
  EXPECT_EQ(p.abandons(), 1) << "that one was known";
}

TEST(pacing, late_news_of_an_agent_reached_in_time_is_no_abandoned_call) {
  using namespace std::chrono_literals;
  progressive_pacing p{{}};
  for (agent_key n = 1; n <= 3; ++n)
    p.agent_is({n, agent_state::free, now, std::nullopt}, now);
  const auto answered_at = [&](std::uint8_t n, time_point at) {
    p.begun(numbered(n), at);
    p.answered(numbered(n), at);
  };
  answered_at(1, now);
  p.agent_is({1, agent_state::talking, now + 1s, std::nullopt}, now + 1s);
  p.handed_to_agent(numbered(1), now + 20s);
  EXPECT_EQ(p.abandons(), 0) << "the agent's own news came in time";
  answered_at(2, now + 20s);
  p.agent_is({2, agent_state::talking, now + 21s, std::nullopt}, now + 40s);
  p.handed_to_agent(numbered(2), now + 40s);
  EXPECT_EQ(p.abandons(), 0) << "it came late, but says since when";
  answered_at(3, now + 50s);
  p.handed_to_agent(numbered(3), now + 60s);
  EXPECT_EQ(p.abandons(), 1) << "an agent who talked before is none who took this caller";
  EXPECT_EQ(p.answers(), 3);
}

TEST(pacing, a_live_answer_that_waited_longer_than_the_grace_is_abandoned_whoever_takes_it_then) {
  using namespace std::chrono_literals;
  progressive_pacing p{{}};
  for (std::uint8_t n = 1; n <= 4; ++n) {
    p.begun(numbered(n), now);
    p.answered(numbered(n), now);
  }
  p.handed_to_agent(numbered(1), now + 2s);
  p.handed_to_agent(numbered(2), now + 2001ms);
  p.ended(numbered(3), now + 1s);
  p.abandoned(numbered(4), now + 1s);
  p.begun(numbered(6), now);
  p.answered(numbered(6), now);
  p.ended(numbered(6), now + 2s);
  EXPECT_EQ(p.answers(), 5);
  EXPECT_EQ(p.abandons(), 4) << "who left within the grace has met no agent either";
  EXPECT_EQ(p.ledger(), (abandon_ledger{5, 4, 5, 4}));
  p.ledger({100, 3, 10, 1}, now);
  p.begun(numbered(5), now);
  p.abandoned(numbered(5), now);
  EXPECT_EQ(p.ledger(), (abandon_ledger{101, 4, 11, 2}));
}

TEST(pacing, a_live_answer_whose_end_nobody_heard_counts_neither_way) {
  progressive_pacing p{{}};
  for (std::uint8_t n = 1; n <= 3; ++n)
    p.begun(numbered(n), now);
  p.answered(numbered(1), now);
  p.lost(numbered(1), now + std::chrono::seconds{60});
  p.answered(numbered(2), now);
  p.handed_to_agent(numbered(2), now);
  p.lost(numbered(2), now);
  p.lost(numbered(3), now);
  EXPECT_EQ(p.answers(), 1);
  EXPECT_EQ(p.abandons(), 0);
  EXPECT_EQ(p.calls(), call_counts{});
}

TEST(pacing, a_machine_is_no_live_answer_and_needs_no_agent) {
  progressive_pacing p{{}};
  p.begun(numbered(1), now);
  p.answered(numbered(1), now);
  p.machine(numbered(1), now);
  EXPECT_EQ(p.calls().outstanding(), 0);
  p.ended(numbered(1), now);
  EXPECT_EQ(p.answers(), 0);
}

TEST(pacing, keeps_within_the_plans_bounds) {
  progressive_pacing p{{.max_calls = 3}};
  p.agents(agents(9), now);
  EXPECT_EQ(p.calls_to_begin(now), 3);
  p.set_options({.max_calls_per_agent = 0.5});
  EXPECT_EQ(p.calls_to_begin(now), 4);
  ratio_pacing r{{.max_calls_per_agent = 2.5}};
  r.agents(agents(3), now);
  EXPECT_EQ(r.calls_to_begin(now), 7) << "of 8, bounded by 2.5 for each agent";
}

// --- agents on several servers

std::vector<agent_status> free_agents(agent_key first, agent_key count) {
  std::vector<agent_status> all;
  for (agent_key n = 0; n < count; ++n)
    all.push_back(agent(first + n, agent_state::free));
  return all;
}

template <class Method>
class pools_of : public ::testing::Test {};
using careful_methods = ::testing::Types<available_pacing, progressive_pacing, predictive_pacing>;
TYPED_TEST_SUITE(pools_of, careful_methods);

TYPED_TEST(pools_of, agents_who_are_free_on_one_server_serve_no_call_on_another) {
  TypeParam p{pacing_options{}};
  p.agents_are(free_agents(1, 4), now, 0);
  p.agents_are(std::vector{agent(11, agent_state::talking), agent(12, agent_state::paused)}, now, 1);
  for (std::uint8_t n = 1; n <= 3; ++n)
    p.begun(numbered(n), {}, now, 1);
  const auto d = p.decide(now);
  EXPECT_EQ(d.calls, 4) << "the three on the way to the second server are no concern of the first";
  EXPECT_EQ(d.by_pool, (std::vector<std::int64_t>{4, 0}));
  p.begun(numbered(4), {}, now, 0);
  EXPECT_EQ(p.calls_to_begin(now), 3);
  p.agents_are({}, now, 0); // that server is gone
  EXPECT_EQ(p.calls_to_begin(now), 0);
  EXPECT_EQ(p.agents(), (availability{.on_call = 1, .paused = 1}));
  EXPECT_EQ(p.calls().dialing, 4);
  p.agents_are(free_agents(11, 2), now, 1);
  p.ended(numbered(1), now);
  p.ended(numbered(2), now);
  EXPECT_EQ(p.decide(now).by_pool, (std::vector<std::int64_t>{0, 1}));
}

TYPED_TEST(pools_of, other_campaigns_calls_take_the_agents_of_their_own_server) {
  TypeParam p{pacing_options{}};
  p.agents_are(free_agents(1, 3), now, 0);
  p.agents_are(free_agents(11, 3), now, 1);
  p.queue({0, 5}, now, 0);
  EXPECT_EQ(p.decide(now).by_pool, (std::vector<std::int64_t>{0, 3}));
  p.queue({0, 1}, now, 0);
  EXPECT_EQ(p.calls_to_begin(now), 5);
  EXPECT_EQ(p.agents().others_calls, 1);
}

TYPED_TEST(pools_of, the_plans_bounds_are_on_all_servers_together) {
  TypeParam p{pacing_options{.max_calls = 4}};
  p.agents_are(free_agents(1, 3), now, 0);
  p.agents_are(free_agents(11, 3), now, 1);
  const auto d = p.decide(now);
  EXPECT_EQ(d.calls, 4);
  EXPECT_EQ(d.by_pool, (std::vector<std::int64_t>{3, 3})) << "whoever chooses the servers may have any four";
}

TYPED_TEST(pools_of, an_agent_may_move_to_another_server) {
  TypeParam p{pacing_options{}};
  p.agents_are(free_agents(1, 2), now, 0);
  p.agent_is(agent(2, agent_state::free), now, 1);
  EXPECT_EQ(p.decide(now).by_pool, (std::vector<std::int64_t>{1, 1}));
  p.agents_are(free_agents(1, 1), now, 0);
  EXPECT_EQ(p.agents().available, 2);
}

TEST(pacing, news_of_an_agent_is_matched_with_a_call_of_the_same_server) {
  progressive_pacing p{{}};
  p.agents_are(free_agents(1, 1), now, 0);
  p.agents_are(free_agents(11, 1), now, 1);
  p.begun(numbered(1), {}, now, 0);
  p.agent_is(agent(11, agent_state::talking), now, 1); // with somebody else
  p.handed_to_agent(numbered(1), now);
  p.agent_is(agent(11, agent_state::free), now, 1);
  EXPECT_EQ(p.decide(now).by_pool, (std::vector<std::int64_t>{0, 1})) << "the first server's agent is about to talk";
}

TEST(available_pacing, gives_its_service_level_to_the_server_with_most_agents_left) {
  available_pacing p{{.service_level = 3}};
  p.agents_are(free_agents(1, 4), now, 0);
  p.agents_are(std::vector{agent(11, agent_state::free), agent(12, agent_state::talking)}, now, 1);
  p.agents_are(std::vector{agent(21, agent_state::paused)}, now, 2);
  auto d = p.decide(now);
  EXPECT_EQ(d.calls, 8);
  EXPECT_EQ(d.by_pool, (std::vector<std::int64_t>{7, 1, 0})) << "nobody works on the third";
  for (std::uint8_t n = 1; n <= 3; ++n)
    p.begun(numbered(n), {}, now, 1);
  d = p.decide(now);
  EXPECT_EQ(d.calls, 5) << "two of the service level are in use";
  p.set_options({.service_level = -2});
  EXPECT_EQ(p.decide(now).calls, 2);
}

/// Of every method, with everything that could add a call to none.
std::vector<std::unique_ptr<pacing>> all_methods() {
  std::vector<std::unique_ptr<pacing>> all;
  for (const auto* name : {"available", "progressive", "ratio", "predictive"})
    all.push_back(std::move(*make_pacing(std::string{name}, {.service_level = 3, .max_calls_per_agent = 3})));
  return all;
}

TEST(pacing, begins_nothing_where_nobody_could_take_a_call) {
  for (auto& p : all_methods()) {
    EXPECT_EQ(p->decide(now).calls, 0) << p->method() << ", a queue that was never known";
    p->agents_are(std::vector{agent(1, agent_state::paused)}, now, 0);
    p->agents_are({}, now, 1);
    const auto d = p->decide(now);
    EXPECT_EQ(d.calls, 0) << p->method();
    EXPECT_EQ(d.by_pool, (std::vector<std::int64_t>{0, 0})) << p->method();
    availability gone;
    gone.unavailable = 2;
    gone.paused = 3;
    p->agents(gone, now);
    EXPECT_EQ(p->decide(now).calls, 0) << p->method() << ", told as counts";
  }
}

TEST(pacing, begins_nothing_on_a_server_whose_agents_have_left) {
  for (auto& p : all_methods()) {
    p->agents_are(free_agents(1, 2), now, 0);
    p->agents_are(free_agents(11, 2), now, 1);
    p->agents_are({}, now, 1);
    const auto d = p->decide(now);
    EXPECT_GE(d.by_pool[0], 2) << p->method();
    EXPECT_EQ(d.by_pool[1], 0) << p->method();
  }
}

TEST(pacing, counts_on_nobody_who_leaves_after_wrap_up) {
  for (auto& p : all_methods()) {
    auto wraps = agent(1, agent_state::wrap_up);
    wraps.ends = now + 1s;
    p->agents_are(std::vector{wraps}, now);
    (void)p->calls_to_begin(now);
    p->agents_are({}, now + 1s);
    EXPECT_EQ(p->calls_to_begin(now + 1s), 0) << p->method();
  }
}

TYPED_TEST(pools_of, what_other_campaigns_have_on_the_way_counts_as_our_own) {
  // An agent is rung for the caller of another campaign, a second one is free.
  TypeParam p{pacing_options{}};
  auto rung = agent(2, agent_state::ringing);
  p.agents_are(std::vector{agent(1, agent_state::free), rung}, now);
  p.queue({.waiting = 1, .others_calls = 1, .others_answered = 1}, now);
  EXPECT_EQ(p.calls_to_begin(now), 1);
  // The call has met him, and the queue has not told of it.
  p.agents_are(free_agents(1, 2), now);
  p.queue({.others_ahead = 1}, now);
  EXPECT_EQ(p.calls_to_begin(now), 1);
  p.queue({.most = 0}, now);
  EXPECT_EQ(p.calls_to_begin(now), 0) << "for the sake of another queue's callers";
}

TEST(pacing, names_the_option_that_is_out_of_range) {
  const auto wrong = [](auto&& set) {
    pacing_options o;
    set(o);
    const auto e = validate(o);
    return e ? e->field : "";
  };
  EXPECT_EQ(wrong([](auto&) {}), "");
  EXPECT_EQ(wrong([](auto& o) { o.abandon_limit = 1; }), "abandon_limit");
  EXPECT_EQ(wrong([](auto& o) { o.abandon_limit = -0.01; }), "abandon_limit");
  EXPECT_EQ(wrong([](auto& o) { o.abandon_limit = std::nan(""); }), "abandon_limit");
  EXPECT_EQ(wrong([](auto& o) { o.window_days = 0; }), "abandon_window_days");
  EXPECT_EQ(wrong([](auto& o) { o.grace = -std::chrono::seconds{1}; }), "abandon_grace_ms");
  EXPECT_EQ(wrong([](auto& o) { o.min_ring = -std::chrono::seconds{1}; }), "min_ring_seconds");
  EXPECT_EQ(wrong([](auto& o) { o.min_ring = std::chrono::seconds{31}; }), "min_ring_seconds");
  EXPECT_EQ(wrong([](auto& o) { o.max_calls = -1; }), "max_calls");
  EXPECT_EQ(wrong([](auto& o) { o.max_calls_per_agent = -1; }), "max_calls_per_agent");
  EXPECT_EQ(find_jurisdiction("US")->abandon_limit, 0.03);
  EXPECT_EQ(find_jurisdiction("UK")->abandon_limit, 0);
  EXPECT_EQ(find_jurisdiction("Atlantis"), nullptr);
}

TEST(abandon_days, sums_the_window_and_the_day) {
  abandon_days days;
  days.add(100, 1000, 30);
  days.add(129, 500, 10);
  days.add(130, 5, 1);
  days.add(129, 1, 1);
  EXPECT_EQ(days.totals(129, 30), (abandon_ledger{1501, 41, 501, 11}));
  EXPECT_EQ(days.totals(130, 30), (abandon_ledger{506, 12, 5, 1}));
  EXPECT_EQ(days.totals(131, 1), abandon_ledger{});
  days.add(600, 1, 0);
  EXPECT_EQ(days.days().size(), 1u);
}

TEST(pacing, is_made_by_name) {
  EXPECT_EQ((*make_pacing(std::nullopt, {}))->method(), "available");
  EXPECT_EQ((*make_pacing("available", {}))->method(), "available");
  EXPECT_EQ((*make_pacing("progressive", {}))->method(), "progressive");
  EXPECT_EQ((*make_pacing("predictive", {}))->method(), "predictive");
  EXPECT_EQ((*make_pacing("ratio", {}))->method(), "ratio");
  const auto unknown = make_pacing("clairvoyant", {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().field, "pacing_method");
}

} // namespace
} // namespace ringmaster::core
