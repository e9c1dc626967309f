// SPDX-License-Identifier: Apache-2.0
/// One TCP connection to an Asterisk's manager interface: bytes out, parsed blocks in.
///
/// The reader never waits for anything: Asterisk cuts off a client that does not read for its write timeout
/// (100 ms by default). Bytes go to the parser as they come, blocks come back in order.
///
/// Threads: `open`, `send` and `close` may be called from any thread. The callbacks of one link are called on
/// the link's strand, never two at once, and must not block.
#pragma once

#include "protocol/ami/parallel_parser.hpp"
#include "protocol/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace ringmaster {

class ami_link : public std::enable_shared_from_this<ami_link> {
public:
  struct callbacks {
    std::function<void()> opened;
    std::function<void(ami::block_ptr)> received; ///< may come on a parser's thread; in order, never overlapping
    std::function<void(error)> closed;            ///< once, after `opened` or instead of it
  };

  ami_link(boost::asio::io_context& io, ami::parser_pool& parsers, std::string host, std::uint16_t port, callbacks on);
  ~ami_link();
  ami_link(const ami_link&) = delete;
  ami_link& operator=(const ami_link&) = delete;

  /// Resolves and connects; gives up after ten seconds.
  void open();
  /// Queues `bytes`; they leave in the order of the calls. When more than 16 MiB wait, the link closes.
  void send(std::string bytes);
  void close();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace ringmaster
