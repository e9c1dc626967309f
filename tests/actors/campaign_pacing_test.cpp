// SPDX-License-Identifier: Apache-2.0
// What a campaign's pacing keeps while it is laid by: a real database, a store that a test may hold up.
#include "actors/campaign_pacing.hpp"

#include "actors/direct_actor.hpp"
#include "tests/scratch_folder.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace ringmaster::campaign_pacing_tests {
namespace {

using namespace std::chrono_literals;

class campaign_pacing_test : public testing::Test {
protected:
  void SetUp() override {
    auto opened = storage::environment::open({folder_.path() / "data", std::size_t{1} << 24, 8});
    ASSERT_TRUE(opened) << opened.error().message;
    env_.emplace(std::move(*opened));
    shared_.env = &*env_;
    shared_.pbx_names = {"pbx1"};
    shared_.store = store_handle{spawn_direct(system_, "store", [this](direct_actor*) {
      return caf::behavior{[this](const store_operation_ptr& what) {
        waiting_.push_back(what);
        if (!disk_is_slow_)
          write_what_waits();
      }};
    })};
    plan_.pacing_method = "predictive";
    plan_.dial_mode = 1;
  }
  void TearDown() override { waiting_.clear(); }

  void write_what_waits() {
    for (const auto& one : std::exchange(waiting_, {})) {
      auto txn = env_->write();
      ASSERT_TRUE(txn);
      one->run(*txn);
      ASSERT_TRUE(txn->commit());
      one->done(std::nullopt);
    }
  }

  /// A third of 600 calls is answered. When the last one has ended.
  static time_point dial(campaign_pacing& pacing) {
    auto now = start;
    for (int i = 0; i < 600; ++i, now += 1s) {
      const auto id = random_uuid();
      campaign_pacing::call_claim claim{};
      pacing.begun(id, claim, "pbx1", {}, now);
      if (i % 3 == 0) {
        pacing.answered(id, claim, now + 4s);
        pacing.handed_to_agent(id, claim, now + 4s);
      }
      pacing.ended(id, claim, now + 20s);
    }
    return now + 19s;
  }

  static constexpr time_point start{std::chrono::hours{500'000}};
  tests::scratch_folder folder_;
  std::optional<storage::environment> env_;
  engine_shared shared_;
  plan plan_;
  std::vector<store_operation_ptr> waiting_;
  bool disk_is_slow_{false};
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
};

TEST_F(campaign_pacing_test, what_was_learned_is_there_again_after_a_rest) {
  for (const bool slow : {false, true}) {
    disk_is_slow_ = slow;
    campaign_pacing pacing{random_uuid(), shared_};
    ASSERT_TRUE(pacing.use(plan_, start));
    const auto over = dial(pacing);
    const auto learned = pacing->learned_answer_rate();
    ASSERT_GT(learned, 0.1);

    pacing.rest(over + campaign_pacing::method_linger - 1s);
    EXPECT_FALSE(pacing.rests()) << "the next call may come soon";
    pacing.rest(over + campaign_pacing::method_linger);
    ASSERT_TRUE(pacing.rests());
    EXPECT_EQ(pacing->method(), "predictive");
    EXPECT_EQ(pacing->learned_answer_rate(), learned);
    EXPECT_EQ(pacing->calls_to_begin(over + 1h), 0);
    EXPECT_FALSE(pacing.use(plan_, over + 1h));
    EXPECT_TRUE(pacing.rests()) << "the plan is as it was";

    pacing.wake(over + 2h);
    EXPECT_FALSE(pacing.rests());
    EXPECT_NEAR(pacing->learned_answer_rate(), learned, 0.02) << (slow ? "not on disk yet" : "from disk");
    write_what_waits();
  }
}

TEST_F(campaign_pacing_test, what_was_never_used_goes_at_once_and_writes_nothing) {
  disk_is_slow_ = true;
  campaign_pacing pacing{random_uuid(), shared_};
  ASSERT_TRUE(pacing.use(plan_, start));
  pacing.rest(start);
  EXPECT_TRUE(pacing.rests());
  EXPECT_TRUE(waiting_.empty());
}

TEST_F(campaign_pacing_test, with_calls_up_it_does_not_rest) {
  campaign_pacing pacing{random_uuid(), shared_};
  ASSERT_TRUE(pacing.use(plan_, start));
  campaign_pacing::call_claim claim{};
  const auto id = random_uuid();
  pacing.begun(id, claim, "pbx1", {}, start);
  pacing.rest(start + 1h);
  EXPECT_FALSE(pacing.rests());
  pacing.ended(id, claim, start + 1h);
  pacing.rest(start + 2h);
  EXPECT_TRUE(pacing.rests());
}

TEST_F(campaign_pacing_test, another_plan_is_used_at_once_also_by_one_that_rests) {
  campaign_pacing pacing{random_uuid(), shared_};
  ASSERT_TRUE(pacing.use(plan_, start));
  pacing.rest(start);
  ASSERT_TRUE(pacing.rests());
  plan_.max_calls_per_agent = 2.5;
  EXPECT_FALSE(pacing.use(plan_, start + 1s)) << "the same method";
  EXPECT_EQ(pacing->options().max_calls_per_agent, 2.5);
  plan_.pacing_method = "progressive";
  EXPECT_TRUE(pacing.use(plan_, start + 2s));
  EXPECT_EQ(pacing->method(), "progressive");
  pacing.rest(start + 1h);
  EXPECT_FALSE(pacing.rests()) << "it learns nothing, and is small";
}

} // namespace
} // namespace ringmaster::campaign_pacing_tests
