// SPDX-License-Identifier: Apache-2.0
// The client over real sockets: a server of the test's own says what it is told to, and counts who connects.
#include "actors/net/http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <mutex>
#include <thread>

namespace ringmaster::net::http_client_tests {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// Takes one connection after the other; each request gets `answer`, and the connection is closed.
class listener {
public:
  explicit listener(const boost::asio::ip::address& at) : acceptor_{io_, tcp::endpoint{at, 0}}, thread_{[this] { serve(); }} {}
  ~listener() {
    ending_ = true;
    boost::system::error_code ignored;
    tcp::socket wake{io_};
    wake.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  [[nodiscard]] std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  [[nodiscard]] int connections() const noexcept { return connections_; }
  [[nodiscard]] std::string last() {
    const std::lock_guard lock{guard_};
    return last_;
  }
  void answers(std::string text) {
    const std::lock_guard lock{guard_};
    answer_ = std::move(text);
  }

private:
  void serve() {
    for (;;) {
      boost::system::error_code ec;
      tcp::socket client{io_};
      acceptor_.accept(client, ec);
      if (ending_)
        return;
      ++connections_;
      std::string heard;
      boost::asio::read_until(client, boost::asio::dynamic_buffer(heard), "\r\n\r\n", ec);
      if (const auto at = heard.find("Content-Length: "); at != std::string::npos) {
        const auto whole = heard.find("\r\n\r\n") + 4 + std::stoul(heard.substr(at + 16));
        if (heard.size() < whole)
          boost::asio::read(client, boost::asio::dynamic_buffer(heard), boost::asio::transfer_exactly(whole - heard.size()), ec);
      }
      std::string answer;
      {
        const std::lock_guard lock{guard_};
        last_ = heard;
        answer = answer_;
      }
      boost::asio::write(client, boost::asio::buffer(answer), ec);
      if (answer.empty())
        std::this_thread::sleep_for(500ms); // says nothing
    }
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::atomic<int> connections_{0};
  std::atomic<bool> ending_{false};
  std::mutex guard_;
  std::string last_, answer_{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"};
  std::thread thread_;
};

class clients : public testing::Test {
protected:
  static result<http_answer> ask(http_client& by, http_call what) {
    auto box = std::make_shared<std::promise<result<http_answer>>>();
    auto came = box->get_future();
    by.send(std::move(what), [box](const result<http_answer>& said) { box->set_value(said); });
    if (came.wait_for(30s) != std::future_status::ready)
      return error{errc::internal, "nobody told", {}};
    return came.get();
  }
  static http_client::options allowing(const std::vector<std::string>& networks) {
    http_client::options with;
    with.guard = *address_guard::of(networks);
    return with;
  }

  listener server_{boost::asio::ip::address_v4::loopback()};
};

TEST_F(clients, send_what_they_are_given_and_bring_the_answer) {
  http_client by{allowing({"127.0.0.1"})};
  const auto said = ask(by, {"POST",
                             "http://127.0.0.1:" + server_.port() + "/hook?a=b",
                             {{"X-Thing", "one"}, {"X-Empty", ""}, {"Content-Type", "application/json"}},
                             "{\"a\": 1}"});
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(said->status, 200u);
  EXPECT_EQ(said->body, "hi");
  const auto heard = server_.last();
  EXPECT_TRUE(heard.starts_with("POST /hook?a=b HTTP/1.1\r\n")) << heard;
  for (const auto* line : {"\r\nX-Thing: one\r\n", "\r\nX-Empty:\r\n", "\r\nContent-Type: application/json\r\n",
                           "\r\nContent-Length: 8\r\n", "\r\nUser-Agent: Ringmaster\r\n"})
    EXPECT_NE(heard.find(line), std::string::npos) << line << heard;
  EXPECT_TRUE(heard.ends_with("\r\n\r\n{\"a\": 1}"));
  EXPECT_EQ(heard.find("Expect:"), std::string::npos);
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    ASSERT_TRUE(ask(by, {method, "http://127.0.0.1:" + server_.port() + "/"})) << method;
    EXPECT_TRUE(server_.last().starts_with(method));
  }
}

TEST_F(clients, take_any_status_for_an_answer_and_follow_no_redirect) {
  http_client by{allowing({"127.0.0.1"})};
  server_.answers("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + server_.port() +
                  "/other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  const auto moved = ask(by, {"GET", "http://127.0.0.1:" + server_.port() + "/"});
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(moved->status, 302u);
  EXPECT_EQ(server_.connections(), 1);
  server_.answers("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(ask(by, {"GET", "http://127.0.0.1:" + server_.port() + "/"})->status, 503u);
}

TEST_F(clients, bound_what_an_answer_costs) {
  http_client by{allowing({"127.0.0.1"})};
  server_.answers("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n" + std::string(100'000, 'x'));
  const auto said = ask(by, {.method = "GET", .url = "http://127.0.0.1:" + server_.port() + "/", .most_answer = 1'000});
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_TRUE(said->cut);
  EXPECT_EQ(said->body.size(), 1'000u);
  server_.answers("");
  const auto silent = ask(by, {.method = "GET", .url = "http://127.0.0.1:" + server_.port() + "/", .patience = 100ms});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, errc::timed_out);
  server_.answers("no HTTP at all\r\n\r\n");
  EXPECT_FALSE(ask(by, {"GET", "http://127.0.0.1:" + server_.port() + "/"}));
}

TEST_F(clients, refuse_headers_that_would_be_more_than_one) {
  http_client by{allowing({"127.0.0.1"})};
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"X", "a\r\nY: b"}, {"X", "a\nb"},           {"X", std::string{"a\0b", 3}},   {"X Y", "a"}, {"", "a"}, {"X:", "a"},
      {"Host", "a"},      {"content-length", "0"}, {"Transfer-Encoding", "chunked"}};
  for (const auto& header : wrong) {
    const auto refused = ask(by, {"POST", "http://127.0.0.1:" + server_.port() + "/", {header}, "x"});
    ASSERT_FALSE(refused) << header.first;
    EXPECT_EQ(refused.error().code, errc::invalid_field);
  }
  EXPECT_FALSE(ask(by, {"PATCH\r\nX: y", "http://127.0.0.1:" + server_.port() + "/"}));
  EXPECT_EQ(server_.connections(), 0);
}

TEST_F(clients, connect_nowhere_that_is_not_the_internet_however_it_is_written) {
  listener by_six{boost::asio::ip::address_v6::loopback()};
  ::setenv("http_proxy", ("http://127.0.0.1:" + server_.port()).c_str(), 1);
  ::setenv("all_proxy", ("http://127.0.0.1:" + server_.port()).c_str(), 1);
  http_client by{{}};
  std::vector<std::string> urls;
  const std::vector<std::string> hosts{"127.0.0.1",
                                       "127.1",
                                       "127.0.1",
                                       "127.255.255.254",
                                       "2130706433",
                                       "0x7f000001",
                                       "0x7f.1",
                                       "0177.0.0.1",
                                       "0177.0.0.01",
                                       "017700000001",
                                       "0",
                                       "0.0.0.0",
                                       "localhost",
                                       "LOCALHOST",
                                       "localhost.",
                                       "%6cocalhost",
                                       "127%2e0.0.1",
                                       "[::1]",
                                       "[::]",
                                       "[0:0:0:0:0:0:0:1]",
                                       "[::ffff:127.0.0.1]",
                                       "[::ffff:7f00:1]",
                                       "[::127.0.0.1]",
                                       "[64:ff9b::7f00:1]",
                                       "ip6-localhost",
                                       "\uff11\uff12\uff17.0.0.1"};
  for (const auto& host : hosts)
    for (const auto& port : {server_.port(), by_six.port()}) {
      const auto to = host + ":" + port;
      for (const auto& url : {"http://" + to, "https://" + to + "/", "HTTP://" + to + "/x?y#z", "http://" + to + "/%00"})
        urls.push_back(url);
    }
  for (const std::string& further :
       std::vector<std::string>{"file:///etc/passwd", "gopher://127.0.0.1:" + server_.port() + "/_x", "dict://127.0.0.1:" + server_.port(),
                                "ftp://127.0.0.1:" + server_.port() + "/", "http://a@127.0.0.1:" + server_.port() + "/",
                                "http://8.8.8.8@127.0.0.1:" + server_.port() + "/", "//127.0.0.1:" + server_.port() + "/",
                                "127.0.0.1:" + server_.port(), "http://127.0.0.1:" + server_.port() + "\\@8.8.8.8/",
                                "http:///127.0.0.1:" + server_.port(), "http://169.254.169.254/latest/", "javascript:x", ""})
    urls.push_back(further);
  ASSERT_GE(urls.size(), 200u);
  std::vector<std::future<result<http_answer>>> all;
  for (const auto& url : urls) {
    auto box = std::make_shared<std::promise<result<http_answer>>>();
    all.push_back(box->get_future());
    by.send({.method = "GET", .url = url, .patience = 5s}, [box](const result<http_answer>& said) { box->set_value(said); });
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i].wait_for(60s), std::future_status::ready) << urls[i];
    EXPECT_FALSE(all[i].get()) << urls[i];
  }
  EXPECT_EQ(server_.connections(), 0);
  EXPECT_EQ(by_six.connections(), 0);
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
}

TEST_F(clients, say_which_address_is_not_permitted) {
  http_client by{{}};
  const auto refused = ask(by, {"GET", "http://127.0.0.1:" + server_.port() + "/?secret=1"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::forbidden);
  EXPECT_NE(refused.error().message.find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
}

TEST_F(clients, that_end_tell_those_who_wait) {
  server_.answers("");
  std::promise<errc> first;
  {
    auto with = allowing({"127.0.0.1"});
    with.at_once = 1;
    http_client by{std::move(with)};
    by.send({"GET", "http://127.0.0.1:" + server_.port() + "/"},
            [&](const auto& said) { first.set_value(said ? errc{} : said.error().code); });
    by.send({"GET", "http://127.0.0.1:" + server_.port() + "/"}, [](const auto& said) { EXPECT_FALSE(said); });
    for (int i = 0; i < 1'000 && server_.connections() == 0; ++i)
      std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(first.get_future().get(), errc::overloaded);
}

TEST(urls, are_judged_without_asking_anybody) {
  for (const auto* good : {"https://example.com", "http://example.com:8080/a?b=c", "https://[2606:4700:4700::1111]/"})
    EXPECT_TRUE(check_url(good)) << good;
  for (const std::string& bad :
       {std::string{}, std::string{"example.com"}, std::string{"ftp://example.com"}, std::string{"https://user@example.com"},
        std::string{"https://user:secret@example.com"}, std::string{"https://exa mple.com"}, std::string{"https://example.com/\r\nX"},
        std::string{"https://"}, std::string{"https:///x"}, "https://example.com/" + std::string(2'100, 'x')}) {
    const auto refused = check_url(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().field, "url");
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
  }
}

} // namespace
} // namespace ringmaster::net::http_client_tests
