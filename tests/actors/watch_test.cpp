// SPDX-License-Identifier: Apache-2.0
// The end of an essential actor is the process's. Each ends in a process of its own, which GoogleTest starts.
#include "actors/watch.hpp"

#include "tests/actors/engine_fixture.hpp"

#include <caf/send.hpp>

#include <set>
#include <unistd.h>

namespace ringmaster::watched {
namespace {

using namespace std::chrono_literals;

class watch_test : public engine_test {
protected:
  watch_test() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  ~watch_test() override { GTEST_FLAG_SET(death_test_style, "fast"); }

  /// In the process that is to end: it does within five seconds, or with another status.
  void with_engine(const std::function<void(engine&)>& then) {
    start_pbx(1, "{}");
    start_engine();
    ::alarm(5);
    then(*engine_);
    std::this_thread::sleep_for(20s);
  }
  void end_of(const std::string& actor) {
    const auto ended = testing::ExitedWithCode(fault_exit_status);
    EXPECT_EXIT(with_engine([&](engine& e) {
                  EXPECT_TRUE(eventually([&] { return e.essential().all().contains(actor); }));
                  caf::anon_send_exit(e.essential().all().at(actor), caf::exit_reason::kill);
                }),
                ended, "the actor " + actor + " has ended \\(it was killed\\)");
  }
};

TEST_F(watch_test, the_end_of_the_store_ends_the_process) { end_of("store"); }
TEST_F(watch_test, the_end_of_the_results_ends_the_process) { end_of("results"); }
TEST_F(watch_test, the_end_of_the_engine_ends_the_process) { end_of("engine"); }
TEST_F(watch_test, the_end_of_the_hub_ends_the_process) { end_of("hub"); }
TEST_F(watch_test, the_end_of_a_server_ends_the_process) { end_of("pbx asterisk"); }
TEST_F(watch_test, the_end_of_a_telephone_ends_the_process) { end_of("telephone asterisk"); }

/// Call, campaign, engine, process.
TEST_F(watch_test, the_fault_of_a_call_ends_the_process) {
  const auto fault = [&] {
    start_pbx(1, R"({"customers": {"outcomes": {"answer": 1, "machine": 0, "busy": 0, "no_answer": 0, "congestion": 0, "invalid": 0},
                     "ring": {"constant": 60}, "first_digit_rules": false}})");
    start_engine();
    start_campaign(3, park());
    EXPECT_TRUE(eventually([&] { return engine_->live().dialings.size() == 3; }));
    ::alarm(5);
    engine_->live().dialings.all().front().channel().end(caf::exit_reason::unhandled_exception);
    std::this_thread::sleep_for(20s);
  };
  EXPECT_EXIT(fault(), testing::ExitedWithCode(fault_exit_status), "the actor engine has ended");
}

TEST_F(watch_test, all_of_these_are_essential_and_no_others) {
  start_pbx(1, "{}");
  start_engine();
  const std::set<std::string> known{"store", "results", "engine", "hub", "pbx asterisk", "telephone asterisk"};
  EXPECT_TRUE(eventually([&] { return engine_->essential().all().size() == known.size(); }));
  for (const auto& [name, actor] : engine_->essential().all())
    EXPECT_TRUE(known.contains(name)) << name << ": is its end tested here?";
}

TEST_F(watch_test, an_orderly_stop_is_no_end_of_that_kind) {
  EXPECT_EXIT(
      {
        start_pbx(1, "{}");
        start_engine();
        stop_engine();
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

/// Nobody else has to do with it.
TEST_F(watch_test, a_command_that_throws_ends_nothing_but_itself) {
  start_pbx(1, "{}");
  start_engine();
  const auto outcome = [&](std::function<result<int>(storage::write_txn&, changes&)> work) {
    std::promise<result<int>> told;
    engine_->transact<int>(std::move(work), [&](result<int> r) { told.set_value(std::move(r)); });
    return told.get_future().get();
  };
  const auto thrown = outcome([](storage::write_txn& txn, changes&) -> result<int> {
    (void)storage::put_snapshot(txn, "thrown", "x");
    throw std::runtime_error{"a fault"};
  });
  ASSERT_FALSE(thrown);
  EXPECT_EQ(thrown.error().code, errc::internal);
  const auto refused = outcome([](storage::write_txn& txn, changes&) -> result<int> {
    (void)storage::put_snapshot(txn, "refused", "x");
    return error{errc::illegal_state, "not now", {}};
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "not now");
  engine_->transact<int>([](storage::write_txn&, changes&) -> result<int> { return 1; },
                         [](result<int>) { throw std::runtime_error{"the caller's own"}; });
  EXPECT_EQ(*outcome([](storage::write_txn&, changes&) -> result<int> { return 2; }), 2);
  auto in = env_->read();
  for (const auto* name : {"thrown", "refused"})
    EXPECT_FALSE(storage::get_snapshot(*in, name)->has_value()) << name;
}

} // namespace
} // namespace ringmaster::watched
