// SPDX-License-Identifier: Apache-2.0
#include "actors/live_state.hpp"

#include "tests/manual_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ringmaster {
namespace {

TEST(shared_map, has_what_was_put_last) {
  shared_map<int, std::string> map;
  EXPECT_EQ(map.find(1), "");
  map.put(1, "a");
  map.put(1, "b");
  map.put(2, "c");
  EXPECT_EQ(map.find(1), "b");
  EXPECT_EQ(map.size(), 2u);
  map.erase(1);
  map.erase(3);
  EXPECT_EQ(map.find(1), "");
  EXPECT_EQ(map.all(), std::vector<std::string>{"c"});
  map.clear();
  EXPECT_EQ(map.size(), 0u);
}

TEST(shared_map, lets_go_of_what_is_put_over_or_erased) {
  snapshot_map<int, int> map;
  const auto put = [&](int key) {
    auto value = std::make_shared<const int>(key);
    map.put(key, value);
    return std::weak_ptr<const int>{value};
  };
  const auto first = put(1), second = put(1), other = put(2);
  EXPECT_TRUE(first.expired());
  EXPECT_FALSE(second.expired());
  map.erase(1);
  EXPECT_TRUE(second.expired());
  const auto held = map.find(2);
  map.erase(2);
  EXPECT_EQ(*held, 2) << "whoever has it may go on looking at it";
  EXPECT_FALSE(other.expired());
}

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

std::shared_ptr<live_call> begun_call() {
  dialing record;
  record.id = random_uuid();
  record.uuid_camp = random_uuid();
  return std::make_shared<live_call>(record, core::call{core::call_times{}, start});
}

TEST(live_call, shows_what_was_recorded_until_something_happens) {
  dialing record;
  record.status = static_cast<std::int64_t>(dialing_status::originate_queued);
  record.res_dial = 4;
  record.channel = "PJSIP/a-1";
  auto machine = core::call::adopted(core::call_times{}, start, record, 0, "PJSIP/a-1");
  live_call call{record, std::move(machine)};
  EXPECT_EQ(call.shown().status, record.status);
  EXPECT_FALSE(call.shown().tm_update);
  manual_clock time{start};
  time.pass(1s);
  time.step_date(-1h);
  call.on(core::hung_up{16, "Normal Clearing", ""}, time.now(), time);
  const auto now = call.shown();
  EXPECT_EQ(now.status, static_cast<std::int64_t>(dialing_status::hangup));
  EXPECT_EQ(now.res_dial, 4);
  EXPECT_EQ(now.channel, "PJSIP/a-1");
  EXPECT_EQ(now.res_hangup_detail, "Normal Clearing");
  EXPECT_EQ(now.tm_update, start + 1s - 1h) << "a date";
}

TEST(live_call, knows_of_its_record_what_its_end_needs) {
  dialing record;
  record.id = random_uuid();
  record.uuid_camp = random_uuid();
  record.uuid_dl_list = random_uuid();
  record.uuid_dlma = random_uuid();
  record.tm_update = start;
  const live_call call{record, core::call{core::call_times{}, start}};
  EXPECT_EQ(call.id(), record.id);
  EXPECT_EQ(call.campaign(), record.uuid_camp);
  EXPECT_EQ(call.entry(), record.uuid_dl_list);
  EXPECT_EQ(call.dlma(), record.uuid_dlma);
  EXPECT_EQ(call.shown().id, record.id);
  EXPECT_EQ(call.shown().campaign, record.uuid_camp);
  EXPECT_EQ(call.shown().tm_update, start);
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
  const manual_clock time{start};
  for (int i = 0; i < 20'000; ++i) {
    const auto call = begun_call();
    {
      const std::lock_guard lock{guard};
      current = call;
    }
    call->on(core::originate_sent{}, time.now(), time);
    call->on(core::channel_created{"PJSIP/a-name-that-is-no-short-string"}, time.now(), time);
    call->on(core::hung_up{17, "User busy, and a text that is no short string", ""}, time.now(), time);
  }
  done = true;
  reader.join();
}

} // namespace
} // namespace ringmaster
