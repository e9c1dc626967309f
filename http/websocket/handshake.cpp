// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/handshake.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace ringmaster::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

/// What Beast writes its answer to. So its stream lives as long as this one answer takes, and not in each
/// connection.
class answer_sink {
public:
  using executor_type = http::plain_stream::executor_type;

  explicit answer_sink(executor_type with) : with_{std::move(with)} {}
  [[nodiscard]] executor_type get_executor() const noexcept { return with_; }
  [[nodiscard]] std::string take() { return std::move(written_); }

  template <class Buffers>
  std::size_t write_some(const Buffers& from, error_code& ec) {
    ec = {};
    const auto bytes = beast::buffers_to_string(from);
    written_ += bytes;
    return bytes.size();
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& from) {
    error_code ignored;
    return write_some(from, ignored);
  }
  /// Nothing is read: the request is there already.
  template <class Buffers>
  std::size_t read_some(const Buffers&, error_code& ec) {
    ec = asio::error::eof;
    return 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers&) {
    return 0;
  }

private:
  executor_type with_;
  std::string written_;
};

bool is_base64_of_16_bytes(std::string_view text) {
  constexpr std::string_view digits{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
  return text.size() == 24 && text.ends_with("==") && text.substr(0, 22).find_first_not_of(digits) == std::string_view::npos;
}

} // namespace

handshake_answer answer_handshake(std::string_view head, const http::plain_stream::executor_type& with) {
  beast::http::request_parser<beast::http::empty_body> request;
  request.header_limit(static_cast<std::uint32_t>(head.size()) + 1); // the gate had a limit of its own
  error_code ec;
  request.put(asio::buffer(head.data(), head.size()), ec);
  if (ec || !request.is_done()) // Beast is stricter than the gate here and there
    return {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false};
  // RFC 6455, section 4.1: base64 of 16 bytes. Beast hashes whatever comes.
  const auto key = request.get()[beast::http::field::sec_websocket_key];
  if (!is_base64_of_16_bytes({key.data(), key.size()}))
    return {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false};
  beast::websocket::stream<answer_sink, false> stream{with};
  // Beast would tell everybody which version of it this is.
  stream.set_option(beast::websocket::stream_base::decorator(
      [](beast::websocket::response_type& answer) { answer.set(beast::http::field::server, "ringmaster"); }));
  stream.accept(request.get(), ec);
  return {stream.next_layer().take(), !ec};
}

} // namespace ringmaster::websocket
