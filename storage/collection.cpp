// SPDX-License-Identifier: Apache-2.0
#include "storage/collection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ringmaster::storage::collecting {
namespace {

std::string be16(std::uint16_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)}; }

std::string row_key(const kind_of& which, std::int64_t id) { return be16(which.kind).append(be64{static_cast<std::uint64_t>(id)}.view()); }
/// Without the id, it is what all rows of the value begin with: a value says itself where it ends.
std::string index_key(const kind_of& which, const entry& at, std::optional<std::int64_t> id = {}) {
  auto key = be16(which.kind);
  key.push_back(static_cast<char>(at.tag));
  key.append(at.value);
  if (id)
    key.append(be64{static_cast<std::uint64_t>(*id)}.view());
  return key;
}

std::optional<std::int64_t> id_at_end(std::string_view key) {
  if (key.size() < 8)
    return std::nullopt;
  const auto id = be64::read(key.substr(key.size() - 8));
  return id ? std::optional{static_cast<std::int64_t>(*id)} : std::nullopt;
}

error damaged(table t) { return {errc::storage_failed, fmt::format("a key of the table {} cannot be read", table_name(t)), {}}; }

/// Another that has a value of a unique index.
result<bool> is_taken(const txn& in, const kind_of& which, const entry& at, std::int64_t by_other_than) {
  const auto found = ids(in, which, &at, 0, 2);
  if (!found)
    return found.error();
  return std::any_of(found->begin(), found->end(), [&](std::int64_t id) { return id != by_other_than; });
}

} // namespace

void append_value(std::string& out, std::int64_t value) {
  out.append(be64{static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63)}.view()); // so that keys sort as numbers do
}
void append_value(std::string& out, const std::string& value) { out.append(value).push_back('\0'); }
void append_value(std::string& out, const uuid& value) { out.append(value.view()); }

error unknown(const kind_of& which, std::int64_t id) { return {errc::not_found, fmt::format("there is no {} {}", which.name, id), {}}; }

result<std::optional<std::string_view>> row(const txn& in, const kind_of& which, std::int64_t id) {
  if (id <= 0)
    return std::optional<std::string_view>{};
  return in.get(table::collected, row_key(which, id));
}

result<std::vector<std::int64_t>> ids(const txn& in, const kind_of& which, const entry* at, std::int64_t after, std::size_t count) {
  if (at && at->tag == 0)
    return error{errc::internal, fmt::format("a {} is not found by that", which.name), {}};
  const auto where = at ? table::collected_by : table::collected;
  const auto begins = at ? index_key(which, *at) : be16(which.kind);
  auto rows = cursor::open(in, where);
  if (!rows)
    return rows.error();
  std::vector<std::int64_t> found;
  auto one = rows->seek(begins + std::string{be64{static_cast<std::uint64_t>(std::max<std::int64_t>(after, 0)) + 1}.view()});
  for (; one && *one && found.size() < count; one = rows->next()) {
    const auto key = (*one)->key;
    if (!key.starts_with(begins))
      break;
    const auto id = key.size() == begins.size() + 8 ? id_at_end(key) : std::nullopt;
    if (!id)
      return damaged(where);
    found.push_back(*id);
  }
  if (!one)
    return one.error();
  return found;
}

std::string counter_of(const kind_of& which) { return fmt::format("collected/{}", which.kind); }

result<std::int64_t> next_id(write_txn& in, const kind_of& which) {
  const auto id = in.next(counter_of(which));
  if (!id)
    return id.error();
  return static_cast<std::int64_t>(*id);
}

result<void> write(write_txn& in, const kind_of& which, std::int64_t id, std::string_view record, std::span<const entry> before,
                   std::span<const entry> after) {
  const auto had = [&](const entry& one) { return std::find(before.begin(), before.end(), one) != before.end(); };
  for (const auto& one : after) {
    if (!one.is_kept || had(one))
      continue;
    if (one.value.size() > most_index_bytes + 2)
      return invalid_field(which.field(one.tag), fmt::format("{} must be at most {} bytes", which.field(one.tag), most_index_bytes));
    if (one.is_unique) {
      const auto taken = is_taken(in, which, one, id);
      if (!taken)
        return taken.error();
      if (*taken)
        return error{errc::conflict, fmt::format("there is a {} with this {} already", which.name, which.field(one.tag)),
                     std::string{which.field(one.tag)}};
    }
  }
  for (const auto& one : before)
    if (one.is_kept && std::find(after.begin(), after.end(), one) == after.end())
      if (auto done = in.erase(table::collected_by, index_key(which, one, id)); !done)
        return done.error();
  for (const auto& one : after)
    if (one.is_kept && !had(one))
      if (auto done = in.put(table::collected_by, index_key(which, one, id), {}); !done)
        return done.error();
  return in.put(table::collected, row_key(which, id), record);
}

result<void> erase(write_txn& in, const kind_of& which, std::int64_t id, std::span<const entry> before) {
  for (const auto& one : before)
    if (one.is_kept)
      if (auto done = in.erase(table::collected_by, index_key(which, one, id)); !done)
        return done.error();
  if (auto done = in.erase(table::collected, row_key(which, id)); !done)
    return done.error();
  return {};
}

result<std::vector<std::string>> check(const txn& in, const kind_of& which,
                                       const std::function<std::optional<std::vector<entry>>(std::int64_t, std::string_view)>& entries) {
  std::vector<std::string> wrong;
  std::set<std::string> expected;
  const auto all = ids(in, which, nullptr, 0, static_cast<std::size_t>(-1));
  if (!all)
    return all.error();
  for (const auto id : *all) {
    const auto bytes = row(in, which, id);
    if (!bytes)
      return bytes.error();
    const auto its = entries(id, bytes->value_or(std::string_view{}));
    if (!its) {
      wrong.push_back(fmt::format("the {} {} cannot be read", which.name, id));
      continue;
    }
    for (const auto& one : *its)
      if (one.is_kept)
        expected.insert(index_key(which, one, id));
  }
  auto rows = cursor::open(in, table::collected_by);
  if (!rows)
    return rows.error();
  const auto begins = be16(which.kind);
  auto one = rows->seek(begins);
  for (; one && *one && (*one)->key.starts_with(begins); one = rows->next())
    if (expected.erase(std::string{(*one)->key}) == 0)
      wrong.push_back(fmt::format("an index has a {} that is not there, or is another", which.name));
  if (!one)
    return one.error();
  for (const auto& missing : expected)
    wrong.push_back(fmt::format("the {} {} is not in one of its indexes", which.name, id_at_end(missing).value_or(0)));
  return wrong;
}

} // namespace ringmaster::storage::collecting
