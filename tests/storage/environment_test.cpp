// SPDX-License-Identifier: Apache-2.0
#include "storage/environment.hpp"

#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <lmdb.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <random>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_bytes(const fs::path& file, std::string_view bytes) {
  std::ofstream out{file, std::ios::binary};
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

result<environment> try_open(const fs::path& folder) {
  environment_options options;
  options.data_dir = folder;
  options.map_size = std::size_t{1} << 30;
  return environment::open(options);
}

/// The folder is refused, the message says `why`, and the file is as it was.
void expect_refused(const fs::path& folder, std::string_view why) {
  const auto before = bytes_of(folder / "data.mdb");
  const auto opened = try_open(folder);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::storage_failed);
  EXPECT_NE(opened.error().message.find(why), std::string::npos) << opened.error().message;
  EXPECT_TRUE(bytes_of(folder / "data.mdb") == before) << "the file was touched";
}

TEST(environment, makes_a_folder_that_only_its_owner_can_enter) {
  scratch_folder t;
  const auto env = open_in(t.path() / "data");
  struct stat status {};
  ASSERT_EQ(::stat((t.path() / "data").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(environment, finds_again_what_was_committed) {
  scratch_folder t;
  {
    auto env = open_in(t.path());
    auto in = must(env.write());
    must(put_snapshot(in, "pacing", "bytes"));
    must(in.commit());
  }
  const auto env = open_in(t.path());
  EXPECT_EQ(must(get_snapshot(must(env.read()), "pacing")), "bytes");
}

TEST(environment, keeps_nothing_of_a_transaction_that_was_not_committed) {
  scratch_folder t;
  auto env = open_in(t.path());
  {
    auto in = must(env.write());
    must(put_snapshot(in, "pacing", "bytes"));
  }
  EXPECT_EQ(must(get_snapshot(must(env.read()), "pacing")), std::nullopt);
}

TEST(environment, a_reader_sees_the_commit_it_began_with) {
  scratch_folder t;
  auto env = open_in(t.path());
  const auto before = must(env.read());
  auto in = must(env.write());
  must(put_snapshot(in, "pacing", "bytes"));
  must(in.commit());
  EXPECT_EQ(must(get_snapshot(before, "pacing")), std::nullopt);
  EXPECT_EQ(must(get_snapshot(must(env.read()), "pacing")), "bytes");
}

TEST(environment, uses_finished_readers_again) {
  scratch_folder t;
  environment_options options;
  options.data_dir = t.path();
  options.map_size = 1 << 24;
  options.max_readers = 4;
  const auto env = must(environment::open(options));
  for (int i = 0; i < 1000; ++i)
    must(env.read());
  std::vector<read_txn> held;
  for (int i = 0; i < 4; ++i)
    held.push_back(must(env.read()));
  EXPECT_EQ(code_of(env.read()), errc::storage_failed);
  held.pop_back();
  EXPECT_TRUE(env.read());
}

TEST(environment, refuses_a_second_daemon) {
  scratch_folder t;
  const auto env = open_in(t.path());
  const auto second = try_open(t.path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("in use by another"), std::string::npos);
}

TEST(environment, refuses_garbage) {
  scratch_folder t;
  std::mt19937_64 random{7};
  std::string garbage(100'000, '\0');
  for (auto& c : garbage)
    c = static_cast<char>(random());
  write_bytes(t.path() / "data.mdb", garbage);
  expect_refused(t.path(), "is not a database");
  write_bytes(t.path() / "data.mdb", "hello");
  expect_refused(t.path(), "is not a database");
}

TEST(environment, refuses_a_file_that_was_cut_short_anywhere) {
  scratch_folder t;
  {
    auto env = open_in(t.path());
    auto in = must(env.write());
    for (int i = 0; i < 2000; ++i)
      must(put_snapshot(in, "snapshot " + std::to_string(i), std::string(300, 'x')));
    must(put_snapshot(in, "a large one", std::string(50'000, 'y')));
    must(in.commit());
  }
  const auto whole = bytes_of(t.path() / "data.mdb");
  ASSERT_GT(whole.size(), 500'000u);
  for (const double part : {0.001, 0.01, 0.02, 0.1, 0.5, 0.9, 0.97}) {
    SCOPED_TRACE(part);
    const auto length = static_cast<std::size_t>(static_cast<double>(whole.size()) * part);
    write_bytes(t.path() / "data.mdb", std::string_view{whole}.substr(0, length));
    const auto opened = try_open(t.path());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::storage_failed);
    EXPECT_EQ(bytes_of(t.path() / "data.mdb").size(), length);
  }
  write_bytes(t.path() / "data.mdb", whole);
  EXPECT_TRUE(try_open(t.path()));
}

TEST(environment, refuses_a_newer_format) {
  scratch_folder t;
  {
    auto env = open_in(t.path());
    auto in = must(env.write());
    must(in.put(table::meta, "format", "3"));
    must(in.commit());
  }
  expect_refused(t.path(), "newer Ringmaster");
}

TEST(environment, refuses_the_database_of_another_program) {
  scratch_folder t;
  {
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_open(env, t.path().c_str(), 0, 0600), 0);
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), 0);
    char text[] = "theirs";
    MDB_val key{6, text}, value{6, text};
    ASSERT_EQ(mdb_put(txn, dbi, &key, &value, 0), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
  }
  expect_refused(t.path(), "not a database of Ringmaster");
}

TEST(environment, takes_an_empty_file_of_a_start_that_was_cut_off) {
  scratch_folder t;
  write_bytes(t.path() / "data.mdb", "");
  EXPECT_TRUE(try_open(t.path()));
}

TEST(environment, a_full_map_fails_one_transaction_and_leaves_the_rest) {
  scratch_folder t;
  auto env = open_in(t.path(), 1 << 20);
  {
    auto in = must(env.write());
    must(put_snapshot(in, "before", "kept"));
    must(in.commit());
  }
  {
    auto in = must(env.write());
    result<void> done;
    for (int i = 0; done && i < 100; ++i)
      done = put_snapshot(in, "big " + std::to_string(i), std::string(100'000, 'x'));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, errc::storage_full);
    EXPECT_NE(done.error().message.find("size limit"), std::string::npos) << done.error().message;
    EXPECT_TRUE(in.broken());
    EXPECT_EQ(code_of(in.commit()), errc::storage_full);
  }
  auto in = must(env.write());
  must(put_snapshot(in, "after", "kept too"));
  must(in.commit());
  const auto view = must(env.read());
  EXPECT_EQ(must(get_snapshot(view, "before")), "kept");
  EXPECT_EQ(must(get_snapshot(view, "after")), "kept too");
  EXPECT_EQ(must(view.size(table::snapshot)), 2u);
}

TEST(environment, a_file_that_may_not_grow_acknowledges_nothing_and_recovers) {
  scratch_folder t;
  auto env = open_in(t.path());
  {
    auto in = must(env.write());
    must(put_snapshot(in, "before", "kept"));
    must(in.commit());
  }
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = fs::file_size(t.path() / "data.mdb") + 16 * 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto in = must(env.write());
    must(put_snapshot(in, "big", std::string(4'000'000, 'x')));
    const auto done = in.commit();
    EXPECT_FALSE(done);
    if (!done) {
      EXPECT_EQ(done.error().code, errc::storage_failed);
      EXPECT_NE(done.error().message.find("cannot commit"), std::string::npos) << done.error().message;
    }
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  {
    auto in = must(env.write());
    must(put_snapshot(in, "big", std::string(4'000'000, 'y')));
    must(in.commit());
  }
  const auto view = must(env.read());
  EXPECT_EQ(must(get_snapshot(view, "before")), "kept");
  EXPECT_EQ(must(get_snapshot(view, "big"))->front(), 'y');
}

TEST(environment, names_the_setting_when_it_may_not_map_as_much) {
  scratch_folder t;
  environment_options options;
  options.data_dir = t.path();
  options.map_size = std::size_t{1} << 52; // more than any processor can address
  const auto opened = environment::open(options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().field, "database.map_size");
  EXPECT_NE(opened.error().message.find("set a smaller database.map_size"), std::string::npos) << opened.error().message;
  EXPECT_TRUE(try_open(t.path())) << "it is as it was";
}

TEST(keys, entry_states_come_back_as_they_were) {
  dial_entry e;
  e.id = random_uuid();
  e.last_hangup_ns = 1'700'000'000'000'000'001;
  e.created_ns = -5;
  e.trycnt = {1, 2, 3, 4, 5, 6, 7, 0xFFFF};
  e.numbers_mask = 0x81;
  e.status = 2;
  e.answered = true;
  dial_entry back;
  ASSERT_TRUE(read_entry_state(entry_state{e}.view(), e.id, back));
  EXPECT_EQ(back, e);
  EXPECT_FALSE(read_entry_state(entry_state{e}.view().substr(1), e.id, back));
}

TEST(keys, numbers_sort_as_bytes) {
  EXPECT_LT(be64{255}.view(), be64{256}.view());
  EXPECT_LT(be64{1}.view(), be64{~std::uint64_t{0}}.view());
  EXPECT_EQ(be64::read(be64{123'456'789'012}.view()), 123'456'789'012u);
}

} // namespace
} // namespace ringmaster::storage
