// SPDX-License-Identifier: Apache-2.0
// A campaign's status, schedule and needs over the router; its explanation and its figures; live dialings.
#include "actors/engine.hpp"
#include "storage/dialing.hpp"
#include "tests/http/daemon_fixture.hpp"

#include <thread>

#include <gmock/gmock.h>

namespace ringmaster::tests {
namespace {

class outbound_campaigns : public daemon_test {
protected:
  void SetUp() override {
    daemon_test::SetUp();
    plan_ = make("/ob/plans", R"({"dial_mode":1,"tech_name":"pjsip"})");
    dest_ = make("/ob/destinations", R"({"type":1,"application":"park"})");
    list_ = make("/ob/dlmas");
    entry_ = make("/ob/dls", R"({"dlma_uuid":")" + list_ + R"(","number_1":"300","variables":{"a":"b"}})");
  }

  std::string body(const std::string& more = "") const {
    return R"({"plan":")" + plan_ + R"(","dest":")" + dest_ + R"(","dlma":")" + list_ + "\"" + more + "}";
  }
  std::string status(const std::string& campaign) { return get("/ob/campaigns/" + campaign).at("/result/status"); }
  reply ask(const std::string& campaign, int wanted) {
    return put("/ob/campaigns/" + campaign, R"({"status":)" + std::to_string(wanted) + "}");
  }

  std::string plan_, dest_, list_, entry_;
};

TEST_F(outbound_campaigns, start_pause_and_stop_as_the_reference_shows_them) {
  const auto id = make("/ob/campaigns", body());
  EXPECT_EQ(status(id), "0");
  for (const int wanted : {1, 1, 2, 1, 0, 0}) {
    const auto answer = ask(id, wanted);
    ASSERT_EQ(answer.status(), 200u) << wanted << ": " << answer.text;
    EXPECT_EQ(answer.at("/result/status"), std::to_string(wanted));
  }
  EXPECT_EQ(ask(id, 2).status(), 400u); // only a started one can be paused
  EXPECT_EQ(ask(id, 1).at("/result/status"), "1");
  EXPECT_EQ(ask(id, 30).at("/result/status"), "0"); // no call is up
}

TEST_F(outbound_campaigns, do_not_start_without_what_they_need) {
  struct lack {
    std::string body, field;
  };
  const auto off = make("/ob/plans");
  const auto nowhere = make("/ob/destinations", R"({"type":1})");
  for (const auto& [made, field] : std::vector<lack>{
           {"{}", "plan"},
           {R"({"plan":")" + plan_ + R"("})", "dlma"},
           {R"({"plan":")" + plan_ + R"(","dlma":")" + list_ + R"("})", "dest"},
           {R"({"plan":")" + off + R"(","dlma":")" + list_ + R"(","dest":")" + dest_ + R"("})", "dial_mode"},
           {R"({"plan":")" + plan_ + R"(","dlma":")" + list_ + R"(","dest":")" + nowhere + R"("})", "dest"}}) {
    SCOPED_TRACE(made);
    const auto id = make("/ob/campaigns", made);
    const auto answer = ask(id, 1);
    EXPECT_EQ(answer.status(), 400u) << answer.text;
    EXPECT_EQ(answer.at("/error/field"), field) << answer.text;
    EXPECT_EQ(status(id), "0");
  }
  EXPECT_EQ(post("/ob/campaigns", R"({"status":1})").status(), 400u);
  EXPECT_EQ(post("/ob/campaigns", body(R"(,"status":1)")).at("/result/status"), "1");
}

TEST_F(outbound_campaigns, hand_no_early_media_to_agents) {
  const auto early = make("/ob/plans", R"({"dial_mode":1,"tech_name":"pjsip","early_media":"True"})");
  const auto queue = make("/ob/destinations", R"({"type":1,"application":"Queue","data":"sales,t"})");
  const auto with = [&](const std::string& plan, const std::string& dest) {
    return R"({"plan":")" + plan + R"(","dest":")" + dest + R"(","dlma":")" + list_ + "\"}";
  };
  const auto refused = [](const reply& answer) {
    EXPECT_EQ(answer.status(), 400u) << answer.text;
    EXPECT_EQ(answer.at("/error/field"), "early_media") << answer.text;
  };
  refused(post("/ob/campaigns", with(early, queue)));
  (void)make("/ob/campaigns", with(early, dest_)); // a destination without agents takes what comes
  const auto id = make("/ob/campaigns", with(plan_, queue));
  refused(put("/ob/campaigns/" + id, R"({"plan":")" + early + "\"}"));
  refused(put("/ob/plans/" + plan_, R"({"early_media":"true"})"));
  EXPECT_EQ(put("/ob/plans/" + plan_, R"({"early_media":"false"})").status(), 200u);
  refused(put("/ob/destinations/" + dest_, R"({"application":"queue","data":"sales"})"));
  refused(put("/ob/destinations/" + dest_, R"({"type":0,"application":null,"data":null,"context":"in","exten":"1","priority":"1","queues":"sales"})"));
  EXPECT_EQ(put("/ob/destinations/" + dest_, R"({"data":"x"})").status(), 200u);
}

TEST_F(outbound_campaigns, keep_what_they_need_while_they_run) {
  const auto id = make("/ob/campaigns", body(R"(,"status":1)"));
  EXPECT_EQ(put("/ob/campaigns/" + id, R"({"plan":null})").status(), 400u);
  EXPECT_EQ(put("/ob/campaigns/" + id, R"({"name":"x"})").status(), 200u);
  EXPECT_EQ(put("/ob/campaigns/" + id, R"({"status":0,"plan":null})").status(), 200u);
}

TEST_F(outbound_campaigns, statuses_on_the_way_cannot_be_asked_for) {
  const auto id = make("/ob/campaigns", body());
  for (const int wanted : {10, 11, 12, 3, -1}) {
    EXPECT_EQ(ask(id, wanted).status(), 400u) << wanted;
    EXPECT_EQ(status(id), "0");
  }
}

TEST_F(outbound_campaigns, show_what_their_pacing_believes) {
  const auto plan = make("/ob/plans", R"({"dial_mode":1,"pacing_method":"progressive","abandon_limit":0.05,)"
                                      R"("abandon_window_days":7,"abandon_grace_ms":1500,"abandon_context":"sorry",)"
                                      R"("abandon_group":"team","max_calls":9})");
  const auto id = make("/ob/campaigns", R"({"plan":")" + plan + R"(","dlma":")" + list_ + R"(","dest":")" + dest_ + R"("})");
  const auto path = "/ob/campaigns/" + id + "/pacing";
  reply answer = get(path);
  for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
       answer.at("/result/method") == "(none)" && std::chrono::steady_clock::now() < until; answer = get(path))
    std::this_thread::sleep_for(std::chrono::milliseconds{5}); // the actor speaks when it has read
  ASSERT_EQ(answer.status(), 200u) << answer.text;
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{
           {"uuid", id}, {"method", "progressive"}, {"budget/limit", "0.05"}, {"budget/window_days", "7"},
           {"budget/window_answers", "0"}, {"budget/used", "0"}, {"budget/group", "team"}, {"rules/grace_seconds", "1.5"},
           {"rules/min_ring_seconds", "15"}, {"rules/max_calls", "9"}, {"rules/give_up_ringing", "true"},
           {"given_up", "0"}, {"agents/free", "0"}, {"calls/dialing", "0"},
           {"in_flight_by_age", "[]"}})
    EXPECT_EQ(answer.at("/result/" + member), value) << member << ": " << answer.text;
  for (const auto* member : {"answer_probability/mean", "seconds/talk", "horizons", "theta", "last_decisions", "at"})
    EXPECT_NE(answer.at(std::string{"/result/"} + member), "(none)") << member;
  EXPECT_EQ(get("/ob/campaigns/" + std::string{unknown_id} + "/pacing").status(), 404u);
}

TEST_F(outbound_campaigns, refuse_pacing_rules_that_cannot_be) {
  for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
           {R"({"abandon_limit":1})", "abandon_limit"}, {R"({"abandon_limit":-1})", "abandon_limit"},
           {R"({"abandon_window_days":0})", "abandon_window_days"}, {R"({"abandon_grace_ms":-1})", "abandon_grace_ms"},
           {R"({"jurisdiction":"Mars"})", "jurisdiction"}, {R"({"pacing_method":"psychic"})", "pacing_method"},
           {R"({"min_ring_seconds":-1})", "min_ring_seconds"}, {R"({"max_calls":-1})", "max_calls"},
           {R"({"max_calls_per_agent":-1})", "max_calls_per_agent"}, {R"({"abandon_exten":"s"})", "abandon_context"},
           {R"({"jurisdiction":"US","dial_timeout":14999})", "dial_timeout"},
           {R"({"give_up_ringing":1})", "give_up_ringing"}}) {
    const auto answer = post("/ob/plans", body);
    EXPECT_EQ(answer.status(), 400u) << body;
    EXPECT_EQ(answer.at("/error/field"), field) << answer.text;
  }
  const auto plan = make("/ob/plans", R"({"jurisdiction":"US"})");
  EXPECT_EQ(put("/ob/plans/" + plan, R"({"dial_timeout":10000})").at("/error/field"), "dial_timeout");
  EXPECT_EQ(put("/ob/plans/" + plan, R"({"dial_timeout":10000,"min_ring_seconds":10})").status(), 200u);
}

TEST_F(outbound_campaigns, explain_themselves) {
  const auto id = make("/ob/campaigns", body());
  const auto answer = get("/ob/campaigns/" + id + "/explain");
  ASSERT_EQ(answer.status(), 200u) << answer.text;
  EXPECT_EQ(answer.at("/result/uuid"), id);
  EXPECT_EQ(answer.at("/result/reasons/0/code"), "stopped") << answer.text;
  EXPECT_FALSE(answer.at("/result/reasons/0/text").empty());
  EXPECT_NE(answer.at("/result/reasons/0/until"), "(none)");

  const auto entry = get("/ob/dls/" + entry_ + "/explain");
  ASSERT_EQ(entry.status(), 200u) << entry.text;
  EXPECT_NE(entry.at("/result/reasons/0/code"), "(none)") << entry.text;
}

TEST_F(outbound_campaigns, show_their_figures) {
  const auto id = make("/ob/campaigns", body());
  auto answer = get("/ob/campaigns/" + id + "/stats");
  ASSERT_EQ(answer.status(), 200u) << answer.text;
  // Null until its list has been read and counted.
  for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
       answer.at("/result/entries_total") == "null" && std::chrono::steady_clock::now() < until;)
    answer = get("/ob/campaigns/" + id + "/stats");
  for (const auto* member :
       {"calls_begun", "ringing", "talking", "in_flight", "waiting", "agents_free", "agents_busy", "agents_paused",
        "agents_total", "answered", "connected", "abandoned", "entries_total", "entries_left", "entries_done", "status"})
    EXPECT_THAT(answer.at(std::string{"/result/"} + member), ::testing::MatchesRegex("[0-9]+")) << member;
  EXPECT_NE(answer.at("/result/abandoned_share"), "(none)");
  for (const auto* member : {"dialing", "agents_ringing", "agents_talking", "agents_wrap_up", "agents_away", "callers_waiting",
                             "calls_settled"})
    EXPECT_THAT(answer.at(std::string{"/result/"} + member), ::testing::MatchesRegex("[0-9]+")) << member;
  for (const auto* member : {"queue", "waiting_since", "busy_share", "answer_rate", "expected_end", "abandon_limit", "at"})
    EXPECT_NE(answer.at(std::string{"/result/"} + member), "(none)") << member;
}

TEST_F(outbound_campaigns, show_their_last_hour_and_their_agents) {
  const auto id = make("/ob/campaigns", body());
  const auto history = get("/ob/campaigns/" + id + "/history");
  ASSERT_EQ(history.status(), 200u) << history.text;
  EXPECT_EQ(history.at("/result/step_seconds"), "10");
  const auto samples = history.size("/result/at");
  EXPECT_LE(samples, 1u) << "it has just been made";
  for (const auto* column : {"calls_begun", "calls_settled", "answered", "connected", "abandoned", "entries_finished",
                             "agent_seconds", "agent_seconds_busy"})
    EXPECT_EQ(history.size(std::string{"/result/"} + column), samples) << column;
  const auto agents = get("/ob/campaigns/" + id + "/agents");
  ASSERT_EQ(agents.status(), 200u) << agents.text;
  EXPECT_EQ(agents.at("/result/uuid"), id);
  EXPECT_EQ(agents.at("/result/list"), "[]") << "there is no server to tell of any";
}

/// A call that the daemon finds in its database, as after a crash, and whose server cannot be reached: nobody
/// knows whether it is up, so it counts as up.
class a_call_that_is_up : public outbound_campaigns {
protected:
  void SetUp() override {
    outbound_campaigns::SetUp();
    campaign_ = make("/ob/campaigns", body());
    daemon_.reset();
    auto env = storage::environment::open({settings_.data_dir, settings_.database_map_size, 512});
    ASSERT_TRUE(env.has_value()) << env.error().message;
    auto txn = env->write();
    ASSERT_TRUE(txn.has_value());
    const auto c = storage::get<campaign>(*txn, *parse_uuid(campaign_));
    const auto p = storage::get<plan>(*txn, *parse_uuid(plan_));
    const auto d = storage::get<destination>(*txn, *parse_uuid(dest_));
    const auto m = storage::get<dlma>(*txn, *parse_uuid(list_));
    ASSERT_TRUE(c && p && d && m);
    const auto begun = storage::begin_dialing(
        *txn, {call_, random_uuid(), storage::make_call_setup(*c, *p, *d, *m), *parse_uuid(entry_), 0, "elsewhere"},
        wall_clock_now());
    ASSERT_TRUE(begun.has_value()) << begun.error().message;
    ASSERT_TRUE(txn->commit().has_value());
    txn = error{};
    env = error{}; // the folder's one daemon, for as long as it lived
    config::pbx_settings unreachable;
    unreachable.name = "elsewhere";
    unreachable.port = 1;
    settings_.pbxs = {unreachable};
    start();
  }

  std::string campaign_;
  const uuid call_ = random_uuid();
};

TEST_F(a_call_that_is_up, is_shown_with_all_that_it_was_begun_with) {
  const auto shown = get("/ob/dialings/" + to_string(call_));
  ASSERT_EQ(shown.status(), 200u) << shown.text;
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{
           {"uuid", to_string(call_)}, {"dial_channel", "pjsip/300"}, {"dial_addr", "300"}, {"dial_index", "1"},
           {"dial_trycnt", "1"}, {"dial_application", "park"}, {"dial_timeout", "30000"}, {"uuid_camp", campaign_},
           {"dial_variables", R"({"a":"b"})"}, {"info_camp/uuid", campaign_}, {"info_plan/uuid", plan_},
           {"info_dest/uuid", dest_}, {"info_dlma/uuid", list_}, {"info_dl_list/uuid", entry_},
           {"info_dl_list/trycnt_1", "0"}, {"info_dl_list/status", "0"}, {"info_dial/channelid", to_string(call_)},
           {"info_dial/uuid", entry_}, {"dl_record", "(none)"}})
    EXPECT_EQ(shown.at("/result/" + member), value) << member;
  EXPECT_EQ(get("/v1/dialings").at("/result/list/0/uuid"), to_string(call_));
  const auto hung_up = del("/ob/dialings/" + to_string(call_));
  EXPECT_EQ(hung_up.status(), 503u) << hung_up.text; // its server is not connected
}

TEST_F(a_call_that_is_up, keeps_its_campaign_on_the_way_to_a_stop_or_a_pause) {
  EXPECT_EQ(ask(campaign_, 1).at("/result/status"), "1");
  EXPECT_EQ(ask(campaign_, 2).at("/result/status"), "12");
  EXPECT_EQ(ask(campaign_, 1).at("/result/status"), "1");
  EXPECT_EQ(ask(campaign_, 0).at("/result/status"), "10");
  EXPECT_EQ(ask(campaign_, 0).at("/result/status"), "10");
  EXPECT_EQ(ask(campaign_, 10).status(), 200u); // sent back as it was read
  EXPECT_EQ(ask(campaign_, 12).status(), 400u);
  EXPECT_EQ(ask(campaign_, 30).at("/result/status"), "30");
  EXPECT_EQ(ask(campaign_, 1).status(), 400u);
}

TEST_F(a_call_that_is_up, keeps_what_it_uses_from_being_deleted_without_force) {
  EXPECT_EQ(del("/ob/dls/" + entry_).status(), 400u);
  EXPECT_EQ(del("/ob/campaigns/" + campaign_).status(), 400u);
  EXPECT_EQ(put("/ob/dls/" + entry_, R"({"status":2})").status(), 400u);
  EXPECT_EQ(put("/ob/dls/" + entry_, R"({"detail":"x"})").status(), 200u);
  EXPECT_EQ(get("/ob/dls/" + entry_).at("/result/trycnt_1"), "1");
  EXPECT_EQ(get("/ob/dls/" + entry_).at("/result/dialing_uuid"), to_string(call_));
}

} // namespace
} // namespace ringmaster::tests
