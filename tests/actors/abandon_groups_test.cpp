// SPDX-License-Identifier: Apache-2.0
#include "actors/abandon_groups.hpp"

#include "actors/campaign_pacing.hpp"

#include "storage/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

TEST(abandon_groups, tell_each_campaign_of_all_the_others) {
  abandon_groups groups;
  const auto a = random_uuid(), b = random_uuid(), c = random_uuid();
  core::abandon_days before;
  before.add(100, 40, 1);
  EXPECT_EQ(groups.version("sales"), 0u);
  groups.put("sales", a, before);
  groups.put("support", c, before);
  groups.put("sales", b, {});
  EXPECT_EQ(groups.others("sales", b, 100, 30), (core::abandon_ledger{40, 1, 40, 1}));
  EXPECT_EQ(groups.others("sales", a, 100, 30), core::abandon_ledger{});
  const auto version = groups.version("sales");
  groups.add("sales", b, 100, true);
  EXPECT_GT(groups.version("sales"), version);
  EXPECT_EQ(groups.others("sales", a, 100, 30), (core::abandon_ledger{1, 1, 1, 1}));
  EXPECT_EQ(groups.others("sales", b, 100, 30), (core::abandon_ledger{40, 1, 40, 1})) << "and none of its own";
  groups.leave("sales", a);
  EXPECT_EQ(groups.others("sales", b, 100, 30), core::abandon_ledger{});
}

/// Near its limit, one more abandoned call of a campaign is seen by the other one at its very next decision.
TEST(abandon_groups, of_which_one_campaign_has_used_up_the_budget_risk_nothing_more_in_the_others) {
  std::string pattern = (std::filesystem::temp_directory_path() / "abandon_groups_XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  auto env = storage::environment::open({std::filesystem::path{pattern} / "data", std::size_t{1} << 24, 8});
  ASSERT_TRUE(env) << env.error().message;
  {
    engine_shared shared;
    shared.env = &*env;
    plan settings;
    settings.pacing_method = "progressive";
    settings.abandon_group = "sales";
    const auto now = shared.time->now();
    campaign_pacing first{random_uuid(), shared}, second{random_uuid(), shared};
    (void)first.use(settings, now);
    (void)second.use(settings, now);
    constexpr std::int64_t today = 20'000;
    for (int i = 0; i < 99; ++i)
      first.add_answer(today, i < 2);
    second.follow_group(today, now);
    EXPECT_EQ(second->ledger(), (core::abandon_ledger{99, 2, 99, 2}));
    first.add_answer(today, true);
    second.follow_group(today, now);
    EXPECT_EQ(second->ledger(), (core::abandon_ledger{100, 3, 100, 3}));
    second.add_answer(today, false);
    second.tell_ledger(today, now);
    EXPECT_EQ(second->ledger(), (core::abandon_ledger{101, 3, 101, 3})) << "its own as well, and once";
  }
  std::filesystem::remove_all(pattern);
}

} // namespace
} // namespace ringmaster
