// SPDX-License-Identifier: Apache-2.0
#include "actors/core/health.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

const time_point now{std::chrono::hours{480'000}};

struct health : testing::Test {
  health_facts facts;
  health() {
    facts.disk_free = std::uint64_t{1} << 40;
    auto& server = facts.servers.emplace_back();
    server.name = "asterisk";
    server.connected = true;
  }
  /// "what name: text", of each.
  [[nodiscard]] std::vector<std::string> said(time_point at = now) const {
    std::vector<std::string> all;
    for (const auto& one : what_is_wrong(facts, at))
      all.push_back(std::string{one.what} + " " + one.name + ": " + one.text);
    return all;
  }
  using texts = std::vector<std::string>;
};

TEST_F(health, is_well_when_nothing_is_the_matter) { EXPECT_EQ(said(), texts{}); }

TEST_F(health, says_what_cannot_be_written_first_and_since_when) {
  facts.zone_rules = {"half of a file", now - 2min};
  facts.database = {"full", now - 1min};
  facts.result_file = {"gone", now};
  EXPECT_EQ(said(), (texts{"database : full", "result_file : gone", "zone_rules : half of a file"}));
  EXPECT_EQ(what_is_wrong(facts, now).front().since, now - 1min);
}

TEST_F(health, tells_a_disk_that_is_nearly_full_and_not_one_that_is_not_known) {
  facts.disk_free = little_disk;
  EXPECT_EQ(said(), texts{});
  facts.disk_free = little_disk - 1;
  EXPECT_EQ(said(), texts{"disk : only 255 MiB are free where the database is"});
  facts.disk_free.reset();
  EXPECT_EQ(said(), texts{});
}

TEST_F(health, tells_each_server_with_its_reason) {
  facts.servers.push_back({"new", false, {}, {}, {}});
  facts.servers.push_back({"gone", false, {"no connection: Connection refused", now - 1h}, {}, {}});
  EXPECT_EQ(said(), (texts{"server new: not connected yet", "server gone: no connection: Connection refused"}));
  EXPECT_EQ(what_is_wrong(facts, now).back().since, now - 1h);
}

TEST_F(health, tells_what_rests_of_servers_and_trunks_but_not_of_campaigns) {
  auto& rests = facts.servers.front().rests;
  rests.push_back({resting_thing::server, "asterisk", "asterisk", "Asterisk is shutting down", now, now});
  rests.push_back({resting_thing::trunk, "asterisk", "PJSIP/carrier", "12 calls failed", now - 5s, now});
  rests.push_back({resting_thing::campaign, "asterisk", "a campaign", "no such extension", now, now});
  EXPECT_EQ(said(), (texts{"server asterisk: Asterisk is shutting down", "trunk asterisk PJSIP/carrier: 12 calls failed"}));
}

TEST_F(health, tells_which_right_is_missing_and_what_mends_it) {
  const missing_right lacks{ami_right{}, "Asterisk says no"};
  facts.servers.front().missing.push_back(lacks);
  EXPECT_EQ(said(), texts{"right asterisk: Asterisk says no: " + lacks.mend()});
}

TEST_F(health, tells_leaps_of_clocks_for_a_while) {
  facts.leap = clock_leap{1h, false, now};
  EXPECT_EQ(said(), texts{"clock : the wall clock was set forward by 3600.0 s: schedules go by what it shows now"});
  EXPECT_EQ(said(now + leaps_are_told_for), texts{});
  facts.leap = clock_leap{-1500ms, false, now};
  EXPECT_EQ(said(), texts{"clock : the wall clock was set back by 1.5 s: schedules go by what it shows now"});
  facts.leap = clock_leap{12s, true, now};
  EXPECT_EQ(said(), texts{"clock : the machine, or this process, stood still for 12.0 s: nothing was heard or dialed meanwhile"});
}

} // namespace
} // namespace ringmaster::core
