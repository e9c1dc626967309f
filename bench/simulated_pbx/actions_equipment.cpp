// SPDX-License-Identifier: Apache-2.0
// Actions about what the PBX has beside calls and queues.
#include "bench/simulated_pbx/actions.hpp"

#include <fmt/format.h>

#include <functional>

namespace ringmaster::sim {
namespace {

/// Asterisk's PJSIP lists say an error when there is nothing to list.
void answer_objects(session& s, const action& a, std::string_view plural, std::string_view element,
                    std::string_view last, listed (equipment::*list)(std::string&, std::string_view) const) {
  std::string out;
  const listed n = (s.host().life().things.*list)(out, a.get("ActionID"));
  if (n == 0)
    return fail(s, a, fmt::format("No {} found", plural));
  begin_list(s, a, fmt::format("A listing of {} follows, presented as {} events", plural, element));
  s.send(out);
  end_list(s, a, last, n);
}

/// The other lists may be empty. `list(equipment, out, action_id)` appends the events and says how many.
template <class List>
void answer_list(session& s, const action& a, std::string_view message, std::string_view last, List&& list) {
  begin_list(s, a, message);
  std::string out;
  const listed n = std::invoke(list, s.host().life().things, out, a.get("ActionID"));
  s.send(out);
  end_list(s, a, last, n);
}

} // namespace

void agents(session& s, const action& a) {
  answer_list(s, a, "Agents will follow", "AgentsComplete", &equipment::agents);
}

void agent_logoff(session& s, const action& a) {
  pbx& life = s.host().life();
  if (a.get("Agent").empty())
    return fail(s, a, "No agent specified");
  if (!life.things.knows_agent(a.get("Agent")))
    return fail(s, a, "No such agent");
  succeed(s, a, "Agent logged out");
  life.things.log_off(a.get("Agent"));
}

void device_state_list(session& s, const action& a) {
  answer_list(s, a, "Device State Changes will follow", "DeviceStateListComplete", &equipment::device_states);
}

void show_endpoints(session& s, const action& a) {
  answer_objects(s, a, "Endpoints", "EndpointList", "EndpointListComplete", &equipment::endpoints);
}

void show_endpoint(session& s, const action& a) {
  const std::string_view name = a.get("Endpoint");
  if (name.empty())
    return fail(s, a, "PJSIPShowEndpoint requires an endpoint name\r\n");
  std::string out;
  const auto n = s.host().life().things.endpoint(out, name, a.get("ActionID"));
  if (!n)
    return fail(s, a, fmt::format("Unable to retrieve endpoint {}\r\n", name));
  begin_list(s, a, "Following are Events for each object associated with the Endpoint");
  s.send(out);
  end_list(s, a, "EndpointDetailComplete", *n);
}

void show_aors(session& s, const action& a) {
  answer_objects(s, a, "AORs", "AorList", "AorListComplete", &equipment::aors);
}

void show_auths(session& s, const action& a) {
  answer_objects(s, a, "Auths", "AuthList", "AuthListComplete", &equipment::auths);
}

void show_contacts(session& s, const action& a) {
  answer_objects(s, a, "Contacts", "ContactList", "ContactListComplete", &equipment::contacts);
}

void show_registrations(session& s, const action& a) {
  begin_list(s, a, "Following are Events for each Outbound registration");
  std::string out;
  std::size_t registered = 0;
  const listed n = s.host().life().things.registrations(out, a.get("ActionID"), registered);
  out += "Event: OutboundRegistrationDetailComplete\r\n";
  if (const auto id = a.get("ActionID"); !id.empty())
    out += fmt::format("ActionID: {}\r\n", id);
  out += fmt::format("EventList: Complete\r\nListItems: {}\r\nRegistered: {}\r\nNotRegistered: {}\r\n\r\n", n,
                     registered, n - registered);
  s.send(out);
}

void set_registered(session& s, const action& a, bool registered) {
  const std::string_view name = a.get("Registration");
  if (name.empty())
    return fail(s, a, "Registration parameter missing");
  if (!s.host().life().things.set_registered(name, registered))
    return fail(s, a, "Unable to retrieve registration entry\r\n");
  succeed(s, a, registered ? "Reregistration sent" : "Unregistration sent");
}

void register_account(session& s, const action& a) {
  set_registered(s, a, true);
}

void unregister_account(session& s, const action& a) {
  set_registered(s, a, false);
}

void qualify(session& s, const action& a) {
  if (!s.host().life().things.has_endpoint(a.get("Endpoint")))
    return fail(s, a, "Unable to find endpoint");
  succeed(s, a, "Endpoint found, will qualify");
}

void iax_peers(session& s, const action& a) {
  answer_list(s, a, "Peer status list will follow", "PeerlistComplete",
              [](const equipment& things, std::string& out, std::string_view) {
                return things.iax_peers(out, {}, true);
              });
}

void iax_peer_list(session& s, const action& a) {
  answer_list(s, a, "IAX Peer status list will follow", "PeerlistComplete",
              [](const equipment& things, std::string& out, std::string_view id) {
                return things.iax_peers(out, id, false);
              });
}

void iax_registry(session& s, const action& a) {
  answer_list(s, a, "Registrations will follow", "RegistrationsComplete", &equipment::iax_registry);
}

void module_check(session& s, const action& a) {
  const std::string_view name = a.get("Module");
  if (name.empty())
    return fail(s, a, "Module not specified");
  pbx& life = s.host().life();
  const equipment::module* m = life.things.find_module(name);
  bool loaded = m != nullptr && m->loaded;
  if (name.starts_with("chan_")) { // as many drivers as there are technologies
    const auto technology = name.substr(5, name.rfind('.') - 5);
    for (const std::string& t : life.state.people.technologies)
      loaded = loaded || same_name(t, technology);
  }
  if (!loaded)
    return fail(s, a, "Module not loaded");
  answer{a, "Success"}.text("Version", {}).to(s);
}

void module_load(session& s, const action& a) {
  const std::string_view how = a.get("LoadType");
  const std::string_view name = a.get("Module");
  equipment::module* m = s.host().life().things.find_module(name);
  const auto tell = [&](std::string_view event) {
    s.host().events().begin(event, event_class::system).text("Module", m->name).text("Status", "Success");
  };
  if (same_name(how, "load")) {
    if (m == nullptr)
      return fail(s, a, "Module not found.");
    if (m->loaded)
      return fail(s, a, "Could not load module.");
    m->loaded = true;
    succeed(s, a, "Module loaded.");
    return tell("Load");
  }
  if (same_name(how, "unload")) {
    if (m == nullptr || !m->loaded)
      return fail(s, a, "Module not found.");
    if (m->uses > 0 || !m->name.ends_with(".so"))
      return fail(s, a, "Could not unload module.");
    m->loaded = false;
    succeed(s, a, "Module unloaded.");
    return tell("Unload");
  }
  if (same_name(how, "reload")) {
    if (m == nullptr || !m->loaded)
      return fail(s, a, "Module not found.");
    pbx& life = s.host().life();
    const bool read = !m->reloads || life.config.reload(m->name, life.queues, life.parking);
    if (!m->reloads)
      fail(s, a, "Module does not support reload action.");
    else if (read)
      succeed(s, a, "Module reloaded.");
    else
      fail(s, a, "An unknown error occurred");
    s.host()
        .events()
        .begin("Reload", event_class::system)
        .text("Module", name)
        .number("Status", !m->reloads ? 6 : read ? 0 : 3);
    return;
  }
  fail(s, a, "Incomplete ModuleLoad action.");
}

void create_config(session& s, const action& a) {
  if (const auto wrong = s.host().life().config.create(a.get("Filename")))
    return fail(s, a, *wrong);
  succeed(s, a, "New configuration file created successfully");
}

void get_config(session& s, const action& a) {
  const std::string_view file = a.get("Filename"), category = a.get("Category");
  if (file.empty())
    return fail(s, a, "Filename not specified");
  const auto sections = s.host().life().config.get(file, category);
  if (!sections)
    return fail(s, a, "Config file not found");
  answer said{a, "Success"};
  if (!category.empty() && sections->empty())
    said.text("No categories found", "");
  for (std::size_t i = 0; i < sections->size(); ++i) {
    const config_section& one = *(*sections)[i];
    said.text(fmt::format("Category-{:06}", i), one.name);
    for (std::size_t line = 0; line < one.lines.size(); ++line)
      said.text(fmt::format("Line-{:06}-{:06}", i, line), fmt::format("{}={}", one.lines[line].first, one.lines[line].second));
  }
  said.to(s);
}

void update_config(session& s, const action& a) {
  if (const auto wrong = s.host().life().config.update(a))
    return fail(s, a, *wrong);
  answer{a, "Success"}.to(s);
}

void agi(session& s, const action& a) {
  const std::string_view name = a.get("Channel");
  const std::string_view command = a.get("Command");
  if (name.empty() || command.empty())
    return fail(s, a, "Both, Channel and Command are *required*");
  pbx& life = s.host().life();
  const channel* c = life.state.channels.find(name);
  if (c == nullptr)
    return fail(s, a, fmt::format("Channel {} does not exist.", name));
  call* owner = life.calls.find(c->call);
  if (owner == nullptr || owner->one != c || !owner->in_agi)
    return fail(s, a, "Failed to add AGI command to queue");
  succeed(s, a, "Added AGI command to queue");
  life.calls.run_agi(*owner, command, a.get("CommandID"));
}

} // namespace ringmaster::sim
