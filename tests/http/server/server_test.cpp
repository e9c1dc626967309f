// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"
#include "http/server/upgrade.hpp"

#include <boost/asio/write.hpp>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

using namespace ringmaster;
using namespace ringmaster::http;
using namespace ringmaster::http::server_tests;
using namespace std::chrono_literals;

namespace {

response text_answer(std::string body) { return response{200, "text/plain", std::move(body), {}, false}; }

/// Collects what has to arrive, and lets the test wait for it.
class mailbox {
public:
  void put(std::string line) {
    const std::lock_guard lock{guard_};
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  bool wait_for(std::string_view part) {
    std::unique_lock lock{guard_};
    return changed_.wait_for(lock, 10s, [&] {
      for (const auto& l : lines_)
        if (l.find(part) != std::string::npos)
          return true;
      return false;
    });
  }
  std::size_t count() {
    const std::lock_guard lock{guard_};
    return lines_.size();
  }

private:
  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

class http_server : public ::testing::Test {
protected:
  void start() {
    options.port = 0;
    options.on_fault = [this](std::string_view what) { faults.put(std::string{what}); };
    routes.on("GET /hello", [](request, responder reply) { reply(text_answer("hello")); });
    routes.on("HEAD /hello", [](request, responder reply) { reply(text_answer("hello")); });
    routes.on("POST /echo", [](request req, responder reply) { reply(text_answer(std::move(req.body))); });
    auto made = server::start(options, routes);
    ASSERT_TRUE(made) << made.error().message;
    under_test = std::move(*made);
  }
  std::uint16_t port() const { return under_test->port(); }

  server_options options;
  table routes;
  mailbox faults;
  std::unique_ptr<server> under_test;
};

/// Bytes that a fixed rule makes, so that both sides know them.
std::string pattern(std::size_t size) {
  std::string s(size, '\0');
  std::uint32_t x = 1;
  for (auto& c : s) {
    x = x * 1664525u + 1013904223u;
    c = static_cast<char>('a' + (x >> 24) % 26);
  }
  return s;
}

std::string chunked(std::string_view body, std::size_t piece) {
  std::string out;
  while (!body.empty()) {
    const auto n = std::min(piece, body.size());
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", n);
    out.append(size).append(body.substr(0, n)).append("\r\n");
    body.remove_prefix(n);
  }
  return out + "0\r\n\r\n";
}

} // namespace

TEST_F(http_server, answers_many_requests_on_one_connection) {
  start();
  client c{port()};
  for (int i = 0; i < 100; ++i) {
    const auto r = c.ask(get("/hello"));
    ASSERT_EQ(200u, r.status);
    ASSERT_EQ("hello", r.body);
  }
  EXPECT_EQ(1u, under_test->counters().accepted);
  EXPECT_EQ(100u, under_test->counters().requests);
  EXPECT_EQ(100u, under_test->counters().by_status_class[2]);
}

TEST_F(http_server, reads_a_request_that_comes_byte_by_byte) {
  start();
  client c{port()};
  const auto all = post("/echo", "split") + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                   chunked("in chunks", 4) + get("/hello");
  for (const char byte : all)
    ASSERT_TRUE(c.send({&byte, 1}));
  EXPECT_EQ("split", c.read().body);
  EXPECT_EQ("in chunks", c.read().body);
  EXPECT_EQ("hello", c.read().body);
}

TEST_F(http_server, answers_pipelined_requests_in_their_order_whatever_order_the_answers_come_in) {
  std::mutex guard;
  std::vector<responder> waiting;
  std::promise<void> all;
  routes.on("GET /later", [&](request, responder reply) {
    const std::lock_guard lock{guard};
    waiting.push_back(std::move(reply));
    if (waiting.size() == 20)
      all.set_value();
  });
  start();
  client c{port()};
  std::string burst;
  for (int i = 0; i < 20; ++i)
    burst += get("/later");
  c.send(burst + get("/hello"));
  ASSERT_EQ(std::future_status::ready, all.get_future().wait_for(60s));
  std::thread other{[&] {
    for (int i = 19; i >= 0; --i)
      waiting[static_cast<std::size_t>(i)](text_answer(std::to_string(i)));
    waiting.clear();
  }};
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(std::to_string(i), c.read().body);
  EXPECT_EQ("hello", c.read().body);
  other.join();
}

TEST_F(http_server, takes_more_pipelined_requests_than_it_lets_run_at_once) {
  options.limits.pipelined = 3;
  std::atomic<int> running{0}, most{0};
  std::vector<std::thread> threads;
  std::mutex guard;
  routes.on("GET /threaded", [&](request, responder reply) {
    most = std::max(most.load(), ++running);
    const std::lock_guard lock{guard};
    threads.emplace_back([&running, reply = std::move(reply)] {
      --running;
      reply(text_answer("done"));
    });
  });
  start();
  client c{port()};
  std::string burst;
  for (int i = 0; i < 200; ++i)
    burst += get("/threaded");
  c.send(burst);
  for (int i = 0; i < 200; ++i)
    ASSERT_EQ("done", c.read().body) << i;
  EXPECT_LE(most, 3);
  for (auto& t : threads)
    t.join();
}

TEST_F(http_server, keeps_or_closes_the_connection_as_the_client_asks) {
  start();
  client closing{port()};
  EXPECT_NE(std::string::npos, closing.ask(get("/hello", "Connection: close\r\n")).head.find("Connection: close"));
  EXPECT_TRUE(closing.at_end());
  client old{port()};
  EXPECT_EQ(200u, old.ask("GET /hello HTTP/1.0\r\n\r\n").status);
  EXPECT_TRUE(old.at_end());
  client old_but_kept{port()};
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(200u, old_but_kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").status);
  client half{port()};
  half.send(get("/hello") + get("/hello"));
  half.shut_sending();
  EXPECT_EQ("hello", half.read().body);
  EXPECT_EQ("hello", half.read().body);
  EXPECT_TRUE(half.at_end());
}

TEST_F(http_server, answers_head_with_the_length_alone) {
  start();
  client c{port()};
  c.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));
  EXPECT_NE(std::string::npos, c.read(true).head.find("Content-Length: 5\r\n"));
  EXPECT_EQ("hello", c.read().body);
  EXPECT_EQ(204u, c.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status);
  EXPECT_EQ(404u, c.ask(get("/nothing")).status);
  EXPECT_EQ(400u, c.ask(get("/a/../hello")).status);
  EXPECT_EQ(400u, c.ask(get("/hello?x=%0d")).status);
  EXPECT_EQ(200u, c.ask(get("/hello")).status);
}

TEST_F(http_server, refuses_smuggling_and_closes) {
  start();
  for (const std::string bad : {
           "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
           "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
           "GET /hello HTTP/1.1\r\n\r\n",
       }) {
    client c{port()};
    c.send(bad + get("/hello"));
    EXPECT_EQ(400u, c.read().status) << bad;
    EXPECT_TRUE(c.at_end()) << bad;
  }
}

TEST_F(http_server, closes_on_a_head_that_never_ends_or_comes_too_slowly) {
  options.limits.head_time = 60ms;
  options.limits.idle_time = 60ms;
  options.limits.head.bytes = 1000;
  start();
  client slow{port()};
  slow.send("GET /hello HTTP/1.1\r\nHo");
  EXPECT_EQ(408u, slow.read().status);
  EXPECT_TRUE(slow.at_end());
  client silent{port()};
  EXPECT_TRUE(silent.at_end());
  client idle{port()};
  EXPECT_EQ(200u, idle.ask(get("/hello")).status);
  EXPECT_TRUE(idle.at_end());
  client endless{port()};
  endless.send("GET /hello HTTP/1.1\r\nX: " + std::string(3000, 'x'));
  EXPECT_EQ(431u, endless.read().status);
}

TEST_F(http_server, closes_on_a_body_that_stops) {
  options.limits.body_time = 60ms;
  start();
  client c{port()};
  c.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(408u, c.read().status);
  EXPECT_TRUE(c.at_end());
}

TEST_F(http_server, bounds_buffered_bodies) {
  options.limits.body = 100'000;
  start();
  const auto fits = pattern(100'000);
  client c{port()};
  EXPECT_EQ(fits, c.ask(post("/echo", fits)).body);
  c.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(fits, 777));
  EXPECT_EQ(fits, c.read().body);
  c.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(fits + "!", 7777));
  EXPECT_EQ(413u, c.read().status);
  client declared{port()};
  EXPECT_EQ(413u, declared.ask(post("/echo", fits + "!")).status);
  EXPECT_TRUE(declared.at_end());
}

TEST_F(http_server, throws_small_bodies_of_refused_requests_away) {
  start();
  client c{port()};
  EXPECT_EQ(404u, c.ask(post("/nothing", "some body")).status);
  EXPECT_EQ("hello", c.ask(get("/hello")).body);
  EXPECT_EQ(404u, c.ask(post("/nothing", std::string(100'000, 'x'))).status);
  EXPECT_TRUE(c.at_end());
}

TEST_F(http_server, says_continue_to_a_client_that_waits_for_it) {
  start();
  client c{port()};
  c.send(get("/hello") + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ("hello", c.read().body);
  EXPECT_EQ(100u, c.read().status);
  c.send("body");
  EXPECT_EQ("body", c.read().body);
  client refused{port()};
  refused.send("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(404u, refused.read().status);
}

TEST_F(http_server, answers_500_for_a_responder_that_is_dropped) {
  routes.on("GET /dropped", [](request, responder) {});
  routes.on("GET /dropped-later", [](request, responder reply) { std::thread{[r = std::move(reply)] {}}.detach(); });
  routes.on("GET /throws", [](request, responder) { throw std::runtime_error{"no"}; });
  start();
  client c{port()};
  EXPECT_EQ(500u, c.ask(get("/dropped")).status);
  EXPECT_EQ(500u, c.ask(get("/dropped-later")).status);
  EXPECT_TRUE(faults.wait_for("dropped its responder"));
  EXPECT_EQ(200u, c.ask(get("/hello")).status);
  c.send(get("/throws"));
  c.read();
  EXPECT_TRUE(faults.wait_for("a handler threw: no"));
  client next{port()};
  EXPECT_EQ(200u, next.ask(get("/hello")).status);
}

TEST_F(http_server, takes_the_first_answer_alone) {
  routes.on("GET /twice", [](request, responder reply) {
    reply(text_answer("first"));
    reply(text_answer("second"));
  });
  start();
  client c{port()};
  EXPECT_EQ("first", c.ask(get("/twice")).body);
  EXPECT_EQ("hello", c.ask(get("/hello")).body);
}

TEST_F(http_server, keeps_line_ends_out_of_headers) {
  routes.on("GET /evil", [](request, responder reply) {
    reply(response{200, "text/plain", std::string{"x"}, {{"X-Evil", "a\r\nSet-Cookie: b"}, {"X-Good", "yes"}}, false});
  });
  start();
  client c{port()};
  const auto r = c.ask(get("/evil"));
  EXPECT_EQ(std::string::npos, r.head.find("Set-Cookie"));
  EXPECT_NE(std::string::npos, r.head.find("X-Good: yes"));
}

TEST_F(http_server, turns_connections_beyond_its_limit_away) {
  options.limits.connections = 2;
  start();
  client a{port()}, b{port()};
  EXPECT_EQ(200u, a.ask(get("/hello")).status);
  EXPECT_EQ(200u, b.ask(get("/hello")).status);
  client third{port()};
  EXPECT_EQ(503u, third.read().status);
  a.hang_up();
  // The place comes free when the server has seen the hang-up.
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (under_test->counters().open == 2 && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  client fourth{port()};
  EXPECT_EQ(200u, fourth.ask(get("/hello")).status);
}

TEST_F(http_server, lets_requests_in_flight_finish_when_it_stops) {
  options.threads = 1; // so that the idle connection's end says that the busy one has been told as well
  std::promise<responder> asked;
  routes.on("GET /slow", [&](request, responder reply) { asked.set_value(std::move(reply)); });
  start();
  client idle{port()}, busy{port()};
  EXPECT_EQ(200u, idle.ask(get("/hello")).status);
  busy.send(get("/slow"));
  auto reply = asked.get_future().get();
  std::thread stopper{[&] { under_test->stop(10s); }};
  EXPECT_TRUE(idle.at_end());
  reply(text_answer("finished"));
  const auto r = busy.read();
  EXPECT_EQ("finished", r.body);
  EXPECT_NE(std::string::npos, r.head.find("Connection: close"));
  EXPECT_TRUE(busy.at_end());
  busy.hang_up();
  stopper.join();
}

TEST_F(http_server, cuts_what_does_not_finish_in_time) {
  std::promise<responder> asked;
  routes.on("GET /never", [&](request, responder reply) { asked.set_value(std::move(reply)); });
  start();
  client c{port()};
  c.send(get("/never"));
  auto reply = asked.get_future().get();
  under_test->stop(20ms);
  EXPECT_TRUE(c.at_end());
  EXPECT_TRUE(reply.abandoned());
  under_test.reset();
  reply(text_answer("to nobody")); // must neither crash nor leak after the server has gone
}

TEST_F(http_server, refuses_addresses_and_ports_that_it_cannot_use) {
  start();
  auto taken = options;
  taken.port = port();
  EXPECT_EQ(errc::internal, server::start(taken, routes).error().code);
  taken.address = "localhost";
  EXPECT_EQ("http.address", server::start(taken, routes).error().field);
}

TEST_F(http_server, hands_an_upgraded_connection_over) {
  endpoint ws;
  ws.on_upgrade = [](request req, upgraded_connection c) {
    auto socket = std::make_shared<plain_stream>(std::move(std::get<plain_stream>(c.stream)));
    auto answer = std::make_shared<std::string>("over to " + std::string{req.segments.at(0)} + ": " + c.head + "|" + c.after);
    boost::asio::async_write(*socket, boost::asio::buffer(*answer),
                             [socket, answer, life = c.lifetime](boost::system::error_code, std::size_t) {});
  };
  routes.routes["GET /ws"] = ws;
  start();
  client c{port()};
  const auto refused = c.ask(get("/ws"));
  EXPECT_EQ(426u, refused.status);
  EXPECT_NE(std::string::npos, refused.body.find("\"statuscode\": 426")) << refused.body;
  const auto ask = get("/ws", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n");
  c.send(ask + "first frame");
  while (c.more()) {
  }
  EXPECT_EQ("over to ws: " + ask + "|first frame", c.left);
}
