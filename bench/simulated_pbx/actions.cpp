// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/actions.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace ringmaster::sim {

namespace {

using handler = void (*)(session&, const action&);

struct known_action {
  std::string_view name;
  handler function;
  std::string_view classes; ///< of which the user's `write` must have one; empty: for everybody
};

constexpr known_action handlers[] = {
    {"Login", login, ""},
    {"Challenge", challenge, ""},
    {"Logoff", logoff, ""},
    {"Ping", ping, ""},
    {"Events", events, ""},
    {"Filter", filter, "system"},
    {"CoreSettings", core_settings, "system,reporting"},
    {"CoreStatus", core_status, "system,reporting"},
    {"Command", command, "command"},
    {"ModuleCheck", module_check, "system"},
    {"ListCommands", list_commands, ""},
    {"PJSIPShowEndpoints", show_endpoints, "system"},
    {"ModuleLoad", module_load, "system"},
    {"CreateConfig", create_config, "config"},
    {"GetConfig", get_config, "system,config"},
    {"UpdateConfig", update_config, "config"},
    {"Agents", agents, "agent"},
    {"AgentLogoff", agent_logoff, "agent"},
    {"DeviceStateList", device_state_list, "call,reporting"},
    {"PJSIPShowEndpoint", show_endpoint, "system"},
    {"PJSIPShowAors", show_aors, "system"},
    {"PJSIPShowAuths", show_auths, "system"},
    {"PJSIPShowContacts", show_contacts, "system"},
    {"PJSIPShowRegistrationsOutbound", show_registrations, "system,reporting"},
    {"PJSIPRegister", register_account, "system,reporting"},
    {"PJSIPUnregister", unregister_account, "system,reporting"},
    {"PJSIPQualify", qualify, "system,reporting"},
    {"IAXpeers", iax_peers, "system,reporting"},
    {"IAXpeerlist", iax_peer_list, "system,reporting"},
    {"IAXregistry", iax_registry, "system,reporting"},
    {"UserEvent", user_event, "user"},
    {"Reload", reload, "system,config"},
    {"SimulatorAgent", simulator_agent, ""},
    {"SimulatorFault", simulator_fault, ""},
    {"SimulatorTrunk", simulator_trunk, ""},
    {"SimulatorStop", simulator_stop, ""},
    {"SimulatorRestart", simulator_restart, ""},
    {"Originate", originate, "originate"},
    {"Hangup", hang_up, "system,call"},
    {"Redirect", redirect, "call"},
    {"BlindTransfer", blind_transfer, "call"},
    {"Atxfer", attended_transfer, "call"},
    {"Park", park, "call"},
    {"ParkedCalls", parked_calls, "call"},
    {"Parkinglots", parking_lots, "call"},
    {"CoreShowChannels", core_show_channels, "system,reporting"},
    {"Status", status, "system,call,reporting"},
    {"Getvar", get_variable, "call,reporting"},
    {"Setvar", set_variable, "call"},
    {"Bridge", bridge, "call"},
    {"AGI", agi, "agi"},
    {"QueueStatus", queue_status, ""},
    {"QueueSummary", queue_summary, ""},
    {"QueueAdd", queue_add, "agent"},
    {"QueueRemove", queue_remove, "agent"},
    {"QueuePause", queue_pause, "agent"},
    {"QueuePenalty", queue_penalty, "agent"},
    {"QueueMemberRingInUse", queue_ring_in_use, "agent"},
    {"QueueReset", queue_reset, ""},
};

void unknown(session& s, const action& a, std::string_view name) {
  fail(
      s, a,
      fmt::format("Invalid/unknown command: {}. Use Action: ListCommands to show available commands.", name));
  // `begin` writes the Privilege line; the rest is the session's own.
  s.host()
      .events()
      .begin("RequestBadFormat", event_class::security)
      .text("EventTV", event_time())
      .text("Severity", "Error")
      .text("Service", "AMI")
      .text("EventVersion", "1")
      .text("SessionID", fmt::format("0x{:x}", s.id()))
      .text("LocalAddress", s.local_address())
      .text("RemoteAddress", s.remote_address())
      .text("RequestType", fmt::format("Action: {}", name))
      .text("SessionTV", s.opened_at())
      .text("AccountID", s.host().user());
}

} // namespace

std::string event_time() {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03d}+0000", parts, ms % 1000);
}

answer::answer(const action& a, std::string_view response) {
  text("Response", response);
  if (const auto id = a.get("ActionID"); !id.empty())
    text("ActionID", id);
}

answer& answer::text(std::string_view name, std::string_view value) {
  out_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

void answer::to(session& s) {
  out_ += "\r\n";
  s.send(out_);
}

void succeed(session& s, const action& a, std::string_view message) {
  answer{a, "Success"}.text("Message", message).to(s);
}

void fail(session& s, const action& a, std::string_view message) {
  answer{a, "Error"}.text("Message", message).to(s);
}

void begin_list(session& s, const action& a, std::string_view message) {
  answer{a, "Success"}.text("EventList", "start").text("Message", message).to(s);
}

void end_list(session& s, const action& a, std::string_view event, std::size_t items,
              std::string_view last_header) {
  std::string out = fmt::format("Event: {}\r\n", event);
  if (const auto id = a.get("ActionID"); !id.empty())
    out += fmt::format("ActionID: {}\r\n", id);
  out += fmt::format("EventList: Complete\r\nListItems: {}\r\n", items);
  if (!last_header.empty())
    out += fmt::format("{}: {}\r\n", last_header, items);
  out += "\r\n";
  s.send(out);
}

void list_commands(session& s, const action& a) {
  answer list{a, "Success"};
  // Those alone that the user may.
  for (const known_action& known : handlers)
    if (s.may(known.classes))
      list.text(known.name, fmt::format("Known to the simulated PBX.  (Priv: {})",
                                        known.classes.empty() ? "<none>" : fmt::format("{},all", known.classes)));
  list.to(s);
}

void handle_action(session& from, const action& a) {
  const std::string_view name = a.get("Action");
  if (name.empty())
    return fail(from, a, "Missing action in request");
  if (from.host().life().state.stopping && !name.starts_with("Simulator"))
    return fail(from, a, "Asterisk is shutting down"); // whatever it is: Ping, Login and Hangup, too
  if (!from.authenticated() && !same_name(name, "Login") && !same_name(name, "Challenge") &&
      !same_name(name, "Logoff"))
    return fail(from, a, "Permission denied");
  for (const known_action& known : handlers)
    if (same_name(known.name, name))
      return from.may(known.classes) || !from.authenticated() ? known.function(from, a)
                                                              : fail(from, a, "Permission denied");
  unknown(from, a, name);
}

} // namespace ringmaster::sim
