// SPDX-License-Identifier: Apache-2.0
// Campaigns that have nothing to do, with the engine's real parts.
#include "tests/actors/engine_fixture.hpp"
#include "tests/manual_clock.hpp"

namespace ringmaster::resting_campaign_tests {
namespace {

using namespace std::chrono_literals;

/// Looks whether the campaign rests, and how often its figures are made anew within some time.
class resting_campaign_test : public engine_test {
protected:
  bool rests(const uuid& id) {
    const auto shown = engine_->live().campaigns.find(id);
    return shown && shown->rests && shown->in_flight == 0;
  }
  /// After so many calls; it rests before the first one as well.
  bool rests_after(std::size_t calls, const uuid& id) {
    return rests(id) && engine_->live().campaigns.find(id)->ends_heard == calls;
  }
  /// What a resting campaign may show within some time: news every two seconds, and its own look and the end of news from before may
  /// fall into it as well. One that dials shows four times as many and more.
  static int at_rest(std::chrono::seconds time) { return static_cast<int>(time / 2s) + 2; }
  int looks_within(std::chrono::seconds time, const uuid& id) {
    int looks = 0;
    auto before = engine_->live().campaigns.find(id);
    for (const auto until = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < until;
         std::this_thread::sleep_for(5ms))
      if (auto now = engine_->live().campaigns.find(id); now != before) {
        ++looks;
        before = std::move(now);
      }
    return looks;
  }
  void add_entry(const uuid& id, const std::string& number) {
    write<storage::entry_change>([&](storage::write_txn& txn, changes& told) {
      dl entry;
      entry.dlma_uuid = *campaign_now(id).dlma;
      entry.number[0] = number;
      auto made = storage::create(txn, entry, wall_clock_now());
      if (made)
        told.entries.emplace_back(entry.dlma_uuid, made->state);
      return made;
    });
  }
};

TEST_F(resting_campaign_test, with_nothing_to_dial_it_looks_seldom_and_begins_at_once_when_there_is_something) {
  start_pbx(50, quick_people);
  start_engine();
  const auto id = start_campaign(0, queue(), 1, [](plan& p) {
    p.dl_end_handle = 0; // goes on when its list is done
    p.pacing_method = "predictive";
  });
  ASSERT_TRUE(eventually([&] { return rests(id); }));
  EXPECT_LE(looks_within(4s, id), at_rest(4s)) << "one that dials is looked at sixteen times";
  std::thread others{[&] {
    for (int i = 0; i < 20; ++i)
      write<plan>([&](storage::write_txn& txn, changes& told) {
        auto made = storage::create(txn, plan{}, wall_clock_now());
        if (made)
          told.resources.push_back(made->id);
        return made;
      });
  }};
  EXPECT_LE(looks_within(4s, id), at_rest(4s)) << "plans of somebody else's are none of its business";
  others.join();

  // By itself it would look ten seconds after each.
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 1; i <= 6; ++i) {
    add_entry(id, std::to_string(8'000'000 + i));
    ASSERT_TRUE(eventually([&] { return rests_after(i, id); })) << i;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 45s);
  EXPECT_EQ(campaign_now(id).status, 1);
}

TEST_F(resting_campaign_test, another_plan_finds_somebody_to_dial_in_a_list_that_was_done) {
  start_pbx(50, R"({"customers": {"outcomes": {"answer": 0, "machine": 0, "busy": 1, "no_answer": 0, "congestion": 0, "invalid": 0},
                    "ring": {"constant": 1}, "first_digit_rules": false}})");
  start_engine();
  const auto id = start_campaign(1, park(), 1, [](plan& p) { p.dl_end_handle = 0; });
  ASSERT_TRUE(eventually([&] { return rests_after(1, id); }));
  write<plan>([&](storage::write_txn& txn, changes& told) {
    const auto how = *campaign_now(id).plan;
    told.resources.push_back(how);
    return storage::update(txn, how, storage::edit<plan>{[](const plan& before) -> result<plan> {
                             auto p = before;
                             p.max_retry_cnt.fill(2);
                             return p;
                           }},
                           wall_clock_now());
  });
  ASSERT_TRUE(eventually([&] { return rests_after(2, id); }));
}

TEST_F(resting_campaign_test, figures_that_somebody_asks_for_are_fresh) {
  start_pbx(50, quick_people);
  start_engine();
  const auto id = start_campaign(0, park(), 1, [](plan& p) { p.dl_end_handle = 0; });
  ASSERT_TRUE(eventually([&] { return rests(id); }));
  std::this_thread::sleep_for(1100ms);
  for (int i = 0; i < 3; ++i) {
    std::promise<time_point> at;
    const auto asked = wall_clock_now();
    engine_->when_shown(id, std::nullopt, [&] { at.set_value(engine_->live().campaigns.find(id)->at); });
    EXPECT_LT(asked - at.get_future().get(), 1100ms);
    std::this_thread::sleep_for(1100ms);
  }
}

TEST_F(resting_campaign_test, while_nobody_is_there_it_rests_and_dials_when_somebody_is) {
  start_pbx(50, R"({
    "customers": {"outcomes": {"answer": 0.5, "machine": 0, "busy": 0.5, "no_answer": 0, "congestion": 0, "invalid": 0},
                  "ring": {"constant": 1}, "patience": {"constant": 60}, "listen": {"constant": 2}, "first_digit_rules": false},
    "queues": [{"name": "sales_1", "agents": 1, "ring": {"constant": 1}, "talk": {"constant": 2}, "wrapup": {"constant": 0}}]
  })");
  start_engine();
  const auto first = start_campaign(0, queue(), 1, [](plan& p) { p.dl_end_handle = 0; });
  const auto interface = [&]() -> std::string {
    const auto seen = engine_->live().queues.find(queue_key("asterisk", "sales_1"));
    return seen && seen->who && !seen->who->empty() ? seen->who->front().interface : "";
  };
  ASSERT_TRUE(eventually([&] { return engine_->live().pbxs.find("asterisk")->connected && !interface().empty(); }));
  const auto pause = [&](bool paused) {
    std::promise<bool> done;
    engine_->ask("asterisk",
                 {"QueuePause", {{"Interface", interface()}, {"Queue", "sales_1"}, {"Paused", paused ? "true" : "false"}}},
                 [&](const result<std::string>& said) { done.set_value(said.has_value()); });
    return done.get_future().get();
  };
  ASSERT_TRUE(pause(true));
  ASSERT_TRUE(eventually([&] {
    const auto shown = engine_->live().campaigns.find(first);
    return shown && shown->agents.paused == 1 && shown->agents.available == 0;
  }));
  const auto id = start_campaign(30, queue(), 1, [](plan& p) { p.pacing_method = "progressive"; });
  ASSERT_TRUE(eventually([&] { return rests(id) && engine_->live().campaigns.find(id)->entries_ready == 30; }));
  EXPECT_LE(looks_within(4s, id), at_rest(4s));
  EXPECT_TRUE(logged("originate", "number").empty());
  ASSERT_TRUE(pause(false));
  ASSERT_TRUE(eventually([&] { return campaign_now(id).status == 0; })) << "its list is done";
  EXPECT_EQ(logged("originate", "number").size(), 30u);
}

TEST_F(resting_campaign_test, it_says_that_a_server_has_gone_and_dials_when_it_is_back) {
  start_pbx(50, quick_people);
  start_engine();
  const auto id = start_campaign(0, park(), 1, [](plan& p) { p.dl_end_handle = 0; });
  ASSERT_TRUE(eventually([&] { return rests(id) && engine_->live().pbxs.find("asterisk")->connected; }));
  stop_pbx();
  ASSERT_TRUE(eventually([&] { return engine_->live().campaigns.find(id)->snapshot->pbx_lost.size() == 1; }));
  add_entry(id, "8000001");
  ASSERT_TRUE(eventually([&] {
    const auto shown = engine_->live().campaigns.find(id);
    return shown->rests && shown->entries_ready == 1;
  }));
  start_pbx(50, quick_people);
  ASSERT_TRUE(eventually([&] { return logged("originate", "number").size() == 1; }));
}

/// Nobody tells a campaign that somebody has set the clock; by itself it would look ten seconds later.
TEST_F(resting_campaign_test, a_wall_clock_that_is_set_opens_and_closes_schedules_at_once) {
  static stepped_clock time; // the engine asks it until it has ended
  start_pbx(50, quick_people);
  start_engine([&](engine_options& o) { o.time = &time; });
  const auto id = start_campaign(0, park(), 1, [](plan& p) { p.dl_end_handle = 0; });
  write<campaign>([&](storage::write_txn& txn, changes& told) {
    told.campaigns.push_back(id);
    return storage::update(txn, id, storage::edit<campaign>{[&](const campaign& before) -> result<campaign> {
                             auto c = before;
                             c.sc_mode = 1;
                             const auto now = time.date();
                             c.sc_date_start = format_timestamp(now - 72h).substr(0, 10);
                             c.sc_date_end = format_timestamp(now + 72h).substr(0, 10);
                             return c;
                           }},
                           time.date());
  });
  ASSERT_TRUE(eventually([&] { return rests(id) && campaign_now(id).status == 1; }));
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    for (const bool open : {false, true}) {
      time.step_date(open ? duration{-240h} : duration{240h});
      ASSERT_TRUE(eventually([&] { return engine_->live().campaigns.find(id)->snapshot->schedule_open == open; })) << i;
      EXPECT_TRUE(eventually([&] { // the campaign may have looked before the engine did
        const auto wrong = engine_->what_is_wrong();
        return std::any_of(wrong.begin(), wrong.end(), [](const auto& one) { return one.what == "clock"; });
      })) << "/health tells it";
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 40s);
}

} // namespace
} // namespace ringmaster::resting_campaign_tests
