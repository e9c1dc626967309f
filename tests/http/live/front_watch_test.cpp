// SPDX-License-Identifier: Apache-2.0
// See tests/actors/watch_test.cpp: the front is essential as well.
#include "actors/watch.hpp"
#include "tests/http/live/front_fixture.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <thread>
#include <unistd.h>

namespace ringmaster::tests {
namespace {

class front_watch_test : public front_test {
protected:
  void end_it() {
    start({});
    ::alarm(5);
    caf::anon_send_exit(engine_->essential().all().at("front"), caf::exit_reason::kill);
    std::this_thread::sleep_for(std::chrono::seconds{20});
  }
};

TEST_F(front_watch_test, its_end_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_it(), testing::ExitedWithCode(fault_exit_status), "the actor front has ended");
  GTEST_FLAG_SET(death_test_style, "fast");
}

TEST_F(front_watch_test, an_orderly_end_is_none_of_that_kind) {
  start({});
  server_.reset();
  front_.reset();
  EXPECT_EQ(engine_->essential().all().count("front"), 1u);
}

} // namespace
} // namespace ringmaster::tests
