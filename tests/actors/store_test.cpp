// SPDX-License-Identifier: Apache-2.0
// The store over a real database that has no more room. Its steps of time are the scheduler's: no test waits.
#include "actors/store.hpp"

#include "storage/outbox.hpp"
#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;
using namespace storage;

class store_test : public database_test {
protected:
  static constexpr std::size_t small = std::size_t{4} << 20;

  store_test() {
    config_.set("scheduler.policy", caf::atom("testing"));
    system_ = std::make_unique<caf::actor_system>(config_);
  }
  ~store_test() override {
    stop();
    system_.reset();
  }

  void open_small(std::size_t limit = 0) {
    { const environment closed = std::move(db); }
    environment_options options;
    options.data_dir = folder.path() / "small";
    options.map_size = small;
    options.map_limit = limit;
    db = must(environment::open(options));
  }
  /// As a start of the daemon does.
  void start() {
    live_ = std::make_unique<live_state>();
    left_ = {};
    const auto taken = take_up_notes(db, left_);
    ASSERT_TRUE(taken.has_value()) << taken.error().message;
    store_ = store_handle{system_->spawn(store_actor, &db, live_.get(), left_, &machine_clock())};
    run();
  }
  void stop() {
    if (store_)
      store_.end();
    store_ = nullptr;
    run();
  }
  auto& scheduler() { return static_cast<caf::scheduler::test_coordinator&>(system_->scheduler()); }
  void run() { scheduler().run(); }
  void pass(std::chrono::seconds time) {
    scheduler().advance_time(time);
    run();
  }

  using outcome = std::shared_ptr<std::optional<std::optional<error>>>; ///< nothing: not told yet

  outcome ask(std::function<void(write_txn&)> work, room may_fill = room::ordinary, std::function<call_note()> note = {}) {
    return ask_whole(
        [work = std::move(work)](write_txn& in) {
          work(in);
          return true;
        },
        may_fill, std::move(note));
  }
  outcome ask_whole(std::function<bool(write_txn&)> work, room may_fill = room::ordinary, std::function<call_note()> note = {}) {
    auto told = std::make_shared<std::optional<std::optional<error>>>();
    store_.tell(std::make_shared<store_operation>(store_operation{
                               std::move(work), [told](const std::optional<error>& failed) { told->emplace(failed); },
                               may_fill, std::move(note)}));
    return told;
  }
  outcome ask_end(const uuid& call) {
    const call_outcome how{dialing_status::hangup, "PJSIP/1", 4, "answered", 16, "Normal Clearing"};
    return ask([=](write_txn& in) { (void)end_dialing(in, call, how, at_second(5)); }, room::reserve,
               [=] { return note_of(call, how, at_second(5)); });
  }
  static bool is_done(const outcome& o) { return *o && !**o; }
  static bool is_refused(const outcome& o) { return *o && **o; }

  std::function<void(write_txn&)> an_entry_more(const uuid& list, std::size_t text = 2000) {
    auto entry = an_entry(list, ++made_);
    entry.detail = std::string(text, 'x');
    return [entry](write_txn& in) { (void)create(in, entry, at_second(0)); };
  }
  error fill(const uuid& list) {
    for (std::size_t refused = 0;;) {
      const auto told = ask(an_entry_more(list));
      run();
      refused = is_refused(told) ? refused + 1 : 0;
      if (refused == 5)
        return ***told;
    }
  }
  /// Four calls are up, the database fills to its last page, and they end.
  std::pair<scene, std::vector<outcome>> four_ends_without_room() {
    open_small();
    auto s = make_scene(4);
    const auto calls = begin_calls(s);
    start();
    fill(s.list.id);
    fill_the_reserve();
    std::vector<outcome> ends;
    for (const auto& call : calls)
      ends.push_back(ask_end(call.id));
    run();
    return {std::move(s), std::move(ends)};
  }
  /// The reserve as well, so that nothing at all can be written.
  void fill_the_reserve() {
    for (std::size_t i = 0; i < 10'000; ++i) {
      auto in = must(db.write(room::reserve));
      if (!put_snapshot(in, "filler " + std::to_string(i), std::string(3000, 'x')) || !in.commit())
        return;
    }
    FAIL() << "it is never full";
  }
  void empty_the_reserve() {
    for (int round = 0; round < 4; ++round) {
      auto in = must(db.write(room::reserve));
      for (int i = 0; i < 40; ++i)
        (void)remove_snapshot(in, "filler " + std::to_string(round * 40 + i));
      if (!in.commit())
        return;
    }
  }
  std::vector<begin_request> begin_calls(const scene& s) {
    std::vector<begin_request> calls;
    write([&](write_txn& in) {
      for (const auto& entry : s.entries)
        must(begin_dialing(in, calls.emplace_back(call_to(s, entry.id)), at_second(1)));
    });
    return calls;
  }
  std::size_t live_calls() { return must(all_dialings(must(db.read()))).size(); }

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<live_state> live_;
  left_behind left_;
  store_handle store_;
  std::size_t made_{1000};
};

TEST_F(store_test, a_full_database_refuses_what_is_ordinary_and_says_so) {
  open_small();
  const auto s = make_scene(1);
  start();
  EXPECT_TRUE(live_->database.get()->works);
  const auto why = fill(s.list.id);
  EXPECT_EQ(why.code, errc::storage_full);
  EXPECT_NE(why.message.find("map_size"), std::string::npos) << why.message;
  EXPECT_FALSE(live_->writable);
  EXPECT_EQ(live_->database.get()->trouble, why.message);
}

TEST_F(store_test, what_has_room_is_not_refused_with_what_has_none) {
  open_small();
  const auto s = make_scene(3);
  const auto calls = begin_calls(s);
  start();
  fill(s.list.id);
  const auto first = ask_end(calls[0].id);
  const auto large = ask(an_entry_more(s.list.id, 60'000));
  const auto second = ask_end(calls[1].id), third = ask_end(calls[2].id);
  run();
  EXPECT_TRUE(is_done(first) && is_done(second) && is_done(third));
  ASSERT_TRUE(is_refused(large));
  EXPECT_NE((**large)->message.find("map_size"), std::string::npos);
  EXPECT_EQ(live_calls(), 0u);
  expect_consistent();
}

TEST_F(store_test, is_writable_again_when_there_is_room) {
  open_small();
  const auto s = make_scene(1);
  start();
  fill(s.list.id);
  EXPECT_FALSE(live_->writable);
  const auto page = must(list_entries(must(db.read()), s.list.id, {std::nullopt, 1000}));
  for (const auto& entry : page.items) // what was deleted is kept, and makes no room; it moves on
    ask([id = entry.id](write_txn& in) { (void)in.erase(table::dl, id.view()); }, room::reserve);
  run();
  pass(1s);
  pass(1s);
  EXPECT_TRUE(live_->writable) << live_->database.get()->trouble;
  const auto told = ask(an_entry_more(s.list.id));
  run();
  EXPECT_TRUE(is_done(told)) << (is_refused(told) ? (**told)->message : "not told");
}

TEST_F(store_test, a_database_that_may_grow_refuses_nothing) {
  open_small(16 * small);
  const auto s = make_scene(1);
  start();
  std::vector<outcome> told;
  for (int i = 0; i < 6'000; ++i)
    told.push_back(ask(an_entry_more(s.list.id)));
  run();
  EXPECT_TRUE(std::all_of(told.begin(), told.end(), is_done));
  EXPECT_TRUE(live_->writable);
  EXPECT_GT(db.space().used, 2 * small);
  EXPECT_EQ(must(must(db.read()).size(table::dl)), 6'001u) << "and what was run twice was kept once";
  expect_consistent();
}

TEST_F(store_test, ends_that_cannot_be_written_wait_and_are_written_when_they_can) {
  const auto ends = four_ends_without_room().second;
  for (const auto& end : ends)
    EXPECT_FALSE(end->has_value()) << "neither done nor refused";
  EXPECT_EQ(live_->database.get()->waiting, 4u);
  EXPECT_FALSE(live_->database.get()->works);
  EXPECT_EQ(must(waiting_notes::open(db.data_dir())).found().size(), 4u);
  pass(3s);
  EXPECT_EQ(must(waiting_notes::open(db.data_dir())).found().size(), 4u) << "noted once";

  empty_the_reserve();
  pass(1s);
  pass(1s);
  for (const auto& end : ends)
    EXPECT_TRUE(is_done(end));
  EXPECT_EQ(live_->database.get()->waiting, 0u);
  EXPECT_EQ(live_calls(), 0u);
  EXPECT_TRUE(must(waiting_notes::open(db.data_dir())).found().empty());
  expect_consistent();
}

TEST_F(store_test, the_next_start_writes_what_the_last_process_could_not) {
  const auto s = four_ends_without_room().first;
  stop(); // with four that wait

  open_small(); // no room yet
  start();
  EXPECT_EQ(left_.notes.size(), 4u);
  EXPECT_EQ(live_->database.get()->waiting, 4u);
  EXPECT_FALSE(live_->database.get()->trouble.empty());
  EXPECT_EQ(live_calls(), 4u);
  stop();

  open_small(16 * small);
  start();
  EXPECT_TRUE(left_.notes.empty());
  EXPECT_EQ(live_calls(), 0u);
  for (const auto& entry : s.entries) {
    const auto now = must(read<dl>(entry.id));
    EXPECT_EQ(now.res_dial, 4) << "who has answered is known to have";
    EXPECT_EQ(now.status, dl_idle);
  }
  EXPECT_EQ(must(outbox::of_results().read(must(db.read()), 10)).size(), 4u);
  EXPECT_TRUE(must(waiting_notes::open(db.data_dir())).found().empty());
  expect_consistent();
}

/// Commands that share a commit.
class whole_commands : public store_test {
protected:
  whole_commands() { start(); }
  std::function<bool(write_txn&)> keeps(const std::string& name, bool kept = true) {
    return [this, name, kept](write_txn& in) {
      ++runs_;
      must(put_snapshot(in, name, "x"));
      return kept;
    };
  }
  [[nodiscard]] bool is_there(const std::string& name) { return must(get_snapshot(must(db.read()), name)).has_value(); }

  std::size_t runs_{0};
};

TEST_F(whole_commands, that_are_refused_leave_nothing_behind) {
  const auto before = ask_whole(keeps("before")), refused = ask_whole(keeps("refused", false)), after = ask_whole(keeps("after"));
  run();
  for (const auto& one : {before, refused, after})
    EXPECT_TRUE(is_done(one));
  EXPECT_TRUE(is_there("before"));
  EXPECT_FALSE(is_there("refused"));
  EXPECT_TRUE(is_there("after"));
}

TEST_F(whole_commands, that_throw_cost_nobody_else_anything) {
  const auto before = ask_whole(keeps("before"));
  const auto thrown = ask_whole([](write_txn& in) -> bool {
    must(put_snapshot(in, "thrown", "x"));
    throw std::runtime_error{"a fault"};
  });
  const auto at_once = ask_whole([](write_txn&) -> bool { throw 1; });
  const auto after = ask_whole(keeps("after"));
  run();
  for (const auto& one : {before, after})
    EXPECT_TRUE(is_done(one));
  for (const auto& one : {thrown, at_once}) {
    ASSERT_TRUE(is_refused(one));
    EXPECT_EQ((**one)->code, errc::internal);
  }
  EXPECT_TRUE(is_there("before"));
  EXPECT_FALSE(is_there("thrown"));
  EXPECT_TRUE(is_there("after"));
  const auto next = ask_whole(keeps("next"));
  run();
  EXPECT_TRUE(is_done(next));
}

TEST_F(whole_commands, are_run_twice_at_most_however_many_are_refused) {
  std::vector<outcome> all;
  for (int i = 0; i < 300; ++i)
    all.push_back(ask_whole(keeps(std::to_string(i), i % 3 != 0)));
  run();
  for (int i = 0; i < 300; ++i) {
    EXPECT_TRUE(is_done(all[static_cast<std::size_t>(i)]));
    EXPECT_EQ(is_there(std::to_string(i)), i % 3 != 0) << i;
  }
  EXPECT_LE(runs_, 600u);
}

TEST_F(whole_commands, that_are_refused_before_they_write_share_the_commit) {
  const auto commits = live_->total.commits.load();
  const auto before = ask_whole(keeps("before")), refused = ask_whole([](write_txn&) { return false; }), after = ask_whole(keeps("after"));
  run();
  EXPECT_EQ(live_->total.commits.load(), commits + 1);
  EXPECT_TRUE(is_done(before) && is_done(refused) && is_done(after));
}

} // namespace
} // namespace ringmaster
