// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/parser.hpp"

#include <gtest/gtest.h>

namespace ringmaster::ami {
namespace {

TEST(ami_message, finds_the_first_value_in_any_case) {
  const auto parsed =
      parse("Event: X\r\nVariable: a=1\r\nvariable:b=2\r\nEmpty: \r\nNone:\r\nUrl: http://x:80/\r\n\r\n");
  const auto m = (*parsed)[0];
  EXPECT_EQ(m.get("VARIABLE"), "a=1");
  EXPECT_EQ(m.all("Variable"), (std::vector<std::string_view>{"a=1", "b=2"}));
  EXPECT_TRUE(m.has("Empty"));
  EXPECT_EQ(m.find("None"), "");
  EXPECT_EQ(m.find("Absent"), std::nullopt);
  EXPECT_EQ(m.get("Url"), "http://x:80/");
  EXPECT_FALSE(m.has("Url: http"));
}

TEST(ami_message, takes_one_space_after_the_colon_and_no_more) {
  const auto parsed = parse("Event: X\r\nA:  two \r\nB:none\r\nC :x\r\n\r\n");
  const auto m = (*parsed)[0];
  EXPECT_EQ(m.get("A"), " two ");
  EXPECT_EQ(m.get("B"), "none");
  EXPECT_EQ(m.get("C "), "x");
}

TEST(ami_message, keeps_a_line_without_a_colon) {
  const auto parsed = parse("Event: X\r\njust words\r\n: nameless\r\n\r\n");
  const auto m = (*parsed)[0];
  EXPECT_EQ(m[1], (header{"", "just words"}));
  EXPECT_EQ(m[2], (header{"", "nameless"}));
  EXPECT_EQ(m.size(), 3U);
}

TEST(ami_message, keeps_any_bytes_of_a_value) {
  const std::string value = "J\xc3\xb6rg \xff\t\x01";
  const auto parsed = parse("Event: X\nName: " + value + "\n\n");
  EXPECT_EQ((*parsed)[0].get("Name"), value);
}

TEST(ami_message, says_its_bytes_as_received) {
  const auto parsed = parse("Event: A\r\n\r\nEvent: B\r\nC: d\r\n\r\n");
  EXPECT_EQ((*parsed)[1].bytes(), "Event: B\r\nC: d\r\n");
}

TEST(ami_message, finds_channel_variables) {
  const auto parsed = parse("Event: OriginateResponse\r\nChanVariable(Local/1@c-0;1): CALL_ID=9\r\n"
                            "ChanVariable: CALL=x\r\nDestChanVariable: CALL=y=z\r\n\r\n");
  const auto m = (*parsed)[0];
  EXPECT_EQ(m.channel_variable("CALL_ID"), "9");
  EXPECT_EQ(m.channel_variable("CALL"), "x");
  EXPECT_EQ(m.channel_variable("CALL", "Dest"), "y=z");
  EXPECT_EQ(m.channel_variable("call"), std::nullopt);
}

} // namespace
} // namespace ringmaster::ami
