// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/events.hpp"

#include "protocol/ami/convert.hpp"
#include "protocol/ami/event_fields.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace ringmaster::ami {
namespace {

bool blank(const channel_snapshot& c) {
  return c.name.empty() && !c.state && c.unique_id.empty() && c.linked_id.empty() && c.language.empty() &&
         !c.priority;
}
bool blank(const bridge_snapshot& b) {
  return b.unique_id.empty() && b.type.empty() && !b.channels;
}
bool blank(const member_snapshot& m) {
  return m.queue.empty() && m.name.empty() && !m.status && !m.paused;
}

/// Holds every member of a typed event against the plain look-up of its header.
template <class Event>
struct judge {
  const message& source;
  bool same = true;

  template <class Struct, fixed_text Name, auto Member>
  void check(const Struct& got, field<Name, Member>, std::string_view prefix) {
    Struct wanted{};
    if (const auto value = source.find(std::string{prefix} + std::string{Name.view()}))
      convert::into(wanted.*Member, *value);
    same = same && wanted.*Member == got.*Member;
  }
  template <class Struct, fixed_text Prefix, auto Member, fixed_text First, auto FirstMember, class... Fields>
  void check(const Struct& got, nested<Prefix, Member, table<field<First, FirstMember>, Fields...>>,
             std::string_view) {
    check(got.*Member, field<First, FirstMember>{}, Prefix.view());
    if (source.has(std::string{Prefix.view()} + std::string{First.view()}))
      (check(got.*Member, Fields{}, Prefix.view()), ...);
    else
      same = same && blank(got.*Member);
  }
  template <class... Fields>
  void check_all(const Event& got, table<Fields...>) {
    (check(got, Fields{}, ""), ...);
  }
};

template <class Event>
bool agrees(const Event& got, const message& m) {
  judge<Event> j{m};
  j.check_all(got, typename fields_of<Event>::type{});
  return j.same;
}

TEST(ami_events, hold_what_the_headers_say_in_every_recording) {
  std::map<event_kind, std::size_t> seen;
  for (const auto& name : recordings::names()) {
    const auto parsed = parse(recordings::bytes(name));
    for (const auto m : *parsed)
      visit_event(m, [&](const auto& event) {
        ++seen[event.kind];
        ASSERT_TRUE(agrees(event, m)) << name << ": " << m.bytes();
      });
  }
  EXPECT_GE(seen.size(), 45U);
  EXPECT_GE(seen[event_kind::hangup], 1000U);
}

TEST(ami_events, hold_the_same_when_headers_are_shuffled_or_missing_or_of_another_case) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  for (const auto& name : {"queue-answer.ami", "queue-admin.ami", "park.ami", "status.ami", "shutdown.ami"}) {
    const auto original = parse(recordings::bytes(name));
    for (const auto m : *original) {
      std::vector<std::string> lines;
      for (std::size_t i = 1; i < m.size(); ++i)
        if (random() % 8 != 0) {
          std::string header{m[i].name};
          if (random() % 4 == 0)
            for (auto& c : header)
              c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
          lines.push_back(header + (random() % 4 == 0 ? ":" : ": ") + std::string{m[i].value} + "\n");
        }
      std::shuffle(lines.begin(), lines.end(), random);
      std::string bytes = "Event: " + std::string{m.what()} + "\n";
      for (const auto& line : lines)
        bytes += line;
      const auto parsed = parse(bytes + "\n");
      const auto changed = (*parsed)[0];
      visit_event(changed, [&](const auto& event) {
        // A header that is there twice may be taken from either place.
        std::map<std::string_view, int> names;
        for (const auto h : changed)
          if (++names[h.name] > 1)
            return;
        ASSERT_TRUE(agrees(event, changed)) << "seed " << seed << ": " << bytes;
      });
    }
  }
}

TEST(ami_events, read_a_queued_call) {
  const auto parsed =
      parse("Event: AgentComplete\r\nPrivilege: agent,all\r\nChannel: Local/1@c-0;1\r\nChannelState: 6\r\n"
            "ChannelStateDesc: Up\r\nUniqueid: call-1\r\nLinkedid: call-0\r\nDestChannel: PJSIP/11-1\r\n"
            "DestUniqueid: 1795293083.67\r\nQueue: sales_1\r\nInterface: PJSIP/11\r\nMemberName: Agent 11\r\n"
            "HoldTime: 1\r\nTalkTime: 62\r\nReason: agent\r\n\r\n");
  const auto e = agent_complete::from((*parsed)[0]);
  EXPECT_EQ(e.channel.name, "Local/1@c-0;1");
  EXPECT_EQ(e.channel.state, channel_state::up);
  EXPECT_EQ(e.channel.unique_id, "call-1");
  EXPECT_EQ(e.channel.linked_id, "call-0");
  EXPECT_EQ(e.channel.priority, std::nullopt);
  EXPECT_EQ(e.dest_channel.unique_id, "1795293083.67");
  EXPECT_EQ(e.queue, "sales_1");
  EXPECT_EQ(e.talk_time, std::chrono::seconds{62});
  EXPECT_EQ(e.reason, "agent");
}

TEST(ami_events, read_a_member) {
  const auto parsed = parse(
      "Event: QueueMember\r\nQueue: q\r\nName: A\r\nLocation: Local/1@a/n\r\nStateInterface: hint:1@a\r\n"
      "Membership: static\r\nPenalty: 2\r\nLastCall: 1795293030\r\nInCall: 0\r\nStatus: 6\r\nPaused: 1\r\n"
      "PausedReason: lunch\r\nWrapuptime: 5\r\n\r\n");
  const auto e = queue_member::from((*parsed)[0]);
  EXPECT_EQ(e.member.name, "A");
  EXPECT_EQ(e.member.interface, "Local/1@a/n");
  EXPECT_EQ(e.member.penalty, 2);
  EXPECT_EQ(e.member.last_call, std::chrono::sys_seconds{std::chrono::seconds{1795293030}});
  EXPECT_EQ(e.member.in_call, false);
  EXPECT_EQ(e.member.paused, true);
  EXPECT_EQ(e.member.status, device_status::ringing);
  EXPECT_EQ(e.member.wrapup_time, std::chrono::seconds{5});
  EXPECT_EQ(e.member.ring_in_use, std::nullopt);
}

TEST(ami_events, take_garbled_numbers_for_none) {
  const auto parsed =
      parse("Event: Hangup\r\nChannelState: 66\r\nPriority: 1x\r\nCause: 99999999999999999999\r\n\r\n");
  const auto e = hangup::from((*parsed)[0]);
  EXPECT_EQ(e.channel.state, std::nullopt);
  EXPECT_EQ(e.channel.priority, std::nullopt);
  EXPECT_EQ(e.cause, std::nullopt);
  EXPECT_EQ(to_number("-12"), -12);
  EXPECT_EQ(to_number("-"), std::nullopt);
  EXPECT_EQ(to_number(""), std::nullopt);
  EXPECT_EQ(to_number(" 1"), std::nullopt);
}

} // namespace
} // namespace ringmaster::ami
