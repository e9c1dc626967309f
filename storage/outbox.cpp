// SPDX-License-Identifier: Apache-2.0
#include "storage/outbox.hpp"

#include <fmt/format.h>

namespace ringmaster::storage {

std::string outbox::key(std::uint64_t number) const {
  std::string made;
  if (receiver_)
    made.append(be64{*receiver_}.view());
  return made.append(be64{number}.view());
}

/// Nothing for a key of another receiver.
result<std::optional<std::uint64_t>> outbox::number_in(std::string_view key) const {
  if (receiver_) {
    if (!key.starts_with(be64{*receiver_}.view()))
      return std::optional<std::uint64_t>{};
    key.remove_prefix(8);
  }
  const auto number = be64::read(key);
  if (!number)
    return error{errc::storage_failed, fmt::format("a key of the table {} cannot be read", table_name(where())), {}};
  return std::optional{*number};
}

result<std::uint64_t> outbox::append(write_txn& in, std::string_view text) const {
  const auto number = in.next(table_name(where())); // one count for all receivers: theirs are higher each time as well
  if (!number)
    return number.error();
  if (auto done = receiver_ ? in.put(where(), key(*number), text) : in.put_in_order(where(), key(*number), text); !done)
    return done.error();
  return *number;
}

result<std::vector<outbox::waiting>> outbox::read(const txn& in, std::size_t limit, std::uint64_t after) const {
  auto rows = cursor::open(in, where());
  if (!rows)
    return rows.error();
  std::vector<waiting> found;
  auto row = rows->seek(key(after + 1));
  for (; row && *row && found.size() < limit; row = rows->next()) {
    const auto number = number_in((*row)->key);
    if (!number)
      return number.error();
    if (!*number)
      break;
    found.push_back({**number, std::string{(*row)->value}});
  }
  if (!row)
    return row.error();
  return found;
}

result<std::size_t> outbox::drop(write_txn& in, std::uint64_t number) const {
  std::vector<std::uint64_t> done_with;
  {
    auto rows = cursor::open(in, where());
    if (!rows)
      return rows.error();
    auto row = rows->seek(key(0));
    for (; row && *row; row = rows->next()) {
      const auto at = number_in((*row)->key);
      if (!at)
        return at.error();
      if (!*at || **at > number)
        break;
      done_with.push_back(**at);
    }
    if (!row)
      return row.error();
  }
  for (const auto one : done_with)
    if (auto done = drop_one(in, one); !done)
      return done.error();
  return done_with.size();
}

result<bool> outbox::drop_one(write_txn& in, std::uint64_t number) const { return in.erase(where(), key(number)); }

} // namespace ringmaster::storage
