// SPDX-License-Identifier: Apache-2.0
#include "actors/zone_keeper.hpp"

#include "actors/core/schedule.hpp"
#include "tests/zone_folder.hpp"

#include <gtest/gtest.h>

namespace ringmaster {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class zone_keeper_test : public ::testing::Test {
protected:
  static constexpr time_point start{std::chrono::hours{500'000}};

  static time_point at(std::string_view text) {
    const auto t = parse_timestamp(text);
    EXPECT_TRUE(t.has_value()) << text;
    return t ? *t : time_point{};
  }

  void SetUp() override {
    fill(folder_, rules_of_2025);
    auto made = zone_keeper::open(folder_.path(), start);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    keeper_ = std::move(*made);
  }

  static void fill(const zone_folder& folder, std::string_view rules) {
    folder.put("tzdata.zi", rules);
    folder.compile_text(rules);
  }

  std::shared_ptr<const zone_rules> look() { return keeper_->look(now_ += zone_keeper::look_every); }

  /// When a campaign that dials from nine to five there opens next.
  static std::optional<time_point> opens(const zone_rules& rules, std::string_view zone, time_point after) {
    campaign c;
    c.sc_mode = 1;
    c.sc_timezone = std::string{zone};
    c.sc_time_start = "09:00:00";
    c.sc_time_end = "17:00:00";
    const auto when = core::schedule::compile(c, rules);
    EXPECT_TRUE(when.has_value()) << when.error().message;
    return when ? when->next_change(after) : std::nullopt;
  }

  zone_folder folder_;
  std::unique_ptr<zone_keeper> keeper_;
  time_point now_{start};
};

TEST_F(zone_keeper_test, tells_what_is_in_use) {
  const auto says = keeper_->now();
  EXPECT_EQ(says.version, "2025b");
  EXPECT_EQ(says.zones, 4u);
  EXPECT_EQ(says.in_use_since, start);
  EXPECT_EQ(says.folder, folder_.path().string());
  EXPECT_EQ(says.trouble, "");
  EXPECT_EQ(look(), nullptr) << "nothing has changed";
}

// The daemon ran on with the old rules: a campaign in Vancouver opened an hour late from November 2026 on.
TEST_F(zone_keeper_test, newer_rules_are_in_use_within_a_minute) {
  const auto night = at("2026-11-30T10:00:00Z");
  EXPECT_EQ(opens(*keeper_->rules(), "America/Vancouver", night), at("2026-11-30T17:00:00Z"));
  const auto before = keeper_->rules();
  fill(folder_, rules_of_2026);
  std::shared_ptr<const zone_rules> fresh;
  const auto changed = now_;
  while (!fresh && now_ < changed + 1min)
    fresh = look();
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh, keeper_->rules());
  EXPECT_EQ(keeper_->now().version, "2026f");
  EXPECT_EQ(keeper_->now().in_use_since, now_);
  EXPECT_EQ(opens(*fresh, "America/Vancouver", night), at("2026-11-30T16:00:00Z"));
  EXPECT_EQ(opens(*fresh, "Canada/Pacific", night), at("2026-11-30T16:00:00Z")) << "a link, and none that was asked before";
  EXPECT_EQ(opens(*before, "America/Vancouver", night), at("2026-11-30T17:00:00Z")) << "who still has the old set has it whole";
  EXPECT_EQ(opens(*before, "Canada/Pacific", night), at("2026-11-30T17:00:00Z"));
  EXPECT_EQ(look(), nullptr);
}

TEST_F(zone_keeper_test, a_set_that_is_half_unpacked_is_never_in_use) {
  zone_folder fresh;
  fill(fresh, rules_of_2026);
  const std::vector<std::string> names{"America/Vancouver", "Canada/Pacific", "Europe/Berlin", "tzdata.zi"};
  for (const auto& name : names)
    folder_.put(name + ".dpkg-new", fresh.get(name));
  for (const auto& name : names) {
    EXPECT_EQ(look(), nullptr);
    EXPECT_EQ(look(), nullptr);
    EXPECT_EQ(keeper_->now().version, "2025b");
    fs::rename(folder_.path() / (name + ".dpkg-new"), folder_.path() / name);
  }
  EXPECT_EQ(look(), nullptr);
  ASSERT_TRUE(look());
  EXPECT_EQ(keeper_->now().version, "2026f");
}

TEST_F(zone_keeper_test, an_unpacking_that_nobody_ends_is_told) {
  folder_.put("Europe/Berlin.dpkg-new", folder_.get("Europe/Berlin"));
  folder_.put("Europe/Berlin", folder_.get("America/Vancouver"));
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(look(), nullptr);
  EXPECT_NE(keeper_->now().trouble.find("dpkg-new"), std::string::npos) << keeper_->now().trouble;
  fs::remove(folder_.path() / "Europe/Berlin.dpkg-new");
  EXPECT_EQ(look(), nullptr);
  EXPECT_TRUE(look());
  EXPECT_EQ(keeper_->now().trouble, "");
}

TEST_F(zone_keeper_test, what_cannot_be_read_leaves_the_old_rules_in_use) {
  const auto berlin = folder_.get("Europe/Berlin");
  const auto before = keeper_->rules();
  fill(folder_, rules_of_2026);
  folder_.put("Europe/Berlin", berlin.substr(0, 60));
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(look(), nullptr);
  EXPECT_EQ(keeper_->rules(), before);
  EXPECT_EQ(keeper_->now().version, "2025b");
  EXPECT_NE(keeper_->now().trouble.find((folder_.path() / "Europe/Berlin").string()), std::string::npos) << keeper_->now().trouble;
  EXPECT_EQ(keeper_->now().trouble_since, start + 2 * zone_keeper::look_every);
  fs::remove_all(folder_.path() / "Europe"); // and then the package is repaired
  fs::remove_all(folder_.path() / "America");
  fs::remove_all(folder_.path() / "Canada");
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(look(), nullptr);
  EXPECT_EQ(keeper_->rules(), before);
  EXPECT_NE(keeper_->now().trouble, "");
  fill(folder_, rules_of_2026);
  EXPECT_EQ(look(), nullptr);
  EXPECT_TRUE(look());
  EXPECT_EQ(keeper_->now().version, "2026f");
  EXPECT_EQ(keeper_->now().trouble, "");
}

TEST_F(zone_keeper_test, a_folder_that_is_gone_for_a_while_is_told) {
  const auto before = keeper_->rules();
  const auto aside = folder_.path().string() + "-aside";
  fs::rename(folder_.path(), aside);
  EXPECT_EQ(look(), nullptr);
  EXPECT_NE(keeper_->now().trouble, "");
  fs::rename(aside, folder_.path());
  EXPECT_EQ(look(), nullptr);
  EXPECT_EQ(look(), nullptr);
  EXPECT_EQ(keeper_->now().trouble, "");
  EXPECT_EQ(keeper_->rules(), before);
}

TEST_F(zone_keeper_test, a_damaged_file_at_the_start_costs_its_zone_alone) {
  folder_.put("Europe/Berlin", "TZif");
  auto made = zone_keeper::open(folder_.path(), start);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ((*made)->rules()->find("Europe/Berlin"), nullptr);
  EXPECT_TRUE((*made)->rules()->find("America/Vancouver"));
  EXPECT_NE((*made)->now().trouble.find("Europe/Berlin"), std::string::npos);
}

TEST_F(zone_keeper_test, does_not_open_without_zones) {
  const zone_folder empty;
  EXPECT_FALSE(zone_keeper::open(empty.path(), start).has_value());
  EXPECT_FALSE(zone_keeper::open(empty.path() / "none", start).has_value());
}

} // namespace
} // namespace ringmaster
