// SPDX-License-Identifier: Apache-2.0
#include "protocol/topic.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ringmaster {
namespace {

constexpr bool is_plain(unsigned char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '~';
}

void append_encoded(std::string& to, unsigned char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (is_plain(c)) {
    to.push_back(static_cast<char>(c));
  } else {
    to.push_back('%');
    to.push_back(digits[c >> 4]);
    to.push_back(digits[c & 15]);
  }
}

/// The byte that the two digits at the beginning of `text` stand for.
std::optional<unsigned char> hex_byte(std::string_view text) noexcept {
  unsigned char value = 0;
  const auto end = text.data() + 2;
  if (text.size() < 2 || std::from_chars(text.data(), end, value, 16).ptr != end)
    return std::nullopt;
  return value;
}

} // namespace

result<std::string> read_topic(std::string_view text) {
  if (text.size() > longest_topic)
    return error{errc::invalid_field, "the topic is longer than 512 bytes", "topic"};
  if (!text.starts_with('/'))
    return error{errc::invalid_field, "a topic begins with \"/\", as in \"/ob/campaigns\"", "topic"};
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7f; }))
    return error{errc::invalid_field, "a topic is plain ASCII without spaces; encode other characters as %XX", "topic"};
  if (text.find("//") != text.npos)
    return error{errc::invalid_field, "the topic has an empty segment", "topic"};
  if (text.size() > 1 && text.ends_with('/'))
    text.remove_suffix(1);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      out.push_back('/');
    } else if (text[i] != '%') {
      append_encoded(out, static_cast<unsigned char>(text[i]));
    } else if (const auto byte = hex_byte(text.substr(i + 1))) {
      append_encoded(out, *byte);
      i += 2;
    } else {
      return error{errc::invalid_field, "two hexadecimal digits follow a \"%\" in a topic; the sign itself is %25", "topic"};
    }
  }
  return out;
}

std::string topic_below(std::string_view topic, std::string_view name) {
  std::string out;
  out.reserve(topic.size() + 1 + name.size());
  out.append(topic).push_back('/');
  for (const unsigned char c : name)
    append_encoded(out, c);
  return out;
}

bool topic_covers(std::string_view above, std::string_view topic) noexcept {
  if (above == "/")
    return true;
  return topic.starts_with(above) && (topic.size() == above.size() || topic[above.size()] == '/');
}

} // namespace ringmaster
