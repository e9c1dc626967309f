// SPDX-License-Identifier: Apache-2.0
// Another protocol over the same connections: what stands between the two lines below is all that it takes, and a test counts.
// What a connection does at its end, with TLS, and with slow readers is in the tests of http/live, whose protocol runs over it.
#include "http/websocket/connection.hpp"
#include "tests/http/live/ws_client.hpp"
#include "tests/http/server/client.hpp"
#include "tests/marked_lines.hpp"

// ---- begin of a protocol
namespace ringmaster::echo {
/// Says again what it hears, and counts; "bye" ends it.
class echo final : public websocket::protocol {
public:
  explicit echo(websocket::connection& over) : over_{over} {}
  void on_text(std::string_view message) override {
    if (message == "bye")
      return over_.close(websocket::close_code::normal, "bye");
    over_.send(std::to_string(++heard_) + " " + std::string{message});
  }

private:
  websocket::connection& over_;
  int heard_{0};
};

/// GET /echo. The server has one thread, so that all connections are among each other.
http::endpoint endpoint(const websocket::limits& of_each) {
  http::endpoint at;
  at.on_upgrade = [of_each, among = std::make_shared<std::shared_ptr<websocket::connections>>()](const http::request& req,
                                                                                                 http::upgraded_connection from) {
    if (!*among)
      *among = std::make_shared<websocket::connections>(from.home, of_each);
    websocket::open(std::move(from), req.caller, *among, [](websocket::connection& over) { return std::make_unique<echo>(over); });
  };
  return at;
}
} // namespace ringmaster::echo
// ---- end of a protocol

namespace ringmaster::connection_tests {
namespace {

class connections : public testing::Test {
protected:
  void start(const websocket::limits& of_each = {}) {
    ASSERT_TRUE(routes_.add({.method = http::method::get, .path = "/echo", .to = echo::endpoint(of_each)}));
    http::server_options at;
    at.port = 0;
    at.threads = 1;
    auto started = http::server::start(std::move(at), routes_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }

  std::shared_ptr<const auth::principal> caller_{std::make_shared<const auth::principal>(auth::principal{"ann", {"*"}})};
  http::router routes_{[this](std::string_view, time_point) -> result<std::shared_ptr<const auth::principal>> { return caller_; }};
  std::unique_ptr<http::server> server_;
};

TEST_F(connections, carry_another_protocol) {
  start();
  tests::ws_client one, other;
  ASSERT_EQ(one.connect(server_->port(), "/echo"), 101u);
  ASSERT_EQ(other.connect(server_->port(), "/echo"), 101u);
  one.say("a");
  EXPECT_EQ(one.hear(), "1 a");
  other.say("b");
  EXPECT_EQ(other.hear(), "1 b");
  for (int i = 2; i < 200; ++i)
    one.say("x");
  for (int i = 2; i < 200; ++i)
    EXPECT_EQ(one.hear(), std::to_string(i) + " x");
  one.say("bye");
  EXPECT_NE(one.hear().find("closed"), std::string::npos);
  EXPECT_EQ(one.close_code(), 1000u);
  other.say("still here");
  EXPECT_EQ(other.hear(), "2 still here");
}

TEST_F(connections, end_with_their_token) {
  start();
  tests::ws_client one;
  ASSERT_EQ(one.connect(server_->port(), "/echo"), 101u);
  one.say("a");
  EXPECT_EQ(one.hear(), "1 a");
  caller_.reset();
  EXPECT_NE(one.hear().find("closed"), std::string::npos) << "by the clock, without a word of the client's";
  EXPECT_EQ(one.close_code(), 1008u);
}

TEST_F(connections, bound_a_message) {
  start({.message = 10});
  tests::ws_client one;
  ASSERT_EQ(one.connect(server_->port(), "/echo"), 101u);
  one.say("0123456789");
  EXPECT_EQ(one.hear(), "1 0123456789");
  one.say("0123456789a");
  EXPECT_NE(one.hear().find("closed"), std::string::npos);
  EXPECT_EQ(one.close_code(), 1009u);
}

TEST_F(connections, need_no_more_than_sixty_lines_of_a_protocol) {
  EXPECT_GT(tests::marked_lines("http/websocket/connection_test.cpp"), 20u);
  EXPECT_LE(tests::marked_lines("http/websocket/connection_test.cpp"), 60u);
}

} // namespace
} // namespace ringmaster::connection_tests
