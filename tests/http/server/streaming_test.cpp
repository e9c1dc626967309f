// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

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

/// What a sink saw; shared, because the sink goes with its request.
struct seen {
  std::mutex guard;
  std::condition_variable changed;
  std::size_t bytes{};
  std::size_t chunks{};
  std::size_t largest{};
  bool ended{};
  std::string aborted;
  body_sink::resume held;

  template <class Condition>
  bool wait(Condition c) {
    std::unique_lock lock{guard};
    return changed.wait_for(lock, 10s, [&] { return c(*this); });
  }
};

class sink final : public body_sink {
public:
  enum class pace { at_once, other_thread, held };

  sink(std::shared_ptr<seen> s, responder reply, pace p) : seen_{std::move(s)}, reply_{std::move(reply)}, pace_{p} {}
  ~sink() override {
    for (auto& t : threads_)
      t.join();
  }

  void on_chunk(std::string_view data, resume more) override {
    {
      const std::lock_guard lock{seen_->guard};
      EXPECT_FALSE(inside_) << "a piece came before the one before it was done";
      inside_ = true;
      seen_->bytes += data.size();
      ++seen_->chunks;
      seen_->largest = std::max(seen_->largest, data.size());
    }
    const auto done = [this, more] {
      {
        const std::lock_guard lock{seen_->guard};
        inside_ = false;
      }
      more();
    };
    switch (pace_) {
    case pace::at_once: done(); break;
    case pace::other_thread: threads_.emplace_back(done); break;
    case pace::held: {
      const std::lock_guard lock{seen_->guard};
      seen_->held = done;
      break;
    }
    }
    seen_->changed.notify_all();
  }
  void on_end() override {
    const std::lock_guard lock{seen_->guard};
    seen_->ended = true;
    reply_(response{200, "text/plain", std::to_string(seen_->bytes), {}, false});
    seen_->changed.notify_all();
  }
  void on_abort(const error& why) override {
    const std::lock_guard lock{seen_->guard};
    seen_->aborted = why.message;
    seen_->changed.notify_all();
  }

private:
  std::shared_ptr<seen> seen_;
  responder reply_;
  pace pace_;
  bool inside_{};
  std::vector<std::thread> threads_;
};

/// Numbered lines, as an export makes them.
class lines final : public body_source {
public:
  lines(std::size_t count, bool threaded, std::shared_ptr<std::atomic<int>> gone)
      : count_{count}, threaded_{threaded}, gone_{std::move(gone)} {}
  ~lines() override {
    if (thread_.joinable())
      thread_.join();
    ++*gone_;
  }

  void next(give to) override {
    std::string piece;
    while (at_ < count_ && piece.size() < 10'000)
      piece += "line " + std::to_string(at_++) + "\n";
    if (!threaded_)
      return to(std::move(piece));
    if (thread_.joinable())
      thread_.join();
    thread_ = std::thread{[to = std::move(to), piece = std::move(piece)]() mutable { to(std::move(piece)); }};
  }

private:
  std::size_t at_{};
  std::size_t count_;
  bool threaded_;
  std::shared_ptr<std::atomic<int>> gone_;
  std::thread thread_;
};

class http_streaming : public ::testing::Test {
protected:
  void start() {
    options.port = 0;
    add_import("POST /import", sink::pace::at_once);
    add_import("POST /import-threaded", sink::pace::other_thread);
    add_import("POST /import-held", sink::pace::held);
    for (const bool threaded : {false, true})
      routes.on(threaded ? "GET /export-threaded" : "GET /export", [this, threaded](request req, responder reply) {
        const auto count = std::stoul(std::string{req.query_value("n").value()});
        reply(response{200, "text/csv", std::shared_ptr<body_source>{std::make_shared<lines>(count, threaded, gone)}, {}, false});
      });
    routes.on("GET /hello", [](request, responder reply) { reply(response{200, "text/plain", std::string{"hello"}, {}, false}); });
    under_test = std::move(*server::start(options, routes));
  }

  void add_import(const std::string& route, sink::pace pace) {
    routes.routes[route].on_stream = [this, pace](request req, responder reply) -> std::shared_ptr<body_sink> {
      EXPECT_TRUE(req.body.empty());
      return std::make_shared<sink>(state, std::move(reply), pace);
    };
  }

  static std::string expected(std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
      all += "line " + std::to_string(i) + "\n";
    return all;
  }

  server_options options;
  table routes;
  std::shared_ptr<seen> state = std::make_shared<seen>();
  std::shared_ptr<std::atomic<int>> gone = std::make_shared<std::atomic<int>>(0);
  std::unique_ptr<server> under_test;
};

} // namespace

TEST_F(http_streaming, takes_a_body_beyond_the_limit_of_buffered_ones_in_small_pieces) {
  options.limits.body = 1000;
  start();
  client c{under_test->port()};
  const std::string body(30'000'000, 'x');
  EXPECT_EQ("30000000", c.ask(post("/import", body)).body);
  EXPECT_LE(state->largest, 128u * 1024);
  EXPECT_TRUE(state->ended);
  EXPECT_EQ("hello", c.ask(get("/hello")).body);
}

TEST_F(http_streaming, takes_chunks_and_resumes_from_another_thread) {
  start();
  client c{under_test->port()};
  c.send("POST /import-threaded HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(c.send("2710\r\n" + std::string(10'000, 'y') + "\r\n"));
  c.send("0\r\n\r\n" + get("/hello"));
  EXPECT_EQ("500000", c.read().body);
  EXPECT_EQ("hello", c.read().body);
  client empty{under_test->port()};
  state->bytes = 0;
  EXPECT_EQ("0", empty.ask(post("/import", "")).body);
}

TEST_F(http_streaming, reads_nothing_while_the_sink_holds_back) {
  start();
  client c{under_test->port()};
  c.send(post("/import-held", std::string(100'000, 'z')));
  ASSERT_TRUE(state->wait([](const seen& s) { return s.chunks == 1; }));
  std::size_t rounds = 0;
  while (!state->ended && ++rounds < 10'000) {
    body_sink::resume more;
    std::size_t chunks;
    {
      const std::lock_guard lock{state->guard};
      more = std::exchange(state->held, nullptr);
      chunks = state->chunks;
    }
    ASSERT_TRUE(more);
    more();
    ASSERT_TRUE(state->wait([&](const seen& s) { return s.chunks == chunks + 1 || s.ended; }));
  }
  EXPECT_EQ("100000", c.read().body);
  EXPECT_EQ(rounds, state->chunks);
}

TEST_F(http_streaming, tells_the_sink_when_the_client_goes_or_breaks_the_framing) {
  start();
  client gone_client{under_test->port()};
  gone_client.send("POST /import HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  gone_client.hang_up();
  EXPECT_TRUE(state->wait([](const seen& s) { return !s.aborted.empty(); }));
  state->aborted.clear();
  client broken{under_test->port()};
  EXPECT_EQ(400u, broken.ask("POST /import HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n").status);
  EXPECT_TRUE(state->wait([](const seen& s) { return !s.aborted.empty(); }));
  EXPECT_FALSE(state->ended);
}

TEST_F(http_streaming, answers_before_the_end_of_the_body_and_closes) {
  routes.routes["POST /refused"].on_stream = [](request, responder reply) -> std::shared_ptr<body_sink> {
    reply(response{400, "text/plain", std::string{"no"}, {}, false});
    return nullptr;
  };
  start();
  client c{under_test->port()};
  EXPECT_EQ(400u, c.ask(post("/refused", "some body")).status);
  EXPECT_TRUE(c.at_end());
}

TEST_F(http_streaming, streams_a_long_answer_in_order_with_others) {
  start();
  client c{under_test->port()};
  for (const auto* path : {"/export", "/export-threaded"}) {
    c.send(get("/hello") + get(std::string{path} + "?n=100000") + get("/hello"));
    EXPECT_EQ("hello", c.read().body);
    const auto r = c.read();
    EXPECT_NE(std::string::npos, r.head.find("Transfer-Encoding: chunked"));
    EXPECT_TRUE(r.body == expected(100'000));
    EXPECT_EQ("hello", c.read().body);
  }
  EXPECT_EQ(2, *gone);
}

TEST_F(http_streaming, streams_to_the_end_of_the_connection_over_http_1_0) {
  start();
  client c{under_test->port()};
  const auto r = c.ask("GET /export?n=5000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(std::string::npos, r.head.find("chunked"));
  EXPECT_TRUE(r.body == expected(5000));
}

TEST_F(http_streaming, lets_go_of_a_source_whose_client_has_gone) {
  start();
  {
    client c{under_test->port()};
    c.send(get("/export?n=1000000000"));
    c.more();
  }
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (*gone == 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_EQ(1, *gone);
}

TEST_F(http_streaming, cuts_the_connection_when_a_source_fails) {
  class failing final : public body_source {
    void next(give to) override {
      if (first_) {
        first_ = false;
        return to(std::string{"part"});
      }
      to(error{errc::storage_failed, "the disk is gone", {}});
    }
    bool first_{true};
  };
  routes.on("GET /failing", [](request, responder reply) {
    reply(response{200, "text/plain", std::shared_ptr<body_source>{std::make_shared<failing>()}, {}, false});
  });
  start();
  client c{under_test->port()};
  EXPECT_EQ(0u, c.ask(get("/failing")).status);
}
