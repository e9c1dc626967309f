// SPDX-License-Identifier: Apache-2.0
/// Whether a database is exactly as its last writer left it when it closed it in order.
///
/// Who closes a database leaves `stopped.clean` in its folder: what the file system says of `data.mdb` then.
///
///     file := "RMCLEAN1 " inode " " bytes " " ctime-seconds "." ctime-nanoseconds "\n"
///
/// Whatever writes to the file, makes it longer or shorter, or puts another one in its place changes that; nobody can set
/// a ctime. So a mark that fits says that nothing but the disk itself can have damaged the file, and a start need not
/// read all of it. A process that was killed, and a copy from elsewhere, have no mark that fits.
#pragma once

#include <filesystem>

namespace ringmaster::storage {

/// To be called when LMDB has closed the file. Waits 10 ms where the file was written to in this moment, so that no later
/// change can have the same ctime. A mark that cannot be written is none: the next start reads the whole file.
void leave_clean_mark(const std::filesystem::path& data_dir) noexcept;

/// Whether there is a mark that fits.
[[nodiscard]] bool has_clean_mark(const std::filesystem::path& data_dir) noexcept;

/// To be called before anything is written.
void remove_clean_mark(const std::filesystem::path& data_dir) noexcept;

} // namespace ringmaster::storage
