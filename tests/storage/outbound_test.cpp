// SPDX-License-Identifier: Apache-2.0
#include "storage/outbound.hpp"

#include "tests/storage/database.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace ringmaster::storage {
namespace {

using outbound = database_test;

TEST_F(outbound, creates_with_defaults_ids_and_times) {
  const auto s = make_scene();
  const auto p = must(read<plan>(s.how.id));
  EXPECT_FALSE(p.id.is_nil());
  EXPECT_EQ(p.in_use, 1);
  EXPECT_EQ(p.tm_create, at_second(0));
  EXPECT_EQ(p.tm_update, std::nullopt);
  EXPECT_EQ(p.dial_timeout, 30'000);
  auto expected = to_string(s.list.id);
  std::replace(expected.begin(), expected.end(), '-', '_');
  EXPECT_EQ(must(read<dlma>(s.list.id)).dl_table, expected);
  expect_consistent();
}

TEST_F(outbound, updates_and_says_when) {
  const auto s = make_scene();
  const auto after = write([&](write_txn& in) {
    return must(update(in, s.how.id, edit<plan>{[](const plan& before) -> result<plan> {
                         auto p = before;
                         p.name = "another";
                         p.id = random_uuid(); // not the edit's to change
                         p.in_use = 0;
                         return p;
                       }}, at_second(9)));
  });
  EXPECT_EQ(after.id, s.how.id);
  EXPECT_EQ(after.in_use, 1);
  EXPECT_EQ(must(read<plan>(s.how.id)).name, "another");
  EXPECT_EQ(must(read<plan>(s.how.id)).tm_update, at_second(9));
}

TEST_F(outbound, a_refused_edit_changes_nothing_and_the_transaction_goes_on) {
  const auto s = make_scene();
  write([&](write_txn& in) {
    const auto refused = update(in, s.how.id, edit<plan>{[](const plan&) -> result<plan> {
                                  return invalid_field("name", "no");
                                }}, at_second(9));
    EXPECT_EQ(code_of(refused), errc::invalid_field);
    EXPECT_FALSE(in.broken());
    must(create(in, plan{}, at_second(9)));
  });
  EXPECT_EQ(must(read<plan>(s.how.id)).tm_update, std::nullopt);
  EXPECT_EQ(must(all<plan>(must(db.read()))).size(), 2u);
}

TEST_F(outbound, unknown_ids_are_not_found) {
  auto in = must(db.write());
  const auto nobody = random_uuid();
  EXPECT_EQ(code_of(get<plan>(in, nobody)), errc::not_found);
  EXPECT_EQ(code_of(remove_plan(in, nobody, false, at_second(0))), errc::not_found);
  EXPECT_EQ(code_of(remove_dlma(in, nobody, true, true, at_second(0))), errc::not_found);
  EXPECT_EQ(code_of(remove_entry(in, nobody, true, at_second(0))), errc::not_found);
  EXPECT_EQ(code_of(remove_campaign(in, nobody, true, at_second(0))), errc::not_found);
  EXPECT_EQ(code_of(list_entries(in, nobody, {})), errc::not_found);
}

TEST_F(outbound, a_campaign_refers_to_what_is_there) {
  const auto s = make_scene();
  auto in = must(db.write());
  for (const auto member : {&campaign::plan, &campaign::dest, &campaign::dlma, &campaign::next_campaign}) {
    campaign c;
    c.*member = random_uuid();
    EXPECT_EQ(code_of(create(in, c, at_second(0))), errc::invalid_field);
  }
  const auto refused = update(in, s.camp.id, edit<campaign>{[&](const campaign& before) -> result<campaign> {
                                auto c = before;
                                c.dest = s.how.id; // an id, but of a plan
                                return c;
                              }}, at_second(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "dest");
}

TEST_F(outbound, an_entry_needs_a_known_dlma) {
  auto in = must(db.write());
  const auto without = create(in, dl{}, at_second(0));
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, errc::invalid_field);
  EXPECT_EQ(without.error().field, "dlma_uuid");
  EXPECT_EQ(code_of(create(in, an_entry(random_uuid(), 0), at_second(0))), errc::invalid_field);
}

TEST_F(outbound, what_is_referred_to_is_not_deleted_without_force) {
  const auto s = make_scene();
  auto in = must(db.write());
  EXPECT_EQ(code_of(remove_plan(in, s.how.id, false, at_second(1))), errc::still_referenced);
  EXPECT_EQ(code_of(remove_destination(in, s.dest.id, false, at_second(1))), errc::still_referenced);
  EXPECT_EQ(code_of(remove_dlma(in, s.list.id, true, false, at_second(1))), errc::still_referenced);
  EXPECT_TRUE(get<plan>(in, s.how.id));
}

TEST_F(outbound, force_clears_the_references_and_stops_the_campaign) {
  const auto s = make_scene();
  const auto gone = write([&](write_txn& in) { return must(remove_plan(in, s.how.id, true, at_second(5))); });
  EXPECT_EQ(gone.object.in_use, 0);
  EXPECT_EQ(gone.object.tm_delete, at_second(5));
  ASSERT_EQ(gone.changed.size(), 1u);
  EXPECT_EQ(gone.changed[0].plan, std::nullopt);
  EXPECT_EQ(code_of(read<plan>(s.how.id)), errc::not_found);
  const auto c = must(read<campaign>(s.camp.id));
  EXPECT_EQ(c.plan, std::nullopt);
  EXPECT_EQ(c.dest, s.dest.id);
  EXPECT_EQ(c.status, 10);
  expect_consistent();
}

TEST_F(outbound, a_next_campaign_is_cleared_and_its_campaign_goes_on) {
  const auto s = make_scene();
  const auto next = make_scene();
  write([&](write_txn& in) {
    must(update(in, s.camp.id, edit<campaign>{[&](const campaign& before) -> result<campaign> {
                  auto c = before;
                  c.next_campaign = next.camp.id;
                  return c;
                }}, at_second(1)));
    EXPECT_EQ(code_of(remove_campaign(in, next.camp.id, false, at_second(2))), errc::still_referenced);
    must(remove_campaign(in, next.camp.id, true, at_second(2)));
  });
  const auto c = must(read<campaign>(s.camp.id));
  EXPECT_EQ(c.next_campaign, std::nullopt);
  EXPECT_EQ(c.status, 1);
  expect_consistent();
}

TEST_F(outbound, a_dlma_with_entries_goes_only_with_them) {
  const auto s = make_scene(25);
  write([&](write_txn& in) { must(remove_campaign(in, s.camp.id, false, at_second(1))); });
  {
    auto in = must(db.write());
    for (const bool force : {false, true}) // force clears references, it is not a word about the customers
      EXPECT_EQ(code_of(remove_dlma(in, s.list.id, false, force, at_second(2))), errc::still_referenced);
  }
  const auto gone = write([&](write_txn& in) { return must(remove_dlma(in, s.list.id, true, false, at_second(2))); });
  EXPECT_TRUE(gone.purge);
  expect_consistent();
  // gone for every query at once
  const auto view = must(db.read());
  EXPECT_EQ(code_of(get<dl>(view, s.entries[3].id)), errc::not_found);
  EXPECT_EQ(code_of(list_entries(view, s.list.id, {})), errc::not_found);
  EXPECT_TRUE(must(list<dl>(view, {})).items.empty());
  EXPECT_EQ(must(pending_purges(view)), std::vector{s.list.id});
  // and for good piece by piece
  std::size_t calls = 0, count = 0;
  for (bool done = false; !done; ++calls) {
    const auto some = write([&](write_txn& in) { return must(purge_entries(in, s.list.id, 10)); });
    count += some.count;
    done = some.done;
    expect_consistent();
  }
  EXPECT_EQ(calls, 3u);
  EXPECT_EQ(count, 25u);
  const auto after = must(db.read());
  EXPECT_TRUE(must(pending_purges(after)).empty());
  EXPECT_EQ(must(after.size(table::dl)), 0u);
  EXPECT_EQ(must(after.size(table::dl_by_dlma)), 0u);
}

TEST_F(outbound, lists_come_in_pages) {
  const auto s = make_scene(25);
  const auto other = make_scene(5);
  const auto view = must(db.read());
  for (const std::size_t count : {1, 7, 25, 30, 100}) {
    std::set<uuid> everything, of_list;
    page_request which{.after = {}, .count = count};
    for (;;) {
      const auto some = must(list<dl>(view, which));
      EXPECT_LE(some.items.size(), count);
      for (const auto& one : some.items)
        EXPECT_TRUE(everything.insert(one.id).second);
      if (!some.next)
        break;
      which.after = some.next;
    }
    EXPECT_EQ(everything.size(), 30u);
    which.after.reset();
    for (;;) {
      const auto some = must(list_entries(view, s.list.id, which));
      for (const auto& one : some.items)
        EXPECT_TRUE(of_list.insert(one.id).second);
      if (!some.next)
        break;
      which.after = some.next;
    }
    EXPECT_EQ(of_list.size(), 25u);
  }
}

TEST_F(outbound, a_moved_entry_changes_lists) {
  const auto s = make_scene(2);
  const auto other = make_scene(0);
  const auto moved = write([&](write_txn& in) {
    return must(update(in, s.entries[0].id, edit<dl>{[&](const dl& before) -> result<dl> {
                         auto e = before;
                         e.dlma_uuid = other.list.id;
                         return e;
                       }}, at_second(3)));
  });
  EXPECT_EQ(moved.left, s.list.id);
  const auto view = must(db.read());
  EXPECT_EQ(must(list_entries(view, s.list.id, {})).items.size(), 1u);
  EXPECT_EQ(must(list_entries(view, other.list.id, {})).items.size(), 1u);
  expect_consistent();
}

TEST_F(outbound, the_state_beside_the_list_follows_every_change) {
  const auto s = make_scene(3);
  write([&](write_txn& in) {
    must(update(in, s.entries[1].id, edit<dl>{[&](const dl& before) -> result<dl> {
                  auto e = before;
                  e.number[7] = "999";
                  e.trycnt[0] = 3;
                  e.res_dial = 4;
                  e.status = dl_reserved;
                  return e;
                }}, at_second(3)));
  });
  std::vector<dial_entry> states;
  EXPECT_EQ(must(for_each_entry(must(db.read()), s.list.id, [&](const dial_entry& e) { return states.push_back(e), true; })), 3u);
  EXPECT_EQ(must(for_each_entry(must(db.read()), s.list.id, [](const dial_entry&) { return false; })), 1u);
  const auto at = std::find_if(states.begin(), states.end(), [&](const auto& e) { return e.id == s.entries[1].id; });
  ASSERT_NE(at, states.end());
  EXPECT_EQ(at->numbers_mask, 0x85);
  EXPECT_EQ(at->trycnt[0], 3);
  EXPECT_TRUE(at->answered);
  EXPECT_EQ(at->status, 2);
}

TEST_F(outbound, only_the_engine_sets_an_entry_dialing) {
  const auto s = make_scene(1);
  auto in = must(db.write());
  auto fresh = an_entry(s.list.id, 7);
  fresh.status = dl_dialing;
  EXPECT_EQ(code_of(create(in, fresh, at_second(1))), errc::invalid_field);
  EXPECT_EQ(code_of(update(in, s.entries[0].id, edit<dl>{[](const dl& before) -> result<dl> {
                             auto e = before;
                             e.status = dl_dialing;
                             return e;
                           }}, at_second(1))),
            errc::invalid_field);
}

TEST_F(outbound, an_entry_that_was_dialed_since_it_was_read_is_not_set_back) {
  const auto s = make_scene(1);
  const auto read_before = must(read<dl>(s.entries[0].id));
  const auto request = call_to(s, s.entries[0].id);
  const auto put = [&](const std::function<void(dl&)>& how) {
    auto in = must(db.write());
    const auto done = update(in, s.entries[0].id, edit<dl>{[&](const dl& now) -> result<dl> {
                               auto e = now;
                               how(e);
                               return e;
                             }},
                             at_second(30));
    return done ? std::string{} : done.error().field;
  };
  write([&](write_txn& in) {
    must(begin_dialing(in, request, at_second(10)));
    must(end_dialing(in, request.id, {dialing_status::hangup, {}, 4, "Remote end has answered", 16, "Normal Clearing"}, at_second(20)));
  });
  EXPECT_EQ(put([&](dl& e) { e = read_before; }), "tm_last_dial") << "an answered customer would be called again";
  EXPECT_EQ(put([](dl& e) { e.tm_last_dial = at_second(9); }), "tm_last_dial");
  EXPECT_EQ(put([](dl& e) { e.detail = "read again"; }), "");
  EXPECT_EQ(put([](dl& e) { e.trycnt[0] = 0, e.res_dial = 0; }), "") << "said in so many words";
}

TEST_F(outbound, an_import_stores_the_good_and_names_the_bad) {
  const auto s = make_scene(0);
  std::vector<dl> batch;
  for (std::size_t i = 0; i < 10; ++i)
    batch.push_back(an_entry(i == 4 ? random_uuid() : s.list.id, i));
  const auto outcome = write([&](write_txn& in) { return must(import_entries(in, batch, at_second(2))); });
  EXPECT_EQ(outcome.stored.size(), 9u);
  ASSERT_EQ(outcome.refused.size(), 1u);
  EXPECT_EQ(outcome.refused[0].index, 4u);
  EXPECT_EQ(outcome.refused[0].why.field, "dlma_uuid");
  const auto items = must(list_entries(must(db.read()), s.list.id, {})).items;
  ASSERT_EQ(items.size(), 9u);
  EXPECT_EQ(items[8].number[0], "309");
  expect_consistent();
}

// --- numbers, by the kind that their list has

class numbers : public outbound {
protected:
  uuid telephones = make_list("number"), names = make_list("name");

  uuid make_list(const std::string& kind) {
    return write([&](write_txn& in) {
      dlma list;
      list.number_kind = kind;
      return must(create(in, list, at_second(0))).id;
    });
  }
  static dl with_numbers(const uuid& list, const std::string& first, const std::string& third) {
    dl e;
    e.dlma_uuid = list;
    e.number[0] = first;
    e.number[2] = third;
    return e;
  }
  result<entry_change> change(const uuid& id, const std::function<void(dl&)>& how) {
    auto in = must(db.write());
    auto done = update(in, id, edit<dl>{[&](const dl& before) -> result<dl> {
                         auto e = before;
                         how(e);
                         return e;
                       }}, at_second(5));
    if (done)
      must(in.commit());
    return done;
  }
};

TEST_F(numbers, are_made_what_is_dialed_when_an_entry_is_made) {
  const auto made = write([&](write_txn& in) { return must(create(in, with_numbers(telephones, " 0043 (0)1/5550101", "agent7"), at_second(1))); });
  EXPECT_EQ(made.entry.number[0], "004315550101");
  EXPECT_EQ(made.entry.number[2], "agent7");
  EXPECT_EQ(must(read<dl>(made.entry.id)).number[0], "004315550101");

  auto in = must(db.write());
  const auto refused = create(in, with_numbers(telephones, "300", "4.31556E+10"), at_second(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "number_3");
  EXPECT_TRUE(refused.error().message.starts_with("number_3 must be a telephone number, and \"4.31556E+10\" is ")) << refused.error().message;
  EXPECT_EQ(create(in, with_numbers(telephones, "alice", "300"), at_second(1)).error().field, "number_1");
  EXPECT_EQ(must(create(in, with_numbers(names, "alice", "300-1"), at_second(1))).entry.number[2], "300-1");
}

TEST_F(numbers, of_an_import_are_counted_and_refused_one_by_one) {
  std::vector<dl> batch{with_numbers(telephones, "300", "301"), with_numbers(telephones, " 302", "(01) 303"), with_numbers(telephones, " 304", "n.a."),
                        with_numbers(names, "n.a.", "bob"), with_numbers(telephones, "bob", "305"), with_numbers(telephones, " ", "306")};
  const auto outcome = write([&](write_txn& in) { return must(import_entries(in, batch, at_second(2))); });
  EXPECT_EQ(outcome.stored.size(), 4u);
  ASSERT_EQ(outcome.refused.size(), 2u);
  EXPECT_EQ(outcome.refused[0].index, 2u);
  EXPECT_EQ(outcome.refused[0].why.field, "number_3");
  EXPECT_EQ(outcome.refused[1].index, 4u);
  EXPECT_EQ(outcome.repairs.cleaned, 1u) << "of entries that were refused nothing counts";
  EXPECT_EQ(outcome.repairs.normalised, 1u);
  const auto items = must(list_entries(must(db.read()), telephones, {})).items;
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[1].number[0], "302");
  EXPECT_EQ(items[1].number[2], "01303");
  expect_consistent();
}

TEST_F(numbers, that_were_stored_under_another_rule_stay_good) {
  const auto entry = write([&](write_txn& in) { return must(create(in, with_numbers(names, "alice", "300-1"), at_second(1))).entry; });
  write([&](write_txn& in) {
    must(update(in, names, edit<dlma>{[](const dlma& before) -> result<dlma> {
                  auto list = before;
                  list.number_kind = "number";
                  return list;
                }}, at_second(2)));
  });
  must(change(entry.id, [](dl& e) { e.detail = "sent back whole"; }));
  EXPECT_EQ(must(read<dl>(entry.id)).number[0], "alice");
  must(change(entry.id, [](dl& e) { e.number[2] = "01/5550101"; }));
  EXPECT_EQ(must(read<dl>(entry.id)).number[2], "015550101");
  EXPECT_EQ(must(read<dl>(entry.id)).number[0], "alice");
  EXPECT_EQ(change(entry.id, [](dl& e) { e.number[0] = "bob"; }).error().field, "number_1");
  EXPECT_EQ(change(entry.id, [&](dl& e) { e.dlma_uuid = telephones; }).error().field, "number_1") << "in another list all have to suit";
  must(change(entry.id, [](dl& e) { e.number[0].reset(); }));
  must(change(entry.id, [&](dl& e) { e.dlma_uuid = telephones; }));
  expect_consistent();
}

TEST_F(numbers, that_are_written_another_way_are_no_other_number) {
  const auto entry = write([&](write_txn& in) {
    auto fresh = with_numbers(telephones, "+4315550101", "301");
    fresh.numbers_unknown = 1;
    return must(create(in, fresh, at_second(1))).entry;
  });
  must(change(entry.id, [](dl& e) { e.number[0] = "+43 (0)1 555 01 01"; }));
  EXPECT_EQ(must(read<dl>(entry.id)).numbers_unknown, 1);
  must(change(entry.id, [](dl& e) { e.number[0] = "+43 1 555 01 02"; }));
  EXPECT_EQ(must(read<dl>(entry.id)).numbers_unknown, 0);
}

} // namespace
} // namespace ringmaster::storage
