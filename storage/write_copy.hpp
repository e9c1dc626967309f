// SPDX-License-Identifier: Apache-2.0
/// How backups are written; for the sources of this folder.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <filesystem>

struct MDB_env;

namespace ringmaster::storage {

/// What a copy is made of.
struct copied {
  std::filesystem::path file;        ///< the database's own
  std::filesystem::path result_file; ///< as `environment::note_result_file` has it; empty: not known
};

/// Writes a compacted copy of the last commit to a new file, which gets its name `to` when it is complete and
/// on disk. Refuses names as `backup` does. Its size in bytes.
result<std::uint64_t> write_copy(MDB_env* env, const copied& from, const std::filesystem::path& to, bool overwrite);

/// Where the result file of a database is; empty when no daemon has said.
[[nodiscard]] result<std::filesystem::path> noted_result_file(MDB_env* env);

} // namespace ringmaster::storage
