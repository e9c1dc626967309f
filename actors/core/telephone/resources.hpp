/// Every kind of live object of the telephone system, a row each: what it is called, by what it is found, and where
/// its changes are told. REST, live events, snapshots and the writer are generic code over these rows.
///
/// A row `resource<T>` has
///
///     fields         its table
///     id_field       what a GET names it by in its body
///     id(t)          unique among the objects of its kind on its server
///     family         that its events are told in; `no_events` for what has none
///     target(t)      below the family's topic; not asked for where there are no events
///     creation       what its beginning is told as: "create", or "update" where the reference has no create
#pragma once

#include "actors/core/topic_family.hpp"
#include "protocol/telephone/agi.hpp"
#include "protocol/telephone/channel.hpp"
#include "protocol/telephone/queue.hpp"
#include "protocol/telephone/system.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace ringmaster::core {

using maybe_family = std::optional<topic_family>;
inline constexpr maybe_family no_events{};

template <class T>
struct resource;

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
  static std::string_view target(const telephone::channel& c) noexcept { return caller_target(c.caller_id_name); }
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
struct resource<telephone::system_info> {
  static constexpr const auto& fields = telephone::system_fields;
  static constexpr std::string_view name = "system", id_field = "id", creation = "create";
  static constexpr maybe_family family = no_events;
  static std::string_view id(const telephone::system_info& s) noexcept { return s.id; }
};

template <>
struct resource<telephone::module_info> {
  static constexpr const auto& fields = telephone::module_fields;
  static constexpr std::string_view name = "module", id_field = "name", creation = "create";
  static constexpr maybe_family family = no_events;
  static std::string_view id(const telephone::module_info& m) noexcept { return m.name; }
};

/// A type list: one place where all kinds are named.
template <class... T>
struct resource_list {
  template <template <class> class Of>
  using tuple_of = std::tuple<Of<T>...>;
};
using all_resources = resource_list<telephone::channel, telephone::agi, telephone::queue, telephone::queue_member,
                                    telephone::queue_entry, telephone::system_info, telephone::module_info>;

} // namespace ringmaster::core
