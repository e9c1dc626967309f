// SPDX-License-Identifier: Apache-2.0
/// What PJSIP is configured with: addresses of record, accounts' credentials, contacts, and registrations
/// with others; endpoints are in pjsip_endpoint.hpp. Names (one with the reference's misprint), types and
/// nulls are the reference's. Secrets are not in here at all: who reads them from the server would be the one
/// to leak them.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

/// Stands where the reference shows a secret.
inline constexpr std::string_view hidden_secret = "***";

struct pjsip_aor {
  std::string authenticate_qualify;
  std::string contacts;
  maybe_number contacts_registered;
  maybe_number default_expiration;
  text endpoint_name; // null: of no endpoint
  std::string mailboxes;
  maybe_number max_contacts;
  maybe_number maximum_expiration;
  maybe_number minimum_expiration;
  std::string name;
  std::string type{"aor"};
  std::string outbound_proxy;
  maybe_number qualify_frequency;
  maybe_number qualify_timeout;
  std::string remove_existing;
  std::string support_path;
  maybe_time tm_update;
  maybe_number total_contacts;
  std::string voicemail_extension;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto pjsip_aor_fields = field_table{
    shown("authenticate_qualify", &pjsip_aor::authenticate_qualify,
          "Whether asking a contact may need credentials."),
    shown("contacts", &pjsip_aor::contacts, "AOR/URI of each contact, with commas between."),
    shown("contacts_registered", &pjsip_aor::contacts_registered, "How many contacts have registered."),
    shown("default_expiration", &pjsip_aor::default_expiration,
          "Lifetime of a contact that asks for none (s)."),
    shown("endpoint_name", &pjsip_aor::endpoint_name, "Endpoint that it belongs to."),
    shown("mailboxes", &pjsip_aor::mailboxes, "Mailboxes."),
    shown("max_contacts", &pjsip_aor::max_contacts, "How many contacts may register."),
    shown("maximum_expiration", &pjsip_aor::maximum_expiration, "Longest lifetime of a contact (s)."),
    shown("minimum_expiration", &pjsip_aor::minimum_expiration, "Shortest lifetime of a contact (s)."),
    shown("object_name", &pjsip_aor::name, "Name."),
    shown("object_type", &pjsip_aor::type, "\"aor\"."),
    shown("outbound_proxy", &pjsip_aor::outbound_proxy, "Proxy."),
    shown("qualify_frequency", &pjsip_aor::qualify_frequency,
          "How often contacts are asked whether they are there (s); 0: never."),
    shown("qualify_timeout", &pjsip_aor::qualify_timeout, "How long the answer may take (s)."),
    shown("remove_existing", &pjsip_aor::remove_existing, "Whether a new contact takes an old one's place."),
    shown("support_path", &pjsip_aor::support_path, "Whether Path headers are supported."),
    shown("tm_update", &pjsip_aor::tm_update, "Last changed at."),
    shown("total_contacts", &pjsip_aor::total_contacts, "How many contacts there are."),
    shown("voicemail_extension", &pjsip_aor::voicemail_extension, "Extension of the voice mail."),
    shown("pbx", &pjsip_aor::pbx, "Name of the server that it lives on."),
    shown("global_id", &pjsip_aor::global_id, "Its id over all servers: PBX:ID."),
};

struct pjsip_auth {
  std::string auth_type;
  text endpoint_name; // null: of no endpoint
  std::string md5_cred;
  maybe_number nonce_lifetime;
  std::string name;
  std::string type{"auth"};
  std::string password{hidden_secret};
  std::string realm;
  maybe_time tm_update;
  std::string username;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto pjsip_auth_fields = field_table{
    shown("auth_type", &pjsip_auth::auth_type, "\"userpass\", \"md5\", \"digest\" …"),
    shown("endpoint_name", &pjsip_auth::endpoint_name, "Endpoint that it belongs to."),
    shown("md5_cred", &pjsip_auth::md5_cred, "\"***\" where there is one: secrets are not shown."),
    shown("nonce_lifetime", &pjsip_auth::nonce_lifetime, "Lifetime of a nonce (s)."),
    shown("object_name", &pjsip_auth::name, "Name."),
    shown("object_type", &pjsip_auth::type, "\"auth\"."),
    shown("password", &pjsip_auth::password, "\"***\": secrets are not shown."),
    shown("realm", &pjsip_auth::realm, "Realm."),
    shown("tm_update", &pjsip_auth::tm_update, "Last changed at."),
    shown("username", &pjsip_auth::username, "User."),
    shown("pbx", &pjsip_auth::pbx, "Name of the server that it lives on."),
    shown("global_id", &pjsip_auth::global_id, "Its id over all servers: PBX:ID."),
};

struct pjsip_contact {
  std::string aor;
  maybe_number authentication_qualify;
  text call_id; // null: it never registered
  text endpoint_name;
  std::string id;
  std::string outbound_proxy;
  std::string path;
  maybe_number qualify_frequency;
  maybe_number qualify_timeout;
  maybe_number reg_expire;
  std::string round_trip_usec;
  std::string status;
  maybe_time tm_update;
  std::string uri;
  text user_agent;
  text via_address;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto pjsip_contact_fields = field_table{
    shown("aor", &pjsip_contact::aor, "Address of record that it is a contact of."),
    shown("authentication_qualify", &pjsip_contact::authentication_qualify,
          "1: asking it may need credentials."),
    shown("call_id", &pjsip_contact::call_id, "Call-ID of its registration."),
    shown("endpoint_name", &pjsip_contact::endpoint_name, "Endpoint that it belongs to."),
    shown("id", &pjsip_contact::id, "Id."),
    shown("outbound_proxy", &pjsip_contact::outbound_proxy, "Proxy."),
    shown("path", &pjsip_contact::path, "Path header of its registration."),
    shown("qualify_frequency", &pjsip_contact::qualify_frequency,
          "How often it is asked whether it is there (s); 0: never."),
    shown("qualify_timout", &pjsip_contact::qualify_timeout,
          "How long the answer may take (s)."), // the reference's spelling
    shown("reg_expire", &pjsip_contact::reg_expire,
          "Its registration ends at (seconds since 1970); 0: it has none."),
    shown("round_trip_usec", &pjsip_contact::round_trip_usec,
          "How long its last answer took (µs), or \"N/A\"."),
    shown("status", &pjsip_contact::status, "Reachable, Unreachable, NonQualified or Unknown."),
    shown("tm_update", &pjsip_contact::tm_update, "Last changed at."),
    shown("uri", &pjsip_contact::uri, "Where it is."),
    shown("user_agent", &pjsip_contact::user_agent, "What it says that it is."),
    shown("via_address", &pjsip_contact::via_address, "HOST:PORT that its registration came from."),
    shown("pbx", &pjsip_contact::pbx, "Name of the server that it lives on."),
    shown("global_id", &pjsip_contact::global_id, "Its id over all servers: PBX:ID."),
};

/// The reference names the path of these and describes nothing; the fields are Asterisk's, spelled as the
/// others are.
struct pjsip_registration {
  std::string auth_rejection_permanent;
  std::string client_uri;
  std::string contact_user;
  std::string endpoint;
  maybe_number expiration;
  maybe_number fatal_retry_interval;
  maybe_number forbidden_retry_interval;
  std::string line;
  maybe_number max_random_initial_delay;
  maybe_number max_retries;
  maybe_number next_reg;
  std::string name;
  std::string type{"registration"};
  std::string outbound_auth;
  std::string outbound_proxy;
  maybe_number retry_interval;
  std::string server_uri;
  std::string status;
  std::string support_outbound;
  std::string support_path;
  maybe_time tm_update;
  std::string transport;
  std::string user_agent;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto pjsip_registration_fields = field_table{
    shown("auth_rejection_permanent", &pjsip_registration::auth_rejection_permanent,
          "Whether it gives up when its credentials are refused."),
    shown("client_uri", &pjsip_registration::client_uri, "Who registers."),
    shown("contact_user", &pjsip_registration::contact_user, "User of its contact."),
    shown("endpoint", &pjsip_registration::endpoint, "Endpoint of the calls that come over it."),
    shown("expiration", &pjsip_registration::expiration, "Lifetime that is asked for (s)."),
    shown("fatal_retry_interval", &pjsip_registration::fatal_retry_interval,
          "Pause after a refusal for good (s); 0: gives up."),
    shown("forbidden_retry_interval", &pjsip_registration::forbidden_retry_interval,
          "Pause after a 403 (s); 0: gives up."),
    shown("line", &pjsip_registration::line, "Whether calls are told apart by a line parameter."),
    shown("max_random_initial_delay", &pjsip_registration::max_random_initial_delay,
          "Longest delay of the first try (s)."),
    shown("max_retries", &pjsip_registration::max_retries, "How often it is tried."),
    shown("next_reg", &pjsip_registration::next_reg, "Next try in (s), as the last listing told."),
    shown("object_name", &pjsip_registration::name, "Name."),
    shown("object_type", &pjsip_registration::type, "\"registration\"."),
    shown("outbound_auth", &pjsip_registration::outbound_auth, "Name of its credentials."),
    shown("outbound_proxy", &pjsip_registration::outbound_proxy, "Proxy."),
    shown("retry_interval", &pjsip_registration::retry_interval, "Pause between tries (s)."),
    shown("server_uri", &pjsip_registration::server_uri, "With whom."),
    shown("status", &pjsip_registration::status, "Registered, Unregistered or Rejected."),
    shown("support_outbound", &pjsip_registration::support_outbound, "Whether RFC 5626 is spoken."),
    shown("support_path", &pjsip_registration::support_path, "Whether Path headers are supported."),
    shown("tm_update", &pjsip_registration::tm_update, "Last changed at."),
    shown("transport", &pjsip_registration::transport, "Transport."),
    shown("user_agent", &pjsip_registration::user_agent, "What it says that it is."),
    shown("pbx", &pjsip_registration::pbx, "Name of the server that it lives on."),
    shown("global_id", &pjsip_registration::global_id, "Its id over all servers: PBX:ID."),
};

} // namespace ringmaster::telephone
