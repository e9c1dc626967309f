// SPDX-License-Identifier: Apache-2.0
// The commands alone, over a real database: no server, no actor.
#include "actors/commands/outbound.hpp"

#include "storage/dialing.hpp"
#include "tests/storage/database.hpp"
#include "tests/system_zones.hpp"

#include <fmt/format.h>

namespace ringmaster::commands {
namespace {

using storage::write_txn;

class commands_test : public storage::database_test {
protected:
  /// As the store does it: what is refused leaves nothing behind, and nothing is told of it.
  template <class F>
  auto run(F&& command) {
    told_ = {};
    auto in = storage::must(db.write());
    auto done = command(context{in, told_, storage::at_second(7), system_zones(), by_});
    if (done)
      storage::must(in.commit());
    return done;
  }
  template <class T>
  result<T> make(T fresh) {
    return run([&](const context& c) { return create(c, fresh); });
  }
  template <class T>
  result<T> change(const uuid& id, const std::function<void(T&)>& how) {
    return run([&](const context& c) {
      return update<T>(c, id, [&](const T& before) -> result<T> {
        auto after = before;
        how(after);
        return after;
      });
    });
  }
  template <class T>
  result<T> drop(const uuid& id, const removal& options = {}) {
    return run([&](const context& c) { return remove<T>(c, id, options); });
  }
  void set_status(const uuid& id, campaign_status to) {
    write([&](write_txn& in) { storage::must(storage::set_campaign_status(in, id, to, storage::at_second(1))); });
  }

  changes told_;
  std::string by_;
};

using ids = std::vector<uuid>;

TEST_F(commands_test, a_changed_plan_is_told_alone_and_no_campaign_with_it) {
  const auto one = make_scene(), other = make_scene();
  const auto changed = change<plan>(one.how.id, [](plan& p) { p.name = "another"; });
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->name, "another");
  EXPECT_EQ(told_.resources, ids{one.how.id});
  EXPECT_TRUE(told_.campaigns.empty()) << "whose plan it is finds out by it";
  EXPECT_EQ(storage::must(read<plan>(other.how.id)).name, "a plan");
}

TEST_F(commands_test, what_is_made_has_an_id_and_its_time_and_is_told) {
  const auto made = make(plan{});
  ASSERT_TRUE(made);
  EXPECT_EQ(told_.resources, ids{made->id});
  EXPECT_EQ(made->tm_create, storage::at_second(7));
  const auto s = make_scene();
  campaign fresh;
  fresh.plan = s.how.id;
  const auto camp = make(fresh);
  ASSERT_TRUE(camp);
  EXPECT_EQ(told_.campaigns, ids{camp->id});
  const auto entry = make(an_entry(s.list.id, 77));
  ASSERT_TRUE(entry);
  ASSERT_EQ(told_.entries.size(), 1u);
  EXPECT_EQ(told_.entries.front().first, s.list.id);
}

TEST_F(commands_test, each_change_leaves_a_record_of_who_made_it_and_a_refused_one_none) {
  const auto s = make_scene();
  const auto audit = [&] {
    std::vector<std::string> all;
    for (const auto& one :
         storage::must(storage::list<storage::audit_record>(storage::must(db.read()), storage::numbered_request{})).items) {
      EXPECT_EQ(one.tm, storage::at_second(7));
      all.push_back(fmt::format("{} {} {} {} [{}]", one.user, one.deed, one.kind, one.object, one.fields));
    }
    return all;
  };
  by_ = "ann";
  const auto p = storage::must(make(plan{}));
  ASSERT_TRUE(change<plan>(p.id, [](plan& one) {
    one.name = "x";
    one.retry_delay = 5;
  }));
  ASSERT_FALSE(drop<plan>(s.how.id)) << "it is referred to";
  ASSERT_FALSE(change<campaign>(s.camp.id, [](campaign& c) { c.dest.reset(); })) << "it runs";
  by_ = "bob";
  const auto entry = storage::must(make(an_entry(s.list.id, 77)));
  ASSERT_TRUE(change<dl>(entry.id, [](dl& e) { e.name = "y"; }));
  ASSERT_TRUE(drop<plan>(p.id, {.erase = true}));
  const auto id = to_string(p.id), who = to_string(entry.id);
  EXPECT_EQ(audit(), (std::vector<std::string>{"ann created plan " + id + " []", "ann changed plan " + id + " [name retry_delay]",
                                               "bob created dl " + who + " []", "bob changed dl " + who + " [name]",
                                               "bob removed plan " + id + " []", "bob erased plan " + id + " []"}));
  const auto of_plan = storage::must(storage::list_by(storage::must(db.read()), &storage::audit_record::history_of, id, {}));
  EXPECT_EQ(of_plan.items.size(), 4u);
  EXPECT_TRUE(storage::must(storage::list_by(storage::must(db.read()), &storage::audit_record::history_of, who, {})).items.empty());
}

TEST_F(commands_test, a_campaign_runs_only_with_what_it_needs) {
  const auto s = make_scene();
  campaign alone;
  alone.plan = s.how.id;
  alone.status = 1;
  const auto refused = make(alone);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "dlma");
  EXPECT_FALSE(change<campaign>(s.camp.id, [](campaign& c) { c.dest.reset(); })) << "it runs";
  const auto stopped = change<campaign>(s.camp.id, [](campaign& c) { c.status = 0; });
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->status, 0);
  EXPECT_TRUE(change<campaign>(s.camp.id, [](campaign& c) { c.dest.reset(); }));
  const auto again = change<campaign>(s.camp.id, [](campaign& c) { c.status = 1; });
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().field, "dest");
}

TEST_F(commands_test, a_stop_is_one_on_the_way_while_calls_are_up) {
  const auto s = make_scene();
  const auto call = write([&](write_txn& in) {
    return storage::must(storage::begin_dialing(in, call_to(s, s.entries[0].id), storage::at_second(2))).call;
  });
  const auto stopping = change<campaign>(s.camp.id, [](campaign& c) { c.status = 0; });
  ASSERT_TRUE(stopping);
  EXPECT_EQ(stopping->status, static_cast<std::int64_t>(campaign_status::stopping));
  const auto gone = drop<campaign>(s.camp.id, {.force = true});
  ASSERT_TRUE(gone);
  EXPECT_EQ(told_.hang_up, ids{call.id});
}

TEST_F(commands_test, what_is_referred_to_goes_by_force_alone_and_those_who_lose_it_are_told) {
  const auto s = make_scene();
  set_status(s.camp.id, campaign_status::stopped);
  const auto refused = drop<plan>(s.how.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::still_referenced);
  ASSERT_TRUE(drop<plan>(s.how.id, {.force = true}));
  EXPECT_EQ(told_.resources, ids{s.how.id});
  EXPECT_EQ(told_.campaigns, ids{s.camp.id});
  EXPECT_FALSE(storage::must(read<campaign>(s.camp.id)).plan);
}

TEST_F(commands_test, an_entry_that_moves_leaves_its_list) {
  const auto s = make_scene();
  const auto other = storage::must(make(dlma{}));
  const auto moved = change<dl>(s.entries[0].id, [&](dl& e) { e.dlma_uuid = other.id; });
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(told_.gone, (std::vector<std::pair<uuid, uuid>>{{s.list.id, s.entries[0].id}}));
  ASSERT_EQ(told_.entries.size(), 1u);
  EXPECT_EQ(told_.entries.front().first, other.id);
}

TEST_F(commands_test, what_was_deleted_can_be_erased_afterwards) {
  const auto s = make_scene();
  const auto id = s.entries[0].id;
  ASSERT_TRUE(drop<dl>(id));
  EXPECT_FALSE(drop<dl>(id)) << "it is gone";
  EXPECT_TRUE(drop<dl>(id, {.erase = true}));
  EXPECT_FALSE(drop<dl>(random_uuid(), {.erase = true}));
}

TEST_F(commands_test, of_an_import_each_entry_that_was_taken_is_told) {
  const auto s = make_scene();
  std::vector<dl> rows{an_entry(s.list.id, 50), an_entry(random_uuid(), 51), an_entry(s.list.id, 52)};
  const auto done = run([&](const context& c) { return import_entries(c, rows); });
  ASSERT_TRUE(done);
  EXPECT_EQ(done->stored.size(), 2u);
  EXPECT_EQ(done->refused.size(), 1u);
  EXPECT_EQ(told_.entries.size(), 2u);
}

TEST_F(commands_test, what_is_refused_is_as_it_was) {
  const auto s = make_scene();
  const auto now = [&] {
    std::string json;
    append_json(json, storage::must(read<campaign>(s.camp.id)), campaign_fields);
    return json;
  };
  const auto before = now();
  for (const auto& wrong : std::vector<std::function<void(campaign&)>>{
           [](campaign& c) { c.sc_timezone = "Europe/Nowhere"; },
           [](campaign& c) { c.sc_date_start = "2026-02-01", c.sc_date_end = "2026-01-01"; },
           [](campaign& c) { c.status = 11; },
           [](campaign& c) { c.plan = random_uuid(); }}) {
    EXPECT_FALSE(change<campaign>(s.camp.id, wrong));
    EXPECT_EQ(now(), before);
  }
}

} // namespace
} // namespace ringmaster::commands
