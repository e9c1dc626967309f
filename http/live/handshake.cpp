#include "http/live/handshake.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace ringmaster::live {
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

} // namespace

handshake_answer answer_handshake(std::string_view head, const http::plain_stream::executor_type& with) {
  beast::http::request_parser<beast::http::empty_body> request;
  request.header_limit(static_cast<std::uint32_t>(head.size()) + 1); // the gate had a limit of its own
  error_code ec;
  request.put(asio::buffer(head.data(), head.size()), ec);
  if (ec || !request.is_done()) // Beast is stricter than the gate here and there
    return {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false};
  beast::websocket::stream<answer_sink, false> stream{with};
  stream.accept(request.get(), ec);
  return {stream.next_layer().take(), !ec};
}

} // namespace ringmaster::live
