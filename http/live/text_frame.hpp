/// WebSocket frames as bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringmaster::live {

/// Appends a text message as a server's frame (RFC 6455, 5.2).
inline void append_text_frame(std::string& to, std::string_view text) {
  const auto length = text.size();
  const std::size_t wide = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  to += '\x81'; // final, text
  to += static_cast<char>(wide == 0 ? length : wide == 2 ? 126 : 127);
  for (std::size_t i = wide; i > 0; --i)
    to += static_cast<char>(length >> 8 * (i - 1));
  to += text;
}

} // namespace ringmaster::live
