// SPDX-License-Identifier: Apache-2.0
/// What is done bit by bit in the background, so that other commands get their turn: entries of deleted lists go, and what
/// was deleted long ago is erased.
#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"
#include "storage/environment.hpp"
#include "storage/erasing.hpp"
#include "storage/outbound.hpp"

#include <cstddef>

namespace ringmaster::commands {

/// Up to `count` entries of a deleted list.
[[nodiscard]] result<storage::purged> purge_entries(storage::write_txn& in, const uuid& list, std::size_t count);

/// Up to `count` of what was deleted before `until`. Those that an earlier version deleted come first, else some of them would be
/// erased later than newer ones.
[[nodiscard]] result<storage::erased_some> erase_some(storage::write_txn& in, time_point until, time_point now, std::size_t count);

} // namespace ringmaster::commands
