#include "actors/campaign_calls.hpp"

#include "actors/direct_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <functional>
#include <string>
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
    shared_.store = spawn_direct(system_, "store", [](direct_actor*) {
      return caf::behavior{[](const store_operation_ptr& what) { what->done(std::nullopt); }};
    });
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
      calls.intend(id, "pbx1", {}, now);
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
      adopted.calls.push_back({std::make_shared<const dialing>(record), spawn_direct(system_, "channel", [this](direct_actor*) {
                                 return caf::behavior{[this](const hang_up_call& what) {
                                                        hang_ups_.push_back(what.only_if);
                                                        if (!line_is_up_)
                                                          what.done(error{errc::pbx_unavailable, "no line", {}});
                                                      },
                                                      [this](const redirect_call&) { ++redirects_; }};
                               })});
      calls.adopt(adopted, now);
      one_call one{calls, pacing, record.id, now};
      test(one);
    });
    system_.await_all_actors_done();
  }

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

TEST_F(campaign_calls_test, what_was_counted_before_the_restart_is_not_counted_again) {
  auto record = answered_before();
  record.counted = 1;
  with_adopted(record, [&](one_call& one) {
    one.seen(call_sight::talks, {core::milestone::connected}, one.began + 1s, one.began);
    EXPECT_EQ(one.calls.counters().connected, 0);
    EXPECT_EQ(one.calls.counters().abandoned, 0);
  });
}

TEST_F(campaign_calls_test, a_live_answer_that_ended_unheard_is_counted_and_not_as_abandoned) {
  with_adopted(answered_before(), [&](one_call& one) {
    one.calls.finished({one.id, static_cast<std::int64_t>(dialing_status::failed), 4}, one.began + 1h);
    EXPECT_EQ(one.answers(), 1);
    EXPECT_EQ(one.abandons(), 0);
    EXPECT_EQ(one.calls.counters().abandoned, 0);
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
