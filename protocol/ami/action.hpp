// SPDX-License-Identifier: Apache-2.0
/// Writes what a client says: actions. Nothing unsafe gets through, and nothing is repaired in silence.
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace ringmaster::ami {

/// Longest line with its CRLF, and most headers (the `Action` line too), that Asterisk reads.
inline constexpr std::size_t max_action_line = 1024;
inline constexpr std::size_t max_action_headers = 128;
/// Variables that an Originate of ours has room for beside its other headers, of which there are 14 at most.
inline constexpr std::size_t most_originate_variables = max_action_headers - 14;

/// The length of the line that `action::variable` would write, with its CRLF.
[[nodiscard]] std::size_t variable_line_size(std::string_view name, std::string_view value) noexcept;

/// Builds one action: `action{"Originate"}.action_id(id).header("Channel", channel).bytes()`.
///
/// The first fault sticks and `bytes()` tells it: errc::invalid_field with the header's name as its field
/// when a name or value holds CR, LF or NUL, a name is empty or has a colon or leading space, a line is too
/// long; errc::too_large when there are too many headers. Not thread-safe.
class action {
public:
  explicit action(std::string_view name);

  action& header(std::string_view name, std::string_view value) &;
  action&& header(std::string_view name, std::string_view value) && { return std::move(header(name, value)); }
  action& header(std::string_view name, long long value) &;
  action&& header(std::string_view name, long long value) && { return std::move(header(name, value)); }
  action& action_id(std::string_view id) & { return header("ActionID", id); }
  action&& action_id(std::string_view id) && { return std::move(action_id(id)); }

  /// A `Variable: name=value` header of Originate, Redirect's kin and the like, escaped so that exactly
  /// `value` arrives. Names: letters, digits, `_`, space, `.` and `-`; so no function such as SHELL() can be
  /// set. errc::invalid_field with the variable's name as its field.
  action& variable(std::string_view name, std::string_view value) &;
  action&& variable(std::string_view name, std::string_view value) && {
    return std::move(variable(name, value));
  }

  /// The action as it goes over the wire, with its blank line; or the first fault.
  [[nodiscard]] result<std::string> bytes() const&;
  [[nodiscard]] result<std::string> bytes() &&;

private:
  void fail(errc code, std::string_view field, std::string message);
  void line(std::string_view name, std::string_view value, std::string_view field);

  std::string text_;
  std::size_t headers_{0};
  bool failed_{false};
  error fault_;
};

/// `value` so that Asterisk's splitting of application arguments (commas, quotes, backslashes, parentheses,
/// brackets) gives it back unchanged as one argument.
[[nodiscard]] std::string escape_argument(std::string_view value);

/// The `Key` header that answers Login's MD5 challenge: the hex digits of MD5(challenge + secret), in lower
/// case. errc::internal where the crypto library offers no MD5.
[[nodiscard]] result<std::string> challenge_key(std::string_view challenge, std::string_view secret);

} // namespace ringmaster::ami
