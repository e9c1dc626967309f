#include "protocol/topic.hpp"

#include <algorithm>

namespace ringmaster {
namespace {

constexpr bool is_plain(unsigned char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '~';
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
  return std::string{text};
}

std::string topic_below(std::string_view topic, std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(topic.size() + 1 + name.size());
  out.append(topic).push_back('/');
  for (const unsigned char c : name) {
    if (is_plain(c)) {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back('%');
      out.push_back(digits[c >> 4]);
      out.push_back(digits[c & 15]);
    }
  }
  return out;
}

bool topic_covers(std::string_view above, std::string_view topic) noexcept {
  if (above == "/")
    return true;
  return topic.starts_with(above) && (topic.size() == above.size() || topic[above.size()] == '/');
}

} // namespace ringmaster
