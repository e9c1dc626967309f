#include "storage/backup.hpp"

#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

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
    ::_exit(backup(folder.path() / "data", copy) ? 0 : 1);
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

TEST_F(backups, there_must_be_a_database) {
  EXPECT_EQ(code_of(backup(folder.path() / "nowhere", copy)), errc::not_found);
  EXPECT_FALSE(fs::exists(copy));
  EXPECT_EQ(code_of(db.backup(folder.path() / "no such folder" / "copy")), errc::storage_failed);
}

} // namespace
} // namespace ringmaster::storage
