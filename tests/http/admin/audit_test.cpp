// SPDX-License-Identifier: Apache-2.0
#include "tests/http/daemon_fixture.hpp"

#include <chrono>
#include <thread>

namespace ringmaster::audit_tests {
namespace {

class audit_api : public tests::daemon_test {};

TEST_F(audit_api, says_who_changed_what) {
  const auto plan = post("/ob/plans", R"({"name": "a"})").at("/result/uuid");
  EXPECT_EQ(put("/ob/plans/" + plan, R"({"name": "b", "retry_delay": 9})").status(), 200u);
  EXPECT_EQ(put("/ob/plans/" + plan, R"({"retry_delay": -9})").status(), 400u);
  EXPECT_EQ(post("/ob/plans", R"({"name": "another"})").status(), 200u);
  EXPECT_EQ(del("/ob/plans/" + plan).status(), 200u);
  const auto history = get("/admin/audit?object=" + plan);
  ASSERT_EQ(history.status(), 200u);
  EXPECT_EQ(history.at("/result/list/0/deed"), "created");
  EXPECT_EQ(history.at("/result/list/0/user"), "admin");
  EXPECT_EQ(history.at("/result/list/1/deed"), "changed");
  EXPECT_EQ(history.at("/result/list/1/fields"), "name retry_delay");
  EXPECT_EQ(history.at("/result/list/2/deed"), "removed");
  EXPECT_EQ(history.at("/result/list/3/deed"), "(none)");
  EXPECT_EQ(history.at("/result/list/0/history_of"), "(none)") << "kept and never shown";

  const auto all = get("/v1/admin/audit?count=2");
  EXPECT_EQ(all.at("/result/list/0/kind"), "user") << "the first user was made";
  EXPECT_EQ(all.at("/result/next_page_token"), "2");
  EXPECT_EQ(get("/admin/audit?page_token=2").at("/result/list/0/fields"), "name retry_delay");
  EXPECT_EQ(get("/admin/audit?since=2000-01-01T00:00:00Z").at("/result/list/0/kind"), "user");
  EXPECT_EQ(get("/admin/audit?since=2200-01-01T00:00:00Z").at("/result/list/0"), "(none)");
  EXPECT_EQ(get("/admin/audit?since=yesterday").status(), 400u);
  EXPECT_EQ(get("/admin/audit?page_token=x").status(), 400u);
}

TEST_F(audit_api, goes_when_its_days_are_over) {
  EXPECT_EQ(get("/admin/audit").at("/result/list/0/kind"), "user");
  settings_.audit_days = 0;
  daemon_.reset();
  start();
  for (int i = 0; i < 2'000 && get("/admin/audit").at("/result/list/0/kind") != "(none)"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  EXPECT_EQ(get("/admin/audit").at("/result/list/0/kind"), "(none)");
}

TEST_F(audit_api, an_import_is_told_by_its_list_and_count) {
  const auto list = post("/ob/dlmas", "{}").at("/result/uuid");
  ASSERT_EQ(stream("/ob/dls/import?format=csv&dlma_uuid=" + list, "number_1\n4915112345678\n4915112345679\nn.a.\n", 10).status(), 200u);
  const auto history = get("/admin/audit?object=" + list);
  EXPECT_EQ(history.at("/result/list/1/deed"), "imported");
  EXPECT_EQ(history.at("/result/list/1/fields"), "2");
  EXPECT_EQ(history.at("/result/list/1/user"), "admin");
}

} // namespace
} // namespace ringmaster::audit_tests
