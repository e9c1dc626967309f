// SPDX-License-Identifier: Apache-2.0
/// Reads what AMI clients send. Written apart from the product's own parser on purpose: it is the other side.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::sim {

/// One action: its headers in order, with repeats. The views point into the reader that gave it.
struct action {
  std::vector<std::pair<std::string_view, std::string_view>> headers;

  /// The first header of that name in any case; empty when there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
};

/// Equality of names as AMI sees it.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;
/// Asterisk's idea of yes: yes, true, y, t, 1, on.
[[nodiscard]] bool is_true(std::string_view text) noexcept;

/// Splits like Asterisk's application arguments do: at commas outside quotes, parentheses and brackets;
/// quotes are removed, a backslash takes the next character as it is.
[[nodiscard]] std::vector<std::string> split_arguments(std::string_view text);

/// Cuts a stream into actions. CRLF or LF ends a line, an empty line ends an action.
class action_reader {
public:
  static constexpr std::size_t longest_line = 1024;
  static constexpr std::size_t most_headers = 128;
  enum class status { more, ready, line_too_long, too_many_headers };

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next complete action. `into` is valid until the next `feed` or `next`.
  [[nodiscard]] status next(action& into);

private:
  std::string buffer_;
  std::size_t begin_{0}; // of the first byte that no action has taken
};

} // namespace ringmaster::sim
