// SPDX-License-Identifier: Apache-2.0
#include "actors/core/explain.hpp"

#include <gtest/gtest.h>

#include <simdjson.h>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point now{std::chrono::hours{500'000}};

/// A campaign that nothing holds back.
campaign_snapshot healthy() {
  campaign_snapshot s;
  s.status = campaign_status::started;
  s.has_plan = s.has_dlma = s.has_destination = true;
  s.dial_mode = 1;
  s.queue = "sales";
  s.pbx_configured = s.pbx_usable = 1;
  s.pbx_free_channels = 10;
  s.agents.available = 2;
  s.pacing = pacing_decision{2, "2 agents can take a call", {}};
  s.list = list_counts{.total = 5, .ready = 5};
  return s;
}

std::vector<std::string_view> codes(const campaign_snapshot& s) {
  std::vector<std::string_view> found;
  for (const auto& r : explain_campaign(s, now)) {
    EXPECT_FALSE(r.text.empty());
    found.push_back(r.code);
  }
  return found;
}

using code_list = std::vector<std::string_view>;

template <class F>
code_list codes_when(F&& change) {
  auto s = healthy();
  change(s);
  return codes(s);
}

TEST(explain, says_dialing_when_nothing_holds_it_back) {
  EXPECT_EQ(codes(healthy()), code_list{"dialing"});
}

TEST(explain, says_that_nothing_can_be_written) {
  const auto full = [](campaign_snapshot& s) { s.database_trouble = "the disk is full"; };
  EXPECT_EQ(codes_when(full), code_list{"database_unwritable"});
  auto s = healthy();
  full(s);
  EXPECT_NE(explain_campaign(s, now).front().text.find("the disk is full"), std::string::npos);
  // An entry that waits for its turn waits for that, and the end of one that is being dialed cannot be written.
  for (const auto state : {entry_state::ready, entry_state::dialing}) {
    const auto all = explain_entry({state, {}, 0, 0, 5, {}}, false, &s, now);
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const reason& r) { return r.code == "database_unwritable"; }))
        << name(state);
  }
}

TEST(explain, says_that_a_telephone_is_in_use) {
  EXPECT_EQ(codes_when([](auto& s) { s.list = list_counts{.total = 2, .cooling = 2, .put_off = 2}; }), code_list{"number_in_use"});
  EXPECT_EQ(codes_when([](auto& s) { s.list = list_counts{.total = 2, .cooling = 2, .put_off = 1}; }), code_list{"cooling_down"});
  uuid other;
  other.bytes[0] = 7;
  const auto s = healthy();
  const auto all = explain_entry({entry_state::number_in_use, {}, 1, 2, 5, {}, other}, false, &s, now);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.front().code, "number_in_use");
  EXPECT_EQ(all.front().texts, (std::vector<std::pair<std::string_view, std::string>>{{"dialing", to_string(other)}}));
}

TEST(explain, says_which_bound_of_the_plan_is_reached) {
  const auto held = [](campaign_snapshot& s) {
    s.pacing = pacing_decision{0, "enough", {}};
    s.predicts = true;
    s.calls.dialing = 4;
  };
  EXPECT_EQ(codes_when(held), code_list{"pacing"});
  EXPECT_EQ(codes_when([&](auto& s) {
              held(s);
              s.limits.max_calls = 4;
            }),
            (code_list{"max_calls", "pacing"}));
  EXPECT_EQ(codes_when([&](auto& s) {
              held(s);
              s.limits.max_calls_per_agent = 2.4; // two agents: 4.8 calls
            }),
            (code_list{"max_calls_per_agent", "pacing"}));
  EXPECT_EQ(codes_when([&](auto& s) {
              held(s);
              s.abandons.window_answers = 100;
              s.abandons.window_abandons = 3;
            }),
            (code_list{"abandon_budget", "pacing"}));
  EXPECT_EQ(codes_when([&](auto& s) {
              held(s);
              s.abandons.window_answers = 100;
              s.abandons.window_abandons = 2;
            }),
            code_list{"pacing"});
}

TEST(explain, a_method_that_predicts_dials_for_agents_who_are_not_free_yet) {
  EXPECT_EQ(codes_when([](auto& s) {
              s.predicts = true;
              s.agents.available = 0;
              s.agents.on_call = 2;
            }),
            code_list{"dialing"});
  EXPECT_EQ(codes_when([](auto& s) {
              s.predicts = true;
              s.agents.available = 0;
              s.agents.on_call = 2;
              s.pacing->calls = 0;
            }),
            code_list{"no_agent"});
}

TEST(explain, names_each_single_reason) {
  using s = campaign_snapshot;
  EXPECT_EQ(codes_when([](s& c) { c.status = campaign_status::stopped; }), code_list{"stopped"});
  EXPECT_EQ(codes_when([](s& c) { c.status = campaign_status::paused; }), code_list{"paused"});
  EXPECT_EQ(codes_when([](s& c) { c.status = campaign_status::stopping; }), code_list{"stopping"});
  EXPECT_EQ(codes_when([](s& c) { c.status = campaign_status::starting; }), code_list{"starting"});
  EXPECT_EQ(codes_when([](s& c) { c.status = campaign_status::pausing; }), code_list{"pausing"});
  EXPECT_EQ(codes_when([](s& c) { c.status = campaign_status::force_stopping; }),
            code_list{"force_stopping"});
  EXPECT_EQ(codes_when([](s& c) { c.has_plan = false; }), code_list{"no_plan"});
  EXPECT_EQ(codes_when([](s& c) { c.dial_mode = 0; }), code_list{"dial_mode_off"});
  EXPECT_EQ(codes_when([](s& c) { c.has_dlma = false; }), code_list{"no_dlma"});
  EXPECT_EQ(codes_when([](s& c) { c.has_destination = false; }), code_list{"no_destination"});
  EXPECT_EQ(codes_when([](s& c) { c.destination_unusable = "it has no application"; }),
            code_list{"destination_unusable"});
  EXPECT_EQ(codes_when([](s& c) { c.schedule_open = false; }), code_list{"schedule_closed"});
  EXPECT_EQ(codes_when([](s& c) { c.pbx_configured = 0; }), code_list{"no_pbx"});
  EXPECT_EQ(codes_when([](s& c) { c.pbx_usable = 0; }), code_list{"pbx_not_connected"});
  EXPECT_EQ(codes_when([](s& c) { c.pbx_free_channels = 0; }), code_list{"no_free_channel"});
  EXPECT_EQ(codes_when([](s& c) { c.rate_limited_until = now + 1s; }), code_list{"rate_limit"});
  EXPECT_EQ(codes_when([](s& c) { c.queue_known = false; }), code_list{"queue_unknown"});
  EXPECT_EQ(codes_when([](s& c) { c.agents = {}, c.pacing->calls = 0; }), code_list{"no_agent"});
  EXPECT_EQ(codes_when([](s& c) { c.pacing->calls = 0; }), code_list{"pacing"});
  EXPECT_EQ(codes_when([](s& c) { c.list = list_counts{}; }), code_list{"list_empty"});
  EXPECT_EQ(codes_when([](s& c) { c.list = list_counts{.total = 1, .answered = 1}; }),
            code_list{"list_done"});
  EXPECT_EQ(codes_when([](s& c) { c.list = list_counts{.total = 1, .dialing = 1}; }),
            code_list{"list_in_flight"});
  EXPECT_EQ(codes_when([](s& c) { c.list = list_counts{.total = 1, .cooling = 1}; }),
            code_list{"cooling_down"});
}

TEST(explain, says_when_it_changes_by_itself) {
  auto s = healthy();
  s.schedule_open = false;
  s.schedule_change = now + 90min;
  s.list = list_counts{.total = 2, .cooling = 2};
  s.next_eligible = now + 40s;
  const auto all = explain_campaign(s, now);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].until, now + 90min);
  EXPECT_NE(all[0].text.find("90 min"), std::string::npos) << all[0].text;
  EXPECT_EQ(all[1].until, now + 40s);
  EXPECT_NE(all[1].text.find("40 s"), std::string::npos) << all[1].text;
}

TEST(explain, says_when_the_schedule_starts_a_stopped_campaign) {
  auto s = healthy();
  s.status = campaign_status::stopped;
  s.schedule_acts = now + 90min;
  const auto first = explain_campaign(s, now).front();
  EXPECT_EQ(first.code, "stopped");
  EXPECT_EQ(first.until, now + 90min);
  EXPECT_NE(first.text.find("90 min"), std::string::npos) << first.text;
}

TEST(explain, names_the_servers_that_have_the_queue_when_they_are_gone) {
  auto s = healthy();
  s.queue = "sales";
  s.pbx_usable = 0;
  EXPECT_EQ(codes(s), code_list{"pbx_not_connected"});
  EXPECT_NE(explain_campaign(s, now).front().text.find("with the queue"), std::string::npos);
}

TEST(explain, tells_why_a_server_is_not_connected_in_its_words_and_nothing_of_agents_whom_nobody_can_see) {
  auto s = healthy();
  s.agents = {};
  s.pacing->calls = 0;
  s.queue_known = false;
  s.pbx_usable = 0;
  s.pbx_lost = {{"pbx1", "login refused: Asterisk says 'Authentication failed'", now - 90s}};
  const auto all = explain_campaign(s, now);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].code, "pbx_not_connected");
  EXPECT_NE(all[0].text.find("pbx1 (for 90 s: login refused: Asterisk says 'Authentication failed')"), std::string::npos) << all[0].text;
  EXPECT_EQ(all[0].texts.back().second, s.pbx_lost[0].trouble);
}

TEST(explain, names_a_lost_server_only_where_its_agents_are_missed) {
  auto s = healthy();
  s.pbx_configured = 2;
  s.pbx_lost = {{"pbx2", "no connection: Connection refused", {}}};
  EXPECT_EQ(codes(s), code_list{"dialing"});
  s.agents = {};
  s.pacing->calls = 0;
  EXPECT_EQ(codes(s), (code_list{"no_agent", "pbx_not_connected"}));
}

TEST(explain, names_the_right_that_is_missing_and_how_to_give_it) {
  auto s = healthy();
  s.pbx_usable = 0;
  s.agents = {};
  s.pbx_hindered = {{"pbx1", {ami_right::hear_agents, "manager show connected tells it"}}};
  const auto all = explain_campaign(s, now);
  ASSERT_EQ(all.size(), 1U) << "of a server that is connected, and of agents of whom nothing is heard";
  EXPECT_EQ(all[0].code, "events_not_heard");
  EXPECT_NE(all[0].text.find("class agent"), std::string::npos) << all[0].text;
  s.pbx_hindered[0].lacks = {ami_right::hang_up, "ListCommands names no Hangup"};
  EXPECT_EQ(codes(s), code_list{"action_not_permitted"});
  s.pbx_configured = 2;
  s.pbx_lost = {{"pbx2", "no connection: Connection refused", {}}};
  EXPECT_EQ(codes(s), (code_list{"pbx_not_connected", "action_not_permitted"}));
}

TEST(explain, puts_the_most_fundamental_reason_first) {
  auto s = healthy();
  s.status = campaign_status::paused;
  s.schedule_open = false;
  s.pbx_usable = 0;
  EXPECT_EQ(codes(s), (code_list{"paused", "schedule_closed", "pbx_not_connected"}));
}

TEST(explain, an_entry_by_itself_and_by_its_campaign) {
  const auto codes_of = [](const entry_explanation& e, bool deleted, const campaign_snapshot* c) {
    code_list found;
    for (const auto& r : explain_entry(e, deleted, c, now))
      found.push_back(r.code);
    return found;
  };
  auto paused = healthy();
  paused.status = campaign_status::paused;
  const auto fine = healthy();
  const entry_explanation ready{entry_state::ready, {}, 0, 1, 5};
  const entry_explanation cooling{entry_state::cooling, now + 10s, 1, 1, 5};
  EXPECT_EQ(codes_of(ready, false, &fine), code_list{"ready"});
  EXPECT_EQ(codes_of(ready, false, &paused), (code_list{"ready", "paused"}));
  EXPECT_EQ(codes_of(ready, false, nullptr), (code_list{"ready", "no_campaign"}));
  EXPECT_EQ(codes_of(cooling, false, &fine), code_list{"cooling_down"});
  EXPECT_EQ(codes_of(ready, true, &fine), code_list{"deleted"});
  EXPECT_EQ(codes_of({entry_state::answered, {}, {}, 0, 0}, false, &paused), code_list{"answered"});
  EXPECT_EQ(codes_of({entry_state::exhausted, {}, {}, 0, 0}, false, nullptr), code_list{"exhausted"});
}

TEST(explain, is_written_as_json) {
  auto s = healthy();
  s.queue = "sal\"es";
  s.agents = {};
  s.pacing->calls = 0;
  s.list = list_counts{.total = 2, .cooling = 2};
  s.next_eligible = now + 40s;
  std::string out;
  append_reasons(out, explain_campaign(s, now));
  simdjson::dom::parser parser;
  simdjson::dom::element doc;
  ASSERT_EQ(parser.parse(out).get(doc), simdjson::SUCCESS) << out;
  const auto code_at = [&](std::size_t i) { return std::string{std::string_view{doc.at(i)["code"]}}; };
  EXPECT_EQ(code_at(0), "no_agent");
  EXPECT_EQ(code_at(1), "cooling_down");
  EXPECT_TRUE(doc.at(0)["until"].is_null());
  EXPECT_EQ(std::string_view{doc.at(1)["until"]}, format_timestamp(now + 40s));
  EXPECT_EQ(std::int64_t{doc.at(1)["fields"]["cooling"]}, 2);
  EXPECT_EQ(std::string_view{doc.at(0)["fields"]["queue"]}, "sal\"es");
}

TEST(explain, says_which_server_or_trunk_rests_and_in_whose_words) {
  const auto resting_of = [](resting_thing what, const char* server, const char* name, const char* words) {
    return resting{what, server, name, words, now - 5s, now + 8s};
  };
  auto s = healthy();
  s.pbx_free_channels = 0; // of no matter then
  s.rests = {resting_of(resting_thing::server, "pbx-1", "pbx-1", "Asterisk is shutting down")};
  auto said = explain_campaign(s, now);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].code, "server_refuses");
  EXPECT_EQ(said[0].text, "The Asterisk server pbx-1 refuses calls: Asterisk is shutting down. A single call is tried in 8 s.");
  EXPECT_EQ(said[0].until, now + 8s);

  s.rests = {resting_of(resting_thing::trunk, "pbx-1", "PJSIP/carrier", "12 calls in a row failed")};
  said = explain_campaign(s, now);
  EXPECT_EQ(said[0].code, "trunk_rests");
  EXPECT_NE(said[0].text.find("The trunk PJSIP/carrier of the Asterisk server pbx-1 rests: 12 calls in a row failed."),
            std::string::npos);
  EXPECT_EQ(said[0].texts.back(), (std::pair<std::string_view, std::string>{"trunk", "PJSIP/carrier"}));

  s.rests = {resting_of(resting_thing::campaign, "pbx-1", "a uuid", "Extension does not exist.")};
  said = explain_campaign(s, now);
  EXPECT_EQ(said[0].code, "server_refuses");
  EXPECT_NE(said[0].text.find("refuses this campaign's calls: Extension does not exist. A single"), std::string::npos);

  s.pbx_configured = s.pbx_usable = 2; // the other one is full
  EXPECT_EQ(codes(s), (code_list{"server_refuses", "no_free_channel"}));
}

TEST(explain, says_that_no_call_can_be_written) {
  EXPECT_EQ(codes_when([](auto& s) { s.not_writable = error{errc::illegal_state, "the variable A is too long", "variables"}; }),
            code_list{"call_cannot_be_written"});
  entry_explanation e;
  e.state = entry_state::held;
  e.why = "number: it has its own way out";
  const auto s = healthy();
  const auto said = explain_entry(e, false, &s, now);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].code, "call_cannot_be_written");
  EXPECT_NE(said[0].text.find(e.why), std::string::npos);
}

TEST(explain, names_a_trunk_as_its_calls_do) {
  plan p;
  EXPECT_EQ(trunk_of(p), "SIP");
  p.tech_name = "pjsip";
  p.trunk_name = "carrier";
  EXPECT_EQ(trunk_of(p), "PJSIP/carrier");
}

} // namespace
} // namespace ringmaster::core
