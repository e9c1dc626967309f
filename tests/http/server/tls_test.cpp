// SPDX-License-Identifier: Apache-2.0
#include "http/server/server.hpp"

#include "certificate.hpp"
#include "client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

using namespace ringmaster;
using namespace ringmaster::http;
using namespace ringmaster::http::server_tests;
namespace asio = boost::asio;

namespace {

class tls_client {
public:
  explicit tls_client(std::uint16_t port, int newest = TLS1_3_VERSION) {
    stream_.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    SSL_set_max_proto_version(stream_.native_handle(), newest);
    stream_.handshake(asio::ssl::stream_base::client, ec);
  }
  std::string ask(std::string_view bytes) {
    asio::write(stream_, asio::buffer(bytes.data(), bytes.size()), ec);
    std::string in;
    const auto head = asio::read_until(stream_, asio::dynamic_buffer(in), "\r\n\r\n", ec);
    const auto at = in.find("Content-Length: ");
    const auto size = at == std::string::npos ? 0 : std::stoul(in.substr(at + 16));
    if (in.size() < head + size)
      asio::read(stream_, asio::dynamic_buffer(in), asio::transfer_exactly(head + size - in.size()), ec);
    last_head = in.substr(0, head);
    return in.substr(head);
  }
  int version() { return SSL_version(stream_.native_handle()); }

  boost::system::error_code ec;
  std::string last_head;

private:
  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  asio::ssl::stream<asio::ip::tcp::socket> stream_{io_, context_};
};

class http_over_tls : public ::testing::Test {
protected:
  void SetUp() override {
    options.port = 0;
    options.tls = own.files;
    routes.on("GET /hello", [](request req, responder reply) {
      reply(response{200, "text/plain", std::string{req.tls ? "hello over TLS" : "hello"}, {}, false});
    });
    routes.on("GET /big", [](request, responder reply) {
      reply(response{200, "text/plain", std::string(5'000'000, 'b'), {}, false});
    });
    routes.on("POST /echo", [](request req, responder reply) {
      reply(response{200, "text/plain", std::move(req.body), {}, false});
    });
    under_test = std::move(*server::start(options, routes));
  }

  certificate own;
  server_options options;
  table routes;
  std::unique_ptr<server> under_test;
};

} // namespace

TEST_F(http_over_tls, serves_over_1_2_and_1_3) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_client c{under_test->port(), version};
    ASSERT_FALSE(c.ec) << c.ec.message();
    EXPECT_EQ(version, c.version());
    EXPECT_EQ("hello over TLS", c.ask(get("/hello")));
    EXPECT_EQ(std::string(5'000'000, 'b'), c.ask(get("/big")));
    const std::string body(1'000'000, 'e');
    EXPECT_EQ(body, c.ask(post("/echo", body)));
    EXPECT_EQ("hello over TLS", c.ask(get("/hello", "Connection: close\r\n")));
    EXPECT_EQ("", c.ask(get("/hello")));
  }
}

TEST_F(http_over_tls, tells_browsers_to_use_nothing_else) {
  tls_client c{under_test->port()};
  c.ask(get("/hello"));
  EXPECT_NE(std::string::npos, c.last_head.find("\r\nStrict-Transport-Security: max-age=31536000\r\n")) << c.last_head;
  options.tls_only = std::chrono::seconds{0};
  const auto other = std::move(*server::start(options, routes));
  tls_client d{other->port()};
  d.ask(get("/hello"));
  EXPECT_EQ(std::string::npos, d.last_head.find("Strict-Transport-Security"));
}

TEST_F(http_over_tls, refuses_older_versions_and_plain_text) {
  tls_client old{under_test->port(), TLS1_1_VERSION};
  EXPECT_TRUE(old.ec);
  client plain{under_test->port()};
  plain.send(get("/hello"));
  EXPECT_EQ(0u, plain.read().status);
  tls_client next{under_test->port()};
  EXPECT_EQ("hello over TLS", next.ask(get("/hello")));
}

TEST_F(http_over_tls, closes_a_handshake_that_does_not_come) {
  options.limits.head_time = std::chrono::milliseconds{50};
  const auto impatient = std::move(*server::start(options, routes));
  client silent{impatient->port()};
  EXPECT_TRUE(silent.at_end());
}

TEST_F(http_over_tls, names_files_that_cannot_be_used) {
  options.tls->key = options.tls->certificate;
  EXPECT_EQ("http.tls.key", server::start(options, routes).error().field);
  options.tls->certificate = "/nowhere.pem";
  EXPECT_EQ("http.tls.certificate", server::start(options, routes).error().field);
}
