// SPDX-License-Identifier: Apache-2.0
#include "storage/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view database_name = "data.mdb";
enum which : std::size_t { lock_file, the_folder, the_database };

error folder_error(std::string_view doing, const fs::path& what, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? errc::storage_full : errc::storage_failed,
          fmt::format("cannot {} {}: {}", doing, what.string(), std::strerror(code)), {}};
}

error folder_in_use(const fs::path& data_dir) {
  return {errc::storage_failed, "the data folder " + data_dir.string() + " is in use by another Ringmaster", {}};
}

/// Whether the lock was got; nothing where the file system has no such locks.
std::optional<bool> try_lock(int fd, int operation) {
  for (int tries = 0;; ++tries) {
    if (::flock(fd, operation | LOCK_NB) == 0)
      return true;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return std::nullopt;
    if (tries == 5)
      return false;
    ::usleep(10'000); // `is_held` of another process has it for the blink of an eye
  }
}

/// Whether a process holds this file or folder as a daemon does.
bool is_held(const fs::path& what) {
  const int fd = ::open(what.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return false;
  const bool free = ::flock(fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK;
  ::close(fd);
  return !free;
}

/// Where a name leads, whatever of it exists, beside the name itself: what it is called says nothing of what it is.
std::array<fs::path, 2> spellings(const fs::path& file) {
  return {file, leads_to(file)};
}

} // namespace

fs::path leads_to(const fs::path& file) {
  std::error_code code;
  auto at = file;
  // weakly_canonical stops at a link to what is not there, and whoever opens the link makes just that.
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(at, code)); ++links) { // Linux follows 40
    const auto to = fs::read_symlink(at, code);
    if (code)
      break;
    at = to.is_absolute() ? to : folder_of(at) / to;
  }
  auto whole = fs::weakly_canonical(at, code);
  return code || whole.empty() ? at : whole;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path{"."}; }

bool is_data_folder(const fs::path& folder) {
  std::error_code code;
  return fs::exists(folder / "ringmaster.lock", code) || fs::exists(folder / "lock.mdb", code) || is_held(folder) ||
         is_held(folder / database_name);
}

bool is_database_file(const fs::path& file) {
  std::error_code code;
  for (const auto& name : spellings(file)) {
    const auto folder = folder_of(name);
    if (std::find(database_files.begin(), database_files.end(), name.filename().string()) != database_files.end() &&
        is_data_folder(folder))
      return true;
    if (is_data_folder(folder))
      for (const auto one : database_files) // a second name in the same folder
        if (fs::equivalent(folder / one, name, code))
          return true;
  }
  return fs::is_regular_file(file, code) && is_held(file); // a link from elsewhere
}

bool lies_in_data_folder(const fs::path& file) {
  for (const auto& name : spellings(file))
    if (is_data_folder(folder_of(name)))
      return true;
  return false;
}

result<folder_lock> folder_lock::take(const fs::path& dir) {
  std::error_code failed;
  if (const auto parent = dir.parent_path(); !parent.empty())
    fs::create_directories(parent, failed); // mkdir says what is wrong
  if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST)
    return folder_error("create the data folder", dir, errno);
  folder_lock held;
  const auto file = dir / "ringmaster.lock";
  held.held_[lock_file] = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (held.held_[lock_file] < 0)
    return folder_error("open", file, errno);
  held.held_[the_folder] = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (held.held_[the_folder] < 0)
    return folder_error("open", dir, errno);
  if (!try_lock(held.held_[lock_file], LOCK_EX).value_or(false) || !try_lock(held.held_[the_folder], LOCK_EX).value_or(true))
    return folder_in_use(dir);
  if (fs::exists(dir / database_name, failed))
    if (auto done = held.hold_database(dir); !done)
      return done.error();
  return held;
}

result<void> folder_lock::hold_database(const fs::path& dir) {
  if (held_[the_database] >= 0)
    return {};
  const auto file = dir / database_name;
  // A FIFO or a device in its place is refused where the file is looked at, and must not block here.
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0)
    return folder_error("open", file, errno);
  if (!try_lock(fd, LOCK_EX).value_or(true)) {
    ::close(fd);
    return folder_in_use(dir);
  }
  held_[the_database] = fd;
  return {};
}

void folder_lock::note_database() const noexcept {
  constexpr std::string_view note = "this folder has a database\n";
  if (had_database())
    return;
  // Where it cannot be written, an emptied database is taken for a new one, as it was before there were notes.
  [[maybe_unused]] const auto written = ::pwrite(held_[lock_file], note.data(), note.size(), 0);
}

bool folder_lock::had_database() const noexcept {
  struct stat status {};
  return ::fstat(held_[lock_file], &status) == 0 && status.st_size > 0;
}

folder_lock::~folder_lock() {
  for (const int fd : held_)
    if (fd >= 0)
      ::close(fd);
}

void remove_leftovers(const fs::path& data_dir) {
  constexpr std::string_view head = "data.mdb.new-";
  std::error_code code;
  for (fs::directory_iterator at{data_dir, code}, end; !code && at != end; at.increment(code)) {
    const auto name = at->path().filename().string();
    const auto letters = name.starts_with(head) ? name.substr(head.size()) : std::string{};
    const bool ours = letters.size() == 6 && std::all_of(letters.begin(), letters.end(), [](unsigned char c) {
                        return std::isalnum(c) != 0;
                      });
    struct stat status {};
    if (ours && ::lstat(at->path().c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid())
      ::unlink(at->path().c_str());
  }
}

} // namespace ringmaster::storage
