#include "actors/live_state.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

std::shared_ptr<live_call> begun_call() {
  auto record = std::make_shared<dialing>();
  record->id = random_uuid();
  record->uuid_camp = random_uuid();
  return std::make_shared<live_call>(record, core::call{core::call_times{}, start});
}

TEST(live_call, shows_what_was_recorded_until_something_happens) {
  dialing record;
  record.status = static_cast<std::int64_t>(dialing_status::originate_queued);
  record.res_dial = 4;
  record.channel = "PJSIP/a-1";
  auto machine = core::call::adopted(core::call_times{}, start, record, 0, "PJSIP/a-1");
  live_call call{std::make_shared<dialing>(record), std::move(machine)};
  EXPECT_EQ(call.shown().status, record.status);
  EXPECT_FALSE(call.shown().tm_update);
  call.on(core::hung_up{16, "Normal Clearing", ""}, start + 1s);
  const auto now = call.shown();
  EXPECT_EQ(now.status, static_cast<std::int64_t>(dialing_status::hangup));
  EXPECT_EQ(now.res_dial, 4);
  EXPECT_EQ(now.channel, "PJSIP/a-1");
  EXPECT_EQ(now.res_hangup_detail, "Normal Clearing");
  EXPECT_EQ(now.tm_update, start + 1s);
}

TEST(live_call, is_never_seen_in_the_middle_of_a_change) {
  std::atomic<bool> done{false};
  std::mutex guard; // not an atomic pointer: ThreadSanitizer does not understand libstdc++'s
  auto current = begun_call();
  std::thread reader{[&] {
    while (!done) {
      const auto looked_at = [&] {
        const std::lock_guard lock{guard};
        return current;
      }();
      const auto seen = looked_at->shown();
      const bool hung_up = seen.status == static_cast<std::int64_t>(dialing_status::hangup);
      ASSERT_EQ(hung_up, seen.res_hangup == 17);
      ASSERT_EQ(hung_up, seen.res_hangup_detail == text{"User busy, and a text that is no short string"});
      ASSERT_EQ(hung_up, seen.res_dial == 5);
    }
  }};
  for (int i = 0; i < 20'000; ++i) {
    const auto call = begun_call();
    {
      const std::lock_guard lock{guard};
      current = call;
    }
    call->on(core::originate_sent{}, start);
    call->on(core::channel_created{"PJSIP/a-name-that-is-no-short-string"}, start);
    call->on(core::hung_up{17, "User busy, and a text that is no short string", ""}, start);
  }
  done = true;
  reader.join();
}

} // namespace
} // namespace ringmaster
