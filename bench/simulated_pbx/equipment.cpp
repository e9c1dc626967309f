// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/equipment.hpp"

#include "bench/simulated_pbx/action.hpp"
#include "bench/simulated_pbx/object_templates.hpp"
#include "bench/simulated_pbx/queues.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace ringmaster::sim {
namespace {

constexpr std::int64_t registration_time = 3600;

/// Begins an event of a list's answer.
header_writer begin(const core& c, std::string& out, std::string_view event, std::string_view action_id) {
  out.append("Event: ").append(event).append("\r\n");
  header_writer to = c.out.answer(out);
  if (!action_id.empty())
    to.text("ActionID", action_id);
  return to;
}

/// An object's headers, some of them with other values than the template's. `until`: not from that header on.
void object(std::string& out, std::string_view lines,
            std::initializer_list<std::pair<std::string_view, std::string_view>> values,
            std::string_view until = {}) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    const std::string_view name = line.substr(0, line.find(':'));
    if (!until.empty() && name == until)
      return;
    const auto it =
        std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == name; });
    if (it == values.end())
      out.append(line);
    else
      out.append(name).append(": ").append(it->second);
    out.append("\r\n");
    lines.remove_prefix(line.size() + 2);
  }
}

/// As Asterisk 22 of the recordings had them.
const std::vector<equipment::module>& standard_modules() {
  static const std::vector<equipment::module> modules{
      // name, description, use count, can be reloaded
      {"acl", "Named ACL system", 2, false},
      {"app_agent_pool.so", "Call center agent pool applications", 0, true},
      {"app_dial.so", "Dialing Application", 0, false},
      {"app_echo.so", "Simple Echo Application", 0, false},
      {"app_exec.so", "Executes dialplan applications", 0, false},
      {"app_playback.so", "Sound File Playback Application", 0, false},
      {"app_queue.so", "True Call Queueing", 0, true},
      {"app_stack.so", "Dialplan subroutines (Gosub, Return, etc", 0, false},
      {"app_userevent.so", "Custom User Event Application", 0, false},
      {"app_verbose.so", "Send verbose output", 0, false},
      {"bridge_builtin_features.so", "Built in bridging features", 1, false},
      {"bridge_holding.so", "Holding bridge module", 0, false},
      {"bridge_native_rtp.so", "Native RTP bridging module", 0, false},
      {"bridge_simple.so", "Simple two channel bridging module", 0, false},
      {"bridge_softmix.so", "Multi-party software based channel mixin", 0, false},
      {"ccss", "Call Completion Supplementary Services", 1, false},
      {"cdr", "CDR Engine", 1, true},
      {"cel", "CEL Engine", 1, true},
      {"chan_bridge_media.so", "Bridge Media Channel Driver", 0, false},
      {"chan_iax2.so", "Inter Asterisk eXchange (Ver 2)", 0, true},
      {"chan_pjsip.so", "PJSIP Channel Driver", 0, false},
      {"codec_a_mu.so", "A-law and Mulaw direct Coder/Decoder", 0, false},
      {"codec_alaw.so", "A-law Coder/Decoder", 0, false},
      {"codec_ulaw.so", "mu-Law Coder/Decoder", 0, false},
      {"dnsmgr", "DNS Manager", 3, false},
      {"dsp", "DSP", 1, false},
      {"enum", "ENUM Support", 1, false},
      {"extconfig", "Configuration", 13, false},
      {"features", "Call Features", 1, true},
      {"format_pcm.so", "Raw/Sun uLaw/ALaw 8KHz (PCM,PCMA,AU), G.", 0, false},
      {"format_sln.so", "Raw Signed Linear Audio support (SLN) 8k", 0, false},
      {"format_wav.so", "Microsoft WAV/WAV16 format (8kHz/16kHz S", 0, false},
      {"func_callerid.so", "Party ID related dialplan functions (Cal", 0, false},
      {"func_channel.so", "Channel information dialplan functions", 0, false},
      {"func_devstate.so", "Gets or sets a device state in the dialp", 0, false},
      {"func_env.so", "Environment/filesystem dialplan function", 0, false},
      {"func_global.so", "Variable dialplan functions", 0, false},
      {"func_hangupcause.so", "HANGUPCAUSE related functions and applic", 0, false},
      {"func_logic.so", "Logical dialplan functions", 0, false},
      {"func_math.so", "Mathematical dialplan function", 0, false},
      {"func_rand.so", "Random number dialplan function", 0, false},
      {"func_strings.so", "String handling dialplan functions", 0, false},
      {"func_uri.so", "URI encode/decode dialplan functions", 0, false},
      {"http", "Built-in HTTP Server", 2, false},
      {"indications", "Indication Tone Handling", 1, false},
      {"logger", "Logger", 1, true},
      {"manager", "Asterisk Manager Interface", 1, true},
      {"pbx_config.so", "Text Extension Configuration", 0, true},
      {"plc", "PLC", 1, false},
      {"res_agi.so", "Asterisk Gateway Interface (AGI)", 1, false},
      {"res_crypto.so", "Cryptographic Digital Signatures", 1, false},
      {"res_manager_devicestate.so", "Manager Device State Topic Forwarder", 0, false},
      {"res_musiconhold.so", "Music On Hold Resource", 0, true},
      {"res_parking.so", "Call Parking Resource", 0, true},
      {"res_pjproject.so", "PJPROJECT Log and Utility Support", 3, false},
      {"res_pjsip.so", "Basic SIP resource", 15, true},
      {"res_pjsip_authenticator_digest.so", "PJSIP authentication resource", 0, false},
      {"res_pjsip_caller_id.so", "PJSIP Caller ID Support", 1, false},
      {"res_pjsip_endpoint_identifier_ip.so", "PJSIP IP endpoint identifier", 0, false},
      {"res_pjsip_endpoint_identifier_user.so", "PJSIP username endpoint identifier", 0, false},
      {"res_pjsip_header_funcs.so", "PJSIP Header Functions", 0, false},
      {"res_pjsip_logger.so", "PJSIP Packet Logger", 0, false},
      {"res_pjsip_nat.so", "PJSIP NAT Support", 0, false},
      {"res_pjsip_outbound_authenticator_digest.so", "PJSIP authentication resource", 0, false},
      {"res_pjsip_outbound_registration.so", "PJSIP Outbound Registration Support", 0, true},
      {"res_pjsip_pubsub.so", "PJSIP event resource", 2, false},
      {"res_pjsip_registrar.so", "PJSIP Registrar Support", 0, false},
      {"res_pjsip_rfc3326.so", "PJSIP RFC3326 Support", 0, false},
      {"res_pjsip_sdp_rtp.so", "PJSIP SDP RTP/AVP stream handler", 0, false},
      {"res_pjsip_session.so", "PJSIP Session resource", 7, false},
      {"res_rtp_asterisk.so", "Asterisk RTP Stack", 0, true},
      {"res_sorcery_astdb.so", "Sorcery Astdb Object Wizard", 3, false},
      {"res_sorcery_config.so", "Sorcery Configuration File Object Wizard", 14, false},
      {"res_sorcery_memory.so", "Sorcery In-Memory Object Wizard", 2, false},
      {"res_speech.so", "Generic Speech Recognition API", 1, false},
      {"res_timing_timerfd.so", "Timerfd Timing Interface", 1, false},
      {"sounds", "Sounds Index", 1, false},
      {"udptl", "UDPTL", 1, false}};
  return modules;
}

} // namespace

equipment::equipment(core& c, const queue_system& queues)
    : core_{c}, queues_{queues}, modules_{standard_modules()} {
  for (const std::string& id : c.people.pool_agents) {
    agents_.push_back({id, 0, 0});
    c.devices.emplace("Agent:" + id, "UNAVAILABLE");
  }
  for (const std::string& name : c.people.accounts)
    endpoints_.push_back({name, true, true, c.epoch, fmt::format("sip:{}@127.0.0.1:5062", name), nullptr});
  for (const std::string& name : c.people.trunks)
    endpoints_.push_back({name, false, false, 0, "sip:127.0.0.1:5061", nullptr});
  for (const auto& q : queues.all()) {
    c.devices.emplace("Queue:" + q->how.name + "_avail", q->members.empty() ? "INUSE" : "NOT_INUSE");
    for (const auto& m : q->members) {
      c.devices.emplace(fmt::format("Queue:{}_pause_{}", q->how.name, m->phone->interface), "NOT_INUSE");
      if (m->phone->technology == "PJSIP" && !has_endpoint(m->phone->resource))
        endpoints_.push_back({m->phone->resource, false, false, 0,
                              fmt::format("sip:{}@127.0.0.1:5063", m->phone->resource), m->phone.get()});
    }
  }
  for (const sip_endpoint& e : endpoints_)
    c.devices.emplace("PJSIP/" + e.name, "NOT_INUSE");
}

// --- the agent pool --------------------------------------------------------------------------------------

equipment::pool_agent* equipment::find_agent(std::string_view id) {
  const auto it = std::find_if(agents_.begin(), agents_.end(), [&](const auto& a) { return a.id == id; });
  return it == agents_.end() ? nullptr : &*it;
}

void equipment::agent_bridge(std::string_view event, const channel& c, std::size_t channels) {
  auto e = core_.out.begin(event, event_class::call);
  e.text("BridgeUniqueid", agent_bridge_)
      .text("BridgeType", "agent_hold")
      .text("BridgeTechnology", "holding_bridge")
      .text("BridgeCreator", "AgentPool")
      .text("BridgeName", "<unknown>")
      .number("BridgeNumChannels", static_cast<std::int64_t>(channels))
      .text("BridgeVideoSourceMode", "none");
  if (event != "BridgeCreate")
    e.channel(c);
}

bool equipment::agent_logs_in(call& c, std::string_view id) {
  pool_agent* agent = find_agent(id);
  if (agent == nullptr || agent->call != 0)
    return false;
  agent->call = c.id;
  agent->since = core_.wall_seconds();
  c.agent = agent->id;
  if (agent_bridge_.empty()) {
    agent_bridge_ = core_.new_uuid();
    agent_bridge("BridgeCreate", *c.one, 0);
  }
  core_.devices["Agent:" + agent->id] = "NOT_INUSE";
  core_.out.begin("AgentLogin", event_class::agent).channel(*c.one).text("Agent", agent->id);
  c.one->bridge = agent_bridge_;
  agent_bridge("BridgeEnter", *c.one, 1);
  return true;
}

void equipment::agent_leaves(call& c) {
  pool_agent* agent = find_agent(std::exchange(c.agent, {}));
  if (agent == nullptr)
    return;
  agent_bridge("BridgeLeave", *c.one, 0);
  c.one->bridge.clear();
  agent->call = 0;
  core_.devices["Agent:" + agent->id] = "UNAVAILABLE";
  core_.out.begin("AgentLogoff", event_class::agent)
      .channel(*c.one)
      .text("Agent", agent->id)
      .number("Logintime", core_.wall_seconds() - agent->since);
}

void equipment::log_off(std::string_view id) {
  const pool_agent* agent = find_agent(id);
  if (call* c = agent == nullptr ? nullptr : calls_->find(agent->call); c != nullptr)
    calls_->hang_up(*c, *c->one, 16);
}

listed equipment::agents(std::string& out, std::string_view action_id) const {
  for (const pool_agent& agent : agents_) {
    header_writer to = begin(core_, out, "Agents", {});
    to.text("Agent", agent.id).text("Name", "Agent " + agent.id);
    if (const call* c = calls_->find(agent.call); c == nullptr)
      to.text("Status", "AGENT_LOGGEDOFF");
    else
      to.text("Status", "AGENT_IDLE").number("LoggedInTime", agent.since).channel(*c->one);
    if (!action_id.empty())
      to.text("ActionID", action_id);
    out += "\r\n";
  }
  return agents_.size();
}

listed equipment::device_states(std::string& out, std::string_view action_id) const {
  for (const auto& [name, state] : core_.devices) {
    begin(core_, out, "DeviceStateChange", action_id).text("Device", name).text("State", state);
    out += "\r\n";
  }
  return core_.devices.size();
}

// --- PJSIP -----------------------------------------------------------------------------------------------

const equipment::sip_endpoint* equipment::find_endpoint(std::string_view name) const {
  const auto it =
      std::find_if(endpoints_.begin(), endpoints_.end(), [&](const auto& e) { return e.name == name; });
  return it == endpoints_.end() ? nullptr : &*it;
}

bool equipment::has_endpoint(std::string_view name) const {
  return find_endpoint(name) != nullptr;
}

std::string equipment::contact_id(const sip_endpoint& e) const {
  return fmt::format("{}{}{:016x}{:016x}", e.name, e.account ? ";@" : "@@", derive_seed(1, e.contact, 0),
                     derive_seed(2, e.contact, 0));
}

std::string_view equipment::device_state(const sip_endpoint& e) const {
  if (!reachable(e))
    return "Unavailable";
  return e.device == nullptr || e.device->state == phone::device::free ? "Not in use" : "In use";
}

listed equipment::endpoints(std::string& out, std::string_view action_id) const {
  for (const sip_endpoint& e : endpoints_) {
    begin(core_, out, "EndpointList", action_id)
        .text("ObjectType", "endpoint")
        .text("ObjectName", e.name)
        .text("Transport", "udp")
        .text("Aor", e.name)
        .text("Auths", e.account ? e.name : std::string{})
        .text("OutboundAuths", {})
        .text("Contacts", reachable(e) ? fmt::format("{}/{},", e.name, e.contact) : std::string{})
        .text("DeviceState", device_state(e))
        .number("ActiveChannels", e.device == nullptr || e.device->state == phone::device::free ? 0 : 1);
    out += "\r\n";
  }
  return endpoints_.size();
}

std::optional<listed> equipment::endpoint(std::string& out, std::string_view name,
                                          std::string_view action_id) const {
  const sip_endpoint* e = find_endpoint(name);
  if (e == nullptr)
    return std::nullopt;
  listed n = 3;
  begin(core_, out, "EndpointDetail", action_id);
  object(out, object_templates::endpoint,
         {{"ObjectName", e->name},
          {"Aors", e->name},
          {"Auth", e->account ? std::string_view{e->name} : std::string_view{}},
          {"Callerid", e->account ? fmt::format("\"{0}\" <{0}>", e->name) : std::string{"<unknown>"}},
          {"DeviceState", device_state(*e)}});
  out += "\r\n";
  if (e->account) {
    ++n;
    begin(core_, out, "AuthDetail", action_id);
    object(out, object_templates::auth,
           {{"ObjectName", e->name},
            {"Username", e->name},
            {"Password", "simulated"},
            {"EndpointName", e->name}});
    out += "\r\n";
  }
  begin(core_, out, "TransportDetail", action_id);
  object(out, object_templates::transport, {{"EndpointName", e->name}});
  out += "\r\n";
  begin(core_, out, "AorDetail", action_id);
  object(out, object_templates::aor,
         {{"ObjectName", e->name},
          {"EndpointName", e->name},
          {"MaxContacts", e->account ? "1" : "0"},
          {"Contacts", reachable(*e) ? fmt::format("{}/{}", e->name, e->contact) : std::string{}},
          {"TotalContacts", reachable(*e) ? "1" : "0"},
          {"ContactsRegistered", e->account && e->registered ? "1" : "0"}});
  out += "\r\n";
  if (!reachable(*e))
    return n;
  header_writer to = begin(core_, out, "ContactStatusDetail", action_id);
  to.text("AOR", e->name).text("URI", e->contact).text("UserAgent", e->account ? "Simulated phone" : "");
  to.number("RegExpire", e->account ? e->registered_at + registration_time : 0);
  if (e->account)
    to.text("ViaAddress", "127.0.0.1:5062")
        .text("CallID", fmt::format("{:016x}", derive_seed(3, e->contact, 0)));
  to.text("Status", e->account ? "Reachable" : "NonQualified")
      .text("RoundtripUsec", e->account ? "350" : "N/A")
      .text("EndpointName", e->name)
      .text("ID", contact_id(*e))
      .number("AuthenticateQualify", 0)
      .text("OutboundProxy", {})
      .text("Path", {})
      .number("QualifyFrequency", e->account ? 60 : 0)
      .text("QualifyTimeout", "3.000")
      .number("Qualify2xxOnly", 0);
  out += "\r\n";
  return n + 1;
}

listed equipment::aors(std::string& out, std::string_view action_id) const {
  for (const sip_endpoint& e : endpoints_) {
    begin(core_, out, "AorList", action_id);
    object(out, object_templates::aor,
           {{"ObjectName", e.name},
            {"MaxContacts", e.account ? "1" : "0"},
            {"Contacts", reachable(e) ? fmt::format("{}/{}", e.name, e.contact) : std::string{}}},
           "TotalContacts");
    out += "\r\n";
  }
  return endpoints_.size();
}

listed equipment::auths(std::string& out, std::string_view action_id) const {
  listed n = 0;
  for (const sip_endpoint& e : endpoints_) {
    if (!e.account)
      continue;
    begin(core_, out, "AuthList", action_id);
    object(out, object_templates::auth,
           {{"ObjectName", e.name}, {"Username", e.name}, {"Password", "simulated"}}, "EndpointName");
    out += "\r\n";
    ++n;
  }
  return n;
}

listed equipment::contacts(std::string& out, std::string_view action_id) const {
  listed n = 0;
  for (const sip_endpoint& e : endpoints_) {
    if (!e.account || !e.registered)
      continue;
    begin(core_, out, "ContactList", action_id)
        .text("ObjectType", "contact")
        .text("ObjectName", contact_id(e))
        .text("ViaAddr", "127.0.0.1")
        .text("QualifyTimeout", "3.000000")
        .text("Qualify2xxOnly", "false")
        .text("CallId", fmt::format("{:016x}", derive_seed(3, e.contact, 0)))
        .text("RegServer", {})
        .text("PruneOnBoot", "no")
        .text("Path", {})
        .text("Endpoint", e.name)
        .number("ViaPort", 5062)
        .text("AuthenticateQualify", "no")
        .text("Uri", e.contact)
        .number("QualifyFrequency", 60)
        .text("UserAgent", "Simulated phone")
        .number("ExpirationTime", e.registered_at + registration_time)
        .text("OutboundProxy", {})
        .text("Status", "Reachable")
        .text("RoundtripUsec", "350");
    out += "\r\n";
    ++n;
  }
  return n;
}

listed equipment::registrations(std::string& out, std::string_view action_id, std::size_t& registered) const {
  registered = 0;
  listed n = 0;
  for (const sip_endpoint& e : endpoints_) {
    if (!e.account)
      continue;
    const std::string name = e.name + "-account";
    begin(core_, out, "OutboundRegistrationDetail", action_id);
    object(out, object_templates::registration,
           {{"ObjectName", name},
            {"ClientUri", fmt::format("sip:{}@127.0.0.1:5060", e.name)},
            {"ServerUri", "sip:127.0.0.1:5060"},
            {"ContactUser", e.name},
            {"OutboundAuth", name},
            {"Status", e.registered ? "Registered" : "Unregistered"}});
    out += "\r\n";
    begin(core_, out, "AuthDetail", action_id);
    object(out, object_templates::auth,
           {{"ObjectName", name}, {"Username", e.name}, {"Password", "simulated"}}, "EndpointName");
    out += "\r\n";
    registered += e.registered ? 1U : 0U;
    ++n;
  }
  begin(core_, out, "OutboundRegistrationDetail", action_id);
  object(out, object_templates::registration,
         {{"ObjectName", "no-provider"},
          {"ClientUri", "sip:1234@127.0.0.1:5069"},
          {"ServerUri", "sip:127.0.0.1:5069"},
          {"RetryInterval", "600"},
          {"Status", "Unregistered"}});
  out += "\r\n";
  return n + 1;
}

bool equipment::set_registered(std::string_view name, bool registered) {
  if (name == "no-provider")
    return true; // asked in vain
  constexpr std::string_view ending = "-account";
  if (!name.ends_with(ending))
    return false;
  name.remove_suffix(ending.size());
  const auto it = std::find_if(endpoints_.begin(), endpoints_.end(),
                               [&](const auto& e) { return e.account && e.name == name; });
  if (it == endpoints_.end())
    return false;
  // The phone is out there: its answer takes a moment.
  core_.clock.after(sim_time{20'000}, [this, index = it - endpoints_.begin(), registered] {
    sip_endpoint& e = endpoints_[static_cast<std::size_t>(index)];
    const bool changed = std::exchange(e.registered, registered) != registered;
    const auto contact_status = [&](std::string_view status, std::int64_t round_trip) {
      core_.out.begin("ContactStatus", event_class::system)
          .text("URI", e.contact)
          .text("ContactStatus", status)
          .text("AOR", e.name)
          .text("EndpointName", e.name)
          .number("RoundtripUsec", round_trip);
    };
    const auto registry = [&](std::string_view status) {
      core_.out.begin("Registry", event_class::system)
          .text("ChannelType", "PJSIP")
          .text("Username", fmt::format("sip:{}@127.0.0.1:5060", e.name))
          .text("Domain", "sip:127.0.0.1:5060")
          .text("Status", status);
    };
    const auto peer = [&](std::string_view status) {
      core_.out.begin("PeerStatus", event_class::system)
          .text("ChannelType", "PJSIP")
          .text("Peer", "PJSIP/" + e.name)
          .text("PeerStatus", status);
    };
    e.registered_at = core_.wall_seconds();
    if (registered) {
      registry("Registered");
      if (!changed)
        return;
      contact_status("NonQualified", 0);
      peer("Reachable");
      contact_status("Reachable", 350);
      core_.device("PJSIP/" + e.name, "NOT_INUSE");
    } else if (changed) {
      peer("Unreachable");
      core_.device("PJSIP/" + e.name, "UNAVAILABLE");
      contact_status("Removed", 0);
      registry("Unregistered");
    }
  });
  return true;
}

// --- IAX2 ------------------------------------------------------------------------------------------------

namespace {

struct iax_peer {
  std::string_view name, status, description;
};
constexpr iax_peer iax_peers_there_are[] = {{"branch-01", "UNKNOWN", "the other branch"},
                                            {"branch-02", "Unmonitored", ""}};

} // namespace

listed equipment::iax_peers(std::string& out, std::string_view action_id, bool with_description) const {
  for (const iax_peer& p : iax_peers_there_are) {
    // The older of the two lists has no ActionID in its events.
    header_writer to = begin(core_, out, "PeerEntry", with_description ? std::string_view{} : action_id);
    to.text("Channeltype", with_description ? "IAX2" : "IAX")
        .text("ObjectName", p.name)
        .text("ChanObjectType", "peer")
        .text("IPaddress", "(null)");
    if (with_description)
      to.text("IPport", "(null)");
    else
      to.text("Mask", "(null)").text("Port", "(null)");
    to.text("Dynamic", "yes").text("Trunk", "no").text("Encryption", "no").text("Status", p.status);
    if (with_description)
      to.text("Description", p.description);
    out += "\r\n";
  }
  return std::size(iax_peers_there_are);
}

listed equipment::iax_registry(std::string& out, std::string_view action_id) const {
  for (const iax_peer& p : iax_peers_there_are) {
    begin(core_, out, "RegistryEntry", action_id)
        .text("Host", "127.0.0.1:4569")
        .text("DNSmanager", "N")
        .text("Username", p.name)
        .text("Perceived", "<Unregistered>")
        .number("Refresh", 60)
        .text("State", "Request Sent");
    out += "\r\n";
  }
  return std::size(iax_peers_there_are);
}

// --- modules ---------------------------------------------------------------------------------------------

equipment::module* equipment::find_module(std::string_view name) {
  const auto stem = [](std::string_view n) { return n.ends_with(".so") ? n.substr(0, n.size() - 3) : n; };
  const auto it = std::find_if(modules_.begin(), modules_.end(),
                               [&](const auto& m) { return same_name(stem(m.name), stem(name)); });
  return it == modules_.end() ? nullptr : &*it;
}

std::vector<std::string> equipment::module_table(std::string_view like) const {
  const auto row = [](std::string_view name, std::string_view description, std::string_view uses,
                      std::string_view status, std::string_view support) {
    return fmt::format("{:<30} {:<40.40} {:<10} {:<11} {:>13}", name, description, uses, status, support);
  };
  std::vector<std::string> lines{row("Module", "Description", "Use Count", "Status", "Support Level")};
  for (const module& m : modules_)
    if (m.loaded && m.name.find(like) != std::string::npos)
      lines.push_back(row(m.name, m.description, std::to_string(m.uses), "Running", "core"));
  lines.push_back(fmt::format("{} modules loaded", lines.size() - 1));
  return lines;
}

} // namespace ringmaster::sim
