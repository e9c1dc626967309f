// SPDX-License-Identifier: Apache-2.0
/// Parsing on several cores, delivered in order.
///
/// A `parser_pool` holds the worker threads that all connections share; a `sequencer` is one connection's
/// way through them: buffers go in, blocks with their subjects come out at one callback, in the order in which
/// the buffers were submitted, never two at once.
#pragma once

#include "protocol/ami/message.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace ringmaster::ami {

/// Worker threads that parse. All functions may be called from any thread. Must outlive its sequencers'
/// use: the destructor parses and delivers what was submitted, then ends the threads.
class parser_pool {
public:
  /// 0 workers: whoever submits parses at once and the callback runs within `submit`.
  explicit parser_pool(std::size_t workers);
  ~parser_pool();
  parser_pool(const parser_pool&) = delete;
  parser_pool& operator=(const parser_pool&) = delete;

  [[nodiscard]] std::size_t workers() const noexcept;

private:
  friend class sequencer;
  struct state;
  std::unique_ptr<state> state_;
};

/// One stream of buffers. `submit` belongs to one thread (the socket's reader); the rest may be called from
/// any. The callback runs on the worker that parsed the block which was missing, or within `submit`, so it must
/// be short, must not throw, and must not destroy or close this sequencer.
class sequencer {
public:
  using deliver = std::function<void(block_ptr)>;

  sequencer(parser_pool& pool, deliver to);
  /// `close()`s.
  ~sequencer();
  sequencer(const sequencer&) = delete;
  sequencer& operator=(const sequencer&) = delete;

  /// Queues a buffer of whole messages: a short lock, no waiting for workers. A small one (up to 32 KiB) that
  /// nothing is before is parsed and delivered at once, which takes less than waking a worker. Nothing bounds the
  /// queue but the caller's look at `pending_bytes()`. Empty buffers and those after `close()` are dropped.
  void submit(buffer bytes);

  /// Bytes submitted and not yet delivered.
  [[nodiscard]] std::size_t pending_bytes() const noexcept;

  /// Waits until all that was submitted before has been delivered.
  void drain();

  /// Drops what is not yet delivered; after it returns the callback is not running and never will again.
  void close();

private:
  friend class parser_pool;
  struct stream;
  parser_pool::state* pool_;
  std::shared_ptr<stream> stream_;
};

} // namespace ringmaster::ami
