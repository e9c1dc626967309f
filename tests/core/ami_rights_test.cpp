// SPDX-License-Identifier: Apache-2.0
#include "actors/core/ami_rights.hpp"
#include "actors/core/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;
using ami::event_kind;

const time_point start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}};
constexpr campaign_needs parks{}, to_queue{true, true, false}, to_queue_or_away{true, true, true};

/// Names of what is missing, in order.
std::vector<std::string_view> names(const ami_rights& r) {
  std::vector<std::string_view> all;
  for (const auto& one : r.missing())
    all.push_back(info(one.right).name);
  return all;
}
using name_list = std::vector<std::string_view>;

void allow(ami_rights& r, const std::set<std::string_view>& which) {
  r.allowed_are([&](std::string_view action) { return which.contains(action); });
}

TEST(ami_rights, nothing_is_missing_before_anything_was_proved) {
  ami_rights r{true};
  r.logged_in();
  EXPECT_FALSE(r.look(start + 1h));
  EXPECT_EQ(r.of(ami_right::hear_agents), proof::open);
  EXPECT_EQ(hinders(r.missing(), to_queue), nullptr);
}

TEST(ami_rights, what_list_commands_does_not_name_is_not_allowed) {
  ami_rights r{true};
  allow(r, {"Originate", "CoreShowChannels"});
  EXPECT_TRUE(r.look(start));
  EXPECT_FALSE(r.look(start)) << "it is told once";
  EXPECT_EQ(names(r), (name_list{"hang_up", "send_away"}));
  EXPECT_EQ(r.of(ami_right::begin_calls), proof::given);
  EXPECT_EQ(hinders(r.missing(), parks), nullptr) << "nobody is to be hung up";
  ASSERT_NE(hinders(r.missing(), to_queue), nullptr);
  EXPECT_EQ(hinders(r.missing(), to_queue)->right, ami_right::hang_up);
  EXPECT_NE(r.missing().front().mend().find("write = "), std::string::npos);
  EXPECT_EQ(r.missing().front().mend().find('"'), std::string::npos) << "it stands between double quotes in the log";
  allow(r, {"Originate", "CoreShowChannels", "Hangup"});
  EXPECT_TRUE(r.look(start));
  EXPECT_EQ(hinders(r.missing(), to_queue), nullptr);
  EXPECT_EQ(hinders(r.missing(), to_queue_or_away)->right, ami_right::send_away);
}

TEST(ami_rights, without_originate_nothing_is_dialed) {
  ami_rights r{true};
  allow(r, {"Hangup", "Redirect", "CoreShowChannels"});
  EXPECT_TRUE(r.look(start));
  EXPECT_NE(hinders(r.missing(), parks), nullptr);
}

TEST(ami_rights, an_action_that_is_denied_is_not_allowed_and_one_that_fails_is) {
  ami_rights r{true};
  allow(r, {"Originate", "Hangup", "Redirect", "CoreShowChannels"});
  r.refused("Hangup", "No such channel");
  EXPECT_FALSE(r.look(start));
  r.refused("Redirect", "Permission denied");
  r.refused("QueuePause", "Permission denied");
  EXPECT_TRUE(r.look(start));
  EXPECT_EQ(names(r), name_list{"send_away"});
  EXPECT_NE(r.missing().front().seen.find("'Permission denied'"), std::string::npos);
}

TEST(ami_rights, what_only_some_want_to_be_done_is_missing_when_it_was_refused) {
  ami_rights r{true};
  allow(r, {"Originate", "Hangup", "Redirect", "CoreShowChannels"});
  EXPECT_FALSE(r.look(start)) << "nobody has asked for UpdateConfig";
  r.refused("UpdateConfig", "Given category does not exist");
  EXPECT_FALSE(r.look(start));
  r.refused("CreateConfig", "Permission denied");
  EXPECT_TRUE(r.look(start));
  EXPECT_EQ(names(r), name_list{"write_config"});
  EXPECT_NE(r.missing().front().mend().find("'config' in its line write"), std::string::npos);
  EXPECT_EQ(hinders(r.missing(), to_queue_or_away), nullptr) << "calls do not need it";
}

TEST(ami_rights, classes_that_the_session_may_not_read_are_missing) {
  ami_rights r{true};
  r.heard(event_kind::fully_booted);
  r.may_read(0b11); // system, call
  EXPECT_TRUE(r.look(start));
  EXPECT_EQ(names(r), (name_list{"hear_queues", "hear_agents", "hear_users", "hear_agis", "hear_dialplan"}));
  EXPECT_EQ(hinders(r.missing(), parks), nullptr);
  EXPECT_NE(hinders(r.missing(), to_queue), nullptr);
  EXPECT_EQ(r.of(ami_right::hear_calls), proof::open) << "a filter may drop them all the same";

  ami_rights quiet{false};
  quiet.may_read(1 | 2 | 32 | 64 | 8192);
  EXPECT_FALSE(quiet.look(start)) << "dialplan was not asked for";
  quiet.may_read(1 | 32);
  EXPECT_TRUE(quiet.look(start));
  EXPECT_EQ(hinders(quiet.missing(), parks)->right, ami_right::hear_calls);
}

TEST(ami_rights, what_a_listing_shows_and_no_event_tells_is_not_heard_after_two_seconds) {
  ami_rights r{true};
  r.caller_goes_unheard("sales", start);
  EXPECT_FALSE(r.look(start + 1900ms)) << "the event may be on its way";
  EXPECT_TRUE(r.look(start + 2s));
  EXPECT_EQ(names(r), name_list{"hear_queues"});
  r.agent_goes_unheard("sales", "PJSIP/1", start + 3s);
  r.calls_go_unheard("none", start + 3s);
  EXPECT_TRUE(r.look(start + 5s));
  EXPECT_EQ(names(r), (name_list{"hear_calls", "hear_queues", "hear_agents"}));
}

TEST(ami_rights, an_event_in_time_clears_the_suspicion_and_a_late_one_the_proof) {
  ami_rights r{true};
  r.agent_goes_unheard("sales", "PJSIP/1", start);
  r.heard(event_kind::agent_connect);
  EXPECT_FALSE(r.look(start + 10s));
  EXPECT_EQ(r.of(ami_right::hear_agents), proof::given);
  r.logged_in();
  EXPECT_EQ(r.of(ami_right::hear_agents), proof::open) << "rights may be others now";
  r.agent_goes_unheard("sales", "PJSIP/1", start + 20s);
  EXPECT_TRUE(r.look(start + 22s));
  EXPECT_EQ(r.of(ami_right::hear_agents), proof::missing);
  r.heard(event_kind::agent_connect);
  EXPECT_TRUE(r.look(start + 30s));
  EXPECT_TRUE(r.missing().empty());
}

TEST(ami_rights, a_user_event_of_our_own_must_come_back) {
  ami_rights r{true};
  r.sent_our_own(start);
  r.heard(event_kind::user_event); // of somebody else
  EXPECT_TRUE(r.look(start + 2s));
  EXPECT_EQ(names(r), name_list{"hear_users"});
  r.heard_our_own();
  EXPECT_TRUE(r.look(start + 3s));
  EXPECT_TRUE(r.missing().empty());
}

TEST(ami_rights, says_how_an_unheard_boot_is_mended) {
  ami_rights r{true};
  r.booted_unheard();
  EXPECT_TRUE(r.look(start));
  EXPECT_EQ(names(r), name_list{"hear_system"});
  EXPECT_NE(r.missing().front().mend().find("'system' in its line read"), std::string::npos);
  EXPECT_EQ(hinders(r.missing(), to_queue), nullptr);
}

/// As Asterisk 22.10.1 prints it.
TEST(ami_rights, finds_its_own_session_among_those_connected) {
  const std::vector<std::string_view> lines{
      "  Username         IP Address                                               Start       Elapsed     FileDes   HttpCnt   ReadPerms   WritePerms",
      "  u1               127.0.0.1                                                1795996654  3           11        0         0000000099  0000004179",
      "  u2               127.0.0.1                                                1795996656  1           4         0         0000000003  0000004147",
      "  u1               127.0.0.1                                                1795996650  7           12        0         0000000001  0000004179",
      "  a-very-long-use  127.0.0.1                                                1795996656  1           4         0         0000000035  0000004147",
      "4 users connected."};
  EXPECT_EQ(own_read_permissions(lines, "u1"), 99U) << "of two the newer one";
  EXPECT_EQ(own_read_permissions(lines, "u2"), 3U);
  EXPECT_EQ(own_read_permissions(lines, "a-very-long-username"), 35U);
  EXPECT_EQ(own_read_permissions(lines, "u"), std::nullopt);
  EXPECT_EQ(own_read_permissions(lines, "4"), std::nullopt);
  EXPECT_EQ(own_read_permissions({}, "u1"), std::nullopt);
}

TEST(backoff, after_refused_logins_is_slower_than_guards_against_guessing) {
  std::vector<std::chrono::seconds> logins{0s};
  for (std::uint32_t refusals = 1; refusals < 100; ++refusals)
    logins.push_back(logins.back() + pause_after_refusals(refusals));
  for (std::size_t i = 0; i + 9 < logins.size(); ++i)
    EXPECT_GT(logins[i + 9] - logins[i], 10min) << "ten logins in ten minutes, from " << i;
  EXPECT_LE(logins[1], 2s) << "one refusal may be a coincidence";
}

} // namespace
} // namespace ringmaster::core
