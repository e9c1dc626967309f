// SPDX-License-Identifier: Apache-2.0
/// A command is a rule of the business: a function of the write transaction, of what is to be told to actors afterwards, and of
/// what it is given. Whoever wants something done calls the same one: REST, schedules, other interfaces, tests.
///
/// A command that returns an error has changed nothing, as far as anybody sees: its caller drops what it wrote
/// (`engine::transact`). It asks no clock and sends nothing. It looks at the database as of its transaction, so that
/// what it finds there cannot change before it is recorded.
#pragma once

#include "actors/changes.hpp"
#include "protocol/fields.hpp"
#include "protocol/time.hpp"
#include "protocol/zone_rules.hpp"
#include "storage/audit.hpp"
#include "storage/environment.hpp"

namespace ringmaster::commands {

struct context {
  storage::write_txn& in;
  changes& told;
  time_point now;          ///< a date
  const zone_rules& zones; ///< in use
  std::string_view by{};   ///< the user who asks for it; empty: nobody but the daemon itself

  /// A record of what was done, for the audit (storage/audit.hpp).
  [[nodiscard]] result<void> note(std::string_view deed, std::string_view kind, std::string_view object,
                                  std::string_view fields = {}) const {
    return storage::note(in, now, by, deed, kind, object, fields);
  }
};

/// The names of the fields in which two objects differ, with blanks between; those that change with every write are left out.
template <class T, class... G>
[[nodiscard]] std::string changed_fields(const T& before, const T& after, const field_table<G...>& table) {
  std::string names;
  table.each([&](const auto& f) {
    if (f.may != access::shown_only && f.name != "tm_update" && !(f.get(before) == f.get(after)))
      names.append(names.empty() ? "" : " ").append(f.name);
  });
  return names;
}

} // namespace ringmaster::commands
