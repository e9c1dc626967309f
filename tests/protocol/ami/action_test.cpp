// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/action.hpp"

#include "protocol/ami/parser.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ringmaster::ami {
namespace {

/// Splits as Asterisk splits an application's arguments, removing what protects them.
std::vector<std::string> separated(const std::string& text) {
  std::vector<std::string> arguments{""};
  int parentheses = 0, brackets = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (c == '\\') {
      if (++i < text.size())
        arguments.back() += text[i];
      continue;
    }
    if (c == ',' && parentheses == 0 && brackets == 0 && !quoted) {
      arguments.emplace_back();
      continue;
    }
    parentheses += c == '(' ? 1 : c == ')' && parentheses > 0 ? -1 : 0;
    brackets += c == '[' ? 1 : c == ']' && brackets > 0 ? -1 : 0;
    arguments.back() += c;
  }
  return arguments;
}

TEST(ami_action, writes_headers_in_order) {
  const auto bytes =
      action{"Originate"}.action_id("7").header("Channel", "Local/1@c").header("Timeout", 30000).bytes();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, "Action: Originate\r\nActionID: 7\r\nChannel: Local/1@c\r\nTimeout: 30000\r\n\r\n");
}

TEST(ami_action, refuses_what_would_break_out_of_a_line) {
  for (const std::string& bad :
       {std::string{"a\r\nAction: Logoff"}, std::string{"a\n"}, std::string{"\r"}, std::string{"a\0b", 3}}) {
    const auto value = action{"Originate"}.header("Channel", bad).bytes();
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, errc::invalid_field);
    EXPECT_EQ(value.error().field, "Channel");
    EXPECT_FALSE(action{"Originate"}.header(bad, "x").bytes());
    EXPECT_FALSE(action{bad}.bytes());
    const auto variable = action{"Originate"}.variable("NAME", bad).bytes();
    ASSERT_FALSE(variable);
    EXPECT_EQ(variable.error().field, "NAME");
  }
  EXPECT_FALSE(action{"Originate"}.header("A:b", "x").bytes());
  EXPECT_FALSE(action{"Originate"}.header("", "x").bytes());
}

TEST(ami_action, holds_asterisks_limits) {
  const std::string fits(max_action_line - 5, 'x');
  EXPECT_TRUE(action{"Ping"}.header("A", fits).bytes());
  const auto longer = action{"Ping"}.header("A", fits + "x").bytes();
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().field, "A");
  action many{"Ping"};
  for (int i = 0; i != 127; ++i)
    many.header("A", "x");
  EXPECT_TRUE(many.bytes());
  many.header("B", "x");
  ASSERT_FALSE(many.bytes());
  EXPECT_EQ(many.bytes().error().code, errc::too_large);
}

TEST(ami_action, tells_the_first_fault) {
  const auto bytes = action{"Ping"}.header("First", "\n").header("Second", "\n").bytes();
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().field, "First");
}

TEST(ami_action, refuses_variables_names_that_are_functions) {
  for (const auto* name : {"SHELL(rm)", "A,B", "A=B", "", "A;B", " A", "A\\", "${A}"})
    EXPECT_FALSE(action{"Originate"}.variable(name, "x").bytes()) << name;
  EXPECT_TRUE(action{"Originate"}.variable("__CALL_ID.x-y 2", "x").bytes());
}

TEST(ami_action, escapes_variables_so_that_they_arrive_unchanged) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  const std::string letters = "ab ,\\\"()[]=:|;&$%";
  for (int round = 0; round != 5000; ++round) {
    std::string value;
    for (auto size = random() % 12; size != 0; --size)
      value += letters[random() % letters.size()];
    const auto bytes = action{"Originate"}.variable("V", value).bytes();
    ASSERT_TRUE(bytes);
    const auto parsed = parse(*bytes);
    EXPECT_EQ(separated(std::string{(*parsed)[0].get("Variable")}), std::vector<std::string>{"V=" + value})
        << "seed " << seed;
  }
}

TEST(ami_action, answers_the_md5_challenge) {
  // md5("840415273" + "secret"), by md5sum.
  EXPECT_EQ(*challenge_key("840415273", "secret"), "81c3ab5534a432bec402f6d988ee45b4");
  EXPECT_EQ(*challenge_key("", ""), "d41d8cd98f00b204e9800998ecf8427e");
}

} // namespace
} // namespace ringmaster::ami
