// SPDX-License-Identifier: Apache-2.0
/// Reading and writing records of resources; for the sources of this folder.
#pragma once

#include "protocol/outbound.hpp"
#include "storage/environment.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::storage::records {

/// Where a resource lives and what it is called.
template <class T>
struct traits;
template <>
struct traits<plan> {
  static constexpr auto live = table::plan;
  static constexpr auto kind = resource::plan;
  static constexpr std::string_view name = "plan";
  static constexpr const auto& fields = plan_fields;
};
template <>
struct traits<destination> {
  static constexpr auto live = table::destination;
  static constexpr auto kind = resource::destination;
  static constexpr std::string_view name = "destination";
  static constexpr const auto& fields = destination_fields;
};
template <>
struct traits<dlma> {
  static constexpr auto live = table::dlma;
  static constexpr auto kind = resource::dlma;
  static constexpr std::string_view name = "dlma";
  static constexpr const auto& fields = dlma_fields;
};
template <>
struct traits<campaign> {
  static constexpr auto live = table::campaign;
  static constexpr auto kind = resource::campaign;
  static constexpr std::string_view name = "campaign";
  static constexpr const auto& fields = campaign_fields;
};
template <>
struct traits<dl> {
  static constexpr auto live = table::dl;
  static constexpr auto kind = resource::dl;
  static constexpr std::string_view name = "dl";
  static constexpr const auto& fields = dl_fields;
};
template <>
struct traits<dialing> {
  static constexpr auto live = table::dialing;
  static constexpr std::string_view name = "dialing";
  static constexpr const auto& fields = dialing_fields;
};

template <class T>
[[nodiscard]] error unknown(const uuid& id) {
  return {errc::not_found, fmt::format("there is no {} {}", traits<T>::name, to_string(id)), {}};
}

template <class T>
[[nodiscard]] result<T> decode(std::string_view bytes) {
  return from_record<T>(bytes, traits<T>::fields);
}

/// Nothing when there is none.
template <class T>
[[nodiscard]] result<std::optional<T>> find(const txn& in, const uuid& id) {
  const auto bytes = in.get(traits<T>::live, id.view());
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<T>{};
  auto object = decode<T>(**bytes);
  if (!object)
    return object.error();
  return std::optional<T>{std::move(*object)};
}

/// `not_found` when there is none.
template <class T>
[[nodiscard]] result<T> need(const txn& in, const uuid& id) {
  auto found = find<T>(in, id);
  if (!found)
    return found.error();
  if (!*found)
    return unknown<T>(id);
  return std::move(**found);
}

template <class T>
[[nodiscard]] result<void> store(write_txn& in, const T& object) {
  return in.put(traits<T>::live, object.id.view(), to_record(object, traits<T>::fields));
}

/// When what is deleted is to be erased (storage/erasing.hpp).
enum class erase_when : std::uint8_t { after_a_time, at_once };

[[nodiscard]] inline result<void> queue_erasing(write_txn& in, const deleted_key& what, erase_when when, time_point deleted_at) {
  const auto since = when == erase_when::at_once ? std::int64_t{0} : deleted_at.time_since_epoch().count();
  return in.put(table::erase_queue, erase_key{static_cast<std::uint64_t>(since), what}.view(), {});
}

/// Takes a resource out of the live tables; it stays in `deleted` until it is erased.
template <class T>
[[nodiscard]] result<void> bury(write_txn& in, T& object, time_point now, erase_when when = erase_when::after_a_time) {
  object.in_use = 0;
  object.tm_delete = now;
  if (auto done = queue_erasing(in, {traits<T>::kind, object.id}, when, now); !done)
    return done;
  if (auto done = in.put(table::deleted, deleted_key{traits<T>::kind, object.id}.view(),
                         to_record(object, traits<T>::fields));
      !done)
    return done;
  if (auto done = in.erase(traits<T>::live, object.id.view()); !done)
    return done.error();
  return {};
}

/// Writes an entry and, beside it, its state.
[[nodiscard]] inline result<void> store_entry(write_txn& in, const dl& entry, const dial_entry& state) {
  if (auto done = store(in, entry); !done)
    return done;
  return in.put(table::dl_by_dlma, entry_key{entry.dlma_uuid, entry.id}.view(), entry_state{state}.view());
}

/// Takes an entry out of the live tables, freed of the dialing it may be in.
[[nodiscard]] inline result<void> bury_entry(write_txn& in, dl& entry, time_point now,
                                             erase_when when = erase_when::after_a_time) {
  if (entry.status == dl_dialing)
    entry.status = dl_idle;
  entry.dialing_camp_uuid.reset();
  entry.dialing_plan_uuid.reset();
  entry.dialing_uuid.reset();
  if (auto done = bury(in, entry, now, when); !done)
    return done;
  if (auto done = in.erase(table::dl_by_dlma, entry_key{entry.dlma_uuid, entry.id}.view()); !done)
    return done.error();
  return {};
}

} // namespace ringmaster::storage::records
