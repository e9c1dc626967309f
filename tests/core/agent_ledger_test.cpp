// SPDX-License-Identifier: Apache-2.0
// Agents whom several queues and campaigns share, and who may begin calls for them.
#include "actors/core/agent_ledger.hpp"

#include "actors/core/pacing/predictive.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <map>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

agent_ledger::members_pointer people(std::initializer_list<std::pair<agent_key, agent_state>> who, time_point since = start) {
  std::vector<agent_status> all;
  for (const auto& [key, state] : who)
    all.push_back({key, state, since, std::nullopt});
  return std::make_shared<const std::vector<agent_status>>(std::move(all));
}
availability counted(const agent_ledger::members_pointer& who, std::int64_t waiting = 0) {
  availability a;
  for (const auto& s : *who) {
    a.available += s.state == agent_state::free;
    a.ringing += s.state == agent_state::ringing;
    a.on_call += s.state == agent_state::talking;
    a.wrap_up += s.state == agent_state::wrap_up;
    a.paused += s.state == agent_state::paused;
  }
  a.waiting = waiting;
  return a;
}

/// A campaign as its actor runs it: it looks, decides and claims in one step.
struct dialer {
  agent_ledger& ledger;
  std::vector<agent_ledger::queue_index> queues;
  std::unique_ptr<pacing> method;
  agent_ledger::campaign_index index;
  std::map<uuid, agent_ledger::claim> calls;

  dialer(agent_ledger& l, std::vector<agent_ledger::queue_index> q, const std::string& name, pacing_options o = {},
         double weight = 1)
      : ledger{l}, queues{std::move(q)}, method{std::move(*make_pacing(name, o))}, index{l.join()} {
    ledger.campaign_is(index, queues, {.weight = weight, .no_answer_limit = 2});
  }
  void look(time_point now) {
    for (std::size_t i = 0; i < queues.size(); ++i) {
      agent_ledger::view seen;
      ledger.look(index, queues[i], method->learned_answer_rate(), now, seen);
      method->agents_are(seen.agents ? std::span<const agent_status>{*seen.agents} : std::span<const agent_status>{}, now, i);
      method->queue(seen.load, now, i);
      method->others_by_age(seen.others, now, i);
    }
  }
  std::int64_t can_begin(time_point now) {
    look(now);
    return method->calls_to_begin(now);
  }
  /// What it begins when it is asked; `able`: its list has entries.
  std::int64_t act(time_point now, std::vector<agent_ledger::campaign_index>& next, bool able = true) {
    const auto n = can_begin(now);
    ledger.wants(index, able, now);
    if (!able || n <= 0) {
      ledger.pass(index, now, next);
      return 0;
    }
    const auto ours = ledger.turn(index, method->offer(n, now), now, &next);
    const auto wanted = method->by_pool();
    std::int64_t begun = 0;
    for (std::size_t i = 0; i < queues.size(); ++i)
      for (std::int64_t k = 0; k < wanted[i] && begun < ours; ++k, ++begun)
        begin(i, now);
    return begun;
  }
  uuid begin(std::size_t pool, time_point now) {
    static std::uint64_t number = 0;
    uuid id;
    ++number;
    std::memcpy(id.bytes.data(), &number, sizeof number);
    method->begun(id, {}, now, pool);
    calls[id] = ledger.begun(index, queues[pool], now);
    return id;
  }
  void answered(const uuid& id, time_point now) {
    method->answered(id, now);
    ledger.answered(calls.at(id));
  }
  void handed(const uuid& id, time_point now) {
    method->handed_to_agent(id, now);
    ledger.handed(calls.at(id), now);
  }
  void ended(const uuid& id, time_point now) {
    method->ended(id, now);
    ledger.ended(calls.at(id));
    calls.erase(id);
  }
};

/// All campaigns are asked, those first whose turn it is, until nobody begins anything; how many calls each has begun.
std::vector<std::int64_t> settle(std::vector<std::unique_ptr<dialer>>& all, time_point now) {
  std::vector<std::int64_t> begun(all.size());
  std::deque<std::size_t> to_ask;
  for (std::size_t i = 0; i < all.size(); ++i)
    to_ask.push_back(i);
  for (int rounds = 0; !to_ask.empty() && rounds < 10'000; ++rounds) {
    const auto i = to_ask.front();
    to_ask.pop_front();
    std::vector<agent_ledger::campaign_index> next;
    begun[i] += all[i]->act(now, next);
    for (const auto who : next)
      for (std::size_t k = 0; k < all.size(); ++k)
        if (all[k]->index == who)
          to_ask.push_back(k);
  }
  EXPECT_TRUE(to_ask.empty()) << "campaigns wait for one another for ever";
  return begun;
}
std::int64_t sum(const std::vector<std::int64_t>& all) {
  std::int64_t s = 0;
  for (const auto n : all)
    s += n;
  return s;
}

TEST(agent_key, is_one_for_a_person_however_the_interface_is_written) {
  EXPECT_EQ(agent_key_of("a", "Local/51@agents/n"), agent_key_of("a", "Local/51@agents"));
  EXPECT_EQ(agent_key_of("a", "Local/51@agents/n", "PJSIP/51"), agent_key_of("a", "pjsip/51"));
  EXPECT_NE(agent_key_of("a", "PJSIP/51"), agent_key_of("b", "PJSIP/51"));
  EXPECT_NE(agent_key_of("a", "PJSIP/51"), agent_key_of("a", "PJSIP/52"));
}

TEST(agent_ledger, who_is_busy_in_one_queue_is_not_free_in_another) {
  agent_ledger ledger;
  const auto blue = ledger.queue(0, "blue"), green = ledger.queue(0, "green"), elsewhere = ledger.queue(1, "blue");
  EXPECT_EQ(ledger.queue(0, "blue"), blue);
  EXPECT_NE(elsewhere, blue);
  const auto in_green = [&](agent_state in_blue, agent_state own) {
    const auto b = people({{1, in_blue}, {2, agent_state::free}}), g = people({{1, own}, {3, agent_state::free}});
    ledger.queue_is(blue, b, counted(b), start);
    ledger.queue_is(green, g, counted(g), start);
    agent_ledger::view seen;
    ledger.look(0, green, 0, start, seen);
    EXPECT_EQ(seen.counts, counted(seen.agents));
    return seen.agents->front().state;
  };
  const auto me = ledger.join();
  EXPECT_EQ(me, 0u);
  EXPECT_EQ(in_green(agent_state::free, agent_state::free), agent_state::free);
  EXPECT_EQ(in_green(agent_state::talking, agent_state::free), agent_state::talking);
  EXPECT_EQ(in_green(agent_state::ringing, agent_state::free), agent_state::ringing);
  EXPECT_EQ(in_green(agent_state::wrap_up, agent_state::free), agent_state::wrap_up);
  EXPECT_EQ(in_green(agent_state::talking, agent_state::wrap_up), agent_state::talking);
  EXPECT_EQ(in_green(agent_state::paused, agent_state::free), agent_state::free) << "a pause is of its queue";
  EXPECT_EQ(in_green(agent_state::talking, agent_state::paused), agent_state::paused);
  // Who leaves the other queue is seen here alone.
  ledger.queue_is(blue, people({}), {}, start);
  EXPECT_EQ(in_green(agent_state::free, agent_state::free), agent_state::free);
  ledger.queue_is(blue, people({{1, agent_state::talking}}), {}, start);
  ledger.queue_is(blue, people({}), {}, start);
  EXPECT_EQ(ledger.members(green, start)->front().state, agent_state::free);
}

/// Of any method: what several campaigns begin together for agents who become free is what one would.
class agents_of_several : public testing::TestWithParam<std::string> {};

TEST_P(agents_of_several, campaigns_begin_for_a_freed_agent_what_one_would) {
  pacing_options options;
  options.max_calls_per_agent = GetParam() == "ratio" ? 2 : 0;
  options.service_level = GetParam() == "available" ? 2 : 0;
  const auto begun_by = [&](std::size_t campaigns, std::size_t queues) {
    agent_ledger ledger;
    std::vector<agent_ledger::queue_index> names;
    for (std::size_t q = 0; q < queues; ++q)
      names.push_back(ledger.queue(0, "queue " + std::to_string(q)));
    std::vector<std::unique_ptr<dialer>> all;
    for (std::size_t c = 0; c < campaigns; ++c)
      all.push_back(std::make_unique<dialer>(ledger, std::vector{names[c % queues]}, GetParam(), options));
    const auto tell = [&](agent_state first, time_point now) {
      const auto who = people({{1, first}, {2, agent_state::talking}, {3, agent_state::talking}}, now);
      for (const auto q : names)
        ledger.queue_is(q, who, counted(who), now);
    };
    tell(agent_state::paused, start);
    settle(all, start);
    const auto before = sum(settle(all, start + 1s));
    EXPECT_EQ(before, 0);
    tell(agent_state::free, start + 2s);
    return sum(settle(all, start + 2s));
  };
  const auto alone = begun_by(1, 1);
  EXPECT_GE(alone, 1);
  for (const std::size_t campaigns : {2u, 4u})
    for (const std::size_t queues : {1u, 2u})
      EXPECT_EQ(begun_by(campaigns, queues), alone) << campaigns << " campaigns, " << queues << " queues";
}

INSTANTIATE_TEST_SUITE_P(methods, agents_of_several, testing::Values("progressive", "available", "ratio", "predictive"),
                         [](const auto& of) { return of.param; });

TEST(agent_ledger, counts_a_call_until_the_queue_tells_of_the_agent_it_met) {
  agent_ledger ledger;
  const auto sales = ledger.queue(0, "sales");
  dialer a{ledger, {sales}, "progressive"}, b{ledger, {sales}, "progressive"};
  const auto tell = [&](agent_state s, time_point now, std::int64_t waiting = 0) {
    const auto who = people({{1, s}, {2, agent_state::free}}, now);
    ledger.queue_is(sales, who, counted(who, waiting), now);
  };
  tell(agent_state::free, start);
  EXPECT_EQ(a.can_begin(start), 2);
  const auto call = a.begin(0, start);
  EXPECT_EQ(b.can_begin(start), 1);
  a.answered(call, start + 5s);
  tell(agent_state::ringing, start + 5s, 1);
  EXPECT_EQ(a.can_begin(start + 5s), 1);
  EXPECT_EQ(b.can_begin(start + 5s), 1) << "the agent is rung for the call that is counted";
  // News of the call comes first.
  tell(agent_state::free, start + 6s);
  a.handed(call, start + 6s);
  EXPECT_EQ(b.can_begin(start + 6s), 1);
  EXPECT_EQ(a.can_begin(start + 6s), 1);
  tell(agent_state::talking, start + 6s);
  EXPECT_EQ(b.can_begin(start + 7s), 1);
  EXPECT_EQ(a.can_begin(start + 7s), 1);
  // News of the agent comes first.
  tell(agent_state::free, start + 60s);
  a.ended(call, start + 60s);
  const auto second = b.begin(0, start + 60s);
  b.answered(second, start + 63s);
  tell(agent_state::talking, start + 63s);
  b.handed(second, start + 63s);
  EXPECT_EQ(a.can_begin(start + 63s), 1);
  EXPECT_EQ(b.can_begin(start + 63s), 1);
}

TEST(agent_ledger, no_claim_counts_twice_or_for_ever) {
  agent_ledger ledger;
  const auto sales = ledger.queue(0, "sales");
  const auto a = ledger.join(), b = ledger.join();
  const auto others = [&] {
    agent_ledger::view seen;
    ledger.look(b, sales, 0, start + 10s, seen);
    float in_flight = 0;
    for (const auto n : seen.others)
      in_flight += n;
    return std::tuple{seen.load.others_calls, seen.load.others_answered, seen.load.others_ahead, in_flight};
  };
  agent_ledger::claim none;
  ledger.answered(none);
  ledger.handed(none, start);
  ledger.ended(none);
  EXPECT_EQ(others(), (std::tuple{0, 0, 0, 0.f}));
  auto one = ledger.begun(a, sales, start), two = ledger.begun(a, sales, start + 3s), old = ledger.begun(a, sales, start - 40min);
  EXPECT_EQ(others(), (std::tuple{3, 0, 0, 3.f}));
  ledger.answered(one);
  ledger.answered(one);
  EXPECT_EQ(others(), (std::tuple{3, 1, 0, 2.f}));
  ledger.given_up(two);
  ledger.given_up(two);
  EXPECT_EQ(others(), (std::tuple{3, 1, 0, 1.f})) << "on the way still, and nobody will answer it";
  ledger.ended(two);
  ledger.ended(two);
  ledger.ended(old);
  ledger.handed(one, start + 10s);
  ledger.handed(one, start + 10s);
  EXPECT_EQ(others(), (std::tuple{0, 0, 1, 0.f}));
  const auto who = people({{1, agent_state::free}});
  ledger.queue_is(sales, who, counted(who), start + 13s);
  EXPECT_EQ(others(), (std::tuple{0, 0, 0, 0.f})) << "a later picture knows of it";
  ledger.leave(a);
  EXPECT_EQ(ledger.join(), a);
}

// Queues that share some of their agents, and Asterisk gives callers to whomever it likes: nobody is left without an agent.
TEST(agent_ledger, progressive_campaigns_of_queues_that_share_some_agents_abandon_nobody) {
  constexpr unsigned seed = 7;
  std::mt19937 random{seed};
  std::size_t most_up = 0;
  for (int run = 0; run < 300; ++run) {
    agent_ledger ledger;
    std::vector<agent_ledger::queue_index> names;
    std::vector<std::vector<agent_key>> members;
    for (std::size_t q = 0; q < 3; ++q) {
      names.push_back(ledger.queue(0, std::to_string(q)));
      auto& m = members.emplace_back();
      for (agent_key k = 1; k <= 8; ++k)
        if (random() % 2)
          m.push_back(k);
    }
    std::map<agent_key, agent_state> state;
    for (agent_key k = 1; k <= 8; ++k)
      state[k] = random() % 3 ? agent_state::free : agent_state::talking;
    const auto tell = [&](time_point now) {
      for (std::size_t q = 0; q < 3; ++q) {
        std::vector<agent_status> all;
        for (const auto k : members[q])
          all.push_back({k, state[k], start, {}});
        const auto who = std::make_shared<const std::vector<agent_status>>(std::move(all));
        ledger.queue_is(names[q], who, counted(who), now);
      }
    };
    tell(start);
    std::vector<std::unique_ptr<dialer>> all;
    for (std::size_t q = 0; q < 3; ++q)
      all.push_back(std::make_unique<dialer>(ledger, std::vector{names[q]}, "progressive"));
    auto now = start;
    settle(all, now);
    for (int i = 0; i < 3; ++i, now += 1s) {
      state[1 + random() % 8] = agent_state::free;
      tell(now);
      settle(all, now);
    }
    // All are answered, in some order; each caller gets any agent of his queue who is free.
    std::vector<std::size_t> callers;
    for (std::size_t q = 0; q < 3; ++q)
      callers.insert(callers.end(), all[q]->calls.size(), q);
    most_up = std::max(most_up, callers.size());
    std::shuffle(callers.begin(), callers.end(), random);
    for (const auto q : callers) {
      std::vector<agent_key> free;
      for (const auto k : members[q])
        if (state[k] == agent_state::free)
          free.push_back(k);
      ASSERT_FALSE(free.empty()) << "seed " << seed << ", run " << run;
      state[free[random() % free.size()]] = agent_state::talking;
    }
  }
  EXPECT_GE(most_up, 5u) << "nothing was tried";
}

// --- turns

/// One agent frees again and again; how many calls each campaign has begun.
std::vector<std::int64_t> shares_of(std::vector<std::unique_ptr<dialer>>& all, agent_ledger& ledger,
                                    agent_ledger::queue_index queue, int times, time_point& now) {
  std::vector<std::int64_t> begun(all.size());
  for (int i = 0; i < times; ++i, now += 500ms) {
    const auto who = people({{1, agent_state::free}}, now);
    ledger.queue_is(queue, who, counted(who), now);
    const auto more = settle(all, now);
    EXPECT_EQ(sum(more), 1) << "whoever's turn it is";
    for (std::size_t k = 0; k < all.size(); ++k) {
      begun[k] += more[k];
      while (!all[k]->calls.empty())
        all[k]->ended(all[k]->calls.begin()->first, now);
    }
  }
  return begun;
}

TEST(agent_ledger, campaigns_take_turns_by_their_weights) {
  agent_ledger ledger;
  const auto sales = ledger.queue(0, "sales");
  std::vector<std::unique_ptr<dialer>> all;
  for (const double weight : {1.0, 1.0, 3.0})
    all.push_back(std::make_unique<dialer>(ledger, std::vector{sales}, "progressive", pacing_options{}, weight));
  auto now = start;
  auto begun = shares_of(all, ledger, sales, 500, now);
  EXPECT_NEAR(static_cast<double>(begun[0]), 100, 2);
  EXPECT_NEAR(static_cast<double>(begun[1]), 100, 2);
  EXPECT_NEAR(static_cast<double>(begun[2]), 300, 2);
  // Who comes later has saved nothing up, and owes nothing.
  all.push_back(std::make_unique<dialer>(ledger, std::vector{sales}, "progressive"));
  begun = shares_of(all, ledger, sales, 600, now);
  EXPECT_NEAR(static_cast<double>(begun[3]), 100, 3);
  EXPECT_NEAR(static_cast<double>(begun[2]), 300, 3);
}

TEST(agent_ledger, who_cannot_begin_calls_holds_nobody_up) {
  agent_ledger ledger;
  const auto sales = ledger.queue(0, "sales");
  std::vector<std::unique_ptr<dialer>> all;
  all.push_back(std::make_unique<dialer>(ledger, std::vector{sales}, "progressive"));
  all.push_back(std::make_unique<dialer>(ledger, std::vector{sales}, "progressive", pacing_options{.max_calls = 1}));
  all[1]->begin(0, start); // as many as its plan allows
  auto now = start;
  const auto who = people({{1, agent_state::free}, {2, agent_state::free}, {3, agent_state::free}}, now);
  ledger.queue_is(sales, who, counted(who), now);
  EXPECT_EQ(settle(all, now), (std::vector<std::int64_t>{2, 0}));
  // One that has nobody to call wants no calls.
  std::vector<agent_ledger::campaign_index> next;
  all[1]->ended(all[1]->calls.begin()->first, now);
  EXPECT_EQ(all[1]->act(now, next, false), 0);
  EXPECT_EQ(all[0]->act(now, next), 1);
  // And one that is not heard of any more is not waited for.
  all[0]->ended(all[0]->calls.begin()->first, now);
  ledger.wants(all[1]->index, true, now);
  EXPECT_EQ(all[0]->act(now + 2s, next), 1);
}

// --- predicting

/// Has seen an hour of calls of which three in ten are answered.
void teach(dialer& d, time_point& now) {
  std::mt19937 random{11};
  for (int i = 0; i < 600; ++i, now += 500ms) {
    const auto id = d.begin(0, now);
    if (random() % 10 < 3) {
      d.answered(id, now + 6s);
      d.handed(id, now + 6s);
    }
    d.ended(id, now + 20s);
  }
  now += 60s;
}

TEST(agent_ledger, one_that_predicts_counts_others_calls_as_its_own) {
  const auto late_with = [](bool two) {
    agent_ledger ledger;
    const auto sales = ledger.queue(0, "sales");
    dialer a{ledger, {sales}, "predictive", {.daily_limit = 1}}, b{ledger, {sales}, "predictive", {.daily_limit = 1}};
    auto now = start;
    teach(a, now);
    a.method->ledger({10'000, 200, 1000, 10}, now);
    std::vector<agent_status> team;
    for (agent_key k = 1; k <= 20; ++k)
      team.push_back({k, k <= 15 ? agent_state::free : agent_state::talking, now - 90s, {}});
    const auto who = std::make_shared<const std::vector<agent_status>>(team);
    ledger.queue_is(sales, who, counted(who), now);
    for (int i = 0; i < 20; ++i)
      (two && i % 2 ? b : a).begin(0, now - i * 300ms);
    return a.can_begin(now);
  };
  const auto alone = late_with(false);
  EXPECT_GT(alone, 0);
  EXPECT_EQ(late_with(true), alone);
}

TEST(agent_ledger, one_that_predicts_counts_calls_to_another_queue_by_the_agents_in_common) {
  const auto with_common = [](agent_key common) {
    agent_ledger ledger;
    const auto blue = ledger.queue(0, "blue"), green = ledger.queue(0, "green");
    dialer a{ledger, {blue}, "predictive", {.daily_limit = 1}};
    const auto b = ledger.join();
    auto now = start;
    teach(a, now);
    a.method->ledger({10'000, 200, 1000, 10}, now);
    const auto team = [&](agent_key first) {
      std::vector<agent_status> all;
      for (agent_key k = first; k < first + 20; ++k)
        all.push_back({k, agent_state::free, now - 90s, {}});
      return std::make_shared<const std::vector<agent_status>>(std::move(all));
    };
    const auto ours = team(100), theirs = team(120 - common);
    ledger.queue_is(blue, ours, counted(ours), now);
    ledger.queue_is(green, theirs, counted(theirs), now);
    for (int i = 0; i < 20; ++i)
      (void)ledger.begun(b, green, now - 1s);
    return a.can_begin(now);
  };
  const auto apart = with_common(0), half = with_common(10), all = with_common(20);
  EXPECT_GT(apart, half);
  EXPECT_GT(half, all);
  EXPECT_GT(all, 0);
}

} // namespace
} // namespace ringmaster::core
