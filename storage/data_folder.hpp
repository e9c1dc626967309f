// SPDX-License-Identifier: Apache-2.0
/// A data folder: whose files are in it, who may write to it, and what must never be written over.
///
///     data.mdb          the database
///     lock.mdb          LMDB's readers and its writer lock
///     ringmaster.lock   held by the one daemon that may write; not empty once there has been a database
///     ends.waiting      storage/waiting_notes.hpp
///     stopped.clean     storage/clean_stop.hpp
///
/// The result file lies there as well, unless the configuration has it elsewhere.
#pragma once

#include "protocol/error.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace ringmaster::storage {

inline constexpr std::array<std::string_view, 5> database_files{"data.mdb", "lock.mdb", "ringmaster.lock", "ends.waiting",
                                                                "stopped.clean"};

/// Where a name leads, whatever of it exists: links are followed, also those to what is not there yet.
[[nodiscard]] std::filesystem::path leads_to(const std::filesystem::path& file);

/// The folder that a name is in, as the name has it.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

/// Whether a folder has a database that a Ringmaster serves, or has served: one of the locks is there, or held.
[[nodiscard]] bool is_data_folder(const std::filesystem::path& folder);

/// Whether a file is one of `database_files` of a data folder, or is held as such by a process, whatever it is called or
/// linked by. Whoever writes to it destroys a database, or lets two daemons have it.
[[nodiscard]] bool is_database_file(const std::filesystem::path& file);

/// Whether a name, which nothing need have yet, lies in a data folder; links are followed.
[[nodiscard]] bool lies_in_data_folder(const std::filesystem::path& file);

/// Held while a process may write to a data folder. Released when it goes, also with its process.
///
/// Three things are locked (flock): `ringmaster.lock`, the folder itself and `data.mdb`. Whichever of the files is
/// deleted or replaced while it is held, and by whatever name the folder or the file is reached: what is left still keeps
/// a second daemon out. These are locks of flock and not of fcntl, which go when *any* descriptor of the file is
/// closed, and LMDB closes some.
class folder_lock {
public:
  /// Creates the folder (mode 0700) when it is missing. `storage_failed` when another process holds it.
  [[nodiscard]] static result<folder_lock> take(const std::filesystem::path& data_dir);
  /// Locks `data.mdb` as well where `take` found none, and makes it. `storage_failed` as above.
  [[nodiscard]] result<void> hold_database(const std::filesystem::path& data_dir);

  /// Notes in `ringmaster.lock` that the folder has a database now, or asks for it: an empty `data.mdb` is no new one then.
  void note_database() const noexcept;
  [[nodiscard]] bool had_database() const noexcept;

  folder_lock() = default;
  folder_lock(folder_lock&& other) noexcept : held_{std::exchange(other.held_, none)} {}
  folder_lock& operator=(folder_lock&& other) noexcept { return std::swap(held_, other.held_), *this; }
  ~folder_lock();

private:
  static constexpr std::array<int, 3> none{-1, -1, -1};
  std::array<int, 3> held_{none}; ///< lock file, folder, database
};

/// Removes what a restore that was killed left beside the database: `data.mdb.new-` and six letters, if it is a file of
/// this user. To be called by who holds the folder.
void remove_leftovers(const std::filesystem::path& data_dir);

} // namespace ringmaster::storage
