// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/pjsip.hpp"

#include "actors/core/telephone/header_values.hpp"

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::hidden_secret;
using telephone::maybe_number;
using telephone::pjsip_aor;
using telephone::pjsip_auth;
using telephone::pjsip_contact;
using telephone::pjsip_endpoint;
using telephone::pjsip_registration;

void read(const ami::message& m, std::string_view header, telephone::text& into) {
  into = text_of(m, header);
}
void read(const ami::message& m, std::string_view header, maybe_number& into) {
  into = number_of(m.get(header));
}

pjsip_endpoint endpoint_of(const ami::message& m) {
  pjsip_endpoint e;
#define RINGMASTER_READ(type, name, header) read(m, header, e.name);
  RINGMASTER_ENDPOINT_OPTIONS(RINGMASTER_READ)
#undef RINGMASTER_READ
  return e;
}

/// How many contacts "a/sip:…,b/sip:…" names.
std::int64_t count_contacts(std::string_view contacts) {
  std::int64_t count = 0;
  while (!contacts.empty()) {
    const auto one = contacts.substr(0, contacts.find(','));
    count += one.empty() ? 0 : 1;
    contacts.remove_prefix(std::min(one.size() + 1, contacts.size()));
  }
  return count;
}

pjsip_aor aor_of(const ami::message& m) {
  pjsip_aor a;
  a.authenticate_qualify = m.get("AuthenticateQualify");
  a.contacts = m.get("Contacts");
  a.contacts_registered = number_of(m.get("ContactsRegistered"));
  a.default_expiration = number_of(m.get("DefaultExpiration"));
  a.endpoint_name = filled(m.get("EndpointName"));
  a.mailboxes = m.get("Mailboxes");
  a.max_contacts = number_of(m.get("MaxContacts"));
  a.maximum_expiration = number_of(m.get("MaximumExpiration"));
  a.minimum_expiration = number_of(m.get("MinimumExpiration"));
  a.name = m.get("ObjectName");
  a.outbound_proxy = m.get("OutboundProxy");
  a.qualify_frequency = number_of(m.get("QualifyFrequency"));
  a.qualify_timeout = number_of(m.get("QualifyTimeout"));
  a.remove_existing = m.get("RemoveExisting");
  a.support_path = m.get("SupportPath");
  a.total_contacts = m.has("TotalContacts") ? number_of(m.get("TotalContacts")) : count_contacts(a.contacts);
  a.voicemail_extension = m.get("VoicemailExtension");
  return a;
}

/// Whatever the server says of secrets ends here.
pjsip_auth auth_of(const ami::message& m) {
  pjsip_auth a;
  a.auth_type = m.get("AuthType");
  a.endpoint_name = filled(m.get("EndpointName"));
  a.md5_cred = m.get("Md5Cred").empty() ? std::string_view{} : hidden_secret;
  a.nonce_lifetime = number_of(m.get("NonceLifetime"));
  a.name = m.get("ObjectName");
  a.realm = m.get("Realm");
  a.username = m.get("Username");
  return a;
}

/// What the list and the endpoint's details call alike.
pjsip_contact any_contact(const ami::message& m) {
  pjsip_contact c;
  c.outbound_proxy = m.get("OutboundProxy");
  c.path = m.get("Path");
  c.qualify_frequency = number_of(m.get("QualifyFrequency"));
  c.qualify_timeout = number_of(m.get("QualifyTimeout"));
  c.round_trip_usec = m.get("RoundtripUsec");
  c.status = m.get("Status");
  c.user_agent = filled(m.get("UserAgent"));
  return c;
}

pjsip_contact listed_contact(const ami::message& m) {
  auto c = any_contact(m);
  c.id = m.get("ObjectName"); // AOR;@HASH
  c.aor = c.id.substr(0, c.id.find(";@"));
  c.authentication_qualify =
      m.get("AuthenticateQualify") == "yes" || m.get("AuthenticateQualify") == "true" ? 1 : 0;
  c.call_id = filled(m.get("CallId"));
  c.endpoint_name = filled(m.get("Endpoint"));
  c.reg_expire = number_of(m.get("ExpirationTime"));
  c.uri = m.get("Uri");
  if (const auto host = m.get("ViaAddr"); !host.empty())
    c.via_address = std::string{host}.append(":").append(m.get("ViaPort"));
  return c;
}

pjsip_contact contact_of(const ami::message& m) {
  auto c = any_contact(m);
  c.id = m.get("ID");
  c.aor = m.get("AOR");
  c.authentication_qualify = number_of(m.get("AuthenticateQualify"));
  c.call_id = filled(m.get("CallID"));
  c.endpoint_name = filled(m.get("EndpointName"));
  c.reg_expire = number_of(m.get("RegExpire"));
  c.uri = m.get("URI");
  c.via_address = filled(m.get("ViaAddress"));
  return c;
}

pjsip_registration registration_of(const ami::message& m) {
  pjsip_registration r;
  r.auth_rejection_permanent = m.get("AuthRejectionPermanent");
  r.client_uri = m.get("ClientUri");
  r.contact_user = m.get("ContactUser");
  r.endpoint = m.get("Endpoint");
  r.expiration = number_of(m.get("Expiration"));
  r.fatal_retry_interval = number_of(m.get("FatalRetryInterval"));
  r.forbidden_retry_interval = number_of(m.get("ForbiddenRetryInterval"));
  r.line = m.get("Line");
  r.max_random_initial_delay = number_of(m.get("MaxRandomInitialDelay"));
  r.max_retries = number_of(m.get("MaxRetries"));
  r.next_reg = number_of(m.get("NextReg"));
  r.name = m.get("ObjectName");
  r.outbound_auth = m.get("OutboundAuth");
  r.outbound_proxy = m.get("OutboundProxy");
  r.retry_interval = number_of(m.get("RetryInterval"));
  r.server_uri = m.get("ServerUri");
  r.status = m.get("Status");
  r.support_outbound = m.get("SupportOutbound");
  r.support_path = m.get("SupportPath");
  r.transport = m.get("Transport");
  r.user_agent = m.get("UserAgent");
  return r;
}

/// The words that lists have for a device's state.
std::string_view in_words(std::string_view state) {
  static constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"NOT_INUSE", "Not in use"},    {"INUSE", "In use"},    {"BUSY", "Busy"},
      {"INVALID", "Invalid"},         {"RINGING", "Ringing"}, {"RINGINUSE", "Ring+Inuse"},
      {"UNAVAILABLE", "Unavailable"}, {"ONHOLD", "On Hold"}};
  for (const auto& [name, said] : words)
    if (name == state)
      return said;
  return "Unknown";
}

template <class T>
constexpr auto everybody = [](const T&) { return true; };

} // namespace

pjsip_fold::pjsip_fold(telephone_writer& to, telephone_questions& questions)
    : to_{to}, questions_{questions}, endpoints_{to, roster<pjsip_endpoint>::ids::used_again,
                                                 take_all<pjsip_endpoint>},
      aors_{to, roster<pjsip_aor>::ids::used_again, take_what_is_said<pjsip_aor>},
      auths_{to, roster<pjsip_auth>::ids::used_again, take_what_is_said<pjsip_auth>},
      contacts_{to, roster<pjsip_contact>::ids::used_again, take_what_is_said<pjsip_contact>},
      registrations_{to, roster<pjsip_registration>::ids::used_again, take_all<pjsip_registration>} {}

std::span<const event_kind> pjsip_fold::kinds() const noexcept {
  static constexpr std::array wanted{
      event_kind::endpoint_list,
      event_kind::endpoint_list_complete,
      event_kind::endpoint_detail,
      event_kind::endpoint_detail_complete,
      event_kind::aor_list,
      event_kind::aor_detail,
      event_kind::aor_list_complete,
      event_kind::auth_list,
      event_kind::auth_detail,
      event_kind::auth_list_complete,
      event_kind::contact_list,
      event_kind::contact_status_detail,
      event_kind::contact_list_complete,
      event_kind::outbound_registration_detail,
      event_kind::outbound_registration_detail_complete,
      event_kind::contact_status,
      event_kind::registry,
      event_kind::device_state_change,
      event_kind::newchannel,
      event_kind::hangup,
      event_kind::reload,
  };
  return wanted;
}

std::span<const telephone_question> pjsip_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"PJSIPShowEndpoints"},
                                    telephone_question{"PJSIPShowAors"}, telephone_question{"PJSIPShowAuths"},
                                    telephone_question{"PJSIPShowContacts"},
                                    telephone_question{"PJSIPShowRegistrationsOutbound"}};
  return questions;
}

void pjsip_fold::on_doubt(time_point) {
  endpoints_.doubt_all();
  aors_.doubt_all();
  auths_.doubt_all();
  contacts_.doubt_all();
  registrations_.doubt_all();
  to_ask_.clear();
  asked_.clear();
  contacts_told_.clear();
  begin_round();
}

void pjsip_fold::on_time(time_point now) {
  endpoints_.on_time(now);
  aors_.on_time(now);
  auths_.on_time(now);
  contacts_.on_time(now);
  registrations_.on_time(now);
}

template <class T>
void pjsip_fold::told(roster<T>& of, T object, time_point now) {
  if (round_)
    return of.list_item(round_name_, std::move(object));
  const std::string id{resource<T>::id(object)};
  of.hear(
      id, now, [&] { return std::optional{object}; },
      [&](T& known, editor& e) { take_what_is_said(known, object, e); });
}

void pjsip_fold::on_event(const ami::message& m, time_point now) {
  const auto kind = m.kind();
  if (kind == event_kind::newchannel)
    channel_count(m.get("Channel"), 1, now);
  else if (kind == event_kind::hangup)
    channel_count(m.get("Channel"), -1, now);
  else if (kind == event_kind::device_state_change)
    device_state(m, now);
  else if (kind == event_kind::contact_status)
    contact_status(m, now);
  else if (kind == event_kind::registry)
    registry(m, now);
  else if (kind == event_kind::reload)
    reloaded(m.get("Module"));
  else
    on_answer(m, now);
}

/// Part of an answer to one of our questions.
void pjsip_fold::on_answer(const ami::message& m, time_point now) {
  const auto kind = m.kind();
  if (kind == event_kind::endpoint_list) {
    if (round_)
      to_ask_.emplace_back(m.get("ObjectName"));
  } else if (kind == event_kind::endpoint_detail) {
    told(endpoints_, endpoint_of(m), now);
  } else if (kind == event_kind::aor_list || kind == event_kind::aor_detail) {
    told(aors_, aor_of(m), now);
  } else if (kind == event_kind::auth_list || kind == event_kind::auth_detail) {
    told(auths_, auth_of(m), now);
  } else if (kind == event_kind::contact_list) {
    told(contacts_, listed_contact(m), now);
  } else if (kind == event_kind::contact_status_detail) {
    auto contact = contact_of(m);
    contacts_told_.insert(contact.id);
    told(contacts_, std::move(contact), now);
  } else if (kind == event_kind::endpoint_detail_complete) {
    endpoint_over(now);
  } else if (kind == event_kind::outbound_registration_detail) {
    registrations_.list_item(m.action_id(), registration_of(m));
  } else {
    if (kind == event_kind::outbound_registration_detail_complete)
      registrations_.list_complete(m.action_id(), items_said(m), now);
    list_over(now);
  }
}

/// The event names a registration by its URIs.
void pjsip_fold::registry(const ami::message& m, time_point now) {
  if (m.get("ChannelType") != "PJSIP")
    return;
  std::vector<std::string> ids;
  to_.tables().of<pjsip_registration>().each_own([&](const std::string& id, const auto& one) {
    if (one->own().client_uri == m.get("Username") && one->own().server_uri == m.get("Domain"))
      ids.push_back(id);
  });
  for (const auto& id : ids)
    registrations_.hear(id, now, nobody<pjsip_registration>,
                        [&](pjsip_registration& r, editor& e) { e.set(r.status, m.get("Status")); });
}

void pjsip_fold::reloaded(std::string_view module) {
  if (!module.starts_with("res_pjsip"))
    return;
  if (round_) {
    stale_ = true;
    return;
  }
  begin_round();
  to_ask_.clear();
  for (const auto& question : listings())
    questions_.ask(*this, question);
}

void pjsip_fold::begin_round() {
  after_round_.clear();
  round_ = true;
  stale_ = false;
  round_name_ = "round-" + std::to_string(++rounds_);
  lists_left_ = listings().size();
}

void pjsip_fold::on_response(std::string_view action, const ami::message& m, time_point now) {
  if (m.get("Response") != "Error")
    return;
  if (action == "PJSIPShowEndpoint") // gone in between
    return endpoint_over(now);
  // Nothing of that kind, or no PJSIP at all: nothing either.
  if (action == "PJSIPShowRegistrationsOutbound")
    registrations_.list_complete(m.action_id(), std::nullopt, now,
                                 [&](const auto&) { return is_empty_list(m); });
  list_over(now);
}

void pjsip_fold::list_over(time_point now) {
  if (lists_left_ > 0 && --lists_left_ == 0 && asked_.empty())
    next_endpoint(now);
}

void pjsip_fold::next_endpoint(time_point now) {
  while (!to_ask_.empty()) {
    asked_ = std::move(to_ask_.front());
    to_ask_.pop_front();
    contacts_told_.clear();
    if (!questions_.ask(*this, {"PJSIPShowEndpoint", {{"Endpoint", asked_}}}).empty())
      return;
  }
  asked_.clear();
  if (round_ && lists_left_ == 0)
    round_over(now);
}

void pjsip_fold::round_over(time_point now) {
  endpoints_.list_complete(round_name_, std::nullopt, now, everybody<pjsip_endpoint>);
  aors_.list_complete(round_name_, std::nullopt, now, everybody<pjsip_aor>);
  auths_.list_complete(round_name_, std::nullopt, now, everybody<pjsip_auth>);
  contacts_.list_complete(round_name_, std::nullopt, now, everybody<pjsip_contact>);
  round_ = false;
  if (stale_)
    return reloaded("res_pjsip.so");
  to_ask_ = std::exchange(after_round_, {});
  next_endpoint(now);
}

/// The answer about `asked_` has come; what it did not tell of the endpoint's contacts is gone.
void pjsip_fold::endpoint_over(time_point now) {
  if (!round_) {
    std::vector<std::string> gone;
    to_.tables().of<pjsip_contact>().each_own([&](const std::string& id, const auto& one) {
      if (one->own().endpoint_name == asked_ && !contacts_told_.contains(id))
        gone.push_back(id);
    });
    for (const auto& id : gone)
      contacts_.gone(id, now);
  }
  asked_.clear();
  next_endpoint(now);
}

void pjsip_fold::again(std::string_view endpoint, time_point now) {
  auto& waiting = round_ ? after_round_ : to_ask_; // what a round has told already may just have become old
  if (endpoint.empty() || std::find(waiting.begin(), waiting.end(), endpoint) != waiting.end())
    return;
  waiting.emplace_back(endpoint);
  if (!round_ && asked_.empty())
    next_endpoint(now);
}

void pjsip_fold::contact_status(const ami::message& m, time_point now) {
  const auto status = m.get("ContactStatus");
  if (status == "Reachable" || status == "Unreachable") {
    std::string id;
    to_.tables().of<pjsip_contact>().each_own([&](const std::string& key, const auto& one) {
      if (one->own().aor == m.get("AOR") && one->own().uri == m.get("URI"))
        id = key;
    });
    if (!id.empty())
      return contacts_.hear(id, now, nobody<pjsip_contact>, [&](pjsip_contact& c, editor& e) {
        e.set(c.status, status);
        e.set(c.round_trip_usec, status == "Reachable" ? m.get("RoundtripUsec") : std::string_view{"N/A"});
      });
  }
  again(m.get("EndpointName"), now);
}

void pjsip_fold::device_state(const ami::message& m, time_point now) {
  const auto device = m.get("Device");
  if (!device.starts_with("PJSIP/") || !m.action_id().empty()) // listed by somebody else's question
    return;
  endpoints_.hear(device.substr(6), now, nobody<pjsip_endpoint>, [&](pjsip_endpoint& p, editor& e) {
    e.set(p.device_state, telephone::text{in_words(m.get("State"))});
  });
}

/// "PJSIP/agent-01-00000007": one channel more or less.
void pjsip_fold::channel_count(std::string_view channel, std::int64_t by, time_point now) {
  if (!channel.starts_with("PJSIP/"))
    return;
  channel.remove_prefix(6);
  endpoints_.hear(channel.substr(0, channel.rfind('-')), now, nobody<pjsip_endpoint>,
                  [&](pjsip_endpoint& p, editor& e) {
                    const auto before = number_of(p.active_channels.value_or("")).value_or(0);
                    e.set(p.active_channels, std::to_string(std::max<std::int64_t>(0, before + by)));
                  });
}

} // namespace ringmaster::core
