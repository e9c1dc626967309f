// SPDX-License-Identifier: Apache-2.0
/// The grammar of the database. Every table of the LMDB file, its keys and its values:
///
///     uuid       := 16 bytes                      keys sort as ids do
///     seq        := u64, most significant byte first
///     record     := as in protocol/fields.hpp, over the field table of the resource
///     state      := as in `entry_state` below, 34 bytes
///     time       := i64 nanoseconds since the Unix epoch, most significant byte first
///
///     meta         := "format" → "1" | "2 crc32c" not sealed, or sealed
///                   | "result_file" → path        where the last daemon's result file was
///                   | "tables" → decimal          how many of these tables the file has, the first so many
///     plan         := uuid → record of plan_fields
///     destination  := uuid → record of destination_fields
///     dlma         := uuid → record of dlma_fields
///     campaign     := uuid → record of campaign_fields
///     dl           := uuid → record of dl_fields
///     dl_by_dlma   := dlma:uuid dl:uuid → state   one for each record of `dl`, always in step with it
///     deleted      := kind:u8 uuid → record       soft-deleted resources; kind is a `resource`
///     purge        := dlma:uuid → time erase:u8?  deleted dlmas whose entries are still being deleted; erase: these are
///                                                 to be erased at once
///     dialing      := uuid → record of dialing_fields      live ones only
///     capsule      := uuid → JSON text            key: first 16 bytes of the text's SHA-256
///     result_outbox:= seq → JSON text             lines that wait for the result file
///     user         := name → record of user_account_fields
///     token        := SHA-256:32 bytes → record of access_token_fields
///     snapshot     := text → bytes                whatever an actor wants back after a restart
///     counters     := text → u64, most significant byte first
///     abandonment  := campaign:uuid day:seq → answers:seq abandons:seq   live answers of one day; days since 1970-01-01
///                                                 in the campaign's time zone, those of the last 367 days
///     erase_queue  := time kind:u8 uuid → ""      rows of `deleted` by when they were deleted; 0: to be erased at once
///     erased       := number:16 bytes dl:uuid → record of erased_fields    what is left of the numbers of erased entries;
///                                                 number: keyed hash (storage/erasing.hpp)
///
///     collected    := kind:u16 id:u64 → record    objects of a collection (storage/collection.hpp); kind and id: most
///                                                 significant byte first
///     collected_by := kind:u16 tag:u8 value id:u64 → ""    what they are found by: tag is the number of the field
///       value      := i64, its first bit the other way round | uuid | text "\0" | "\0" | "\1" value     the last two: optional
///     outbox       := receiver:seq seq → bytes    what waits for a receiver (storage/outbox.hpp)
///
/// In a sealed database (format 2, what new ones are) each value is followed by a check: the CRC-32C of the table's
/// number, the key and the value, four bytes, least significant first. Only `meta` has none. It is added and looked at by
/// `txn` and `cursor`; nothing else sees it. A database of format 1 has no checks and stays one.
///
/// The live tables hold what callers can see and nothing else, so that lists need not step over what was
/// deleted. A change to any of this that an old daemon could not read raises `format_version`; it leaves a table that
/// it does not know alone.
#pragma once

#include "protocol/dial_entry.hpp"
#include "protocol/time.hpp"
#include "protocol/uuid.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::storage {

inline constexpr std::uint64_t format_version = 2;
inline constexpr std::string_view format_key = "format";

enum class format_kind : std::uint8_t { plain, sealed };
inline constexpr std::string_view sealed_format = "2 crc32c"; ///< more than a digit, which a flipped bit would make another
/// Nothing when this program does not know it.
[[nodiscard]] constexpr std::optional<format_kind> read_format_text(std::string_view text) noexcept {
  if (text == "1")
    return format_kind::plain;
  if (text == sealed_format)
    return format_kind::sealed;
  return std::nullopt;
}

enum class table : std::uint8_t {
  meta,
  plan,
  destination,
  dlma,
  campaign,
  dl,
  dl_by_dlma,
  deleted,
  purge,
  dialing,
  capsule,
  result_outbox,
  user,
  token,
  snapshot,
  counters,
  abandonment,
  erase_queue,
  erased, // copies from before these have none
  collected,
  collected_by,
  outbox,
};
inline constexpr std::size_t table_count = 22;
/// Files that do not say how many tables they have (`meta`, "tables"): of format 2, and the least of format 1.
inline constexpr std::size_t tables_before_they_were_counted = 19, tables_of_plain_files = 16;
inline constexpr std::string_view tables_key = "tables";

/// Whether a sealed database has checks in it.
[[nodiscard]] constexpr bool is_sealed(table t) noexcept { return t != table::meta; }

/// The name of a table in the file.
[[nodiscard]] std::string_view table_name(table t) noexcept;

/// What a caller can create and delete.
enum class resource : std::uint8_t { plan = 1, destination = 2, dlma = 3, campaign = 4, dl = 5 };

/// Eight bytes that sort as the number does; the key of `result_outbox` and the value of `counters`.
struct be64 {
  std::array<char, 8> bytes{};
  be64() = default;
  explicit be64(std::uint64_t value) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
  /// Nothing when `from` is not eight bytes.
  [[nodiscard]] static std::optional<std::uint64_t> read(std::string_view from) noexcept;
};

/// Key of `dl_by_dlma`.
struct entry_key {
  std::array<char, 32> bytes{};
  entry_key(const uuid& dlma, const uuid& dl) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
};

/// Key of `deleted`.
struct deleted_key {
  std::array<char, 17> bytes{};
  deleted_key(resource kind, const uuid& id) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
};

/// Key of `erase_queue`.
struct erase_key {
  std::array<char, 25> bytes{};
  erase_key(std::uint64_t deleted_at_ns, const deleted_key& of) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
};

/// Key of `abandonment`.
struct day_key {
  std::array<char, 24> bytes{};
  day_key(const uuid& campaign, std::uint64_t day) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
};

/// Reads 16 bytes; nothing when `from` has another length.
[[nodiscard]] std::optional<uuid> read_uuid(std::string_view from) noexcept;

/// Value of `dl_by_dlma`, in host byte order (the file does not travel between architectures, LMDB's own
/// pages do not either):
///
///     state := flags:u8 mask:u8 last_hangup:i64 created:i64 trycnt:u16[8]
///     flags := bits 0–1 status, bit 2 answered
struct entry_state {
  static constexpr std::size_t size = 34;
  std::array<char, size> bytes{};
  explicit entry_state(const dial_entry& e) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
};
/// Reads a state back; false when the bytes are none.
[[nodiscard]] bool read_entry_state(std::string_view from, const uuid& id, dial_entry& e) noexcept;

} // namespace ringmaster::storage
