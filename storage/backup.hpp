// SPDX-License-Identifier: Apache-2.0
/// Consistent copies of the database, and back. Both work from another process than the daemon's.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <filesystem>

namespace ringmaster::storage {

/// Copies the database of `data_dir`, as of its last commit, to the file `to`, compacted. The daemon may run
/// and write meanwhile; its file grows by what is written during the copy. The copy appears under its name
/// only when it is complete and on disk. The copy's size in bytes.
///
/// `illegal_state` when there is a file of that name already and `overwrite` is not set (the error's field is
/// then "overwrite"). In any case for a name in the data folder of a Ringmaster, for the result file of this database,
/// wherever that is, for a link that leads nowhere, and for whatever is there and is no copy of a database: a file that is
/// replaced is gone, and somebody may have it open. Links, second names and other spellings are seen through.
result<std::uint64_t> backup(const std::filesystem::path& data_dir, const std::filesystem::path& to, bool overwrite);

/// Makes the copy `from` the database of `data_dir`, which is created when it is missing. The copy is checked
/// from end to end first. `illegal_state` when a daemon runs on `data_dir`, or when there is a database
/// already and `overwrite` is not set.
result<void> restore(const std::filesystem::path& from, const std::filesystem::path& data_dir, bool overwrite);

/// Checks a database file that nothing writes to: every page, every record, and that all of them fit together.
result<void> validate_copy(const std::filesystem::path& file);

} // namespace ringmaster::storage
