// SPDX-License-Identifier: Apache-2.0
/// Databases that are damaged while nobody has them open: refused with the file's name, or every row is what was written.
#include "storage/backup.hpp"
#include "storage/checksum.hpp"
#include "storage/clean_stop.hpp"
#include "storage/file_check.hpp"
#include "storage/last_words.hpp"
#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <lmdb.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <random>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t page = 4096;

std::string content_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Every row of every table.
using rows = std::map<std::pair<std::uint8_t, std::string>, std::string>;

result<rows> rows_of(const environment& db) {
  const auto in = db.read();
  if (!in)
    return in.error();
  rows all;
  for (std::uint8_t t = 0; t < table_count; ++t) {
    auto at = cursor::open(*in, static_cast<table>(t));
    if (!at)
      return at.error();
    auto row = at->first();
    for (; row && *row; row = at->next()) {
      // What a walk finds must be found by its key as well.
      const auto by_key = in->get(static_cast<table>(t), (*row)->key);
      if (!by_key)
        return by_key.error();
      all[{t, std::string{(*row)->key}}] = *by_key && **by_key == (*row)->value ? std::string{(*row)->value} : "not found by its key";
    }
    if (!row)
      return row.error();
  }
  return all;
}

class damage : public database_test {
protected:
  /// A database with something in each table, free pages, pages of large values and trees of several levels.
  void fill() {
    const auto s = make_scene(700);
    write([&](write_txn& in) {
      for (std::size_t i = 0; i < 40; ++i)
        must(begin_dialing(in, call_to(s, s.entries[i].id), at_second(1)));
      must(put_snapshot(in, "large", std::string(30'000, 'x')));
      must(put_snapshot(in, "small", "y"));
    });
    for (std::size_t i = 100; i < 300; i += 4)
      write([&](write_txn& in) {
        must(remove_entry(in, s.entries[i].id, true, at_second(2)));
        must(put_snapshot(in, "large", std::string(20'000 + 90 * i, static_cast<char>('a' + i % 20))));
      });
    write([&](write_txn& in) {
      for (const auto& call : must(all_dialings(in)))
        if (call.id.bytes[15] % 2 == 0)
          must(end_dialing(in, call.id, {}, at_second(3)));
    });
  }

  fs::path data = folder.path() / "data", copy = folder.path() / "copy";

  result<environment> open_damaged(const std::string& bytes) {
    fs::remove_all(copy);
    fs::create_directory(copy);
    std::ofstream{copy / "data.mdb", std::ios::binary} << bytes;
    environment_options options;
    options.data_dir = copy;
    options.map_size = std::size_t{1} << 30;
    return environment::open(options);
  }
};

using mutation = std::function<void(std::string&, std::mt19937_64&)>;

std::size_t a_page(const std::string& file, std::mt19937_64& random) { return random() % (file.size() / page) * page; }

const std::map<std::string, mutation> mutations{
    {"a bit is flipped", [](auto& file, auto& random) { file[random() % file.size()] ^= static_cast<char>(1 << random() % 8); }},
    {"a bit of a page's head is flipped",
     [](auto& file, auto& random) { file[a_page(file, random) + random() % 64] ^= static_cast<char>(1 << random() % 8); }},
    {"a byte of the first two pages is another one",
     [](auto& file, auto& random) { file[random() % 2 * page + random() % 152] ^= static_cast<char>(1 + random() % 255); }},
    {"bytes are random",
     [](auto& file, auto& random) {
       for (auto at = random() % file.size(), end = std::min(at + 1 + random() % 64, file.size()); at < end; ++at)
         file[at] = static_cast<char>(random());
     }},
    {"two pages are swapped",
     [](auto& file, auto& random) {
       const auto a = a_page(file, random), b = a_page(file, random);
       for (std::size_t i = 0; i < page; ++i)
         std::swap(file[a + i], file[b + i]);
     }},
    {"a page has another one's bytes",
     [](auto& file, auto& random) { file.replace(a_page(file, random), page, file.substr(a_page(file, random), page)); }},
    {"a page has another one's rows",
     [](auto& file, auto& random) {
       file.replace(a_page(file, random) + 8, page - 8, file.substr(a_page(file, random) + 8, page - 8));
     }},
    {"a sector is zero", [](auto& file, auto& random) { file.replace(random() % (file.size() / 512) * 512, 512, std::string(512, '\0')); }},
    {"a page is zero", [](auto& file, auto& random) { file.replace(a_page(file, random), page, std::string(page, '\0')); }},
    {"it is cut short", [](auto& file, auto& random) { file.resize(1 + random() % (file.size() - 1)); }},
    {"bytes are missing", [](auto& file, auto& random) { file.erase(random() % file.size(), 1 + random() % 300); }},
};

TEST_F(damage, is_refused_with_the_name_of_the_file_or_does_not_matter) {
  const char* more = std::getenv("RINGMASTER_DAMAGED_COPIES");
  const int copies = more ? std::atoi(more) : 330;
  const char* given = std::getenv("RINGMASTER_SEED");
  const auto seed = given ? std::strtoul(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("RINGMASTER_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  fill();
  const auto good = must(rows_of(db));
  db = open_in(folder.path() / "another");
  const auto whole = content_of(data / "data.mdb");
  ASSERT_EQ(must(rows_of(must(open_damaged(whole)))), good);
  must(backup(data, folder.path() / "compact", false));
  const auto compact = content_of(folder.path() / "compact"); // which has no page in an older state
  std::map<std::string, std::pair<int, int>> refused_and_served;
  for (int i = 0; i < copies; ++i) {
    const auto& [what, change] = *std::next(mutations.begin(), static_cast<std::ptrdiff_t>(random() % mutations.size()));
    auto bytes = what == "a page has another one's rows" ? compact : whole;
    change(bytes, random);
    auto& [refused, served] = refused_and_served[what];
    const auto opened = open_damaged(bytes);
    if (!opened) {
      ++refused;
      ASSERT_EQ(opened.error().code, errc::storage_failed) << what << " (" << i << ")";
      ASSERT_NE(opened.error().message.find((copy / "data.mdb").string()), std::string::npos) << opened.error().message;
      ASSERT_EQ(content_of(copy / "data.mdb"), bytes) << what << ": it was touched (" << i << ")";
      continue;
    }
    ++served;
    const auto found = rows_of(*opened);
    ASSERT_TRUE(found) << what << " (" << i << "): " << found.error().message;
    ASSERT_TRUE(*found == good) << what << " (" << i << ")";
  }
  for (const auto& [what, counts] : refused_and_served)
    std::printf("%s: %d refused, %d served as they were\n", what.c_str(), counts.first, counts.second);
}

TEST_F(damage, to_each_row_of_each_table_is_seen) {
  fill();
  db = open_in(folder.path() / "another");
  const auto whole = content_of(data / "data.mdb");
  const auto text = whole.find("plan value"); // in a capsule and in a plan
  ASSERT_NE(text, std::string::npos);
  for (auto at = text; at != std::string::npos; at = whole.find("plan value", at + 1)) {
    auto bytes = whole;
    bytes[at] = 'q';
    const auto opened = open_damaged(bytes);
    if (opened)
      EXPECT_TRUE(must(rows_of(*opened)) == must(rows_of(must(open_damaged(whole))))) << "on a page that is not in use";
    else
      EXPECT_NE(opened.error().message.find("a row of the table "), std::string::npos) << opened.error().message;
  }
}

TEST_F(damage, after_a_start_is_an_error_of_whoever_reads_the_row) {
  make_scene(1);
  write([&](write_txn& in) { must(put_snapshot(in, "pacing", "learned")); });
  db = open_in(folder.path() / "another");
  auto served = open_in(data);
  const auto at = content_of(data / "data.mdb").rfind("learned");
  for (auto from = at; from != std::string::npos; from = from == 0 ? std::string::npos : content_of(data / "data.mdb").rfind("learned", from - 1)) {
    std::fstream file{data / "data.mdb", std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(static_cast<std::streamoff>(from));
    file.put('L');
  }
  const auto read = get_snapshot(must(served.read()), "pacing");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::storage_failed);
  EXPECT_NE(read.error().message.find((data / "data.mdb").string()), std::string::npos) << read.error().message;
}

TEST_F(damage, a_missing_table_is_not_made_anew) {
  make_scene(3);
  db = open_in(folder.path() / "another");
  auto bytes = content_of(data / "data.mdb");
  // "dl_by_dlma" becomes "dl_by_dlmb", which is where the order of names has it as well.
  for (auto at = bytes.find("dl_by_dlma"); at != std::string::npos; at = bytes.find("dl_by_dlma", at + 1))
    bytes[at + 9] = 'b';
  const auto opened = open_damaged(bytes);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("dl_by_dlma is missing"), std::string::npos) << opened.error().message;
}

TEST_F(damage, an_empty_file_is_a_new_database_only_where_there_was_none) {
  const auto another = folder.path() / "another";
  db = open_in(another);
  std::ofstream{data / "data.mdb", std::ios::trunc}.flush();
  environment_options options;
  options.data_dir = data;
  const auto opened = environment::open(options);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find((data / "data.mdb").string() + " is empty"), std::string::npos) << opened.error().message;
  EXPECT_EQ(fs::file_size(data / "data.mdb"), 0u);
  EXPECT_TRUE(open_damaged("")) << "a first start that was cut off";
}

/// A database as an older version made it, with `tables` of the tables and, of format 2, a check behind each value.
void write_as_before(const std::filesystem::path& folder, const rows& content, std::size_t tables, bool sealed) {
  std::filesystem::create_directory(folder);
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  mdb_env_set_maxdbs(env, table_count);
  mdb_env_set_mapsize(env, std::size_t{1} << 28);
  ASSERT_EQ(mdb_env_open(env, folder.c_str(), 0, 0600), 0);
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  std::array<MDB_dbi, table_count> made{};
  for (std::size_t t = 0; t < tables; ++t)
    ASSERT_EQ(mdb_dbi_open(txn, std::string{table_name(static_cast<table>(t))}.c_str(), MDB_CREATE, &made[t]), 0);
  for (auto [where, bytes] : content) {
    auto name = where.second;
    if (const auto t = static_cast<table>(where.first); sealed && is_sealed(t))
      for (auto [check, i] = std::pair{row_check(t, name, bytes), 0}; i < 4; ++i, check >>= 8)
        bytes.push_back(static_cast<char>(check & 0xFF));
    MDB_val k{name.size(), name.data()}, v{bytes.size(), bytes.data()};
    ASSERT_EQ(mdb_put(txn, made[where.first], &k, &v, 0), 0);
  }
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

TEST_F(damage, a_database_of_a_version_before_is_served_as_it_was) {
  fill();
  for (const bool sealed : {false, true}) { // the first versions wrote no checks and had fewer tables; later ones did not say how many
    const auto tables = sealed ? tables_before_they_were_counted : tables_of_plain_files;
    const auto at = folder.path() / (sealed ? "of format 2" : "of format 1");
    auto before = must(rows_of(db));
    std::erase_if(before, [&](const auto& row) { return row.first.first >= tables; });
    before.erase({0, std::string{tables_key}});
    if (!sealed)
      before[{0, "format"}] = "1";
    write_as_before(at, before, tables, sealed);
    before[{0, std::string{tables_key}}] = std::to_string(table_count);
    for (int start = 0; start < 2; ++start) {
      auto old = open_in(at);
      EXPECT_EQ(must(rows_of(old)), before);
      auto in = must(old.write());
      must(put_snapshot(in, "small", "z"));
      must(in.commit());
      before[{static_cast<std::uint8_t>(table::snapshot), "small"}] = "z";
      EXPECT_EQ(must(rows_of(old)), before);
      EXPECT_TRUE(must(check_consistency(must(old.read()))).empty());
    }
    fs::remove(folder.path() / "copy of it");
    must(backup(at, folder.path() / "copy of it", false));
    fs::remove_all(folder.path() / "again");
    must(restore(folder.path() / "copy of it", folder.path() / "again", false));
    EXPECT_EQ(must(rows_of(open_in(folder.path() / "again"))), before);
  }
}

TEST_F(damage, a_file_that_lacks_a_table_that_it_says_it_has_is_refused) {
  const auto content = must(rows_of(db));
  write_as_before(folder.path() / "all", content, table_count, true);
  (void)open_in(folder.path() / "all");
  for (const auto missing : {table::outbox, table::collected_by}) {
    const auto at = folder.path() / std::string{table_name(missing)};
    write_as_before(at, content, static_cast<std::size_t>(missing), true);
    environment_options options;
    options.data_dir = at;
    const auto opened = environment::open(options);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("the table " + std::string{table_name(missing)} + " is missing"), std::string::npos)
        << opened.error().message;
  }
}

// --- clean ends -----------------------------------------------------------------------------------------------

TEST(clean_stop, is_believed_until_the_file_is_another_one) {
  scratch_folder t;
  { const auto db = open_in(t.path()); EXPECT_FALSE(has_clean_mark(t.path())); }
  EXPECT_TRUE(has_clean_mark(t.path()));
  { const auto db = open_in(t.path()); EXPECT_FALSE(has_clean_mark(t.path())) << "a daemon that is killed leaves none"; }
  const auto whole = content_of(t.path() / "data.mdb");
  ASSERT_TRUE(has_clean_mark(t.path()));
  std::fstream{t.path() / "data.mdb", std::ios::binary | std::ios::in | std::ios::out}.put(whole[0]); // the very same byte
  EXPECT_FALSE(has_clean_mark(t.path()));
  { const auto db = open_in(t.path()); }
  EXPECT_TRUE(has_clean_mark(t.path()));
  fs::copy(t.path(), t.path() / "elsewhere");
  EXPECT_FALSE(has_clean_mark(t.path() / "elsewhere"));
  fs::copy_file(t.path() / "data.mdb", t.path() / "new");
  fs::rename(t.path() / "new", t.path() / "data.mdb");
  EXPECT_FALSE(has_clean_mark(t.path()));
  std::ofstream{t.path() / "stopped.clean"} << "RMCLEAN1 nonsense";
  EXPECT_FALSE(has_clean_mark(t.path()));
}

// --- last words -----------------------------------------------------------------------------------------------

/// What a child that does this says on standard error, and the signal that it ends by.
std::pair<std::string, int> last_words_of(const std::function<void()>& does) {
  int ends[2];
  if (::pipe(ends) != 0)
    throw std::runtime_error{"no pipe"};
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    for (const int signal : {SIGBUS, SIGSEGV, SIGABRT}) // not the sanitizer's handlers, which never end by a signal
      ::signal(signal, SIG_DFL);
    does();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  char some[512];
  for (ssize_t got; (got = ::read(ends[0], some, sizeof some)) > 0;)
    said.append(some, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return {said, WIFSIGNALED(status) ? WTERMSIG(status) : 0};
}

TEST(last_words, name_a_file_that_is_cut_short_while_it_is_served) {
  scratch_folder t;
  const auto [said, signal] = last_words_of([&] {
    auto db = open_in(t.path() / "data");
    auto in = must(db.write());
    must(put_snapshot(in, "large", std::string(100'000, 'x')));
    must(in.commit());
    say_last_words();
    fs::resize_file(t.path() / "data" / "data.mdb", 2 * page);
    (void)get_snapshot(must(db.read()), "large");
  });
  EXPECT_EQ(signal, SIGBUS);
  EXPECT_NE(said.find((t.path() / "data" / "data.mdb").string() + " cannot be read any more"), std::string::npos) << said;
}

TEST(last_words, name_the_file_in_use_when_something_else_is_wrong) {
  scratch_folder t;
  for (const bool sent : {false, true}) {
    const auto [said, signal] = last_words_of([&] {
      const auto db = open_in(t.path() / "data");
      say_last_words();
      if (sent)
        ::raise(SIGSEGV);
      void* const nothing = ::mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      *static_cast<volatile char*>(nothing) = 1;
    });
    EXPECT_EQ(signal, SIGSEGV);
    EXPECT_NE(said.find("while " + (t.path() / "data" / "data.mdb").string() + " was open"), std::string::npos) << said;
  }
}

TEST(checksum, is_castagnolis) {
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283u); // RFC 3720, B.4, and common usage
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(0, std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(crc32c(0, "1234"), "56789"), 0xE3069283u);
  EXPECT_EQ(crc32c(0, ""), 0u);
  std::mt19937_64 random{1};
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(crc32c(77, bytes), crc32c_by_table(77, bytes)) << bytes.size();
    bytes.push_back(static_cast<char>(random()));
  }
}

} // namespace
} // namespace ringmaster::storage
