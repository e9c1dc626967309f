#include "protocol/printable.hpp"

#include <simdjson.h>

#include <algorithm>

namespace ringmaster {

bool is_printable(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F)
      return false;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) // U+0080 to U+009F
      return false;
  }
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string one_line(std::string_view text, std::size_t most) {
  std::string line;
  while (!text.empty()) {
    // A character of UTF-8 has four bytes at most; the shortest printable beginning is one.
    std::size_t length = 1;
    while (length <= std::min<std::size_t>(4, text.size()) && !is_printable(text.substr(0, length)))
      ++length;
    const bool good = length <= std::min<std::size_t>(4, text.size());
    const auto one = !good ? std::string_view{"?"} : text.front() == '"' ? std::string_view{"'"} : text.substr(0, length);
    if (line.size() + one.size() > most)
      return line.append("…");
    line.append(one);
    text.remove_prefix(good ? length : 1);
  }
  return line;
}

} // namespace ringmaster
