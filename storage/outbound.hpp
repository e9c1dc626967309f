// SPDX-License-Identifier: Apache-2.0
/// Plans, destinations, dlmas, campaigns and dial list entries in the database.
///
/// Commands take the one writer's transaction, check everything first and write then: a refused command has
/// changed nothing, and the transaction can go on with the next one. `storage_failed` is the exception: it
/// leaves the transaction broken, and every command in it is lost. Queries take any transaction.
///
/// Deleted things are kept (`in_use` 0, `tm_delete` set) but no query finds them: `not_found`.
///
/// Nothing here reads a clock; `now` is the caller's.
#pragma once

#include "protocol/dial_entry.hpp"
#include "protocol/outbound.hpp"
#include "protocol/written_number.hpp"
#include "storage/environment.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace ringmaster::storage {

// --- queries ------------------------------------------------------------------------------------------------

/// Where a page of a list begins and how much it holds.
struct page_request {
  std::optional<uuid> after; ///< the `next` of the page before
  std::size_t count{100};
};

template <class T>
struct page {
  std::vector<T> items;      ///< in the order of their ids
  std::optional<uuid> next;  ///< what `after` continues with; nothing on the last page
};

/// `T` is plan, destination, dlma, campaign or dl. `not_found` for unknown and deleted ids. One to two µs.
template <class T>
[[nodiscard]] result<T> get(const txn& in, const uuid& id);

/// A campaign as its delete left it: `in_use` 0, `tm_delete` set. `not_found` for ids that live, or never did.
[[nodiscard]] result<campaign> get_deleted_campaign(const txn& in, const uuid& id);

/// A page of all of them. While entries of a deleted dlma are still being deleted, a page of dls can hold
/// fewer than `count` and have a `next`.
template <class T>
[[nodiscard]] result<page<T>> list(const txn& in, const page_request& which);

/// Every one of them; for a start, and for tables that people fill by hand.
template <class T>
[[nodiscard]] result<std::vector<T>> all(const txn& in);

/// A page of a dlma's entries; `not_found` when there is no such dlma.
[[nodiscard]] result<page<dl>> list_entries(const txn& in, const uuid& dlma_id, const page_request& which);

/// Gives `take` the state of each entry of a dlma, in the order of ids, those after `after` alone where that is set, until
/// it returns false; a million in about 0.1 s. The number of entries given.
result<std::size_t> for_each_entry(const txn& in, const uuid& dlma_id,
                                   const std::function<bool(const dial_entry&)>& take, const maybe_uuid& after = {});

/// Campaigns that refer to `id` as their plan, destination, dlma or next campaign.
[[nodiscard]] result<std::vector<campaign>> referring_campaigns(const txn& in, const uuid& id);

// --- commands -----------------------------------------------------------------------------------------------

/// Makes the new value from the one there is; what it refuses is refused. Typically `merge_json` of a body.
/// Must not touch the transaction.
template <class T>
using edit = std::function<result<T>(const T& before)>;

/// A new one. A nil id gets one made; `in_use` and the times are set here. `invalid_field` when a reference
/// leads nowhere, or a value suits its neighbours badly.
[[nodiscard]] result<plan> create(write_txn& in, plan fresh, time_point now);
[[nodiscard]] result<destination> create(write_txn& in, destination fresh, time_point now);
[[nodiscard]] result<dlma> create(write_txn& in, dlma fresh, time_point now);
[[nodiscard]] result<campaign> create(write_txn& in, campaign fresh, time_point now);

[[nodiscard]] result<plan> update(write_txn& in, const uuid& id, const edit<plan>& change, time_point now);
[[nodiscard]] result<destination> update(write_txn& in, const uuid& id, const edit<destination>& change, time_point now);
[[nodiscard]] result<dlma> update(write_txn& in, const uuid& id, const edit<dlma>& change, time_point now);
[[nodiscard]] result<campaign> update(write_txn& in, const uuid& id, const edit<campaign>& change, time_point now);

/// Sets a campaign's status alone, as the engine does on its own account: `tm_update` stays.
[[nodiscard]] result<campaign> set_campaign_status(write_txn& in, const uuid& id, campaign_status status, time_point now);

/// An entry as it is after a command, with what the dial lists in memory need to know.
struct entry_change {
  dl entry;
  dial_entry state;
  std::optional<uuid> left; ///< the dlma that it belonged to before, when it moved
};

/// A new entry in the list `fresh.dlma_uuid`; `invalid_field` without a known one. Status 1 (dialing) is the
/// engine's to set and refused.
[[nodiscard]] result<entry_change> create(write_txn& in, dl fresh, time_point now);
/// While an entry is being dialed, its status, try counts and dlma cannot be changed: `illegal_state`.
[[nodiscard]] result<entry_change> update(write_txn& in, const uuid& id, const edit<dl>& change, time_point now);

/// What a delete did.
template <class T>
struct removed {
  T object; ///< as it was, `in_use` 0
  /// Campaigns that referred to it (with force), as they are now: the reference is null, and one that
  /// needed it and was not stopped has status 10 (stopping).
  std::vector<campaign> changed;
  std::vector<uuid> live_dialings; ///< dialings of it that go on (with force); theirs to hang up
  bool purge{false};               ///< of a dlma: entries are left for `purge_entries`
};

/// Soft deletes. `still_referenced` without `force` when a campaign refers to it or a call of it is up.
[[nodiscard]] result<removed<plan>> remove_plan(write_txn& in, const uuid& id, bool force, time_point now);
[[nodiscard]] result<removed<destination>> remove_destination(write_txn& in, const uuid& id, bool force, time_point now);
[[nodiscard]] result<removed<campaign>> remove_campaign(write_txn& in, const uuid& id, bool force, time_point now);
[[nodiscard]] result<removed<dl>> remove_entry(write_txn& in, const uuid& id, bool force, time_point now);

/// Also `still_referenced` when it has entries and `delete_dls` is not given, with `force` as well. With it the
/// dlma and its entries are gone for every query at once, while the entries' rows are deleted piece by piece:
/// when `purge` is set, call `purge_entries` again and again, other commands in between, until it is done.
[[nodiscard]] result<removed<dlma>> remove_dlma(write_txn& in, const uuid& id, bool delete_dls, bool force, time_point now);

struct purged {
  std::size_t count{0}; ///< entries deleted by this call
  bool done{false};
};
/// Deletes up to `limit` entries of a deleted dlma; about 5 µs each.
[[nodiscard]] result<purged> purge_entries(write_txn& in, const uuid& dlma_id, std::size_t limit);
/// Deleted dlmas that have entries left; to be taken up again after a restart.
[[nodiscard]] result<std::vector<uuid>> pending_purges(const txn& in);

// --- import -------------------------------------------------------------------------------------------------

struct imported_entry {
  uuid dlma;
  dial_entry state;
};
struct import_refusal {
  std::size_t index; ///< in the batch
  error why;
};
struct import_outcome {
  std::vector<imported_entry> stored;
  std::vector<import_refusal> refused;
  number_repairs repairs; ///< to numbers of the entries stored
};
/// Stores new entries (a dlma for each, as in `create`; their ids are made here and written back) and leaves
/// out those that are refused. Fails as a whole only with `storage_failed`. Two to three µs an entry; keep a
/// batch below some thousand, so that other commands get their turn.
[[nodiscard]] result<import_outcome> import_entries(write_txn& in, std::span<dl> batch, time_point now);

} // namespace ringmaster::storage
