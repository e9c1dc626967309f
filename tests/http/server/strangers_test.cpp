// SPDX-License-Identifier: Apache-2.0
// What clients without a token can make the server hold, and whom they can keep out.
#include "client.hpp"
#include "http/router.hpp"
#include "http/server/client_address.hpp"
#include "http/server/open_connections.hpp"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace ringmaster::http::server_tests {
namespace {

response plain_text(std::string body) { return response{200, "text/plain", std::move(body), {}, false}; }

class strangers : public ::testing::Test {
protected:
  void start() {
    options.port = 0;
    options.threads = 1;
    const auto add = [&](method m, const char* path, access needs, handler to) {
      ASSERT_TRUE(routes.add({m, path, {}, needs, {std::move(to), {}, {}, 0}}));
    };
    add(method::get, "/open", access::open, [](const request&, const responder& reply) { reply(plain_text("open")); });
    add(method::post, "/open", access::open, [](request req, const responder& reply) { reply(plain_text(std::move(req.body))); });
    add(method::get, "/closed", access::token, [](const request&, const responder& reply) { reply(plain_text("closed")); });
    add(method::post, "/closed", access::token, [this](request req, const responder& reply) {
      const auto answer = plain_text(std::to_string(req.body.size()));
      if (!keep_bodies)
        return reply(answer);
      const std::lock_guard lock{guard};
      kept.push_back(std::move(req));
      reply(answer);
    });
    add(method::get, "/file", access::open, [this](const request&, const responder& reply) {
      reply(response{200, "text/plain", file, {{"Cache-Control", "no-cache"}}, false});
    });
    auto made = server::start(options, routes);
    ASSERT_TRUE(made) << made.error().message;
    under_test = std::move(*made);
  }
  std::uint16_t port() const { return under_test->port(); }
  template <class True>
  bool wait_for(True is_so) {
    for (const auto until = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < until;) {
      if (is_so())
        return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }
  static std::string with_token(const std::string& method_and_path, std::string_view body = {}) {
    return method_and_path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
  }

  server_options options;
  bool keep_bodies{};
  std::mutex guard;
  std::vector<request> kept;
  std::shared_ptr<const std::string> file = std::make_shared<const std::string>(std::string(300'000, 'f') + "end");
  router routes{[](std::string_view token, time_point) -> result<std::shared_ptr<const auth::principal>> {
    if (token == "good")
      return std::make_shared<const auth::principal>();
    return error{errc::unauthorized, "no", {}};
  }};
  std::unique_ptr<server> under_test;
};

} // namespace

TEST_F(strangers, displace_each_other_and_nobody_with_a_token) {
  options.limits.strangers = 8;
  start();
  client known{port()};
  ASSERT_EQ("closed", known.ask(with_token("GET /closed")).body);
  std::vector<std::unique_ptr<client>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<client>(port()));
    if (i % 2)
      idle.back()->send("GET /open HTTP/1.1\r\nX: half of a head");
  }
  client one_more{port()};
  EXPECT_EQ("open", one_more.ask(get("/open")).body);
  EXPECT_TRUE(wait_for([&] { return under_test->counters().displaced == 43; })) << under_test->counters().displaced;
  EXPECT_EQ(8u, under_test->counters().strangers);
  EXPECT_EQ(9u, under_test->counters().open);
  EXPECT_EQ("closed", known.ask(with_token("GET /closed")).body) << "who has shown a token stays";
  EXPECT_TRUE(idle.front()->at_end()) << "the quietest goes first";
}

TEST_F(strangers, are_displaced_of_the_address_that_has_most) {
  options.limits.strangers = 8;
  start();
  client quiet{port(), "127.0.0.2"};
  ASSERT_EQ("open", quiet.ask(get("/open")).body);
  std::vector<std::unique_ptr<client>> idle;
  for (int i = 0; i < 50; ++i)
    idle.push_back(std::make_unique<client>(port()));
  EXPECT_TRUE(wait_for([&] { return under_test->counters().displaced == 43; }));
  EXPECT_EQ("open", quiet.ask(get("/open")).body);
}

TEST_F(strangers, of_one_address_leave_room_for_others) {
  options.limits.connections_per_address = 3;
  start();
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(std::make_unique<client>(port()));
    ASSERT_EQ("closed", all.back()->ask(with_token("GET /closed")).body);
  }
  client fourth{port()};
  EXPECT_EQ(503u, fourth.read().status);
  client other{port(), "127.0.0.2"};
  EXPECT_EQ("open", other.ask(get("/open")).body);
  all.pop_back();
  EXPECT_TRUE(wait_for([&] { return under_test->counters().open == 3; }));
  client again{port()};
  EXPECT_EQ("open", again.ask(get("/open")).body);
}

TEST_F(strangers, send_tiny_bodies_alone_and_without_a_token_none) {
  start();
  client c{port()};
  EXPECT_EQ("tiny", c.ask(post("/open", "tiny")).body);
  EXPECT_EQ(413u, c.ask(post("/open", std::string(4097, 'x'))).status);
  client d{port()};
  EXPECT_EQ(401u, d.ask(post("/closed", std::string(100, 'x'))).status);
  client chunked{port()};
  chunked.send("POST /open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 5; ++i)
    chunked.send("3e8\r\n" + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(413u, chunked.read().status);
}

TEST_F(strangers, read_slowly_without_holding_copies) {
  // A hundred requests for a file of 300 kB are sent, and nothing is read: what waits are requests, not files.
  start();
  client c{port()};
  std::string burst;
  for (int i = 0; i < 100; ++i)
    burst += get(i % 10 ? "/file" : "/open");
  c.send(burst);
  for (int i = 0; i < 100; ++i) {
    const auto r = c.read();
    ASSERT_EQ(200u, r.status) << i;
    ASSERT_EQ(i % 10 ? *file : "open", r.body) << i;
  }
  c.send("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n" + get("/open"));
  EXPECT_NE(std::string::npos, c.read(true).head.find("Content-Length: 300003\r\n"));
  EXPECT_EQ("open", c.read().body);
}

TEST_F(strangers, get_every_pipelined_request_answered_however_many_come_at_once) {
  options.limits.pipelined = 4;
  start();
  client c{port()};
  std::string burst;
  for (int i = 0; i < 200; ++i)
    burst += get("/open");
  c.send(burst);
  for (int i = 0; i < 200; ++i)
    ASSERT_EQ("open", c.read().body) << i;
}

TEST_F(strangers, all_bodies_together_are_bounded_and_given_back_with_their_requests) {
  options.limits.bodies = 1'000'000;
  keep_bodies = true;
  start();
  client a{port()}, b{port()};
  EXPECT_EQ("500000", a.ask(with_token("POST /closed", std::string(500'000, 'a'))).body);
  const auto refused = b.ask(with_token("POST /closed", std::string(900'000, 'b')));
  EXPECT_EQ(503u, refused.status) << refused.body;
  EXPECT_NE(std::string::npos, refused.head.find("Retry-After: "));
  EXPECT_EQ(1u, under_test->counters().bodies_refused);
  EXPECT_GE(under_test->body_bytes(), 500'000u);
  {
    const std::lock_guard lock{guard};
    kept.clear();
  }
  EXPECT_TRUE(wait_for([&] { return under_test->body_bytes() == 0; })) << under_test->body_bytes();
  client again{port()};
  EXPECT_EQ("900000", again.ask(with_token("POST /closed", std::string(900'000, 'b'))).body);
  // Who leaves in the middle gives back what he had.
  {
    const std::lock_guard lock{guard};
    kept.clear();
  }
  client leaves{port()};
  leaves.send(with_token("POST /closed", std::string(900'000, 'b')).substr(0, 600'000));
  EXPECT_TRUE(wait_for([&] { return under_test->body_bytes() > 400'000; }));
  leaves.hang_up();
  EXPECT_TRUE(wait_for([&] { return under_test->body_bytes() == 0; })) << under_test->body_bytes();
}

TEST_F(strangers, and_all_others_have_a_body_sent_in_time_however_they_drip) {
  options.limits.body_time = 50ms;
  options.limits.body_rate = 1; // each byte earns a second
  options.limits.body_time_most = 300ms;
  start();
  client c{port()};
  c.send(with_token("POST /closed", std::string(1000, 'x')).substr(0, 500));
  EXPECT_EQ(408u, c.read().status);
}

TEST_F(strangers, are_not_left_answers_in_a_cache) {
  start();
  client c{port()};
  EXPECT_NE(std::string::npos, c.ask(with_token("GET /closed")).head.find("Cache-Control: no-store\r\n"));
  const auto file_head = c.ask(get("/file")).head;
  EXPECT_NE(std::string::npos, file_head.find("Cache-Control: no-cache\r\n"));
  EXPECT_EQ(std::string::npos, file_head.find("no-store"));
  EXPECT_EQ(std::string::npos, file_head.find("Strict-Transport-Security")) << "nothing about TLS where there is none";
}

TEST(client_network, is_an_ipv4_address_or_64_bits_of_an_ipv6_address) {
  EXPECT_EQ("192.0.2.7", client_network("192.0.2.7"));
  EXPECT_EQ("192.0.2.7", client_network("::ffff:192.0.2.7"));
  EXPECT_EQ("2001:db8:1:2::/64", client_network("2001:db8:1:2:3:4:5:6"));
  EXPECT_EQ(client_network("2001:db8:1:2::1"), client_network("2001:db8:1:2:ffff::"));
  EXPECT_NE(client_network("2001:db8:1:2::1"), client_network("2001:db8:1:3::1"));
  EXPECT_EQ("unknown", client_network("unknown"));
}

TEST(open_connections, are_counted_by_network_and_in_all) {
  const auto places = std::make_shared<open_connections>(3, 2);
  auto a = places->enter("a"), b = places->enter("a");
  EXPECT_TRUE(a && b);
  EXPECT_FALSE(places->enter("a")) << "two of one";
  auto c = places->enter("b");
  EXPECT_TRUE(c);
  EXPECT_FALSE(places->enter("c")) << "three in all";
  a.reset();
  EXPECT_TRUE(places->enter("c"));
}

} // namespace ringmaster::http::server_tests
