// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pacing/predictive.hpp"
#include "actors/core/simulation/call_centre.hpp"

#include "storage/abandonment.hpp"
#include "tests/actors/engine_fixture.hpp"
#include "tests/manual_clock.hpp"
#include "tests/simulated_pbx/ami_peer.hpp"

#include <atomic>
#include <set>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

TEST_F(engine_test, a_list_is_dialed_to_its_end_each_number_once_and_each_result_written_once) {
  start_pbx(50, quick_people);
  start_engine();
  const auto id = start_campaign(300, park());
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0; })) << campaign_now(id).status;
  ASSERT_TRUE(eventually([&] { return result_lines().size() >= 300; }));
  const auto dialed = logged("originate", "number");
  EXPECT_EQ(dialed.size(), 300u);
  EXPECT_EQ(std::set<std::string>(dialed.begin(), dialed.end()).size(), 300u);
  EXPECT_EQ(result_lines().size(), 300u);
  EXPECT_EQ(live_dialings(), 0u);
  expect_consistent();
}

TEST_F(engine_test, a_wall_clock_that_is_set_changes_nothing_but_dates) {
  static stepped_clock time; // the engine asks it until it has ended
  start_pbx(20, quick_people);
  start_engine([&](engine_options& o) { o.time = &time; });
  const auto id = start_campaign(3000, queue(), 1, [](plan& p) { p.pacing_method = "progressive"; });
  const auto dialed = [&] { return logged("originate", "number").size(); };
  ASSERT_TRUE(eventually([&] { return dialed() >= 20; }));
  const auto connected_at = time.moment_of(engine_->live().pbxs.find("asterisk")->since);
  for (const auto step : {duration{-1h}, duration{2h}, duration{-1min}}) {
    time.step_date(step);
    const auto before = dialed();
    ASSERT_TRUE(eventually([&] { return dialed() >= before + 40; }))
        << "a step of " << std::chrono::duration_cast<std::chrono::seconds>(step).count() << " s";
    const auto shown = engine_->live().campaigns.find(id);
    EXPECT_LT(std::chrono::abs(shown->at - time.date()), 30s) << "figures have the new date";
    const auto server = engine_->live().pbxs.find("asterisk");
    EXPECT_TRUE(server->connected);
    EXPECT_LT(std::chrono::abs(time.moment_of(server->since) - connected_at), 1s) << "the same connection as before";
  }
  const auto answered = engine_->live().campaigns.find(id);
  EXPECT_EQ(answered->abandoned, 0u) << "no grace ended early";
}

TEST_F(engine_test, a_list_that_no_campaign_uses_leaves_memory_and_is_read_again_for_the_next) {
  start_pbx(50, quick_people);
  start_engine([](engine_options& o) { o.list_linger = 1ms; });
  const auto id = start_campaign(40, park());
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0; }));
  ASSERT_TRUE(eventually([&] { return engine_->live().dial_lists == 0; }));
  EXPECT_EQ(logged("originate", "number").size(), 40u);

  const auto added = write<storage::entry_change>([&](storage::write_txn& txn, changes& told) {
    dl entry;
    entry.dlma_uuid = *campaign_now(id).dlma;
    entry.number[0] = "8000000";
    auto made = storage::create(txn, entry, wall_clock_now());
    if (made)
      told.entries.emplace_back(entry.dlma_uuid, made->state);
    return made;
  });
  EXPECT_EQ(engine_->live().dial_lists, 0u);
  // Its entries are explained all the same, and by the campaign that has the list.
  std::promise<std::string> explained;
  engine_->explain_entry(added.entry.id, [&](const result<std::string>& said) {
    explained.set_value(said ? *said : said.error().message);
  });
  const auto text = explained.get_future().get();
  EXPECT_NE(text.find(to_string(id)), std::string::npos) << text;
  EXPECT_NE(text.find("\"stopped\""), std::string::npos) << text;

  write<campaign>([&](storage::write_txn& txn, changes& told) {
    told.campaigns.push_back(id);
    return storage::set_campaign_status(txn, id, campaign_status::starting, wall_clock_now());
  });
  ASSERT_TRUE(eventually([&] { return logged("originate", "number").size() == 41 && campaign_now(id).status == 0; }));
  EXPECT_EQ(logged("originate", "number").back(), "8000000");
  ASSERT_TRUE(eventually([&] { return engine_->live().dial_lists == 0; }));

  // What is stopped when the process begins needs no memory either.
  stop_engine();
  start_engine([](engine_options& o) { o.list_linger = 1ms; });
  ASSERT_TRUE(eventually([&] { return engine_->live().campaigns.find(id) != nullptr; }));
  EXPECT_EQ(engine_->live().dial_lists, 0u);
  expect_consistent();
}

TEST_F(engine_test, a_next_campaign_starts_only_when_its_list_has_something_left) {
  start_pbx(50, quick_people);
  start_engine();
  const auto settle = [](std::int64_t at_end) { return [at_end](plan& p) { p.dl_end_handle = at_end; }; };
  const auto a = start_campaign(3, park()), b = start_campaign(3, park());
  const auto waits = start_campaign(0, park(), 1, settle(0));
  const auto stopped = [&](const uuid& id) { return campaign_now(id).status == 0; };
  ASSERT_TRUE(eventually([&] { return stopped(a) && stopped(b); }));
  std::size_t dialed = 6;
  const auto follow = [&](const uuid& from, const uuid& to) {
    write<campaign>([&](storage::write_txn& txn, changes& told) {
      told.campaigns.push_back(from);
      return storage::update(txn, from, storage::edit<campaign>{[&](campaign c) -> result<campaign> {
                               c.next_campaign = to;
                               return c;
                             }},
                             wall_clock_now());
    });
  };
  const auto add_entry = [&](const uuid& to) {
    write<storage::entry_change>([&](storage::write_txn& txn, changes& told) {
      dl entry;
      entry.dlma_uuid = *campaign_now(to).dlma;
      entry.number[0] = std::to_string(8'000'000 + dialed++);
      auto made = storage::create(txn, entry, wall_clock_now());
      if (made)
        told.entries.emplace_back(entry.dlma_uuid, made->state);
      return made;
    });
  };
  const auto set_status = [&](const uuid& id, campaign_status to) {
    write<campaign>([&](storage::write_txn& txn, changes& told) {
      told.campaigns.push_back(id);
      return storage::set_campaign_status(txn, id, to, wall_clock_now());
    });
  };
  const auto all_dialed = [&] { return logged("originate", "number").size() == dialed; };
  // The end of one and the start of the next are one commit: were the other one started, or itself, nobody could
  // ever see both of them stopped.
  follow(a, b);
  follow(b, a);
  add_entry(a);
  set_status(a, campaign_status::starting);
  ASSERT_TRUE(eventually([&] { return all_dialed() && stopped(a) && stopped(b); }));
  follow(a, a);
  add_entry(a);
  set_status(a, campaign_status::starting);
  ASSERT_TRUE(eventually([&] { return all_dialed() && stopped(a); }));
  // With something left it starts, and one that waits for entries starts without.
  follow(a, b);
  follow(b, waits);
  set_status(waits, campaign_status::stopped);
  ASSERT_TRUE(eventually([&] { return stopped(waits); }));
  add_entry(a);
  add_entry(b);
  set_status(a, campaign_status::starting);
  ASSERT_TRUE(eventually([&] { return all_dialed() && stopped(a) && stopped(b) && campaign_now(waits).status == 1; }));
  expect_consistent();
}

TEST_F(engine_test, a_campaign_that_is_stopped_and_started_at_once_over_and_over_goes_on_with_its_list) {
  start_pbx(50, quick_people);
  start_engine([](engine_options& o) { o.list_linger = 0ms; });
  const auto id = start_campaign(2'000, park());
  const auto change_to = [&](campaign_status to) {
    write<campaign>([&](storage::write_txn& txn, changes& told) {
      told.campaigns.push_back(id);
      return storage::set_campaign_status(txn, id, to, wall_clock_now());
    });
  };
  for (std::size_t dialed = 0; dialed < 30; ++dialed) {
    ASSERT_TRUE(eventually([&] { return logged("originate", "number").size() > dialed; }));
    change_to(campaign_status::stopped); // as `force` does, calls or not: the list is let go of and needed again
    change_to(campaign_status::starting);
  }
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  const auto dialed = logged("originate", "number");
  EXPECT_EQ(dialed.size(), 2'000u);
  EXPECT_EQ(std::set<std::string>(dialed.begin(), dialed.end()).size(), 2'000u);
  ASSERT_TRUE(eventually([&] { return engine_->live().dial_lists == 0; }));
  expect_consistent();
}

TEST_F(engine_test, a_queue_campaign_never_has_more_calls_on_the_way_than_agents_who_can_take_them) {
  start_pbx(20, quick_people);
  start_engine();
  const auto id = start_campaign(60, queue());
  std::size_t most = 0;
  ASSERT_TRUE(eventually([&] {
    if (const auto live = engine_->live().campaigns.find(id))
      most = std::max(most, live->outstanding);
    return campaign_now(id).status == 0;
  }));
  EXPECT_GT(most, 0u);
  EXPECT_LE(most, 10u);
  EXPECT_FALSE(logged("agent_connect", "channel_id").empty());
  EXPECT_EQ(logged("originate", "number").size(), 60u);
}

TEST_F(engine_test, an_engine_that_ends_in_the_middle_takes_its_calls_up_again_and_calls_nobody_twice) {
  start_pbx(5, quick_people);
  start_engine();
  const auto id = start_campaign(200, park());
  ASSERT_TRUE(eventually([&] { return logged("originate", "number").size() >= 50 && live_dialings() > 0; }));
  for (int again = 0; again < 3; ++again) {
    stop_engine();
    start_engine();
    const auto before = logged("originate", "number").size();
    ASSERT_TRUE(eventually([&] {
      return campaign_now(id).status == 0 || logged("originate", "number").size() > before + 10;
    }));
  }
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  const auto dialed = logged("originate", "number");
  EXPECT_EQ(std::set<std::string>(dialed.begin(), dialed.end()).size(), dialed.size());
  ASSERT_TRUE(eventually([&] { return result_lines().size() >= 200; }));
  EXPECT_EQ(result_lines().size(), 200u);
  expect_consistent();
}

TEST_F(engine_test, a_pbx_that_goes_away_for_a_while_loses_its_calls_and_nothing_else) {
  start_pbx(5, quick_people);
  start_engine();
  const auto id = start_campaign(100, park());
  ASSERT_TRUE(eventually([&] { return logged("originate", "number").size() >= 20; }));
  stop_pbx();
  start_pbx(50, quick_people);
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  const auto dialed = logged("originate", "number");
  EXPECT_EQ(std::set<std::string>(dialed.begin(), dialed.end()).size(), dialed.size());
  expect_consistent();
}

TEST_F(engine_test, calls_and_agents_whose_end_was_lost_are_asked_for_and_dialing_goes_on) {
  start_pbx(10, R"({
    "customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                  "ring": {"constant": 1}, "patience": {"constant": 300}, "first_digit_rules": false},
    "queues": [{"name": "sales_1", "agents": 5, "ring": {"constant": 1}, "talk": {"constant": 40}, "wrapup": {"constant": 0}}]
  })");
  start_engine([](engine_options& o) {
    o.call_times.liveness_every = 1500ms;
    o.call_times.liveness_patience = 10s;
    o.pbxs.front().list_channels_every = 300ms;
    o.pbxs.front().list_queues_every = 300ms;
    o.pbxs.front().doubt_queue_after = 1500ms;
  });
  sim::testing::ami_peer peer{port_};
  peer.login("\r\nEvents: off");
  const auto id = start_campaign(12, queue());
  ASSERT_TRUE(eventually([&] {
    const auto live = engine_->live().campaigns.find(id);
    return live && live->talking == 5;
  }));
  // Nothing is heard of the ends of these five: neither Hangup nor AgentComplete.
  peer.action("Action: SimulatorFault\r\nActionID: lose\r\nKind: lose");
  ASSERT_EQ(peer.response("lose").get("Response"), "Success");
  ASSERT_TRUE(eventually([&] { return logged("hangup", "channel_id").size() >= 5; }));
  peer.action("Action: SimulatorFault\r\nActionID: none\r\nKind: none");
  ASSERT_EQ(peer.response("none").get("Response"), "Success");
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  const auto dialed = logged("originate", "number");
  EXPECT_EQ(dialed.size(), 12u);
  EXPECT_EQ(std::set<std::string>(dialed.begin(), dialed.end()).size(), 12u);
  ASSERT_TRUE(eventually([&] { return result_lines().size() >= 12; }));
  std::size_t unknown = 0;
  for (const auto& line : result_lines())
    unknown += line.find("outcome is unknown") != std::string::npos ? 1 : 0;
  EXPECT_GE(unknown, 5u);
  EXPECT_LE(unknown, 10u) << "calls that were heard to their ends";
  expect_consistent();
}

TEST_F(engine_test, calls_that_talk_on_are_asked_for_and_left_alone) {
  start_pbx(10, R"({
    "customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                  "ring": {"constant": 1}, "listen": {"constant": 30}, "first_digit_rules": false}})");
  start_engine([](engine_options& o) {
    o.call_times.liveness_every = 300ms;
    o.call_times.liveness_patience = 10s;
    o.pbxs.front().list_channels_every = 200ms;
  });
  const auto id = start_campaign(20, park());
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  ASSERT_TRUE(eventually([&] { return result_lines().size() >= 20; }));
  EXPECT_EQ(logged("hangup", "channel_id").size(), 20u);
  for (const auto& line : result_lines())
    EXPECT_EQ(line.find("outcome is unknown"), std::string::npos) << line;
}

TEST_F(engine_test, what_was_told_to_be_over_has_left_the_figures) {
  start_pbx(20, R"({"customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                    "ring": {"constant": 0.2}, "listen": {"uniform": [100, 300]}, "first_digit_rules": false}})");
  start_engine();
  const auto id = start_campaign(60, park());
  ASSERT_TRUE(eventually([&] {
    const auto seen = engine_->live().campaigns.find(id);
    return seen && seen->calls_begun == 60;
  }));
  write<campaign>([&](storage::write_txn& txn, changes& told) {
    told.campaigns.push_back(id);
    return storage::set_campaign_status(txn, id, campaign_status::stopping, wall_clock_now());
  });
  const auto shown = [&](std::int64_t status) {
    std::promise<std::size_t> in_flight;
    engine_->when_shown(id, status, [&] { in_flight.set_value(engine_->live().campaigns.find(id)->in_flight); });
    return in_flight.get_future().get();
  };
  ASSERT_TRUE(eventually([&] {
    const auto status = campaign_now(id).status;
    const auto up = engine_->live().dialings.size(); // those that are over were told to be
    const auto seen = shown(status);
    EXPECT_LE(seen, up);
    if (status == 0) {
      EXPECT_EQ(seen, 0u);
    }
    return status == 0 || HasFailure();
  }));
}

TEST_F(engine_test, a_forced_stop_hangs_up_every_call_and_begins_no_other) {
  start_pbx(1, R"({"customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                   "ring": {"constant": 0.2}, "listen": {"constant": 600}, "first_digit_rules": false}})");
  start_engine();
  const auto id = start_campaign(20, park());
  ASSERT_TRUE(eventually([&] { return logged("answer", "channel_id").size() >= 20; }));
  write<campaign>([&](storage::write_txn& txn, changes& told) {
    told.campaigns.push_back(id);
    return storage::set_campaign_status(txn, id, campaign_status::force_stopping, wall_clock_now());
  });
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  EXPECT_EQ(logged("hangup", "channel_id").size(), 20u);
}

TEST_F(engine_test, calls_are_begun_no_faster_than_the_server_takes_them_so_that_none_waits_in_vain) {
  start_pbx(20, quick_people);
  start_engine([](engine_options& o) {
    o.pbxs.front().originate_rate = 40; // and 8 at once
    o.pbxs.front().max_channels = 15;
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto id = start_campaign(150, park()), beside = start_campaign(150, park());
  std::int64_t most = 0;
  ASSERT_TRUE(eventually([&] {
    most = std::max(most, static_cast<std::int64_t>(live_dialings()));
    return campaign_now(id).status == 0 && campaign_now(beside).status == 0;
  }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(took.count(), (300 - 8) / 40.0 * 0.9) << "faster than the rate";
  EXPECT_LE(most, 15) << "intents beyond what the server may carry";
  ASSERT_TRUE(eventually([&] { return result_lines().size() >= 300; }));
  EXPECT_EQ(result_lines().size(), 300u);
  for (const auto& line : result_lines())
    EXPECT_EQ(line.find("\"status\":11"), std::string::npos) << line;
  expect_consistent();
}

TEST_F(engine_test, tries_of_calls_that_never_left_are_given_back) {
  start_pbx(50, quick_people);
  start_engine();
  const auto id = start_campaign(200, park());
  // Whatever was about to be sent when the server goes is lost; each customer is called once all the same.
  ASSERT_TRUE(eventually([&] { return logged("originate", "number").size() >= 20; }));
  for (int i = 0; i < 3; ++i) {
    stop_pbx();
    start_pbx(50, quick_people);
    const auto before = logged("originate", "number").size();
    ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 || logged("originate", "number").size() > before; }));
  }
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  std::size_t never_sent = 0;
  for (const auto& line : result_lines())
    never_sent += line.find("\"status\":11") != std::string::npos ? 1 : 0;
  EXPECT_GE(result_lines().size(), 200u + never_sent) << "an entry whose call was not sent was not tried again";
  const auto dialed = logged("originate", "number");
  EXPECT_EQ(std::set<std::string>(dialed.begin(), dialed.end()).size(), dialed.size());
  expect_consistent();
}

/// Wall-clock text of `t` in UTC, "HH:MM:SS".
std::string clock_text(time_point t) { return format_timestamp(t).substr(11, 8); }

TEST_F(engine_test, the_schedule_starts_a_stopped_campaign_when_it_opens_and_stops_it_when_it_closes) {
  start_pbx(50, quick_people);
  start_engine();
  const auto id = start_campaign(0, park(), 1, [](plan& p) { p.dl_end_handle = 0; });
  const auto to = [&](const std::function<void(campaign&)>& how) {
    write<campaign>([&](storage::write_txn& txn, changes& told) {
      told.campaigns.push_back(id);
      return storage::update(txn, id, storage::edit<campaign>{[&](const campaign& before) -> result<campaign> {
                               auto c = before;
                               how(c);
                               return c;
                             }},
                             wall_clock_now());
    });
  };
  const auto opens = wall_clock_now() + 2s;
  to([&](campaign& c) {
    c.status = 0;
    c.sc_mode = 1;
    c.sc_time_start = clock_text(opens);
    c.sc_time_end = clock_text(opens + 3s);
  });
  ASSERT_EQ(campaign_now(id).status, 0);
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 1; }));
  EXPECT_GE(wall_clock_now(), std::chrono::floor<std::chrono::seconds>(opens));
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0; }));
  EXPECT_GE(wall_clock_now(), std::chrono::floor<std::chrono::seconds>(opens) + 3s);
  // What is started by hand afterwards stays so, and waits.
  to([](campaign& c) { c.status = 1; });
  ASSERT_TRUE(eventually([&] {
    const auto live = engine_->live().campaigns.find(id);
    return live && live->status == 1 && live->explain_json.find("schedule_closed") != std::string::npos;
  }));
}

constexpr auto one_agent_who_talks_for_ever = R"({
  "customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                "ring": {"constant": 1}, "patience": {"constant": 5000}, "listen": {"constant": 5000},
                "first_digit_rules": false},
  "queues": [{"name": "sales_1", "agents": 1, "ring": {"constant": 0.1}, "talk": {"constant": 5000}}]
})";

void three_calls_for_each_agent(plan& p) {
  p.pacing_method = "ratio";
  p.max_calls_per_agent = 3;
  p.abandon_grace_ms = 500;
}

TEST_F(engine_test, a_live_answer_that_no_agent_takes_within_the_grace_is_hung_up_and_counts_once_also_after_a_restart) {
  start_pbx(20, one_agent_who_talks_for_ever);
  start_engine();
  const auto id = start_campaign(3, queue(), 1, three_calls_for_each_agent);
  ASSERT_TRUE(eventually([&] { return logged("hangup", "channel_id").size() >= 2; }));
  EXPECT_EQ(logged("answer", "channel_id").size(), 3u);
  EXPECT_EQ(logged("agent_connect", "channel_id").size(), 1u);
  EXPECT_EQ(logged("abandon", "channel_id").size(), 2u);
  const auto right = [&] {
    const auto live = engine_->live().campaigns.find(id);
    return live && live->answered == 3 && live->connected == 1 && live->abandoned == 2 && live->pacing &&
           live->pacing->view.ledger == core::abandon_ledger{3, 2, 3, 2};
  };
  EXPECT_TRUE(eventually(right));
  for (int again = 0; again < 2; ++again) {
    stop_engine();
    start_engine();
    EXPECT_TRUE(eventually([&] {
      return right() && engine_->live().campaigns.find(id)->in_flight == 1;
    }));
  }
  std::this_thread::sleep_for(600ms); // a grace, in case that somebody counts again
  EXPECT_TRUE(right());
  auto txn = env_->read();
  const auto days = storage::answers_by_day(*txn, id);
  ASSERT_TRUE(days && days->size() == 1u);
  EXPECT_EQ(days->front().answers, 3);
  EXPECT_EQ(days->front().abandons, 2);
  EXPECT_EQ(logged("hangup", "channel_id").size(), 2u);
  expect_consistent();
}

TEST_F(engine_test, an_abandoned_call_is_sent_to_the_message_that_the_plan_names) {
  start_pbx(20, one_agent_who_talks_for_ever);
  start_engine();
  const auto id = start_campaign(3, queue(), 1, [](plan& p) {
    three_calls_for_each_agent(p);
    p.abandon_context = "hold"; // a place of the simulated PBX's dialplan where calls stay
    p.abandon_exten = "1";
  });
  ASSERT_TRUE(eventually([&] { return logged("abandon", "channel_id").size() >= 2; }));
  EXPECT_TRUE(eventually([&] {
    const auto live = engine_->live().campaigns.find(id);
    return live && live->connected == 1 && live->abandoned == 2 && live->in_flight == 3;
  }));
  EXPECT_TRUE(logged("hangup", "channel_id").empty()) << "they listen to the message";
}

/// What an hour of a call centre has taught.
std::string some_experience() {
  core::predictive_pacing p{{}};
  auto c = *core::simulation::named_scenario("realistic");
  c.hours = 1;
  (void)core::simulation::simulate(c, p, 1);
  return p.save(wall_clock_now());
}

// Fifteen seconds of real time: less is never allowed.
TEST_F(engine_test, calls_that_ring_for_agents_who_have_gone_are_given_up_and_dialed_again_as_not_answered) {
  start_pbx(1, R"({
    "customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                  "ring": {"constant": 600}, "first_digit_rules": false},
    "queues": [{"name": "sales_1", "agents": 2, "ring": {"constant": 0}, "talk": {"constant": 5}}]
  })");
  start_engine();
  sim::testing::ami_peer peer{port_};
  peer.login("\r\nEvents: off");
  const auto id = start_campaign(
      2, queue(), 2, [](plan& p) { p.pacing_method = "predictive"; }, some_experience());
  const auto live = [&] { return engine_->live().campaigns.find(id); };
  ASSERT_TRUE(eventually([&] { return live() && live()->pacing && live()->pacing->view.calls.ringing == 2; }));
  const auto pause = [&](const std::string& paused) {
    for (const auto agent : {"1", "2"}) {
      peer.action("Action: QueuePause\r\nActionID: " + paused + agent + "\r\nQueue: sales_1\r\nInterface: Local/agent-0" + agent +
                  "@agents/n\r\nPaused: " + paused);
      EXPECT_EQ(peer.response(paused + agent).get("Response"), "Success");
    }
  };
  pause("true");
  ASSERT_TRUE(eventually([&] { return live()->pacing->view.given_up == 2 && live()->in_flight == 0; }));
  const auto begun = times_of("originate"), over = times_of("hangup");
  EXPECT_EQ(begun.size(), 2u);
  ASSERT_EQ(over.size(), 2u);
  for (const auto& [number, t] : over)
    EXPECT_GE(t, begun.find(number)->second + 15) << number;
  EXPECT_TRUE(logged("answer", "channel_id").empty());
  EXPECT_EQ(live()->answered, 0u);
  for (const auto& line : result_lines())
    EXPECT_EQ(line.find("outcome is unknown"), std::string::npos) << line;
  pause("false");
  ASSERT_TRUE(eventually([&] { return times_of("originate").size() == 4; }));
  const auto again = times_of("originate");
  for (const auto& [number, t] : begun)
    EXPECT_EQ(again.count(number), 2u) << number;
  write<campaign>([&](storage::write_txn& txn, changes& told) {
    told.campaigns.push_back(id);
    return storage::set_campaign_status(txn, id, campaign_status::force_stopping, wall_clock_now());
  });
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0 && live_dialings() == 0; }));
  expect_consistent();
}

TEST_F(engine_test, writes_share_commits) {
  start_pbx(1, quick_people);
  start_engine();
  constexpr int count = 500;
  std::atomic<int> done{0};
  for (int i = 0; i < count; ++i)
    engine_->transact<plan>(
        [](storage::write_txn& txn, changes&) { return storage::create(txn, plan{}, wall_clock_now()); },
        [&](const result<plan>& r) { done += r.has_value(); });
  ASSERT_TRUE(eventually([&] { return done == count; }));
  EXPECT_LT(engine_->live().total.commits.load(), static_cast<std::uint64_t>(count) / 2);
}

TEST_F(engine_test, hanging_up_a_call_that_is_not_there_says_so) {
  start_pbx(1, quick_people);
  start_engine();
  std::promise<result<void>> answer;
  engine_->hang_up(random_uuid(), [&](result<void> r) { answer.set_value(std::move(r)); });
  const auto r = answer.get_future().get();
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, errc::not_found);
}

} // namespace
} // namespace ringmaster
