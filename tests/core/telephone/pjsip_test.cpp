// SPDX-License-Identifier: Apache-2.0
#include "tests/core/telephone/replay.hpp"

#include "actors/core/telephone/sip_uri.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::core::tests {
namespace {

using namespace telephone;

TEST(recorded_pjsip, is_asked_for_endpoint_by_endpoint_and_appears_as_a_whole) {
  replaying t;
  t.system.connected(t.now, false);
  EXPECT_EQ(t.count<pjsip_endpoint>(), 0U);
  t.serve();
  EXPECT_EQ(t.count<pjsip_endpoint>(), 11U);
  EXPECT_EQ(t.count<pjsip_aor>(), 11U);
  EXPECT_EQ(t.count<pjsip_auth>(), 2U);
  EXPECT_EQ(t.count<pjsip_contact>(), 11U);
  EXPECT_EQ(t.count<pjsip_registration>(), 2U);
  EXPECT_EQ(std::count_if(t.asked.begin(), t.asked.end(),
                          [](const auto& q) { return q.starts_with("PJSIPShowEndpoint "); }),
            11);
  const auto endpoint = t.shown<pjsip_endpoint>("desk-01");
  for (const auto& [field, value] : {std::pair{"account_code", "sales"},
                                     {"auth", "desk-01"},
                                     {"caller_id", "\"Desk 01\" <4001>"},
                                     {"rel_100", "yes"},
                                     {"fax_detect_time", "0"},
                                     {"max_audio_streams", "1"},
                                     {"timers_sess_expires", "1800"},
                                     {"disallow", "null"},
                                     {"device_state", "Not in use"}})
    EXPECT_EQ(at(endpoint, std::string{"/"} + field), value) << field;
  const auto aor = t.shown<pjsip_aor>("desk-01");
  for (const auto& [field, value] : {std::pair{"endpoint_name", "desk-01"},
                                     {"qualify_timeout", "3"},
                                     {"qualify_frequency", "60"},
                                     {"total_contacts", "1"},
                                     {"contacts_registered", "1"},
                                     {"object_type", "aor"}})
    EXPECT_EQ(at(aor, std::string{"/"} + field), value) << field;
}

TEST(recorded_pjsip, shows_no_secret) {
  replaying t;
  // A server tells secrets in clear; the recording has them struck out.
  const auto secret =
      "Response: Success\nActionID: x\nEventList: start\n\nEvent: AuthList\nActionID: x\nObjectType: auth\n"
      "ObjectName: desk-01\nUsername: desk-01\nMd5Cred: deadbeef\nPassword: hunter2\nAuthType: userpass\n\n"
      "Event: AuthListComplete\nActionID: x\nEventList: Complete\nListItems: 1\n\n";
  t.instead["PJSIPShowAuths"] = secret;
  t.log_in();
  const auto shown = t.shown<pjsip_auth>("desk-01");
  EXPECT_EQ(at(shown, "/password"), "***");
  EXPECT_EQ(at(shown, "/endpoint_name"), "desk-01");
  EXPECT_THAT(shown, testing::Not(testing::HasSubstr("hunter2")));
  EXPECT_THAT(shown, testing::Not(testing::HasSubstr("deadbeef")));
}

TEST(pjsip, an_empty_list_is_an_error_of_asterisk_and_means_nothing_is_there) {
  replaying t;
  t.log_in();
  ASSERT_EQ(t.count<pjsip_auth>(), 2U);
  for (const char* action : {"PJSIPShowEndpoints", "PJSIPShowAors", "PJSIPShowAuths", "PJSIPShowContacts"})
    t.instead[action] = "Response: Error\nActionID: x\nMessage: No Contacts found\n\n";
  t.instead["PJSIPShowRegistrationsOutbound"] = t.instead["PJSIPShowContacts"];
  t.system.lost(t.now);
  t.log_in();
  t.pass(std::chrono::seconds{3});
  EXPECT_EQ(t.count<pjsip_endpoint>() + t.count<pjsip_aor>() + t.count<pjsip_auth>() +
                t.count<pjsip_contact>() + t.count<pjsip_registration>(),
            0U);
}

TEST(recorded_pjsip, a_phone_that_goes_and_comes_back_is_followed) {
  replaying t;
  t.log_in();
  const auto contact_of_desk = [&] {
    std::string found;
    t.tables.of<pjsip_contact>().each_own([&](const std::string& id, const auto& one) {
      if (one->own().aor == "desk-01")
        found = id;
    });
    return found;
  };
  ASSERT_NE(contact_of_desk(), "");
  const auto uri = at(t.shown<pjsip_contact>(contact_of_desk()), "/uri");
  const auto detail = [&](bool with_contact) {
    std::string said;
    bool inside = false;
    for (const auto& message : messages_of("tel-listing.ami")) {
      if (header(message, "ObjectName") == "desk-01" && message.starts_with("Event: EndpointDetail"))
        inside = true;
      if (inside && (with_contact || !message.starts_with("Event: ContactStatusDetail")))
        said += message;
      if (inside && message.starts_with("Event: EndpointDetailComplete"))
        break;
    }
    return "Response: Success\nActionID: x\nEventList: start\n\n" + said;
  };
  t.instead["PJSIPShowEndpoint desk-01"] = detail(false);
  t.say("Event: PeerStatus\nChannelType: PJSIP\nPeer: PJSIP/desk-01\nPeerStatus: Unreachable\n\n");
  t.say("Event: ContactStatus\nURI: " + uri +
        "\nContactStatus: Removed\nAOR: desk-01\nEndpointName: desk-01\nRoundtripUsec: 0\n\n");
  t.serve();
  EXPECT_EQ(contact_of_desk(), "");
  EXPECT_EQ(t.count<pjsip_contact>(), 10U) << "nobody else's";
  EXPECT_EQ(at(t.shown<peer>("PJSIP/desk-01"), "/status"), "Unreachable");
  EXPECT_EQ(at(t.shown<peer>("PJSIP/desk-01"), "/address"), "null");
  t.instead["PJSIPShowEndpoint desk-01"] = detail(true);
  t.say("Event: ContactStatus\nURI: " + uri +
        "\nContactStatus: NonQualified\nAOR: desk-01\nEndpointName: desk-01\nRoundtripUsec: 0\n\n");
  t.serve();
  ASSERT_NE(contact_of_desk(), "");
  const auto questions = t.asked.size();
  t.say("Event: ContactStatus\nURI: " + uri +
        "\nContactStatus: Reachable\nAOR: desk-01\nEndpointName: desk-01\nRoundtripUsec: 1271\n\n");
  t.serve();
  EXPECT_EQ(t.asked.size(), questions) << "what is known is not asked for";
  EXPECT_EQ(at(t.shown<pjsip_contact>(contact_of_desk()), "/round_trip_usec"), "1271");
  EXPECT_EQ(at(t.shown<peer>("PJSIP/desk-01"), "/monitor_status"), "OK (2 ms)");
}

TEST(pjsip, a_contact_that_goes_while_everything_is_asked_for_does_not_stay) {
  replaying t;
  t.system.connected(t.now, false);
  t.say("Event: ContactStatus\nURI: sip:x\nContactStatus: Removed\nAOR: desk-01\nEndpointName: "
        "desk-01\nRoundtripUsec: 0\n\n");
  t.serve();
  EXPECT_EQ(std::count(t.asked.begin(), t.asked.end(), "PJSIPShowEndpoint desk-01"), 2);
  EXPECT_EQ(t.asked.back(), "PJSIPShowEndpoint desk-01");
}

TEST(pjsip, counts_channels_and_follows_devices) {
  replaying t;
  t.log_in();
  t.say(channel_headers("1", "PJSIP/carrier-00000001").insert(0, "Event: Newchannel\n") + "\n");
  t.say(channel_headers("2", "PJSIP/carrier-00000002").insert(0, "Event: Newchannel\n") + "\n");
  t.say("Event: DeviceStateChange\nDevice: PJSIP/carrier\nState: INUSE\n\n");
  EXPECT_EQ(at(t.shown<pjsip_endpoint>("carrier"), "/active_channels"), "2");
  EXPECT_EQ(at(t.shown<pjsip_endpoint>("carrier"), "/device_state"), "In use");
  for (const char* id : {"1", "2", "3"}) // one that began before we did
    t.say(channel_headers(id, std::string{"PJSIP/carrier-0000000"} + id).insert(0, "Event: Hangup\n") +
          "Cause: 16\n\n");
  EXPECT_EQ(at(t.shown<pjsip_endpoint>("carrier"), "/active_channels"), "0");
}

TEST(pjsip, is_asked_for_anew_when_it_was_reloaded_even_in_the_middle_of_a_round) {
  replaying t;
  t.system.connected(t.now, false);
  t.say("Event: Reload\nModule: res_pjsip.so\nStatus: 0\n\n");
  t.serve();
  EXPECT_EQ(std::count(t.asked.begin(), t.asked.end(), "PJSIPShowAors"), 2);
  t.say("Event: Reload\nModule: res_pjsip.so\nStatus: 0\n\n");
  t.serve();
  EXPECT_EQ(std::count(t.asked.begin(), t.asked.end(), "PJSIPShowAors"), 3);
  EXPECT_EQ(t.count<pjsip_endpoint>(), 11U);
}

TEST(recorded_peers, are_endpoints_and_iax_peers) {
  replaying t;
  t.log_in();
  EXPECT_EQ(t.count<peer>(), 13U);
  const auto desk = t.shown<peer>("PJSIP/desk-01");
  EXPECT_EQ(at(desk, "/status"), "Reachable");
  EXPECT_THAT(at(desk, "/monitor_status"), testing::MatchesRegex("OK \\([1-9][0-9]* ms\\)"));
  EXPECT_EQ(at(desk, "/channel_type"), "PJSIP");
  EXPECT_EQ(at(desk, "/dynamic"), "yes");
  EXPECT_EQ(at(desk, "/acl"), "no");
  EXPECT_EQ(at(desk, "/comedia"), "yes");
  EXPECT_EQ(at(desk, "/video_support"), "null");
  EXPECT_THAT(at(desk, "/address"), testing::MatchesRegex("127\\.0\\.0\\.1:[0-9]+"));
  EXPECT_EQ(at(t.shown<peer>("PJSIP/carrier"), "/dynamic"), "no");
  EXPECT_EQ(at(t.shown<peer>("PJSIP/carrier"), "/monitor_status"), "Unmonitored");
  const auto branch = t.shown<peer>("IAX2/branch-01");
  EXPECT_EQ(at(branch, "/status"), "Unregistered");
  EXPECT_EQ(at(branch, "/monitor_status"), "UNKNOWN");
  EXPECT_EQ(at(branch, "/address"), "null");
  t.say("Event: PeerStatus\nChannelType: IAX2\nPeer: IAX2/branch-01\nPeerStatus: Registered\nAddress: "
        "192.0.2.7:4569\n\n");
  EXPECT_EQ(at(t.shown<peer>("IAX2/branch-01"), "/address"), "192.0.2.7:4569");
}

TEST(recorded_registries, are_accounts_of_both_drivers) {
  replaying t;
  t.log_in();
  ASSERT_EQ(t.count<registry>(), 4U);
  std::string desk;
  t.tables.of<registry>().each_own([&](const std::string& id, const auto&) {
    if (id.starts_with("desk-01@127.0.0.1:"))
      desk = id;
  });
  EXPECT_EQ(at(t.shown<registry>(desk), "/state"), "Registered");
  EXPECT_EQ(at(t.shown<registry>(desk), "/registration_time"), "null") << "it was before us";
  EXPECT_EQ(at(t.shown<registry>(desk), "/refresh"), "3600");
  EXPECT_EQ(at(t.shown<registry>(desk), "/username"), "desk-01");
  const auto domain = "sip:" + desk.substr(desk.find('@') + 1);
  const auto hear = [&](const char* status) {
    t.say("Event: Registry\nChannelType: PJSIP\nUsername: sip:" + desk + "\nDomain: " + domain +
          "\nStatus: " + status + "\n\n");
  };
  hear("Unregistered");
  EXPECT_EQ(at(t.shown<registry>(desk), "/registration_time"), "0");
  EXPECT_EQ(at(t.shown<pjsip_registration>("desk-account"), "/status"), "Unregistered");
  hear("Registered");
  EXPECT_EQ(at(t.shown<registry>(desk), "/registration_time"), "1800000000");
  EXPECT_EQ(t.count<registry>(), 4U);
}

TEST(sip_uris, have_a_user_and_an_address) {
  const auto parts = [](std::string_view uri) {
    const auto p = parts_of_uri(uri);
    return std::string{p.user} + "|" + std::string{p.address};
  };
  EXPECT_EQ(parts("sip:1234@provider:5060;line=x"), "1234|provider:5060");
  EXPECT_EQ(parts("sips:provider"), "|provider");
  EXPECT_EQ(parts("<sip:a@[2001:db8::1]:5060>"), "a|[2001:db8::1]:5060");
  EXPECT_EQ(parts(""), "|");
  EXPECT_EQ(split_address("provider:5060").port, "5060");
  EXPECT_EQ(split_address("[2001:db8::1]").host, "[2001:db8::1]");
  EXPECT_EQ(split_address("[2001:db8::1]:5060").port, "5060");
  EXPECT_EQ(split_address("provider").port, "");
}

} // namespace
} // namespace ringmaster::core::tests
