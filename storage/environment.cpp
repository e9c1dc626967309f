// SPDX-License-Identifier: Apache-2.0
#include "storage/environment.hpp"

#include "protocol/telephone_number.hpp"
#include "storage/checksum.hpp"
#include "storage/clean_stop.hpp"
#include "storage/data_folder.hpp"
#include "storage/dialing.hpp"
#include "storage/file_check.hpp"
#include "storage/last_words.hpp"
#include "storage/write_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <vector>

namespace ringmaster::storage {
namespace {

constexpr std::string_view result_file_key = "result_file";

constexpr std::size_t page_bytes = 4096; ///< sizes are multiples of it
constexpr std::size_t most_reserve = std::size_t{16} << 20;

MDB_val to_val(std::string_view bytes) noexcept {
  return {bytes.size(), const_cast<char*>(bytes.data())}; // LMDB only reads keys and values that it is given
}

std::string_view to_view(const MDB_val& v) noexcept { return {static_cast<const char*>(v.mv_data), v.mv_size}; }

error disk_error(int code, std::string_view doing) {
  auto kind = errc::storage_full;
  std::string_view field;
  std::string why;
  switch (code) { // an int of LMDB's and the kernel's, not an enum of ours
  case MDB_MAP_FULL:
    why = "the database has reached its size limit (database.map_size, or database.map_limit where that is set): delete "
          "what is not needed, or raise the limit";
    field = "database.map_limit";
    break;
  case ENOSPC: why = "the disk is full"; break;
  case EDQUOT: why = "the disk quota is used up"; break;
  case EFBIG: why = "the file may not grow further (file size limit)"; break;
  case MDB_READERS_FULL:
    kind = errc::storage_failed;
    why = "too many readers at once";
    break;
  case ENOMEM:
    kind = errc::storage_failed;
    why = "the process may not have as much address space; set a smaller database.map_size, or allow it more (ulimit -v)";
    break;
  default: kind = errc::storage_failed; why = mdb_strerror(code);
  }
  return {kind, fmt::format("cannot {}: {}", doing, why), std::string{field}};
}

std::size_t whole_pages(std::size_t bytes) noexcept { return (bytes + page_bytes - 1) / page_bytes * page_bytes; }

/// What lies beyond `bytes` for ends and deletes.
std::size_t reserve_beyond(std::size_t bytes) noexcept { return whole_pages(std::min(bytes / 8, most_reserve)); }

/// What the format record of an existing file says, read without touching anything; nothing of an empty one.
using found_format = std::optional<format_kind>;

result<found_format> read_format(MDB_env* env, const std::string& file) {
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
    return found_format{};
  const error foreign{errc::storage_failed, file + " is not a database of Ringmaster; it was left as it is", {}};
  if (mdb_dbi_open(txn, std::string{table_name(table::meta)}.c_str(), 0, &meta))
    return foreign;
  auto key = to_val(format_key);
  MDB_val value{};
  if (mdb_get(txn, meta, &key, &value))
    return foreign;
  const auto text = to_view(value);
  if (const auto known = read_format_text(text))
    return found_format{*known};
  std::uint64_t format = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), format).ec != std::errc{} || format <= format_version)
    return foreign;
  return error{errc::storage_failed,
               fmt::format("{} was written by a newer Ringmaster (format {}, this one knows {}); it was left as it is",
                           file, format, format_version), {}};
}

/// Refuses whatever must not be opened. `state` is what `check_file` or `check_pages` says of the file.
result<found_format> examine(const std::filesystem::path& file, const result<file_state>& state) {
  if (!state)
    return state.error();
  if (*state == file_state::missing)
    return found_format{};
  MDB_env* env = nullptr;
  if (const int rc = mdb_env_create(&env))
    return disk_error(rc, "open the database");
  const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> guard{env, mdb_env_close};
  name_file_in_assertions(env);
  mdb_env_set_maxdbs(env, table_count);
  mdb_env_set_mapsize(env, page_bytes); // LMDB takes what the file needs, and not what it may hold
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
  std::mutex guard;           // of what follows
  std::condition_variable gate;
  std::vector<MDB_txn*> idle; // read transactions that were reset and can be renewed
  std::size_t reading{0};     // those that are open
  bool resizing{false};       // new ones wait
  std::size_t ordinary{0}, reserve{0}, limit{0}; // bytes; the map holds the first two, the first grows up to the third
  live_calls calls;           // changed by the writer alone
  bool sealed{false};         // rows have a check
  bool serving{false};        // opened for writing, and whole
  std::optional<named_in_last_words> named;

  shared() = default;
  shared(const shared&) = delete;
  shared& operator=(const shared&) = delete;
  ~shared() {
    for (auto* one : idle)
      mdb_txn_abort(one);
    if (env)
      mdb_env_close(env);
    if (serving)
      leave_clean_mark(dir);
  }
  [[nodiscard]] std::filesystem::path file() const { return serving ? dir / "data.mdb" : dir; }
  /// Takes the check off a row that LMDB has handed out.
  [[nodiscard]] result<std::string_view> open_row(table t, std::string_view key, std::string_view stored) const {
    if (!sealed || !is_sealed(t) || take_row_check(t, key, stored))
      return stored;
    return error{errc::storage_failed,
                 fmt::format("{} is damaged: a row of the table {} is not what was written", file().string(), table_name(t)), {}};
  }
  [[nodiscard]] MDB_dbi operator[](table t) const noexcept { return tables[static_cast<std::size_t>(t)]; }

  /// Waits while the map is being resized.
  void enter() {
    std::unique_lock hold{guard};
    gate.wait(hold, [this] { return !resizing; });
    ++reading;
  }
  void leave() noexcept {
    const std::lock_guard hold{guard};
    if (--reading == 0 && resizing)
      gate.notify_all();
  }
  /// Whether so many pages can be allocated by the transaction that is open, or comes next. From the writer's thread.
  [[nodiscard]] bool has_pages(std::size_t wanted);
  [[nodiscard]] std::size_t free_list(std::size_t wanted);
};

namespace {

/// The oldest commit that a reader, of whatever process, may still look at; `newest` where there is none.
std::size_t oldest_reader(MDB_env* env, std::size_t newest) {
  // LMDB tells of its readers in lines of text alone: pid, thread, commit.
  const auto take = [](const char* text, void* to) {
    std::string_view line{text};
    while (line.ends_with('\n') || line.ends_with(' '))
      line.remove_suffix(1);
    const auto word = line.substr(line.find_last_of(' ') + 1);
    std::size_t commit = 0;
    if (const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), commit);
        ec == std::errc{} && end == word.data() + word.size())
      *static_cast<std::size_t*>(to) = std::min(*static_cast<std::size_t*>(to), commit);
    return 0;
  };
  auto oldest = newest;
  mdb_reader_list(env, take, &oldest);
  return oldest;
}

} // namespace

/// Pages that were freed and that nobody looks at any more; counted no further than `wanted`.
std::size_t txn::shared::free_list(std::size_t wanted) {
  MDB_txn* view = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &view))
    return 0;
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> guarded{view, mdb_txn_abort};
  MDB_envinfo info{};
  MDB_cursor* rows = nullptr;
  constexpr MDB_dbi freed = 0; // LMDB's own table: commit → how many pages it freed, and which
  if (mdb_env_info(env, &info) || mdb_cursor_open(view, freed, &rows))
    return 0;
  const auto oldest = oldest_reader(env, info.me_last_txnid);
  std::size_t found = 0;
  MDB_val key{}, value{};
  for (auto at = MDB_FIRST; found < wanted && mdb_cursor_get(rows, &key, &value, at) == 0; at = MDB_NEXT) {
    std::size_t commit = 0, pages = 0;
    if (key.mv_size != sizeof commit || value.mv_size < sizeof pages)
      break;
    std::memcpy(&commit, key.mv_data, sizeof commit);
    if (commit >= oldest)
      break;
    std::memcpy(&pages, value.mv_data, sizeof pages);
    found += pages;
  }
  mdb_cursor_close(rows);
  return found;
}

bool txn::shared::has_pages(std::size_t wanted) {
  MDB_envinfo info{};
  MDB_stat stat{};
  if (mdb_env_info(env, &info) || mdb_env_stat(env, &stat))
    return false;
  const auto most = info.me_mapsize / stat.ms_psize, used = info.me_last_pgno + 2; // LMDB leaves the last one alone
  const auto never_used = most > used ? most - used : 0;
  return never_used >= wanted || never_used + free_list(wanted - never_used) >= wanted;
}

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
  const auto value = env_->open_row(t, key, to_view(v));
  if (!value)
    return value.error();
  return std::optional{*value};
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
    if (--env_->reading == 0 && env_->resizing)
      env_->gate.notify_all();
  }
  txn_ = nullptr;
  env_.reset();
}

result<read_txn> environment::read() const {
  read_txn in;
  in.env_ = env_;
  MDB_txn* handle = nullptr;
  {
    std::unique_lock hold{env_->guard};
    env_->gate.wait(hold, [this] { return !env_->resizing; });
    ++env_->reading;
    if (!env_->idle.empty()) {
      handle = env_->idle.back();
      env_->idle.pop_back();
    }
  }
  const int rc = handle ? mdb_txn_renew(handle) : mdb_txn_begin(env_->env, nullptr, MDB_RDONLY, &handle);
  if (rc) {
    if (handle)
      mdb_txn_abort(handle);
    env_->leave();
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
    done_ = std::move(other.done_);
  }
  return *this;
}

write_txn::~write_txn() { abort(); }

void write_txn::abort() noexcept {
  if (!txn_)
    return;
  take_back_calls();
  mdb_txn_abort(std::exchange(txn_, nullptr));
}

void write_txn::take_back_calls() noexcept {
  if (done_.begun.empty())
    return;
  const std::lock_guard hold{env_->guard};
  for (const auto& one : std::exchange(done_.begun, {}))
    env_->calls.remove(one);
}

error write_txn::failed(int code, std::string_view doing) {
  auto why = disk_error(code, doing);
  if (!done_.refused)
    done_.refused = why;
  return why;
}

/// Every write is counted, so that what the transaction needs is known before its commit.
void write_txn::touch(table t, std::size_t bytes) {
  auto& one = done_.tables[static_cast<std::size_t>(t)];
  ++done_.writes;
  if (one.writes++ == 0) {
    MDB_stat stat{};
    if (mdb_stat(txn_, (*env_)[t], &stat) == 0)
      one.pages = stat.ms_branch_pages + stat.ms_leaf_pages;
  }
  if (bytes > page_bytes / 4) // LMDB puts it on pages of its own, from about half a page on
    done_.large += bytes / page_bytes + 1;
}

/// Most pages that the commit will take: a changed page is copied once, whatever else changes on it, with those on the way
/// to it; what the tables have grown by is known.
std::size_t write_txn::pages_needed() const {
  std::size_t pages = 0;
  for (std::size_t i = 0; i < table_count; ++i) {
    const auto& one = done_.tables[i];
    MDB_stat stat{};
    if (one.writes == 0 || mdb_stat(txn_, env_->tables[i], &stat))
      continue;
    const auto now = stat.ms_branch_pages + stat.ms_leaf_pages;
    pages += std::min(one.writes * stat.ms_depth, one.pages) + (now > one.pages ? now - one.pages : 0);
  }
  if (pages == 0)
    return 0;
  pages += done_.large;
  return pages + pages / 256 + 8; // and those that list the freed ones, and the tables
}

/// The value as it is stored; good until the next call.
std::string_view write_txn::closed_row(table t, std::string_view key, std::string_view value) {
  if (!env_->sealed || !is_sealed(t))
    return value;
  const auto check = row_check(t, key, value);
  done_.row.assign(value);
  done_.row.append(reinterpret_cast<const char*>(&check), row_check_size);
  return done_.row;
}

result<void> write_txn::put(table t, std::string_view key, std::string_view value) {
  auto k = to_val(key);
  auto v = to_val(closed_row(t, key, value));
  touch(t, v.mv_size);
  if (const int rc = mdb_put(txn_, (*env_)[t], &k, &v, 0))
    return failed(rc, fmt::format("write to the table {}", table_name(t)));
  return {};
}

result<void> write_txn::put_in_order(table t, std::string_view key, std::string_view value) {
  auto k = to_val(key);
  auto v = to_val(closed_row(t, key, value));
  touch(t, v.mv_size);
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
  touch(t, 0);
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
  if (done_.refused) {
    abort();
    return *done_.refused;
  }
  if (done_.may_fill == room::ordinary)
    if (const auto needed = pages_needed(); needed > 0 && !env_->has_pages(needed + env_->reserve / page_bytes)) {
      abort();
      return failed(MDB_MAP_FULL, "commit to the database");
    }
  // mdb_txn_commit frees the handle whatever comes of it.
  if (const int rc = mdb_txn_commit(std::exchange(txn_, nullptr))) {
    take_back_calls();
    return failed(rc, "commit to the database");
  }
  if (done_.ended.empty())
    return {};
  const std::lock_guard hold{env_->guard};
  for (const auto& one : done_.ended)
    env_->calls.remove(one);
  return {};
}

std::optional<uuid> write_txn::call_to(const telephone_key& telephone) const {
  return env_->calls.find(telephone, done_.ended); // which nobody but the writer changes
}

void write_txn::call_begins(const telephone_key& telephone, const uuid& call) {
  if (done_.begun.empty())
    done_.begun.reserve(256); // a commit has many
  ++done_.writes;
  done_.begun.emplace_back(telephone, call);
  const std::lock_guard hold{env_->guard};
  env_->calls.add(done_.begun.back());
}

void write_txn::call_ends(const telephone_key& telephone, const uuid& call) {
  ++done_.writes;
  done_.ended.emplace_back(telephone, call);
}

std::optional<uuid> environment::call_to(const telephone_key& telephone) const {
  const std::lock_guard hold{env_->guard};
  return env_->calls.find(telephone);
}

result<write_txn> environment::write(room may_fill) {
  write_txn in;
  in.env_ = env_;
  in.done_.may_fill = may_fill;
  if (const int rc = mdb_txn_begin(env_->env, nullptr, 0, &in.txn_)) {
    in.txn_ = nullptr;
    return disk_error(rc, "write to the database");
  }
  return in;
}

// --- growing ------------------------------------------------------------------------------------------------

namespace {

/// Whether the process may have so much more address space. To be asked first: LMDB gives the old map away before it asks
/// for the new one.
bool may_map(std::size_t bytes) noexcept {
  void* const there = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (there == MAP_FAILED)
    return false;
  ::munmap(there, bytes);
  return true;
}

} // namespace

result<bool> environment::grow(std::chrono::milliseconds patience) {
  auto& in = *env_;
  std::unique_lock hold{in.guard};
  const auto wanted = std::min(in.limit, in.ordinary > in.limit / 2 ? in.limit : 2 * in.ordinary);
  if (wanted <= in.ordinary)
    return false;
  const auto reserve = reserve_beyond(wanted);
  if (!may_map(wanted + reserve))
    return error{errc::storage_full,
                 fmt::format("cannot make room for {} bytes in the database: the process may not have as much address "
                             "space (database.map_limit, ulimit -v)",
                             wanted),
                 "database.map_limit"};
  in.resizing = true;
  const bool quiet = in.gate.wait_for(hold, patience, [&] { return in.reading == 0; });
  const int rc = quiet ? mdb_env_set_mapsize(in.env, wanted + reserve) : 0;
  if (quiet && !rc) {
    in.ordinary = wanted;
    in.reserve = reserve;
  }
  in.resizing = false;
  hold.unlock();
  in.gate.notify_all();
  if (!quiet)
    return error{errc::overloaded, "the database is to grow, and who reads it has not ended yet; try again in a second", {}};
  if (rc == EINVAL)
    return error{errc::internal, "a write transaction is open", {}};
  if (rc) {
    // The old map is gone, and every read would fault. What was acknowledged is on disk: the next start goes on from there.
    std::fprintf(stderr, "ringmaster: the database cannot be mapped any more: %s\n", mdb_strerror(rc));
    std::abort();
  }
  return true;
}

// --- cursor -------------------------------------------------------------------------------------------------

result<cursor> cursor::open(const txn& in, table t) {
  cursor c;
  c.env_ = in.env_.get();
  c.table_ = t;
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
  const auto value = env_->open_row(table_, to_view(k), to_view(v));
  if (!value)
    return value.error();
  return std::optional{row{to_view(k), *value}};
}

result<std::optional<cursor::row>> cursor::seek(std::string_view from) {
  return from.empty() ? first() : move(from, MDB_SET_RANGE);
}
result<std::optional<cursor::row>> cursor::first() { return move({}, MDB_FIRST); }
result<std::optional<cursor::row>> cursor::last() { return move({}, MDB_LAST); }
result<std::optional<cursor::row>> cursor::next() { return move({}, MDB_NEXT); }

// --- opening ------------------------------------------------------------------------------------------------

result<environment> environment::open(const environment_options& options) {
  auto inside = std::make_shared<txn::shared>();
  inside->dir = options.data_dir;
  auto lock = folder_lock::take(options.data_dir);
  if (!lock)
    return lock.error();
  inside->lock = std::move(*lock);
  remove_leftovers(options.data_dir);

  const auto file = options.data_dir / "data.mdb";
  // What a clean stop has left needs no look at all of it.
  const auto there = examine(file, has_clean_mark(options.data_dir) ? check_file(file) : check_pages(file));
  if (!there)
    return there.error();
  if (std::error_code gone; !*there && inside->lock.had_database() && std::filesystem::exists(file, gone) &&
                            std::filesystem::is_empty(file, gone))
    return error{errc::storage_failed,
                 file.string() + " is empty, and was a database before; it was left as it is: restore a backup, or delete it", {}};
  remove_clean_mark(options.data_dir);
  if (auto held = inside->lock.hold_database(options.data_dir); !held)
    return held.error();

  inside->named.emplace(file);
  if (const int rc = mdb_env_create(&inside->env))
    return disk_error(rc, "open the database");
  name_file_in_assertions(inside->env);
  mdb_env_set_maxdbs(inside->env, table_count);
  mdb_env_set_maxreaders(inside->env, options.max_readers);
  std::error_code unknown;
  const auto there_are = std::filesystem::file_size(file, unknown);
  const auto file_bytes = unknown ? std::size_t{0} : whole_pages(there_are);
  const auto first = whole_pages(options.map_size);
  inside->limit = std::max(first, whole_pages(options.map_limit));
  inside->ordinary = std::clamp(file_bytes, first, inside->limit);
  inside->reserve = reserve_beyond(inside->ordinary);
  auto map = inside->ordinary + inside->reserve;
  if (file_bytes > map) // from before the limit was lowered
    map = file_bytes + inside->reserve;
  if (const int rc = mdb_env_set_mapsize(inside->env, map))
    return disk_error(rc, "set the size limit of the database");
  // NOTLS: a read transaction belongs to its object, not to a thread. NORDAHEAD: reads hit random pages.
  if (const int rc = mdb_env_open(inside->env, options.data_dir.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600)) {
    auto why = disk_error(rc, fmt::format("open the database in {}, which maps {} bytes", options.data_dir.string(), map));
    if (rc == ENOMEM)
      why.field = "database.map_size";
    return why;
  }
  // Readers of a process that was killed would keep old pages forever.
  int stale = 0;
  if (const int rc = mdb_reader_check(inside->env, &stale))
    return disk_error(rc, "clear the readers of processes that are gone");

  inside->idle.reserve(options.max_readers);
  environment env;
  env.env_ = inside;
  auto in = env.write(room::reserve); // a full database opens, too
  if (!in)
    return in.error();
  for (std::size_t i = 0; i < table_count; ++i) {
    const auto name = table_name(static_cast<table>(i));
    if (const int rc = mdb_dbi_open(in->txn_, std::string{name}.c_str(), MDB_CREATE, &inside->tables[i]))
      return disk_error(rc, fmt::format("open the table {}", name));
  }
  inside->sealed = there->value_or(format_kind::sealed) == format_kind::sealed;
  if (!*there)
    if (auto put = in->put(table::meta, format_key, sealed_format); !put)
      return put.error();
  if (auto noted = note_tables(*in); !noted)
    return noted.error();
  if (auto done = in->commit(); !done)
    return done.error();
  inside->serving = true;
  inside->lock.note_database();
  if (auto done = env.find_live_calls(); !done)
    return done.error();
  return env;
}

/// Says which tables the file has, so that one of them that is missing later is known to be.
result<void> environment::note_tables(write_txn& in) {
  const auto said = in.get(table::meta, tables_key);
  if (!said)
    return said.error();
  const auto count = std::to_string(table_count);
  return *said == count ? result<void>{} : in.put(table::meta, tables_key, count);
}

/// Those that the last process left.
result<void> environment::find_live_calls() {
  const auto in = read();
  if (!in)
    return in.error();
  const auto calls = all_dialings(*in);
  if (!calls)
    return calls.error();
  for (const auto& one : *calls)
    env_->calls.add({telephone_key_of(one.dial_addr), one.id});
  return {};
}

result<environment> environment::open_copy(const std::filesystem::path& file) {
  const auto there = examine(file, check_file(file));
  if (!there)
    return there.error();
  if (!*there)
    return error{errc::storage_failed, file.string() + " is empty", {}};
  auto inside = std::make_shared<txn::shared>();
  inside->dir = file;
  inside->sealed = **there == format_kind::sealed;
  inside->named.emplace(file);
  if (const int rc = mdb_env_create(&inside->env))
    return disk_error(rc, "open the database");
  name_file_in_assertions(inside->env);
  mdb_env_set_maxdbs(inside->env, table_count);
  mdb_env_set_mapsize(inside->env, page_bytes); // as above
  if (const int rc = mdb_env_open(inside->env, file.c_str(),
                                  MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR | MDB_NOTLS, 0600))
    return disk_error(rc, "read " + file.string());
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(inside->env, nullptr, MDB_RDONLY, &txn))
    return disk_error(rc, "read " + file.string());
  for (std::size_t i = 0; i < table_count; ++i) {
    const std::string name{table_name(static_cast<table>(i))};
    if (const int rc = mdb_dbi_open(txn, name.c_str(), 0, &inside->tables[i])) {
      if (rc == MDB_NOTFOUND && i >= tables_of_plain_files) {
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
  env_->enter(); // LMDB reads for as long as it writes the copy
  auto results = noted_result_file(env_->env);
  auto written = results ? write_copy(env_->env, {env_->dir / "data.mdb", std::move(*results)}, to, false)
                         : result<std::uint64_t>{results.error()};
  env_->leave();
  return written;
}

result<void> environment::note_result_file(const std::filesystem::path& file) {
  std::error_code unknown;
  const auto whole = std::filesystem::absolute(file, unknown).string(); // a backup may begin in another folder
  auto in = write(room::reserve);
  if (!in)
    return in.error();
  const auto before = in->get(table::meta, result_file_key);
  if (!before)
    return before.error();
  if (*before == whole)
    return {};
  if (auto put = in->put(table::meta, result_file_key, whole); !put)
    return put;
  return in->commit();
}

result<std::filesystem::path> noted_result_file(MDB_env* env) {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn))
    return disk_error(rc, "read the database");
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> guard{txn, mdb_txn_abort};
  MDB_dbi meta = 0;
  auto key = to_val(result_file_key);
  MDB_val value{};
  if (mdb_dbi_open(txn, std::string{table_name(table::meta)}.c_str(), 0, &meta) || mdb_get(txn, meta, &key, &value))
    return std::filesystem::path{};
  return std::filesystem::path{to_view(value)};
}

const std::filesystem::path& environment::data_dir() const noexcept { return env_->dir; }

environment::usage environment::space() const noexcept {
  MDB_envinfo info{};
  MDB_stat stat{};
  const std::lock_guard hold{env_->guard}; // both look at the map
  if (mdb_env_info(env_->env, &info) || mdb_env_stat(env_->env, &stat))
    return {};
  return {(info.me_last_pgno + 1) * stat.ms_psize, env_->limit ? env_->limit : info.me_mapsize};
}

} // namespace ringmaster::storage
