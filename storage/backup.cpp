// SPDX-License-Identifier: Apache-2.0
#include "storage/backup.hpp"

#include "storage/check.hpp"
#include "storage/data_folder.hpp"
#include "storage/environment.hpp"
#include "storage/file_check.hpp"
#include "storage/last_words.hpp"
#include "storage/write_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

error failed(std::string_view doing, const fs::path& what, int code) {
  return {errc::storage_failed, fmt::format("cannot {} {}: {}", doing, what.string(), mdb_strerror(code)), {}};
}

error in_the_way(const fs::path& file) {
  return {errc::illegal_state, fmt::format("there is a file {} already", file.string()), "overwrite"};
}

/// Whether two names lead to one file, which need not be there yet.
bool are_same(const fs::path& a, const fs::path& b) {
  std::error_code code;
  return fs::equivalent(a, b, code) || fs::weakly_canonical(a, code) == fs::weakly_canonical(b, code);
}

/// Why no copy may get the name `to`; nothing when it may.
std::optional<error> refuse_name(const copied& from, const fs::path& to, bool overwrite) {
  const auto refused = [&](std::string_view why) {
    return error{errc::illegal_state, fmt::format("{} {}; the copy needs another name", to.string(), why), {}};
  };
  std::error_code code;
  if (are_same(from.file, to))
    return refused("is the database itself");
  if (is_database_file(to) || lies_in_data_folder(to) || are_same(folder_of(from.file), folder_of(to)))
    return refused("belongs to the data folder of a database");
  if (!from.result_file.empty() && are_same(from.result_file, to))
    return refused("is the result file");
  if (fs::symlink_status(to, code).type() == fs::file_type::not_found)
    return std::nullopt;
  if (!looks_like_database(to))
    return refused("is there and no copy of a database, and nothing else is replaced");
  return overwrite ? std::nullopt : std::optional{in_the_way(to)};
}

/// A file that is written under another name, and gets its own when it is complete and on disk.
class new_file {
public:
  explicit new_file(fs::path name) : name_{std::move(name)}, temporary_{name_.string() + ".new-XXXXXX"} {}
  ~new_file() {
    if (fd_ >= 0) {
      ::close(fd_);
      ::unlink(temporary_.c_str());
    }
  }
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  result<int> open() {
    fd_ = ::mkostemp(temporary_.data(), O_CLOEXEC); // a name that nobody has, mode 0600
    if (fd_ < 0)
      return failed("write", temporary_, errno);
    return fd_;
  }

  /// `illegal_state` when there is a file of that name by now and `overwrite` is not set.
  result<void> publish(bool overwrite) {
    if (::fsync(fd_) != 0)
      return failed("write", name_, errno);
    if (const int code = take_name(overwrite))
      return code == EEXIST ? in_the_way(name_) : failed("write", name_, code);
    ::close(std::exchange(fd_, -1));
    return sync_folder();
  }

private:
  int take_name(bool overwrite) const {
    if (!overwrite) {
      if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, name_.c_str(), RENAME_NOREPLACE) == 0)
        return 0;
      if (errno != EINVAL && errno != ENOSYS) // not every file system knows how
        return errno;
    }
    return ::rename(temporary_.c_str(), name_.c_str()) == 0 ? 0 : errno;
  }

  result<void> sync_folder() const {
    const auto folder = folder_of(name_);
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
      return failed("open", folder, errno);
    const int rc = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    if (rc)
      return failed("write", folder, rc);
    return {};
  }

  fs::path name_;
  std::string temporary_;
  int fd_{-1};
};

result<std::uint64_t> size_of(const fs::path& file) {
  std::error_code code;
  const auto size = fs::file_size(file, code);
  if (code)
    return failed("read", file, code.value());
  return size;
}

result<void> copy_bytes(const fs::path& from, int to) {
  const int in = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0)
    return failed("read", from, errno);
  const auto buffer = std::make_unique<char[]>(1 << 20);
  int rc = 0;
  for (;;) {
    const auto got = ::read(in, buffer.get(), 1 << 20);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      rc = got < 0 ? errno : 0;
      break;
    }
    for (ssize_t at = 0; at < got && !rc;) {
      const auto put = ::write(to, buffer.get() + at, static_cast<std::size_t>(got - at));
      if (put >= 0)
        at += put;
      else if (errno != EINTR)
        rc = errno;
    }
    if (rc)
      break;
  }
  ::close(in);
  if (rc)
    return failed("copy", from, rc);
  return {};
}

} // namespace

result<std::uint64_t> write_copy(MDB_env* env, const copied& from, const fs::path& to, bool overwrite) {
  if (auto wrong = refuse_name(from, to, overwrite))
    return *wrong;
  new_file copy{to};
  const auto fd = copy.open();
  if (!fd)
    return fd.error();
  int rc = mdb_env_copyfd2(env, *fd, MDB_CP_COMPACT);
  if (rc == MDB_INCOMPATIBLE) { // pages that nobody owns; the plain copy takes them along
    if (::ftruncate(*fd, 0) != 0 || ::lseek(*fd, 0, SEEK_SET) != 0)
      return failed("write", to, errno);
    rc = mdb_env_copyfd2(env, *fd, 0);
  }
  if (rc)
    return failed("write the copy", to, rc);
  if (auto done = copy.publish(overwrite); !done)
    return done.error();
  return size_of(to);
}

result<std::uint64_t> backup(const fs::path& data_dir, const fs::path& to, bool overwrite) {
  const auto file = data_dir / "data.mdb";
  const auto state = check_file(file);
  if (!state)
    return state.error();
  if (*state == file_state::missing)
    return error{errc::not_found, fmt::format("there is no database in {}", data_dir.string()), {}};
  MDB_env* env = nullptr;
  if (const int rc = mdb_env_create(&env))
    return failed("read", file, rc);
  const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> guard{env, mdb_env_close};
  const named_in_last_words named{file};
  name_file_in_assertions(env);
  mdb_env_set_maxdbs(env, table_count);
  if (const int rc = mdb_env_open(env, data_dir.c_str(), MDB_RDONLY | MDB_NOTLS, 0600))
    return failed("read", file, rc);
  auto results = noted_result_file(env);
  if (!results)
    return results.error();
  return write_copy(env, {file, std::move(*results)}, to, overwrite);
}

result<void> validate_copy(const fs::path& file) {
  const auto state = check_pages(file);
  if (!state)
    return state.error();
  if (*state == file_state::missing)
    return error{errc::storage_failed, file.string() + " is missing or empty", {}};
  const auto in = environment::open_copy(file);
  if (!in)
    return in.error();
  const auto view = in->read();
  if (!view)
    return view.error();
  const auto found = check_consistency(*view);
  if (!found)
    return found.error();
  if (!found->empty())
    return error{errc::storage_failed, fmt::format("{} does not fit together: {} ({} problems)", file.string(),
                                                   found->front(), found->size()), {}};
  return {};
}

result<void> restore(const fs::path& from, const fs::path& data_dir, bool overwrite) {
  if (auto good = validate_copy(from); !good)
    return good;
  const auto lock = folder_lock::take(data_dir);
  if (!lock)
    return error{errc::illegal_state, lock.error().message, {}};
  const auto file = data_dir / "data.mdb";
  std::error_code code;
  if (const auto size = fs::file_size(file, code); !code && size > 0 && !overwrite)
    return error{errc::illegal_state,
                 fmt::format("there is a database in {} already", data_dir.string()), "overwrite"};
  new_file fresh{file};
  const auto fd = fresh.open();
  if (!fd)
    return fd.error();
  if (auto done = copy_bytes(from, *fd); !done)
    return done;
  fs::remove(data_dir / "lock.mdb", code); // its readers knew another file
  return fresh.publish(true); // the folder is ours, and what is there was looked at
}

} // namespace ringmaster::storage
