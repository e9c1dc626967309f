// SPDX-License-Identifier: Apache-2.0
/// A live client: Beast's WebSocket over a real socket.
#pragma once

#include "tests/http/daemon_fixture.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

namespace ringmaster::tests {

class ws_client {
public:
  /// The HTTP status that answered: 101 when it worked.
  unsigned connect(std::uint16_t port, const std::string& target) {
    boost::beast::get_lowest_layer(ws_).connect(boost::asio::ip::tcp::endpoint{boost::asio::ip::address_v4::loopback(), port});
    boost::beast::websocket::response_type said;
    boost::beast::error_code ec;
    ws_.handshake(said, "127.0.0.1", target, ec);
    return said.result_int();
  }
  void say(const std::string& text) {
    ws_.text(true);
    ws_.write(boost::asio::buffer(text));
  }
  void say_binary(const std::string& bytes) {
    ws_.binary(true);
    ws_.write(boost::asio::buffer(bytes));
  }
  /// The next message; the text of the error when there is none.
  std::string hear() {
    boost::beast::flat_buffer in;
    std::optional<boost::beast::error_code> done;
    ws_.async_read(in, [&](boost::beast::error_code ec, std::size_t) { done = ec; });
    io_.restart();
    io_.run_for(std::chrono::seconds{20});
    if (!done) { // the read refers to this frame
      boost::beast::get_lowest_layer(ws_).socket().close();
      io_.restart();
      io_.run();
      return "nothing was heard for 20 s";
    }
    return *done ? done->message() : boost::beast::buffers_to_string(in.data());
  }
  [[nodiscard]] std::uint16_t close_code() const { return ws_.reason().code; }
  /// Messages until one holds `text`, that one included.
  std::vector<std::string> hear_until(std::string_view text) {
    std::vector<std::string> all;
    for (int i = 0; i < 10'000; ++i) {
      all.push_back(hear());
      if (all.back().find(text) != std::string::npos)
        return all;
      if (all.back().front() != '{')
        break;
    }
    ADD_FAILURE() << "nothing with " << text << "; last: " << (all.empty() ? "" : all.back());
    return all;
  }

private:
  boost::asio::io_context io_;
  boost::beast::websocket::stream<boost::beast::tcp_stream> ws_{io_};
};

inline std::string field(const std::string& json, std::string_view pointer) {
  reply r;
  r.text = json;
  return r.at(pointer);
}

} // namespace ringmaster::tests
