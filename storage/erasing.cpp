// SPDX-License-Identifier: Apache-2.0
#include "storage/erasing.hpp"

#include "protocol/telephone_number.hpp"
#include "storage/dialing.hpp"
#include "storage/records.hpp"
#include "storage/snapshot.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <type_traits>
#include <unordered_set>

namespace ringmaster::storage {

using namespace records;

namespace {

constexpr std::string_view number_key_name = "store/number_key", queued_name = "store/deletes_queued";
constexpr std::size_t number_key_size = 32, number_hash_size = 16;

constexpr auto erased_fields = field_table{
    field{1, "dlma", &erased_number::dlma, access::stored_only, ""},
    field{2, "trycnt", &erased_number::trycnt, access::stored_only, ""},
    field{3, "unknown", &erased_number::unknown, access::stored_only, ""},
    field{4, "tm_last_dial", &erased_number::tm_last_dial, access::stored_only, ""},
    field{5, "tm_last_hangup", &erased_number::tm_last_hangup, access::stored_only, ""},
    field{6, "tm_erase", &erased_number::tm_erase, access::stored_only, ""}};

result<std::string> hash_of(std::string_view key, std::string_view number) {
  const auto telephone = telephone_key_of(number);
  std::string_view bytes{reinterpret_cast<const char*>(&telephone), sizeof telephone};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
            bytes.size(), digest.data(), &size) ||
      size < number_hash_size)
    return error{errc::internal, "HMAC-SHA-256 cannot be computed", {}};
  return std::string{reinterpret_cast<const char*>(digest.data()), number_hash_size};
}

result<std::string> key_of_numbers(write_txn& in) {
  const auto there = get_snapshot(in, number_key_name);
  if (!there)
    return there.error();
  if (*there && (*there)->size() == number_key_size)
    return std::string{**there};
  std::array<unsigned char, number_key_size> fresh{};
  if (RAND_bytes(fresh.data(), static_cast<int>(fresh.size())) != 1)
    return error{errc::internal, "there are no random bytes for the key of numbers", {}};
  std::string key{reinterpret_cast<const char*>(fresh.data()), fresh.size()};
  if (auto kept = put_snapshot(in, number_key_name, key); !kept)
    return kept.error();
  return key;
}

/// Every text and all variables, by the resource's table: a field that is added is among them.
template <class T>
void wipe_texts(T& object) {
  traits<T>::fields.each([&](const auto& f) {
    using value = std::remove_cvref_t<decltype(f.get(object))>;
    if constexpr (std::is_same_v<value, text> || std::is_same_v<value, std::string> ||
                  std::is_same_v<value, std::optional<variables>> || std::is_same_v<value, variables>)
      f.get(object) = value{};
  });
}

/// What calls that are up need.
using needed = std::unordered_set<uuid>;

result<needed> what_calls_need(const txn& in) {
  const auto calls = all_dialings(in);
  if (!calls)
    return calls.error();
  needed ids;
  for (const auto& c : *calls)
    ids.insert({c.uuid_camp, c.uuid_plan, c.uuid_dest, c.uuid_dlma, c.uuid_dl_list, c.capsule_camp, c.capsule_plan,
                c.capsule_dest, c.capsule_dlma});
  return ids;
}

/// Texts of a resource as earlier calls had it. Each begins with its uuid, as its table does.
result<void> erase_capsules(write_txn& in, const uuid& of, const needed& in_need) {
  const auto name = "\"uuid\":\"" + to_string(of) + "\"";
  std::vector<uuid> gone;
  {
    auto rows = cursor::open(in, table::capsule);
    if (!rows)
      return rows.error();
    auto row = rows->first();
    for (; row && *row; row = rows->next())
      if (const auto id = read_uuid((*row)->key); id && !in_need.contains(*id) && (*row)->value.find(name) != std::string_view::npos)
        gone.push_back(*id);
    if (!row)
      return row.error();
  }
  for (const auto& id : gone)
    if (auto done = in.erase(table::capsule, id.view()); !done)
      return done.error();
  return {};
}

result<void> keep_numbers(write_txn& in, const dl& entry, time_point now) {
  for (std::size_t i = 0; i < numbers_per_entry; ++i) {
    const bool is_unknown = (entry.numbers_unknown >> i & 1) != 0;
    if (!given(entry.number[i]) || (entry.trycnt[i] == 0 && !is_unknown))
      continue;
    const auto key = key_of_numbers(in);
    if (!key)
      return key.error();
    const auto hash = hash_of(*key, *entry.number[i]);
    if (!hash)
      return hash.error();
    const erased_number one{entry.id, entry.dlma_uuid, entry.trycnt[i], is_unknown, entry.tm_last_dial, entry.tm_last_hangup, now};
    if (auto done = in.put(table::erased, *hash + std::string{entry.id.view()}, to_record(one, erased_fields)); !done)
      return done;
  }
  return {};
}

template <class T>
result<void> erase_record(write_txn& in, std::string_view bytes, const deleted_key& key, const needed& in_need, time_point now) {
  auto object = decode<T>(bytes);
  if (!object)
    return object.error();
  if constexpr (std::is_same_v<T, dl>) {
    if (auto kept = keep_numbers(in, *object, now); !kept)
      return kept;
  } else if (auto done = erase_capsules(in, object->id, in_need); !done) {
    return done;
  }
  if constexpr (std::is_same_v<T, campaign>) { // its days of live answers have no other place to hang on
    wipe_texts(*object);
    return in.put(table::deleted, key.view(), to_record(*object, traits<T>::fields));
  }
  const auto gone = in.erase(table::deleted, key.view());
  return gone ? result<void>{} : gone.error();
}

/// Whether there was something.
result<bool> erase_one(write_txn& in, resource kind, const uuid& id, const needed& in_need, time_point now) {
  const deleted_key key{kind, id};
  const auto there = in.get(table::deleted, key.view());
  if (!there)
    return there.error();
  if (!*there)
    return false;
  const std::string bytes{**there};
  result<void> done;
  switch (kind) {
  case resource::plan: done = erase_record<plan>(in, bytes, key, in_need, now); break;
  case resource::destination: done = erase_record<destination>(in, bytes, key, in_need, now); break;
  case resource::dlma: done = erase_record<dlma>(in, bytes, key, in_need, now); break;
  case resource::campaign: done = erase_record<campaign>(in, bytes, key, in_need, now); break;
  case resource::dl: done = erase_record<dl>(in, bytes, key, in_need, now); break;
  }
  return done ? result<bool>{true} : done.error();
}

/// A row of the queue.
struct queued {
  std::string key;
  resource kind;
  uuid id;
};

/// Those up to `deleted_until`, the earliest first, without those that calls need; `limit` and one more.
result<std::vector<queued>> due(const txn& in, std::uint64_t deleted_until, const needed& in_need, std::size_t limit) {
  auto rows = cursor::open(in, table::erase_queue);
  if (!rows)
    return rows.error();
  std::vector<queued> found;
  auto row = rows->first();
  for (; row && *row && found.size() <= limit; row = rows->next()) {
    const auto key = (*row)->key;
    const auto since = be64::read(key.substr(0, std::min<std::size_t>(8, key.size())));
    const auto id = key.size() == 25 ? read_uuid(key.substr(9)) : std::nullopt;
    if (!since || !id)
      return error{errc::storage_failed, "a key of the table erase_queue cannot be read", {}};
    if (*since > deleted_until)
      break;
    if (!in_need.contains(*id))
      found.push_back({std::string{key}, static_cast<resource>(key[8]), *id});
  }
  if (!row)
    return row.error();
  return found;
}

std::uint64_t nanoseconds_of(time_point at) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count())); }

} // namespace

template <class T>
result<T> get_deleted(const txn& in, const uuid& id) {
  const auto bytes = in.get(table::deleted, deleted_key{traits<T>::kind, id}.view());
  if (!bytes)
    return bytes.error();
  return *bytes ? decode<T>(**bytes) : unknown<T>(id);
}
template result<plan> get_deleted(const txn&, const uuid&);
template result<destination> get_deleted(const txn&, const uuid&);
template result<dlma> get_deleted(const txn&, const uuid&);
template result<campaign> get_deleted(const txn&, const uuid&);
template result<dl> get_deleted(const txn&, const uuid&);

result<erasing> erase_deleted(write_txn& in, resource kind, const uuid& id, time_point now) {
  const auto in_need = what_calls_need(in);
  if (!in_need)
    return in_need.error();
  if (in_need->contains(id)) {
    const auto there = in.has(table::deleted, deleted_key{kind, id}.view());
    if (!there)
      return there.error();
    if (!*there)
      return erasing::unknown;
    if (auto done = queue_erasing(in, {kind, id}, erase_when::at_once, now); !done)
      return done.error();
    return erasing::waits;
  }
  const auto done = erase_one(in, kind, id, *in_need, now); // its row of the queue finds nothing later
  if (!done)
    return done.error();
  return *done ? erasing::done : erasing::unknown;
}

result<void> erase_when_purged(write_txn& in, const uuid& dlma_id) {
  const auto pending = in.get(table::purge, dlma_id.view());
  if (!pending)
    return pending.error();
  if (!*pending)
    return {};
  return in.put(table::purge, dlma_id.view(), std::string{(*pending)->substr(0, 8)} + '\1');
}

result<erased_some> erase_due(write_txn& in, time_point deleted_until, time_point now, std::size_t limit) {
  const auto in_need = what_calls_need(in);
  if (!in_need)
    return in_need.error();
  auto some = due(in, nanoseconds_of(deleted_until), *in_need, limit);
  if (!some)
    return some.error();
  erased_some out;
  out.more = some->size() > limit;
  some->resize(std::min(some->size(), limit));
  for (const auto& one : *some) {
    const auto done = erase_one(in, one.kind, one.id, *in_need, now);
    if (!done)
      return done.error();
    out.count += *done ? 1 : 0;
    if (auto gone = in.erase(table::erase_queue, one.key); !gone)
      return gone.error();
  }
  return out;
}

result<bool> is_erasing_due(const txn& in, time_point deleted_until) {
  const auto one = due(in, nanoseconds_of(deleted_until), {}, 0);
  if (!one)
    return one.error();
  return !one->empty();
}

result<bool> has_earlier_deletes(const txn& in) {
  const auto at = get_snapshot(in, queued_name);
  if (!at)
    return at.error();
  return *at != std::string_view{"all"};
}

result<bool> queue_earlier_deletes(write_txn& in, std::size_t limit) {
  const auto at = get_snapshot(in, queued_name);
  if (!at)
    return at.error();
  const std::string after = *at ? std::string{**at} : std::string{};
  if (after == "all")
    return true;
  std::vector<std::pair<std::string, time_point>> some;
  bool more = false;
  {
    auto rows = cursor::open(in, table::deleted);
    if (!rows)
      return rows.error();
    auto row = rows->seek(after);
    for (; row && *row; row = rows->next()) {
      if ((more = some.size() >= limit))
        break;
      if ((*row)->key == after)
        continue;
      // Their times of deletion alone matter; every resource has the field under this name.
      maybe_time deleted_at;
      const auto take = [&](auto object) {
        if (object)
          deleted_at = object->tm_delete;
      };
      const auto kind = (*row)->key.empty() ? resource{} : static_cast<resource>((*row)->key[0]);
      switch (kind) {
      case resource::plan: take(decode<plan>((*row)->value)); break;
      case resource::destination: take(decode<destination>((*row)->value)); break;
      case resource::dlma: take(decode<dlma>((*row)->value)); break;
      case resource::campaign: take(decode<campaign>((*row)->value)); break;
      case resource::dl: take(decode<dl>((*row)->value)); break;
      }
      some.emplace_back((*row)->key, deleted_at.value_or(time_point{}));
    }
    if (!row)
      return row.error();
  }
  for (const auto& [key, deleted_at] : some)
    if (const auto id = read_uuid(std::string_view{key}.substr(1)))
      if (auto done = queue_erasing(in, {static_cast<resource>(key[0]), *id}, erase_when::after_a_time, deleted_at); !done)
        return done.error();
  if (auto done = put_snapshot(in, queued_name, more ? some.back().first : std::string{"all"}); !done)
    return done.error();
  return !more;
}

result<std::vector<erased_number>> erased_numbers(const txn& in, std::string_view number) {
  std::vector<erased_number> found;
  const auto key = get_snapshot(in, number_key_name);
  if (!key)
    return key.error();
  if (!*key)
    return found;
  const auto hash = hash_of(**key, number);
  if (!hash)
    return hash.error();
  auto rows = cursor::open(in, table::erased);
  if (!rows)
    return rows.error();
  auto row = rows->seek(*hash);
  for (; row && *row && (*row)->key.starts_with(*hash); row = rows->next()) {
    auto one = from_record<erased_number>((*row)->value, erased_fields);
    const auto id = read_uuid((*row)->key.substr(number_hash_size));
    if (!one || !id)
      return error{errc::storage_failed, "a row of the table erased cannot be read", {}};
    one->dl = *id;
    found.push_back(std::move(*one));
  }
  if (!row)
    return row.error();
  return found;
}

} // namespace ringmaster::storage
