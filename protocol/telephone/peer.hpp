// SPDX-License-Identifier: Apache-2.0
/// Peers (whoever calls in and is called over SIP or IAX2) and registries (accounts that the server registers
/// with others). The reference's fields are those of chan_sip, which Asterisk has no more: what today's
/// drivers do not tell is null.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

struct peer {
  text acl;
  text address; // null: nobody is there
  text auto_comedia, auto_force_port;
  text chan_object_type;
  std::string channel_type; // "PJSIP", "IAX2"
  text comedia;
  text description;
  text dynamic;
  text force_port;
  text monitor_status;
  std::string name; // "PJSIP/agent-01"
  text realtime_device;
  std::string status;
  text text_support;
  maybe_time tm_update;
  text video_support;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto peer_fields = field_table{
    shown("acl", &peer::acl, "\"yes\" when an access list is set."),
    shown("address", &peer::address, "HOST:PORT of its contact."),
    shown("auto_comedia", &peer::auto_comedia, "Of chan_sip alone."),
    shown("auto_force_port", &peer::auto_force_port, "Of chan_sip alone."),
    shown("chan_object_type", &peer::chan_object_type, "\"endpoint\" (PJSIP) or \"peer\"."),
    shown("channel_type", &peer::channel_type, "Driver: PJSIP or IAX2."),
    shown("comedia", &peer::comedia, "\"yes\": media goes to where media comes from (PJSIP: rtp_symmetric)."),
    shown("description", &peer::description, "Description, where the driver tells one."),
    shown("dynamic", &peer::dynamic, "\"yes\" when it registers."),
    shown("force_port", &peer::force_port,
          "\"yes\": answers go to where requests come from (PJSIP: force_rport)."),
    shown("monitor_status", &peer::monitor_status,
          "What asking it has shown: \"OK (22 ms)\", \"UNREACHABLE\", \"Unmonitored\" …"),
    shown("peer", &peer::name, "DRIVER/NAME."),
    shown("realtime_device", &peer::realtime_device, "Of chan_sip alone."),
    shown("status", &peer::status,
          "Reachable, Unreachable, Registered, Unregistered, Rejected, Lagged or Unknown."),
    shown("text_support", &peer::text_support, "Of chan_sip alone."),
    shown("tm_update", &peer::tm_update, "Last changed at."),
    shown("video_support", &peer::video_support, "Of chan_sip alone."),
    shown("pbx", &peer::pbx, "Name of the server that it lives on."),
    shown("global_id", &peer::global_id, "Its id over all servers: PBX:ID."),
};

struct registry {
  std::string account; // "2345@provider:5060"
  text domain;
  maybe_number domain_port;
  text host;
  maybe_number port;
  maybe_number refresh;
  text registration_time;
  std::string state;
  maybe_time tm_update;
  text username;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
  std::string channel_type; // "PJSIP", "IAX2"
};

inline constexpr auto registry_fields = field_table{
    shown("account", &registry::account, "USER@DOMAIN:PORT."),
    shown("domain", &registry::domain, "Domain that the account belongs to."),
    shown("domain_port", &registry::domain_port, "Its port."),
    shown("host", &registry::host, "Server that is registered with."),
    shown("port", &registry::port, "Its port."),
    shown("refresh", &registry::refresh, "How long a registration is asked for (s)."),
    shown("registration_time", &registry::registration_time,
          "Registered at (seconds since 1970); \"0\" when it is not, null when it was before anybody "
          "listened."),
    shown("state", &registry::state, "Registered, Unregistered, Rejected, \"Request Sent\" …"),
    shown("tm_update", &registry::tm_update, "Last changed at."),
    shown("username", &registry::username, "Name that is registered."),
    shown("pbx", &registry::pbx, "Name of the server that it lives on."),
    shown("global_id", &registry::global_id, "Its id over all servers: PBX:ID."),
    shown("channel_type", &registry::channel_type, "Driver: PJSIP or IAX2."),
};

} // namespace ringmaster::telephone
