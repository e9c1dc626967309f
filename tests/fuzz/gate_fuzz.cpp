// SPDX-License-Identifier: Apache-2.0
/// Any bytes as the head of a request: what the gate lets through, Beast must read in the same way, because a
/// head that two parsers read differently is how requests are smuggled.
#include "http/server/gate.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace http = ringmaster::http;
namespace beast = boost::beast::http;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  const auto end = http::find_head_end(bytes, 0);
  if (!end)
    return 0;
  const std::string_view head{bytes.data(), *end};
  http::request_head read;
  if (const auto refused = http::read_head(head, http::head_limits{}, read)) {
    require(!http::describe(*refused).empty() && http::http_status(*refused) >= 400);
    return 0;
  }
  for (const auto& field : read.fields)
    for (const char c : field.value)
      require(c != '\r' && c != '\n' && c != '\0');
  require(read.framing != http::framing::chunked || read.http_1_1);

  beast::request_parser<beast::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(head.size()) + 1);
  parser.body_limit(boost::none);
  boost::system::error_code failed;
  parser.put(boost::asio::buffer(head.data(), head.size()), failed);
  if (failed)
    return 0; // stricter than the gate: the session refuses what Beast does
  require(parser.is_header_done());
  require(parser.chunked() == (read.framing == http::framing::chunked));
  if (read.framing == http::framing::length)
    require(parser.content_length() == read.content_length);
  require(std::string_view{parser.get().target()} == read.target);
  return 0;
}
