// SPDX-License-Identifier: Apache-2.0
// One WebSocket, seen from the wire: what a client of a library does not let a test send or see.
#include "tests/http/live/client_frames.hpp"
#include "tests/http/live/front_fixture.hpp"
#include "tests/http/server/certificate.hpp"
#include "tests/http/server/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <gmock/gmock.h>
#include <poll.h>

#include <chrono>

namespace ringmaster::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace opcodes;
constexpr std::string_view upgrade =
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

struct server_frame {
  unsigned opcode{16}; ///< 16: there was none, the connection ended
  std::string body;
};

class raw_client : public http::server_tests::client {
public:
  using client::client;

  bool opens(std::string_view more = {}) {
    return send(std::string{upgrade} + "\r\n" + std::string{more}) && read(true).status == 101;
  }
  server_frame next() {
    if (!has(2))
      return {};
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(left[i]); };
    const unsigned opcode = at(0) & 0x0fu;
    std::size_t size = at(1), head = 2;
    if (size == 126) {
      if (!has(4))
        return {};
      size = std::size_t{at(2)} << 8 | at(3);
      head = 4;
    }
    if (!has(head + size))
      return {};
    server_frame got{opcode, left.substr(head, size)};
    left.erase(0, head + size);
    return got;
  }

private:
  bool has(std::size_t size) {
    while (left.size() < size)
      if (!more())
        return false;
    return true;
  }
};

class socket_test : public front_test {
protected:
  /// Limits of a second are looked at often enough for it.
  void start(live::socket_limits limits = {}) {
    options_.limits.linger_time = std::chrono::milliseconds{100};
    front_test::start(limits);
  }
};

TEST_F(socket_test, reads_what_came_together_with_the_request) {
  start();
  raw_client c{server_->port()};
  ASSERT_TRUE(c.opens(client_frame(ping, "behind the head") + client_frame(text, "no wish")));
  const auto first = c.next();
  EXPECT_EQ(first.opcode, pong);
  EXPECT_EQ(first.body, "behind the head");
  EXPECT_THAT(c.next().body, HasSubstr("not a JSON object"));
}

TEST_F(socket_test, opens_with_a_head_longer_than_a_buffer_of_beast) {
  start();
  raw_client c{server_->port()};
  c.send(std::string{upgrade} + "Cookie: " + std::string(4'000, 'c') + "\r\n\r\n");
  EXPECT_EQ(c.read(true).status, 101u);
}

TEST_F(socket_test, says_what_is_wrong_with_an_upgrade_and_ends_the_connection) {
  start();
  raw_client c{server_->port()};
  auto head = std::string{upgrade};
  head.replace(head.find("13"), 2, "12");
  c.send(head + "\r\n" + client_frame(ping, "not heard"));
  EXPECT_THAT(c.read().status, testing::AnyOf(400u, 426u));
  EXPECT_TRUE(c.at_end());
}

TEST_F(socket_test, answers_a_close_with_its_code_and_then_ends_the_stream) {
  start();
  raw_client c{server_->port()};
  ASSERT_TRUE(c.opens());
  c.send(client_frame(closing, close_body(4321, "bye")) + client_frame(ping, "not answered"));
  EXPECT_EQ(c.next().body, close_body(4321));
  EXPECT_TRUE(c.at_end());
}

TEST_F(socket_test, waits_for_the_client_to_answer_a_close_but_not_for_ever) {
  live::socket_limits limits;
  limits.closing = std::chrono::seconds{1};
  start(limits);
  raw_client c{server_->port()};
  ASSERT_TRUE(c.opens());
  c.send(client_frame(2, "binary") + client_frame(ping, "not answered"));
  const auto closed = c.next();
  EXPECT_EQ(closed.opcode, closing);
  EXPECT_EQ(closed.body, close_body(1003));
  EXPECT_TRUE(c.at_end());
}

TEST_F(socket_test, pings_who_is_silent_and_lets_go_who_does_not_answer) {
  live::socket_limits limits;
  limits.idle = std::chrono::seconds{1};
  start(limits);
  raw_client c{server_->port()};
  ASSERT_TRUE(c.opens());
  EXPECT_EQ(c.next().opcode, ping);
  EXPECT_EQ(front_->sockets(), 1u);
  c.send(client_frame(pong, ""));
  EXPECT_EQ(c.next().opcode, ping) << "the silence began anew";
  EXPECT_TRUE(c.at_end());
}

TEST_F(socket_test, does_not_listen_to_pings_whose_answers_nobody_reads) {
  start();
  raw_client c{server_->port()};
  ASSERT_TRUE(c.opens());
  const auto flood = client_frame(ping, std::string(125, 'p'));
  constexpr std::size_t much = 64 * 1024 * 1024;
  std::size_t sent = 0;
  // A server that listened on would take all of it without a pause of a second.
  for (pollfd room{c.descriptor(), POLLOUT, 0}; sent < much && ::poll(&room, 1, 1000) == 1;) {
    const auto from = sent % flood.size();
    const auto n =
        ::send(c.descriptor(), flood.data() + from, flood.size() - from, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
      sent += static_cast<std::size_t>(n);
  }
  EXPECT_LT(sent, much);
  // Read at last, every one is answered.
  for (std::size_t i = 0; i < sent / flood.size(); ++i)
    ASSERT_EQ(c.next().opcode, pong) << i;
}

TEST_F(socket_test, talks_over_tls) {
  const http::server_tests::certificate own;
  options_.tls = own.files;
  start();
  namespace asio = boost::asio;
  namespace websocket = boost::beast::websocket;
  asio::io_context io;
  asio::ssl::context context{asio::ssl::context::tls_client};
  websocket::stream<asio::ssl::stream<asio::ip::tcp::socket>> c{io, context};
  boost::beast::get_lowest_layer(c).connect({asio::ip::address_v4::loopback(), server_->port()});
  c.next_layer().handshake(asio::ssl::stream_base::client);
  c.handshake("127.0.0.1", "/ws");
  const auto hear = [&] {
    boost::beast::flat_buffer in;
    c.read(in);
    return boost::beast::buffers_to_string(in.data());
  };
  for (int i = 0; i < 100; ++i)
    c.write(asio::buffer("{\"type\":\"unsubscribe\",\"topic\":\"/ob/x" + std::to_string(i) + "\"}" +
                         std::string(1000, ' ')));
  for (int i = 0; i < 100; ++i)
    EXPECT_THAT(hear(), HasSubstr("/ob/x" + std::to_string(i)));
  c.write(asio::buffer(std::string_view{R"({"type":"subscribe","topic":"/ob/campaigns","snapshot":true})"}));
  EXPECT_THAT(hear(), HasSubstr("subscribed"));
  EXPECT_THAT(hear(), HasSubstr("snapshot"));
  EXPECT_EQ(front_->sockets(), 1u);
  boost::system::error_code ec;
  c.close({websocket::close_code::normal, "bye"}, ec);
  EXPECT_FALSE(ec) << ec.message();
  EXPECT_EQ(c.reason().code, websocket::close_code::normal);
}

} // namespace
} // namespace ringmaster::tests
