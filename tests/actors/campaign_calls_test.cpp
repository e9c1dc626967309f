#include "actors/campaign_calls.hpp"

#include "actors/direct_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

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
      const auto now = wall_clock_now();
      campaign_pacing pacing{campaign_, shared_};
      (void)pacing.use(*setup_.how, now);
      campaign_calls calls{self, campaign_, shared_, pacing, setup_};
      const auto id = random_uuid();
      calls.intend(id, "pbx1", {}, {}, now);
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

} // namespace
} // namespace ringmaster
