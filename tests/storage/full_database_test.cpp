// SPDX-License-Identifier: Apache-2.0
// A database that has reached its limit: what it still takes, and how it grows.
#include "storage/environment.hpp"
#include "storage/outbox.hpp"

#include "storage/backup.hpp"
#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace ringmaster::storage {
namespace {

using namespace std::chrono_literals;

class full_database : public database_test {
protected:
  static constexpr std::size_t small = std::size_t{4} << 20;

  void open_small(std::size_t limit = 0) {
    { const environment closed = std::move(db); }
    environment_options options;
    options.data_dir = folder.path() / "small";
    options.map_size = small;
    options.map_limit = limit;
    db = must(environment::open(options));
  }
  /// One entry with 2 KB of text in a commit of its own.
  result<void> add_entry(const uuid& list, std::size_t i) {
    auto in = must(db.write());
    auto entry = an_entry(list, i);
    entry.detail = std::string(2000, 'x');
    if (auto made = create(in, entry, at_second(0)); !made)
      return made.error();
    return in.commit();
  }
  /// Until five in a row are refused; the error of the last.
  error fill(const uuid& list) {
    error last;
    for (std::size_t i = 0, refused = 0; refused < 5; ++i) {
      const auto added = add_entry(list, 1000 + i);
      refused = added ? 0 : refused + 1;
      if (!added)
        last = added.error();
      if (i > 100'000)
        throw std::runtime_error{"it is never full"};
    }
    return last;
  }
  result<void> in_reserve(const std::function<void(write_txn&)>& commands) {
    auto in = must(db.write(room::reserve));
    commands(in);
    return in.commit();
  }
};

TEST_F(full_database, refuses_what_is_ordinary_and_names_the_limit) {
  open_small();
  const auto s = make_scene(4);
  const auto why = fill(s.list.id);
  EXPECT_EQ(why.code, errc::storage_full);
  EXPECT_EQ(why.field, "database.map_limit");
  EXPECT_NE(why.message.find("map_size"), std::string::npos) << why.message;
  EXPECT_LE(db.space().used, small + small / 8);
  EXPECT_EQ(db.space().limit, small);
  auto in = must(db.write());
  EXPECT_TRUE(put_snapshot(in, "large", std::string(small * 2, 'x')).has_error());
  const auto refused = in.commit();
  ASSERT_TRUE(refused.has_error());
  EXPECT_NE(refused.error().message.find("map_size"), std::string::npos) << "not that a write was refused, but why: "
                                                                         << refused.error().message;
  expect_consistent();
}

TEST_F(full_database, takes_the_ends_of_calls_and_their_lines) {
  open_small();
  const auto s = make_scene(200);
  std::vector<begin_request> calls;
  for (const auto& entry : s.entries)
    calls.push_back(call_to(s, entry.id));
  write([&](write_txn& in) {
    for (const auto& call : calls)
      must(begin_dialing(in, call, at_second(1)));
  });
  fill(s.list.id);
  for (const auto& call : calls) { // each in a commit of its own, which is the worst
    must(in_reserve([&](write_txn& in) {
      must(end_dialing(in, call.id, {dialing_status::hangup, "PJSIP/1", 4, "answered", 16, "Normal Clearing"}, at_second(2)));
    }));
    must(in_reserve([&](write_txn& in) { // as the result file takes them
      must(outbox::of_results().drop(in, must(outbox::of_results().read(in, 1)).front().number));
    }));
  }
  EXPECT_EQ(must(must(db.read()).size(table::dialing)), 0u);
  expect_consistent();
}

TEST_F(full_database, takes_deletes_and_then_what_has_room_again) {
  open_small();
  const auto s = make_scene(1);
  const auto other = write([&](write_txn& in) { return must(create(in, dlma{}, at_second(0))); });
  fill(s.list.id);
  // Again and again: to free pages takes pages.
  for (int round = 0; round < 5; ++round) {
    const auto page = must(list_entries(must(db.read()), s.list.id, {std::nullopt, 50}));
    ASSERT_FALSE(page.items.empty());
    for (const auto& entry : page.items) {
      const auto gone = in_reserve([&](write_txn& in) { must(remove_entry(in, entry.id, true, at_second(1))); });
      ASSERT_TRUE(gone.has_value()) << "round " << round << ": " << gone.error().message;
    }
  }
  must(in_reserve([&](write_txn& in) { must(remove_campaign(in, s.camp.id, true, at_second(1))); }));
  must(in_reserve([&](write_txn& in) { must(remove_dlma(in, s.list.id, true, true, at_second(2))); }));
  for (;;) {
    purged done;
    must(in_reserve([&](write_txn& in) { done = must(purge_entries(in, s.list.id, 10)); }));
    if (done.done)
      break;
  }
  expect_consistent();
  EXPECT_EQ(must(must(db.read()).size(table::dl)), 0u);
  EXPECT_EQ(must(get<dlma>(must(db.read()), other.id)).id, other.id);
}

TEST_F(full_database, is_no_larger_after_a_restart_and_keeps_its_reserve) {
  open_small();
  const auto s = make_scene(1);
  fill(s.list.id);
  const auto used = db.space().used;
  for (int restarts = 0; restarts < 3; ++restarts) {
    open_small();
    EXPECT_EQ(db.space().limit, small);
    fill(s.list.id); // what the last commits have freed can be used by now
    must(in_reserve([&](write_txn& in) { must(put_snapshot(in, "probe", std::to_string(restarts))); }));
  }
  EXPECT_LE(db.space().used, std::max(used, small + small / 8));
  open_small(2 * small);
  EXPECT_EQ(fill(s.list.id).field, "database.map_limit") << "it may grow, and has not yet";
  EXPECT_TRUE(must(db.grow(0ms)));
  must(add_entry(s.list.id, 1));
}

TEST_F(full_database, grows_up_to_its_limit_and_no_further) {
  open_small(3 * small);
  const auto s = make_scene(1);
  std::size_t grown = 0;
  for (;;) {
    fill(s.list.id);
    if (!must(db.grow(0ms)))
      break;
    ++grown;
  }
  EXPECT_EQ(grown, 2u) << "twice, then to the limit";
  EXPECT_GT(db.space().used, 3 * small - small / 4);
  EXPECT_LE(db.space().used, 3 * small + 3 * small / 8);
  expect_consistent();
}

TEST_F(full_database, a_reader_that_stays_is_not_waited_for_long) {
  open_small(4 * small);
  const auto s = make_scene(1);
  fill(s.list.id);
  {
    const auto in = must(db.read());
    EXPECT_EQ(code_of(db.grow(10ms)), errc::overloaded);
    EXPECT_TRUE(must(get<dlma>(in, s.list.id)).id == s.list.id) << "it reads on";
    EXPECT_TRUE(db.read()) << "and others may again";
    EXPECT_TRUE(add_entry(s.list.id, 1).has_error());
  }
  EXPECT_TRUE(must(db.grow(10ms)));
  must(add_entry(s.list.id, 1));
  auto open = must(db.write());
  EXPECT_EQ(code_of(db.grow(0ms)), errc::internal);
}

TEST_F(full_database, grows_while_others_read_all_the_time) {
  open_small(64 * small);
  const auto s = make_scene(1);
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> rows{0}, faults{0}, exports{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r)
    readers.emplace_back([&] {
      while (!stop.load()) { // as an export does: page after page, each with a transaction of its own
        page_request where{std::nullopt, 100};
        do {
          const auto in = db.read();
          const auto page = in ? list_entries(*in, s.list.id, where) : result<storage::page<dl>>{in.error()};
          if (!page) {
            ++faults;
            break;
          }
          for (const auto& entry : page->items)
            faults += entry.dlma_uuid == s.list.id ? 0 : 1;
          rows += page->items.size();
          where.after = page->next;
          (void)db.space();
        } while (where.after && !stop.load());
        ++exports;
      }
    });
  for (int grown = 0; grown < 5;) {
    fill(s.list.id);
    // Patience is a bound, not a wait: readers end within a page.
    const auto done = db.grow(60s);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    ASSERT_TRUE(*done);
    ++grown;
  }
  stop = true;
  for (auto& one : readers)
    one.join();
  EXPECT_EQ(faults, 0u);
  EXPECT_GT(rows, 0u);
  expect_consistent();
}

TEST_F(full_database, a_copy_that_is_being_written_is_a_reader) {
  open_small(4 * small);
  const auto s = make_scene(1);
  fill(s.list.id);
  EXPECT_GT(must(db.backup(folder.path() / "copy")), small / 2);
  EXPECT_TRUE(must(db.grow(0ms))) << "it has ended";
  must(validate_copy(folder.path() / "copy"));
}

} // namespace
} // namespace ringmaster::storage
