// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/parser.hpp"

#include "tests/data/ami/recordings.hpp"
#include "tests/protocol/ami/random_ami.hpp"
#include "tests/protocol/ami/reference_parser.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace ringmaster::ami {
namespace {

constexpr instruction_set all_sets[] = {instruction_set::scalar, instruction_set::sse2, instruction_set::avx2,
                                        instruction_set::avx512};

bool same_index(const block& a, const block& b) {
  return a.lines() == b.lines() && a.size() == b.size() &&
         std::memcmp(a.newlines(), b.newlines(), a.lines() * sizeof(std::uint32_t)) == 0 &&
         std::equal(a.entries().begin(), a.entries().end(), b.entries().begin(), [](auto& x, auto& y) {
           return x.first_line == y.first_line && x.end_line == y.end_line && x.raw_line == y.raw_line &&
                  x.type == y.type && x.kind == y.kind;
         });
}

TEST(ami_parser, gives_what_the_reference_gives_for_every_recording) {
  const auto names = recordings::names();
  ASSERT_GE(names.size(), 70U);
  for (const auto& name : names) {
    const auto bytes = recordings::bytes(name);
    const auto parsed = parse(bytes);
    ASSERT_TRUE(reference::of(*parsed) == reference::parse(bytes)) << name;
  }
}

TEST(ami_parser, gives_the_same_with_every_instruction_set) {
  for (const auto& name : {"queue-answer.ami", "status.ami", "sip-many.ami", "errors.sent.ami"}) {
    const auto bytes = recordings::bytes(name);
    const auto expected = parse(buffer::of(bytes), instruction_set::scalar);
    for (const auto set : all_sets)
      EXPECT_TRUE(same_index(*expected, *parse(buffer::of(bytes), set))) << name;
  }
}

TEST(ami_parser, reads_garbage_as_the_reference_does_with_every_instruction_set) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  for (int round = 0; round != 4000; ++round) {
    const auto bytes = random_ami(random, random() % 60);
    const auto expected = reference::parse(bytes);
    for (const auto set : all_sets)
      ASSERT_EQ(reference::of(*parse(buffer::of(bytes), set)), expected)
          << "seed " << seed << " round " << round << " bytes: " << testing::PrintToString(bytes);
  }
}

TEST(ami_parser, keeps_a_message_that_was_cut_within_a_line) {
  const auto parsed = parse("Event: Hangup\r\nCause: 16\r\n\r\nEvent: Newstate\r\nChann");
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[1].kind(), event_kind::newstate);
  EXPECT_EQ((*parsed)[1][1], (header{"", "Chann"}));
}

TEST(ami_parser, of_nothing_is_an_empty_block) {
  EXPECT_TRUE(parse("")->empty());
  EXPECT_TRUE(parse("\r\n\r\n\n")->empty());
}

TEST(ami_parser, tells_greeting_response_event_and_action_apart) {
  const auto parsed = parse("Asterisk Call Manager/5.0.1\r\nResponse: Success\r\n\r\nEvent: Hangup\n\n"
                            "Action: Ping\r\n\r\nBogus: x\r\n\r\nPrivilege: a\r\nevent:Newstate\r\n\r\n");
  ASSERT_EQ(parsed->size(), 6U);
  EXPECT_EQ((*parsed)[0].type(), message_type::greeting);
  EXPECT_EQ((*parsed)[0].what(), "Asterisk Call Manager/5.0.1");
  EXPECT_EQ((*parsed)[0][0], (header{"", "Asterisk Call Manager/5.0.1"}));
  EXPECT_EQ((*parsed)[1].type(), message_type::response);
  EXPECT_EQ((*parsed)[1].what(), "Success");
  EXPECT_EQ((*parsed)[2].type(), message_type::event);
  EXPECT_EQ((*parsed)[2].kind(), event_kind::hangup);
  EXPECT_EQ((*parsed)[3].type(), message_type::action);
  EXPECT_EQ((*parsed)[4].type(), message_type::other);
  EXPECT_EQ((*parsed)[5].type(), message_type::event);
  EXPECT_EQ((*parsed)[5].kind(), event_kind::newstate);
}

TEST(ami_parser, takes_the_first_of_event_and_response_as_the_type) {
  const auto parsed = parse("Event: OriginateResponse\r\nResponse: Failure\r\n\r\n");
  EXPECT_EQ((*parsed)[0].type(), message_type::event);
  EXPECT_EQ((*parsed)[0].kind(), event_kind::originate_response);
}

TEST(ami_parser, keeps_unknown_events) {
  const auto parsed = parse("Event: NeverHeardOf\r\nA: b\r\n\r\n");
  EXPECT_EQ((*parsed)[0].kind(), event_kind::other);
  EXPECT_EQ((*parsed)[0].get("a"), "b");
}

TEST(ami_parser, reads_an_old_servers_command_output) {
  const auto parsed = parse("Response: Follows\r\nPrivilege: Command\r\nActionID: 9\r\nName: x\n\nlast: y\n"
                            "--END COMMAND--\r\n\r\nEvent: Hangup\r\n\r\n");
  ASSERT_EQ(parsed->size(), 2U);
  const auto response = (*parsed)[0];
  EXPECT_EQ(response.action_id(), "9");
  EXPECT_EQ(response.all("Output"), (std::vector<std::string_view>{"Name: x", "", "last: y"}));
  EXPECT_FALSE(response.has("Name"));
}

TEST(ami_parser, reads_output_whose_last_line_has_no_newline) {
  const auto parsed = parse("Response: Follows\r\nPrivilege: Command\r\n1 call--END COMMAND--\r\n\r\n");
  ASSERT_EQ(parsed->size(), 1U);
  EXPECT_EQ((*parsed)[0].all("Output"), (std::vector<std::string_view>{"1 call"}));
}

TEST(ami_event_kind, knows_every_spelling_exactly) {
  for (std::size_t i = 1; i != event_kind_count; ++i) {
    const auto kind = static_cast<event_kind>(i);
    EXPECT_EQ(event_kind_of(to_string(kind)), kind);
    EXPECT_EQ(event_kind_of(std::string{to_string(kind)} + "x"), event_kind::other);
  }
  EXPECT_EQ(event_kind_of(""), event_kind::other);
}

} // namespace
} // namespace ringmaster::ami
