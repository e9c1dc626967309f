// SPDX-License-Identifier: Apache-2.0
/// Objects with integer ids, and what they are found by. A kind of object is declared once, beside its field table:
///
///     template <>
///     struct ringmaster::storage::collection<buddy> {
///       static constexpr std::uint16_t kind = 7;          // in the file: never changed, never given to another
///       static constexpr std::string_view name = "buddy"; // for messages
///       static constexpr const auto& fields = buddy_fields;
///       static constexpr std::tuple indexes{unique(2, &buddy::nick), by(3, &buddy::owner)};
///     };
///
/// The object has `std::int64_t id{}`, which its table shows as read-only. The number of an index is that of its field in the
/// table. Values of an index are integers, uuids, texts of at most `most_index_bytes`, and optional ones of these. A unique
/// index holds no unset value, so that any number of objects may have none.
///
/// Ids are given from 1 on, and never again: what refers to an object that is gone refers to nothing. Every object is in its
/// indexes from the same transaction on. `tm_create` and `tm_update`, where there are such members, are set here.
///
/// Commands check everything before they write. Errors: `not_found`; `conflict` for a value of a unique index that another
/// has; `invalid_field`; `storage_failed`. A look-up by id is one of LMDB's and the reading of a record; one by an index is two.
#pragma once

#include "protocol/fields.hpp"
#include "storage/environment.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace ringmaster::storage {

inline constexpr std::size_t most_index_bytes = 400;

/// What the objects are found by: the number of the field, and the member.
template <class T, class M>
struct index_of {
  std::uint8_t tag;
  M T::*member;
  bool is_unique, keeps_unset;
};
template <class T, class M>
[[nodiscard]] consteval index_of<T, M> by(std::uint8_t tag, M T::*member) {
  return {tag, member, false, true};
}
/// Of those alone that have a value.
template <class T, class M>
[[nodiscard]] consteval index_of<T, M> sparse(std::uint8_t tag, M T::*member) {
  return {tag, member, false, false};
}
/// One object a value at most; of those alone that have one.
template <class T, class M>
[[nodiscard]] consteval index_of<T, M> unique(std::uint8_t tag, M T::*member) {
  return {tag, member, true, false};
}

template <class T>
struct collection;

template <class T>
concept collected = requires {
  collection<T>::kind;
};

/// A page of a collection, in the order of ids.
template <class T>
struct numbered_page {
  std::vector<T> items;
  std::optional<std::int64_t> next; ///< what `after` continues with
};
struct numbered_request {
  std::int64_t after{0}; ///< ids above it
  std::size_t count{100};
};

/// What does not know the type of the objects. Views are good until the next write.
namespace collecting {

/// An object's value in one of its indexes.
struct entry {
  std::uint8_t tag{};
  std::string value; ///< as it stands in the key
  bool is_unique{}, is_kept{true};
  bool operator==(const entry& other) const noexcept { return tag == other.tag && value == other.value && is_kept == other.is_kept; }
};
struct kind_of {
  std::uint16_t kind;
  std::string_view name;
  std::string_view (*field)(std::uint8_t tag); ///< its name, for errors
};

void append_value(std::string& out, std::int64_t value);
void append_value(std::string& out, const std::string& value);
void append_value(std::string& out, const uuid& value);
template <class M>
void append_value(std::string& out, const std::optional<M>& value) {
  out.push_back(value ? '\1' : '\0');
  if (value)
    append_value(out, *value);
}

[[nodiscard]] error unknown(const kind_of& which, std::int64_t id);
/// The counter (table `counters`) of the ids that were given.
[[nodiscard]] std::string counter_of(const kind_of& which);
[[nodiscard]] result<std::optional<std::string_view>> row(const txn& in, const kind_of& which, std::int64_t id);
/// The ids that have a value, or all of them; those above `after`, at most `count`.
[[nodiscard]] result<std::vector<std::int64_t>> ids(const txn& in, const kind_of& which, const entry* at, std::int64_t after,
                                                    std::size_t count);
[[nodiscard]] result<std::int64_t> next_id(write_txn& in, const kind_of& which);
/// Writes an object and its changed index rows.
[[nodiscard]] result<void> write(write_txn& in, const kind_of& which, std::int64_t id, std::string_view record,
                                 std::span<const entry> before, std::span<const entry> after);
[[nodiscard]] result<void> erase(write_txn& in, const kind_of& which, std::int64_t id, std::span<const entry> before);
/// A sentence for each row of the indexes that no object has, and each that is missing. `entries` gives those of a record.
[[nodiscard]] result<std::vector<std::string>>
check(const txn& in, const kind_of& which, const std::function<std::optional<std::vector<entry>>(std::int64_t, std::string_view)>& entries);

template <class T>
[[nodiscard]] std::string_view field_of(std::uint8_t tag) {
  std::string_view found;
  collection<T>::fields.each([&](const auto& f) { found = f.tag == tag ? f.name : found; });
  return found;
}
template <class T>
inline constexpr kind_of of{collection<T>::kind, collection<T>::name, &field_of<T>};

template <class T, class M>
[[nodiscard]] entry entry_of(const T& object, const index_of<T, M>& index) {
  entry made{index.tag, {}, index.is_unique, index.keeps_unset || !is_unset(object.*index.member)};
  append_value(made.value, object.*index.member);
  return made;
}
template <class T>
[[nodiscard]] auto entries_of(const T& object) {
  return std::apply([&](const auto&... index) { return std::array<entry, sizeof...(index)>{entry_of(object, index)...}; },
                    collection<T>::indexes);
}
template <class T>
[[nodiscard]] result<T> read(std::string_view bytes, std::int64_t id) {
  auto object = from_record<T>(bytes, collection<T>::fields);
  if (object)
    object->id = id;
  return object;
}
template <class T, class M>
[[nodiscard]] entry entry_at(M T::*member, const M& value) {
  entry made;
  std::apply(
      [&](const auto&... index) {
        const auto take = [&](const auto& one) {
          if constexpr (std::is_same_v<decltype(one.member), M T::*>)
            if (one.member == member) {
              T asked{};
              asked.*member = value;
              made = entry_of(asked, one);
            }
        };
        (take(index), ...);
      },
      collection<T>::indexes);
  return made;
}
template <class T>
[[nodiscard]] result<numbered_page<T>> page_of(const txn& in, const entry* at, const numbered_request& which) {
  const auto found = ids(in, of<T>, at, which.after, which.count + 1);
  if (!found)
    return found.error();
  numbered_page<T> page;
  for (const auto id : *found) {
    if (page.items.size() == which.count) {
      page.next = page.items.back().id;
      break;
    }
    const auto bytes = row(in, of<T>, id);
    if (!bytes)
      return bytes.error();
    if (!*bytes)
      return error{errc::storage_failed, "an index of the database refers to what is not there", {}};
    auto object = read<T>(**bytes, id);
    if (!object)
      return object.error();
    page.items.push_back(std::move(*object));
  }
  return page;
}

} // namespace collecting

template <collected T>
[[nodiscard]] result<std::optional<T>> find(const txn& in, std::int64_t id) {
  const auto bytes = collecting::row(in, collecting::of<T>, id);
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<T>{};
  auto object = collecting::read<T>(**bytes, id);
  if (!object)
    return object.error();
  return std::optional<T>{std::move(*object)};
}

template <collected T>
[[nodiscard]] result<T> get(const txn& in, std::int64_t id) {
  auto found = find<T>(in, id);
  if (!found)
    return found.error();
  if (!*found)
    return collecting::unknown(collecting::of<T>, id);
  return std::move(**found);
}

template <collected T>
[[nodiscard]] result<numbered_page<T>> list(const txn& in, const numbered_request& which) {
  return collecting::page_of<T>(in, nullptr, which);
}

/// Those whose indexed member has the value: `list_by(in, &buddy::owner, owner, {})`.
template <collected T, class M>
[[nodiscard]] result<numbered_page<T>> list_by(const txn& in, M T::*member, const std::type_identity_t<M>& value,
                                               const numbered_request& which) {
  const auto at = collecting::entry_at(member, value);
  return collecting::page_of<T>(in, &at, which);
}
/// The first of them: of a unique index, the one.
template <collected T, class M>
[[nodiscard]] result<std::optional<T>> find_by(const txn& in, M T::*member, const std::type_identity_t<M>& value) {
  auto found = list_by<T, M>(in, member, value, {0, 1});
  if (!found)
    return found.error();
  return found->items.empty() ? std::optional<T>{} : std::optional<T>{std::move(found->items.front())};
}

/// Whatever id `fresh` has, it gets a new one.
template <collected T>
[[nodiscard]] result<T> create(write_txn& in, T fresh, time_point now) {
  if (auto missing = missing_field(fresh, collection<T>::fields))
    return *missing;
  if constexpr (requires { fresh.tm_create; })
    fresh.tm_create = now;
  const auto id = collecting::next_id(in, collecting::of<T>);
  if (!id)
    return id.error();
  fresh.id = *id;
  if (auto done = collecting::write(in, collecting::of<T>, *id, to_record(fresh, collection<T>::fields), {}, collecting::entries_of(fresh));
      !done)
    return done.error();
  return fresh;
}

template <collected T>
[[nodiscard]] result<T> update(write_txn& in, std::int64_t id, const std::function<result<T>(const T&)>& change, time_point now) {
  const auto before = get<T>(in, id);
  if (!before)
    return before;
  auto after = change(*before);
  if (!after)
    return after;
  if (auto missing = missing_field(*after, collection<T>::fields))
    return *missing;
  after->id = id;
  if constexpr (requires { after->tm_create; })
    after->tm_create = before->tm_create;
  if constexpr (requires { after->tm_update; })
    after->tm_update = now;
  if (auto done = collecting::write(in, collecting::of<T>, id, to_record(*after, collection<T>::fields), collecting::entries_of(*before),
                                    collecting::entries_of(*after));
      !done)
    return done.error();
  return after;
}

/// As it was.
template <collected T>
[[nodiscard]] result<T> remove(write_txn& in, std::int64_t id) {
  auto before = get<T>(in, id);
  if (!before)
    return before;
  if (auto done = collecting::erase(in, collecting::of<T>, id, collecting::entries_of(*before)); !done)
    return done.error();
  return before;
}

/// A sentence for each thing that does not fit together.
template <collected T>
[[nodiscard]] result<std::vector<std::string>> check_collection(const txn& in) {
  return collecting::check(in, collecting::of<T>,
                           [](std::int64_t id, std::string_view bytes) -> std::optional<std::vector<collecting::entry>> {
                             const auto object = collecting::read<T>(bytes, id);
                             if (!object)
                               return std::nullopt;
                             const auto all = collecting::entries_of(*object);
                             return std::vector<collecting::entry>{all.begin(), all.end()};
                           });
}

} // namespace ringmaster::storage
