// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/frame_reader.hpp"

#include "tests/http/live/client_frames.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ringmaster::tests {
namespace {

using websocket::close_code;
using websocket::frame_reader;
using websocket::heard_frame;
using kind = heard_frame::kind;

constexpr std::size_t most = 1000;
using namespace opcodes;

std::string describe(const heard_frame& f) {
  static constexpr const char* names[] = {"text", "binary", "ping", "pong", "close", "violation"};
  auto said = std::string{names[static_cast<std::size_t>(f.what)]};
  if (f.what == kind::close || f.what == kind::violation)
    said += " " + std::to_string(static_cast<unsigned>(f.code));
  return f.body.empty() ? said : said + " " + f.body;
}

/// What comes out of bytes that arrive in these pieces.
std::vector<std::string> read(const std::vector<std::string_view>& pieces) {
  frame_reader reader;
  std::vector<std::string> all;
  for (auto piece : pieces) {
    while (const auto heard = reader.next(piece, most))
      all.push_back(describe(*heard));
    EXPECT_TRUE(piece.empty());
  }
  return all;
}

/// Whatever the pieces are.
std::vector<std::string> read(std::string_view bytes) {
  const auto whole = read(std::vector{bytes});
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    single.push_back(bytes.substr(i, 1));
  EXPECT_EQ(read(single), whole);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 1 + bytes.size() / 64)
    EXPECT_EQ(read({bytes.substr(0, cut), bytes.substr(cut)}), whole) << "cut at " << cut;
  return whole;
}

std::string part(unsigned opcode, std::string_view body) { return client_frame(opcode, body, {.final = false}); }

using lines = std::vector<std::string>;

TEST(frame_reader_test, reads_messages_of_every_length_that_is_written_in_another_way) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{125}, std::size_t{126}, std::size_t{127}, most}) {
    const std::string body(size, 'x');
    EXPECT_EQ(read(client_frame(text, body)), lines{size == 0 ? "text" : "text " + body}) << size;
  }
  frame_reader reader;
  const std::string body(70'000, 'y'), bytes = client_frame(binary, body);
  std::string_view left = bytes;
  const auto heard = reader.next(left, 70'000);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->what, kind::binary);
  EXPECT_EQ(heard->body, body);
}

TEST(frame_reader_test, tells_one_thing_after_the_other) {
  const auto bytes = client_frame(text, "one") + client_frame(ping, "two") + client_frame(pong, "") + client_frame(binary, "three");
  EXPECT_EQ(read(bytes), (lines{"text one", "ping two", "pong", "binary three"}));
  EXPECT_EQ(read(bytes.substr(0, bytes.size() - 1)), (lines{"text one", "ping two", "pong"}));
}

TEST(frame_reader_test, unmasks_with_each_frame_s_own_mask) {
  EXPECT_EQ(read(client_frame(text, "abcdefg", {.final = false, .mask = {"\x01\x02\x03\x04", 4}}) +
                 client_frame(continuation, "hijkl", {.mask = {"\xff\x00\x55\xaa", 4}})),
            lines{"text abcdefghijkl"});
}

TEST(frame_reader_test, puts_fragments_together_and_lets_control_frames_between) {
  EXPECT_EQ(read(part(text, "one ") + client_frame(ping, "now") + part(continuation, "") + part(continuation, "two") +
                 client_frame(continuation, "") + client_frame(text, "three")),
            (lines{"ping now", "text one two", "text three"}));
}

struct wrong {
  const char* what;
  std::string bytes;
  unsigned code;
};

TEST(frame_reader_test, ends_at_what_is_no_frame) {
  const std::string huge = client_frame(text, "").substr(0, 1) + "\xff";
  const std::vector<wrong> all{
      {"a message that is not masked", client_frame(text, "x", {.masked = false}), 1002},
      {"a ping that is not masked", client_frame(ping, "", {.masked = false}), 1002},
      {"the first reserved bit", client_frame(text, "x", {.reserved = 4}), 1002},
      {"the second", client_frame(ping, "x", {.reserved = 2}), 1002},
      {"the third, in a later fragment", part(text, "{") + client_frame(continuation, "}", {.reserved = 1}), 1002},
      {"opcode 3", client_frame(3, "x"), 1002},
      {"opcode 7", client_frame(7, ""), 1002},
      {"opcode 11", client_frame(11, ""), 1002},
      {"opcode 15", client_frame(15, "x"), 1002},
      {"a ping of 126 bytes", client_frame(ping, std::string(126, 'x')), 1002},
      {"a ping whose length is written long", client_frame(ping, "x", {.length_bytes = 2}), 1002},
      {"a ping in fragments", part(ping, "x"), 1002},
      {"a close in fragments", part(closing, ""), 1002},
      {"a continuation of nothing", client_frame(continuation, "x"), 1002},
      {"a continuation behind a whole message", client_frame(text, "") + client_frame(continuation, "x"), 1002},
      {"a message within a message", part(text, "x") + client_frame(text, "y"), 1002},
      {"binary within text", part(text, "x") + client_frame(binary, "y"), 1002},
      {"125 bytes in two bytes of length", client_frame(text, std::string(125, 'x'), {.length_bytes = 2}), 1002},
      {"126 bytes in eight", client_frame(text, std::string(126, 'x'), {.length_bytes = 8}), 1002},
      {"65,535 bytes in eight", huge + std::string(6, '\0') + "\xff\xff" + "mask", 1002},
      {"64 bits of length", huge + std::string(8, '\xff') + "mask", 1002},
      {"63 bits of length", huge + "\x7f" + std::string(7, '\xff') + "mask", 1009},
      {"one byte too many", client_frame(text, std::string(most + 1, 'x')), 1009},
      {"one byte too many, of binary", client_frame(binary, std::string(most + 1, 'x')), 1009},
      {"one byte too many in fragments", part(text, std::string(most, 'x')) + client_frame(continuation, "x"), 1009},
      {"a text that is not UTF-8", client_frame(text, "\xc0\x80"), 1007},
      {"a text that breaks off in a character", client_frame(text, "\xc3"), 1007},
      {"half a character in the last fragment", part(text, "\xe1") + client_frame(continuation, "\x80"), 1007},
      {"a close of one byte", client_frame(closing, "\x03"), 1002},
      {"a close whose reason is not UTF-8", client_frame(closing, close_body(1000, "\xed\xa0\x80")), 1007},
      {"a close of 126 bytes", client_frame(closing, close_body(1000, std::string(124, 'x'))), 1002},
  };
  for (const auto& [what, bytes, code] : all) {
    const auto heard = read(bytes + client_frame(text, "not heard any more"));
    ASSERT_FALSE(heard.empty()) << what;
    EXPECT_EQ(heard.back(), "violation " + std::to_string(code)) << what;
  }
}

TEST(frame_reader_test, tells_a_length_that_is_too_much_before_its_bytes_come) {
  const auto bytes = client_frame(text, std::string(most + 1, 'x'));
  EXPECT_EQ(read(std::string_view{bytes}.substr(0, 8)), lines{"violation 1009"}); // two bytes, length, mask
}

TEST(frame_reader_test, takes_characters_that_are_cut_between_fragments) {
  EXPECT_EQ(read(part(text, "\xf0\x9f") + part(continuation, "\x98") + client_frame(continuation, "\x80")), lines{"text \xf0\x9f\x98\x80"});
}

TEST(frame_reader_test, hears_nothing_behind_a_close) {
  EXPECT_EQ(read(client_frame(closing, "") + client_frame(text, "x")), lines{"close 1005"});
  EXPECT_EQ(read(part(text, "begun") + client_frame(closing, close_body(1001, "going home")) + client_frame(ping, "")),
            lines{"close 1001 going home"});
  const std::string longest(123, 'r');
  EXPECT_EQ(read(client_frame(closing, close_body(4999, longest))), lines{"close 4999 " + longest});
}

TEST(frame_reader_test, knows_which_codes_a_close_may_carry) {
  for (const unsigned code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    EXPECT_EQ(read(client_frame(closing, close_body(code))), lines{"close " + std::to_string(code)});
  for (const unsigned code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535})
    EXPECT_EQ(read(client_frame(closing, close_body(code))), lines{"violation 1002"}) << code;
}

TEST(frame_reader_test, is_ready_for_the_next_message_after_each) {
  std::mt19937_64 random{20'261'122};
  frame_reader reader;
  for (int i = 0; i < 2'000; ++i) {
    std::string body(random() % most, ' ');
    for (auto& c : body)
      c = static_cast<char>('a' + random() % 26);
    const auto cut = random() % (body.size() + 1);
    auto bytes = part(text, std::string_view{body}.substr(0, cut));
    bytes += client_frame(continuation, std::string_view{body}.substr(cut));
    std::string heard;
    for (std::string_view left = bytes; !left.empty();) {
      auto piece = left.substr(0, 1 + random() % left.size());
      left.remove_prefix(piece.size());
      while (const auto what = reader.next(piece, most))
        heard += describe(*what);
    }
    ASSERT_EQ(heard, body.empty() ? "text" : "text " + body) << "message " << i;
  }
}

} // namespace
} // namespace ringmaster::tests
