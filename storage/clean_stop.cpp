// SPDX-License-Identifier: Apache-2.0
#include "storage/clean_stop.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <string>
#include <string_view>
#include <tuple>

namespace ringmaster::storage {
namespace {

constexpr std::size_t most_mark_bytes = 256;

std::string mark_name(const std::filesystem::path& data_dir) { return (data_dir / "stopped.clean").string(); }

std::string mark_text(const struct stat& s) {
  return fmt::format("RMCLEAN1 {} {} {}.{:09}\n", s.st_ino, s.st_size, s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
}

/// Whether the mark was written at a later moment than the database, as far as the file system's clock can tell.
bool is_later(const struct stat& mark, const struct stat& database) {
  const auto moment = [](const timespec& at) { return std::pair{at.tv_sec, at.tv_nsec}; };
  return moment(mark.st_mtim) > moment(database.st_ctim);
}

bool write_mark(const std::string& name, const struct stat& database) {
  const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0)
    return false;
  const auto mark = mark_text(database);
  struct stat written {};
  const bool good = ::write(fd, mark.data(), mark.size()) == static_cast<ssize_t>(mark.size()) && ::fstat(fd, &written) == 0 &&
                    is_later(written, database);
  ::close(fd);
  return good;
}

} // namespace

void leave_clean_mark(const std::filesystem::path& data_dir) noexcept {
  try {
    struct stat database {};
    const auto name = mark_name(data_dir);
    if (::stat((data_dir / "data.mdb").c_str(), &database) != 0)
      return;
    if (!write_mark(name, database)) { // the file system's clock goes in steps of up to 10 ms
      ::usleep(10'000);
      if (!write_mark(name, database))
        ::unlink(name.c_str());
    }
  } catch (...) { // no memory: no mark
  }
}

bool has_clean_mark(const std::filesystem::path& data_dir) noexcept {
  try {
    struct stat database {}, written {};
    const int fd = ::open(mark_name(data_dir).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
      return false;
    char bytes[most_mark_bytes];
    const auto got = ::read(fd, bytes, sizeof bytes);
    const bool there = got > 0 && ::fstat(fd, &written) == 0 && ::stat((data_dir / "data.mdb").c_str(), &database) == 0;
    ::close(fd);
    return there && is_later(written, database) &&
           std::string_view{bytes, static_cast<std::size_t>(got)} == mark_text(database);
  } catch (...) {
    return false;
  }
}

void remove_clean_mark(const std::filesystem::path& data_dir) noexcept {
  try {
    ::unlink(mark_name(data_dir).c_str());
  } catch (...) { // it does not fit any more after the first write
  }
}

} // namespace ringmaster::storage
