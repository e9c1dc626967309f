// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/handshake.hpp"

#include <gmock/gmock.h>

namespace ringmaster::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

websocket::handshake_answer answer_to(const std::string& changed_from = "", const std::string& to = "", const std::string& more = "") {
  std::string head = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                     more + "\r\n";
  if (!changed_from.empty())
    head.replace(head.find(changed_from), changed_from.size(), to);
  boost::asio::io_context io;
  return websocket::answer_handshake(head, io.get_executor());
}

TEST(handshake_test, accepts_with_the_key_of_the_standard) {
  const auto said = answer_to();
  EXPECT_TRUE(said.accepted);
  EXPECT_THAT(said.bytes, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(said.bytes,
              HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")); // RFC 6455, 1.3
  EXPECT_TRUE(said.bytes.ends_with("\r\n\r\n"));
}

TEST(handshake_test, chooses_no_extension_and_no_subprotocol) {
  const auto said = answer_to("", "", "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chat, superchat\r\n");
  EXPECT_TRUE(said.accepted);
  EXPECT_THAT(said.bytes, Not(HasSubstr("Sec-WebSocket-Extensions")));
  EXPECT_THAT(said.bytes, Not(HasSubstr("Sec-WebSocket-Protocol")));
}

TEST(handshake_test, refuses_what_is_no_handshake) {
  const std::pair<const char*, const char*> changes[] = {
      {"Upgrade: websocket\r\n", "Upgrade: h2c\r\n"},
      {"Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Version: 8\r\n"},
      {"Sec-WebSocket-Version: 13\r\n", ""},
      {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""},
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZSB0aGF0IGlzIHRvbyBsb25n"},
      {"dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="},
      {"dGhlIHNhbXBsZSBub25jZQ==", "no*base64*no*base64*no=="},
  };
  for (const auto& [from, to] : changes) {
    const auto said = answer_to(from, to);
    EXPECT_FALSE(said.accepted) << to;
    EXPECT_THAT(said.bytes, testing::AnyOf(StartsWith("HTTP/1.1 400 "), StartsWith("HTTP/1.1 426 "))) << to;
  }
}

TEST(handshake_test, does_not_tell_which_library_answers) {
  EXPECT_THAT(answer_to().bytes, HasSubstr("Server: ringmaster\r\n"));
  EXPECT_THAT(answer_to().bytes, Not(HasSubstr("Beast")));
}

TEST(handshake_test, takes_a_head_as_long_as_the_gate_lets_through) {
  EXPECT_TRUE(answer_to("", "", "Cookie: " + std::string(8'000, 'c') + "\r\n").accepted);
}

} // namespace
} // namespace ringmaster::tests
