// SPDX-License-Identifier: Apache-2.0
/// Who did what, in the same transaction as what was done: there is no change without its record, and no record of one that
/// was refused. Holds names of users and ids of objects, nothing of a customer.
#pragma once

#include "storage/collection.hpp"

#include <cstddef>
#include <string_view>

namespace ringmaster::storage {

struct audit_record {
  std::int64_t id{};
  time_point tm{};
  std::string user;                      ///< empty: the daemon itself, by a schedule, say
  std::string deed;                      ///< created, changed, …
  std::string kind;                      ///< of the object: plan, campaign, user, …
  std::string object;                    ///< its id
  std::string fields;                    ///< changed ones, with blanks between
  std::optional<std::string> history_of; ///< `object` again, of kinds whose history can be asked for
  bool operator==(const audit_record&) const = default;
};
inline constexpr auto audit_fields = field_table{
    field{1, "id", &audit_record::id, access::read_only, "Its number. Later ones have higher numbers."},
    field{2, "tm", &audit_record::tm, access::read_only, "When it was done."},
    field{3, "user", &audit_record::user, access::read_only, "Who did it; empty: the daemon itself, as a schedule has it."},
    field{4, "deed", &audit_record::deed, access::read_only,
          "`created`, `changed`, `removed`, `erased`, `imported` or `password_changed`."},
    field{5, "kind", &audit_record::kind, access::read_only,
          "What it was done to: a `plan`, `destination`, `dlma`, `dl`, `campaign` or `user`."},
    field{6, "object", &audit_record::object, access::read_only, "Its id, or a user's name. Of entries that were imported, their list."},
    field{7, "fields", &audit_record::fields, access::read_only,
          "The fields that were changed, with blanks between. Of an import, how many entries; a long one has several records."},
    field{8, "history_of", &audit_record::history_of, access::stored_only, ""}};

template <>
struct collection<audit_record> {
  static constexpr std::uint16_t kind = 1;
  static constexpr std::string_view name = "record of the audit";
  static constexpr const auto& fields = audit_fields;
  static constexpr std::tuple indexes{sparse(8, &audit_record::history_of)};
};

/// Entries (dls) are as many as customers, and have no history of their own: theirs is found by time.
[[nodiscard]] result<void> note(write_txn& in, time_point now, std::string_view user, std::string_view deed, std::string_view kind,
                                std::string_view object, std::string_view fields = {});

/// The last record from before `moment`; 0: there is none. Looks at some twenty of a million.
[[nodiscard]] result<std::int64_t> last_audit_before(const txn& in, time_point moment);

/// Deletes records from before `until`, `limit` at most; how many.
[[nodiscard]] result<std::size_t> forget_audit(write_txn& in, time_point until, std::size_t limit);

} // namespace ringmaster::storage
