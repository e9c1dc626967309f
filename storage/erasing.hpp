// SPDX-License-Identifier: Apache-2.0
/// Erasing what was deleted: after a time, or at once.
///
/// A delete takes something out of everybody's sight and keeps its record, so that what refers to it can be explained.
/// Erasing takes the record: of an entry name, e-mail, variables, ukey, free text and numbers; of a campaign its name, detail,
/// variables and every other text (its days of live answers stay, and its ids with them); plans, destinations and dlmas go
/// whole; of all four also the capsules that no call needs any more.
///
/// What stays of a number that was tried, or that the network does not know, is a row of `erased`: how often it was tried and
/// when last, under a keyed hash. So limits of calls per number and questions about a complaint can still be answered by
/// whoever names the number, and nobody can read numbers from the database:
///
///     hash := first 16 bytes of HMAC-SHA-256(key, telephone)      RFC 2104; telephone: as telephone_key_of tells
///                                                                 one number from another, whatever its spelling
///     key  := 32 random bytes, made when the first number is erased; snapshot "store/number_key"
///
/// Whoever has the database has the key, and can try all numbers: it hides them from a glance and from whoever gets rows or
/// an export, not from a search.
///
/// What a call needs that is up is erased after that call. Result lines, written or waiting, are not touched. LMDB uses
/// freed pages again in time, until then they have what they had; a backup leaves them out.
///
/// Errors and threads as in storage/outbound.hpp.
#pragma once

#include "protocol/outbound.hpp"
#include "storage/environment.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace ringmaster::storage {

/// What was deleted and not erased yet, as its delete left it. `T` as in `get`; `not_found` for ids that live, or never did.
template <class T>
[[nodiscard]] result<T> get_deleted(const txn& in, const uuid& id);

enum class erasing : std::uint8_t {
  unknown, ///< there is no such thing among the deleted ones
  done,
  waits,   ///< a call of it is up: `erase_due` does it when that is over
};
/// Erases what was deleted, at once. Costs a look at every live dialing.
[[nodiscard]] result<erasing> erase_deleted(write_txn& in, resource kind, const uuid& id, time_point now);
/// The same for all entries of a deleted dlma that `purge_entries` has not come to yet: it queues them for `erase_due`.
[[nodiscard]] result<void> erase_when_purged(write_txn& in, const uuid& dlma_id);

struct erased_some {
  std::size_t count{0};
  bool more{false}; ///< that could be erased now
};
/// Erases up to `limit` of what was deleted at `deleted_until` or before, or is to be erased at once; some 15 µs each.
[[nodiscard]] result<erased_some> erase_due(write_txn& in, time_point deleted_until, time_point now, std::size_t limit);
/// Whether there is something for it, as far as one row tells.
[[nodiscard]] result<bool> is_erasing_due(const txn& in, time_point deleted_until);
/// A database from before things were erased has deleted ones that nobody has queued. Queues up to `limit` of them; true
/// when all are.
[[nodiscard]] result<bool> queue_earlier_deletes(write_txn& in, std::size_t limit);
[[nodiscard]] result<bool> has_earlier_deletes(const txn& in);

/// What is known of a number of an erased entry.
struct erased_number {
  uuid dl, dlma; ///< the entry and the list that it was in
  std::int64_t trycnt{0};
  bool unknown{false};   ///< it does not exist, says the network
  maybe_time tm_last_dial, tm_last_hangup; ///< of the entry
  maybe_time tm_erase;
  bool operator==(const erased_number&) const = default;
};
/// For a number in any spelling.
[[nodiscard]] result<std::vector<erased_number>> erased_numbers(const txn& in, std::string_view number);

} // namespace ringmaster::storage
