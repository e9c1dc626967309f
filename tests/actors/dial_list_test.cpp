// SPDX-License-Identifier: Apache-2.0
// The actor of a dial list, with a database that it reads and a clock that the test sets.
#include "actors/dial_list.hpp"

#include "storage/outbound.hpp"
#include "tests/manual_clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <vector>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

class dial_list_actor_test : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "ringmaster-dial-list-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    auto opened = storage::environment::open({folder_ / "data", std::size_t{1} << 24, 8});
    ASSERT_TRUE(opened) << opened.error().message;
    env_.emplace(std::move(*opened));
  }
  void TearDown() override {
    list_.end();
    self_->wait_for(list_.actor());
    std::filesystem::remove_all(folder_);
  }

  /// A list of one entry that was called `ago` before the present date; the actor has it then, and it is not yet to be
  /// called again.
  void load_entry_called(duration ago) {
    auto txn = env_->write();
    ASSERT_TRUE(txn);
    const auto list = storage::create(*txn, dlma{}, time_.date());
    ASSERT_TRUE(list);
    dl entry;
    entry.dlma_uuid = list->id;
    entry.number[0] = "100";
    const auto made = storage::create(*txn, entry, time_.date());
    ASSERT_TRUE(made);
    entry_ = made->state;
    entry_.trycnt[0] = 1;
    entry_.last_hangup_ns = (time_.date() - ago).time_since_epoch().count();
    ASSERT_TRUE(txn->commit());
    list_ = dial_list_handle{system_.spawn(dial_list_actor, list->id, &*env_, &time_)};
    list_.tell(load_dial_list{});
    list_.tell(entries_changed{{entry_}, {}});
    EXPECT_TRUE(lease().entries.empty());
  }

  leased lease() {
    core::dial_policy policy;
    policy.retry_delay = 60s;
    list_.tell(lease_request{campaign_, policy, 1, campaign_handle{self_}});
    leased got;
    self_->receive([&](const leased& answer) { got = answer; }, caf::after(10s) >> [] { FAIL(); });
    return got;
  }

  static constexpr time_point start{std::chrono::hours{500'000}};
  std::filesystem::path folder_;
  std::optional<storage::environment> env_;
  manual_clock time_{start};
  dial_entry entry_;
  const uuid campaign_{random_uuid()};
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor self_{system_};
  dial_list_handle list_;
};

TEST_F(dial_list_actor_test, a_retry_delay_is_as_long_when_the_wall_clock_is_set_back) {
  load_entry_called(10s);
  time_.step_date(-1h);
  time_.pass(49s);
  auto answer = lease();
  EXPECT_TRUE(answer.entries.empty());
  EXPECT_EQ(answer.next_eligible, time_.now() + 1s) << "a moment";
  time_.pass(1s);
  EXPECT_EQ(lease().entries.size(), 1u);
}

TEST_F(dial_list_actor_test, a_retry_delay_is_no_shorter_when_the_wall_clock_is_set_forward) {
  load_entry_called(10s);
  time_.step_date(1h);
  EXPECT_TRUE(lease().entries.empty());
  time_.pass(50s);
  EXPECT_EQ(lease().entries.size(), 1u);
}

TEST_F(dial_list_actor_test, an_end_that_is_written_by_a_clock_that_was_set_counts_from_then) {
  load_entry_called(10s);
  time_.step_date(-1h);
  time_.pass(50s);
  ASSERT_EQ(lease().entries.size(), 1u);
  auto after = entry_;
  after.trycnt[0] = 2;
  after.last_hangup_ns = time_.date().time_since_epoch().count();
  list_.tell(entry_ended{entry_.id, after});
  EXPECT_TRUE(lease().entries.empty());
  time_.step_date(1h);
  EXPECT_TRUE(lease().entries.empty());
  time_.pass(59s);
  EXPECT_TRUE(lease().entries.empty());
  time_.pass(1s);
  EXPECT_EQ(lease().entries.size(), 1u);
}

TEST_F(dial_list_actor_test, a_hangup_in_the_future_was_now) {
  load_entry_called(-1h); // written when the clock was an hour ahead
  time_.pass(60s);
  EXPECT_EQ(lease().entries.size(), 1u);
}

TEST_F(dial_list_actor_test, explanations_tell_dates) {
  load_entry_called(10s);
  time_.step_date(-1h);
  core::dial_policy policy;
  policy.retry_delay = 60s;
  const auto me = caf::actor_cast<caf::actor>(self_);
  auto found = std::make_shared<core::entry_explanation>();
  list_.tell(explain_request{entry_.id, policy, [found, me](core::entry_explanation e) {
                                       *found = e;
                                       caf::anon_send(me, wake{});
                                     }});
  self_->receive([](const wake&) {}, caf::after(10s) >> [] { FAIL(); });
  EXPECT_EQ(found->state, core::entry_state::cooling);
  EXPECT_EQ(found->until, time_.date() + 50s);
}

/// Who was leased nothing hears of the next change, once.
TEST_F(dial_list_actor_test, who_has_nothing_to_dial_is_told_when_that_may_have_changed) {
  load_entry_called(10s); // whoever asks gets nothing
  int told = 0;
  const auto hear = [&](std::chrono::milliseconds time) {
    bool over = false;
    while (!over)
      self_->receive([&](const list_changed& what) { told += what.list == list_ ? 1 : 0; }, caf::after(time) >> [&] { over = true; });
  };
  hear(50ms);
  EXPECT_EQ(told, 0) << "nothing has changed";
  list_.tell(entries_changed{{entry_}, {}});
  list_.tell(entries_changed{{entry_}, {}});
  hear(200ms);
  EXPECT_EQ(told, 1) << "it has not asked since";
  const auto other = random_uuid();
  const auto changes = std::vector<std::function<void()>>{
      [&] { list_.tell(entries_changed{{}, {random_uuid()}}); },
      [&] { list_.tell(entry_ended{entry_.id, entry_}); },
      [&] { list_.tell(give_back{{entry_.id}}); },
      [&] { list_.tell(put_off{{entry_.id}, time_.now() + 5s}); },
      [&] { list_.tell(lease_request{other, {}, 1, campaign_handle{self_}, 2}); }, // calls written another way
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_TRUE(lease().entries.empty());
    told = 0;
    changes[i]();
    hear(200ms);
    EXPECT_EQ(told, 1) << i;
    self_->receive([](const leased&) {}, caf::after(0s) >> [] {});
  }
  EXPECT_TRUE(lease().entries.empty());
  told = 0;
  list_.tell(drop_view{campaign_});
  list_.tell(drop_view{other});
  list_.tell(entries_changed{{entry_}, {}});
  hear(100ms);
  EXPECT_EQ(told, 0) << "it has gone";
}

} // namespace
} // namespace ringmaster
