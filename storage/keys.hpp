/// The grammar of the database. Every table of the LMDB file, its keys and its values:
///
///     uuid       := 16 bytes                      keys sort as ids do
///     seq        := u64, most significant byte first
///     record     := as in protocol/fields.hpp, over the field table of the resource
///     state      := as in `entry_state` below, 34 bytes
///     time       := i64 nanoseconds since the Unix epoch, most significant byte first
///
///     meta         := "format" → decimal number   what `format_version` says
///     plan         := uuid → record of plan_fields
///     destination  := uuid → record of destination_fields
///     dlma         := uuid → record of dlma_fields
///     campaign     := uuid → record of campaign_fields
///     dl           := uuid → record of dl_fields
///     dl_by_dlma   := dlma:uuid dl:uuid → state   one for each record of `dl`, always in step with it
///     deleted      := kind:u8 uuid → record       soft-deleted resources; kind is a `resource`
///     purge        := dlma:uuid → time            deleted dlmas whose entries are still being deleted
///     dialing      := uuid → record of dialing_fields      live ones only
///     capsule      := uuid → JSON text            key: first 16 bytes of the text's SHA-256
///     result_outbox:= seq → JSON text             lines that wait for the result file
///     user         := name → record of user_fields
///     token        := SHA-256:32 bytes → record of token_fields
///     snapshot     := text → bytes                whatever an actor wants back after a restart
///     counters     := text → u64, most significant byte first
///     abandonment  := campaign:uuid day:seq → answers:seq abandons:seq   live answers of one day; days since 1970-01-01
///                                                 in the campaign's time zone, those of the last 367 days
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

inline constexpr std::uint64_t format_version = 1;

enum class table : std::uint8_t {
  meta, plan, destination, dlma, campaign, dl, dl_by_dlma, deleted, purge, dialing, capsule, result_outbox,
  user, token, snapshot, counters,
  abandonment, // copies from before it have none
};
inline constexpr std::size_t table_count = 17;

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
