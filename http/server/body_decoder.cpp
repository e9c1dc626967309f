// SPDX-License-Identifier: Apache-2.0
#include "http/server/body_decoder.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace ringmaster::http {

namespace beast = boost::beast;

body_decoder::body_decoder(const head_limits& limits) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(limits.bytes + 1));
  body_limit(boost::none); // the session counts, by route
}

std::optional<refusal> body_decoder::begin(std::string_view head, const request_head& as_gated) {
  error_code ec;
  const auto used = put(boost::asio::buffer(head.data(), head.size()), ec);
  const bool understood = (!ec || ec == beast::http::error::need_more) && used == head.size() && is_header_done();
  if (!understood || chunked() != (as_gated.framing == framing::chunked))
    return refusal::bad_request_line;
  if (as_gated.framing == framing::length && content_length().value_or(0) != as_gated.content_length)
    return refusal::bad_length;
  return std::nullopt;
}

body_decoder::progress body_decoder::feed(std::string_view bytes, std::string& decoded) {
  out_ = &decoded;
  progress p;
  while (p.used < bytes.size() && !is_done()) {
    error_code ec;
    p.used += put(boost::asio::buffer(bytes.data() + p.used, bytes.size() - p.used), ec);
    if (ec == beast::http::error::need_more)
      break;
    if (ec) {
      p.why = refusal::bad_chunk;
      break;
    }
  }
  p.done = is_done();
  out_ = nullptr;
  return p;
}

void body_decoder::on_field_impl(beast::http::field, text, text, error_code& ec) {
  if (in_body_)
    ec = beast::http::error::bad_field; // a trailer
}

std::size_t body_decoder::on_body_impl(text body, error_code&) {
  out_->append(body.data(), body.size());
  return body.size();
}

void body_decoder::on_chunk_header_impl(std::uint64_t, text extensions, error_code& ec) {
  if (!extensions.empty())
    ec = beast::http::error::bad_chunk_extension;
}

std::size_t body_decoder::on_chunk_body_impl(std::uint64_t, text body, error_code&) {
  out_->append(body.data(), body.size());
  return body.size();
}

} // namespace ringmaster::http
