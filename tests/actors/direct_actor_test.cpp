// SPDX-License-Identifier: Apache-2.0
// Actors that are run by their senders, as those see them.
#include "actors/direct_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace ringmaster {
namespace {

class direct_actor_test : public testing::Test {
protected:
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
};

TEST_F(direct_actor_test, runs_on_the_thread_of_whoever_sends) {
  std::thread::id ran;
  const auto one = spawn_direct(
      system_, "one", [&](direct_actor*) { return caf::behavior{[&](int) { ran = std::this_thread::get_id(); }}; });
  caf::anon_send(one, 1);
  EXPECT_EQ(ran, std::this_thread::get_id());
}

TEST_F(direct_actor_test, takes_one_message_at_a_time_and_each_senders_in_order) {
  constexpr int senders = 4, each = 5'000;
  std::vector<int> last(senders, 0);
  int sum = 0; // no lock of ours
  bool in_order = true;
  const auto one = spawn_direct(system_, "one", [&](direct_actor*) {
    return caf::behavior{[&](int who, int what) {
      in_order &= std::exchange(last[static_cast<std::size_t>(who)], what) == what - 1;
      ++sum;
    }};
  });
  std::vector<std::thread> all;
  for (int who = 0; who < senders; ++who)
    all.emplace_back([&, who] {
      for (int i = 1; i <= each; ++i)
        caf::anon_send(one, who, i);
    });
  for (auto& t : all)
    t.join();
  EXPECT_EQ(sum, senders * each);
  EXPECT_TRUE(in_order);
}

TEST_F(direct_actor_test, takes_what_it_sends_itself_when_it_is_done) {
  std::vector<int> order;
  const auto one = spawn_direct(system_, "one", [&](direct_actor* self) {
    return caf::behavior{[&, self](int what) {
      if (what < 3)
        caf::anon_send(caf::actor_cast<caf::actor>(self), what + 1);
      order.push_back(what);
    }};
  });
  caf::anon_send(one, 1);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(direct_actor_test, holds_up_nobody_while_it_is_busy) {
  std::promise<void> begun, go_on;
  std::vector<int> order;
  const auto one = spawn_direct(system_, "one", [&](direct_actor*) {
    return caf::behavior{[&](int what) {
      if (what == 1) {
        begun.set_value();
        go_on.get_future().wait();
      }
      order.push_back(what);
    }};
  });
  std::thread first{[&] { caf::anon_send(one, 1); }};
  begun.get_future().wait();
  caf::anon_send(one, 2); // returns, though the first is being handled
  go_on.set_value();
  first.join();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(direct_actor_test, hears_what_it_sends_itself_for_later) {
  caf::scoped_actor watcher{system_};
  const caf::actor watched = watcher;
  const auto one = spawn_direct(system_, "one", [=](direct_actor* self) {
    return caf::behavior{
        [=](int what) {
          caf::delayed_anon_send(caf::actor_cast<caf::actor>(self), std::chrono::milliseconds{1}, double{what + 0.5});
        },
        [=](double what) { caf::anon_send(watched, what); },
    };
  });
  caf::anon_send(one, 7);
  watcher->receive([](double what) { EXPECT_EQ(what, 7.5); },
                   caf::after(std::chrono::seconds{10}) >> [] { ADD_FAILURE() << "nothing came"; });
}

TEST_F(direct_actor_test, lets_go_of_what_it_held_when_it_ends) {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = held;
  const auto one =
      spawn_direct(system_, "one", [&](direct_actor*) { return caf::behavior{[held](int by) { *held += by; }}; });
  held.reset();
  caf::anon_send(one, 2);
  ASSERT_FALSE(seen.expired());
  EXPECT_EQ(*seen.lock(), 2);
  caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  EXPECT_TRUE(seen.expired());
  caf::anon_send(one, 3); // nobody is there
}

TEST_F(direct_actor_test, ends_with_a_fault_and_leaves_its_sender_alone) {
  int ran = 0;
  const auto one = spawn_direct(system_, "one", [&](direct_actor*) {
    return caf::behavior{[&](int) {
      ++ran;
      throw std::runtime_error{"on purpose"};
    }};
  });
  caf::scoped_actor watcher{system_};
  watcher->monitor(one);
  EXPECT_NO_THROW(caf::anon_send(one, 1));
  caf::anon_send(one, 1);
  EXPECT_EQ(ran, 1);
  watcher->receive([&](const caf::down_msg& gone) { EXPECT_EQ(gone.source, one); },
                   caf::after(std::chrono::seconds{10}) >> [] { ADD_FAILURE() << "nobody says that it has ended"; });
}

/// With a class of its own in place of a behavior.
class counter final : public direct_actor {
public:
  struct told {
    int numbers{0}, others{0};
    caf::error ended;
  };
  counter(caf::actor_config& config, told& to) : direct_actor{config}, told_{to} {}
  const char* name() const override { return "counter"; }

private:
  void receive(caf::type_erased_tuple& what) override {
    const auto* number = as<int>(what);
    if (!number) {
      ++told_.others;
      return;
    }
    told_.numbers += *number;
    if (*number < 0)
      throw std::runtime_error{"on purpose"};
    if (*number == 0)
      quit();
  }
  void ended(const caf::error& why) noexcept override { told_.ended = why; }

  told& told_;
};

TEST_F(direct_actor_test, of_a_class_of_its_own_tells_messages_by_their_type) {
  counter::told told;
  const auto one = spawn_direct_as<counter>(system_, told);
  caf::anon_send(one, 3);
  caf::anon_send(one, 4.5);
  caf::anon_send(one, 4, 5);
  caf::anon_send(one, caf::make_message(4));
  EXPECT_EQ(told.numbers, 7) << "be it made beforehand or not";
  EXPECT_EQ(told.others, 2);
}

TEST_F(direct_actor_test, of_a_class_of_its_own_hears_how_it_ended) {
  counter::told done, faulty, told_to;
  const auto ends = spawn_direct_as<counter>(system_, done);
  caf::anon_send(ends, 0);
  EXPECT_EQ(done.ended, caf::exit_reason::normal);
  caf::anon_send(ends, 5);
  EXPECT_EQ(done.numbers, 0) << "nothing is received after the end";
  caf::anon_send(spawn_direct_as<counter>(system_, faulty), -1);
  EXPECT_EQ(faulty.ended, caf::exit_reason::unhandled_exception);
  caf::anon_send_exit(spawn_direct_as<counter>(system_, told_to), caf::exit_reason::user_shutdown);
  EXPECT_EQ(told_to.ended, caf::exit_reason::user_shutdown);
}

} // namespace
} // namespace ringmaster
