// SPDX-License-Identifier: Apache-2.0
/// What can be done with plans, destinations, lists (dlmas), their entries (dls) and campaigns.
///
/// `T` is one of `plan`, `destination`, `dlma`, `dl`, `campaign`. Errors are those of storage, and beyond them:
///
/// - Of a plan, destination or list: a change is refused when a campaign that uses it would hand early media to agents, or
///   when the calls of a running one could not be written for Asterisk any more.
/// - Of a campaign: its schedule has to compile, its status goes through the state machine, and one that runs needs what it
///   dials with (campaign_rules.hpp).
#pragma once

#include "actors/commands/command.hpp"
#include "protocol/error.hpp"
#include "protocol/outbound.hpp"
#include "storage/outbound.hpp"

#include <span>

namespace ringmaster::commands {

/// With a fresh id and the time of its making.
template <class T>
[[nodiscard]] result<T> create(const context& c, T fresh);

/// `edit` makes the new object of the old one, and may refuse.
template <class T>
[[nodiscard]] result<T> update(const context& c, const uuid& id, const storage::edit<T>& edit);

struct removal {
  bool force{false};       ///< also where others refer to it: they lose the reference
  bool delete_dls{false};  ///< of a dlma: with its entries
  bool erase{false};       ///< its personal data go at once, also where it was deleted before
};
/// The object as it was, for the last time. Calls of a campaign or an entry that are up are hung up.
template <class T>
[[nodiscard]] result<T> remove(const context& c, const uuid& id, const removal& options);

/// Many entries at once; those that cannot be taken are told one by one and cost the others nothing.
[[nodiscard]] result<storage::import_outcome> import_entries(const context& c, std::span<dl> entries);

} // namespace ringmaster::commands
