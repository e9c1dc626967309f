// SPDX-License-Identifier: Apache-2.0
/// What was deleted is erased: at once, after a time, and when the call that needs it is over.
#include "storage/erasing.hpp"
#include "storage/outbox.hpp"

#include "storage/backup.hpp"
#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <fstream>
#include <string>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

class erased_things : public database_test {
protected:
  /// Words that stand nowhere but in what is to be erased.
  static dl secret_entry(const uuid& list) {
    dl entry = an_entry(list, 0);
    entry.number[0] = "+49 30 7654321";
    entry.number[2] = "+49 30 1111111"; // never tried
    entry.name = "Secretname";
    entry.detail = "secretdetail";
    entry.email = "secret@mail";
    entry.ukey = "secretkey";
    entry.resv_target = "secrettarget";
    entry.res_dial_detail = "secretresult";
    entry.vars.emplace().set("secretvariable", "secretvalue");
    return entry;
  }

  /// Whether a copy of the database, which has no page that is free, has some bytes.
  bool has(std::string_view bytes) {
    const auto copy = folder.path() / "copy";
    fs::remove(copy);
    must(db.backup(copy));
    std::ifstream in{copy, std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{in}, {}};
    return all.find(bytes) != std::string::npos;
  }

  std::size_t deleted() { return must(must(db.read()).size(table::deleted)); }
  erased_some erase(time_point until, std::size_t limit = 1000) {
    return write([&](write_txn& in) { return must(erase_due(in, until, at_second(500), limit)); });
  }
  /// An entry that was tried once; its call is over unless `up`.
  std::pair<scene, begin_request> called(bool up) {
    auto s = make_scene(0);
    write([&](write_txn& in) { s.entries.push_back(must(create(in, secret_entry(s.list.id), at_second(0))).entry); });
    const auto call = call_to(s, s.entries[0].id);
    write([&](write_txn& in) {
      must(begin_dialing(in, call, at_second(1)));
      if (!up)
        must(end_dialing(in, call.id, {}, at_second(2)));
    });
    return {s, call};
  }
};

TEST_F(erased_things, of_an_entry_only_the_numbers_tries_stay_under_a_keyed_hash) {
  const auto [s, call] = called(false);
  const auto id = s.entries[0].id;
  write([&](write_txn& in) { // the result line has the customer's name, and is in the result file by now
    must(outbox::of_results().drop(in, must(outbox::of_results().read(in, 10)).back().number));
    must(remove_entry(in, id, false, at_second(3)));
  });
  EXPECT_TRUE(has("Secretname"));
  EXPECT_EQ(write([&](write_txn& in) { return must(erase_deleted(in, resource::dl, id, at_second(4))); }), erasing::done);
  for (const auto* word : {"Secretname", "secret", "7654321", "1111111"})
    EXPECT_FALSE(has(word)) << word;
  EXPECT_EQ(deleted(), 0u);
  const auto in = must(db.read());
  for (const auto* spelling : {"+49 30 7654321", "+49307654321", "+49-30-76543-21"}) {
    const auto known = must(erased_numbers(in, spelling));
    ASSERT_EQ(known.size(), 1u) << spelling;
    EXPECT_EQ(known[0].dl, id);
    EXPECT_EQ(known[0].dlma, s.list.id);
    EXPECT_EQ(known[0].trycnt, 1);
    EXPECT_EQ(known[0].tm_last_hangup, at_second(2));
    EXPECT_EQ(known[0].tm_erase, at_second(4));
  }
  EXPECT_TRUE(must(erased_numbers(in, "+49 30 1111111")).empty()) << "nobody called it";
  EXPECT_TRUE(must(erased_numbers(in, "+49 30 7654322")).empty());
  expect_consistent();
}

TEST_F(erased_things, hashes_of_two_databases_have_nothing_in_common) {
  const auto hash_in = [](environment& env) {
    auto in = must(env.write());
    const auto list = must(create(in, dlma{}, at_second(0)));
    auto entry = secret_entry(list.id);
    entry.trycnt[0] = 2;
    const auto id = must(create(in, entry, at_second(0))).entry.id;
    must(remove_entry(in, id, false, at_second(1)));
    must(erase_deleted(in, resource::dl, id, at_second(2)));
    must(in.commit());
    const auto view = must(env.read());
    auto rows = must(cursor::open(view, table::erased));
    return std::string{must(rows.first())->key.substr(0, 16)};
  };
  auto other = open_in(folder.path() / "other");
  const auto one = hash_in(db);
  EXPECT_EQ(hash_in(db), one);
  EXPECT_NE(hash_in(other), one);
}

TEST_F(erased_things, are_those_of_an_age_alone_the_oldest_first_and_in_pieces) {
  const auto s = make_scene(10);
  write([&](write_txn& in) {
    for (int i = 0; i < 10; ++i)
      must(remove_entry(in, s.entries[static_cast<std::size_t>(9 - i)].id, false, at_second(100 + i)));
  });
  EXPECT_FALSE(must(is_erasing_due(must(db.read()), at_second(99))));
  EXPECT_EQ(erase(at_second(99)).count, 0u);
  EXPECT_TRUE(must(is_erasing_due(must(db.read()), at_second(105))));
  const auto first = erase(at_second(105), 4);
  EXPECT_EQ(first.count, 4u);
  EXPECT_TRUE(first.more);
  const auto second = erase(at_second(105), 4);
  EXPECT_EQ(second.count, 2u);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(deleted(), 4u);
  const auto in = must(db.read());
  for (std::size_t i = 0; i < 10; ++i) // the last in the list was deleted first
    EXPECT_EQ(must(in.has(table::deleted, deleted_key{resource::dl, s.entries[i].id}.view())), i < 4) << i;
  EXPECT_EQ(erase(at_second(105)).count, 0u);
  expect_consistent();
}

TEST_F(erased_things, wait_for_the_call_that_needs_them_and_its_result_line_is_whole) {
  const auto [s, call] = called(true);
  const auto id = s.entries[0].id;
  write([&](write_txn& in) { must(remove_entry(in, id, true, at_second(3))); });
  EXPECT_EQ(write([&](write_txn& in) { return must(erase_deleted(in, resource::dl, id, at_second(4))); }), erasing::waits);
  EXPECT_EQ(erase(at_second(400)).count, 0u);
  expect_consistent();
  write([&, &which = call](write_txn& in) { must(end_dialing(in, which.id, {}, at_second(5))); });
  const auto line = must(outbox::of_results().read(must(db.read()), 10)).back().text;
  EXPECT_NE(line.find("7654321"), std::string::npos) << line;
  EXPECT_EQ(erase(at_second(-1000)).count, 1u) << "it was to be erased at once";
  EXPECT_EQ(deleted(), 0u);
  EXPECT_EQ(must(outbox::of_results().read(must(db.read()), 10)).back().text, line) << "what is not written yet is not lost";
  expect_consistent();
}

TEST_F(erased_things, of_a_list_are_all_its_entries) {
  const auto s = make_scene(25);
  write([&](write_txn& in) {
    dl entry = secret_entry(s.list.id);
    must(create(in, entry, at_second(0)));
    must(remove_dlma(in, s.list.id, true, true, at_second(1)));
    must(erase_when_purged(in, s.list.id));
    EXPECT_EQ(must(erase_deleted(in, resource::dlma, s.list.id, at_second(1))), erasing::done);
  });
  while (!write([&](write_txn& in) { return must(purge_entries(in, s.list.id, 10)); }).done)
    ;
  EXPECT_EQ(deleted(), 26u);
  while (erase(at_second(-1000), 10).more)
    ;
  EXPECT_EQ(deleted(), 0u);
  EXPECT_FALSE(has("secret"));
  expect_consistent();
}

TEST_F(erased_things, of_other_resources_every_text_goes_and_what_calls_kept_of_them) {
  auto [s, call] = called(false);
  write([&](write_txn& in) {
    must(update(in, s.how.id, edit<plan>{[](plan p) -> result<plan> {
      p.name = "Planname";
      return p;
    }}, at_second(3)));
    must(update(in, s.camp.id, edit<campaign>{[](campaign c) -> result<campaign> {
      c.name = "Campaignname";
      c.detail = "campaigndetail";
      return c;
    }}, at_second(3)));
  });
  write([&](write_txn& in) {
    s.how = must(get<plan>(in, s.how.id));
    s.camp = must(get<campaign>(in, s.camp.id));
    const auto id = must(create(in, an_entry(s.list.id, 5), at_second(4))).entry.id;
    const auto next = call_to(s, id);
    must(begin_dialing(in, next, at_second(4)));
    must(end_dialing(in, next.id, {}, at_second(5)));
    must(outbox::of_results().drop(in, must(outbox::of_results().read(in, 10)).back().number));
    must(remove_campaign(in, s.camp.id, true, at_second(6)));
    must(remove_plan(in, s.how.id, true, at_second(6)));
  });
  EXPECT_TRUE(has("Planname")); // in `deleted` and in a capsule
  EXPECT_TRUE(has("Campaignname"));
  write([&](write_txn& in) {
    EXPECT_EQ(must(erase_deleted(in, resource::plan, s.how.id, at_second(7))), erasing::done);
    EXPECT_EQ(must(erase_deleted(in, resource::campaign, s.camp.id, at_second(7))), erasing::done);
  });
  for (const auto* word : {"Planname", "Campaignname", "campaigndetail", "plan_key"})
    EXPECT_FALSE(has(word)) << word;
  const auto left = must(get_deleted_campaign(must(db.read()), s.camp.id));
  EXPECT_EQ(left.tm_delete, at_second(6));
  EXPECT_EQ(left.name, std::nullopt);
  expect_consistent();
}

TEST_F(erased_things, are_not_things_that_live_or_never_were) {
  const auto s = make_scene(1);
  write([&](write_txn& in) {
    EXPECT_EQ(must(erase_deleted(in, resource::dl, s.entries[0].id, at_second(1))), erasing::unknown);
    EXPECT_EQ(must(erase_deleted(in, resource::plan, random_uuid(), at_second(1))), erasing::unknown);
  });
  EXPECT_TRUE(read<dl>(s.entries[0].id));
  expect_consistent();
}

TEST_F(erased_things, are_found_that_an_earlier_version_deleted) {
  const auto s = make_scene(10);
  write([&](write_txn& in) {
    for (std::size_t i = 0; i < 7; ++i)
      must(remove_entry(in, s.entries[i].id, false, at_second(100)));
    must(remove_plan(in, s.how.id, true, at_second(100)));
    std::vector<std::string> queue;
    {
      auto rows = must(cursor::open(in, table::erase_queue));
      for (auto row = must(rows.first()); row; row = must(rows.next()))
        queue.emplace_back(row->key);
    }
    for (const auto& key : queue) // earlier versions had none
      must(in.erase(table::erase_queue, key));
  });
  EXPECT_EQ(erase(at_second(1000)).count, 0u);
  int pieces = 1;
  while (!write([&](write_txn& in) { return must(queue_earlier_deletes(in, 3)); }))
    ++pieces;
  EXPECT_EQ(pieces, 3);
  EXPECT_FALSE(must(has_earlier_deletes(must(db.read()))));
  EXPECT_EQ(erase(at_second(99)).count, 0u);
  EXPECT_EQ(erase(at_second(100)).count, 8u);
  EXPECT_EQ(deleted(), 0u);
}

} // namespace
} // namespace ringmaster::storage
