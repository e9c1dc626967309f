// SPDX-License-Identifier: Apache-2.0
#include "storage/abandonment.hpp"

#include "storage/backup.hpp"
#include "tests/storage/database.hpp"

namespace ringmaster::storage {
namespace {

using abandonment = database_test;
using days = std::vector<day_of_answers>;

TEST_F(abandonment, answers_are_kept_by_campaign_and_day) {
  const auto a = random_uuid(), b = random_uuid();
  write([&](write_txn& in) {
    for (const auto& [campaign, day, abandoned] : {std::tuple{a, 20'001, true}, {a, 20'000, false}, {b, 20'000, true},
                                                   {a, 20'001, false}, {a, 20'001, false}})
      EXPECT_TRUE(must(count_answer(in, {random_uuid(), campaign, day, abandoned})));
  });
  const auto in = must(db.read());
  EXPECT_EQ(must(answers_by_day(in, a)), (days{{20'000, 1, 0}, {20'001, 3, 1}}));
  EXPECT_EQ(must(answers_by_day(in, b)), (days{{20'000, 1, 1}}));
  EXPECT_TRUE(must(answers_by_day(in, random_uuid())).empty());
  expect_consistent();
}

TEST_F(abandonment, a_call_that_is_up_counts_once_whatever_becomes_of_the_process) {
  const auto s = make_scene();
  const auto request = call_to(s, s.entries[0].id);
  write([&](write_txn& in) { must(begin_dialing(in, request, at_second(1))); });
  const counted_answer answer{request.id, s.camp.id, 20'000, false};
  EXPECT_TRUE(write([&](write_txn& in) { return must(count_answer(in, answer)); }));
  EXPECT_FALSE(write([&](write_txn& in) { return must(count_answer(in, answer)); }));
  const auto in = must(db.read());
  EXPECT_EQ(must(answers_by_day(in, s.camp.id)), (days{{20'000, 1, 0}}));
  EXPECT_EQ(must(get_dialing(in, request.id)).counted, 1);
  expect_consistent();
}

TEST_F(abandonment, what_was_not_committed_is_not_counted) {
  const auto campaign = random_uuid();
  {
    auto in = must(db.write());
    must(count_answer(in, {random_uuid(), campaign, 20'000, true}));
  }
  const auto in = must(db.read());
  EXPECT_TRUE(must(answers_by_day(in, campaign)).empty());
}

TEST_F(abandonment, days_beyond_the_longest_window_are_dropped) {
  const auto campaign = random_uuid();
  write([&](write_txn& in) {
    for (const auto day : {19'000, 19'001, 19'367, 19'368})
      must(count_answer(in, {random_uuid(), campaign, day, false}));
  });
  const auto in = must(db.read());
  EXPECT_EQ(must(answers_by_day(in, campaign)), (days{{19'002 - 1 + 366, 1, 0}, {19'368, 1, 0}}));
}

TEST_F(abandonment, a_damaged_row_is_found) {
  write([&](write_txn& in) { must(in.put(table::abandonment, random_uuid().view(), "x")); });
  const auto in = must(db.read());
  EXPECT_EQ(must(check_consistency(in)).size(), 1u);
}

TEST_F(abandonment, goes_into_a_copy_and_back) {
  const auto campaign = random_uuid();
  write([&](write_txn& in) { must(count_answer(in, {random_uuid(), campaign, 20'000, true})); });
  must(backup(folder.path() / "data", folder.path() / "copy", false));
  must(restore(folder.path() / "copy", folder.path() / "restored", false));
  auto restored = open_in(folder.path() / "restored");
  const auto in = must(restored.read());
  EXPECT_EQ(must(answers_by_day(in, campaign)), (days{{20'000, 1, 1}}));
}

} // namespace
} // namespace ringmaster::storage
