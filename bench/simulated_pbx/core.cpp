// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/core.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace ringmaster::sim {

std::string core::date_time(sim_time t) const {
  const std::time_t at = static_cast<std::time_t>(epoch + whole_seconds(t));
  std::tm parts{};
  gmtime_r(&at, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string core::new_unique_id() {
  return fmt::format("{}.{}", wall_seconds(), unique_++);
}

std::string core::new_channel_name(std::string_view technology, std::string_view resource) {
  return fmt::format("{}/{}-{:08x}", technology, resource, names_[std::string{technology}]++);
}

std::string core::new_uuid() {
  random_source random{derive_seed(seed, "bridge", uuids_++)};
  const std::uint64_t a = random.next();
  const std::uint64_t b = random.next();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}", a >> 32U, (a >> 16U) & 0xffffU, a & 0xfffU,
                     8U + (b >> 62U), (b >> 48U) & 0xfffU, b & 0xffffffffffffU);
}

void core::new_channel(channel& c) {
  c.created = clock.now();
  out.begin("Newchannel", event_class::call).channel(c);
}

void core::var_set(channel& c, std::string_view given, std::string_view value) {
  c.set_variable(given, value);
  out.begin("VarSet", event_class::dialplan).channel(c).text("Variable", given).text("Value", value);
}

void core::new_exten(channel& c, std::string_view application, std::string_view data) {
  c.application = application;
  c.data = data;
  out.begin("Newexten", event_class::dialplan)
      .channel(c)
      .text("Extension", c.extension)
      .text("Application", application)
      .text("AppData", data);
}

void core::new_state(channel& c, channel_state s) {
  c.state = s;
  if (s == channel_state::up)
    c.answered = clock.now();
  out.begin("Newstate", event_class::call).channel(c);
}

void core::caller_id(channel& c, std::string_view number, std::string_view name) {
  c.caller_number = number;
  c.caller_name = name;
  out.begin("NewCallerid", event_class::call)
      .channel(c)
      .text("CID-CallingPres", "0 (Presentation Allowed, Not Screened)");
}

void core::connected_line(channel& c, std::string_view number, std::string_view name) {
  c.connected_number = number;
  c.connected_name = name;
  out.begin("NewConnectedLine", event_class::call).channel(c);
}

void core::hangup_request(const channel& c, std::optional<int> cause, int tech_cause) {
  auto e = out.begin("HangupRequest", event_class::call);
  e.channel(c);
  if (cause)
    e.number("Cause", *cause);
  if (tech_cause != 0)
    e.number("TechCause", tech_cause);
}

void core::soft_hangup_request(const channel& c, int cause) {
  out.begin("SoftHangupRequest", event_class::call).channel(c).number("Cause", cause);
}

void core::hangup(channel& c, int cause, int tech_cause) {
  {
    auto e = out.begin("Hangup", event_class::call);
    e.channel(c).number("Cause", cause).text("Cause-txt", cause_text(cause));
    if (tech_cause != 0)
      e.number("TechCause", tech_cause);
  }
  channels.remove(c);
}

void core::cdr(const channel& c, std::string_view disposition, std::string_view destination_channel) {
  const sim_time now = clock.now();
  out.begin("Cdr", event_class::cdr)
      .text("AccountCode", c.account)
      .text("Source", c.caller_number)
      .text("Destination", c.extension)
      .text("DestinationContext", c.context)
      .text("CallerID", fmt::format("\"{}\" <{}>", c.caller_name, c.caller_number))
      .text("Channel", c.name)
      .text("DestinationChannel", destination_channel)
      .text("LastApplication", c.application)
      .text("LastData", c.data)
      .text("StartTime", date_time(c.created))
      .text("AnswerTime", c.answered.count() < 0 ? std::string{} : date_time(c.answered))
      .text("EndTime", date_time(now))
      .number("Duration", whole_seconds(now - c.created))
      .number("BillableSeconds", c.answered.count() < 0 ? 0 : whole_seconds(now - c.answered))
      .text("Disposition", disposition)
      .text("AMAFlags", "DOCUMENTATION")
      .text("UniqueID", c.unique_id)
      .text("UserField", {});
}

void core::device(std::string_view name, std::string_view state) {
  if (!name.starts_with("Local/"))
    devices.insert_or_assign(std::string{name}, std::string{state});
  out.begin("DeviceStateChange", event_class::call).text("Device", name).text("State", state);
}

void core::call_id_change(const channel& c) {
  out.begin("TestEvent", event_class::reporting)
      .text("Type", "StateChange")
      .text("State", "CallIDChange")
      .text("AppFile", "channel_internal_api.c")
      .text("AppFunction", "ast_channel_callid_set")
      .text("AppLine", "677")
      .text("State", "CallIDChange")
      .text("Channel", c.name)
      .text("CallID", fmt::format("[C-{:08x}]", ++call_ids_))
      .text("PriorCallID", {});
}

void core::dial_begin(const channel* caller, const channel& dest, std::string_view dial_string) {
  auto e = out.begin("DialBegin", event_class::call);
  if (caller != nullptr)
    e.channel(*caller);
  e.channel(dest, "Dest").text("DialString", dial_string);
}

void core::dial_state(const channel* caller, const channel& dest) {
  auto e = out.begin("DialState", event_class::call);
  if (caller != nullptr)
    e.channel(*caller);
  e.channel(dest, "Dest").text("DialStatus", "RINGING");
}

void core::dial_end(const channel* caller, const channel& dest, std::string_view status) {
  auto e = out.begin("DialEnd", event_class::call);
  if (caller != nullptr)
    e.channel(*caller);
  e.channel(dest, "Dest").text("DialStatus", status);
}

void core::local_bridge(const channel& one, const channel& two, bool optimize) {
  out.begin("LocalBridge", event_class::call)
      .channel(one, "LocalOne")
      .channel(two, "LocalTwo")
      .text("Context", two.context)
      .text("Exten", two.extension)
      .text("LocalOptimization", optimize ? "Yes" : "No");
}

void core::bridge_headers(header_writer& to, std::string_view bridge, int members, std::string_view prefix) {
  const auto name = [&](std::string_view rest) { return std::string{prefix} + "Bridge" + std::string{rest}; };
  to.text(name("Uniqueid"), bridge)
      .text(name("Type"), "basic")
      .text(name("Technology"), "simple_bridge")
      .text(name("Creator"), "<unknown>")
      .text(name("Name"), "<unknown>")
      .number(name("NumChannels"), members)
      .text(name("VideoSourceMode"), "none");
}

void core::bridge_event(std::string_view event, std::string_view bridge, int members, const channel* c,
                        std::string_view swapped) {
  auto e = out.begin(event, event_class::call);
  bridge_headers(e, bridge, members);
  if (c != nullptr)
    e.channel(*c);
  if (!swapped.empty())
    e.text("SwapUniqueid", swapped);
}

void core::rtp_statistics(channel& c) {
  static constexpr std::pair<std::string_view, std::string_view> zeros[] = {
      {"RTPAUDIOQOS",
       "ssrc=1769601761;themssrc=0;lp=0;rxjitter=0.000000;rxcount=0;txjitter=0.000000;txcount=50;"
       "rlp=0;rtt=0.000000;rxmes=0.000000;txmes=0.000000"},
      {"RTPAUDIOQOSJITTER", "minrxjitter=000.000000;maxrxjitter=000.000000;avgrxjitter=000.000000;"},
      {"RTPAUDIOQOSLOSS", "minrxlost=000.000000;maxrxlost=000.000000;avgrxlost=000.000000;"},
      {"RTPAUDIOQOSRTT", "minrtt=000.000000;maxrtt=000.000000;avgrtt=000.000000;stdevrtt=000.000000;"},
      {"RTPAUDIOQOSMES", "minrxmes=000.000000;maxrxmes=000.000000;avgrxmes=000.000000;"}};
  for (const auto& [name, value] : zeros)
    var_set(c, name, value);
}

} // namespace ringmaster::sim
