// SPDX-License-Identifier: Apache-2.0
#include "storage/backup.hpp"

#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

class backups : public database_test {
protected:
  fs::path copy = folder.path() / "copy.mdb";

  std::size_t entries_in(const fs::path& data_dir) {
    const auto env = open_in(data_dir);
    return must(must(env.read()).size(table::dl));
  }
};

TEST_F(backups, a_copy_brings_everything_back) {
  const auto s = make_scene(50);
  write([&](write_txn& in) { must(begin_dialing(in, call_to(s, s.entries[0].id), at_second(1))); });
  EXPECT_GT(must(db.backup(copy)), 8192u);
  must(validate_copy(copy));
  must(restore(copy, folder.path() / "other", false));
  const auto env = open_in(folder.path() / "other");
  const auto view = must(env.read());
  EXPECT_EQ(must(view.size(table::dl)), 50u);
  EXPECT_EQ(must(all_dialings(view)).size(), 1u);
  EXPECT_TRUE(must(check_consistency(view)).empty());
}

TEST_F(backups, another_process_copies_while_this_one_writes) {
  const auto s = make_scene(200);
  const auto child = ::fork();
  if (child == 0)
    ::_exit(backup(folder.path() / "data", copy, false) ? 0 : 1);
  ASSERT_GT(child, 0);
  for (const auto& entry : s.entries)
    write([&](write_txn& in) { must(begin_dialing(in, call_to(s, entry.id), at_second(1))); });
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 0);
  must(validate_copy(copy)); // of one moment: nothing in it is half done
  must(restore(copy, folder.path() / "other", false));
  EXPECT_EQ(entries_in(folder.path() / "other"), 200u);
  expect_consistent();
}

TEST_F(backups, restore_does_not_overwrite_by_itself) {
  make_scene(3);
  must(db.backup(copy));
  const auto other = folder.path() / "other";
  must(restore(copy, other, false));
  EXPECT_EQ(code_of(restore(copy, other, false)), errc::illegal_state);
  EXPECT_EQ(restore(copy, other, false).error().field, "overwrite");
  {
    auto env = open_in(other);
    auto in = must(env.write());
    must(put_snapshot(in, "later", "than the copy"));
    must(in.commit());
    EXPECT_EQ(code_of(restore(copy, other, true)), errc::illegal_state); // in use
  }
  must(restore(copy, other, true));
  const auto env = open_in(other);
  EXPECT_EQ(must(get_snapshot(must(env.read()), "later")), std::nullopt);
  EXPECT_EQ(code_of(restore(copy, folder.path() / "data", true)), errc::illegal_state);
}

TEST_F(backups, a_damaged_copy_is_not_restored) {
  make_scene(300);
  must(db.backup(copy));
  const auto size = fs::file_size(copy);
  fs::resize_file(copy, size / 2);
  EXPECT_EQ(code_of(restore(copy, folder.path() / "other", false)), errc::storage_failed);
  std::ofstream{copy, std::ios::binary} << "not a database at all, only some text";
  EXPECT_EQ(code_of(restore(copy, folder.path() / "other", false)), errc::storage_failed);
  EXPECT_EQ(code_of(restore(folder.path() / "nothing", folder.path() / "other", false)), errc::storage_failed);
  EXPECT_FALSE(fs::exists(folder.path() / "other" / "data.mdb"));
}

TEST_F(backups, the_database_itself_is_never_the_target) {
  make_scene(3);
  const auto data = folder.path() / "data", other = folder.path() / "other";
  { const auto second = open_in(other); }
  fs::create_symlink(data / "data.mdb", folder.path() / "link");
  fs::create_hard_link(data / "data.mdb", folder.path() / "second name");
  fs::create_symlink(data, folder.path() / "folder link");
  fs::create_symlink(other / "lock.mdb", folder.path() / "link to a lock");
  fs::create_hard_link(data / "ringmaster.lock", data / "another lock");
  fs::create_symlink(data / "not there yet", folder.path() / "link to nothing");
  struct stat before {};
  ASSERT_EQ(::stat((data / "data.mdb").c_str(), &before), 0);
  for (const auto& target :
       {data / "data.mdb", data / "lock.mdb", data / "ringmaster.lock", data / "ends.waiting", data / "stopped.clean", data / "any name",
        data / "another lock", folder.path() / "folder link" / "any name", folder.path() / "link to nothing", other / "ringmaster.lock",
        other / "any name", data / ".." / "data" / "data.mdb", folder.path() / "link", folder.path() / "second name",
        folder.path() / "folder link" / "data.mdb", other / "data.mdb", other / "lock.mdb", folder.path() / "link to a lock"})
    for (const bool overwrite : {false, true}) {
      const bool there = fs::exists(target);
      const auto size = there ? fs::file_size(target) : 0;
      const auto done = backup(data, target, overwrite);
      EXPECT_EQ(code_of(done), errc::illegal_state) << target;
      EXPECT_EQ(done.error().field, "") << target << ": --overwrite would not help";
      EXPECT_EQ(code_of(db.backup(target)), errc::illegal_state) << target;
      EXPECT_EQ(fs::exists(target), there) << target;
      EXPECT_EQ(there ? fs::file_size(target) : 0, size) << target;
    }
  struct stat after {};
  ASSERT_EQ(::stat((data / "data.mdb").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  const auto s = make_scene(1); // the writer still writes to the file that a reader finds
  must(backup(data, copy, false));
  must(restore(copy, folder.path() / "restored", false));
  EXPECT_EQ(entries_in(folder.path() / "restored"), 4u);
}

TEST_F(backups, an_earlier_copy_is_replaced_only_when_that_is_said) {
  make_scene(3);
  must(db.backup(copy));
  make_scene(2);
  for (const auto& refused : {backup(folder.path() / "data", copy, false), db.backup(copy)}) {
    EXPECT_EQ(code_of(refused), errc::illegal_state);
    EXPECT_EQ(refused.error().field, "overwrite");
  }
  must(restore(copy, folder.path() / "first", false));
  EXPECT_EQ(entries_in(folder.path() / "first"), 3u);
  must(backup(folder.path() / "data", copy, true));
  must(validate_copy(copy));
  must(restore(copy, folder.path() / "second", false));
  EXPECT_EQ(entries_in(folder.path() / "second"), 5u);
  // A folder that nobody serves from may have a copy of that name.
  fs::create_directory(folder.path() / "copies");
  must(backup(folder.path() / "data", folder.path() / "copies" / "data.mdb", false));
  must(backup(folder.path() / "data", folder.path() / "copies" / "data.mdb", true));
  for (const auto& left : fs::recursive_directory_iterator{folder.path()})
    EXPECT_EQ(left.path().string().find(".new"), std::string::npos) << left.path();
}

TEST_F(backups, nothing_but_an_earlier_copy_is_ever_replaced) {
  make_scene(3);
  const auto elsewhere = folder.path() / "results elsewhere.json", soon = folder.path() / "not yet there.json";
  std::ofstream{copy} << "something dear";
  std::ofstream{elsewhere} << R"({"uuid":"0")" << "\n";
  fs::create_symlink(elsewhere, folder.path() / "link");
  fs::create_symlink(folder.path() / "nowhere", folder.path() / "dangling");
  fs::create_directory(folder.path() / "a folder");
  ASSERT_EQ(::mkfifo((folder.path() / "fifo").c_str(), 0600), 0);
  fs::create_symlink(soon, folder.path() / "link to the results");
  must(db.note_result_file(soon));
  for (const auto* name : {"copy.mdb", "results elsewhere.json", "link", "dangling", "a folder", "fifo", "not yet there.json",
                           "./not yet there.json", "data/../not yet there.json", "link to the results"})
    for (const bool overwrite : {false, true}) {
      const auto done = backup(folder.path() / "data", folder.path() / name, overwrite);
      EXPECT_EQ(code_of(done), errc::illegal_state) << name;
      EXPECT_EQ(done.error().field, "") << name << ": --overwrite would not help";
      EXPECT_EQ(code_of(db.backup(folder.path() / name)), errc::illegal_state) << name;
    }
  EXPECT_FALSE(fs::exists(soon));
  std::string text;
  std::getline(std::ifstream{copy}, text);
  EXPECT_EQ(text, "something dear");
}

TEST_F(backups, there_must_be_a_database) {
  EXPECT_EQ(code_of(backup(folder.path() / "nowhere", copy, false)), errc::not_found);
  EXPECT_FALSE(fs::exists(copy));
  EXPECT_EQ(code_of(db.backup(folder.path() / "no such folder" / "copy")), errc::storage_failed);
}

} // namespace
} // namespace ringmaster::storage
