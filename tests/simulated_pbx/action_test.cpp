// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringmaster::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using pairs = std::vector<std::pair<std::string, std::string>>;

std::vector<pairs> read_all(std::string_view bytes, std::size_t piece) {
  action_reader reader;
  std::vector<pairs> found;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    action a;
    while (reader.next(a) == action_reader::status::ready)
      found.emplace_back(a.headers.begin(), a.headers.end());
  }
  return found;
}

TEST(action_reader, gives_the_same_actions_however_the_bytes_are_cut) {
  const std::string bytes =
      "Action: Ping\r\nActionID: 1\r\n\r\n\r\naction:Originate\nVariable: A=1\nVariable: B=2:3\n\n"
      "Action: Logoff\r\nEmpty: \r\n\r\n";
  const std::vector<pairs> expected{{{"Action", "Ping"}, {"ActionID", "1"}},
                                    {{"action", "Originate"}, {"Variable", "A=1"}, {"Variable", "B=2:3"}},
                                    {{"Action", "Logoff"}, {"Empty", ""}}};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
    EXPECT_EQ(read_all(bytes, piece), expected) << "pieces of " << piece;
}

TEST(action_reader, refuses_a_line_that_asterisk_could_not_hold) {
  action_reader reader;
  action a;
  reader.feed("Action: Ping\r\nLong: " + std::string(action_reader::longest_line, 'x') + "\r\n\r\n");
  EXPECT_EQ(reader.next(a), action_reader::status::line_too_long);
  action_reader endless;
  endless.feed(std::string(action_reader::longest_line + 1, 'x'));
  EXPECT_EQ(endless.next(a), action_reader::status::line_too_long);
}

TEST(action_reader, refuses_more_headers_than_asterisk_takes) {
  action_reader reader;
  action a;
  std::string text = "Action: Originate\r\n";
  for (std::size_t i = 0; i < action_reader::most_headers; ++i)
    text += "Variable: A=1\r\n";
  reader.feed(text + "\r\n");
  EXPECT_EQ(reader.next(a), action_reader::status::too_many_headers);
}

TEST(action, finds_headers_in_any_case_and_the_first_of_several) {
  action_reader reader;
  reader.feed("Action: X\r\nVariable: first\r\nvariable: second\r\n\r\n");
  action a;
  ASSERT_EQ(reader.next(a), action_reader::status::ready);
  EXPECT_EQ(a.get("VARIABLE"), "first");
  EXPECT_EQ(a.get("None"), "");
}

TEST(split_arguments, splits_at_commas_outside_quotes_and_brackets) {
  EXPECT_THAT(split_arguments(""), IsEmpty());
  EXPECT_THAT(split_arguments("A=1,B=2"), ElementsAre("A=1", "B=2"));
  EXPECT_THAT(split_arguments(R"(A="x,y",B=f(1,2),C=[3,4])"), ElementsAre("A=x,y", "B=f(1,2)", "C=[3,4]"));
  EXPECT_THAT(split_arguments(R"(A=x\,y\"z,B=\\)"), ElementsAre("A=x,y\"z", "B=\\"));
}

} // namespace
} // namespace ringmaster::sim
