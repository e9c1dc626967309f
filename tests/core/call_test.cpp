// SPDX-License-Identifier: Apache-2.0
#include "actors/core/call.hpp"

#include "tests/core/recorded_calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

struct expectation {
  const char* recording;
  const char* channel_id;
  std::int64_t res_dial, res_hangup;
  std::vector<milestone> reached;
  std::vector<milestone> not_reached{};
  bool we_hang_up{false};
};

using enum milestone;

const std::vector<expectation>& expectations() {
  static const std::vector<expectation> all{
      {"busy", "call-6", 5, 17, {channel, ended}, {ringing, answered}},
      {"cancel", "call-10", 1, 0, {ringing, ended}, {answered}, true},
      {"congestion", "call-8", 8, 34, {ended}, {answered}},
      {"unallocated", "call-9", 8, 1, {ended}, {answered}},
      {"no-answer", "call-7", 3, 19, {ringing, ended}, {answered}},
      {"hangup", "call-11", 4, 16, {ringing, answered, ended}, {queued}},
      {"amd-machine", "call-19", 4, 16, {answered, ended}, {queued}},
      {"amd-person", "call-20", 4, 16, {answered, queued, connected, agent_done, ended}, {abandoned}},
      {"bridge", "call-13", 4, 16, {answered, ended}},
      {"park", "call-15", 4, 16, {answered, ended}, {queued}},
      {"park-timeout", "call-17", 4, 16, {answered, ended}},
      {"queue-answer",
       "call-1",
       4,
       16,
       {ringing, answered, queued, connected, agent_done, ended},
       {abandoned}},
      {"queue-context", "call-2", 4, 16, {answered, queued, connected, ended}, {abandoned}},
      {"queue-abandon", "call-3", 4, 16, {answered, queued, abandoned, ended}, {connected}},
      {"queue-timeout", "call-4", 4, 0, {answered, queued, abandoned, ended}, {connected}},
      {"queue-ring-no-answer", "call-5", 4, 0, {answered, queued, abandoned, ended}, {connected}},
      {"redirect", "call-12", 4, 16, {answered, queued, connected, ended}},
      {"sip-answer", "sip-1", 4, 16, {answered, queued, connected, agent_done, ended}},
      {"sip-busy", "sip-3", 5, 17, {ended}, {answered}},
      {"sip-callee-hangs-up", "sip-2", 4, 0, {answered, queued, abandoned, ended}, {connected}},
      {"sip-cancel", "sip-7", 1, 16, {ringing, ended}, {answered}, true},
      {"sip-congestion", "sip-5", 8, 34, {ended}, {answered}},
      {"sip-dead-trunk", "sip-0", 8, 18, {ended}, {ringing, answered}},
      {"sip-no-answer", "sip-4", 3, 19, {ringing, ended}, {answered}},
      {"sip-unallocated", "sip-6", 8, 1, {ended}, {answered}},
  };
  return all;
}

/// All calls above, each recording read once.
const std::vector<std::pair<expectation, const recorded_call*>>& recorded_calls() {
  static std::vector<recorded> kept;
  static const auto calls = [] {
    std::vector<std::pair<expectation, const recorded_call*>> found;
    kept.reserve(expectations().size());
    for (const auto& e : expectations()) {
      kept.push_back(read_calls(e.recording));
      for (const auto& c : kept.back().calls)
        if (c.channel_id == e.channel_id)
          found.emplace_back(e, &c);
    }
    return found;
  }();
  return calls;
}

/// Feeds events and passes deadlines as time goes by; counts ends.
struct driver {
  call c{call_times{}, start};
  time_point now{start};
  int ends{0}, questions{0};

  driver() = default;
  explicit driver(const expectation& of) {
    if (of.we_hang_up)
      feed(hang_up_asked{});
  }

  void feed(const call_event& e) {
    const auto was_over = c.ended();
    const auto change = c.on(e, now);
    ends += change.reached.has(ended) ? 1 : 0;
    questions += change.ask_whether_alive ? 1 : 0;
    if (was_over) {
      EXPECT_TRUE(change.reached.empty());
      EXPECT_FALSE(change.status_changed);
    }
    EXPECT_EQ(c.deadline() == time_point::max(), c.ended()) << "a live call always has a deadline";
  }
  /// Until the end, by deadlines alone. The PBX answers a question with `answer`, or not at all.
  void run_out(std::optional<call_event> answer = std::nullopt) {
    for (int i = 0; i < 100 && !c.ended(); ++i) {
      now = std::max(now, c.deadline());
      const auto before = questions;
      feed(deadline_passed{});
      if (questions > before && answer)
        feed(*answer);
    }
    EXPECT_TRUE(c.ended()) << "deadlines alone end a call";
  }
};

/// The right outcome, or none, or one that says of itself that it may be wrong.
bool told_right(const call& c, const expectation& expected) {
  return c.res_dial() == expected.res_dial || c.res_dial() == 0 || c.ending() == call_ending::unknown;
}

TEST(call, ends_as_every_recording_says) {
  ASSERT_EQ(recorded_calls().size(), expectations().size());
  for (const auto& [expected, recorded] : recorded_calls()) {
    SCOPED_TRACE(expected.recording);
    driver d{expected};
    d.feed(originate_sent{});
    EXPECT_EQ(d.c.status(), dialing_status::originate_sent);
    for (const auto& e : recorded->events)
      d.feed(e);
    EXPECT_EQ(d.ends, 1);
    EXPECT_EQ(d.c.ending(), call_ending::known);
    EXPECT_EQ(d.c.status(), dialing_status::hangup);
    EXPECT_EQ(d.c.res_dial(), expected.res_dial);
    EXPECT_EQ(d.c.res_hangup(), expected.res_hangup);
    EXPECT_FALSE(d.c.res_dial_text().empty());
    EXPECT_FALSE(d.c.channel().empty());
    for (const auto m : expected.reached)
      EXPECT_TRUE(d.c.reached().has(m)) << int{static_cast<std::uint8_t>(m)};
    for (const auto m : expected.not_reached)
      EXPECT_FALSE(d.c.reached().has(m)) << int{static_cast<std::uint8_t>(m)};
  }
}

TEST(call, ends_the_same_in_any_order_and_with_everything_twice) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  for (const auto& [expected, recorded] : recorded_calls())
    for (unsigned round = 0; round < 200; ++round) {
      SCOPED_TRACE(testing::Message() << expected.recording << ", seed " << seed << ", round " << round);
      std::mt19937 random{seed + round};
      auto events = recorded->events;
      for (const auto& e : recorded->events)
        if (random() % 3 == 0)
          events.push_back(e);
      events.emplace_back(originate_sent{});
      std::shuffle(events.begin(), events.end(), random);
      driver d{expected};
      for (const auto& e : events) {
        d.now += std::chrono::milliseconds{random() % 10};
        d.feed(e);
      }
      d.run_out();
      ASSERT_EQ(d.ends, 1);
      ASSERT_EQ(d.c.status(), dialing_status::hangup);
      // A failure and a hang-up together end the call: what would come after both is not waited for.
      ASSERT_TRUE(told_right(d.c, expected)) << d.c.res_dial();
      if (expected.res_dial == 4) {
        ASSERT_EQ(d.c.res_dial(), 4);
      }
    }
}

TEST(call, is_right_or_unknown_when_events_are_lost) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  for (const auto& [expected, recorded] : recorded_calls())
    for (unsigned round = 0; round < 200; ++round) {
      SCOPED_TRACE(testing::Message() << expected.recording << ", seed " << seed << ", round " << round);
      std::mt19937 random{seed + round};
      driver d{expected};
      d.feed(originate_sent{});
      for (const auto& e : recorded->events) {
        if (random() % 3 == 0)
          continue;
        d.now += std::chrono::milliseconds{random() % 10};
        d.feed(e);
      }
      if (random() % 2 == 0)
        d.run_out(channel_vanished{});
      else
        d.run_out();
      ASSERT_EQ(d.ends, 1);
      ASSERT_TRUE(told_right(d.c, expected)) << "says " << d.c.res_dial() << " and is sure of it";
    }
}

TEST(call, with_early_media_is_answered_by_its_channel_alone) {
  call_times times;
  times.early_media = true;
  const auto until_the_183 = [&](call& c) {
    for (const call_event& event : {call_event{originate_sent{}}, call_event{originate_accepted{}},
                                    call_event{channel_created{"PJSIP/x-1"}}, call_event{dial_ended{"ANSWER"}},
                                    call_event{originate_result{true, 4, "PJSIP/x-1"}}, call_event{queue_joined{"sales"}}})
      c.on(event, start + 1s);
    EXPECT_FALSE(c.answered());
    EXPECT_FALSE(c.ended());
  };
  call busy{times, start};
  until_the_183(busy);
  busy.on(queue_abandoned{}, start + 5s);
  busy.on(hung_up{17, "User busy", ""}, start + 5s);
  EXPECT_TRUE(busy.ended());
  EXPECT_FALSE(busy.answered()) << "nobody has answered, so nobody was abandoned";
  EXPECT_EQ(busy.res_dial(), 5);
  call up{times, start};
  until_the_183(up);
  up.on(channel_changed{6, "PJSIP/x-1"}, start + 5s);
  EXPECT_TRUE(up.answered());
  up.on(hung_up{16, "Normal Clearing", ""}, start + 9s);
  EXPECT_EQ(up.res_dial(), 4);
}

TEST(call, is_refused_by_a_response) {
  driver d;
  d.feed(originate_sent{});
  d.feed(originate_refused{"Channel not specified"});
  EXPECT_EQ(d.c.status(), dialing_status::originate_queue_failed);
  EXPECT_EQ(d.ends, 1);
  EXPECT_EQ(d.c.res_dial_text(), "Channel not specified");
}

TEST(call, that_could_not_be_sent_is_over) {
  driver d;
  d.feed(originate_not_sent{"no connection"});
  EXPECT_EQ(d.c.status(), dialing_status::originate_failed);
  EXPECT_EQ(d.ends, 1);
}

TEST(call, keeps_its_try_unless_nobodys_telephone_can_have_rung) {
  driver waited, sent, refused, refused_late;
  waited.feed(originate_not_sent{"ten seconds"});
  EXPECT_TRUE(waited.c.try_unused());
  sent.feed(originate_sent{});
  EXPECT_FALSE(sent.c.try_unused());
  sent.feed(originate_not_sent{"what it was told late"});
  EXPECT_FALSE(sent.c.try_unused()) << "somebody's phone may have rung";
  refused.feed(originate_sent{});
  refused.feed(originate_refused{"Asterisk is shutting down"});
  EXPECT_TRUE(refused.c.try_unused());
  refused_late.feed(originate_sent{});
  refused_late.feed(channel_created{"PJSIP/a-1"});
  refused_late.feed(originate_refused{"what contradicts itself"});
  EXPECT_FALSE(refused_late.c.try_unused());
}

TEST(call, with_an_unknown_technology_ends_without_a_channel_within_two_seconds) {
  driver d;
  d.feed(originate_sent{});
  d.feed(originate_accepted{});
  d.feed(originate_result{false, 0, "NoSuchTech/1"});
  EXPECT_FALSE(d.c.ended());
  EXPECT_EQ(d.c.deadline(), start + 2s);
  d.run_out();
  EXPECT_EQ(d.c.status(), dialing_status::originate_response_failed);
  EXPECT_EQ(d.c.ending(), call_ending::known);
  EXPECT_TRUE(d.c.channel().empty());
}

TEST(call, hung_up_before_its_originate_response_waits_two_seconds_for_it) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_created{"Local/1@x-1;1"});
  d.feed(hung_up{19, "User alerting, no answer", ""});
  EXPECT_FALSE(d.c.ended());
  EXPECT_EQ(d.c.deadline(), start + 2s);
  d.now += 1s;
  d.feed(originate_result{false, 3, ""});
  EXPECT_EQ(d.ends, 1);
  EXPECT_EQ(d.c.res_dial(), 3);
}

TEST(call, whose_originate_failed_waits_five_seconds_for_the_cause) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_created{"PJSIP/a-1"});
  d.feed(originate_result{false, 0, "PJSIP/1@a"});
  EXPECT_EQ(d.c.status(), dialing_status::originate_response_failed);
  EXPECT_EQ(d.c.deadline(), start + 5s);
  d.now += 4s;
  d.feed(hung_up{17, "User busy", "486"});
  EXPECT_EQ(d.c.res_dial(), 5);
  EXPECT_EQ(d.ends, 1);
}

TEST(call, asks_for_an_answered_channel_from_time_to_time) {
  driver d;
  d.feed(originate_sent{});
  d.feed(originate_result{true, 4, "PJSIP/a-1"});
  d.now = d.c.deadline();
  EXPECT_EQ(d.now, start + 60s);
  d.feed(deadline_passed{});
  EXPECT_EQ(d.questions, 1);
  d.feed(channel_alive{6, "PJSIP/a-1"});
  EXPECT_FALSE(d.c.ended());
  EXPECT_EQ(d.c.deadline(), d.now + 60s);
  d.run_out(channel_vanished{});
  EXPECT_EQ(d.c.ending(), call_ending::unknown);
  EXPECT_EQ(d.c.res_dial(), 4);
  EXPECT_NE(d.c.res_dial_text().find("unknown"), std::string::npos);
  EXPECT_EQ(d.c.status(), dialing_status::failed);
}

TEST(call, whose_hangup_was_lost_ends_within_two_minutes) {
  for (const bool server_answers : {true, false}) {
    driver d;
    d.feed(originate_sent{});
    d.feed(channel_created{"PJSIP/a-1"});
    d.feed(originate_result{true, 4, "PJSIP/a-1"});
    d.now += 10min; // a long talk, its liveness confirmed every minute
    d.feed(channel_alive{6, "PJSIP/a-1"});
    const auto hung_up_unheard = d.now;
    if (server_answers)
      d.run_out(channel_vanished{});
    else
      d.run_out();
    EXPECT_LE(d.now - hung_up_unheard, 2min);
    EXPECT_EQ(d.questions, 1);
    EXPECT_EQ(d.c.ending(), call_ending::unknown);
    EXPECT_EQ(d.c.res_dial(), 4);
  }
}

TEST(call, is_not_asked_for_while_the_server_speaks_of_it) {
  driver d;
  d.feed(originate_sent{});
  d.feed(originate_result{true, 4, "PJSIP/a-1"});
  for (int i = 0; i < 10; ++i) {
    d.now += 59s;
    d.feed(deadline_passed{});
    d.feed(channel_alive{6, "PJSIP/a-1"});
  }
  EXPECT_EQ(d.questions, 0);
}

TEST(call, outlives_a_lost_connection_when_its_channel_does) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_created{"PJSIP/a-1"});
  d.feed(pbx_lost{});
  EXPECT_EQ(d.c.deadline(), start + 30min);
  d.now += 1min;
  d.feed(channel_alive{6, "PJSIP/a-1"});
  EXPECT_TRUE(d.c.answered());
  d.feed(hung_up{16, "Normal Clearing", ""});
  d.run_out();
  EXPECT_EQ(d.c.ending(), call_ending::known);
}

// --- out of sight: the line was down, or another process began the call

TEST(call, that_was_heard_all_the_time_is_in_sight) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_changed{6, "PJSIP/a-1"});
  EXPECT_TRUE(d.c.waits_for_agent());
  EXPECT_EQ(d.c.on(channel_alive{6, "PJSIP/a-1"}, d.now).sight, call_sight::unchanged);
  EXPECT_TRUE(d.c.waits_for_agent());
}

TEST(call, out_of_sight_waits_for_nobody_until_the_lists_say_so) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_changed{6, "PJSIP/a-1"});
  EXPECT_EQ(d.c.on(pbx_lost{}, d.now).sight, call_sight::lost);
  EXPECT_EQ(d.c.on(pbx_lost{}, d.now).sight, call_sight::unchanged);
  EXPECT_FALSE(d.c.waits_for_agent());
  EXPECT_EQ(d.c.on(channel_alive{6, "PJSIP/a-1"}, d.now).sight, call_sight::unchanged) << "up, and nobody knows what for";
  EXPECT_TRUE(d.c.out_of_sight());
  const auto seen = d.c.on(channel_alive{6, "PJSIP/a-1", standing::waits, start - 3s, "sales"}, d.now);
  EXPECT_EQ(seen.sight, call_sight::waits);
  EXPECT_EQ(seen.since, start - 3s);
  EXPECT_TRUE(seen.reached.has(queued));
  EXPECT_EQ(d.c.queue(), "sales");
  EXPECT_TRUE(d.c.waits_for_agent());
}

TEST(call, that_was_answered_and_taken_unheard_talks_and_was_never_up_for_grabs) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_changed{5, "PJSIP/a-1"});
  d.feed(pbx_lost{});
  const auto seen = d.c.on(channel_alive{6, "PJSIP/a-1", standing::with_agent, start - 5s}, d.now);
  EXPECT_EQ(seen.sight, call_sight::talks);
  EXPECT_TRUE(seen.reached.has(answered));
  EXPECT_TRUE(seen.reached.has(connected));
  EXPECT_FALSE(d.c.waits_for_agent());
}

TEST(call, that_talks_to_whoever_else_waits_for_no_agent_any_more) {
  driver d;
  d.feed(originate_sent{});
  d.feed(pbx_lost{});
  const auto seen = d.c.on(channel_alive{6, "PJSIP/a-1", standing::talks, start}, d.now);
  EXPECT_EQ(seen.sight, call_sight::talks);
  EXPECT_FALSE(seen.reached.has(connected));
  EXPECT_FALSE(d.c.waits_for_agent());
}

TEST(call, that_still_rings_after_a_loss_has_missed_nothing) {
  driver d;
  d.feed(originate_sent{});
  d.feed(pbx_lost{});
  EXPECT_EQ(d.c.on(channel_alive{5, "PJSIP/a-1", standing::not_up}, d.now).sight, call_sight::gained);
  d.feed(channel_changed{6, "PJSIP/a-1"});
  EXPECT_TRUE(d.c.waits_for_agent()) << "it was heard to be answered";
}

TEST(call, is_seen_again_by_the_events_that_tell_where_it_stands) {
  const auto lost = [] {
    call c{call_times{}, start};
    c.on(channel_changed{6, "PJSIP/a-1"}, start);
    c.on(pbx_lost{}, start);
    return c;
  };
  auto joins = lost();
  EXPECT_EQ(joins.on(queue_joined{"sales"}, start + 9s).sight, call_sight::waits);
  auto met = lost();
  EXPECT_EQ(met.on(agent_connected{"PJSIP/agent"}, start + 9s).sight, call_sight::gained);
  auto has_talked = lost();
  const auto completed = has_talked.on(agent_completed{}, start + 9s);
  EXPECT_EQ(completed.sight, call_sight::talks);
  EXPECT_TRUE(completed.reached.has(connected));
  auto left = lost();
  EXPECT_EQ(left.on(queue_left{}, start + 9s).sight, call_sight::unchanged) << "to an agent, or in vain";
  auto again_up = lost();
  EXPECT_EQ(again_up.on(channel_changed{6, "PJSIP/a-1"}, start + 9s).sight, call_sight::unchanged);
}

TEST(call, whose_agent_is_known_is_not_said_to_wait_by_an_older_list) {
  driver d;
  d.feed(originate_sent{});
  d.feed(agent_connected{"PJSIP/agent"});
  d.feed(pbx_lost{});
  EXPECT_EQ(d.c.on(channel_alive{6, "PJSIP/a-1", standing::waits, start, "sales"}, d.now).sight, call_sight::gained);
  EXPECT_FALSE(d.c.waits_for_agent());
}

TEST(call, of_another_process_is_out_of_sight_until_it_is_asked_for) {
  dialing record;
  record.res_dial = 4;
  auto c = call::adopted(call_times{}, start, record, 0, "PJSIP/a-1");
  EXPECT_TRUE(c.answered());
  EXPECT_TRUE(c.out_of_sight());
  EXPECT_FALSE(c.waits_for_agent());
}

// --- the customer goes on over another channel than the one that was dialed

TEST(call, goes_on_over_the_channel_that_takes_the_place_of_its_own) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_created{"Local/1@out-1;1"});
  d.feed(originate_result{true, 4, "Local/1@out-1;1"});
  d.feed(agent_connected{"PJSIP/agent"});
  const auto moved = d.c.on(channel_replaced{"1700000000.2", "PJSIP/carrier-7"}, d.now);
  EXPECT_TRUE(moved.status_changed);
  EXPECT_EQ(d.c.channel(), "PJSIP/carrier-7") << "that is what is hung up on request";
  d.feed(hung_up{16, "Normal Clearing", "", "the-dialings-own"});
  d.now += 1min;
  d.feed(deadline_passed{});
  d.feed(channel_alive{6, "PJSIP/carrier-7"});
  EXPECT_FALSE(d.c.ended()) << "the customer talks on";
  // And once more: Local channels may stand one behind the other.
  d.feed(channel_replaced{"1700000000.9", "PJSIP/carrier-8"});
  d.feed(hung_up{16, "Normal Clearing", "", "1700000000.2"});
  EXPECT_FALSE(d.c.ended());
  d.feed(hung_up{31, "Normal, unspecified", "", "1700000000.9"});
  EXPECT_EQ(d.c.ending(), call_ending::known);
  EXPECT_EQ(d.c.res_hangup(), 31);
  EXPECT_EQ(d.c.res_dial(), 4);
}

TEST(call, that_went_on_elsewhere_while_the_line_was_down_ends_there) {
  driver d;
  d.feed(originate_sent{});
  d.feed(originate_result{true, 4, "Local/1@out-1;1"});
  d.feed(pbx_lost{});
  d.feed(channel_alive{6, "PJSIP/carrier-7", standing::with_agent, start, {}, "1700000000.2"});
  d.feed(hung_up{16, "Normal Clearing", "", "the-dialings-own"});
  EXPECT_FALSE(d.c.ended());
  d.feed(hung_up{16, "Normal Clearing", "", "1700000000.2"});
  EXPECT_TRUE(d.c.ended());
}

TEST(call, has_the_name_that_its_channel_was_given_last) {
  driver d;
  d.feed(originate_sent{});
  d.feed(channel_created{"AsyncGoto/PJSIP/a-1"});
  EXPECT_TRUE(d.c.on(channel_renamed{"PJSIP/a-1"}, d.now).status_changed);
  EXPECT_EQ(d.c.channel(), "PJSIP/a-1");
}

TEST(call, gives_a_lost_pbx_up_in_the_end) {
  driver d;
  d.feed(originate_sent{});
  d.feed(pbx_lost{});
  d.run_out();
  EXPECT_EQ(d.c.ending(), call_ending::unknown);
  EXPECT_EQ(d.now, start + 30min);
}

TEST(call, ignores_a_timer_that_is_too_early) {
  driver d;
  d.feed(originate_sent{});
  d.now += 1s;
  d.feed(deadline_passed{});
  EXPECT_EQ(d.questions, 0);
  EXPECT_FALSE(d.c.ended());
}

TEST(call, is_adopted_with_what_was_recorded) {
  dialing record;
  record.res_dial = 4;
  record.channel = "PJSIP/a-1";
  auto c = call::adopted(call_times{}, start, record, 6, "PJSIP/a-1");
  EXPECT_TRUE(c.answered());
  EXPECT_EQ(c.status(), dialing_status::channel_created);
  c.on(hung_up{16, "Normal Clearing", ""}, start + 1s);
  c.on(deadline_passed{}, c.deadline());
  EXPECT_TRUE(c.ended());
  EXPECT_EQ(c.res_dial(), 4);
  c.write_to(record, start + 1s);
  EXPECT_EQ(record.status, 7);
  EXPECT_EQ(record.res_hangup, 16);
  EXPECT_EQ(record.res_hangup_detail, "Normal Clearing");
}

TEST(call, says_what_every_cause_means) {
  const auto outcome = [](std::int64_t cause, bool rang) {
    call c{call_times{}, start};
    if (rang)
      c.on(channel_changed{5, ""}, start);
    c.on(originate_result{false, 0, ""}, start);
    c.on(hung_up{cause, "", ""}, start);
    return c.res_dial();
  };
  EXPECT_EQ(outcome(17, false), 5);
  for (const std::int64_t cause : {1, 20, 22, 28, 34, 38, 41, 42, 44, 27, 21, 3})
    EXPECT_EQ(outcome(cause, false), 8) << cause;
  EXPECT_EQ(outcome(18, true), 3);
  EXPECT_EQ(outcome(18, false), 8);
  EXPECT_EQ(outcome(19, false), 3);
  EXPECT_EQ(outcome(16, true), 3) << "who it was for did not answer, and somebody gave up";
  EXPECT_EQ(outcome(0, true), 3);
  EXPECT_EQ(outcome(26, true), 1);
  EXPECT_EQ(outcome(0, false), 0);
}

/// A call that failed with this cause and SIP code, without ringing unless `rang`.
call failed(std::int64_t cause, const char* code = "", bool rang = false) {
  call c{call_times{}, start};
  c.on(originate_sent{}, start);
  c.on(channel_created{"PJSIP/a-1"}, start);
  if (rang)
    c.on(channel_changed{5, ""}, start);
  c.on(originate_result{false, 0, "PJSIP/1@a"}, start);
  c.on(hung_up{cause, "", code}, start);
  return c;
}

TEST(call, tells_a_number_that_does_not_exist_a_refusal_and_a_full_network_apart) {
  struct told {
    std::int64_t cause;
    const char* code;
    const char* words;
    call_evidence evidence;
  };
  const std::string congested{ringmaster::res_dial_text(8)};
  for (const auto& [cause, code, words, evidence] : std::initializer_list<told>{
           {1, "404", "No such number (SIP 404)", call_evidence::number},
           {1, "604", "No such number (SIP 604)", call_evidence::number},
           {1, "", "No such number", call_evidence::number},
           {22, "410", "No such number (SIP 410)", call_evidence::number},
           {28, "484", "No such number (SIP 484)", call_evidence::number},
           {21, "603", "Declined (SIP 603)", call_evidence::reached},
           {127, "607", "Declined (SIP 607)", call_evidence::reached},
           {21, "", "Declined", call_evidence::reached},
           {21, "403", "Refused by the carrier (SIP 403)", call_evidence::network},
           {34, "503", "Congestion (circuits busy) (SIP 503)", call_evidence::network},
           {38, "", "Congestion (circuits busy)", call_evidence::network},
           {3, "", "Congestion (circuits busy)", call_evidence::network},
           {18, "408", "Congestion (circuits busy) (SIP 408)", call_evidence::network},
           {20, "", "The telephone is switched off or out of reach", call_evidence::none}}) {
    SCOPED_TRACE(testing::Message() << cause << ' ' << code);
    const auto c = failed(cause, code);
    EXPECT_TRUE(c.ended());
    EXPECT_EQ(c.res_dial(), 8);
    EXPECT_EQ(c.res_dial_text(), words);
    EXPECT_EQ(c.evidence(), evidence);
    EXPECT_EQ(c.number_unknown(), evidence == call_evidence::number);
    EXPECT_FALSE(c.try_unused());
  }
}

TEST(call, that_reached_a_telephone_says_nothing_against_the_way) {
  EXPECT_EQ(failed(17, "486").evidence(), call_evidence::reached);
  EXPECT_EQ(failed(34, "503", true).evidence(), call_evidence::reached);
  EXPECT_EQ(failed(19, "", true).evidence(), call_evidence::reached);
  EXPECT_EQ(failed(19, "480").evidence(), call_evidence::none);
  EXPECT_EQ(failed(16, "").evidence(), call_evidence::network) << "it was made and failed, and nobody says why";
  call ringing{call_times{}, start};
  ringing.on(channel_changed{5, ""}, start);
  EXPECT_EQ(ringing.evidence(), call_evidence::reached) << "as soon as it rings";
  call given_up{call_times{}, start};
  given_up.on(channel_created{"PJSIP/a-1"}, start);
  given_up.on(hang_up_asked{}, start);
  given_up.on(originate_result{false, 0, ""}, start);
  given_up.on(hung_up{0, "", ""}, start);
  EXPECT_EQ(given_up.evidence(), call_evidence::none);
}

TEST(call, without_a_channel_or_refused_is_evidence_against_the_server) {
  driver unknown_trunk, refused;
  unknown_trunk.feed(originate_sent{});
  unknown_trunk.feed(originate_accepted{});
  unknown_trunk.feed(originate_result{false, 0, "PJSIP/1@nowhere"});
  EXPECT_EQ(unknown_trunk.c.evidence(), call_evidence::none) << "not before its end: a Hangup may tell more";
  unknown_trunk.run_out();
  EXPECT_EQ(unknown_trunk.c.evidence(), call_evidence::no_channel);
  refused.feed(originate_sent{});
  refused.feed(originate_refused{"Permission denied"});
  EXPECT_EQ(refused.c.evidence(), call_evidence::refused);
  EXPECT_EQ(refused.c.failure(), "Permission denied");
}

TEST(call, whose_dialplan_does_not_begin_is_evidence_of_a_limit) {
  const auto fails = [](bool called, bool begun, std::int64_t cause) {
    driver d;
    d.feed(originate_sent{});
    d.feed(originate_accepted{});
    d.feed(channel_created{"Local/1@x-1;1"});
    d.feed(second_half_created{});
    if (called)
      d.feed(second_half_called{});
    if (begun)
      d.feed(dial_began{});
    d.feed(second_half_hung_up{cause, ""});
    d.feed(hung_up{0, "Unknown", ""});
    EXPECT_EQ(d.ends, 0) << "OriginateResponse is to come";
    d.feed(originate_result{false, 0, "Local/1@x"});
    EXPECT_EQ(d.ends, 1);
    return d.c;
  };
  EXPECT_EQ(fails(true, false, 0).evidence(), call_evidence::limit);
  EXPECT_EQ(fails(true, false, 0).res_dial_text(), "The dialplan of the call did not begin");
  EXPECT_EQ(fails(false, false, 0).evidence(), call_evidence::network) << "there is no such extension";
  EXPECT_EQ(fails(true, true, 0).evidence(), call_evidence::network);
  EXPECT_EQ(fails(true, false, 16).evidence(), call_evidence::network) << "it began, and hung up at once";
  EXPECT_EQ(fails(true, false, 1).evidence(), call_evidence::number);
}

TEST(call, that_rang_behind_a_dialplan_which_gave_up_was_not_answered) {
  const auto rings = [](bool we_hang_up) {
    driver d;
    d.feed(originate_sent{});
    d.feed(channel_created{"Local/1@x-1;1"});
    d.feed(second_half_created{});
    d.feed(channel_changed{5, ""});
    d.now += 8s;
    if (we_hang_up)
      d.feed(hang_up_asked{});
    d.feed(second_half_hung_up{16, "Normal Clearing"});
    d.feed(hung_up{16, "Normal Clearing", ""});
    d.feed(originate_result{false, 1, "Local/1@x"});
    EXPECT_EQ(d.ends, 1);
    EXPECT_EQ(d.c.res_hangup(), 16);
    return d.c.res_dial();
  };
  EXPECT_EQ(rings(false), 3);
  EXPECT_EQ(rings(true), 1);
}

TEST(call, over_a_local_channel_ends_by_the_half_that_knows_why) {
  for (const bool second_first : {true, false}) {
    driver d;
    d.feed(originate_sent{});
    d.feed(channel_created{"Local/1@x-1;1"});
    d.feed(second_half_created{});
    d.feed(originate_result{false, 0, "Local/1@x"});
    if (second_first) {
      d.feed(second_half_hung_up{17, "User busy"});
      d.feed(hung_up{0, "Unknown", ""});
    } else {
      d.feed(hung_up{0, "Unknown", ""});
      EXPECT_FALSE(d.c.ended()) << "the other half may know more";
      d.feed(second_half_hung_up{17, "User busy"});
    }
    EXPECT_EQ(d.ends, 1);
    EXPECT_EQ(d.c.res_dial(), 5);
    EXPECT_EQ(d.c.res_hangup(), 17);
    EXPECT_EQ(d.c.res_hangup_text(), "User busy");
  }
  driver lost; // its second half's Hangup never comes
  lost.feed(originate_sent{});
  lost.feed(channel_created{"Local/1@x-1;1"});
  lost.feed(second_half_created{});
  lost.feed(originate_result{false, 5, "Local/1@x"});
  lost.feed(hung_up{0, "Unknown", ""});
  EXPECT_EQ(lost.c.deadline(), start + 2s);
  lost.run_out();
  EXPECT_EQ(lost.c.res_dial(), 5);
  EXPECT_EQ(lost.c.ending(), call_ending::known);
}

} // namespace
} // namespace ringmaster::core
