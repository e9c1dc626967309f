// SPDX-License-Identifier: Apache-2.0
/// Looks at a database file with plain reads, before LMDB maps it: a page that the map has and the file has
/// not would end the process (SIGBUS) instead of giving an error.
///
/// The layout, little-endian as LMDB 0.9 writes it on a 64-bit machine:
///
///     file   := page*                        page 0 and 1 are meta pages, the one with the higher txnid counts
///     page   := pgno:u64 pad:u16 flags:u16 lower:u16 upper:u16 offset:u16[(lower-16)/2] … node*
///     meta   := page-header magic:u32 version:u32 address:u64 mapsize:u64 free:db main:db last_page:u64 txnid:u64
///     db     := pad:u32 flags:u16 depth:u16 branches:u64 leaves:u64 overflows:u64 entries:u64 root:u64
///     node   := lo:u16 hi:u16 flags:u16 ksize:u16 key data
///     free   := count:u64 page:u64[count]      a row of LMDB's list of free pages, descending
///
/// A node of a branch page holds a page number in lo, hi and flags; one of a leaf page the size of its data
/// in lo and hi, and its data is a `db` (flag 2), the number of the first overflow page (flag 1) or itself.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <filesystem>

namespace ringmaster::storage {

/// What a file is, judged by its first pages.
enum class file_state : std::uint8_t {
  missing, ///< no file, or one without a byte
  sound,   ///< a database that can be mapped
};

/// Checks the meta pages, that they are of two commits that follow each other, and the length. Constant time, except for a file shorter than its last page number
/// says (LMDB may leave free pages at the end unwritten): then every page in use is looked up.
/// `storage_failed` for anything that must not be mapped.
[[nodiscard]] result<file_state> check_file(const std::filesystem::path& file);

/// Whether a file begins as every database of LMDB's does; of a link, where it leads. Reads one page.
[[nodiscard]] bool looks_like_database(const std::filesystem::path& file);

/// As `check_file`, and reads every page in use and every row, with some threads: that pages are where they belong, that none
/// is used twice or free and in use, that keys are in order and can be found, that no table of a Ringmaster is missing, and
/// that each row of a sealed database (storage/keys.hpp) is what was written. A GB takes about a second where it is in memory.
///
/// What it cannot see: a page in whose place lies an older state of the same page, number and all. Rows of a database
/// that is not sealed are not looked into; `check_consistency` does that.
[[nodiscard]] result<file_state> check_pages(const std::filesystem::path& file);

} // namespace ringmaster::storage
