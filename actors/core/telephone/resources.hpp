// SPDX-License-Identifier: Apache-2.0
/// Every kind of live object of the telephone system, a row each: what it is called, by what it is found, and
/// where its changes are told. REST, live events, snapshots and the writer are generic code over these rows.
///
/// A row `resource<T>` has
///
///     fields         its table
///     id_field       what a GET names it by in its body
///     id(t)          unique among the objects of its kind on its server
///     family         that its events are told in; a row that is `untold` has none
///     target(t)      below the family's topic; neither this nor the next is asked for where there is no family
///     creation       what its beginning is told as: "create", or "update" where the reference has no create
///     listed_by_id   true where a list tells ids alone, as the reference's lists do; may be left out
///     also_called(t, said)   another way to name it in a GET, tried when nobody has that id; may be left out
#pragma once

#include "actors/core/topic_family.hpp"
#include "protocol/telephone/agent.hpp"
#include "protocol/telephone/agi.hpp"
#include "protocol/telephone/channel.hpp"
#include "protocol/telephone/device_state.hpp"
#include "protocol/telephone/parking.hpp"
#include "protocol/telephone/peer.hpp"
#include "protocol/telephone/pjsip.hpp"
#include "protocol/telephone/pjsip_endpoint.hpp"
#include "protocol/telephone/queue.hpp"
#include "protocol/telephone/system.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace ringmaster::core {

using maybe_family = std::optional<topic_family>;

template <class T>
struct resource;

/// An id that no other server's object of the kind has: "pbx1:1001".
[[nodiscard]] inline std::string global_id(std::string_view pbx, std::string_view id) {
  return std::string{pbx}.append(":").append(id);
}
/// The id on the server `pbx` that `said` names as a global one; nothing when it is of another server, or plain.
[[nodiscard]] inline std::optional<std::string_view> id_on(std::string_view pbx, std::string_view said) noexcept {
  if (said.size() <= pbx.size() + 1 || !said.starts_with(pbx) || said[pbx.size()] != ':')
    return std::nullopt;
  return said.substr(pbx.size() + 1);
}

/// What the rows of kinds have in common whose changes nobody is told of.
struct untold {
  static constexpr maybe_family family{};
};

/// Asterisk's word for no caller's name stands in for an empty one, which no topic could be made of.
[[nodiscard]] inline std::string_view caller_target(const std::string& name) noexcept {
  return name.empty() ? std::string_view{"<unknown>"} : std::string_view{name};
}

template <>
struct resource<telephone::channel> {
  static constexpr const auto& fields = telephone::channel_fields;
  static constexpr std::string_view name = "channel", id_field = "unique_id", creation = "create";
  static constexpr maybe_family family = topic_family::channels;
  static std::string_view id(const telephone::channel& c) noexcept { return c.unique_id; }
  static std::string_view target(const telephone::channel& c) noexcept {
    return caller_target(c.caller_id_name);
  }
};

template <>
struct resource<telephone::agi> {
  static constexpr const auto& fields = telephone::agi_fields;
  static constexpr std::string_view name = "agi", id_field = "unique_id", creation = "create";
  static constexpr maybe_family family = topic_family::agis;
  static std::string_view id(const telephone::agi& a) noexcept { return a.unique_id; }
  static std::string_view target(const telephone::agi& a) noexcept { return caller_target(a.caller_id_name); }
};

template <>
struct resource<telephone::queue> {
  static constexpr const auto& fields = telephone::queue_fields;
  static constexpr std::string_view name = "queue", id_field = "name", creation = "update";
  static constexpr maybe_family family = topic_family::queues;
  static std::string_view id(const telephone::queue& q) noexcept { return q.name; }
  static std::string_view target(const telephone::queue& q) noexcept { return q.name; }
};

template <>
struct resource<telephone::queue_member> {
  static constexpr const auto& fields = telephone::queue_member_fields;
  static constexpr std::string_view name = "queue member", id_field = "id", creation = "update";
  static constexpr maybe_family family = topic_family::queue_members;
  static std::string_view id(const telephone::queue_member& m) noexcept { return m.id; }
  static std::string_view target(const telephone::queue_member& m) noexcept { return m.queue_name; }
};

template <>
struct resource<telephone::queue_entry> {
  static constexpr const auto& fields = telephone::queue_entry_fields;
  static constexpr std::string_view name = "queue entry", id_field = "unique_id", creation = "update";
  static constexpr maybe_family family = topic_family::queue_entries;
  static std::string_view id(const telephone::queue_entry& e) noexcept { return e.unique_id; }
  static std::string_view target(const telephone::queue_entry& e) noexcept { return e.queue_name; }
};

template <>
struct resource<telephone::system_info> : untold {
  static constexpr const auto& fields = telephone::system_fields;
  static constexpr std::string_view name = "system", id_field = "id";
  static std::string_view id(const telephone::system_info& s) noexcept { return s.id; }
};

template <>
struct resource<telephone::module_info> : untold {
  static constexpr const auto& fields = telephone::module_fields;
  static constexpr std::string_view name = "module", id_field = "name";
  static std::string_view id(const telephone::module_info& m) noexcept { return m.name; }
  static bool also_called(const telephone::module_info& m, std::string_view said) noexcept {
    return said.ends_with(".so") && said.substr(0, said.size() - 3) == m.name;
  }
};

template <>
struct resource<telephone::agent> : untold {
  static constexpr const auto& fields = telephone::agent_fields;
  static constexpr std::string_view name = "agent", id_field = "id";
  static constexpr bool listed_by_id = true;
  static std::string_view id(const telephone::agent& a) noexcept { return a.id; }
};

template <>
struct resource<telephone::device_state> : untold {
  static constexpr const auto& fields = telephone::device_state_fields;
  static constexpr std::string_view name = "device", id_field = "device";
  static constexpr bool listed_by_id = true;
  static std::string_view id(const telephone::device_state& d) noexcept { return d.device; }
};

template <>
struct resource<telephone::peer> : untold {
  static constexpr const auto& fields = telephone::peer_fields;
  static constexpr std::string_view name = "peer", id_field = "peer";
  static constexpr bool listed_by_id = true;
  static std::string_view id(const telephone::peer& p) noexcept { return p.name; }
  /// The reference asks for "agent-01" and gets "SIP/agent-01".
  static bool also_called(const telephone::peer& p, std::string_view said) noexcept {
    const std::string_view all = p.name;
    return all.size() > said.size() && all.ends_with(said) && all[all.size() - said.size() - 1] == '/';
  }
};

template <>
struct resource<telephone::registry> : untold {
  static constexpr const auto& fields = telephone::registry_fields;
  static constexpr std::string_view name = "registry", id_field = "account";
  static constexpr bool listed_by_id = true;
  static std::string_view id(const telephone::registry& r) noexcept { return r.account; }
  /// The reference asks for "2345@provider", whatever the port.
  static bool also_called(const telephone::registry& r, std::string_view said) noexcept {
    const std::string_view all = r.account;
    return all.size() > said.size() && all.starts_with(said) && all[said.size()] == ':' &&
           all.find_first_not_of("0123456789", said.size() + 1) == std::string_view::npos;
  }
};

template <>
struct resource<telephone::parked_call> {
  static constexpr const auto& fields = telephone::parked_call_fields;
  static constexpr std::string_view name = "parked call", id_field = "parkee_unique_id", creation = "create";
  static constexpr maybe_family family = topic_family::parked_calls;
  static std::string_view id(const telephone::parked_call& c) noexcept { return c.unique_id; }
  static std::string_view target(const telephone::parked_call& c) noexcept { return c.lot; }
};

template <>
struct resource<telephone::parking_lot> : untold {
  static constexpr const auto& fields = telephone::parking_lot_fields;
  static constexpr std::string_view name = "parking lot", id_field = "name";
  static std::string_view id(const telephone::parking_lot& l) noexcept { return l.name; }
};

template <>
struct resource<telephone::pjsip_aor> : untold {
  static constexpr const auto& fields = telephone::pjsip_aor_fields;
  static constexpr std::string_view name = "aor", id_field = "object_name";
  static std::string_view id(const telephone::pjsip_aor& a) noexcept { return a.name; }
};

template <>
struct resource<telephone::pjsip_auth> : untold {
  static constexpr const auto& fields = telephone::pjsip_auth_fields;
  static constexpr std::string_view name = "auth", id_field = "object_name";
  static std::string_view id(const telephone::pjsip_auth& a) noexcept { return a.name; }
};

template <>
struct resource<telephone::pjsip_contact> : untold {
  static constexpr const auto& fields = telephone::pjsip_contact_fields;
  static constexpr std::string_view name = "contact", id_field = "id";
  static std::string_view id(const telephone::pjsip_contact& c) noexcept { return c.id; }
};

template <>
struct resource<telephone::pjsip_endpoint> : untold {
  static constexpr const auto& fields = telephone::pjsip_endpoint_fields;
  static constexpr std::string_view name = "endpoint", id_field = "object_name";
  static std::string_view id(const telephone::pjsip_endpoint& e) noexcept { return e.id(); }
};

template <>
struct resource<telephone::pjsip_registration> : untold {
  static constexpr const auto& fields = telephone::pjsip_registration_fields;
  static constexpr std::string_view name = "outbound registration", id_field = "object_name";
  static std::string_view id(const telephone::pjsip_registration& r) noexcept { return r.name; }
};

/// A type list: one place where all kinds are named.
template <class... T>
struct resource_list {
  template <template <class> class Of>
  using tuple_of = std::tuple<Of<T>...>;
};
using all_resources =
    resource_list<telephone::channel, telephone::agi, telephone::queue, telephone::queue_member,
                  telephone::queue_entry, telephone::system_info, telephone::module_info, telephone::agent,
                  telephone::device_state, telephone::peer, telephone::registry, telephone::parked_call,
                  telephone::parking_lot, telephone::pjsip_aor, telephone::pjsip_auth,
                  telephone::pjsip_contact, telephone::pjsip_endpoint, telephone::pjsip_registration>;

} // namespace ringmaster::core
