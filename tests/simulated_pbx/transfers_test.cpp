// SPDX-License-Identifier: Apache-2.0
// Calls that move from channel to channel, as a real Asterisk 22 was seen to move them.
#include "tests/simulated_pbx/pbx_world.hpp"

#include <gmock/gmock.h>

#include <set>

namespace ringmaster::sim::testing {
namespace {

using strings = std::vector<std::string>;

population with_route(bool optimise = true) {
  population p = population::standard();
  p.queues.resize(1);
  p.queues[0].agents = 2;
  p.queues[0].talk = {distribution::shape::constant, 20, 0};
  p.routes = {{"from-internal", "carrier", 8, optimise, 0.05}};
  return p;
}

population plain() {
  population p = with_route();
  p.routes.clear();
  return p;
}

void originate_in_dialplan(pbx_world& world, std::string channel, std::string id, std::string context = "queue",
                           std::string extension = "sales_1") {
  originate_request r;
  r.action_id = r.id = id;
  r.other_id = id + "/2";
  r.channel = std::move(channel);
  r.context = std::move(context);
  r.extension = std::move(extension);
  world.pbx.calls.originate(std::move(r));
}

/// The names of the events from the first of that name on, without what no dialer goes by.
strings story(const pbx_world& world, std::string_view from) {
  static const std::set<std::string> told{
      "LocalOptimizationBegin", "LocalOptimizationEnd", "BridgeEnter", "BridgeLeave", "BridgeCreate", "BridgeDestroy",
      "AgentComplete", "Hangup", "BlindTransfer", "AttendedTransfer", "QueueCallerAbandon", "QueueCallerLeave",
      "AgentRingNoAnswer", "UnParkedCall", "ParkedCall", "ParkedCallGiveUp"};
  strings all;
  bool begun = false;
  for (const auto& t : world.history) {
    const auto event = t.what.get("Event");
    begun = begun || event == from;
    if (begun && told.contains(event))
      all.push_back(event);
  }
  return all;
}

/// The headers of an event: `{prefix}` stands for those that describe a channel, `[prefix]` for those of a bridge.
strings headers(std::initializer_list<std::string> parts) {
  strings all{"Event", "Privilege"};
  for (const std::string& part : parts) {
    const std::string prefix = part.size() < 2 ? "" : part.substr(1, part.size() - 2);
    if (part.starts_with('{'))
      for (const char* name : {"Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName", "ConnectedLineNum",
                               "ConnectedLineName", "Language", "AccountCode", "Context", "Exten", "Priority", "Uniqueid", "Linkedid",
                               "ChanVariable"})
        all.push_back(prefix + name);
    else if (part.starts_with('['))
      for (const char* name : {"Uniqueid", "Type", "Technology", "Creator", "Name", "NumChannels", "VideoSourceMode"})
        all.push_back(prefix + "Bridge" + name);
    else
      all.push_back(part);
  }
  return all;
}

TEST(a_local_channel, gives_way_to_the_trunks_once_customer_and_agent_talk) {
  pbx_world world{with_route()};
  world.originate("Local/1000001@from-internal", "call");
  world.run_for(10);
  ASSERT_EQ(world.all("LocalOptimizationBegin").size(), 1U);
  const auto& begin = world.all("LocalOptimizationBegin")[0]->what;
  EXPECT_EQ(begin.get("LocalOneUniqueid"), "call");
  EXPECT_EQ(begin.get("DestUniqueId"), "call/2");
  EXPECT_EQ(begin.get("SourceLinkedid"), "call");
  const auto trunk = begin.get("SourceUniqueid");
  EXPECT_EQ(begin.names(), headers({"{LocalOne}", "{LocalTwo}", "{Source}", "DestUniqueId", "Id"}));
  EXPECT_EQ(world.all("LocalOptimizationEnd")[0]->what.names(), headers({"{LocalOne}", "{LocalTwo}", "Success", "Id"}));
  const auto entered = world.all("BridgeEnter", "SwapUniqueid", "call");
  ASSERT_EQ(entered.size(), 1U);
  EXPECT_EQ(entered[0]->what.names(), headers({"[]", "{}", "SwapUniqueid"}));
  EXPECT_EQ(entered[0]->what.get("Uniqueid"), trunk);
  EXPECT_EQ(world.all("LocalOptimizationEnd")[0]->what.get("Success"), "No") << "as Asterisk says of one that has worked";
  EXPECT_EQ(story(world, "LocalOptimizationBegin"),
            (strings{"LocalOptimizationBegin", "BridgeLeave", "BridgeLeave", "BridgeEnter", "LocalOptimizationEnd", "BridgeLeave",
                     "BridgeDestroy", "AgentComplete", "Hangup", "Hangup"}));
  for (const auto* t : world.all("Hangup"))
    EXPECT_EQ(t->what.get("Cause"), "16");
  // The talk goes on, and so does the member's state.
  EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "2");
  ASSERT_NE(world.pbx.state.channels.find(trunk), nullptr);
  EXPECT_EQ(world.pbx.state.channels.find("call"), nullptr);
  world.run_for(60);
  EXPECT_EQ(world.all("AgentComplete").size(), 1U) << "none tells of the true end";
  EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
  EXPECT_EQ(world.all("Hangup", "Uniqueid", trunk).size(), 1U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
  EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
}

TEST(a_local_channel, stays_where_it_is_not_optimised) {
  pbx_world world{with_route(false)};
  world.originate("Local/1000001@from-internal", "call");
  world.run_for(60);
  EXPECT_TRUE(world.all("LocalOptimizationBegin").empty());
  EXPECT_EQ(world.all("AgentComplete").size(), 1U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
  EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
}

TEST(a_local_channel, tells_a_refusal_by_the_dialplans_hangup) {
  pbx_world world{with_route()};
  world.originate("Local/2000001@from-internal", "busy");
  world.originate("Local/3000001@from-internal", "rings");
  world.run_for(60);
  EXPECT_EQ(world.all("Hangup", "Uniqueid", "busy").at(0)->what.get("Cause"), "17");
  EXPECT_EQ(world.all("Hangup", "Uniqueid", "rings").at(0)->what.get("Cause"), "16") << "its Dial gave up after 8 s";
  EXPECT_EQ(world.all("OriginateResponse", "Response", "Failure").size(), 2U);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
}

TEST(a_customer_behind_a_trunk, may_leave_at_any_time) {
  population p = with_route();
  p.customers.rules.push_back({"6", 7, 64, outcome::answer, distribution{distribution::shape::constant, 1, 0}, {}, {}, {}, true});
  for (const double leaves : {0.5, 1.5, 3.0, 12.0}) {
    p.customers.rules.back().leaves_after = distribution{distribution::shape::constant, leaves, 0};
    pbx_world world{p};
    world.originate("Local/6000001@from-internal", "call");
    world.run_for(60);
    EXPECT_EQ(world.pbx.state.channels.size(), 0U) << leaves;
    EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size()) << leaves;
  }
}

class agents_call : public ::testing::Test {
protected:
  /// A call that talks with an agent, begun with an application alone or in a dialplan.
  static void talk(pbx_world& world, bool in_dialplan) {
    if (in_dialplan)
      originate_in_dialplan(world, "Local/1000001@customers", "call");
    else
      world.originate("Local/1000001@customers", "call");
    world.run_for(4);
    ASSERT_EQ(world.all("AgentConnect").size(), 1U);
  }
  static call& of(pbx_world& world) { return *world.pbx.calls.find(1); }
  static const channel& agent(pbx_world& world) { return *world.pbx.queues.agent_of(of(world)); }
};

TEST_F(agents_call, ends_without_a_word_of_completion_when_an_action_hangs_it_up) {
  for (const bool the_agents : {false, true}) {
    pbx_world world{plain()};
    talk(world, false);
    if (the_agents)
      world.pbx.queues.hang_up_agent(agent(world).attempt);
    else
      world.pbx.calls.hang_up(of(world), *of(world).one, 16);
    world.run_for(1);
    EXPECT_TRUE(world.all("AgentComplete").empty());
    EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
    EXPECT_EQ(world.pbx.state.channels.size(), 0U);
  }
}

TEST_F(agents_call, goes_on_after_a_redirect_only_where_a_dialplan_takes_it) {
  for (const bool in_dialplan : {false, true}) {
    pbx_world world{plain()};
    talk(world, in_dialplan);
    ASSERT_TRUE(world.pbx.calls.redirect(of(world), "hold", "s", 1));
    world.run_for(1);
    EXPECT_TRUE(world.all("AgentComplete").empty());
    EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
    EXPECT_EQ(world.pbx.state.channels.find("call") != nullptr, in_dialplan);
  }
}

TEST_F(agents_call, is_passed_on_blindly) {
  for (const bool in_dialplan : {false, true}) {
    pbx_world world{plain()};
    talk(world, in_dialplan);
    world.pbx.calls.blind_transfer(of(world), agent(world), "hold", "s");
    world.run_for(1);
    const auto moved = world.all("BlindTransfer");
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0]->what.names(), headers({"Result", "{Transferer}", "{Transferee}", "[]", "IsExternal", "Context", "Extension"}));
    EXPECT_EQ(moved[0]->what.get("TransfereeUniqueid"), "call");
    EXPECT_EQ(moved[0]->what.get("Extension"), "s");
    ASSERT_EQ(world.all("AgentComplete").size(), 1U);
    EXPECT_EQ(world.all("AgentComplete")[0]->what.get("Reason"), "transfer");
    EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
    EXPECT_EQ(world.pbx.state.channels.find("call") != nullptr, in_dialplan);
  }
}

TEST_F(agents_call, is_handed_over_and_keeps_its_channel_and_its_bridge) {
  pbx_world world{plain()};
  talk(world, false);
  const std::string bridge = of(world).one->bridge;
  world.pbx.calls.attended_transfer(of(world), "agents", "agent-77");
  world.run_for(3);
  const auto moved = world.all("AttendedTransfer");
  ASSERT_EQ(moved.size(), 1U);
  EXPECT_EQ(moved[0]->what.get("TransfereeUniqueid"), "call");
  EXPECT_EQ(moved[0]->what.names(),
            headers({"Result", "{OrigTransferer}", "[Orig]", "{SecondTransferer}", "[Second]", "{Transferee}", "{TransferTarget}", "IsExternal",
                     "DestType", "DestBridgeUniqueid"}));
  EXPECT_EQ(moved[0]->what.get("DestBridgeUniqueid"), bridge);
  EXPECT_EQ(world.all("AgentComplete").at(0)->what.get("Reason"), "transfer");
  EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
  ASSERT_NE(world.pbx.state.channels.find("call"), nullptr);
  EXPECT_EQ(world.pbx.state.channels.find("call")->bridge, bridge);
  EXPECT_EQ(world.pbx.state.channels.find(moved[0]->what.get("TransferTargetUniqueid"))->bridge, bridge);
  world.run_for(60);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
  EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
}

TEST_F(agents_call, may_end_while_the_agent_asks_somebody_else) {
  for (const bool the_agents : {false, true}) {
    pbx_world world{plain()};
    talk(world, false);
    world.pbx.calls.attended_transfer(of(world), "agents", "agent-77");
    world.run_for(0.5);
    if (the_agents)
      world.pbx.queues.hang_up_agent(agent(world).attempt);
    else
      world.pbx.calls.hang_up(of(world), *of(world).one, 16);
    world.run_for(60);
    EXPECT_TRUE(world.all("AttendedTransfer").empty());
    EXPECT_EQ(world.pbx.state.channels.size(), 0U);
    EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
  }
}

TEST_F(agents_call, is_parked_and_taken_back) {
  pbx_world world{plain()};
  talk(world, false);
  world.pbx.calls.leave_application(of(world), parting::parked);
  ASSERT_TRUE(world.pbx.parking.park(of(world), {}, seconds_of(45)));
  world.run_for(1);
  EXPECT_TRUE(world.all("AgentComplete").empty());
  originate_in_dialplan(world, "Local/agent-99@agents", "retriever", "parkedcalls", "701");
  world.run_for(2);
  const auto back = world.all("UnParkedCall");
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0]->what.names(), headers({"{Parkee}", "{Retriever}", "ParkerDialString", "Parkinglot", "ParkingSpace", "ParkingTimeout",
                                            "ParkingDuration"}));
  EXPECT_EQ(back[0]->what.get("ParkeeUniqueid"), "call");
  EXPECT_EQ(back[0]->what.get("RetrieverUniqueid"), "retriever");
  const channel* customer = world.pbx.state.channels.find("call");
  const channel* retriever = world.pbx.state.channels.find("retriever");
  ASSERT_TRUE(customer != nullptr && retriever != nullptr);
  EXPECT_FALSE(customer->bridge.empty());
  EXPECT_EQ(customer->bridge, retriever->bridge);
  EXPECT_EQ(retriever->linked_id, "call");
  world.run_for(60);
  EXPECT_EQ(world.pbx.state.channels.size(), 0U);
  EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
}

TEST(agents, pass_calls_on_by_themselves) {
  for (const char* kind : {"blind", "attended", "park"}) {
    SCOPED_TRACE(kind);
    population p = plain();
    p.queues[0].transfers.share = 1;
    p.queues[0].transfers.kinds = {kind};
    p.queues[0].transfers.context = "hold";
    p.queues[0].transfers.extension = "s";
    pbx_world world{p};
    originate_in_dialplan(world, "Local/1000001@customers", "call");
    world.run_for(12);
    EXPECT_EQ(world.all(kind == std::string{"blind"} ? "BlindTransfer" : kind == std::string{"attended"} ? "AttendedTransfer" : "UnParkedCall").size(), 1U);
    EXPECT_NE(world.pbx.state.channels.find("call"), nullptr);
    world.run_for(600);
    EXPECT_EQ(world.pbx.state.channels.size(), 0U);
    EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
  }
}

TEST(a_waiting_caller, who_is_redirected_leaves_without_a_word_unless_he_has_a_dialplan) {
  for (const bool in_dialplan : {false, true}) {
    population p = plain();
    p.queues[0].habits = {{1, 2, pick_up::absent, {}}};
    pbx_world world{p};
    if (in_dialplan)
      originate_in_dialplan(world, "Local/1000001@customers", "call");
    else
      world.originate("Local/1000001@customers", "call");
    world.run_for(4);
    ASSERT_EQ(world.all("AgentCalled").size(), 1U);
    ASSERT_TRUE(world.pbx.calls.redirect(*world.pbx.calls.find(1), "hold", "s", 1));
    world.run_for(1);
    EXPECT_EQ(world.all("QueueCallerAbandon").size(), in_dialplan ? 1U : 0U);
    EXPECT_EQ(world.all("QueueCallerLeave").size(), in_dialplan ? 1U : 0U);
    EXPECT_TRUE(world.all("AgentRingNoAnswer").empty());
    EXPECT_EQ(world.all("QueueMemberStatus").back()->what.get("Status"), "1");
    ASSERT_NE(world.pbx.state.channels.find("call"), nullptr);
    EXPECT_EQ(world.pbx.state.channels.find("call")->context, "hold");
  }
}

TEST(a_limit_of_calls, begins_no_dialplan_and_lets_an_application_run) {
  population people = population::standard();
  people.max_calls = 1;
  pbx_world world{people};
  world.originate("PJSIP/1000001@carrier", "first");
  world.originate("Local/1000002@customers", "local");
  world.originate("PJSIP/1000003@carrier", "application");
  ASSERT_EQ(world.all("LocalBridge", "LocalOneUniqueid", "local").size(), 1u);
  EXPECT_TRUE(world.all("DialBegin", "DestUniqueid", "local").empty());
  const auto responses = world.all("OriginateResponse", "Uniqueid", "local");
  ASSERT_EQ(responses.size(), 1u);
  EXPECT_EQ(responses[0]->what.get("Reason"), "0");
  for (const char* half : {"local", "local/2"}) {
    const auto ends = world.all("Hangup", "Uniqueid", half);
    ASSERT_EQ(ends.size(), 1u);
    EXPECT_EQ(ends[0]->what.get("Cause"), "0");
  }
  EXPECT_EQ(world.all("DialBegin", "DestUniqueid", "application").size(), 1u);
  // A trunk's call needs its dialplan when it has been answered: then it is hung up.
  originate_in_dialplan(world, "PJSIP/1000004@carrier", "context");
  world.run_for(60);
  EXPECT_EQ(world.all("DialEnd", "DestUniqueid", "context").size(), 1u);
  EXPECT_EQ(world.all("OriginateResponse", "Uniqueid", "context").at(0)->what.get("Response"), "Success");
  ASSERT_EQ(world.all("Hangup", "Uniqueid", "context").size(), 1u);
  EXPECT_EQ(world.all("Hangup", "Uniqueid", "context")[0]->what.get("Cause"), "0");
  EXPECT_TRUE(world.all("QueueCallerJoin", "Uniqueid", "context").empty());
}

} // namespace
} // namespace ringmaster::sim::testing
