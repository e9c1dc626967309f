/// How backups are written; for the sources of this folder.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <filesystem>

struct MDB_env;

namespace ringmaster::storage {

/// Writes a compacted copy of the last commit to a new file, which gets its name `to` when it is complete and
/// on disk. Refuses names as `backup` does; `source` is the database's own file. Its size in bytes.
result<std::uint64_t> write_copy(MDB_env* env, const std::filesystem::path& source, const std::filesystem::path& to,
                                 bool overwrite);

} // namespace ringmaster::storage
