// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/parallel_parser.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"

#include <gtest/gtest.h>

namespace ringmaster::ami {
namespace {

constexpr std::string_view ours = "11111111-2222-4333-8444-555555555555", other = "99999999-2222-4333-8444-555555555555";

subjects about(std::string_view text) {
  // Kept, because queue names are views into it.
  static std::vector<block_ptr> kept;
  return kept.emplace_back(parse_with_subjects(buffer::of(text)))->subjects();
}

std::vector<about_call> call_at(std::uint32_t message) {
  return {{message, *parse_uuid(ours)}};
}

TEST(ami_subjects, are_the_call_that_an_event_tells_of) {
  const std::string id{ours}, of_another{other};
  EXPECT_EQ(about("Event: Newchannel\r\nUniqueid: " + id + "\r\nLinkedid: " + of_another + "\r\n\r\n").calls, call_at(0));
  EXPECT_EQ(about("Event: Hangup\r\nUniqueid: " + id + "\r\n\r\n").calls, call_at(0));
  // A call is dialed by another channel; the event is about the one that is dialed.
  EXPECT_EQ(about("Event: DialEnd\r\nUniqueid: " + of_another + "\r\nDestUniqueid: " + id + "\r\n\r\n").calls, call_at(0));
  EXPECT_EQ(about("Event: OriginateResponse\r\nActionID: " + id + "\r\nUniqueid: <null>\r\n\r\n").calls, call_at(0));
  EXPECT_EQ(about("Response: Error\r\nActionID: " + id + "\r\nMessage: no\r\n\r\n").calls, call_at(0));
  EXPECT_EQ(about("Event: LocalBridge\r\nLocalOneUniqueid: " + id + "\r\nLocalTwoUniqueid: " + of_another + "\r\n\r\n").calls, call_at(0));
}

TEST(ami_subjects, are_the_call_whose_channel_another_takes_the_place_of) {
  const std::string id{ours};
  EXPECT_EQ(about("Event: BridgeEnter\r\nUniqueid: 1700000000.12\r\nLinkedid: " + id + "\r\nSwapUniqueid: " + id + "\r\n\r\n").calls, call_at(0));
  EXPECT_EQ(about("Event: Rename\r\nUniqueid: " + id + "\r\nNewname: PJSIP/b\r\n\r\n").calls, call_at(0));
  EXPECT_TRUE(about("Event: BridgeEnter\r\nUniqueid: " + id + "\r\nLinkedid: " + id + "\r\n\r\n").calls.empty()) << "it takes nobody's place";
}

TEST(ami_subjects, leave_out_what_is_about_no_call_of_ours) {
  EXPECT_TRUE(about("Event: Hangup\r\nUniqueid: 1700000000.12\r\n\r\n").calls.empty());
  EXPECT_TRUE(about("Event: Hangup\r\nLinkedid: " + std::string{ours} + "\r\n\r\n").calls.empty());
  EXPECT_TRUE(about("Event: VarSet\r\nUniqueid: " + std::string{ours} + "\r\n\r\n").calls.empty());
  EXPECT_TRUE(about("Response: Success\r\nActionID: 7\r\n\r\n").calls.empty());
  EXPECT_TRUE(about("Action: Ping\r\nActionID: " + std::string{ours} + "\r\n\r\n").calls.empty());
  EXPECT_TRUE(about("Asterisk Call Manager/11.0.0\r\n").calls.empty());
  EXPECT_TRUE(about("Event: QueueMemberPause\r\nInterface: a\r\n\r\n").queues.empty());
  EXPECT_TRUE(about("Event: QueueMemberPause\r\nQueue: \r\n\r\n").queues.empty());
  EXPECT_TRUE(about("Event: Newchannel\r\nQueue: sales\r\n\r\n").queues.empty());
}

TEST(ami_subjects, are_a_call_and_a_queue_where_a_caller_waits) {
  const auto found = about("Event: QueueMemberStatus\r\nQueue: support\r\n\r\n"
                           "Event: QueueCallerJoin\r\nUniqueid: " + std::string{ours} + "\r\nQueue: sales\r\n\r\n");
  EXPECT_EQ(found.calls, call_at(1));
  EXPECT_EQ(found.queues, (std::vector<about_queue>{{0, "support"}, {1, "sales"}}));
}

TEST(ami_subjects, are_the_channels_that_end_whosever_they_are) {
  const auto found = about("Event: Hangup\r\nUniqueid: 1700000000.12\r\n\r\nEvent: Newchannel\r\nUniqueid: 1700000000.13\r\n\r\n"
                           "Event: Hangup\r\nUniqueid: " + std::string{ours} + "\r\n\r\nEvent: Hangup\r\n\r\n");
  EXPECT_EQ(found.ends, (std::vector<channel_end>{{0, "1700000000.12"}, {2, ours}}));
  EXPECT_EQ(about("Event: BridgeEnter\r\nUniqueid: 1700000000.14\r\n\r\nEvent: BridgeEnter\r\nUniqueid: 1700000000.15\r\n"
                  "SwapUniqueid: 1700000000.13\r\n\r\n").ends,
            (std::vector<channel_end>{{1, "1700000000.13"}})) << "or that another channel takes the place of";
}

TEST(ami_subjects, are_looked_for_only_where_they_are_wanted) {
  EXPECT_TRUE(parse("Event: Hangup\r\nUniqueid: " + std::string{ours} + "\r\n\r\n")->subjects().calls.empty());
}

/// What the pool gives has all of them, and in the messages' order.
TEST(ami_subjects, of_a_recorded_load_come_with_the_pools_blocks) {
  // The recording's ids, "load-2565-" and six digits, as UUIDs.
  const auto recorded = recordings::bytes("load-queue.ami");
  constexpr std::string_view prefix = "load-2565-", as_uuid = "11111111-2222-4333-8444-555555";
  std::string all;
  std::size_t done = 0;
  for (auto at = recorded.find(prefix); at != std::string::npos; at = recorded.find(prefix, done)) {
    all.append(recorded, done, at - done).append(as_uuid);
    done = at + prefix.size();
  }
  all.append(recorded, done);
  std::size_t calls = 0, queues = 0, expected_calls = 0, expected_queues = 0;
  const auto whole = parse(all);
  for (const auto m : *whole) {
    const auto what = m.what();
    expected_calls += m.type() == message_type::event && parse_uuid(m.get("Uniqueid")) &&
                      (what == "Newchannel" || what == "Newstate" || what == "Hangup" || what.starts_with("QueueCaller") ||
                       what == "AgentConnect" || what == "AgentComplete" || what == "Rename");
    expected_calls += what == "LocalBridge" && parse_uuid(m.get("LocalOneUniqueid"));
    expected_calls += what == "BridgeEnter" && parse_uuid(m.get("SwapUniqueid"));
    expected_calls += what.starts_with("Dial") && parse_uuid(m.get("DestUniqueid"));
    expected_calls += (what == "OriginateResponse" || m.type() == message_type::response) && parse_uuid(m.action_id());
    expected_queues += m.type() == message_type::event && !m.get("Queue").empty();
  }
  parser_pool pool{2};
  sequencer order{pool, [&](const block_ptr& b) {
                    std::uint32_t last = 0;
                    for (const auto& one : b->subjects().calls) {
                      EXPECT_GE(one.message, last);
                      last = one.message;
                    }
                    calls += b->subjects().calls.size();
                    queues += b->subjects().queues.size();
                  }};
  order.submit(buffer::of(all));
  order.drain();
  EXPECT_GT(expected_calls, 1000u);
  EXPECT_GT(expected_queues, 1000u);
  EXPECT_EQ(calls, expected_calls);
  EXPECT_EQ(queues, expected_queues);
}

} // namespace
} // namespace ringmaster::ami
