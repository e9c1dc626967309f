// SPDX-License-Identifier: Apache-2.0
#include "storage/data_folder.hpp"

#include "tests/storage/database.hpp"

#include <fstream>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

class data_folder : public database_test {
protected:
  fs::path data = folder.path() / "data";

  void expect_in_use(const fs::path& by_another_name) {
    environment_options options;
    options.data_dir = by_another_name;
    options.map_size = std::size_t{1} << 30;
    const auto second = environment::open(options);
    ASSERT_FALSE(second) << by_another_name;
    EXPECT_NE(second.error().message.find("in use by another"), std::string::npos) << second.error().message;
    EXPECT_FALSE(folder_lock::take(by_another_name)) << by_another_name;
  }
};

TEST_F(data_folder, is_kept_whatever_becomes_of_the_lock_file) {
  make_scene(1);
  expect_in_use(data);
  fs::remove(data / "ringmaster.lock");
  expect_in_use(data);
  std::ofstream{data / "new"} << "a copy, let us say";
  fs::rename(data / "new", data / "ringmaster.lock");
  expect_in_use(data);
  fs::remove(data / "lock.mdb");
  expect_in_use(data);
}

TEST_F(data_folder, is_kept_when_its_database_is_replaced_as_well) {
  must(db.backup(folder.path() / "copy"));
  fs::rename(folder.path() / "copy", data / "data.mdb");
  fs::remove(data / "ringmaster.lock");
  expect_in_use(data);
}

TEST_F(data_folder, is_kept_by_whatever_way_it_or_its_database_is_reached) {
  fs::create_directory_symlink(data, folder.path() / "link");
  expect_in_use(folder.path() / "link");
  fs::create_directories(folder.path() / "other");
  fs::create_symlink(data / "data.mdb", folder.path() / "other" / "data.mdb");
  expect_in_use(folder.path() / "other");
  fs::remove(folder.path() / "other" / "data.mdb");
  fs::create_hard_link(data / "data.mdb", folder.path() / "other" / "data.mdb");
  expect_in_use(folder.path() / "other");
}

TEST_F(data_folder, is_free_when_its_daemon_has_gone) {
  db = open_in(folder.path() / "another");
  (void)open_in(data);
  (void)open_in(data);
}

TEST_F(data_folder, knows_the_files_that_nobody_else_may_write_to) {
  for (const auto name : database_files)
    EXPECT_TRUE(is_database_file(data / name)) << name;
  fs::create_hard_link(data / "ringmaster.lock", data / "second name");
  fs::create_hard_link(data / "data.mdb", folder.path() / "second name");
  for (const auto& name : {data / "second name", folder.path() / "second name", data / "." / "data.mdb"})
    EXPECT_TRUE(is_database_file(name)) << name;
  std::ofstream{data / "outbound_result.json"} << "x";
  for (const auto& name : {data / "outbound_result.json", folder.path() / "data.mdb", folder.path() / "nothing"})
    EXPECT_FALSE(is_database_file(name)) << name;
  EXPECT_TRUE(lies_in_data_folder(data / "outbound_result.json"));
  EXPECT_FALSE(lies_in_data_folder(folder.path() / "nothing"));
}

TEST_F(data_folder, what_a_killed_restore_left_is_removed_and_nothing_else) {
  db = open_in(folder.path() / "another");
  for (const auto* name : {"data.mdb.new-a1B2c3", "data.mdb.new-notes", "data.mdb.new-1234567", "data.mdb.new-", "my data.mdb.new-a1B2c3"})
    std::ofstream{data / name} << "x";
  fs::create_directory(data / "data.mdb.new-folder");
  fs::create_symlink("nowhere", data / "data.mdb.new-links1");
  (void)open_in(data);
  EXPECT_FALSE(fs::exists(data / "data.mdb.new-a1B2c3"));
  for (const auto* name : {"data.mdb.new-notes", "data.mdb.new-1234567", "data.mdb.new-", "my data.mdb.new-a1B2c3", "data.mdb.new-folder",
                           "data.mdb.new-links1"})
    EXPECT_NE(fs::symlink_status(data / name).type(), fs::file_type::not_found) << name;
}

} // namespace
} // namespace ringmaster::storage
