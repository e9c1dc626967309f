// SPDX-License-Identifier: Apache-2.0
// What does not compile is tested by asking the compiler.
#include "actors/handles.hpp"
#include "actors/direct_actor.hpp"
#include "actors/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <gtest/gtest.h>

namespace ringmaster::handle_tests {

struct turn_on {};
struct turn_off {
  int how_often{1};
};
struct explode {};
using lamp_handle = handle<turn_on, turn_off>;
using switch_handle = handle<turn_off>;

} // namespace ringmaster::handle_tests

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ringmaster::handle_tests::turn_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ringmaster::handle_tests::turn_off)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ringmaster::handle_tests::explode)

namespace ringmaster::handle_tests {
namespace {

template <class Handle, class M>
concept can_tell = requires(const Handle& to, M what) { to.tell(std::move(what)); };
template <class Handle, class M>
concept can_tell_later = requires(const Handle& to, M what) { to.tell_later(std::chrono::seconds{1}, std::move(what)); };

TEST(handle, a_message_that_an_actor_does_not_take_does_not_compile) {
  static_assert(can_tell<lamp_handle, turn_on> && can_tell<lamp_handle, turn_off> && !can_tell<lamp_handle, explode>);
  static_assert(can_tell_later<lamp_handle, turn_on> && !can_tell_later<lamp_handle, explode>);
  static_assert(can_tell<campaign_handle, call_finished> && !can_tell<campaign_handle, forget_call>);
  static_assert(can_tell<pbx_handle, forget_call> && !can_tell<pbx_handle, call_finished>);
  static_assert(!can_tell<channel_handle, wake> && !can_tell<hub_handle, hub_frames>);
  static_assert(!can_tell<lamp_handle, int>);
}

TEST(handle, who_says_less_may_have_less_and_nobody_gets_more) {
  static_assert(std::is_convertible_v<lamp_handle, switch_handle> && !std::is_convertible_v<switch_handle, lamp_handle>);
  static_assert(std::is_convertible_v<channel_handle, routed_handle> && std::is_convertible_v<queue_handle, routed_handle>);
  static_assert(std::is_convertible_v<campaign_handle, woken_handle> && !std::is_convertible_v<pbx_handle, woken_handle>);
  static_assert(!std::is_convertible_v<caf::actor, lamp_handle>, "an actor becomes one in so many words alone");
}

TEST(handle, tells_in_order_and_nobody_is_told_nothing) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<int> heard;
  const lamp_handle lamp{spawn_direct(system, "lamp", [&heard](direct_actor*) {
    return takes<lamp_handle>([&heard](const turn_on&) { heard.push_back(0); }, [&heard](const turn_off& what) { heard.push_back(what.how_often); });
  })};
  lamp.tell(turn_on{});
  const switch_handle off = lamp;
  off.tell(turn_off{2});
  lamp.tell(turn_on{});
  EXPECT_EQ(heard, (std::vector<int>{0, 2, 0}));
  EXPECT_EQ(lamp, lamp);
  lamp_handle{}.tell(turn_on{});
  EXPECT_FALSE(lamp_handle{});
  lamp.end();
}

} // namespace
} // namespace ringmaster::handle_tests
