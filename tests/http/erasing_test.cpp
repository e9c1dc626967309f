// SPDX-License-Identifier: Apache-2.0
/// erase=1 over REST: gone at once, also what was deleted before, also with a list; the file has nothing of it.
#include "tests/http/daemon_fixture.hpp"

#include "storage/backup.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace ringmaster::tests {
namespace {

class erasing : public daemon_test {
protected:
  /// Whether a copy of the database, which has no page that is free, has some bytes.
  bool has(std::string_view bytes) {
    const auto copy = folder_.path() / "copy";
    std::filesystem::remove(copy);
    // By a process of its own, as the tool is: LMDB forgets the readers of a process that opens and closes a file twice.
    const auto child = ::fork();
    if (child == 0)
      ::_exit(storage::backup(settings_.data_dir, copy, false) ? 0 : 1);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "no copy could be made";
    std::ifstream in{copy, std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{in}, {}};
    return all.find(bytes) != std::string::npos;
  }
  std::string entry(const std::string& list, const std::string& name) {
    return make("/ob/dls", R"({"dlma_uuid":")" + list + R"(","number_1":"4930)" + name + R"(","name":"n)" + name +
                               R"(","email":"m)" + name + R"(","ukey":"k)" + name + R"(","variables":{"a":"v)" + name + R"("}})");
  }
  /// What the main thread does each second, until it has been done.
  template <class F>
  void until(F&& done) {
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60}; !done();) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "not done within a minute";
      daemon_->housekeeping();
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
};

TEST_F(erasing, of_an_entry_is_at_once_and_shows_it_for_the_last_time) {
  const auto list = make("/ob/dlmas");
  const auto now = entry(list, "7654321"), later = entry(list, "7654322"), kept = entry(list, "7654323");
  const auto gone = del("/ob/dls/" + now + "?erase=1");
  EXPECT_EQ(gone.at("/result/name"), "n7654321") << gone.text;
  EXPECT_EQ(gone.at("/result/in_use"), "0");
  EXPECT_FALSE(has("7654321"));
  EXPECT_EQ(del("/ob/dls/" + now + "?erase=1").status(), 404u);
  EXPECT_EQ(del("/ob/dls/" + later).status(), 200u);
  EXPECT_TRUE(has("7654322")) << "a delete alone keeps it for a while";
  daemon_->housekeeping();
  EXPECT_EQ(del("/ob/dls/" + later).status(), 404u);
  EXPECT_EQ(del("/ob/dls/" + later + "?erase=1").at("/result/name"), "n7654322");
  EXPECT_FALSE(has("7654322"));
  EXPECT_TRUE(has("7654323"));
  EXPECT_EQ(get("/ob/dls/" + kept).status(), 200u);
  EXPECT_EQ(del("/ob/dls/" + kept + "?erase=yes").at("/error/field"), "erase");
  EXPECT_EQ(get("/ob/dls/" + kept).status(), 200u) << "what is refused changes nothing";
}

TEST_F(erasing, of_a_list_takes_its_entries_with_it) {
  const auto list = make("/ob/dlmas", R"({"name":"namedlist"})");
  for (int i = 0; i < 20; ++i)
    entry(list, "88877" + std::to_string(10 + i));
  EXPECT_EQ(del("/ob/dlmas/" + list + "?delete_dls=1&erase=1").at("/result/name"), "namedlist");
  until([&] { return !has("88877"); });
  EXPECT_FALSE(has("namedlist"));
}

TEST_F(erasing, of_other_resources_is_the_same_request) {
  for (const auto* path : {"/ob/plans", "/ob/destinations", "/ob/campaigns"}) {
    const auto id = make(path, R"({"name":"nameofit","detail":"detailofit"})");
    EXPECT_EQ(del(std::string{path} + "/" + id + "?erase=1").at("/result/name"), "nameofit") << path;
    EXPECT_FALSE(has("nameofit")) << path;
    EXPECT_FALSE(has("detailofit")) << path;
  }
}

TEST_F(erasing, comes_by_itself_after_the_days_that_the_configuration_says) {
  daemon_.reset();
  settings_.erase_deleted_after_days = 0;
  token_.clear();
  start();
  token_ = log_in("admin", settings_.admin_password).at("/result/authtoken");
  const auto list = make("/ob/dlmas");
  EXPECT_EQ(del("/ob/dls/" + entry(list, "5556661")).status(), 200u);
  until([&] { return !has("5556661"); });
}

} // namespace
} // namespace ringmaster::tests
