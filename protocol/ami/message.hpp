// SPDX-License-Identifier: Apache-2.0
/// A message of the AMI: a light view into its block, copied freely, valid as long as the block lives.
#pragma once

#include "protocol/ami/block.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace ringmaster::ami {

/// One line of a message. A line without a colon has an empty name and is its own value; the raw lines of
/// an old server's command output have the name "Output", as a newer server's have.
struct header {
  std::string_view name;
  std::string_view value; ///< after the colon and one optional space, to CRLF or LF
  friend bool operator==(const header&, const header&) = default;
};

class message {
public:
  class iterator;

  message(const block& owner, const message_entry& entry) noexcept : block_{&owner}, entry_{&entry} {}

  [[nodiscard]] message_type type() const noexcept { return entry_->type; }
  [[nodiscard]] event_kind kind() const noexcept { return entry_->kind; }

  /// Headers in their order, repeats included.
  [[nodiscard]] std::size_t size() const noexcept { return entry_->end_line - entry_->first_line; }
  [[nodiscard]] header operator[](std::size_t index) const noexcept;
  [[nodiscard]] iterator begin() const noexcept;
  [[nodiscard]] iterator end() const noexcept;

  /// The value of the first header called `name` (ASCII letters in either case); empty when there is none.
  /// Costs a walk over the message's lines, a nanosecond or two each.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  /// As `get`, but tells a missing header from an empty one.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name).has_value(); }
  /// The values of all headers called `name`, in order.
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  /// The value of the channel variable `name` in the headers `ChanVariable` (or `ChanVariable(CHANNEL)`, or
  /// with a prefix: "Dest" for `DestChanVariable`), which Asterisk's `channelvars` adds as `NAME=value`.
  [[nodiscard]] std::optional<std::string_view> channel_variable(std::string_view name,
                                                                 std::string_view prefix = {}) const noexcept;

  /// The value of `Event`, `Response` or `Action`; the whole line of a greeting; else empty.
  [[nodiscard]] std::string_view what() const noexcept;
  [[nodiscard]] std::string_view action_id() const noexcept { return get("ActionID"); }

  [[nodiscard]] const block& owner() const noexcept { return *block_; }
  [[nodiscard]] const message_entry& entry() const noexcept { return *entry_; }
  /// The message's bytes as received, without the blank line that ends it.
  [[nodiscard]] std::string_view bytes() const noexcept;

private:
  friend class iterator;
  [[nodiscard]] header at_line(std::uint32_t line) const noexcept;

  const block* block_;
  const message_entry* entry_;
};

class message::iterator {
public:
  using value_type = header;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::forward_iterator_tag;

  iterator() = default;
  iterator(const block* owner, const message_entry* entry, std::uint32_t line) noexcept
      : block_{owner}, entry_{entry}, line_{line} {}

  [[nodiscard]] header operator*() const noexcept { return message{*block_, *entry_}.at_line(line_); }
  iterator& operator++() noexcept {
    ++line_;
    return *this;
  }
  iterator operator++(int) noexcept {
    auto before = *this;
    ++line_;
    return before;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.line_ == b.line_; }

private:
  const block* block_{};
  const message_entry* entry_{};
  std::uint32_t line_{};
};

inline message::iterator message::begin() const noexcept {
  return {block_, entry_, entry_->first_line};
}
inline message::iterator message::end() const noexcept {
  return {block_, entry_, entry_->end_line};
}
inline header message::operator[](std::size_t index) const noexcept {
  return at_line(entry_->first_line + static_cast<std::uint32_t>(index));
}

class block::iterator {
public:
  using value_type = message;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::forward_iterator_tag;

  iterator() = default;
  iterator(const block* owner, const message_entry* at) noexcept : block_{owner}, at_{at} {}

  [[nodiscard]] message operator*() const noexcept { return {*block_, *at_}; }
  iterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  iterator operator++(int) noexcept {
    auto before = *this;
    ++at_;
    return before;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

private:
  const block* block_{};
  const message_entry* at_{};
};

inline message block::operator[](std::size_t index) const noexcept {
  return {*this, entries_[index]};
}
inline block::iterator block::begin() const noexcept {
  return {this, entries_.data()};
}
inline block::iterator block::end() const noexcept {
  return {this, entries_.data() + entries_.size()};
}

} // namespace ringmaster::ami
