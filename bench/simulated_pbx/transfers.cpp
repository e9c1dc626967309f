// SPDX-License-Identifier: Apache-2.0
// Calls that move: Local channels that give way, transfers by agents, and calls taken back from where they were parked.
#include "bench/simulated_pbx/calls.hpp"
#include "bench/simulated_pbx/parking.hpp"
#include "bench/simulated_pbx/queues.hpp"

#include <charconv>

namespace ringmaster::sim {
namespace {

// An agent asks somebody else: so long until that one answers, and so long do they talk before the agent leaves.
constexpr sim_time consult_ring{1'000'000};
constexpr sim_time consult_talk{1'000'000};
// How long the one who took a call over talks, unless the channel's TALK says otherwise.
constexpr double partner_talk_s = 10;

double talk_of(const channel& c) {
  double seconds = partner_talk_s;
  if (const std::string* text = c.variable("TALK"))
    std::from_chars(text->data(), text->data() + text->size(), seconds);
  return seconds;
}

} // namespace

void call_system::talks_with_agent(call& c) {
  if (c.three == nullptr || !c.way->optimise)
    return;
  core_.clock.after(seconds_of(c.way->after_s), [this, id = c.id, step = c.step] {
    call* alive = find(id);
    if (alive != nullptr && alive->step == step && alive->three != nullptr && alive->place.connected)
      optimise(*alive);
  });
}

/// As app_queue and the bridge were seen to do it: the end of the swap says that it failed, and the queue that the talk is
/// complete; neither is so.
void call_system::optimise(call& c) {
  channel& one = *c.one;
  channel& two = *c.two;
  channel& three = *c.three;
  const std::string bridge = one.bridge;
  const std::string id = std::to_string(optimisations_++);
  core_.out.begin("LocalOptimizationBegin", event_class::call)
      .channel(one, "LocalOne")
      .channel(two, "LocalTwo")
      .channel(three, "Source")
      .text("DestUniqueId", two.unique_id)
      .text("Id", id);
  core_.bridge_event("BridgeLeave", c.trunk_bridge, 1, &three);
  core_.bridge_event("BridgeLeave", bridge, 1, &one);
  core_.bridge_event("BridgeEnter", bridge, 2, &three, one.unique_id);
  three.bridge = bridge;
  one.bridge.clear();
  core_.out.begin("LocalOptimizationEnd", event_class::call)
      .channel(one, "LocalOne")
      .channel(two, "LocalTwo")
      .text("Success", "No")
      .text("Id", id);
  core_.bridge_event("BridgeLeave", c.trunk_bridge, 0, &two);
  core_.bridge_event("BridgeDestroy", c.trunk_bridge, 0, nullptr);
  two.bridge.clear();
  core_.soft_hangup_request(two);
  core_.hangup_request(one, 16);
  queues_.caller_was_swapped(c);
  log("swapped", c, three.unique_id);
  three.variables = one.variables;
  three.application = "AppDial";
  three.data = "(Outgoing Line)";
  core_.cdr(two, "ANSWERED");
  core_.hangup(two, 16);
  core_.cdr(one, "ANSWERED");
  core_.hangup(one, 16);
  core_.device(local_device(c), "NOT_INUSE");
  core_.device(local_device(c), "NOT_INUSE");
  c.one = &three;
  c.two = c.three = nullptr;
  c.trunk_bridge.clear();
  c.swapped = true;
  c.in_dialplan = false;
}

void call_system::blind_transfer(call& c, const channel& by, std::string_view context, std::string_view extension) {
  const bool by_agent = &by != c.one;
  channel* const agent = queues_.agent_of(c);
  {
    auto e = core_.out.begin("BlindTransfer", event_class::call);
    e.text("Result", "Success").channel(by, "Transferer").channel(by_agent ? *c.one : *agent, "Transferee");
    core::bridge_headers(e, c.one->bridge, 2);
    e.text("IsExternal", "Yes").text("Context", context).text("Extension", extension);
  }
  log("transfer", c, "blind");
  if (!by_agent) // he goes, and the agent is alone
    return end(c, ending::customer, 16);
  leave_application(c, parting::transfer);
  // Only a dialplan takes him further; an application alone has held him up.
  if (!c.in_dialplan && !c.swapped)
    return end(c, ending::application, 16);
  run_context(c, context, extension, 1);
}

void call_system::attended_transfer(call& c, std::string_view context, std::string_view extension) {
  core_.out.begin("MusicOnHoldStart", event_class::call).channel(*c.one).text("Class", "default");
  log("consult", c, extension);
  const std::string name =
      core_.new_channel_name("Local", std::string{extension} + "@" + std::string{context});
  c.partner = &core_.channels.add(name + ";1", core_.new_unique_id());
  c.partner_two = &core_.channels.add(name + ";2", core_.new_unique_id());
  for (channel* half : {c.partner, c.partner_two}) {
    half->linked_id = c.one->linked_id;
    half->context = context;
    half->extension = extension;
    half->call = c.id;
    core_.new_channel(*half);
  }
  core_.local_bridge(*c.partner, *c.partner_two, true);
  const std::string consult = core_.new_uuid();
  core_.bridge_event("BridgeCreate", consult, 0, nullptr);
  core_.bridge_event("BridgeEnter", consult, 1, c.partner);
  channel& agent = *queues_.agent_of(c);
  core_.bridge_event("BridgeLeave", c.one->bridge, 1, &agent);
  core_.bridge_event("BridgeEnter", consult, 2, &agent);
  c.partner->bridge = consult;
  core_.new_state(*c.partner, channel_state::ringing);
  core_.clock.after(consult_ring, [this, id = c.id, step = c.step, consult] {
    call* alive = find(id);
    if (alive == nullptr || alive->step != step || alive->partner == nullptr)
      return;
    core_.new_state(*alive->partner, channel_state::up);
    core_.new_state(*alive->partner_two, channel_state::up);
    core_.clock.after(consult_talk, [this, id, step, consult] {
      call* still = find(id);
      if (still != nullptr && still->step == step && still->partner != nullptr)
        hand_over(*still, consult);
    });
  });
}

void call_system::hand_over(call& c, const std::string& consult) {
  channel& one = *c.one;
  channel& agent = *queues_.agent_of(c);
  const std::string bridge = one.bridge;
  core_.bridge_event("BridgeLeave", consult, 1, c.partner);
  core_.bridge_event("BridgeEnter", bridge, 2, c.partner);
  c.partner->bridge = bridge;
  core_.out.begin("MusicOnHoldStop", event_class::call).channel(one);
  core_.bridge_event("BridgeLeave", consult, 0, &agent);
  {
    auto e = core_.out.begin("AttendedTransfer", event_class::call);
    e.text("Result", "Success").channel(agent, "OrigTransferer");
    core::bridge_headers(e, bridge, 2, "Orig");
    e.channel(agent, "SecondTransferer");
    core::bridge_headers(e, consult, 0, "Second");
    e.channel(one, "Transferee")
        .channel(*c.partner, "TransferTarget")
        .text("IsExternal", "No")
        .text("DestType", "Bridge")
        .text("DestBridgeUniqueid", bridge);
  }
  core_.bridge_event("BridgeDestroy", consult, 0, nullptr);
  log("transfer", c, "attended");
  ++c.step;
  queues_.hand_over(c);
  core_.clock.after(seconds_of(talk_of(one)), [this, id = c.id, step = c.step] {
    if (call* alive = find(id); alive != nullptr && alive->step == step)
      end(*alive, ending::application, 16);
  });
}

/// Of whomever `c` talks with beside the agents of a queue.
void call_system::leave_partner(call& c) {
  const std::string bridge = c.one->bridge;
  if (c.partner != nullptr) {
    core_.hangup_request(*c.partner_two, 16);
    core_.bridge_event("BridgeLeave", c.partner->bridge, 1, c.partner);
    if (c.partner->bridge == bridge) {
      core_.bridge_event("BridgeLeave", bridge, 0, c.one);
      core_.bridge_event("BridgeDestroy", bridge, 0, nullptr);
      c.one->bridge.clear();
    }
    core_.hangup(*c.partner, 16);
    core_.hangup(*c.partner_two, 16);
    c.partner = c.partner_two = nullptr;
  }
  if (c.with == 0)
    return;
  call* const other = find(std::exchange(c.with, 0));
  core_.bridge_event("BridgeLeave", bridge, 1, c.one);
  c.one->bridge.clear();
  if (other == nullptr)
    return;
  other->with = 0;
  core_.bridge_event("BridgeLeave", bridge, 0, other->one);
  core_.bridge_event("BridgeDestroy", bridge, 0, nullptr);
  other->one->bridge.clear();
  core_.clock.after(sim_time{1'000}, [this, id = other->id, step = other->step] {
    if (call* alive = find(id); alive != nullptr && alive->step == step)
      end(*alive, ending::application, 16);
  });
}

void call_system::park_and_take_back(call& c, sim_time later) {
  leave_application(c, parting::parked);
  if (!parking_.park(c, {}, std::nullopt))
    return end(c, ending::application, 16);
  log("park", c);
  core_.clock.after(later, [this, id = c.id, step = c.step] {
    call* alive = find(id);
    if (alive == nullptr || alive->step != step || alive->parking_space == 0)
      return;
    originate_request r;
    r.of_the_house = true;
    r.channel = "Local/agent-98@agents";
    r.context = "parkedcalls";
    r.extension = std::to_string(alive->parking_space);
    originate(std::move(r));
  });
}

/// Extension SPACE of the context where parked calls are.
void call_system::take_back(call& c, std::string_view space) {
  int number = 0;
  std::from_chars(space.data(), space.data() + space.size(), number);
  call* parked = nullptr;
  for (const auto& [id, each] : calls_)
    if (each->parking_space == number && each->parked_in != nullptr)
      parked = each.get();
  if (parked == nullptr)
    return core_.clock.after(sim_time{1'000}, [this, id = c.id, step = c.step] {
      if (call* alive = find(id); alive != nullptr && alive->step == step)
        end(*alive, ending::application, 0);
    });
  talk_with(c, *parked);
}

void call_system::talk_with(call& c, call& parked) {
  const std::string bridge = core_.new_uuid();
  core_.bridge_event("BridgeCreate", bridge, 0, nullptr);
  parked.parked_in->give(parked, *c.one);
  ++parked.step;
  parked.one->bridge = c.one->bridge = bridge;
  core_.bridge_event("BridgeEnter", bridge, 1, parked.one);
  // Two calls that meet go on under the older one's linked id, and no event says so.
  c.one->linked_id = parked.one->linked_id;
  core_.bridge_event("BridgeEnter", bridge, 2, c.one);
  c.with = parked.id;
  parked.with = c.id;
  log("taken_back", parked, c.one->name);
  core_.clock.after(seconds_of(talk_of(*c.one)), [this, id = c.id, step = c.step] {
    if (call* alive = find(id); alive != nullptr && alive->step == step)
      end(*alive, ending::customer, 16);
  });
}

} // namespace ringmaster::sim
