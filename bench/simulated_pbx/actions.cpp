#include "bench/simulated_pbx/actions.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace ringmaster::sim {

namespace {

using handler = void (*)(session&, const action&);

constexpr std::pair<std::string_view, handler> handlers[] = {
    {"Login", login},
    {"Challenge", challenge},
    {"Logoff", logoff},
    {"Ping", ping},
    {"Events", events},
    {"Filter", filter},
    {"CoreSettings", core_settings},
    {"CoreStatus", core_status},
    {"Command", command},
    {"ModuleCheck", module_check},
    {"ListCommands", list_commands},
    {"PJSIPShowEndpoints", show_endpoints},
    {"ModuleLoad", module_load},
    {"UpdateConfig", update_config},
    {"Agents", agents},
    {"AgentLogoff", agent_logoff},
    {"DeviceStateList", device_state_list},
    {"PJSIPShowEndpoint", show_endpoint},
    {"PJSIPShowAors", show_aors},
    {"PJSIPShowAuths", show_auths},
    {"PJSIPShowContacts", show_contacts},
    {"PJSIPShowRegistrationsOutbound", show_registrations},
    {"PJSIPRegister", register_account},
    {"PJSIPUnregister", unregister_account},
    {"PJSIPQualify", qualify},
    {"IAXpeers", iax_peers},
    {"IAXpeerlist", iax_peer_list},
    {"IAXregistry", iax_registry},
    {"UserEvent", user_event},
    {"SimulatorFault", simulator_fault},
    {"SimulatorRestart", simulator_restart},
    {"Originate", originate},
    {"Hangup", hang_up},
    {"Redirect", redirect},
    {"Park", park},
    {"ParkedCalls", parked_calls},
    {"Parkinglots", parking_lots},
    {"CoreShowChannels", core_show_channels},
    {"Status", status},
    {"Getvar", get_variable},
    {"Setvar", set_variable},
    {"Bridge", bridge},
    {"AGI", agi},
    {"QueueStatus", queue_status},
    {"QueueSummary", queue_summary},
    {"QueueAdd", queue_add},
    {"QueueRemove", queue_remove},
    {"QueuePause", queue_pause},
    {"QueuePenalty", queue_penalty},
    {"QueueMemberRingInUse", queue_ring_in_use},
    {"QueueReset", queue_reset},
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
  for (const auto& [name, function] : handlers)
    list.text(name, "Known to the simulated PBX.  (Priv: <none>)");
  list.to(s);
}

void handle_action(session& from, const action& a) {
  const std::string_view name = a.get("Action");
  if (name.empty())
    return fail(from, a, "Missing action in request");
  if (!from.authenticated() && !same_name(name, "Login") && !same_name(name, "Challenge") &&
      !same_name(name, "Logoff"))
    return fail(from, a, "Permission denied");
  for (const auto& [known, function] : handlers)
    if (same_name(known, name))
      return function(from, a);
  unknown(from, a, name);
}

} // namespace ringmaster::sim
