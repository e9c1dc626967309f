// SPDX-License-Identifier: Apache-2.0
#include "actors/net/ami_link.hpp"

#include "protocol/ami/framer.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <utility>

namespace ringmaster {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
constexpr std::size_t smallest_read = 64 * 1024;
constexpr std::size_t largest_read = 1024 * 1024;
constexpr std::size_t most_unsent = 16 * 1024 * 1024;
constexpr std::chrono::seconds connect_limit{10};
} // namespace

struct ami_link::impl : std::enable_shared_from_this<ami_link::impl> {
  impl(asio::io_context& io, ami::parser_pool& parsers, std::string host_name, std::uint16_t port_number, callbacks callback)
      : strand{asio::make_strand(io)}, resolver{strand}, socket{strand}, timer{strand}, host{std::move(host_name)}, port{port_number},
        on{std::move(callback)}, order{parsers, [this](ami::block_ptr block) { on.received(std::move(block)); }} {}

  void open() {
    timer.expires_after(connect_limit);
    timer.async_wait([self = shared_from_this()](boost::system::error_code failed) {
      if (!failed)
        self->fail(errc::timed_out, "no connection within 10 s");
    });
    resolver.async_resolve(host, std::to_string(port), [self = shared_from_this()](boost::system::error_code failed, auto found) {
      if (failed)
        return self->fail(errc::pbx_unavailable, "the name does not resolve: " + failed.message());
      self->connect(found);
    });
  }

  void connect(const tcp::resolver::results_type& to) {
    if (ended)
      return;
    asio::async_connect(socket, to, [self = shared_from_this()](boost::system::error_code failed, const auto&) {
      if (failed)
        return self->fail(errc::pbx_unavailable, "no connection: " + failed.message());
      if (self->ended)
        return;
      self->timer.cancel();
      boost::system::error_code ignored;
      self->socket.set_option(tcp::no_delay{true}, ignored);
      self->connected = true;
      self->on.opened();
      self->read();
      self->write();
    });
  }

  void read() {
    const auto room = cutter.prepare(next_read);
    socket.async_read_some(asio::buffer(room.data(), room.size()),
                           [self = shared_from_this(), size = room.size()](boost::system::error_code failed, std::size_t count) {
                             if (failed == asio::error::eof)
                               return self->fail(errc::pbx_unavailable, "the server closed the connection");
                             if (failed)
                               return self->fail(errc::pbx_unavailable, failed.message());
                             self->took(count, size);
                           });
  }

  void took(std::size_t count, std::size_t room) {
    if (ended)
      return;
    // A full buffer says that more waits: larger pieces then cost less each.
    next_read = count == room ? std::min(next_read * 2, largest_read) : std::max(next_read / 2, smallest_read);
    auto cut = cutter.commit(count);
    if (!cut.messages.empty())
      order.submit(std::move(cut.messages));
    if (cut.fault)
      return fail(cut.fault->code, cut.fault->message);
    read();
  }

  void send(std::string bytes) {
    if (ended)
      return;
    unsent += bytes.size();
    if (unsent > most_unsent)
      return fail(errc::overloaded, "Asterisk does not read what it is sent: 16 MiB wait");
    waiting.append(bytes);
    write();
  }

  void write() {
    if (!connected || ended || !writing.empty() || waiting.empty())
      return;
    writing.swap(waiting);
    asio::async_write(socket, asio::buffer(writing), [self = shared_from_this()](boost::system::error_code failed, std::size_t count) {
      if (failed)
        return self->fail(errc::pbx_unavailable, failed.message());
      self->unsent -= count;
      self->writing.clear();
      self->write();
    });
  }

  void fail(errc code, std::string why) {
    if (std::exchange(ended, true))
      return;
    timer.cancel();
    resolver.cancel();
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
    if (!silent)
      on.closed(error{code, std::move(why), {}});
  }

  asio::strand<asio::io_context::executor_type> strand;
  tcp::resolver resolver;
  tcp::socket socket;
  asio::steady_timer timer;
  std::string host;
  std::uint16_t port;
  callbacks on;
  ami::sequencer order;
  ami::framer cutter;
  std::size_t next_read{smallest_read};
  std::string waiting, writing;
  std::size_t unsent{0};
  bool connected{false}, ended{false}, silent{false};
};

ami_link::ami_link(asio::io_context& io, ami::parser_pool& parsers, std::string host, std::uint16_t port, callbacks on)
    : impl_{std::make_shared<impl>(io, parsers, std::move(host), port, std::move(on))} {}

ami_link::~ami_link() { close(); }

void ami_link::open() {
  asio::post(impl_->strand, [self = impl_] { self->open(); });
}

void ami_link::send(std::string bytes) {
  asio::post(impl_->strand, [self = impl_, bytes = std::move(bytes)]() mutable { self->send(std::move(bytes)); });
}

void ami_link::close() {
  // The owner has asked: it need not be told.
  asio::post(impl_->strand, [self = impl_] {
    self->silent = true;
    self->fail(errc::pbx_unavailable, "closed");
  });
}

} // namespace ringmaster
