// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/peers.hpp"

#include "actors/core/telephone/header_values.hpp"
#include "actors/core/telephone/sip_uri.hpp"

#include <array>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::peer;
using telephone::registry;

constexpr std::string_view pjsip = "PJSIP", iax = "IAX2";

std::string peer_name(std::string_view driver, std::string_view name) {
  return std::string{driver}.append("/").append(name);
}

telephone::text yes_or_no(std::string_view said) {
  if (said.empty())
    return std::nullopt;
  return telephone::text{said == "true" || said == "yes" ? "yes" : "no"};
}

telephone::text unless_null(std::string_view said) {
  return said.empty() || said == "(null)" ? telephone::text{} : telephone::text{said};
}

/// What asking a contact has shown, in the words that chan_sip and chan_iax2 have for it.
telephone::text monitored(std::string_view status, std::string_view round_trip_usec) {
  if (status == "Reachable") {
    const auto usec = number_of(round_trip_usec).value_or(0);
    return "OK (" + std::to_string((usec + 999) / 1000) + " ms)";
  }
  if (status == "Unreachable" || status == "Unavailable")
    return telephone::text{"UNREACHABLE"};
  if (status == "NonQualified")
    return telephone::text{"Unmonitored"};
  return telephone::text{"UNKNOWN"};
}

peer listed_endpoint(const ami::message& m) {
  peer p;
  p.channel_type = pjsip;
  p.chan_object_type = "endpoint";
  p.name = peer_name(pjsip, m.get("ObjectName"));
  const auto device = m.get("DeviceState");
  p.status = device == "Unavailable"                      ? "Unreachable"
             : device == "Invalid" || device == "Unknown" ? "Unknown"
                                                          : "Reachable";
  // "300/sip:300@192.0.2.1:5060,…": the first one.
  const auto contacts = m.get("Contacts");
  if (const auto slash = contacts.find('/'); slash != std::string_view::npos)
    p.address = unless_null(parts_of_uri(contacts.substr(slash + 1)).address);
  return p;
}

peer listed_iax_peer(const ami::message& m) {
  peer p;
  p.channel_type = iax;
  p.chan_object_type = text_of(m, "ChanObjectType");
  p.name = peer_name(iax, m.get("ObjectName"));
  p.dynamic = yes_or_no(m.get("Dynamic"));
  p.description = text_of(m, "Description");
  p.monitor_status = text_of(m, "Status");
  if (const auto host = unless_null(m.get("IPaddress"))) {
    const auto port = unless_null(m.get("Port"));
    p.address = port ? *host + ":" + *port : *host;
  }
  const auto monitor = p.monitor_status.value_or("");
  p.status = monitor.starts_with("OK")            ? "Reachable"
             : monitor.starts_with("LAGGED")      ? "Lagged"
             : monitor.starts_with("UNREACHABLE") ? "Unreachable"
             : p.address                          ? "Registered"
                                                  : "Unregistered";
  return p;
}

/// USER@DOMAIN:PORT, and its parts.
void take_account(registry& r, std::string_view user, std::string_view domain) {
  r.account = user.empty() ? std::string{domain} : std::string{user}.append("@").append(domain);
  const auto [host, port] = split_address(domain);
  r.domain = unless_null(host);
  r.domain_port = number_of(port);
  r.username = unless_null(user);
}

void take_server(registry& r, std::string_view address) {
  const auto [host, port] = split_address(address);
  r.host = unless_null(host);
  r.port = number_of(port);
}

registry listed_pjsip_registration(const ami::message& m) {
  registry r;
  const auto client = parts_of_uri(m.get("ClientUri"));
  take_account(r, client.user, client.address);
  take_server(r, parts_of_uri(m.get("ServerUri")).address);
  r.refresh = number_of(m.get("Expiration"));
  r.state = m.get("Status");
  r.channel_type = pjsip;
  if (r.state != "Registered")
    r.registration_time = "0";
  return r;
}

registry listed_iax_registration(const ami::message& m) {
  registry r;
  take_account(r, m.get("Username"), m.get("Host"));
  take_server(r, m.get("Host"));
  r.refresh = number_of(m.get("Refresh"));
  r.state = m.get("State");
  r.channel_type = iax;
  if (r.state != "Registered")
    r.registration_time = "0";
  return r;
}

template <class T>
auto of_driver(std::string_view driver) {
  return [driver](const T& one) { return one.channel_type == driver; };
}

} // namespace

peer_fold::peer_fold(telephone_writer& to)
    : peers_{to, roster<peer>::ids::used_again, take_what_is_said<peer>},
      registries_{to, roster<registry>::ids::used_again, take_what_is_said<registry>} {}

std::span<const event_kind> peer_fold::kinds() const noexcept {
  static constexpr std::array wanted{
      event_kind::endpoint_list,
      event_kind::endpoint_list_complete,
      event_kind::endpoint_detail,
      event_kind::aor_detail,
      event_kind::contact_status_detail,
      event_kind::contact_status,
      event_kind::peer_status,
      event_kind::peer_entry,
      event_kind::peerlist_complete,
      event_kind::outbound_registration_detail,
      event_kind::outbound_registration_detail_complete,
      event_kind::registry_entry,
      event_kind::registrations_complete,
      event_kind::registry,
  };
  return wanted;
}

std::span<const telephone_question> peer_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"IAXpeerlist"}, telephone_question{"IAXregistry"}};
  return questions;
}

void peer_fold::on_event(const ami::message& m, time_point now) {
  const auto kind = m.kind();
  const auto list = m.action_id();
  if (kind == event_kind::endpoint_list)
    peers_.list_item(list, listed_endpoint(m));
  else if (kind == event_kind::endpoint_list_complete)
    peers_.list_complete(list, items_said(m), now, of_driver<peer>(pjsip));
  else if (kind == event_kind::peer_entry)
    peers_.list_item(list, listed_iax_peer(m));
  else if (kind == event_kind::peerlist_complete)
    peers_.list_complete(list, items_said(m), now, of_driver<peer>(iax));
  else if (kind == event_kind::outbound_registration_detail)
    registries_.list_item(list, listed_pjsip_registration(m));
  else if (kind == event_kind::outbound_registration_detail_complete)
    registries_.list_complete(list, items_said(m), now, of_driver<registry>(pjsip));
  else if (kind == event_kind::registry_entry)
    registries_.list_item(list, listed_iax_registration(m));
  else if (kind == event_kind::registrations_complete)
    registries_.list_complete(list, items_said(m), now, of_driver<registry>(iax));
  else if (kind == event_kind::peer_status)
    hear_status(m, now);
  else if (kind == event_kind::registry)
    hear_registry(m, now);
  else
    hear_of_endpoint(m, now);
}

/// What a peer's endpoint, its address of record or its contact says of it.
void peer_fold::hear_of_endpoint(const ami::message& m, time_point now) {
  const auto kind = m.kind();
  const auto name = m.get(kind == event_kind::endpoint_detail ? "ObjectName" : "EndpointName");
  if (name.empty())
    return;
  peers_.hear(peer_name(pjsip, name), now, nobody<peer>, [&](peer& p, editor& e) {
    if (kind == event_kind::endpoint_detail) {
      if (const auto acl = m.find("Acl"))
        e.set(p.acl, telephone::text{acl->empty() ? "no" : "yes"});
      e.set(p.comedia, yes_or_no(m.get("RtpSymmetric")));
      e.set(p.force_port, yes_or_no(m.get("ForceRport")));
    } else if (kind == event_kind::aor_detail) {
      if (const auto most = number_of(m.get("MaxContacts")))
        e.set(p.dynamic, telephone::text{*most > 0 ? "yes" : "no"});
    } else if (const auto status = m.get(kind == event_kind::contact_status ? "ContactStatus" : "Status");
               status == "Removed") {
      e.set(p.address, std::nullopt);
      e.set(p.monitor_status, std::nullopt);
    } else {
      e.set(p.address, unless_null(parts_of_uri(m.get("URI")).address));
      e.set(p.monitor_status, monitored(status, m.get("RoundtripUsec")));
    }
  });
}

void peer_fold::hear_status(const ami::message& m, time_point now) {
  const auto name = m.get("Peer");
  peers_.hear(
      name, now,
      [&] {
        peer fresh;
        fresh.name = name;
        fresh.channel_type = m.get("ChannelType");
        fresh.chan_object_type = fresh.channel_type == pjsip ? "endpoint" : "peer";
        return std::optional{std::move(fresh)};
      },
      [&](peer& p, editor& e) {
        e.set(p.status, m.get("PeerStatus"));
        if (const auto address = unless_null(m.get("Address")))
          e.set(p.address, address);
        else if (p.channel_type != pjsip && p.status == "Unregistered")
          e.set(p.address, std::nullopt);
      });
}

void peer_fold::hear_registry(const ami::message& m, time_point now) {
  // PJSIP gives the client's URI and the server's; IAX2 a name and an address.
  const auto client = parts_of_uri(m.get("Username"));
  const auto server = parts_of_uri(m.get("Domain")).address;
  registry about;
  if (client.user.empty())
    take_account(about, client.address, server);
  else
    take_account(about, client.user, client.address);
  take_server(about, server);
  about.channel_type = m.get("ChannelType");
  registries_.hear(
      about.account, now, [&] { return std::optional{about}; },
      [&](registry& r, editor& e) {
        const auto state = m.get("Status");
        if (r.state == state)
          return; // registered once more, and not anew
        e.set(r.state, state);
        e.set(r.registration_time, telephone::text{state == "Registered" ? std::to_string(unix_seconds(registries_.date_of(now))) : "0"});
      });
}

void peer_fold::on_response(std::string_view action, const ami::message& m, time_point now) {
  if (m.get("Response") != "Error") // else chan_iax2 is not loaded
    return;
  if (action == "IAXpeerlist")
    peers_.list_refused(now);
  else
    registries_.list_refused(now);
}

void peer_fold::on_doubt(time_point) {
  peers_.doubt_all();
  registries_.doubt_all();
}

void peer_fold::on_time(time_point now) {
  peers_.on_time(now);
  registries_.on_time(now);
}

} // namespace ringmaster::core
