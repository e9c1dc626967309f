// SPDX-License-Identifier: Apache-2.0
/// A connection that leaves HTTP for another protocol (WebSocket).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <string>
#include <variant>

namespace ringmaster::http {

class shard_link;

using plain_stream = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using tls_stream = boost::asio::ssl::stream<plain_stream>;

/// Handed to an `upgrade_handler` on the connection's own thread; from there on the handler owns it.
struct upgraded_connection {
  std::variant<plain_stream, std::unique_ptr<tls_stream>> stream;
  std::string head;                 ///< the whole head as received
  std::string after;                ///< what the client has sent behind it
  std::shared_ptr<shard_link> home; ///< the way to the connection's thread, from any other
  std::shared_ptr<void> lifetime;   ///< keep until the connection ends: it counts as open until then
};

} // namespace ringmaster::http
