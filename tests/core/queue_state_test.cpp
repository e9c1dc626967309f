// SPDX-License-Identifier: Apache-2.0
#include "actors/core/queue_state.hpp"

#include "tests/core/recorded_calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

member_update member(std::string_view interface, std::int64_t status = 1) {
  member_update u;
  u.interface = interface;
  u.status = status;
  u.paused = false;
  u.in_call = false;
  return u;
}

queue_state queue_of_two() {
  queue_state q{"sales"};
  q.resync_begin();
  q.resync_member(member("Local/1@agents/n"));
  q.resync_member(member("PJSIP/2"));
  q.resync_end(start);
  return q;
}

agent_status only(std::vector<agent_status> all, agent_state what) {
  std::erase_if(all, [&](const agent_status& a) { return a.state != what; });
  EXPECT_EQ(all.size(), 1u) << name(what);
  return all.empty() ? agent_status{} : all.front();
}

TEST(queue_state, tells_its_agents_one_by_one_with_the_time_since_which_they_do_what_they_do) {
  auto q = queue_of_two();
  const auto at_first = q.agents("pbx-1", start);
  ASSERT_EQ(at_first.size(), 2u);
  EXPECT_NE(at_first[0].agent, at_first[1].agent);
  for (const auto& agent : q.agents("pbx-1", start + 5s)) {
    EXPECT_EQ(agent.state, agent_state::free);
    EXPECT_EQ(agent.since, start) << "nothing has happened since";
  }
}

TEST(queue_state, tells_who_its_agents_are_when_that_has_changed) {
  auto q = queue_of_two();
  EXPECT_TRUE(q.identities_changed());
  EXPECT_FALSE(q.identities_changed()) << "asked once";
  q.agent_called("PJSIP/2", start + 1s);
  q.agent_connected("PJSIP/2", start + 2s);
  EXPECT_FALSE(q.identities_changed()) << "what somebody does is no change of who it is";
  auto pause = member("PJSIP/2");
  pause.name = "Cleo Roth";
  pause.paused = true;
  pause.paused_reason = "Lunch";
  q.member_changed(pause, start + 3s);
  EXPECT_TRUE(q.identities_changed());
  const auto agents = q.agents("pbx-1", start + 4s);
  const auto who = q.identities("pbx-1");
  ASSERT_EQ(who.size(), 2u);
  const auto cleo = std::find_if(who.begin(), who.end(), [](const agent_identity& w) { return w.interface == "PJSIP/2"; });
  ASSERT_NE(cleo, who.end());
  EXPECT_EQ(*cleo, (agent_identity{cleo->agent, "Cleo Roth", "PJSIP/2", "pbx-1", "Lunch"}));
  EXPECT_TRUE(std::any_of(agents.begin(), agents.end(), [&](const agent_status& a) { return a.agent == cleo->agent; }));
  pause.paused = false;
  q.member_changed(pause, start + 5s);
  EXPECT_TRUE(q.identities_changed());
  for (const auto& w : q.identities("pbx-1"))
    EXPECT_EQ(w.paused_reason, "");
  q.member_removed("PJSIP/2");
  EXPECT_TRUE(q.identities_changed());
  EXPECT_EQ(q.identities("pbx-1").size(), 1u);
}

TEST(queue_state, follows_an_agent_through_a_call) {
  queue_state q{"sales", 10s};
  q.member_added(member("PJSIP/1"), start);
  const auto look = [&](time_point now) {
    const auto all = q.agents("pbx-1", now);
    return all.size() == 1 ? all.front() : agent_status{};
  };
  const auto key = look(start).agent;
  q.agent_called("PJSIP/1", start + 3s);
  EXPECT_EQ(look(start + 4s), (agent_status{key, agent_state::ringing, start + 3s, {}}));
  q.agent_connected("PJSIP/1", start + 5s);
  EXPECT_EQ(look(start + 5s), (agent_status{key, agent_state::talking, start + 5s, {}}));
  // A resync in the middle does not make the call a new one.
  q.resync_begin();
  auto u = member("PJSIP/1", 2);
  u.in_call = true;
  q.resync_member(u);
  q.resync_end(start + 20s);
  EXPECT_EQ(look(start + 21s), (agent_status{key, agent_state::talking, start + 5s, {}}));
  q.agent_connected("PJSIP/1", start + 5s);
  q.agent_completed("PJSIP/1", start + 60s);
  q.member_changed(member("PJSIP/1"), start + 60s);
  EXPECT_EQ(look(start + 61s), (agent_status{key, agent_state::wrap_up, start + 60s, start + 70s}));
  EXPECT_EQ(look(start + 72s), (agent_status{key, agent_state::free, start + 70s, {}}));
  // The next call, of which nothing was heard but that it is there.
  q.member_changed(u, start + 80s);
  EXPECT_EQ(look(start + 80s), (agent_status{key, agent_state::talking, start + 80s, {}}));
  u = member("PJSIP/1", 5);
  q.member_changed(u, start + 90s);
  EXPECT_TRUE(q.agents("pbx-1", start + 110s).empty()) << "who is unreachable is logged out";
}

// Each end that a ringing can have, alone.
TEST(queue_state, ends_a_ringing_by_whichever_end_comes) {
  const auto after = [](auto&& end) {
    queue_state q{"sales"};
    q.member_added(member("PJSIP/1"), start);
    q.caller_joined("caller", start);
    q.agent_called("PJSIP/1", start, "caller", "leg");
    EXPECT_EQ(q.counts(start + 1s).ringing, 1);
    end(q);
    return q.counts(start + 2s).available;
  };
  EXPECT_EQ(after([](queue_state& q) { q.caller_abandoned("caller", start + 1s); }), 1);
  EXPECT_EQ(after([](queue_state& q) { q.channel_ended("caller", start + 1s); }), 1);
  EXPECT_EQ(after([](queue_state& q) { q.channel_ended("leg", start + 1s); }), 1);
  EXPECT_EQ(after([](queue_state& q) { q.agent_released("PJSIP/1", start + 1s); }), 1);
  EXPECT_EQ(after([](queue_state& q) {
              q.member_changed(member("PJSIP/1", 6), start + 1s);
              q.member_changed(member("PJSIP/1", 1), start + 1s);
            }),
            1);
  EXPECT_EQ(after([](queue_state& q) { q.caller_abandoned("another", start + 1s); }), 0);
  EXPECT_EQ(after([](queue_state& q) { q.channel_ended("another", start + 1s); }), 0);
  EXPECT_EQ(after([](queue_state& q) { q.member_changed(member("PJSIP/1", 1), start + 1s); }), 0)
      << "the device's state had not told of the ringing yet";
}

TEST(queue_state, who_leaves_the_queue_may_go_to_the_agent_who_is_rung) {
  auto q = queue_of_two();
  q.agent_called("PJSIP/2", start, "caller", "leg");
  q.caller_left("caller", start + 3s);
  EXPECT_EQ(q.counts(start + 4s).ringing, 1) << "the connection is told next";
  EXPECT_EQ(q.next_change(start + 4s), start + 5s);
  EXPECT_EQ(q.counts(start + 5s).available, 2) << "by a key, or the queue's timeout";
  q.agent_called("PJSIP/2", start + 10s, "second", "leg-2");
  q.caller_left("second", start + 12s);
  q.agent_connected("PJSIP/2", start + 12s, "second", "leg-2");
  EXPECT_EQ(q.counts(start + 20s).on_call, 1);
}

TEST(queue_state, whoever_else_is_rung_for_a_caller_is_free_when_one_has_him) {
  auto q = queue_of_two();
  q.agent_called("PJSIP/2", start, "caller", "leg-2");
  q.agent_called("Local/1@agents/n", start, "caller", "leg-1");
  q.agent_connected("PJSIP/2", start + 2s, "caller", "leg-2");
  const auto counts = q.counts(start + 2s);
  EXPECT_EQ(counts.on_call, 1);
  EXPECT_EQ(counts.available, 1);
}

TEST(queue_state, ends_a_talk_without_AgentComplete) {
  const auto after = [](std::string_view interface, auto&& end) {
    queue_state q{"sales", 5s};
    q.member_added(member(interface), start);
    q.agent_called(interface, start, "caller", "leg");
    q.agent_connected(interface, start + 1s, "caller", "leg");
    end(q);
    return q.agents("pbx-1", start + 60s).front();
  };
  const auto hung_up = [](const char* channel) { return [=](queue_state& q) { q.channel_ended(channel, start + 60s); }; };
  for (const auto* channel : {"caller", "leg"}) {
    const auto agent = after("PJSIP/1", hung_up(channel));
    EXPECT_EQ(agent.state, agent_state::wrap_up) << channel;
    EXPECT_EQ(agent.ends, start + 65s) << channel;
  }
  EXPECT_EQ(after("Local/1@agents/n", hung_up("leg")).state, agent_state::wrap_up);
  EXPECT_EQ(after("Local/1@agents", hung_up("leg")).state, agent_state::talking) << "it was optimised away";
  EXPECT_EQ(after("Local/1@agents", hung_up("caller")).state, agent_state::wrap_up);
  EXPECT_EQ(after("PJSIP/1", [](queue_state& q) {
              auto u = member("PJSIP/1");
              u.calls_taken = 1;
              q.member_changed(u, start + 60s);
            }).state,
            agent_state::free);
}

TEST(queue_state, a_late_end_of_an_earlier_call_leaves_the_next_one_alone) {
  auto q = queue_of_two();
  q.agent_called("PJSIP/2", start, "first", "leg-1");
  q.agent_connected("PJSIP/2", start + 1s, "first", "leg-1");
  q.channel_ended("leg-1", start + 9s);
  q.agent_called("PJSIP/2", start + 10s, "second", "leg-2");
  q.agent_completed("PJSIP/2", start + 10s, "first");
  q.channel_ended("first", start + 10s);
  EXPECT_EQ(q.counts(start + 10s).ringing, 1);
}

// What the ledger of agents learns from.
TEST(queue_state, tells_what_came_of_each_ringing) {
  const auto news_of = [](auto&& end) {
    queue_state q{"sales"};
    q.member_added(member("PJSIP/1"), start);
    q.member_added(member("PJSIP/2"), start);
    q.agent_called("PJSIP/1", start, "caller", "leg");
    end(q);
    auto all = q.take_news(start + 9s);
    EXPECT_TRUE(q.take_news(start + 9s).empty()) << "each once";
    return all;
  };
  const auto only_news = [&](auto&& end) {
    const auto all = news_of(end);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? member_news{} : all.front();
  };
  const auto up = only_news([](queue_state& q) { q.agent_connected("PJSIP/1", start + 1s, "caller", "leg"); });
  EXPECT_EQ(up.interface, "PJSIP/1");
  EXPECT_EQ(up.rang, ring_end::picked_up);
  EXPECT_EQ(up.for_how_long, 1s);
  const auto unanswered = only_news([](queue_state& q) {
    q.agent_unanswered("PJSIP/1", start + 15s);
    q.channel_ended("leg", start + 15s);
  });
  EXPECT_EQ(unanswered.rang, ring_end::unanswered);
  EXPECT_EQ(unanswered.for_how_long, 15s);
  const auto rejected = only_news([](queue_state& q) {
    q.channel_ended("leg", start + 1s);
    q.agent_unanswered("PJSIP/1", start + 1s);
  });
  EXPECT_EQ(rejected.rang, ring_end::unanswered);
  const auto gone = only_news([](queue_state& q) {
    q.channel_ended("leg", start + 2s);
    q.caller_abandoned("caller", start + 2s);
    q.channel_ended("caller", start + 2s);
  });
  EXPECT_EQ(gone.rang, ring_end::caller_gone);
  EXPECT_EQ(gone.for_how_long, 2s);
  EXPECT_EQ(only_news([](queue_state& q) { q.channel_ended("leg", start + 2s); }).rang, ring_end::caller_gone)
      << "sent elsewhere, of which nothing is told";
  EXPECT_TRUE(news_of([](queue_state& q) {
                q.channel_ended("leg", start + 2s);
                q.agent_connected("PJSIP/2", start + 2s, "caller", "leg-2");
              }).empty())
      << "another agent was quicker";
  const auto back = only_news([](queue_state& q) {
    auto u = member("PJSIP/2");
    u.paused = true;
    q.member_changed(u, start + 1s);
    u.paused = false;
    q.member_changed(u, start + 2s);
  });
  EXPECT_EQ(back.interface, "PJSIP/2");
  EXPECT_FALSE(back.rang);
}

TEST(queue_state, a_list_ends_a_ringing_whose_end_was_lost) {
  queue_state q{"sales"};
  q.member_added(member("PJSIP/1"), start);
  q.agent_called("PJSIP/1", start);
  const auto list = [&](time_point now) {
    q.resync_begin();
    q.resync_member(member("PJSIP/1"));
    q.resync_end(now);
    return q.counts(now).ringing;
  };
  EXPECT_EQ(list(start + 5s), 1) << "a device's state may be behind";
  EXPECT_EQ(list(start + 11s), 0);
  EXPECT_EQ(q.counts(start + 11s).available, 1);
}

TEST(queue_state, a_pause_for_wrap_up_is_wrap_up) {
  queue_state q{"sales"};
  auto u = member("PJSIP/1");
  u.paused = true;
  for (const auto* reason : {"wrap-up", "Wrap up", "WRAPUP", "acw", "After-call work"}) {
    u.paused_reason = reason;
    q.member_changed(u, start);
    EXPECT_EQ(q.counts(start).wrap_up, 1) << reason;
    EXPECT_EQ(q.counts(start).soon, 0) << "nobody knows when it ends";
    const auto agent = only(q.agents("pbx-1", start), agent_state::wrap_up);
    EXPECT_FALSE(agent.ends);
  }
  u.paused_reason = "lunch";
  q.member_changed(u, start);
  EXPECT_EQ(q.counts(start).paused, 1);
  u.paused = false;
  q.member_changed(u, start + 40s);
  EXPECT_EQ(only(q.agents("pbx-1", start + 40s), agent_state::free).since, start + 40s);
}

member_update pause(std::string_view interface, bool paused, std::string_view reason = {}) {
  member_update u;
  u.interface = interface;
  u.paused = paused;
  u.paused_reason = reason;
  return u;
}

/// A call of `PJSIP/2` that ends at `end`, and a pause so long after it for 20 s, if any.
void call(queue_state& q, time_point end, std::optional<duration> pause_after, std::string_view reason = {}) {
  q.agent_called("PJSIP/2", end - 12s);
  q.agent_connected("PJSIP/2", end - 10s);
  q.agent_completed("PJSIP/2", end);
  if (!pause_after)
    return;
  q.member_changed(pause("PJSIP/2", true, reason), end + *pause_after);
  q.member_changed(pause("PJSIP/2", false), end + *pause_after + 20s);
}

/// So many calls with a pause for notes after each, and one more, which `PJSIP/2` is on; returns when it will end.
time_point on_a_call_after(queue_state& q, int calls) {
  for (int i = 1; i <= calls; ++i)
    call(q, start + i * 60s, 1400ms, "notes");
  const auto end = start + (calls + 1) * 60s;
  q.agent_connected("PJSIP/2", end - 10s);
  return end;
}

TEST(queue_state, does_not_count_on_agents_who_pause_after_each_call_until_they_would_have) {
  auto q = queue_of_two();
  const auto end = on_a_call_after(q, 3);
  q.agent_completed("PJSIP/2", end);
  const auto doing = [&](time_point now) { return q.activity(q.members().at("PJSIP/2"), now); };
  EXPECT_EQ(doing(end + 1s), member_activity::wrap_up);
  EXPECT_EQ(doing(end + 1499ms), member_activity::wrap_up);
  EXPECT_EQ(doing(end + 1500ms), member_activity::available) << "nobody takes so long to pause";
  EXPECT_EQ(q.next_change(end), end + 1500ms) << "nothing else tells of it";
  const auto counts = q.counts(end + 1s);
  EXPECT_EQ(counts.wrap_up, 1);
  EXPECT_EQ(counts.soon, 0) << "it will pause";
  const auto settling = only(q.agents("pbx-1", end + 1s), agent_state::wrap_up);
  EXPECT_EQ(settling.since, end);
  EXPECT_EQ(settling.ends, std::nullopt) << "not a wrap-up whose length is known";

  q.member_changed(pause("PJSIP/2", true, "notes"), end + 1300ms);
  EXPECT_EQ(doing(end + 5s), member_activity::wrap_up) << "work that belongs to the call, as after the others";
  EXPECT_EQ(only(q.agents("pbx-1", end + 5s), agent_state::wrap_up).since, end);
  q.member_changed(pause("PJSIP/2", false), end + 30s);
  EXPECT_EQ(doing(end + 30s), member_activity::available);
}

TEST(queue_state, a_pause_after_a_call_with_a_reason_of_its_own_is_a_pause) {
  auto q = queue_of_two();
  const auto end = on_a_call_after(q, 10);
  q.agent_completed("PJSIP/2", end);
  q.member_changed(pause("PJSIP/2", true, "lunch"), end + 1s);
  EXPECT_EQ(q.activity(q.members().at("PJSIP/2"), end + 2s), member_activity::paused);
}

TEST(queue_state, a_resync_in_between_forgets_nobody_who_is_about_to_pause) {
  auto q = queue_of_two();
  const auto end = on_a_call_after(q, 3);
  q.resync_begin();
  q.resync_member(member("Local/1@agents/n"));
  q.resync_member(member("PJSIP/2"));
  q.agent_completed("PJSIP/2", end);
  q.resync_end(end + 100ms);
  EXPECT_EQ(q.activity(q.members().at("PJSIP/2"), end + 1s), member_activity::wrap_up);
  q.member_changed(pause("PJSIP/2", true, "notes"), end + 1s);
  q.resync_begin();
  auto listed = member("PJSIP/2");
  listed.paused = true;
  listed.paused_reason = "notes";
  q.resync_member(listed);
  q.resync_end(end + 2s);
  EXPECT_EQ(q.activity(q.members().at("PJSIP/2"), end + 3s), member_activity::wrap_up);
}

TEST(queue_state, the_same_interface_on_two_servers_is_two_agents) {
  queue_state a{"sales"}, b{"sales"};
  a.member_added(member("PJSIP/1"), start);
  b.member_added(member("PJSIP/1"), start);
  EXPECT_NE(a.agents("pbx-1", start).at(0).agent, b.agents("pbx-2", start).at(0).agent);
}

TEST(queue_state, counts_by_device_state_as_the_queue_does) {
  const std::pair<std::int64_t, member_activity> expected[]{
      {0, member_activity::available}, {1, member_activity::available},   {2, member_activity::on_call},
      {3, member_activity::on_call},   {4, member_activity::unavailable}, {5, member_activity::unavailable},
      {6, member_activity::ringing},   {7, member_activity::on_call},     {8, member_activity::on_call}};
  for (const auto& [status, activity] : expected) {
    queue_state q{"sales"};
    q.member_added(member("PJSIP/1", status), start);
    EXPECT_EQ(q.activity(q.members().at("PJSIP/1"), start), activity) << status;
    auto u = member("PJSIP/1", status);
    u.ring_in_use = true;
    q.member_changed(u, start);
    EXPECT_EQ(q.available_members(start), status == 4 || status == 5 ? 0 : 1) << "ringinuse, " << status;
    u.paused = true;
    q.member_changed(u, start);
    EXPECT_EQ(q.available_members(start), 0) << "paused, " << status;
  }
}

TEST(queue_state, believes_the_call_more_than_the_device) {
  auto q = queue_of_two();
  EXPECT_EQ(q.available_members(start), 2);
  q.agent_called("Local/1@agents/n", start);
  q.member_changed(member("Local/1@agents/n", 1), start);
  EXPECT_EQ(q.counts(start).ringing, 1) << "its device says not in use";
  q.agent_connected("Local/1@agents/n", start + 2s);
  q.member_changed(member("Local/1@agents/n", 1), start + 2s);
  EXPECT_EQ(q.counts(start + 3s).on_call, 1);
  q.agent_completed("Local/1@agents/n", start + 60s);
  EXPECT_EQ(q.available_members(start + 60s), 2);
}

TEST(queue_state, frees_a_member_who_did_not_answer) {
  auto q = queue_of_two();
  q.agent_called("PJSIP/2", start);
  EXPECT_EQ(q.available_members(start), 1);
  q.agent_released("PJSIP/2", start + 10s);
  EXPECT_EQ(q.available_members(start + 10s), 2);
}

TEST(queue_state, forgets_ringing_and_calls_whose_end_was_lost) {
  auto q = queue_of_two();
  q.agent_called("PJSIP/2", start);
  EXPECT_EQ(q.next_change(start), start + 120s);
  EXPECT_EQ(q.available_members(start + 120s), 2);
  q.agent_connected("PJSIP/2", start);
  auto u = member("PJSIP/2");
  u.calls_taken = 1;
  q.member_changed(u, start + 30s);
  EXPECT_EQ(q.available_members(start + 30s), 2) << "one call more taken and none now";
}

TEST(queue_state, knows_when_wrap_up_ends) {
  queue_state q{"sales", 20s};
  q.member_added(member("PJSIP/1"), start);
  auto own = member("PJSIP/2");
  own.wrapup = 5s;
  q.member_added(own, start);
  for (const auto* who : {"PJSIP/1", "PJSIP/2"}) {
    q.agent_connected(who, start);
    q.agent_completed(who, start + 10s);
  }
  const auto c = q.counts(start + 11s);
  EXPECT_EQ(c.wrap_up, 2);
  EXPECT_EQ(c.soon, 1);
  EXPECT_EQ(q.next_change(start + 11s), start + 15s);
  EXPECT_EQ(q.available_members(start + 15s), 1);
  EXPECT_EQ(q.available_members(start + 30s), 2);
}

TEST(queue_state, a_resync_replaces_everything_at_its_end) {
  auto q = queue_of_two();
  q.caller_joined("a", start);
  q.resync_begin();
  q.resync_member(member("PJSIP/3"));
  q.resync_entry("b");
  EXPECT_TRUE(q.members().contains("PJSIP/2")) << "the old picture stands until the end";
  q.caller_joined("c", start);
  q.resync_end(start);
  EXPECT_EQ(q.members().size(), 1u);
  EXPECT_EQ(q.callers().size(), 2u) << "b, and c who joined meanwhile";
  EXPECT_FALSE(q.callers().contains("a"));
}

TEST(queue_state, a_call_whose_end_was_lost_does_not_ring_on) {
  auto q = queue_of_two();
  q.agent_called("PJSIP/2", start);
  q.agent_connected("PJSIP/2", start + 1s);
  auto u = member("PJSIP/2");
  u.calls_taken = 1;
  q.member_changed(u, start + 4s);
  EXPECT_EQ(q.available_members(start + 4s), 2);

  q.agent_connected("PJSIP/2", start + 5s);
  q.resync_begin();
  q.resync_member(member("PJSIP/2"));
  q.resync_end(start + 6s);
  EXPECT_EQ(q.available_members(start + 6s), 1);

  q.agent_called("PJSIP/2", start + 7s);
  q.resync_begin();
  q.resync_member(member("PJSIP/2"));
  q.resync_end(start + 8s);
  EXPECT_EQ(q.counts(start + 8s).ringing, 1) << "a list does not tell who is being rung for a Local device";
}

TEST(queue_state, doubts_who_is_busy_and_not_heard_of_for_a_minute) {
  auto q = queue_of_two();
  EXPECT_FALSE(q.in_doubt_from(start)) << "nobody is busy";
  q.agent_called("PJSIP/2", start + 5s);
  q.agent_connected("PJSIP/2", start + 10s);
  q.agent_connected("Local/1@agents/n", start + 40s);
  EXPECT_EQ(q.in_doubt_from(start + 40s), start + 70s);
  q.member_changed(member("PJSIP/2"), start + 50s);
  EXPECT_EQ(q.in_doubt_from(start + 50s), start + 100s) << "any word of the member will do";

  auto in_call = member("PJSIP/2");
  in_call.in_call = true;
  q.resync_begin();
  q.resync_member(in_call);
  q.resync_member(member("Local/1@agents/n"));
  q.resync_end(start + 101s);
  EXPECT_EQ(q.counts(start + 101s).on_call, 1);
  EXPECT_EQ(q.available_members(start + 101s), 1) << "the lost AgentComplete is made up for";
  EXPECT_EQ(q.in_doubt_from(start + 101s), start + 161s) << "the other talks on: asked again in a minute";
  q.agent_completed("PJSIP/2", start + 110s);
  EXPECT_FALSE(q.in_doubt_from(start + 110s));
}

TEST(queue_state, doubts_a_caller_who_waits_for_longer_than_a_minute) {
  auto q = queue_of_two();
  q.caller_joined("a", start);
  q.caller_joined("b", start + 20s);
  EXPECT_EQ(q.in_doubt_from(start), start + 60s);
  q.resync_begin();
  q.resync_entry("b");
  q.resync_end(start + 61s);
  EXPECT_EQ(q.counts(start + 61s).waiting, 1) << "a had left unheard";
  EXPECT_EQ(q.in_doubt_from(start + 61s), start + 121s);
  q.caller_left("b", start);
  EXPECT_FALSE(q.in_doubt_from(start + 62s));
}

TEST(queue_state, doubts_nothing_that_it_never_knew) {
  queue_state q{"sales"};
  q.member_added(member("PJSIP/1", 2), start);
  q.caller_joined("a", start);
  EXPECT_FALSE(q.in_doubt_from(start));
}

TEST(queue_state, events_of_strangers_do_nothing) {
  queue_state q{"sales"};
  EXPECT_FALSE(q.known());
  q.agent_called("nobody", start);
  q.agent_completed("nobody", start);
  q.member_removed("nobody");
  q.caller_left("nobody", start);
  q.resync_member(member("PJSIP/1"));
  q.resync_end(start);
  EXPECT_FALSE(q.known());
  EXPECT_TRUE(q.members().empty());
}

TEST(queue_state, that_its_listing_does_not_tell_of_has_no_members_and_is_not_known) {
  queue_state q{"sales"};
  q.resync_begin("1");
  q.resync_member(member("PJSIP/1"));
  q.resync_entry("a");
  q.listing_over("1", start);
  EXPECT_TRUE(q.known());
  EXPECT_EQ(q.counts(start).available, 1);
  q.listing_over("2", start + 1s);
  EXPECT_FALSE(q.known());
  EXPECT_TRUE(q.members().empty());
  EXPECT_EQ(q.counts(start + 1s).waiting, 0);
  EXPECT_FALSE(q.in_doubt_from(start + 1s));
  q.resync_begin("3");
  q.resync_member(member("PJSIP/2"));
  q.listing_over("3", start + 2s);
  EXPECT_TRUE(q.known()) << "it was made again";
  EXPECT_EQ(q.members().size(), 1U);
}

TEST(queue_state, a_listing_of_somebody_else_neither_ends_nor_spoils_its_own) {
  queue_state q{"sales"};
  q.resync_begin("ours");
  q.resync_member(member("PJSIP/1"));
  q.resync_member(member("PJSIP/2"));
  q.listing_over("ours", start);
  q.resync_begin("theirs"); // and half of it
  q.resync_member(member("PJSIP/1"));
  EXPECT_EQ(q.members().size(), 2U);
  q.resync_begin("ours too");
  q.resync_member(member("PJSIP/3"));
  q.listing_over("ours too", start + 1s);
  EXPECT_EQ(q.members().size(), 1U);
}

TEST(queue_state, forgets_after_a_reload_that_a_member_is_rung_while_in_use) {
  queue_state q{"sales"};
  auto u = member("PJSIP/1", 2);
  u.login_time = std::chrono::sys_seconds{1000s};
  const auto listed = [&](std::chrono::sys_seconds login, std::string_view list) {
    auto one = u;
    one.login_time = login;
    q.resync_begin(list);
    q.resync_member(one);
    q.listing_over(list, start);
  };
  listed(std::chrono::sys_seconds{1000s}, "1");
  auto told = u;
  told.ring_in_use = true;
  q.member_changed(told, start);
  EXPECT_EQ(q.counts(start).available, 1);
  listed(std::chrono::sys_seconds{1000s}, "2");
  EXPECT_EQ(q.counts(start).available, 1);
  listed(std::chrono::sys_seconds{1060s}, "3");
  EXPECT_EQ(q.counts(start).available, 0) << "nobody has said so since the reload";
  told.login_time = std::chrono::sys_seconds{1060s};
  q.member_changed(told, start);
  EXPECT_EQ(q.counts(start).available, 1);
}

TEST(queue_state, takes_up_penalty_and_wrap_up_time_of_a_later_listing) {
  queue_state q{"sales"};
  q.resync_begin("1");
  q.resync_member(member("PJSIP/1"));
  q.listing_over("1", start);
  auto u = member("PJSIP/1");
  u.penalty = 3;
  u.wrapup = 15s;
  q.resync_begin("2");
  q.resync_member(u);
  q.listing_over("2", start);
  EXPECT_EQ(q.members().at("PJSIP/1").penalty, 3);
  q.agent_connected("PJSIP/1", start);
  q.agent_completed("PJSIP/1", start + 10s);
  EXPECT_EQ(q.counts(start + 24s).wrap_up, 1);
  EXPECT_EQ(q.counts(start + 26s).available, 1);
}

/// The availability of sales_1 after each message of a recording that concerns it.
TEST(queue_state, follows_a_recorded_call_to_an_agent_and_back) {
  const auto r = read_calls("queue-answer");
  queue_state q{"sales_1"};
  std::vector<member_activity> seen;
  auto now = start;
  for (const auto m : *r.received) {
    now += 1s;
    if (m.get("Queue") != "sales_1" && m.kind() != ami::event_kind::queue_status_complete)
      continue;
    apply(q, m, now);
    const auto who = q.members().find("Local/agent-01@agents/n");
    if (who == q.members().end())
      continue;
    const auto a = q.activity(who->second, now);
    if (seen.empty() || seen.back() != a)
      seen.push_back(a);
  }
  EXPECT_EQ(seen.back(), member_activity::available);
  EXPECT_NE(std::find(seen.begin(), seen.end(), member_activity::on_call), seen.end());
  EXPECT_TRUE(q.known());
  EXPECT_TRUE(q.callers().empty());
  EXPECT_EQ(q.available_members(now), static_cast<std::int64_t>(q.members().size()));
}

TEST(queue_state, a_server_whose_clock_is_ahead_does_not_keep_its_members_in_wrap_up) {
  const time_point now{std::chrono::seconds{1'000'000}};
  queue_state q{"sales"};
  member_update m;
  m.interface = "PJSIP/1";
  m.status = 1;
  m.wrapup = std::chrono::seconds{5};
  m.last_call = std::chrono::time_point_cast<std::chrono::seconds>(now) + std::chrono::hours{1};
  q.resync_begin();
  q.resync_member(m);
  q.resync_end(now);
  q.member_changed(m, now);
  EXPECT_EQ(q.available_members(now), 0);
  EXPECT_EQ(q.available_members(now + std::chrono::seconds{6}), 1);
}

TEST(queue_state, whoever_a_first_list_tells_of_has_done_it_since_when_the_list_says_or_for_at_least_as_long_as_he_is_known) {
  const time_point now{std::chrono::seconds{1'000'000}};
  const auto at = [&](std::chrono::seconds ago) { return std::chrono::time_point_cast<std::chrono::seconds>(now - ago); };
  queue_state q{"sales"};
  const auto list = [&](time_point when) {
    q.resync_begin();
    const auto tell = [&](const char* interface, bool paused, std::optional<std::chrono::sys_seconds> call,
                          std::optional<std::chrono::sys_seconds> pause) {
      member_update m;
      m.interface = interface;
      m.status = 1;
      m.paused = paused;
      m.last_call = call;
      m.last_pause = pause;
      q.resync_member(m);
    };
    tell("PJSIP/paused", true, at(30min), at(20min));
    tell("PJSIP/called", false, at(5min), at(20min));
    tell("PJSIP/back", false, at(30min), at(20min)); // from a pause, nobody knows when
    tell("PJSIP/fresh", false, std::nullopt, std::nullopt);
    q.resync_end(when);
  };
  const auto told = [&](const char* interface, time_point when) {
    const auto key = q.key_of("pbx", interface);
    for (const auto& one : q.agents("pbx", when))
      if (one.agent == key)
        return std::pair{when - one.since, one.since_or_before};
    return std::pair{duration{-1}, false};
  };
  using seen = std::pair<duration, bool>;
  list(now);
  EXPECT_EQ(told("PJSIP/paused", now), (seen{20min, false}));
  EXPECT_EQ(told("PJSIP/called", now), (seen{5min, false}));
  EXPECT_EQ(told("PJSIP/back", now), (seen{0min, true}));
  EXPECT_EQ(told("PJSIP/fresh", now), (seen{0min, true}));
  list(now + 1min); // the next one changes nothing
  EXPECT_EQ(told("PJSIP/paused", now + 1min), (seen{21min, false}));
  EXPECT_EQ(told("PJSIP/fresh", now + 1min), (seen{1min, true}));
  // What is heard from then on is known to the moment.
  member_update m;
  m.interface = "PJSIP/fresh";
  m.paused = true;
  q.member_changed(m, now + 2min);
  EXPECT_EQ(told("PJSIP/fresh", now + 2min), (seen{0min, false}));
  m.interface = "PJSIP/late";
  m.paused = false;
  m.status = 1;
  q.member_added(m, now + 3min);
  EXPECT_EQ(told("PJSIP/late", now + 4min), (seen{0min, false}));
}

TEST(queue_state, an_agent_talks_on_whose_caller_goes_on_over_another_channel) {
  auto q = queue_of_two();
  const auto doing = [&](std::string_view interface) { return q.activity(q.members().at(std::string{interface}), start + 1min); };
  q.agent_connected("PJSIP/2", start, "caller-1", "leg-1");
  q.channel_replaced("caller-1", "trunk-1");
  q.agent_completed("PJSIP/2", start + 1s, "caller-1"); // of the Local channel that was left out
  q.channel_ended("caller-1", start + 1s);
  EXPECT_EQ(doing("PJSIP/2"), member_activity::on_call);
  q.channel_ended("trunk-1", start + 30s);
  EXPECT_EQ(doing("PJSIP/2"), member_activity::available);
}

TEST(queue_state, an_agents_own_local_channel_may_be_left_out) {
  queue_state q{"sales"};
  q.resync_begin();
  q.resync_member(member("Local/1@agents"));
  q.resync_end(start);
  const auto doing = [&] { return q.activity(q.members().at("Local/1@agents"), start + 1min); };
  q.agent_connected("Local/1@agents", start, "caller-1", "half-1");
  q.channel_replaced("half-1", "phone-1");
  q.channel_ended("half-1", start + 1s);
  EXPECT_EQ(doing(), member_activity::on_call);
  q.channel_ended("phone-1", start + 30s);
  EXPECT_EQ(doing(), member_activity::available);
}

TEST(queue_state, knows_since_when_those_talk_whose_calls_were_connected_before_it_listened) {
  queue_state q{"sales"};
  const auto lists = [&](bool in_call) {
    q.resync_begin();
    for (const auto* interface : {"PJSIP/agent-1", "PJSIP/agent-11", "Local/agent-2@agents/n"}) {
      member_update u;
      u.interface = interface;
      u.status = 2;
      u.in_call = in_call;
      q.resync_member(u);
    }
    q.resync_end(start);
  };
  lists(true);
  const std::vector<agent_leg> legs{{"PJSIP/agent-1-0000001a", start - 40s}, {"Local/agent-2@agents-00000003;1", start - 7s}};
  q.resync_legs(legs);
  std::map<std::string, time_point> since;
  const auto look = [&] {
    const auto who = q.identities("pbx");
    for (const auto& a : q.agents("pbx", start + 1s))
      for (const auto& w : who)
        if (w.agent == a.agent) {
          EXPECT_EQ(a.state, agent_state::talking);
          since[w.interface] = a.since;
        }
  };
  look();
  EXPECT_EQ(since["PJSIP/agent-1"], start - 40s);
  EXPECT_EQ(since["Local/agent-2@agents/n"], start - 7s);
  EXPECT_EQ(since["PJSIP/agent-11"], start + 1s) << "no leg of his is listed";
  lists(true);
  q.resync_legs({});
  look();
  EXPECT_EQ(since["PJSIP/agent-1"], start - 40s) << "a later list of the queue alone takes nothing back";
}

} // namespace
} // namespace ringmaster::core
