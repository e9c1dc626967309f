// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/simulation/call_centre.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using simulation::named_scenario;
using simulation::simulate;

constexpr time_point start{std::chrono::hours{500'000}};

uuid numbered(std::uint64_t n) {
  uuid id;
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

/// So many agents, of whom the first `free` are free and the others have been talking for a while.
std::vector<agent_status> team_of(agent_key size, agent_key free) {
  std::vector<agent_status> team;
  for (agent_key n = 0; n < size; ++n)
    team.push_back({n, n < free ? agent_state::free : agent_state::talking, n < free ? start : start - 100s,
                    std::nullopt});
  return team;
}

/// One that has seen an hour of the named call centre.
std::unique_ptr<predictive_pacing> experienced(const pacing_options& options = {}) {
  auto p = std::make_unique<predictive_pacing>(options);
  auto c = *named_scenario("realistic");
  c.hours = 1;
  (void)simulate(c, *p, 7);
  p->agents_are({}, start);
  p->ledger({10'000, 200, 1000, 10}, start); // room for risk
  return p;
}

TEST(predictive_pacing, begins_calls_for_free_agents_alone_until_it_knows_something) {
  predictive_pacing p{{}};
  p.agents_are(team_of(1000, 1000), start);
  EXPECT_EQ(p.calls_to_begin(start), 1000);
  EXPECT_EQ(p.decide(start).calls, 1000);
}

TEST(predictive_pacing, begins_more_calls_than_agents_are_free_once_it_does) {
  auto p = experienced();
  p->agents_are(team_of(50, 10), start);
  const auto d = p->decide(start);
  EXPECT_GT(d.calls, 10);
  EXPECT_LT(d.calls, 100);
  EXPECT_NE(d.reason.find("answers are expected"), std::string::npos) << d.reason;
  const auto v = p->view(start);
  EXPECT_NEAR(v.answer_probability, 0.3, 0.06);
  EXPECT_LT(v.answer_low, v.answer_probability);
  EXPECT_GT(v.answer_high, v.answer_probability);
  EXPECT_NEAR(v.talk_mean, 120, 25);
  EXPECT_NEAR(v.wrap_up_mean, 30, 6);
  EXPECT_EQ(v.agents.available, 10);
  ASSERT_EQ(v.last_decisions.size(), 1u);
  EXPECT_EQ(v.last_decisions.front().calls, d.calls);
  EXPECT_FALSE(v.horizons.empty());
}

// Time in flight is exponential there, 20 s in the mean: a fifth of the calls are answered after 32 s.
TEST(predictive_pacing, learns_the_answer_rate_where_calls_ring_for_long) {
  predictive_pacing p{{}};
  auto c = *named_scenario("memoryless");
  c.answer_rate = 0.1;
  c.hours = 3;
  (void)simulate(c, p, 7);
  EXPECT_NEAR(p.view(start).answer_probability, 0.1, 0.01);
}

TEST(predictive_pacing, expects_nothing_of_calls_that_have_ended_however_long_they_rang) {
  for (const auto silence : {10s, 17s, 60s, 200s, 100'000s}) {
    auto p = experienced();
    p->agents_are(team_of(20, 10), start);
    const auto expected = [&] { return p->view(start).horizons.back().answers; };
    const auto before = expected();
    auto now = start;
    for (std::uint64_t n = 0; n < 97; ++n)
      p->begun(numbered(1'000'000 + n), {}, now += 170ms);
    EXPECT_GT(expected(), before + 1);
    now += silence;
    for (std::uint64_t n = 0; n < 97; ++n)
      p->ended(numbered(1'000'000 + n), now += 130ms);
    (void)p->calls_to_begin(now += 300s);
    EXPECT_NEAR(expected(), 0, 0.01) << silence.count() << " s";
  }
}

TEST(predictive_pacing, begins_fewer_when_callers_of_others_wait_or_others_call) {
  const auto calls = [](std::int64_t waiting, std::int64_t others) {
    auto p = experienced();
    p->agents_are(team_of(20, 20), start);
    p->queue({waiting, others}, start);
    return p->calls_to_begin(start);
  };
  const auto alone = calls(0, 0);
  EXPECT_GT(alone, 20);
  EXPECT_LT(calls(6, 0), alone);
  EXPECT_LT(calls(0, 20), alone);
  EXPECT_GT(calls(0, 20), 0) << "not all of others' calls are answered";
}

TEST(predictive_pacing, takes_no_risk_when_one_more_abandoned_call_would_break_the_limit) {
  auto p = experienced();
  p->agents_are(team_of(20, 20), start);
  const auto one_each = 20 - p->calls().outstanding();
  p->ledger({1000, 30, 1000, 0}, start);
  EXPECT_EQ(p->calls_to_begin(start), one_each);
  p->ledger({100'000, 10, 100, 20}, start);
  EXPECT_EQ(p->calls_to_begin(start), one_each) << "of the day";
  p->ledger({100'000, 10, 100, 0}, start);
  EXPECT_GT(p->calls_to_begin(start), one_each);
}

TEST(predictive_pacing, counts_on_no_wrap_up_but_those_sure_to_end_where_nothing_may_be_abandoned) {
  predictive_pacing p{{.abandon_limit = 0}};
  const std::vector<agent_status> team{{1, agent_state::free, start, std::nullopt},
                                       {2, agent_state::wrap_up, start - 100s, std::nullopt},
                                       {3, agent_state::wrap_up, start, start + 500ms},
                                       {4, agent_state::wrap_up, start, start + 3s}};
  p.agents_are(team, start);
  EXPECT_EQ(p.calls_to_begin(start), 2);
}

TEST(predictive_pacing, remembers_over_a_restart_and_believes_nothing_that_is_damaged) {
  const auto before = experienced();
  const auto bytes = before->save(start);
  predictive_pacing after{{}};
  EXPECT_EQ(after.restore(bytes, start), std::nullopt);
  EXPECT_NEAR(after.view(start).answer_probability, before->view(start).answer_probability, 0.02);
  EXPECT_NEAR(after.view(start).talk_mean, before->view(start).talk_mean, 0.1);
  after.agents_are(team_of(20, 20), start);
  after.ledger({10'000, 100, 1000, 10}, start);
  EXPECT_GT(after.calls_to_begin(start), 20) << "experienced";

  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random{seed};
  predictive_pacing fresh{{}};
  EXPECT_EQ(fresh.restore("", start), std::nullopt);
  for (int i = 0; i < 300; ++i) {
    auto broken = bytes;
    if (i % 3 == 0)
      broken.resize(random() % bytes.size());
    else
      broken[random() % broken.size()] =
          static_cast<char>(broken[random() % broken.size()] + 1 + random() % 255);
    if (broken == bytes || broken.empty())
      continue;
    ASSERT_NE(fresh.restore(broken, start), std::nullopt);
  }
  EXPECT_EQ(fresh.calls_to_begin(start), 0);
}

TEST(predictive_pacing, expects_fewer_answers_of_a_list_that_is_seldom_answered_also_after_a_restart) {
  predictive_pacing p{{}};
  auto c = *named_scenario("realistic");
  c.hours = 2, c.entry_sd = 0.2, c.entry_known = true;
  (void)simulate(c, p, 7);
  const auto bytes = p.save(start);
  // Lists are told by the tenth of the probability that their entries have.
  const auto answers_of = [&](std::uint64_t list) {
    predictive_pacing q{{}};
    EXPECT_EQ(q.restore(bytes, start), std::nullopt);
    q.ledger({10'000, 200, 1000, 10}, start);
    q.agents_are(team_of(20, 10), start);
    for (std::uint64_t n = 0; n < 10; ++n)
      q.begun(numbered(n), {.list = list}, start);
    const auto v = q.view(start);
    return v.horizons.back().answers;
  };
  EXPECT_GT(answers_of(6), 1.7 * answers_of(2)) << "answers expected of ten calls";
}

// --- giving up calls that ring

/// So many calls that ring from `start` on, a second after one another, for agents of whom `free` are free and the others
/// have just begun to talk.
std::unique_ptr<predictive_pacing> ringing(std::uint64_t calls, agent_key team, agent_key free,
                                           const pacing_options& options = {}) {
  auto p = experienced(options);
  auto agents = team_of(team, free);
  for (auto& a : agents)
    a.since = start;
  p->agents_are(agents, start);
  for (std::uint64_t n = 0; n < calls; ++n) {
    p->begun(numbered(n), {}, start);
    p->ringing(numbered(n), start + std::chrono::seconds{n});
  }
  return p;
}

TEST(predictive_pacing, gives_up_who_has_rung_longest_where_nobody_would_be_there_for_him) {
  auto p = ringing(5, 3, 0);
  const auto before = p->view(start);
  for (auto rung = 0ms; rung < 15s; rung += 250ms)
    ASSERT_TRUE(p->calls_to_give_up(start + rung).empty()) << rung.count() << " ms";
  const auto g = p->give_up(start + 16s);
  EXPECT_EQ(g.calls, (std::vector{numbered(0), numbered(1)})) << "they have rung for 16 and 15 s, the others for less";
  EXPECT_NE(g.reason.find("finds no agent"), std::string::npos) << g.reason;
  EXPECT_TRUE(p->calls_to_give_up(start + 16s).empty()) << "each is named once";
  EXPECT_EQ(p->calls(), before.calls) << "until they have ended";
  const auto v = p->view(start + 16s);
  EXPECT_EQ(v.given_up, before.given_up + 2);
  EXPECT_EQ(v.last_decisions.front().given_up, 2);
  p->ended(numbered(2), start + 16s);
  p->answered(numbered(3), start + 16s);
  EXPECT_EQ(p->calls_to_give_up(start + 20s), (std::vector{numbered(4)})) << "those who ring no more are left alone";
}

TEST(predictive_pacing, keeps_a_call_ringing_where_an_agent_is_free_for_it) {
  auto p = ringing(1, 2, 1);
  EXPECT_TRUE(p->calls_to_give_up(start + 20s).empty()) << "the last one is no danger to itself";
  p = ringing(4, 40, 30);
  EXPECT_TRUE(p->calls_to_give_up(start + 20s).empty());
}

TEST(predictive_pacing, gives_up_nobody_before_his_time_or_where_it_must_not) {
  const auto given_up = [](const pacing_options& o, duration rung) {
    return ringing(1, 3, 0, o)->calls_to_give_up(start + rung).size();
  };
  EXPECT_EQ(given_up({}, 15s), 1u);
  EXPECT_EQ(given_up({.min_ring = 0s}, 14999ms), 0u) << "whatever the plan says";
  EXPECT_EQ(given_up({.min_ring = 20s}, 19999ms), 0u);
  EXPECT_EQ(given_up({.min_ring = 20s}, 20s), 1u);
  EXPECT_EQ(given_up({.give_up_ringing = false}, 25s), 0u);
  EXPECT_EQ(given_up({.abandon_limit = 0}, 25s), 0u);
  predictive_pacing fresh{{}};
  progressive_pacing progressive{{}};
  for (pacing* p : {static_cast<pacing*>(&fresh), static_cast<pacing*>(&progressive)}) {
    p->agents_are(team_of(3, 0), start);
    p->begun(numbered(1), start);
    p->ringing(numbered(1), start);
    EXPECT_TRUE(p->calls_to_give_up(start + 25s).empty()) << p->method();
  }
}

TEST(predictive_pacing, counts_who_answers_while_he_is_given_up_as_any_live_answer) {
  auto p = ringing(2, 3, 0);
  ASSERT_EQ(p->calls_to_give_up(start + 16s).size(), 2u);
  const auto answers = p->answers(), abandons = p->abandons();
  const auto before = p->calls();
  p->answered(numbered(0), start + 16s);
  p->answered(numbered(1), start + 16s);
  EXPECT_EQ(p->calls().waiting, before.waiting + 2);
  p->ended(numbered(0), start + 16s + 100ms);
  EXPECT_EQ(p->answers(), answers + 1);
  EXPECT_EQ(p->abandons(), abandons + 1) << "the hang-up was ours";
  p->handed_to_agent(numbered(1), start + 16s + 200ms);
  p->ended(numbered(1), start + 16s + 300ms);
  EXPECT_EQ(p->answers(), answers + 2);
  EXPECT_EQ(p->abandons(), abandons + 1);
  EXPECT_EQ(p->calls().in_flight(), before.in_flight() - 2);
}

// Three in ten are answered after 2 to 22 s, the others ring for 30 s. Every other one is hung up at 16 s, by which time
// seven in ten of those who will answer have: taken for failures, they would make the answer rate .255.
TEST(predictive_pacing, learns_of_calls_given_up_no_more_than_that_nobody_answered_until_then) {
  constexpr unsigned seed = 5;
  std::mt19937 random{seed};
  const auto unit = [&] { return std::uniform_real_distribution<>{0, 1}(random); };
  auto p = experienced();
  p->agents_are(team_of(3, 0), start);
  struct call {
    time_point answer, end;
    bool cut;
  };
  std::vector<call> calls(12'000);
  std::size_t first = 0, given_up = 0;
  auto now = start;
  for (std::size_t n = 0; n < calls.size() + 200; ++n, now += 200ms) {
    p->agents_are(team_of(3, 0), now); // they talk on
    if (n < calls.size()) {
      const auto after = unit() < 0.3 ? std::chrono::milliseconds{static_cast<int>(2000 + 20'000 * unit())} : 30'000ms;
      calls[n] = {now + after, now + after, n % 2 == 0};
      p->begun(numbered(n), {}, now);
      if (calls[n].cut)
        p->ringing(numbered(n), now); // of the others that is not told
    }
    for (const auto& id : p->calls_to_give_up(now)) {
      std::size_t which = 0;
      for (std::size_t i = 0; i < 8; ++i)
        which |= std::size_t{id.bytes[i]} << (8 * i);
      ++given_up;
      calls[which].end = now;
    }
    for (auto i = first; i < std::min(n + 1, calls.size()); ++i) {
      auto& c = calls[i];
      if (c.end > now || c.end == time_point{})
        continue;
      if (c.end == c.answer && c.answer - (start + 200ms * i) < 30s) {
        p->answered(numbered(i), now);
        p->abandoned(numbered(i), now);
      }
      p->ended(numbered(i), now);
      c.end = {};
    }
    while (first < calls.size() && first <= n && calls[first].end == time_point{})
      ++first;
  }
  EXPECT_GT(given_up, calls.size() / 3);
  const auto v = p->view(now);
  EXPECT_NEAR(v.answer_probability, 0.3, 0.02);
  EXPECT_NEAR(v.ring_mean, 12, 0.7);
}

TEST(predictive_pacing, survives_events_in_any_order) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random{seed};
  predictive_pacing p{{}};
  auto now = start;
  std::vector<agent_status> picture;
  for (int i = 0; i < 30'000; ++i) {
    now += std::chrono::milliseconds{static_cast<std::int64_t>(random() % 400) - 50};
    const auto id = numbered(random() % 60);
    const auto any_time = now + std::chrono::seconds{static_cast<std::int64_t>(random() % 4000) - 2000};
    const agent_status agent{random() % 25, static_cast<agent_state>(random() % 6), any_time,
                             random() % 2 ? std::optional{any_time + 10s} : std::nullopt};
    (void)p.give_up(now);
    switch (random() % 12) {
    case 0:
    case 1:
      p.begun(id, now);
      break;
    case 2:
      p.ringing(id, now);
      break;
    case 3:
      p.answered(id, now);
      break;
    case 4:
      p.machine(id, now);
      break;
    case 5:
      p.handed_to_agent(id, now);
      break;
    case 6:
      p.abandoned(id, now);
      break;
    case 7:
      p.ended(id, now);
      break;
    case 8:
      picture.push_back(agent);
      if (random() % 10 == 0)
        p.agents_are(picture, now), picture.clear();
      break;
    case 9:
      if (random() % 200 == 0)
        p.agents({.available = 3, .on_call = 4}, now);
      break;
    default:
      p.agent_is(agent, now);
    }
    const auto n = p.calls_to_begin(now);
    ASSERT_GE(n, 0);
    ASSERT_LE(n, 2000);
    const auto& c = p.calls();
    ASSERT_TRUE(c.dialing >= c.ringing && c.ringing >= 0 && c.waiting >= 0 && c.with_agent >= 0);
    const auto& a = p.agents();
    ASSERT_TRUE(a.available >= 0 && a.ringing >= 0 && a.on_call >= 0 && a.wrap_up >= 0 && a.paused >= 0);
    ASSERT_LE(p.abandons(), p.answers());
  }
  // The truth brings everything back.
  for (std::uint64_t n = 0; n < 60; ++n)
    p.ended(numbered(n), now);
  const std::vector<agent_status> truth{{1, agent_state::talking, now, std::nullopt}};
  p.agents_are(truth, now);
  EXPECT_EQ(p.calls(), call_counts{});
  EXPECT_EQ(p.agents(), (availability{.on_call = 1}));
  now += 3s;
  (void)p.calls_to_begin(now);
  for (const auto& h : p.view(now).horizons) {
    EXPECT_NEAR(h.answers, 0, 1e-6);
    EXPECT_LE(h.free_agents, 1);
  }
}

} // namespace
} // namespace ringmaster::core
