// SPDX-License-Identifier: Apache-2.0
#include "storage/snapshot.hpp"

namespace ringmaster::storage {
namespace {

std::optional<error> unusable(std::string_view name) {
  if (name.empty() || name.size() > 511)
    return error{errc::internal, "the name of a snapshot has 1 to 511 bytes", {}};
  return std::nullopt;
}

} // namespace

result<std::optional<std::string>> get_snapshot(const txn& in, std::string_view name) {
  if (const auto wrong = unusable(name))
    return *wrong;
  const auto bytes = in.get(table::snapshot, name);
  if (!bytes)
    return bytes.error();
  std::optional<std::string> found;
  if (*bytes)
    found.emplace(**bytes);
  return found;
}

result<void> put_snapshot(write_txn& in, std::string_view name, std::string_view bytes) {
  if (auto wrong = unusable(name))
    return *wrong;
  return in.put(table::snapshot, name, bytes);
}

result<bool> remove_snapshot(write_txn& in, std::string_view name) {
  if (auto wrong = unusable(name))
    return *wrong;
  return in.erase(table::snapshot, name);
}

} // namespace ringmaster::storage
