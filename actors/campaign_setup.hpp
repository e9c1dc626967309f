// SPDX-License-Identifier: Apache-2.0
/// A campaign and what it refers to, as last read from disk, and what follows from that alone.
///
/// Belongs to one campaign actor, on its thread alone.
#pragma once

#include "actors/core/ami_rights.hpp"
#include "actors/core/schedule.hpp"
#include "protocol/outbound.hpp"
#include "protocol/zone_rules.hpp"
#include "storage/dialing.hpp"
#include "storage/environment.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ringmaster {

struct changes;

struct campaign_setup {
  std::optional<campaign> camp; ///< nothing: not read yet, or deleted
  std::optional<campaign> gone; ///< once it is deleted: what that left of it
  // Nothing: unset, unknown or deleted. They stay when the campaign is deleted: the calls that are up end by
  // them.
  std::optional<plan> how;
  std::optional<dlma> list;
  std::optional<destination> dest;
  std::optional<core::schedule> schedule; ///< nothing: it cannot be used, which is logged
  std::string queue;                      ///< that the destination hands calls to; empty: none
  std::shared_ptr<const storage::call_setup>
      calls; ///< what they share; null: something that a call needs is missing
  std::optional<error> not_writable; ///< why no call could be written for Asterisk
  std::string trunk;                 ///< that its calls go out by, see `core::trunk_of`
  std::uint64_t version{0};          ///< goes up whenever it is read

  /// Reads it all anew. `timezone` is that of campaigns that name none. Error: nothing could be read, and all
  /// is as it was.
  [[nodiscard]] std::optional<error> read(const storage::environment& env, const uuid& id, const std::string& timezone,
                                          const zone_rules& zones);
  /// The schedule alone, by other rules of the time zones.
  void use_zones(const std::string& timezone, const zone_rules& zones);

  [[nodiscard]] bool is_open(time_point date) const { return schedule && schedule->is_open(date); }
  /// The date in the schedule's time zone, see `core::schedule::date_number`; in UTC without a schedule.
  [[nodiscard]] std::int64_t today(time_point date) const;
  /// Whether live answers that no agent takes within the grace are hung up or sent away.
  [[nodiscard]] bool treats_abandoned_calls() const;
  /// What it needs of the AMI user of a server that it dials on.
  [[nodiscard]] core::campaign_needs needs() const;
};

/// Starts the campaign `id` without anybody asking: another one names it as its next, or its schedule opens. Notes it
/// in `told`. One that is gone or lacks what a start needs stays as it is; the latter is logged.
void start_by_itself(storage::write_txn& txn, const uuid& id, changes& told, time_point date);

} // namespace ringmaster
