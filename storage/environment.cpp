#include "storage/environment.hpp"

#include "storage/file_check.hpp"
#include "storage/write_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <mutex>
#include <vector>

namespace ringmaster::storage {
namespace {

constexpr std::string_view format_key = "format";

MDB_val to_val(std::string_view bytes) noexcept {
  return {bytes.size(), const_cast<char*>(bytes.data())}; // LMDB only reads keys and values that it is given
}

std::string_view to_view(const MDB_val& v) noexcept { return {static_cast<const char*>(v.mv_data), v.mv_size}; }

error disk_error(int code, std::string_view doing) {
  std::string why;
  switch (code) { // an int of LMDB's and the kernel's, not an enum of ours
  case MDB_MAP_FULL: why = "the database has reached its size limit (map_size)"; break;
  case MDB_READERS_FULL: why = "too many readers at once"; break;
  case ENOSPC: why = "the disk is full"; break;
  case EDQUOT: why = "the disk quota is used up"; break;
  case EFBIG: why = "the file may not grow further (file size limit)"; break;
  default: why = mdb_strerror(code);
  }
  return {errc::storage_failed, fmt::format("cannot {}: {}", doing, why), {}};
}

/// What the format record of an existing file says, read without touching anything.
enum class found : std::uint8_t { nothing, ours };

result<found> read_format(MDB_env* env, const std::string& file) {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn))
    return disk_error(rc, "read " + file);
  const auto close = [](MDB_txn* t) { mdb_txn_abort(t); };
  const std::unique_ptr<MDB_txn, decltype(close)> guard{txn, close};

  MDB_dbi main = 0, meta = 0;
  MDB_stat stat{};
  if (mdb_dbi_open(txn, nullptr, 0, &main) || mdb_stat(txn, main, &stat))
    return error{errc::storage_failed, file + " cannot be read; it was left as it is", {}};
  if (stat.ms_entries == 0)
    return found::nothing;
  const error foreign{errc::storage_failed, file + " is not a database of Ringmaster; it was left as it is", {}};
  if (mdb_dbi_open(txn, std::string{table_name(table::meta)}.c_str(), 0, &meta))
    return foreign;
  auto key = to_val(format_key);
  MDB_val value{};
  if (mdb_get(txn, meta, &key, &value))
    return foreign;
  const auto text = to_view(value);
  std::uint64_t format = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), format).ec != std::errc{})
    return foreign;
  if (format > format_version)
    return error{errc::storage_failed,
                 fmt::format("{} was written by a newer Ringmaster (format {}, this one knows {}); it was left as it is",
                             file, format, format_version), {}};
  return found::ours;
}

/// Refuses whatever must not be opened for writing.
result<found> examine(const std::filesystem::path& file) {
  const auto state = check_file(file);
  if (!state)
    return state.error();
  if (*state == file_state::missing)
    return found::nothing;
  MDB_env* env = nullptr;
  if (const int rc = mdb_env_create(&env))
    return disk_error(rc, "open the database");
  const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> guard{env, mdb_env_close};
  mdb_env_set_maxdbs(env, table_count);
  if (const int rc = mdb_env_open(env, file.c_str(), MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR, 0600))
    return disk_error(rc, "read " + file.string());
  return read_format(env, file.string());
}

} // namespace

// --- what the transactions share ----------------------------------------------------------------------------

/// A table that a copy from before it does not have: it is empty.
constexpr MDB_dbi no_table = ~MDB_dbi{0};

struct txn::shared {
  std::filesystem::path dir;
  folder_lock lock;
  MDB_env* env{nullptr};
  std::array<MDB_dbi, table_count> tables{};
  std::mutex guard;
  std::vector<MDB_txn*> idle; // read transactions that were reset and can be renewed

  shared() = default;
  shared(const shared&) = delete;
  shared& operator=(const shared&) = delete;
  ~shared() {
    for (auto* one : idle)
      mdb_txn_abort(one);
    if (env)
      mdb_env_close(env);
  }
  [[nodiscard]] MDB_dbi operator[](table t) const noexcept { return tables[static_cast<std::size_t>(t)]; }
};

txn::txn(txn&& other) noexcept : env_{std::move(other.env_)}, txn_{std::exchange(other.txn_, nullptr)} {}

txn& txn::operator=(txn&& other) noexcept {
  env_ = std::move(other.env_);
  txn_ = std::exchange(other.txn_, nullptr);
  return *this;
}

result<std::optional<std::string_view>> txn::get(table t, std::string_view key) const {
  if ((*env_)[t] == no_table)
    return std::optional<std::string_view>{};
  auto k = to_val(key);
  MDB_val v{};
  const int rc = mdb_get(txn_, (*env_)[t], &k, &v);
  if (rc == MDB_NOTFOUND)
    return std::optional<std::string_view>{};
  if (rc)
    return disk_error(rc, fmt::format("read the table {}", table_name(t)));
  return std::optional{to_view(v)};
}

result<bool> txn::has(table t, std::string_view key) const {
  const auto value = get(t, key);
  if (!value)
    return value.error();
  return value->has_value();
}

result<std::size_t> txn::size(table t) const {
  if ((*env_)[t] == no_table)
    return std::size_t{0};
  MDB_stat stat{};
  if (const int rc = mdb_stat(txn_, (*env_)[t], &stat))
    return disk_error(rc, fmt::format("read the table {}", table_name(t)));
  return stat.ms_entries;
}

// --- reading ------------------------------------------------------------------------------------------------

read_txn& read_txn::operator=(read_txn&& other) noexcept {
  if (this != &other) {
    end();
    txn::operator=(std::move(other));
  }
  return *this;
}

read_txn::~read_txn() { end(); }

void read_txn::end() noexcept {
  if (!txn_)
    return;
  mdb_txn_reset(txn_);
  {
    const std::lock_guard hold{env_->guard};
    env_->idle.push_back(txn_); // room was reserved for as many as there can be
  }
  txn_ = nullptr;
  env_.reset();
}

result<read_txn> environment::read() const {
  read_txn in;
  in.env_ = env_;
  MDB_txn* handle = nullptr;
  {
    const std::lock_guard hold{env_->guard};
    if (!env_->idle.empty()) {
      handle = env_->idle.back();
      env_->idle.pop_back();
    }
  }
  const int rc = handle ? mdb_txn_renew(handle) : mdb_txn_begin(env_->env, nullptr, MDB_RDONLY, &handle);
  if (rc) {
    if (handle)
      mdb_txn_abort(handle);
    in.env_.reset();
    return disk_error(rc, "read the database");
  }
  in.txn_ = handle;
  return in;
}

// --- writing ------------------------------------------------------------------------------------------------

write_txn& write_txn::operator=(write_txn&& other) noexcept {
  if (this != &other) {
    abort();
    txn::operator=(std::move(other));
    broken_ = other.broken_;
  }
  return *this;
}

write_txn::~write_txn() { abort(); }

void write_txn::abort() noexcept {
  if (txn_)
    mdb_txn_abort(std::exchange(txn_, nullptr));
}

error write_txn::failed(int code, std::string_view doing) {
  broken_ = true;
  return disk_error(code, doing);
}

result<void> write_txn::put(table t, std::string_view key, std::string_view value) {
  auto k = to_val(key);
  auto v = to_val(value);
  if (const int rc = mdb_put(txn_, (*env_)[t], &k, &v, 0))
    return failed(rc, fmt::format("write to the table {}", table_name(t)));
  return {};
}

result<void> write_txn::put_in_order(table t, std::string_view key, std::string_view value) {
  auto k = to_val(key);
  auto v = to_val(value);
  // APPEND fills pages to the brim and refuses a key that is not the last; nothing is written then.
  const int rc = mdb_put(txn_, (*env_)[t], &k, &v, MDB_APPEND);
  if (rc == MDB_KEYEXIST)
    return put(t, key, value);
  if (rc)
    return failed(rc, fmt::format("write to the table {}", table_name(t)));
  return {};
}

result<bool> write_txn::erase(table t, std::string_view key) {
  auto k = to_val(key);
  const int rc = mdb_del(txn_, (*env_)[t], &k, nullptr);
  if (rc == MDB_NOTFOUND)
    return false;
  if (rc)
    return failed(rc, fmt::format("delete from the table {}", table_name(t)));
  return true;
}

result<std::uint64_t> write_txn::next(std::string_view counter) {
  const auto before = get(table::counters, counter);
  if (!before)
    return before.error();
  const std::uint64_t value = (*before ? be64::read(**before).value_or(0) : 0) + 1;
  if (auto put_it = put(table::counters, counter, be64{value}.view()); !put_it)
    return put_it.error();
  return value;
}

result<void> write_txn::commit() {
  if (!txn_)
    return error{errc::internal, "the transaction is over", {}};
  if (broken_) {
    abort();
    return error{errc::storage_failed, "a write of the transaction was refused; nothing of it was kept", {}};
  }
  // mdb_txn_commit frees the handle whatever comes of it.
  if (const int rc = mdb_txn_commit(std::exchange(txn_, nullptr)))
    return failed(rc, "commit to the database");
  return {};
}

result<write_txn> environment::write() {
  write_txn in;
  in.env_ = env_;
  if (const int rc = mdb_txn_begin(env_->env, nullptr, 0, &in.txn_)) {
    in.txn_ = nullptr;
    return disk_error(rc, "write to the database");
  }
  return in;
}

// --- cursor -------------------------------------------------------------------------------------------------

result<cursor> cursor::open(const txn& in, table t) {
  cursor c;
  if ((*in.env_)[t] == no_table)
    return c;
  if (const int rc = mdb_cursor_open(in.txn_, (*in.env_)[t], &c.cursor_)) {
    c.cursor_ = nullptr;
    return disk_error(rc, fmt::format("read the table {}", table_name(t)));
  }
  return c;
}

cursor::~cursor() {
  if (cursor_)
    mdb_cursor_close(cursor_);
}

result<std::optional<cursor::row>> cursor::move(std::string_view from, int operation) {
  if (!cursor_)
    return std::optional<row>{};
  auto k = to_val(from);
  MDB_val v{};
  const int rc = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (rc == MDB_NOTFOUND)
    return std::optional<row>{};
  if (rc)
    return disk_error(rc, "read the database");
  return std::optional{row{to_view(k), to_view(v)}};
}

result<std::optional<cursor::row>> cursor::seek(std::string_view from) {
  return from.empty() ? first() : move(from, MDB_SET_RANGE);
}
result<std::optional<cursor::row>> cursor::first() { return move({}, MDB_FIRST); }
result<std::optional<cursor::row>> cursor::last() { return move({}, MDB_LAST); }
result<std::optional<cursor::row>> cursor::next() { return move({}, MDB_NEXT); }

// --- folder -------------------------------------------------------------------------------------------------

result<folder_lock> folder_lock::take(const std::filesystem::path& dir) {
  std::error_code failed;
  if (const auto parent = dir.parent_path(); !parent.empty())
    std::filesystem::create_directories(parent, failed); // mkdir says what is wrong
  if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST)
    return disk_error(errno, "create the data folder " + dir.string());
  const auto file = dir / "ringmaster.lock";
  folder_lock held;
  held.fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (held.fd_ < 0)
    return disk_error(errno, "open " + file.string());
  if (::flock(held.fd_, LOCK_EX | LOCK_NB) != 0)
    return error{errc::storage_failed, "the data folder " + dir.string() + " is in use by another Ringmaster", {}};
  return held;
}

folder_lock::~folder_lock() {
  if (fd_ >= 0)
    ::close(fd_);
}

// --- opening ------------------------------------------------------------------------------------------------

namespace {

std::size_t map_size_for(const environment_options& options, const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  return std::max(options.map_size, failed ? std::size_t{0} : 2 * size);
}

} // namespace

result<environment> environment::open(const environment_options& options) {
  auto inside = std::make_shared<txn::shared>();
  inside->dir = options.data_dir;
  auto lock = folder_lock::take(options.data_dir);
  if (!lock)
    return lock.error();
  inside->lock = std::move(*lock);

  const auto file = options.data_dir / "data.mdb";
  const auto there = examine(file);
  if (!there)
    return there.error();

  if (const int rc = mdb_env_create(&inside->env))
    return disk_error(rc, "open the database");
  mdb_env_set_maxdbs(inside->env, table_count);
  mdb_env_set_maxreaders(inside->env, options.max_readers);
  if (const int rc = mdb_env_set_mapsize(inside->env, map_size_for(options, file)))
    return disk_error(rc, "set the size limit of the database");
  // NOTLS: a read transaction belongs to its object, not to a thread. NORDAHEAD: reads hit random pages.
  if (const int rc = mdb_env_open(inside->env, options.data_dir.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600))
    return disk_error(rc, "open the database in " + options.data_dir.string());
  // Readers of a process that was killed would keep old pages forever.
  int stale = 0;
  if (const int rc = mdb_reader_check(inside->env, &stale))
    return disk_error(rc, "clear the readers of processes that are gone");

  inside->idle.reserve(options.max_readers);
  environment env;
  env.env_ = inside;
  auto in = env.write();
  if (!in)
    return in.error();
  for (std::size_t i = 0; i < table_count; ++i) {
    const auto name = table_name(static_cast<table>(i));
    if (const int rc = mdb_dbi_open(in->txn_, std::string{name}.c_str(), MDB_CREATE, &inside->tables[i]))
      return disk_error(rc, fmt::format("open the table {}", name));
  }
  if (*there == found::nothing)
    if (auto put = in->put(table::meta, format_key, std::to_string(format_version)); !put)
      return put.error();
  if (auto done = in->commit(); !done)
    return done.error();
  return env;
}

result<environment> environment::open_copy(const std::filesystem::path& file) {
  const auto there = examine(file);
  if (!there)
    return there.error();
  if (*there == found::nothing)
    return error{errc::storage_failed, file.string() + " is empty", {}};
  auto inside = std::make_shared<txn::shared>();
  inside->dir = file;
  if (const int rc = mdb_env_create(&inside->env))
    return disk_error(rc, "open the database");
  mdb_env_set_maxdbs(inside->env, table_count);
  if (const int rc = mdb_env_open(inside->env, file.c_str(),
                                  MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR | MDB_NOTLS, 0600))
    return disk_error(rc, "read " + file.string());
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(inside->env, nullptr, MDB_RDONLY, &txn))
    return disk_error(rc, "read " + file.string());
  for (std::size_t i = 0; i < table_count; ++i) {
    const std::string name{table_name(static_cast<table>(i))};
    if (const int rc = mdb_dbi_open(txn, name.c_str(), 0, &inside->tables[i])) {
      if (rc == MDB_NOTFOUND && static_cast<table>(i) >= table::abandonment) {
        inside->tables[i] = no_table;
        continue;
      }
      mdb_txn_abort(txn);
      return disk_error(rc, fmt::format("open the table {} of {}", name, file.string()));
    }
  }
  mdb_txn_commit(txn); // keeps the handles of the tables
  inside->idle.reserve(environment_options{}.max_readers);
  environment env;
  env.env_ = std::move(inside);
  return env;
}

result<std::uint64_t> environment::backup(const std::filesystem::path& to) const {
  return write_copy(env_->env, env_->dir / "data.mdb", to, false);
}

const std::filesystem::path& environment::data_dir() const noexcept { return env_->dir; }

environment::usage environment::space() const noexcept {
  MDB_envinfo info{};
  MDB_stat stat{};
  if (mdb_env_info(env_->env, &info) || mdb_env_stat(env_->env, &stat))
    return {};
  return {(info.me_last_pgno + 1) * stat.ms_psize, info.me_mapsize};
}

} // namespace ringmaster::storage
