// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/parser.hpp"

#include "protocol/ami/grammar.hpp"
#include "protocol/ami/scan.hpp"

#include <algorithm>
#include <cstring>

namespace ringmaster::ami {
namespace {

/// Bytes scanned between two looks at whether the index still has room.
constexpr std::size_t stripe = 4096;

/// An array of offsets that grows, without clearing what it will overwrite.
class offsets {
public:
  explicit offsets(std::size_t capacity) { grow(capacity); }

  void reserve(std::size_t capacity) {
    if (capacity > capacity_)
      grow(std::max(capacity, capacity_ * 2));
  }
  [[nodiscard]] std::uint32_t* data() noexcept { return items_.get(); }
  [[nodiscard]] std::unique_ptr<std::uint32_t[]> release() noexcept { return std::move(items_); }

private:
  void grow(std::size_t capacity) {
    auto wider = std::make_unique_for_overwrite<std::uint32_t[]>(capacity);
    if (items_)
      std::memcpy(wider.get(), items_.get(), capacity_ * sizeof(std::uint32_t));
    items_ = std::move(wider);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint32_t[]> items_;
  std::size_t capacity_{0};
};

/// Makes messages of the lines between blank ones.
class assembler {
public:
  assembler(const buffer& bytes, const std::uint32_t* newlines, std::vector<message_entry>& entries) noexcept
      : data_{bytes.data()}, newlines_{newlines}, entries_{entries} {}

  /// The blank line `blank` (or the end of the block) comes after the lines that are still free.
  void end_at(std::uint32_t blank, bool last) {
    if (!raw_) {
      for (; first_ != blank && is_greeting(first_); ++first_)
        add(first_, first_ + 1, message_type::greeting, event_kind::other);
      if (first_ == blank) {
        first_ = blank + 1;
        return;
      }
      classify(first_);
    }
    if (raw_ && !last && !line(blank - 1).ends_with(grammar::end_of_output))
      return; // a blank line within raw output
    finish(blank);
    first_ = blank + 1;
    raw_ = false;
  }

private:
  [[nodiscard]] std::uint32_t start_of(std::uint32_t i) const noexcept {
    return i == 0 ? 0 : newlines_[i - 1] + 1;
  }
  [[nodiscard]] std::string_view line(std::uint32_t i) const noexcept {
    const auto start = start_of(i);
    return grammar::without_end({data_ + start, newlines_[i] - start});
  }
  [[nodiscard]] bool is_greeting(std::uint32_t i) const noexcept {
    const char* at = data_ + start_of(i);
    return *at == 'A' && std::memcmp(at, grammar::greeting.data(), grammar::greeting.size()) == 0;
  }

  void add(std::uint32_t first, std::uint32_t end, message_type type, event_kind kind) {
    entries_.push_back({first, end, end, type, kind});
  }

  /// Sets `type_` and `kind_` from the first line, as Asterisk writes it; else the slow way, later.
  void classify(std::uint32_t first) {
    const auto start = start_of(first);
    const char* at = data_ + start;
    kind_ = event_kind::other;
    type_ = message_type::other;
    if (std::memcmp(at, "Event: ", 7) == 0) {
      type_ = message_type::event;
      const char* end = data_ + newlines_[first];
      end -= end[-1] == '\r';
      kind_ = event_kind_of({at + 7, static_cast<std::size_t>(end - (at + 7))});
    } else {
      raw_ = grammar::raw_output_follows(line(first));
    }
  }

  /// The first header among Event, Response and Action, wherever it is and however it is spelled.
  void classify_slowly(std::uint32_t first, std::uint32_t end) {
    for (auto i = first; i != end; ++i) {
      const auto whole = line(i);
      const auto colon = whole.find(':');
      if (colon == std::string_view::npos)
        continue;
      const auto name = whole.substr(0, colon);
      if (grammar::same_name(name, "Event")) {
        type_ = message_type::event;
        kind_ = event_kind_of(grammar::after_colon(whole.substr(colon + 1)));
      } else if (grammar::same_name(name, "Response")) {
        type_ = message_type::response;
      } else if (grammar::same_name(name, "Action")) {
        type_ = message_type::action;
      } else {
        continue;
      }
      return;
    }
  }

  void finish(std::uint32_t blank) {
    if (type_ != message_type::event)
      classify_slowly(first_, blank);
    add(first_, blank, type_, kind_);
    if (!raw_)
      return;
    // The headers of raw output are these few; whatever line comes first that is none of them begins it.
    auto& entry = entries_.back();
    entry.raw_line = first_ + 1;
    for (; entry.raw_line != blank; ++entry.raw_line) {
      const auto whole = line(entry.raw_line);
      const auto colon = whole.find(": ");
      const auto name = whole.substr(0, colon == std::string_view::npos ? 0 : colon);
      if (!grammar::same_name(name, "Privilege") && !grammar::same_name(name, "ActionID"))
        break;
    }
    // The mark that ends the output says nothing by itself; output that has no newline stands before it.
    if (line(blank - 1) == grammar::end_of_output && blank - 1 >= entry.raw_line)
      --entry.end_line;
  }

  const char* data_;
  const std::uint32_t* newlines_;
  std::vector<message_entry>& entries_;
  std::uint32_t first_{0};
  bool raw_{false};
  message_type type_{message_type::other};
  event_kind kind_{event_kind::other};
};

block_ptr make_block(buffer bytes, instruction_set with, bool with_subjects) {
  if (bytes.size() > max_block_bytes)
    bytes = {};
  const auto& functions = scan::with(with);
  const std::size_t size = bytes.size();

  // Asterisk's lines have 20 to 30 bytes, its messages 300 to 800.
  const std::size_t slack = std::min(size, stripe) + 65;
  offsets newlines{size / 18 + slack};
  offsets blanks{size / 200 + slack};
  scan::line_index index{.newlines = newlines.data(), .blanks = blanks.data()};
  for (std::size_t done = 0; done < size; done += stripe) {
    newlines.reserve(index.lines + slack);
    blanks.reserve(index.blank_lines + slack);
    index.newlines = newlines.data();
    index.blanks = blanks.data();
    functions.index_lines(bytes.data(), done, std::min(stripe, size - done), index);
  }
  const bool cut_within_line = size != 0 && bytes.view().back() != '\n';
  if (cut_within_line)
    index.newlines[index.lines++] = static_cast<std::uint32_t>(size);

  std::vector<message_entry> entries;
  entries.reserve(index.blank_lines + 2);
  assembler messages{bytes, index.newlines, entries};
  for (std::size_t i = 0; i != index.blank_lines; ++i)
    messages.end_at(index.blanks[i], false);
  messages.end_at(static_cast<std::uint32_t>(index.lines), true);

  return std::make_shared<const block>(std::move(bytes), newlines.release(), index.lines, std::move(entries),
                                       with_subjects);
}

} // namespace

block_ptr parse(buffer bytes) {
  return parse(std::move(bytes), best_instruction_set());
}

block_ptr parse(buffer bytes, instruction_set with) {
  return make_block(std::move(bytes), with, false);
}

block_ptr parse(std::string_view bytes) {
  return parse(buffer::of(bytes));
}

block_ptr parse_with_subjects(buffer bytes) {
  return make_block(std::move(bytes), best_instruction_set(), true);
}

} // namespace ringmaster::ami
