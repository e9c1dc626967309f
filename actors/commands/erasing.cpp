// SPDX-License-Identifier: Apache-2.0
#include "actors/commands/erasing.hpp"

namespace ringmaster::commands {

result<storage::purged> purge_entries(storage::write_txn& in, const uuid& list, std::size_t count) {
  return storage::purge_entries(in, list, count);
}

result<storage::erased_some> erase_some(storage::write_txn& in, time_point until, time_point now, std::size_t count) {
  const auto all_queued = storage::queue_earlier_deletes(in, count);
  if (!all_queued)
    return all_queued.error();
  return *all_queued ? storage::erase_due(in, until, now, count) : result<storage::erased_some>{storage::erased_some{0, true}};
}

} // namespace ringmaster::commands
