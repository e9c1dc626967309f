// SPDX-License-Identifier: Apache-2.0
#include "storage/audit.hpp"
#include "tests/storage/database.hpp"

namespace ringmaster::storage::audit_tests {
namespace {

class audit : public database_test {
protected:
  void at(std::int64_t second, const std::string& object = "x") {
    write([&](write_txn& in) { must(note(in, at_second(second), "ann", "changed", "plan", object, "name")); });
  }
  std::size_t kept() { return must(list<audit_record>(must(db.read()), numbered_request{})).items.size(); }
};

TEST_F(audit, is_found_by_time_and_by_object) {
  for (int i = 0; i < 50; ++i)
    at(10 * i, i % 2 == 0 ? "even" : "odd");
  const auto in = must(db.read());
  EXPECT_EQ(must(last_audit_before(in, at_second(0))), 0);
  EXPECT_EQ(must(last_audit_before(in, at_second(1))), 1);
  EXPECT_EQ(must(last_audit_before(in, at_second(100))), 10);
  EXPECT_EQ(must(last_audit_before(in, at_second(101))), 11);
  EXPECT_EQ(must(last_audit_before(in, at_second(10'000))), 50);
  const auto even = must(list_by(in, &audit_record::history_of, "even", numbered_request{40, 100}));
  ASSERT_EQ(even.items.size(), 5u);
  EXPECT_EQ(even.items.front().id, 41);
  EXPECT_EQ(even.items.front().user, "ann");
  expect_consistent();
}

TEST_F(audit, is_forgotten_from_its_beginning_some_at_a_time) {
  EXPECT_EQ(must(last_audit_before(must(db.read()), at_second(100))), 0) << "there is none";
  for (int i = 0; i < 10; ++i)
    at(10 * i);
  write([&](write_txn& in) { EXPECT_EQ(must(forget_audit(in, at_second(50), 3)), 3u); });
  EXPECT_EQ(kept(), 7u);
  EXPECT_EQ(must(last_audit_before(must(db.read()), at_second(45))), 5) << "whose first ids are gone";
  write([&](write_txn& in) { EXPECT_EQ(must(forget_audit(in, at_second(50), 100)), 2u); });
  EXPECT_EQ(kept(), 5u);
  write([&](write_txn& in) { EXPECT_EQ(must(forget_audit(in, at_second(50), 100)), 0u); });
  expect_consistent();
}

} // namespace
} // namespace ringmaster::storage::audit_tests
