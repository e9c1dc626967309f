// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_pbx/pbx_world.hpp"

#include <map>
#include <set>

namespace ringmaster::sim::testing {
namespace {

population one_queue(std::uint32_t agents) {
  population p = population::standard();
  p.queues.resize(1);
  p.queues[0].agents = agents;
  return p;
}

TEST(queue, rings_the_next_member_in_turn) {
  pbx_world world{one_queue(3)};
  for (int i = 0; i < 4; ++i) {
    world.originate("Local/100000" + std::to_string(i) + "@customers", "call-" + std::to_string(i));
    world.run_for(20);
  }
  const auto called = world.all("AgentCalled");
  ASSERT_EQ(called.size(), 4U);
  std::vector<std::string> names;
  for (const auto* t : called)
    names.push_back(t->what.get("MemberName"));
  EXPECT_EQ(names, (std::vector<std::string>{"Agent 01", "Agent 02", "Agent 03", "Agent 01"}));
}

TEST(queue, rings_all_members_and_cancels_those_who_were_slower) {
  population p = one_queue(3);
  p.queues[0].strategy = "ringall";
  p.queues[0].ring = {distribution::shape::uniform, 1, 5};
  pbx_world world{p};
  world.originate("Local/1000001@customers", "call");
  world.run_for(30);
  EXPECT_EQ(world.all("AgentCalled").size(), 3U);
  EXPECT_EQ(world.all("AgentConnect").size(), 1U);
  EXPECT_EQ(world.all("DialEnd", "DialStatus", "CANCEL").size(), 2U);
  EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
}

TEST(queue, gives_no_call_to_a_member_who_rests) {
  population p = one_queue(1);
  p.queues[0].wrapup = {distribution::shape::constant, 7, 0};
  pbx_world world{p};
  world.originate("Local/1000001@customers", "a");
  world.originate("Local/1000002@customers", "b");
  world.run_for(60);
  const auto completed = world.all("AgentComplete");
  const auto called = world.all("AgentCalled");
  ASSERT_EQ(completed.size(), 2U);
  ASSERT_EQ(called.size(), 2U);
  EXPECT_GE(called[1]->at - completed[0]->at, seconds_of(7));
  EXPECT_LT(called[1]->at - completed[0]->at, seconds_of(7.1));
}

TEST(queue, goes_on_after_a_member_who_lets_it_ring) {
  population p = one_queue(1);
  p.queues[0].no_answer = 1;
  p.queues[0].ring_timeout_s = 3;
  pbx_world world{p};
  world.originate("Local/1000001@customers", "call", "sales_1,nc,,,9");
  world.run_for(60);
  EXPECT_GE(world.all("AgentRingNoAnswer").size(), 2U);
  EXPECT_EQ(world.all("AgentRingNoAnswer")[0]->what.get("RingTime"), "3000");
  EXPECT_TRUE(world.all("AgentConnect").empty());
  EXPECT_EQ(world.all("QueueCallerAbandon").size(), 1U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
}

TEST(queue, leaves_a_paused_member_alone_until_it_is_back) {
  pbx_world world{one_queue(1)};
  ASSERT_EQ(world.pbx.queues.pause({}, "Local/agent-01@agents/n", true, "lunch"), std::nullopt);
  world.originate("Local/1000001@customers", "call");
  world.run_for(10);
  EXPECT_TRUE(world.all("AgentCalled").empty());
  ASSERT_EQ(world.pbx.queues.pause({}, "Local/agent-01@agents/n", false, {}), std::nullopt);
  world.run_for(10);
  EXPECT_EQ(world.all("AgentConnect").size(), 1U);
}

TEST(queue, has_agents_who_pause_a_moment_after_their_calls) {
  population p = one_queue(1);
  p.queues[0].wrapup = {distribution::shape::constant, 20, 0};
  p.queues[0].wrapup_by_pause = true;
  p.queues[0].pause_delay = {distribution::shape::constant, 1.5, 0};
  p.queues[0].pause_reason = "notes";
  pbx_world world{p};
  world.originate("Local/1000001@customers", "call");
  world.run_for(100);
  const auto completed = world.all("AgentComplete"), paused = world.all("QueueMemberPause");
  ASSERT_EQ(completed.size(), 1U);
  ASSERT_EQ(paused.size(), 2U);
  EXPECT_EQ(paused[0]->at - completed[0]->at, seconds_of(1.5));
  EXPECT_EQ(paused[0]->what.get("Paused"), "1");
  EXPECT_EQ(paused[0]->what.get("PausedReason"), "notes");
  EXPECT_EQ(paused[1]->at - paused[0]->at, seconds_of(20));
  EXPECT_EQ(paused[1]->what.get("Paused"), "0");
}

TEST(queue, takes_members_of_a_lower_penalty_first) {
  population p = one_queue(2);
  pbx_world world{p};
  ASSERT_EQ(world.pbx.queues.set_penalty("sales_1", "Local/agent-01@agents/n", 5), std::nullopt);
  for (int i = 0; i < 3; ++i) {
    world.originate("Local/100000" + std::to_string(i) + "@customers", "call-" + std::to_string(i));
    world.run_for(20);
  }
  for (const auto* t : world.all("AgentCalled"))
    EXPECT_EQ(t->what.get("MemberName"), "Agent 02");
}

TEST(queue, shares_a_phone_that_is_a_member_of_two_queues) {
  population p = one_queue(1);
  p.queues.push_back(p.queues[0]);
  p.queues[1].name = "support";
  pbx_world world{p};
  world.originate("Local/1000001@customers", "a");
  world.originate("Local/1000002@customers", "b", "support,nc");
  world.run_for(4);
  EXPECT_EQ(world.all("AgentCalled").size(), 1U) << "one phone rings for one call";
  EXPECT_EQ(world.all("QueueMemberStatus").size(), 2U) << "both queues tell of it";
  world.run_for(30);
  EXPECT_EQ(world.all("AgentComplete").size(), 2U);
}

TEST(queue, rings_phones_without_a_second_half) {
  population p = population::standard();
  pbx_world world{p};
  world.originate("PJSIP/1000001@carrier", "call", "sales_2,nc");
  world.run_for(3);
  EXPECT_EQ(world.all("DeviceStateChange", "Device", "PJSIP/agent-11").at(0)->what.get("State"), "RINGING");
  world.run_for(20);
  EXPECT_EQ(world.all("AgentComplete").size(), 1U);
  EXPECT_EQ(world.all("Newchannel").size(), 2U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
}

TEST(queue, survives_the_removal_of_a_member_who_talks) {
  pbx_world world{one_queue(1)};
  world.originate("Local/1000001@customers", "call");
  world.run_for(4);
  ASSERT_EQ(world.all("AgentConnect").size(), 1U);
  ASSERT_EQ(world.pbx.queues.remove("sales_1", "Local/agent-01@agents/n"), std::nullopt);
  world.run_for(20);
  EXPECT_EQ(world.all("AgentComplete").size(), 1U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
}

TEST(queue, turns_away_whom_it_has_no_room_for_and_says_so_on_the_channel_alone) {
  population p = one_queue(1);
  p.queues[0].most_callers = 1;
  pbx_world world{p};
  for (const char* id : {"a", "b", "c"})
    world.originate("Local/8000001@customers", id); // three answer at once
  world.run_for(0.01);
  EXPECT_EQ(world.all("QueueCallerJoin").size(), 1U);
  EXPECT_EQ(world.all("VarSet", "Value", "FULL").size(), 2U);
  EXPECT_TRUE(world.all("Hangup", "Uniqueid", "b").empty());
  world.run_for(0.1);
  EXPECT_EQ(world.all("Hangup", "Uniqueid", "b").size(), 1U);
  EXPECT_EQ(world.all("Hangup", "Uniqueid", "c").size(), 1U);
  EXPECT_TRUE(world.all("QueueCallerAbandon").empty());
}

TEST(queue, lets_nobody_in_when_it_counts_as_empty) {
  struct each {
    const char* rule;
    std::uint32_t agents;
    bool paused, joins;
  };
  for (const each& e : {each{"yes", 0, false, true}, each{"no", 0, false, false}, each{"strict", 0, false, false},
                        each{"loose", 0, false, false}, each{"no", 1, true, false}, each{"strict", 1, true, false},
                        each{"paused", 1, true, false}, each{"loose", 1, true, true}, each{"penalty", 1, true, true},
                        each{"unavailable", 1, true, true}, each{"no", 1, false, true}}) {
    SCOPED_TRACE(std::string{e.rule} + (e.paused ? ", paused" : ""));
    population p = one_queue(e.agents);
    p.queues[0].join_empty = read_emptiness(e.rule, true).value();
    pbx_world world{p};
    if (e.paused)
      (void)world.pbx.queues.pause({}, "Local/agent-01@agents/n", true, "lunch");
    world.originate("Local/8000001@customers", "call");
    world.run_for(0.2);
    EXPECT_EQ(world.all("QueueCallerJoin").size(), e.joins ? 1U : 0U);
    EXPECT_EQ(world.all("VarSet", "Value", "JOINEMPTY").size(), e.joins ? 0U : 1U);
    EXPECT_EQ(world.all("Hangup", "Uniqueid", "call").size(), e.joins ? 0U : 1U);
  }
}

TEST(queue, sends_those_who_wait_away_when_the_last_member_is_gone) {
  population p = one_queue(1);
  p.queues[0].talk = {distribution::shape::constant, 100, 0};
  p.queues[0].leave_when_empty = read_emptiness("yes", false).value();
  pbx_world world{p};
  world.originate("Local/8000001@customers", "talks");
  world.originate("Local/8000002@customers", "waits");
  world.run_for(5);
  EXPECT_TRUE(world.all("QueueCallerAbandon").empty());
  ASSERT_EQ(world.pbx.queues.remove("sales_1", "Local/agent-01@agents/n"), std::nullopt);
  world.run_for(2);
  ASSERT_EQ(world.all("QueueCallerAbandon").size(), 1U);
  EXPECT_EQ(world.all("QueueCallerAbandon")[0]->what.get("Uniqueid"), "waits");
  EXPECT_EQ(world.all("VarSet", "Value", "LEAVEEMPTY").size(), 1U);
}

TEST(queue, says_that_a_name_is_unknown) {
  pbx_world world;
  world.originate("Local/8000001@customers", "call", "nobodys,nc");
  world.run_for(0.2);
  EXPECT_EQ(world.all("VarSet", "Value", "UNKNOWN").size(), 1U);
  EXPECT_EQ(world.all("Hangup", "Uniqueid", "call").size(), 1U);
  EXPECT_TRUE(world.all("QueueCallerJoin").empty());
}

TEST(queue, has_agents_who_are_away_or_take_their_time_or_refuse) {
  population p = one_queue(3);
  p.queues[0].ring_timeout_s = 5;
  p.queues[0].habits = {{1, 1, pick_up::absent, {}},
                        {2, 2, pick_up::rejects, {}},
                        {3, 3, pick_up::usual, distribution{distribution::shape::constant, 4, 0}}};
  pbx_world world{p};
  world.originate("Local/1000001@customers", "call");
  world.run_for(20);
  const auto let_ring = world.all("AgentRingNoAnswer");
  ASSERT_EQ(let_ring.size(), 2U);
  EXPECT_EQ(let_ring[0]->what.get("MemberName"), "Agent 01");
  EXPECT_EQ(let_ring[0]->what.get("RingTime"), "5000");
  EXPECT_EQ(let_ring[1]->what.get("MemberName"), "Agent 02");
  EXPECT_EQ(world.all("DialEnd", "DialStatus", "BUSY").size(), 1U);
  EXPECT_LT(let_ring[1]->at - world.all("AgentCalled").at(1)->at, seconds_of(0.1));
  EXPECT_EQ(world.all("AgentConnect").at(0)->what.get("RingTime"), "4");
  EXPECT_EQ(world.all("AgentConnect").at(0)->what.get("MemberName"), "Agent 03");
}

TEST(queue, pauses_by_itself_who_lets_it_ring) {
  for (const char* how : {"no", "yes", "all"}) {
    population p = one_queue(1);
    p.queues[0].autopause = how;
    p.queues[0].ring_timeout_s = 3;
    p.queues[0].habits = {{1, 1, pick_up::absent, {}}};
    p.queues.push_back(p.queues[0]);
    p.queues[1].name = "other";
    pbx_world world{p};
    world.originate("Local/1000001@customers", "call");
    world.run_for(8);
    const std::size_t paused = how == std::string{"no"} ? 0 : how == std::string{"yes"} ? 1 : 2;
    EXPECT_EQ(world.all("QueueMemberPause", "PausedReason", "Auto-Pause").size(), paused) << how;
  }
}

TEST(queue, tells_of_a_caller_who_gives_up_while_a_telephone_rings_and_of_nothing_else) {
  population p = one_queue(1);
  p.queues[0].habits = {{1, 1, pick_up::absent, {}}};
  pbx_world world{p};
  world.originate("Local/7000001@customers", "call"); // hangs up 2 s after his answer
  world.run_for(5);
  EXPECT_EQ(world.all("AgentCalled").size(), 1U);
  EXPECT_EQ(world.all("QueueCallerAbandon").size(), 1U);
  EXPECT_EQ(world.all("QueueCallerLeave").size(), 1U);
  EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
  EXPECT_TRUE(world.all("AgentRingNoAnswer").empty());
  EXPECT_TRUE(world.all("AgentConnect").empty());
  const auto leg = world.all("AgentCalled")[0]->what.get("DestUniqueid");
  EXPECT_TRUE(world.all("DialEnd", "DestUniqueid", leg).empty());
  EXPECT_EQ(world.all("Hangup", "Uniqueid", leg).size(), 1U);
}

/// What must hold of any history, however many calls there were.
void check_history(const pbx_world& world, std::size_t calls) {
  std::map<std::string, int> born, died;
  std::set<std::string> answered;
  std::map<std::string, bool> talking;
  std::size_t responses = 0;
  for (const auto& t : world.history) {
    const message& m = t.what;
    if (m.is("Newchannel"))
      ++born[m.get("Uniqueid")];
    else if (m.is("Hangup"))
      ++died[m.get("Uniqueid")];
    else if (m.is("OriginateResponse"))
      ++responses;
    else if (m.is("AgentConnect")) {
      EXPECT_FALSE(talking[m.get("Interface")]) << m.get("Interface") << " talks to one caller at a time";
      talking[m.get("Interface")] = true;
    } else if (m.is("AgentComplete")) {
      EXPECT_TRUE(talking[m.get("Interface")]);
      talking[m.get("Interface")] = false;
    }
    // A talk that an action ended has no AgentComplete: the member's state tells of its end.
    if (m.is("QueueMemberStatus") && m.get("Status") == "1")
      talking[m.get("Interface")] = false;
    if (m.is("Newstate")) {
      EXPECT_EQ(died[m.get("Uniqueid")], 0) << "nothing is told of a dead channel";
    }
  }
  EXPECT_EQ(responses, calls);
  EXPECT_EQ(born, died);
  for (const auto& [id, n] : born)
    EXPECT_EQ(n, 1) << id;
  EXPECT_EQ(world.all("QueueCallerJoin").size(), world.all("QueueCallerLeave").size());
  EXPECT_EQ(world.all("QueueCallerJoin").size(),
            world.all("QueueCallerAbandon").size() + world.all("AgentConnect").size());
}

TEST(pbx, keeps_its_books_over_a_thousand_calls) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    population p = one_queue(20);
    p.customers.first_digit_rules = false;
    p.queues[0].no_answer = 0.1;
    p.queues[0].wrapup = {distribution::shape::exponential, 3, 0};
    p.queues[0].talk = {distribution::shape::lognormal, 20, 0.8};
    p.response_after_application = 0.3;
    pbx_world world{p, seed};
    random_source random{seed};
    for (int i = 0; i < 1000; ++i) {
      const std::string number = std::to_string(5'550'000 + i);
      world.originate(i % 2 == 0 ? "Local/" + number + "@customers" : "PJSIP/" + number + "@carrier",
                      "call-" + std::to_string(10'000 + i), "sales_1,nc,,,60");
      world.run_for(random.unit());
      if (i % 50 == 0) // somebody hangs a random call up
        for (const auto& [n, c] : world.pbx.state.channels.all())
          if (call* owner = world.pbx.calls.find(c->call); owner != nullptr && random.unit() < 0.2) {
            world.pbx.calls.hang_up(*owner, *c, 16);
            break;
          }
    }
    world.run_for(3600);
    EXPECT_EQ(world.pbx.state.channels.size(), 0U);
    EXPECT_EQ(world.pbx.calls.live(), 0U);
    check_history(world, 1000);
  }
}

TEST(pbx, gives_each_customer_the_same_fate_whatever_the_order_of_the_calls) {
  population p = one_queue(50);
  p.customers.first_digit_rules = false;
  const auto fates = [&](bool backwards) {
    pbx_world world{p, 5};
    for (int i = 0; i < 200; ++i) {
      const int n = backwards ? 199 - i : i;
      world.originate("PJSIP/" + std::to_string(5'550'000 + n) + "@carrier",
                      "call-" + std::to_string(1000 + n));
      world.run_for(0.01);
    }
    world.run_for(1000);
    std::map<std::string, std::string> by_call;
    for (const auto* t : world.all("DialEnd"))
      if (t->what.get("Channel").empty())
        by_call[t->what.get("DestUniqueid")] = t->what.get("DialStatus");
    return by_call;
  };
  const auto forwards = fates(false);
  EXPECT_GT(forwards.size(), 100U);
  EXPECT_EQ(forwards, fates(true));
}

TEST(pbx, repeats_a_run_to_the_byte_with_the_same_seed) {
  const auto history = [](std::uint64_t seed) {
    population p = population::standard();
    p.customers.first_digit_rules = false;
    p.response_after_application = 0.5;
    pbx_world world{p, seed};
    for (int i = 0; i < 50; ++i) {
      world.originate("Local/" + std::to_string(5'550'000 + i) + "@customers",
                      "call-" + std::to_string(100 + i));
      world.run_for(0.5);
    }
    world.run_for(600);
    std::string text;
    for (const auto& t : world.history)
      for (const auto& [name, value] : t.what.headers)
        text += std::to_string(t.at.count()) + name + value + "\n";
    return text;
  };
  EXPECT_EQ(history(1), history(1));
  EXPECT_NE(history(1), history(2));
}

TEST(parking, puts_calls_into_spaces_and_frees_them) {
  pbx_world world;
  originate_request r;
  for (const char* id : {"a", "b"}) {
    r.id = id;
    r.other_id = std::string{id} + "/2";
    r.channel = "Local/1000001@customers";
    r.application = "Park";
    world.pbx.calls.originate(r);
  }
  world.run_for(2);
  ASSERT_EQ(world.all("ParkedCall").size(), 2U);
  EXPECT_EQ(world.all("ParkedCall")[0]->what.get("ParkingSpace"), "701");
  EXPECT_EQ(world.all("ParkedCall")[1]->what.get("ParkingSpace"), "702");
  world.run_for(60); // they listen for 30 s
  EXPECT_EQ(world.all("ParkedCallGiveUp").size(), 2U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
}

TEST(originate, is_refused_for_what_asterisk_does_not_know) {
  population p = population::standard();
  pbx_world world{p};
  world.originate("SIP/1000001@trunk", "no-sip");
  world.originate("DAHDI/1/1000001", "no-dahdi");
  EXPECT_EQ(world.all("OriginateResponse", "Response", "Failure").size(), 2U);
  EXPECT_TRUE(world.all("Newchannel").empty());

  p.technologies.push_back("SIP");
  pbx_world with_sip{p};
  with_sip.originate("SIP/1000001@trunk", "sip");
  EXPECT_EQ(with_sip.all("Newchannel").at(0)->what.get("Channel"), "SIP/trunk-00000000");
}

TEST(a_trunk, refuses_all_of_its_calls_or_a_share_with_a_cause) {
  for (const auto& [cause, status] :
       {std::pair{34, "CONGESTION"}, {38, "NOANSWER"}, {41, "NOANSWER"}, {42, "NOANSWER"}, {3, "CHANUNAVAIL"}, {20, "CHANUNAVAIL"}}) {
    pbx_world world;
    world.pbx.state.trunks["carrier"] = {trunk_condition::kind::refuses, 1, cause};
    world.originate("PJSIP/1000001@carrier", "call");
    world.run_for(0.05);
    EXPECT_EQ(world.all("DialEnd", "DialStatus", status).size(), 1U) << cause;
    EXPECT_EQ(world.all("Hangup").at(0)->what.get("Cause"), std::to_string(cause));
    EXPECT_EQ(world.all("OriginateResponse", "Response", "Failure").size(), 1U);
    world.pbx.state.trunks["carrier"].what = trunk_condition::kind::up;
    world.originate("PJSIP/1000001@carrier", "again");
    world.run_for(3);
    EXPECT_EQ(world.all("OriginateResponse", "Response", "Success").size(), 1U);
  }
  pbx_world world;
  world.pbx.state.trunks["carrier"] = {trunk_condition::kind::refuses, 0.5, 34};
  for (int i = 100; i < 300; ++i)
    world.originate("PJSIP/1000" + std::to_string(i) + "@carrier", std::to_string(i));
  world.run_for(0.05);
  EXPECT_NEAR(static_cast<double>(world.all("Hangup").size()), 100, 30);
}

TEST(a_trunk, may_be_missing_or_silent) {
  pbx_world world;
  world.pbx.state.trunks["gone"] = {trunk_condition::kind::missing, 1, 0};
  world.pbx.state.trunks["dead"] = {trunk_condition::kind::silent, 1, 0};
  world.originate("PJSIP/1000001@gone", "a");
  EXPECT_EQ(world.all("OriginateResponse", "Reason", "0").size(), 1U);
  EXPECT_TRUE(world.all("Newchannel").empty());
  world.originate("PJSIP/1000001@dead", "b");
  world.run_for(29);
  EXPECT_TRUE(world.all("Hangup").empty());
  world.run_for(5);
  EXPECT_EQ(world.all("Newstate").size(), 0U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
}

TEST(originate, refuses_an_id_that_is_live_or_begins_one) {
  pbx_world world;
  world.originate("PJSIP/1000001@carrier", "Call-10");
  for (const char* id : {"call-10", "CALL-1"})
    world.originate("PJSIP/1000002@carrier", id);
  world.originate("PJSIP/1000003@carrier", "call-100");
  EXPECT_EQ(world.all("OriginateResponse", "Reason", "0").size(), 2U);
  EXPECT_EQ(world.all("Newchannel").size(), 2U);
}

} // namespace
} // namespace ringmaster::sim::testing
