// SPDX-License-Identifier: Apache-2.0
/// The database file: opening it safely, and transactions over it.
///
/// Operation. One LMDB environment in a data folder of its own (storage/data_folder.hpp), which one process at a time may
/// write to. A commit that was acknowledged is on disk (fdatasync; no NOSYNC, no WRITEMAP). LMDB never changes a page
/// that a reader may see, so that a crash at any moment leaves the last commit.
///
/// Threads. `environment` may be used from any thread. Any number of `read_txn` at once, each used by one
/// thread at a time (it may move to another). One `write_txn` at a time; a second one waits for the first,
/// therefore a single thread writes.
///
/// Errors. A row that is not what was written is an error of whoever reads it (`storage_failed`, with the file's name), where
/// the database is sealed (storage/keys.hpp). `storage_full` where there is no room left, be it in the database (its field is `database.map_limit` then) or
/// on its disk; `storage_failed` for everything else that the disk or the file refuses. A write transaction in which a
/// put failed is broken: its commit fails with what that put was refused for, nothing of it is kept, and the next
/// transaction starts afresh.
///
/// Room. What the database may hold is bounded (`environment_options`); beyond the bound lies a reserve, an eighth of it
/// and 16 MiB at most, that only transactions with `room::reserve` may use: ends of calls and deletes go on in a full
/// database. An ordinary transaction that would leave less than the reserve is refused by its commit. LMDB maps as much
/// as is allowed at first, and `grow` enlarges that while the process runs.
///
/// Limitations. A read transaction that stays open keeps old pages from being reused, and the map from growing: hold
/// it for one answer, not for a session.
#pragma once

#include "protocol/error.hpp"
#include "storage/keys.hpp"
#include "storage/live_calls.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace ringmaster::storage {

class environment;

/// What both kinds of transaction can do. Bytes handed out stay good until the transaction ends or, in a
/// write transaction, until its next write.
class txn {
public:
  txn(const txn&) = delete;
  txn& operator=(const txn&) = delete;

  /// The value, or nothing when there is none. About 0.3 µs.
  [[nodiscard]] result<std::optional<std::string_view>> get(table t, std::string_view key) const;
  [[nodiscard]] result<bool> has(table t, std::string_view key) const;
  /// Number of keys in a table; constant time.
  [[nodiscard]] result<std::size_t> size(table t) const;

protected:
  friend class cursor;
  friend class environment;
  txn() = default;
  ~txn() = default;
  txn(txn&& other) noexcept;
  txn& operator=(txn&& other) noexcept;

  struct shared; // the environment's inside
  std::shared_ptr<shared> env_;
  MDB_txn* txn_{nullptr};
};

/// A consistent view of the last commit. Cheap: finished ones are kept and used again.
class read_txn final : public txn {
public:
  read_txn(read_txn&&) noexcept = default;
  read_txn& operator=(read_txn&& other) noexcept;
  ~read_txn();

private:
  friend class environment;
  read_txn() = default;
  void end() noexcept;
};

/// What a write transaction may fill.
enum class room : std::uint8_t {
  ordinary, ///< all but the reserve
  reserve,  ///< everything: for what ends, stops or deletes
};

/// The one writer's transaction; many commands share one, and its commit makes them durable together.
/// Dropped without `commit` it leaves no trace.
class write_txn final : public txn {
public:
  write_txn(write_txn&&) = default;
  write_txn& operator=(write_txn&& other) noexcept;
  ~write_txn();

  /// Inserts or replaces. Keys have 1 to 511 bytes.
  [[nodiscard]] result<void> put(table t, std::string_view key, std::string_view value);
  /// As `put`, for rows that mostly come in the order of their keys: full pages, less work.
  [[nodiscard]] result<void> put_in_order(table t, std::string_view key, std::string_view value);
  /// Whether the key was there.
  result<bool> erase(table t, std::string_view key);

  /// Adds one to a counter and returns it; the first is 1.
  [[nodiscard]] result<std::uint64_t> next(std::string_view counter);

  /// Makes everything durable. After an error nothing of the transaction was kept. Either way it is over.
  [[nodiscard]] result<void> commit();
  /// Forgets everything.
  void abort() noexcept;
  /// A write was refused: nothing more can be done with the transaction but end it.
  [[nodiscard]] bool broken() const noexcept { return done_.refused.has_value(); }
  /// How much has been written so far, deletions included: who finds the same number again has written nothing meanwhile.
  [[nodiscard]] std::size_t writes() const noexcept { return done_.writes; }

  // For the sources of this folder. Which call is up to a telephone (`telephone_key_of`), as of this transaction. Others see a
  // call from its beginning on, which is taken back if it comes to nothing, and up to the commit of its end.
  [[nodiscard]] std::optional<uuid> call_to(const telephone_key& telephone) const;
  void call_begins(const telephone_key& telephone, const uuid& call);
  void call_ends(const telephone_key& telephone, const uuid& call);

private:
  friend class environment;
  write_txn() = default;
  error failed(int code, std::string_view doing);
  void touch(table t, std::size_t bytes);
  void take_back_calls() noexcept;
  [[nodiscard]] std::string_view closed_row(table t, std::string_view key, std::string_view value);
  [[nodiscard]] std::size_t pages_needed() const;

  /// What has been done so far.
  struct doings {
    room may_fill{room::ordinary};
    std::optional<error> refused; ///< the first write that was
    struct touched {
      std::size_t writes{0}, pages{0}; ///< so many writes, in a table that had so many pages before
    };
    std::array<touched, table_count> tables{};
    std::size_t writes{0}; ///< in all, calls that begin or end included
    std::size_t large{0}; ///< pages of values that have pages of their own
    std::vector<live_calls::call> begun, ended;
    std::string row; ///< the one that is being written, with its check
  };
  doings done_;
};

/// Walks a table in the order of its keys. Good as long as its transaction, and in a write transaction until
/// the next write.
class cursor {
public:
  struct row {
    std::string_view key, value;
  };

  [[nodiscard]] static result<cursor> open(const txn& in, table t);
  cursor(cursor&& other) noexcept
      : cursor_{std::exchange(other.cursor_, nullptr)}, env_{other.env_}, table_{other.table_} {}
  cursor& operator=(cursor&& other) noexcept {
    std::swap(cursor_, other.cursor_);
    env_ = other.env_;
    table_ = other.table_;
    return *this;
  }
  ~cursor();

  /// The first row whose key is `from` or comes after it; nothing past the end.
  [[nodiscard]] result<std::optional<row>> seek(std::string_view from);
  [[nodiscard]] result<std::optional<row>> first();
  [[nodiscard]] result<std::optional<row>> last();
  [[nodiscard]] result<std::optional<row>> next();

private:
  cursor() = default;
  result<std::optional<row>> move(std::string_view from, int operation);
  MDB_cursor* cursor_{nullptr};
  const txn::shared* env_{nullptr};
  table table_{};
};

struct environment_options {
  std::filesystem::path data_dir;
  /// What the database may hold at first, and `grow` may double again and again until it is `map_limit` (address space,
  /// not disk); a limit of 0, or below `map_size`, is `map_size`. An existing file may hold what it holds.
  std::size_t map_size{std::size_t{64} << 30};
  unsigned max_readers{512};
  std::size_t map_limit{0};
};

class environment {
public:
  /// Opens the database of a data folder, or makes both (folder mode 0700). Refuses, and changes nothing,
  /// when another daemon has it, or the file is no database, is cut short or damaged, is not Ringmaster's or comes from
  /// a newer Ringmaster; the message says which and where. Unless the last writer has closed the file in order and
  /// nothing has changed it since (storage/clean_stop.hpp), all of it is read first (`check_pages`).
  [[nodiscard]] static result<environment> open(const environment_options& options);

  /// Opens a copy that nothing writes to, for reading alone; no lock, no other file is made.
  [[nodiscard]] static result<environment> open_copy(const std::filesystem::path& file);

  environment(environment&&) noexcept = default;
  environment& operator=(environment&&) noexcept = default;
  ~environment() = default;

  /// Waits while the map grows: for `grow`'s patience at most.
  [[nodiscard]] result<read_txn> read() const;
  /// Waits for another write transaction to end.
  [[nodiscard]] result<write_txn> write(room may_fill = room::ordinary);

  /// Makes room for twice as much, or for what the limit allows. False: it is reached already. From the writer's thread,
  /// with no write transaction open. LMDB wants no reader meanwhile: new ones wait, and after `patience` those that are
  /// still there have their way (`overloaded`). `storage_full` when the process may not have as much address space.
  [[nodiscard]] result<bool> grow(std::chrono::milliseconds patience);

  /// The call that is up to a telephone (`telephone_key_of`), or about to be. From any thread.
  [[nodiscard]] std::optional<uuid> call_to(const telephone_key& telephone) const;

  /// As `storage::backup`, from within the process that has the environment open.
  result<std::uint64_t> backup(const std::filesystem::path& to) const;

  /// Lets backups, also those of other processes, know which file is the result file: none of them takes its name. From
  /// the writer's thread. Costs a commit when it is another one than at the last start.
  [[nodiscard]] result<void> note_result_file(const std::filesystem::path& file);

  [[nodiscard]] const std::filesystem::path& data_dir() const noexcept;
  /// Bytes of the data file in use, and the most that it may hold beside the reserve.
  struct usage {
    std::size_t used{0}, limit{0};
  };
  [[nodiscard]] usage space() const noexcept;

private:
  environment() = default;
  static result<void> note_tables(write_txn& in);
  result<void> find_live_calls();
  std::shared_ptr<txn::shared> env_;
};

} // namespace ringmaster::storage
