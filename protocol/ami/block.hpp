// SPDX-License-Identifier: Apache-2.0
/// A block: received bytes, cut at message boundaries, with the index that makes messages of them.
///
/// Index: the offset of every newline (4 bytes a line) and one `message_entry` a message. Names and values
/// are found when they are asked for, because typed events ask for few of them.
///
/// Threads: a block never changes after `parse` made it; any thread may read it. Whoever keeps a view into
/// it (a `message`, a header's value, a typed event) keeps the block alive with a `block_ptr`. Whoever reads messages includes
/// message.hpp.
#pragma once

#include "protocol/ami/buffer.hpp"
#include "protocol/ami/event_kind.hpp"
#include "protocol/ami/subjects.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <vector>

namespace ringmaster::ami {

class message;

/// What a message is by its first header of that name.
enum class message_type : std::uint8_t {
  other,    ///< has none of the headers below
  greeting, ///< the one line with which a connection begins
  response, ///< answers an action
  event,
  action, ///< what a client sends; read by a simulated PBX
};

/// Where a message lies: lines `first_line` to `end_line` (exclusive) of its block.
struct message_entry {
  std::uint32_t first_line;
  std::uint32_t end_line;
  std::uint32_t raw_line; ///< from here on lines are raw output (`Response: Follows`); else `end_line`
  message_type type;
  event_kind kind;
};

class block {
public:
  class iterator;

  /// Made by `parse`.
  block(buffer bytes, std::unique_ptr<std::uint32_t[]> newlines, std::size_t lines,
        std::vector<message_entry> entries, bool with_subjects)
      : bytes_{std::move(bytes)}, newlines_{std::move(newlines)}, lines_{lines}, entries_{std::move(entries)} {
    if (with_subjects)
      subjects_ = find_subjects(*this);
  }

  block(const block&) = delete;
  block& operator=(const block&) = delete;

  /// Number of messages.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] message operator[](std::size_t index) const noexcept;
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

  /// The bytes as they were received.
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_.view(); }
  /// Offset of the newline that ends line `i`, for i in [0, `lines()`).
  [[nodiscard]] const std::uint32_t* newlines() const noexcept { return newlines_.get(); }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  [[nodiscard]] const std::vector<message_entry>& entries() const noexcept { return entries_; }
  /// Empty unless they were asked for when the block was made.
  [[nodiscard]] const ami::subjects& subjects() const noexcept { return subjects_; }

private:
  buffer bytes_;
  std::unique_ptr<std::uint32_t[]> newlines_;
  std::size_t lines_;
  std::vector<message_entry> entries_;
  ami::subjects subjects_;
};

using block_ptr = std::shared_ptr<const block>;

} // namespace ringmaster::ami
