// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/framer.hpp"

#include "protocol/ami/grammar.hpp"
#include "protocol/ami/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ringmaster::ami {
namespace {

/// Room that a connection keeps although it is not needed now.
constexpr std::size_t spare_capacity = 16 * 1024;

error too_large(std::string_view what, std::size_t limit) {
  return {errc::too_large, fmt::format("AMI: a {} of more than {}", what, limit), std::string{}};
}

} // namespace

framer::framer(limits allowed) noexcept : limits_{allowed} {
  // The scan looks at 64 bytes at once and takes no line within them for too long.
  limits_.line = std::max<std::size_t>(limits_.line, 128);
}

std::span<char> framer::prepare(std::size_t size) {
  const std::size_t held = bytes_.size();
  if (bytes_.capacity() - held < size) {
    buffer wider{std::max({held + size, bytes_.capacity(), spare_capacity})};
    if (held != 0)
      std::memcpy(wider.data(), bytes_.data(), held);
    wider.resize(held);
    bytes_ = std::move(wider);
  }
  return {bytes_.data() + held, size};
}

framed framer::commit(std::size_t size) {
  if (fault_)
    return {{}, fault_};
  bytes_.resize(bytes_.size() + size);
  fault_ = scan();
  auto whole = cut();
  return {std::move(whole), fault_};
}

std::optional<error> framer::scan() {
  const auto find_blank = scan::with(best_instruction_set()).find_blank;
  const std::size_t end = bytes_.size();
  while (at_.scanned < end) {
    scan::blank_search search{.position = at_.scanned, .line = at_.line, .newlines = at_.headers};
    find_blank(bytes_.data(), at_.message, end, limits_.line, search);
    if (search.too_long)
      return too_large("line's bytes", limits_.line);
    at_.line = search.line;
    at_.headers = search.newlines;
    if (!search.found) {
      at_.scanned = end;
      break;
    }
    at_.scanned = search.position + 1;
    pass_greetings(search.position);
    // The blank line is no header.
    if (at_.headers > limits_.headers + 1)
      return too_large("message's headers", limits_.headers);
    if (at_.scanned - at_.message > limits_.message)
      return too_large("message's bytes", limits_.message);
    if (ends_message(search.position)) {
      at_.message = at_.scanned;
      at_.headers = 0;
    }
  }
  pass_greetings(at_.line);
  if (at_.headers > limits_.headers)
    return too_large("message's headers", limits_.headers);
  if (end - at_.message > limits_.message)
    return too_large("message's bytes", limits_.message);
  return std::nullopt;
}

/// A greeting is whole with its own line: moves the message's beginning behind it. Looks at complete lines
/// before `end` alone.
void framer::pass_greetings(std::size_t end) noexcept {
  while (at_.message < end && bytes_.data()[at_.message] == grammar::greeting.front()) {
    const std::string_view rest{bytes_.data() + at_.message, end - at_.message};
    if (!rest.starts_with(grammar::greeting))
      return;
    const auto newline = rest.find('\n');
    if (newline == std::string_view::npos)
      return;
    at_.message += newline + 1;
    --at_.headers;
  }
}

/// The line that ends at `blank_newline` is empty; is it the end of the message, too?
bool framer::ends_message(std::size_t blank_newline) noexcept {
  const std::string_view text{bytes_.data() + at_.message, blank_newline - at_.message};
  // Most messages are events, and told by their first letter.
  if (text.empty() || grammar::lower(text.front()) != 'r')
    return true;
  const auto first_end = text.find('\n');
  if (first_end == std::string_view::npos || !grammar::raw_output_follows(grammar::without_end(text.substr(0, first_end))))
    return true;
  auto before = text.substr(0, text.rfind('\n'));
  before = grammar::without_end(before);
  return before.ends_with(grammar::end_of_output);
}

/// Hands out what is whole and keeps the rest at the front of a buffer.
buffer framer::cut() {
  const std::size_t whole = at_.message;
  if (whole == 0)
    return {};
  const std::size_t rest = bytes_.size() - whole;
  buffer out;
  if (whole * 2 < bytes_.capacity()) {
    // Little was received: what is handed out may live long, so it gets no more memory than it needs.
    out = buffer::of({bytes_.data(), whole});
    std::memmove(bytes_.data(), bytes_.data() + whole, rest);
    bytes_.resize(rest);
  } else {
    buffer kept = rest == 0 ? buffer{} : buffer{std::max(rest, spare_capacity)};
    if (rest != 0)
      std::memcpy(kept.data(), bytes_.data() + whole, rest);
    kept.resize(rest);
    bytes_.resize(whole);
    out = std::exchange(bytes_, std::move(kept));
  }
  at_.scanned -= whole;
  at_.line -= whole;
  at_.message = 0;
  return out;
}

buffer framer::take_pending() {
  at_ = {};
  return std::exchange(bytes_, buffer{});
}

void framer::reset() noexcept {
  bytes_.resize(0);
  at_ = {};
  fault_.reset();
}

} // namespace ringmaster::ami
