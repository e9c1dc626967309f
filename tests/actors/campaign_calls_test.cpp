// SPDX-License-Identifier: Apache-2.0
#include "actors/campaign_calls.hpp"

#include "actors/direct_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

class campaign_calls_test : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "campaign_calls_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    auto opened = storage::environment::open({folder_ / "data", std::size_t{1} << 24, 8});
    ASSERT_TRUE(opened) << opened.error().message;
    env_.emplace(std::move(*opened));
    shared_.env = &*env_;
    shared_.pbx_names = {"pbx1"};
    live_pbx server;
    server.name = "pbx1";
    server.connected = server.hears_agents = true;
    shared_.live.pbxs.put("pbx1", std::move(server));
    shared_.store = store_handle{spawn_direct(system_, "store", [](direct_actor*) {
      return caf::behavior{[](const store_operation_ptr& what) { what->done(std::nullopt); }};
    })};
    setup_.queue = "sales";
    setup_.how.emplace();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// What is counted of a live answer that reached an agent so long after the end of its grace (or before it), when
  /// nobody had looked at the grace yet.
  campaign_counters met_an_agent(duration after_grace) {
    campaign_counters counted;
    system_.spawn([&](caf::event_based_actor* self) {
      const auto now = shared_.time->now();
      campaign_pacing pacing{campaign_, shared_};
      (void)pacing.use(*setup_.how, now);
      campaign_calls calls{self, campaign_, shared_, pacing, setup_};
      const auto id = random_uuid();
      intend(calls, id, now);
      const auto reach = [&](core::milestone what, time_point at) {
        call_milestone said{id, {}, time_point::max()};
        said.reached.add(what);
        (void)calls.milestone(said, at);
      };
      reach(core::milestone::answered, now);
      reach(core::milestone::connected, now + pacing->options().grace + after_grace);
      counted = calls.counters();
    });
    system_.await_all_actors_done();
    return counted;
  }

  void intend(campaign_calls& calls, const uuid& id, time_point now) {
    shared_.agents.with([&](core::agent_ledger& ledger) { calls.intend(ledger, id, "pbx1", {}, {}, now); });
  }

  /// Runs `work` in an actor of its own, as a campaign does.
  void as_a_campaign(std::function<void(campaign_pacing&, campaign_calls&)> work) {
    system_.spawn([&](caf::event_based_actor* self) {
      campaign_pacing pacing{campaign_, shared_};
      (void)pacing.use(*setup_.how, start);
      campaign_calls calls{self, campaign_, shared_, pacing, setup_};
      work(pacing, calls);
    });
    system_.await_all_actors_done();
  }

  /// One adopted call, whose channel notes what it is asked, and what a test does to it.
  struct one_call {
    campaign_calls& calls;
    campaign_pacing& pacing;
    uuid id;
    time_point began;
    void seen(core::call_sight what, std::vector<core::milestone> reached, time_point now, time_point since = {}, std::string queue = {}) {
      call_milestone said{id, {}, time_point::max(), what, since, std::move(queue)};
      for (const auto m : reached)
        said.reached.add(m);
      (void)calls.milestone(said, now);
    }
    [[nodiscard]] std::int64_t answers() const { return pacing->answers(); }
    [[nodiscard]] std::int64_t abandons() const { return pacing->abandons(); }
  };
  void with_adopted(dialing record, const std::function<void(one_call&)>& test) {
    system_.spawn([&](caf::event_based_actor* self) {
      const auto now = shared_.time->now();
      campaign_pacing pacing{campaign_, shared_};
      (void)pacing.use(*setup_.how, now);
      campaign_calls calls{self, campaign_, shared_, pacing, setup_};
      record.id = random_uuid();
      record.pbx = "pbx1";
      adopted_calls adopted;
      adopted.calls.push_back({std::make_shared<const dialing>(record), channel_handle{spawn_direct(system_, "channel", [this](direct_actor*) {
                                 return caf::behavior{[this](const hang_up_call& what) {
                                                        hang_ups_.push_back(what.only_if);
                                                        if (!line_is_up_)
                                                          what.done(error{errc::pbx_unavailable, "no line", {}});
                                                      },
                                                      [this](const redirect_call&) { ++redirects_; }};
                               })}});
      calls.adopt(adopted, now);
      one_call one{calls, pacing, record.id, now};
      test(one);
    });
    system_.await_all_actors_done();
  }

  static constexpr time_point start{std::chrono::hours{500'000}};
  std::vector<call_is> hang_ups_;
  int redirects_{0};
  bool line_is_up_{true};
  std::filesystem::path folder_;
  std::optional<storage::environment> env_;
  engine_shared shared_;
  campaign_setup setup_;
  const uuid campaign_{random_uuid()};
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
};

TEST_F(campaign_calls_test, who_meets_an_agent_after_the_grace_is_abandoned_and_not_connected) {
  const auto late = met_an_agent(1ms);
  EXPECT_EQ(late.answered, 1);
  EXPECT_EQ(late.connected, 0);
  EXPECT_EQ(late.abandoned, 1);
  const auto in_time = met_an_agent(-1ms);
  EXPECT_EQ(in_time.connected, 1);
  EXPECT_EQ(in_time.abandoned, 0);
}

// --- every live answer has exactly one fate

enum class fate { none, connected, abandoned };

/// What becomes of one call: its events, those of one moment in any order.
struct story {
  std::vector<std::pair<duration, std::vector<core::call_event>>> moments;
  fate truth{fate::none};
};

story tell(std::mt19937_64& random, duration grace) {
  using namespace core;
  story s;
  const auto between = [&](duration least, duration most) {
    return least + duration{static_cast<duration::rep>(random() % static_cast<std::uint64_t>((most - least).count() + 1))};
  };
  const auto answered = between(1s, 20s);
  const auto at = [&](duration when, std::vector<call_event> what) { s.moments.emplace_back(when, std::move(what)); };
  const auto over = [&](duration when, std::int64_t cause = 16) {
    at(when, {hung_up{cause, "the end", ""}, originate_result{true, 4, "PJSIP/x-1"}});
  };
  at(duration{0}, {originate_sent{}, originate_accepted{}});
  at(500ms, {channel_created{"PJSIP/x-1"}, channel_changed{5, "PJSIP/x-1"}});
  const auto up = [&](bool joins) {
    std::vector<call_event> what{channel_changed{6, "PJSIP/x-1"}, dial_ended{"ANSWER"}, originate_result{true, 4, "PJSIP/x-1"}};
    if (joins)
      what.push_back(queue_joined{"sales"});
    at(answered, std::move(what));
  };
  const auto in_time = answered + between(1ms, grace), too_late = answered + grace + between(2ms, 20s);
  switch (random() % 10) {
  case 0: // nobody answers
    at(answered, {hung_up{19, "no answer", ""}, originate_result{false, 3, ""}});
    return s;
  case 1: // busy
    at(answered, {hung_up{17, "busy", ""}, originate_result{false, 5, ""}});
    return s;
  case 2: // an agent in time
  case 3:
    up(true);
    at(in_time, {queue_left{}, agent_connected{"PJSIP/a"}});
    over(in_time + between(1s, 60s));
    s.truth = fate::connected;
    return s;
  case 4: // the queue turns him away: full, joinempty, unknown
    up(false);
    over(answered + 50ms);
    break;
  case 5: // he hangs up, or leaves by a key, within the grace
    up(true);
    at(in_time, {queue_abandoned{}, queue_left{}});
    over(in_time);
    break;
  case 6: // the queue's timeout, and a dialplan that goes on for a while
    up(true);
    at(in_time, {queue_abandoned{}, queue_left{}});
    over(in_time + between(1s, 30s));
    break;
  case 7: // the queue's timeout, and another queue where an agent is there in time
    up(true);
    at(answered + 1ms, {queue_abandoned{}, queue_left{}});
    at(answered + grace / 2, {queue_joined{"second"}});
    at(answered + grace, {queue_left{}, agent_connected{"PJSIP/b"}});
    over(answered + grace + between(1s, 30s));
    s.truth = fate::connected;
    return s;
  case 8: // an agent too late
    up(true);
    at(too_late, {queue_left{}, agent_connected{"PJSIP/a"}});
    over(too_late + between(1s, 60s));
    break;
  default: // nobody until he gives up
    up(true);
    at(too_late, {queue_abandoned{}, queue_left{}});
    over(too_late);
    break;
  }
  s.truth = fate::abandoned;
  return s;
}

TEST_F(campaign_calls_test, every_live_answer_has_exactly_one_fate_in_whatever_order_its_events_come) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random{seed};
  for (const bool treats : {false, true})
    for (int round = 0; round < 40; ++round) {
      setup_.how = plan{};
      setup_.how->pacing_method = treats ? "progressive" : "available";
      if (treats)
        setup_.how->abandon_grace_ms = 2000;
      as_a_campaign([&](campaign_pacing& pacing, campaign_calls& calls) {
        struct running {
          uuid id{random_uuid()};
          core::call machine{core::call_times{}, start};
          bool over{false};
        };
        std::vector<running> all(25);
        std::multimap<time_point, std::pair<std::size_t, std::vector<core::call_event>>> to_come;
        std::int64_t connected = 0, abandoned = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
          auto one = tell(random, pacing->options().grace);
          connected += one.truth == fate::connected;
          abandoned += one.truth == fate::abandoned;
          intend(calls, all[i].id, start);
          for (auto& [when, what] : one.moments) {
            std::shuffle(what.begin(), what.end(), random);
            to_come.emplace(start + when, std::pair{i, std::move(what)});
          }
        }
        for (const auto& [now, what] : to_come) {
          (void)calls.pass_graces(now - 1ms);
          auto& call = all[what.first];
          for (const auto& event : what.second) {
            const auto change = call.machine.on(event, now);
            (void)calls.milestone({call.id, change.reached, call.machine.deadline(), change.sight, change.since, call.machine.queue()}, now);
            if (call.machine.ended() && !std::exchange(call.over, true))
              calls.finished({call.id, static_cast<std::int64_t>(call.machine.status()), call.machine.res_dial()}, now);
          }
        }
        const auto& counted = calls.counters();
        EXPECT_TRUE(calls.empty());
        EXPECT_EQ(counted.connected, connected);
        EXPECT_EQ(counted.abandoned, abandoned);
        EXPECT_EQ(counted.answered, connected + abandoned);
        EXPECT_EQ(counted.fate_unknown, 0);
        EXPECT_EQ(pacing->answers(), connected + abandoned);
        EXPECT_EQ(pacing->abandons(), abandoned);
      });
      if (HasFailure())
        return;
    }
}

TEST_F(campaign_calls_test, who_waited_when_the_line_was_lost_and_was_gone_after_it_has_no_known_fate) {
  as_a_campaign([&](campaign_pacing& pacing, campaign_calls& calls) {
    const auto id = random_uuid();
    intend(calls, id, start);
    core::call machine{core::call_times{}, start};
    for (const core::call_event& event :
         {core::call_event{core::originate_sent{}}, core::call_event{core::channel_changed{6, "PJSIP/x-1"}},
          core::call_event{core::queue_joined{"sales"}}, core::call_event{core::pbx_lost{}},
          core::call_event{core::channel_vanished{}}}) {
      const auto change = machine.on(event, start + 1s);
      (void)calls.milestone({id, change.reached, machine.deadline(), change.sight, change.since, machine.queue()}, start + 1s);
    }
    ASSERT_TRUE(machine.ended());
    calls.finished({id, static_cast<std::int64_t>(machine.status()), machine.res_dial()}, start + 60s);
    const auto& counted = calls.counters();
    EXPECT_EQ(counted.answered, 1);
    EXPECT_EQ(counted.connected + counted.abandoned, 0);
    EXPECT_EQ(counted.fate_unknown, 1);
    EXPECT_EQ(pacing->answers(), 0);
  });
}

dialing answered_before() {
  dialing record;
  record.res_dial = 4;
  record.tm_update = wall_clock_now() - 1min;
  return record;
}

using core::call_sight;

TEST_F(campaign_calls_test, nobody_is_given_up_before_it_is_known_that_he_waits) {
  with_adopted(answered_before(), [&](one_call& one) {
    EXPECT_FALSE(one.calls.pass_graces(one.began + 1h));
    one.seen(call_sight::talks, {core::milestone::connected}, one.began + 1h, one.began);
    EXPECT_FALSE(one.calls.pass_graces(one.began + 2h));
    EXPECT_EQ(one.answers(), 1);
    EXPECT_EQ(one.abandons(), 0);
    EXPECT_EQ(one.calls.counters().connected, 1);
    one.calls.forget(one.id, one.began + 3h);
    EXPECT_EQ(one.answers(), 1) << "counted once";
  });
  EXPECT_TRUE(hang_ups_.empty());
}

TEST_F(campaign_calls_test, an_answer_that_is_first_heard_of_in_a_talk_is_a_live_answer_and_connected) {
  with_adopted({}, [&](one_call& one) {
    one.seen(call_sight::talks, {core::milestone::answered, core::milestone::connected}, one.began + 10s, one.began + 1s);
    EXPECT_FALSE(one.calls.pass_graces(one.began + 1h));
    EXPECT_EQ(one.answers(), 1);
    EXPECT_EQ(one.abandons(), 0);
    EXPECT_EQ(one.calls.counters().answered, 1);
    EXPECT_EQ(one.calls.counters().connected, 1);
    EXPECT_EQ(one.calls.counters().abandoned, 0);
  });
  EXPECT_TRUE(hang_ups_.empty());
}

TEST_F(campaign_calls_test, who_is_found_waiting_has_a_whole_grace_from_then_on) {
  with_adopted(answered_before(), [&](one_call& one) {
    const auto grace = one.pacing->options().grace;
    one.seen(call_sight::waits, {}, one.began + 10s, one.began - 30s, "sales");
    EXPECT_FALSE(one.calls.pass_graces(one.began + 10s + grace - 1ms));
    EXPECT_TRUE(hang_ups_.empty());
    EXPECT_TRUE(one.calls.pass_graces(one.began + 10s + grace));
    EXPECT_EQ(hang_ups_, std::vector{call_is::waiting});
    EXPECT_EQ(one.abandons(), 1);
  });
}

TEST_F(campaign_calls_test, no_grace_passes_while_the_line_is_down) {
  with_adopted(answered_before(), [&](one_call& one) {
    const auto grace = one.pacing->options().grace;
    one.seen(call_sight::waits, {}, one.began, one.began, "sales");
    one.seen(call_sight::lost, {}, one.began + 1ms);
    EXPECT_FALSE(one.calls.pass_graces(one.began + grace + 1h));
    EXPECT_EQ(one.answers(), 0) << "not counted either";
    one.seen(call_sight::waits, {}, one.began + 2h, one.began, "sales");
    EXPECT_FALSE(one.calls.pass_graces(one.began + 2h));
    EXPECT_TRUE(one.calls.pass_graces(one.began + 2h + grace));
    EXPECT_EQ(one.abandons(), 1);
  });
  EXPECT_EQ(hang_ups_.size(), 1u);
}

TEST_F(campaign_calls_test, a_hang_up_that_the_lost_line_refused_is_not_made_up_for_on_somebody_who_talks) {
  line_is_up_ = false;
  with_adopted(answered_before(), [&](one_call& one) {
    const auto grace = one.pacing->options().grace;
    one.seen(call_sight::waits, {}, one.began, one.began, "sales");
    (void)one.calls.pass_graces(one.began + grace);
    one.seen(call_sight::lost, {}, one.began + grace);
    one.calls.treat_again(one.id, one.began + grace);
    (void)one.calls.pass_graces(one.began + 1h);
    EXPECT_EQ(hang_ups_.size(), 1u);
    one.seen(call_sight::talks, {core::milestone::connected}, one.began + 2h, one.began + 1h);
    one.calls.treat_again(one.id, one.began + 2h);
    (void)one.calls.pass_graces(one.began + 3h);
    EXPECT_EQ(hang_ups_.size(), 1u);
    EXPECT_EQ(one.answers(), 1);
    EXPECT_EQ(one.abandons(), 1) << "his grace had passed before the line was lost";
  });
}

TEST_F(campaign_calls_test, who_still_waits_after_a_refused_hang_up_is_given_up_again_and_counted_once) {
  with_adopted(answered_before(), [&](one_call& one) {
    const auto grace = one.pacing->options().grace;
    one.seen(call_sight::waits, {}, one.began, one.began, "sales");
    (void)one.calls.pass_graces(one.began + grace);
    one.seen(call_sight::lost, {}, one.began + grace);
    one.seen(call_sight::waits, {}, one.began + 1min, one.began, "sales");
    (void)one.calls.pass_graces(one.began + 1min + grace);
    EXPECT_EQ(hang_ups_.size(), 2u);
    EXPECT_EQ(one.abandons(), 1);
    EXPECT_EQ(one.calls.counters().abandoned, 1);
  });
}

TEST_F(campaign_calls_test, an_answer_that_was_written_down_is_counted_though_its_counter_was_lost) {
  with_adopted(answered_before(), [&](one_call& one) {
    EXPECT_EQ(one.calls.counters().answered, 1);
    one.seen(call_sight::talks, {core::milestone::connected}, one.began + 1s, one.began);
    EXPECT_EQ(one.calls.counters().answered, one.calls.counters().connected);
  });
}

TEST_F(campaign_calls_test, what_was_counted_before_the_restart_is_not_counted_again) {
  auto record = answered_before();
  record.counted = 1;
  with_adopted(record, [&](one_call& one) {
    one.seen(call_sight::talks, {core::milestone::connected}, one.began + 1s, one.began);
    EXPECT_EQ(one.calls.counters().connected, 0);
    EXPECT_EQ(one.calls.counters().abandoned, 0);
  });
}

TEST_F(campaign_calls_test, a_live_answer_that_ended_unheard_counts_neither_as_abandoned_nor_as_served) {
  with_adopted(answered_before(), [&](one_call& one) {
    one.calls.finished({one.id, static_cast<std::int64_t>(dialing_status::failed), 4}, one.began + 1h);
    EXPECT_EQ(one.answers(), 0);
    EXPECT_EQ(one.abandons(), 0);
    EXPECT_EQ(one.calls.counters().connected, 0);
    EXPECT_EQ(one.calls.counters().abandoned, 0);
    EXPECT_EQ(one.calls.counters().fate_unknown, 1);
  });
}

TEST_F(campaign_calls_test, without_a_word_of_agents_nobody_is_given_up_before_the_server_says_that_he_waits) {
  live_pbx deaf;
  deaf.name = "pbx1";
  deaf.connected = true;
  shared_.live.pbxs.put("pbx1", std::move(deaf));
  for (const bool waits : {false, true}) {
    hang_ups_.clear();
    with_adopted(answered_before(), [&](one_call& one) {
      const auto grace = one.pacing->options().grace;
      one.seen(call_sight::waits, {}, one.began, one.began, "sales");
      (void)one.calls.pass_graces(one.began + grace);
      EXPECT_TRUE(hang_ups_.empty());
      EXPECT_EQ(one.answers(), 0);
      EXPECT_EQ(one.calls.confirmed(one.id, waits, one.began + grace), waits);
      EXPECT_EQ(hang_ups_.size(), waits ? 1u : 0u);
      EXPECT_EQ(one.abandons(), waits ? 1 : 0);
      one.calls.finished({one.id, static_cast<std::int64_t>(dialing_status::hangup), 4}, one.began + 1min);
      EXPECT_EQ(one.calls.counters().fate_unknown, waits ? 0 : 1);
    });
  }
}

TEST_F(campaign_calls_test, without_a_word_of_agents_also_who_may_wait_is_no_abandoned_call_before_the_server_says_so) {
  live_pbx deaf;
  deaf.name = "pbx1";
  deaf.connected = true;
  shared_.live.pbxs.put("pbx1", std::move(deaf));
  setup_.how->pacing_method = "available"; // callers wait in the queue for as long as they like
  for (const bool waits : {false, true})
    with_adopted(answered_before(), [&](one_call& one) {
      one.seen(call_sight::waits, {}, one.began, one.began, "sales");
      const auto grace = one.pacing->options().grace;
      (void)one.calls.pass_graces(one.began + grace);
      EXPECT_EQ(one.answers(), 0);
      EXPECT_EQ(one.calls.confirmed(one.id, waits, one.began + grace), waits);
      one.calls.finished({one.id, static_cast<std::int64_t>(dialing_status::hangup), 4}, one.began + 1min);
      EXPECT_EQ(one.calls.counters().abandoned, waits ? 1 : 0);
      EXPECT_EQ(one.calls.counters().fate_unknown, waits ? 0 : 1);
    });
  EXPECT_TRUE(hang_ups_.empty());
}

TEST_F(campaign_calls_test, who_met_an_agent_after_the_grace_in_a_plan_that_lets_callers_wait_has_one_fate_too) {
  setup_.how->pacing_method = "available";
  with_adopted(answered_before(), [&](one_call& one) {
    one.seen(call_sight::waits, {core::milestone::abandoned}, one.began + 10s, one.began, "sales");
    one.seen(call_sight::unchanged, {core::milestone::connected}, one.began + 20s);
    EXPECT_EQ(one.calls.counters().abandoned, 1);
    EXPECT_EQ(one.calls.counters().connected, 0);
  });
}

TEST_F(campaign_calls_test, who_was_sent_to_another_queue_is_nobodys_to_give_up) {
  with_adopted(answered_before(), [&](one_call& one) {
    one.seen(call_sight::waits, {core::milestone::queued}, one.began, one.began, "support");
    EXPECT_FALSE(one.calls.pass_graces(one.began + 1h));
    EXPECT_EQ(one.answers(), 1);
    EXPECT_EQ(one.abandons(), 0);
  });
  EXPECT_TRUE(hang_ups_.empty());
}

TEST_F(campaign_calls_test, who_was_sent_away_is_not_sent_away_again_after_a_loss) {
  setup_.how->abandon_context = "sorry";
  with_adopted(answered_before(), [&](one_call& one) {
    const auto grace = one.pacing->options().grace;
    one.seen(call_sight::waits, {}, one.began, one.began, "sales");
    (void)one.calls.pass_graces(one.began + grace);
    EXPECT_EQ(redirects_, 1);
    one.seen(call_sight::lost, {}, one.began + grace + 1s);
    one.seen(call_sight::waits, {}, one.began + 1min, one.began + 50s, "sales");
    (void)one.calls.pass_graces(one.began + 1h);
    EXPECT_EQ(redirects_, 1);
  });
}

} // namespace
} // namespace ringmaster
