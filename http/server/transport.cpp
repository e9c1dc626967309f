// SPDX-License-Identifier: Apache-2.0
// The two kinds of connection under a session.
#include "http/server/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

namespace ringmaster::http {
namespace {

using boost::system::error_code;
namespace asio = boost::asio;

class plain_session final : public session {
public:
  plain_session(shard& home, plain_stream socket, client who)
      : session{home, std::move(who), false}, socket_{std::move(socket)} {}

  void begin() override { did_open(); }

private:
  void start_read(char* to, std::size_t room) override {
    op_started();
    socket_->async_read_some(asio::buffer(to, room), [this, self = shared_from_this()](error_code ec, std::size_t n) {
      did_read(ec, n);
      op_ended();
    });
  }
  void start_write(std::string_view bytes) override {
    op_started();
    socket_->async_write_some(asio::buffer(bytes.data(), bytes.size()),
                              [this, self = shared_from_this()](error_code ec, std::size_t n) {
                                did_write(ec, n);
                                op_ended();
                              });
  }
  std::size_t write_now(std::string_view bytes) override {
    // Saves the turn through the event loop that an asynchronous write costs. An error shows itself again
    // in the asynchronous write that follows.
    error_code ec;
    const auto n = socket_->write_some(asio::buffer(bytes.data(), bytes.size()), ec);
    return ec ? 0 : n;
  }
  bool shut_sending() override {
    error_code ignored;
    socket_->shutdown(asio::socket_base::shutdown_send, ignored);
    return true;
  }
  void close_stream() override {
    error_code ignored;
    socket_->close(ignored);
  }
  void release_stream() override { socket_.reset(); }
  upgraded_connection take_stream() override {
    upgraded_connection taken{std::move(*socket_), {}, {}, {}, {}};
    socket_.reset();
    return taken;
  }

  std::optional<plain_stream> socket_;
};

class tls_session final : public session {
public:
  tls_session(shard& home, plain_stream socket, client who, asio::ssl::context& context)
      : session{home, std::move(who), true}, stream_{std::make_unique<tls_stream>(std::move(socket), context)} {}

  void begin() override {
    op_started();
    stream_->async_handshake(asio::ssl::stream_base::server, [this, self = shared_from_this()](error_code ec) {
      if (ec)
        close();
      else
        did_open();
      op_ended();
    });
  }

private:
  void start_read(char* to, std::size_t room) override {
    op_started();
    stream_->async_read_some(asio::buffer(to, room), [this, self = shared_from_this()](error_code ec, std::size_t n) {
      // Many clients end without close_notify; lengths tell whether a message was complete.
      did_read(ec == asio::ssl::error::stream_truncated ? error_code{asio::error::eof} : ec, n);
      op_ended();
    });
  }
  void start_write(std::string_view bytes) override {
    op_started();
    stream_->async_write_some(asio::buffer(bytes.data(), bytes.size()),
                              [this, self = shared_from_this()](error_code ec, std::size_t n) {
                                did_write(ec, n);
                                op_ended();
                              });
  }
  std::size_t write_now(std::string_view) override { return 0; }
  bool shut_sending() override {
    // close_notify goes out; the client's own is not waited for.
    op_started();
    stream_->async_shutdown([this, self = shared_from_this()](error_code) {
      close();
      op_ended();
    });
    return false;
  }
  void close_stream() override {
    error_code ignored;
    stream_->next_layer().close(ignored);
  }
  void release_stream() override { stream_.reset(); }
  upgraded_connection take_stream() override { return {std::move(stream_), {}, {}, {}, {}}; }

  std::unique_ptr<tls_stream> stream_;
};

} // namespace

std::shared_ptr<session> make_plain_session(shard& home, plain_stream socket, session::client who) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  return std::make_shared<plain_session>(home, std::move(socket), std::move(who));
}

std::shared_ptr<session> make_tls_session(shard& home, plain_stream socket, session::client who, asio::ssl::context& context) {
  return std::make_shared<tls_session>(home, std::move(socket), std::move(who), context);
}

} // namespace ringmaster::http
