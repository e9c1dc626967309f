// SPDX-License-Identifier: Apache-2.0
// A campaign whose agents are on two servers of unequal size, in simulated time: whoever answers meets the
// agents of the server that dialed, and nobody else.
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/pbx_choice.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};
constexpr auto step = 100ms;
constexpr duration grace = 2s;

struct figures {
  std::int64_t answers{0}, abandons{0};
  double busy_share{0};
  [[nodiscard]] double abandoned() const {
    return static_cast<double>(abandons) / static_cast<double>(std::max<std::int64_t>(1, answers));
  }
};

/// Three calls in ten are answered, after 2 to 14 s; the others end within 25 s. Talks last a minute, wrap-up
/// a quarter of it.
class two_servers {
public:
  two_servers(pacing& p, std::uint64_t seed) : pacing_{p}, random_{seed} {}

  /// `paused` of the agents of each are so all the time.
  void team(agent_key agents, agent_key paused) {
    auto& t = teams_.emplace_back();
    for (agent_key n = 0; n < agents; ++n)
      t.agents.push_back(
          {{100 * teams_.size() + n, n < paused ? agent_state::paused : agent_state::free, start, {}},
           start});
  }

  figures run(duration how_long, duration not_counted) {
    for (; now_ < start + how_long; now_ += step) {
      if (now_ == start + not_counted)
        for (auto& t : teams_)
          t.seen = {};
      pass_time();
    }
    figures sum;
    double working = 0;
    for (const auto& t : teams_) {
      sum.answers += t.seen.answers;
      sum.abandons += t.seen.abandons;
      sum.busy_share += t.seen.busy_share;
      working += static_cast<double>(t.working());
    }
    sum.busy_share *=
        static_cast<double>(step / 1ms) / static_cast<double>((how_long - not_counted) / 1ms) / working;
    return sum;
  }
  [[nodiscard]] const figures& of(std::size_t team) const { return teams_[team].seen; }

private:
  struct worker {
    agent_status status;
    time_point until;
  };
  struct caller {
    uuid id;
    time_point since;
  };
  struct a_team {
    std::vector<worker> agents;
    std::deque<caller> waiting;
    figures seen;
    [[nodiscard]] std::int64_t working() const {
      return std::count_if(agents.begin(), agents.end(),
                           [](const auto& a) { return a.status.state != agent_state::paused; });
    }
  };
  struct call {
    uuid id;
    std::size_t team;
    time_point rings, over;
    bool answered;
    bool told_ringing{false};
  };

  duration exponential(double mean) {
    return std::chrono::duration_cast<duration>(
        std::chrono::duration<double>{std::exponential_distribution{1 / mean}(random_)});
  }
  duration between(double a, double b) {
    return std::chrono::duration_cast<duration>(
        std::chrono::duration<double>{std::uniform_real_distribution{a, b}(random_)});
  }
  void becomes(worker& a, agent_state s, duration how_long, std::size_t team) {
    a.status.state = s;
    a.status.since = now_;
    a.until = now_ + how_long;
    pacing_.agent_is(a.status, now_, team);
  }

  void pass_time() {
    std::erase_if(calls_, [&](call& c) {
      if (!c.told_ringing && c.rings <= now_) {
        pacing_.ringing(c.id, now_);
        c.told_ringing = true;
      }
      if (c.over > now_)
        return false;
      if (c.answered) {
        pacing_.answered(c.id, now_);
        teams_[c.team].waiting.push_back({c.id, now_});
        ++teams_[c.team].seen.answers;
      } else {
        pacing_.ended(c.id, now_);
      }
      return true;
    });
    for (std::size_t i = 0; i < teams_.size(); ++i)
      serve(teams_[i], i);
    for (const auto& id : pacing_.calls_to_give_up(now_)) {
      std::erase_if(calls_, [&](const call& c) { return c.id == id; });
      pacing_.ended(id, now_);
    }
    begin();
  }

  void serve(a_team& t, std::size_t i) {
    for (auto& a : t.agents) {
      t.seen.busy_share += a.status.state == agent_state::talking || a.status.state == agent_state::wrap_up;
      if (a.status.state == agent_state::talking && a.until <= now_)
        becomes(a, agent_state::wrap_up, exponential(15), i);
      if (a.status.state == agent_state::wrap_up && a.until <= now_)
        becomes(a, agent_state::free, {}, i);
      if (a.status.state == agent_state::free && !t.waiting.empty()) {
        pacing_.handed_to_agent(t.waiting.front().id, now_);
        talks_.push_back({now_ + 1h, t.waiting.front().id});
        t.waiting.pop_front();
        becomes(a, agent_state::talking, exponential(60), i);
      }
    }
    while (!t.waiting.empty() && now_ - t.waiting.front().since >= grace) {
      pacing_.abandoned(t.waiting.front().id, now_);
      pacing_.ended(t.waiting.front().id, now_);
      t.waiting.pop_front();
      ++t.seen.abandons;
    }
    for (; !talks_.empty() && talks_.front().first <= now_; talks_.pop_front())
      pacing_.ended(talks_.front().second, now_);
    std::vector<agent_status> all;
    for (const auto& a : t.agents)
      all.push_back(a.status);
    pacing_.agents_are(all, now_, i);
    pacing_.queue({static_cast<std::int64_t>(t.waiting.size()), 0}, now_, i);
  }

  void begin() {
    const auto d = pacing_.decide(now_);
    std::vector<pbx_capacity> servers;
    for (std::size_t i = 0; i < teams_.size(); ++i)
      servers.push_back({true, 1000, 0, 1000, queue_part{d.by_pool[i], teams_[i].working()}});
    for (const auto team : choose_pbx(servers, d.calls)) {
      uuid id;
      ++begun_;
      for (std::size_t b = 0; b < 8; ++b)
        id.bytes[b] = static_cast<std::uint8_t>(begun_ >> (8 * b));
      const bool answered = std::bernoulli_distribution{0.3}(random_);
      calls_.push_back({id, team, now_ + 1s, now_ + (answered ? between(2, 14) : between(2, 25)), answered});
      pacing_.begun(id, {}, now_, team);
    }
  }

  pacing& pacing_;
  std::mt19937_64 random_;
  time_point now_{start};
  std::vector<a_team> teams_;
  std::vector<call> calls_;
  std::deque<std::pair<time_point, uuid>> talks_;
  std::uint64_t begun_{0};
};

constexpr std::uint64_t seed = 4711;

TEST(several_servers, progressive_pacing_abandons_nobody) {
  progressive_pacing p{{}};
  two_servers centre{p, seed};
  centre.team(10, 0);
  centre.team(10, 6);
  const auto seen = centre.run(2h, 0s);
  EXPECT_GT(seen.answers, 500);
  EXPECT_EQ(seen.abandons, 0) << "seed " << seed;
  EXPECT_GT(centre.of(1).answers, 100) << "the small team is served, too";
}

TEST(several_servers, predictive_pacing_stays_within_the_limit_and_keeps_agents_busier) {
  progressive_pacing careful{{}};
  predictive_pacing p{{}};
  const auto run = [](pacing& method) {
    two_servers centre{method, seed};
    centre.team(10, 0);
    centre.team(10, 6);
    const auto seen = centre.run(10h, 1h);
    std::printf("%s: busy %.3f, abandoned %.4f of %lld (%.4f and %.4f)\n",
                std::string{method.method()}.c_str(), seen.busy_share, seen.abandoned(),
                static_cast<long long>(seen.answers), centre.of(0).abandoned(), centre.of(1).abandoned());
    return seen;
  };
  const auto least = run(careful), seen = run(p);
  EXPECT_GT(seen.answers, 3000);
  // The run is the same each time, and comes to 0.029.
  EXPECT_LT(seen.abandoned(), 0.035) << "seed " << seed;
  EXPECT_GT(seen.busy_share, least.busy_share + 0.05) << "seed " << seed;
}

TEST(several_servers, calls_are_given_up_where_nobody_would_be_there_for_them) {
  predictive_pacing p{{}};
  two_servers centre{p, seed};
  centre.team(10, 0);
  (void)centre.run(1h, 0s); // what it learns from
  const auto now = start + 1h;
  const auto agents = [&](agent_key first, agent_state s) {
    std::vector<agent_status> team;
    for (agent_key n = 0; n < 3; ++n)
      team.push_back({first + n, s, now, std::nullopt});
    return team;
  };
  p.ledger({10'000, 200, 1000, 10}, now); // room for risk
  p.agents_are(agents(1, agent_state::free), now, 1);
  p.agents_are(agents(11, agent_state::talking), now, 2);
  uuid free, busy;
  free.bytes[15] = 1, busy.bytes[15] = 2;
  p.begun(free, {}, now, 1);
  p.begun(busy, {}, now, 2);
  p.ringing(free, now);
  p.ringing(busy, now);
  const auto given_up = p.calls_to_give_up(now + 15s);
  EXPECT_NE(std::find(given_up.begin(), given_up.end(), busy), given_up.end());
  EXPECT_EQ(std::find(given_up.begin(), given_up.end(), free), given_up.end());
}

} // namespace
} // namespace ringmaster::core
