// SPDX-License-Identifier: Apache-2.0
/// Calls in the database: the intent before the Originate, the end with its result line.
///
/// No number is dialed twice for one try: `begin_dialing` refuses an entry that is not idle, and counts the
/// try in the same transaction; it is given back only when nobody's telephone can have rung, or when the way to it was
/// the reason. What became of a dialing that a crash left behind is settled by `end_dialing`, with an unknown outcome if
/// need be. One telephone rings once: a number to which a call is up is refused as well, whatever entry that call is of.
///
/// Rules of errors and threads as in storage/outbound.hpp.
#pragma once

#include "protocol/dial_entry.hpp"
#include "protocol/outbound.hpp"
#include "storage/environment.hpp"
#include "storage/outbound.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ringmaster::storage {

// --- capsules -----------------------------------------------------------------------------------------------

/// A text that dialings share; its id is made from its contents, so that equal ones are kept once.
struct capsule {
  uuid id;
  std::string json;
  [[nodiscard]] static capsule of(std::string json);
};

/// What all calls share that a campaign begins between two changes of its resources. Make one with
/// `make_call_setup` whenever a resource changes; immutable, so any thread may hold it.
struct call_setup {
  campaign camp;
  plan how;
  destination dest;
  dlma list;
  capsule camp_capsule, plan_capsule, dest_capsule, dlma_capsule;
  variables vars; ///< of campaign, plan, destination and dlma, merged
};
[[nodiscard]] std::shared_ptr<const call_setup> make_call_setup(campaign c, plan p, destination d, dlma m);

// --- begin --------------------------------------------------------------------------------------------------

struct begin_request {
  uuid id;               ///< of the dialing: the channel's unique id and the Originate's ActionID
  uuid other_channel_id; ///< second half of a Local channel
  std::shared_ptr<const call_setup> setup;
  uuid entry;
  std::size_t number_index{0}; ///< 0 … 7
  std::string pbx;             ///< name of the Asterisk server
};

struct begun {
  dialing call;
  dl entry;         ///< as it is now: dialing, the try counted
  dial_entry state; ///< the same, compact
};

/// Keeps the intent to dial one number of one entry. Refused, with nothing changed: `not_found` (entry or
/// campaign are gone), `illegal_state` (not idle, no such number, tries used up, moved to another dlma,
/// the dialing's id is known already), `number_in_use` (a call to the same telephone is up, be it of another entry, list
/// or campaign, and the plan does not allow two). About 10 µs.
[[nodiscard]] result<begun> begin_dialing(write_txn& in, const begin_request& request, time_point now);

// --- on the way and end -------------------------------------------------------------------------------------

/// What is worth keeping while a call is up; empty members change nothing.
struct dialing_progress {
  std::optional<dialing_status> status;
  text channel;
  std::optional<std::int64_t> res_dial; ///< with its text
};
[[nodiscard]] result<dialing> update_dialing(write_txn& in, const uuid& id, const dialing_progress& progress, time_point now);

struct call_outcome {
  dialing_status status{dialing_status::hangup};
  text channel; ///< nothing: as known so far
  std::int64_t res_dial{0};
  text res_dial_detail;
  std::int64_t res_hangup{0};
  text res_hangup_detail;
  bool try_unused{false}; ///< nobody's telephone can have rung: the entry gets its try back
  bool number_unknown{false}; ///< the network says that there is no such number: it is not dialed again
};

struct ended {
  dialing call;                    ///< with its outcome
  std::optional<dial_entry> state; ///< of the entry, idle again; nothing when it was deleted meanwhile
  std::uint64_t line_seq{0};       ///< of its line in the outbox
  std::string line;                ///< that line, without a line break
};

/// Ends a call: the entry is idle again with its results, the dialing is gone, its line waits in the outbox.
/// A second time: `not_found`, nothing changed. About 10 µs.
[[nodiscard]] result<ended> end_dialing(write_txn& in, const uuid& id, const call_outcome& outcome, time_point now);

/// A try that was counted and is to be uncounted: why it failed has turned out to be no matter of the customer's.
struct spent_try {
  uuid entry;
  std::size_t number_index{0}; ///< 0 … 7
};
struct restored_entry {
  uuid dlma;
  dial_entry state;
};
/// Gives tries back, one for each time that an entry is named, also while the entry is being dialed anew; what was learned of
/// those numbers' existence is forgotten. Entries that are gone, and counts that somebody has set to 0, stay as they are.
/// The entries as they are now. O(tries).
[[nodiscard]] result<std::vector<restored_entry>> give_tries_back(write_txn& in, const std::vector<spent_try>& tries);

// --- live dialings ------------------------------------------------------------------------------------------

/// Without the `info_*` members; see `fill_info`.
[[nodiscard]] result<dialing> get_dialing(const txn& in, const uuid& id);
[[nodiscard]] result<page<dialing>> list_dialings(const txn& in, const page_request& which);
[[nodiscard]] result<std::vector<dialing>> all_dialings(const txn& in);
/// Live dialings of each campaign that has any.
[[nodiscard]] result<std::unordered_map<uuid, std::size_t>> count_dialings(const txn& in);
/// Sets the `info_*` members: campaign, plan, destination, dlma and entry as they were, and what was dialed.
[[nodiscard]] result<void> fill_info(const txn& in, dialing& call);

/// Deletes capsules that no live dialing refers to; the number. Safe at any time.
result<std::size_t> collect_capsules(write_txn& in);

} // namespace ringmaster::storage
