// SPDX-License-Identifier: Apache-2.0
/// A process that dies by reading its database says which file that was.
///
/// LMDB maps the file: one that is cut short meanwhile, a disk that cannot be read, and damage that no check has found
/// end the process by a signal, or by an assertion of LMDB's. Nothing can be saved then; but who finds a dead daemon must
/// not have to guess why.
#pragma once

#include <filesystem>

struct MDB_env;

namespace ringmaster::storage {

/// Lets SIGBUS, SIGSEGV, SIGFPE and SIGILL write one line to standard error before they do what they did before: with the
/// file's name, and whether it was the reading of that file. Async-signal-safe. Once, before threads begin.
void say_last_words();

/// The database in use, for as long as this lives; the newest one where there are several.
class named_in_last_words {
public:
  explicit named_in_last_words(const std::filesystem::path& file) noexcept;
  ~named_in_last_words();
  named_in_last_words(const named_in_last_words&) = delete;
  named_in_last_words& operator=(const named_in_last_words&) = delete;
};

/// Lets an assertion of LMDB's name the file.
void name_file_in_assertions(MDB_env* env) noexcept;

} // namespace ringmaster::storage
