// SPDX-License-Identifier: Apache-2.0
#include "http/server/server.hpp"

#include "http/server/client_address.hpp"
#include "http/server/open_connections.hpp"
#include "http/server/session.hpp"
#include "http/server/shard.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <thread>
#include <vector>

namespace ringmaster::http {

namespace asio = boost::asio;
using boost::system::error_code;
using acceptor_type = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

namespace {

result<std::unique_ptr<asio::ssl::context>> make_context(const tls_files& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code ec;
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                           asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression |
                           asio::ssl::context::single_dh_use,
                       ec);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  // Forward secrecy and authenticated encryption alone; TLS 1.3 has nothing else anyway.
  SSL_CTX_set_cipher_list(context->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle connection does without the 34 KiB that OpenSSL would keep for the next record.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  if (context->use_certificate_chain_file(files.certificate, ec); ec)
    return invalid_field("http.tls.certificate", "the certificate " + files.certificate + " cannot be used: " + ec.message());
  if (context->use_private_key_file(files.key, asio::ssl::context::pem, ec); ec)
    return invalid_field("http.tls.key", "the key " + files.key + " cannot be used: " + ec.message());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return invalid_field("http.tls.key", "the key does not belong to the certificate");
  return context;
}

} // namespace

result<void> check_tls(const tls_files& files) {
  if (auto made = make_context(files); !made)
    return made.error();
  return {};
}

struct server::impl {
  impl(server_options o, const dispatcher& to) : options{std::move(o)} {
    const auto threads = std::max(1u, options.threads);
    for (unsigned i = 0; i < threads; ++i)
      shards.push_back(std::make_unique<shard>(options, to, counters, bodies, options.limits.strangers / threads));
    acceptor.emplace(shards.front()->io.get_executor());
    retry.emplace(shards.front()->io);
  }

  result<void> listen() {
    error_code ec;
    const auto address = asio::ip::make_address(options.address, ec);
    if (ec)
      return invalid_field("http.address", "\"" + options.address + "\" is no IP address");
    const asio::ip::tcp::endpoint at{address, options.port};
    acceptor->open(at.protocol(), ec);
    if (!ec)
      acceptor->set_option(asio::socket_base::reuse_address{true}, ec);
    if (!ec)
      acceptor->bind(at, ec);
    if (!ec)
      acceptor->listen(1024, ec);
    if (ec)
      return error{errc::internal,
                   "cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " + ec.message(), {}};
    port = acceptor->local_endpoint(ec).port();
    return {};
  }

  void accept() {
    auto& home = *shards[next++ % shards.size()];
    acceptor->async_accept(home.io, [this, &home](error_code ec, plain_stream socket) {
      if (ec == asio::error::operation_aborted || !acceptor->is_open())
        return;
      if (ec)
        return accept_later(ec);
      take(home, std::move(socket));
      accept();
    });
  }

  /// Out of descriptors, most likely: those come back when connections end.
  void accept_later(error_code why) {
    shards.front()->fault("cannot accept a connection: " + why.message());
    retry->expires_after(std::chrono::milliseconds{100});
    retry->async_wait([this](error_code ec) {
      if (!ec && acceptor->is_open())
        accept();
    });
  }

  void take(shard& home, plain_stream socket) {
    counters->accepted.fetch_add(1, std::memory_order_relaxed);
    error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec)
      return;
    auto network = client_network(peer.address().to_string());
    auto place = places->enter(network);
    if (!place) {
      counters->turned_away.fetch_add(1, std::memory_order_relaxed);
      socket.non_blocking(true, ec);
      static constexpr std::string_view busy{
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
      if (!tls)
        socket.write_some(asio::buffer(busy.data(), busy.size()), ec);
      return;
    }
    socket.set_option(asio::ip::tcp::no_delay{true}, ec);
    home.link->post([this, &home, s = std::move(socket), who = session::client{peer.address().to_string(), std::move(network), std::move(place)}]() mutable {
      const auto fresh = tls ? make_tls_session(home, std::move(s), std::move(who), *tls)
                             : make_plain_session(home, std::move(s), std::move(who));
      home.enlist(fresh);
      fresh->begin();
    });
  }

  server_options options;
  std::shared_ptr<server_counters> counters{std::make_shared<server_counters>()};
  std::shared_ptr<budget> bodies{std::make_shared<budget>(options.limits.bodies)};
  std::shared_ptr<open_connections> places{
      std::make_shared<open_connections>(options.limits.connections, options.limits.connections_per_address)};
  std::unique_ptr<asio::ssl::context> tls;
  std::vector<std::unique_ptr<shard>> shards;
  std::optional<acceptor_type> acceptor; ///< on the first shard's thread
  std::optional<asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                           asio::io_context::executor_type>>
      retry;
  std::uint16_t port{};
  std::size_t next{};
  bool stopped{};
};

server::server(std::unique_ptr<impl> state) : impl_{std::move(state)} {}

server::~server() { stop(std::chrono::milliseconds{0}); }

result<std::unique_ptr<server>> server::start(server_options options, const dispatcher& to) {
  auto state = std::make_unique<impl>(std::move(options), to);
  if (state->options.tls) {
    auto context = make_context(*state->options.tls);
    if (!context)
      return context.error();
    state->tls = std::move(*context);
  }
  if (auto ok = state->listen(); !ok)
    return ok.error();
  state->accept();
  for (auto& s : state->shards)
    s->start();
  return std::unique_ptr<server>{new server{std::move(state)}};
}

std::uint16_t server::port() const noexcept { return impl_->port; }

const server_counters& server::counters() const noexcept { return *impl_->counters; }
std::size_t server::body_bytes() const noexcept { return impl_->bodies->used(); }

void server::stop(std::chrono::milliseconds grace) {
  if (std::exchange(impl_->stopped, true))
    return;
  impl_->shards.front()->link->post([state = impl_.get()] {
    error_code ignored;
    state->acceptor->close(ignored);
    state->retry->cancel();
  });
  for (auto& s : impl_->shards)
    s->finish();
  // The one place that waits: the caller is the process that ends.
  const auto until = std::chrono::steady_clock::now() + grace;
  const auto busy = [&] {
    return std::any_of(impl_->shards.begin(), impl_->shards.end(), [](const auto& s) { return !s->idle(); });
  };
  while (busy() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  for (auto& s : impl_->shards)
    s->cut();
  for (auto& s : impl_->shards)
    s->join();
}

} // namespace ringmaster::http
