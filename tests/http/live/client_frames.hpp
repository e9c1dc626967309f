// SPDX-License-Identifier: Apache-2.0
/// WebSocket frames as a client sends them, sound or not; shares no code with the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::tests {

/// RFC 6455, section 5.2.
namespace opcodes {
constexpr unsigned continuation = 0, text = 1, binary = 2, closing = 8, ping = 9, pong = 10;
}

struct frame_shape {
  bool final{true};
  bool masked{true};
  unsigned reserved{0};     ///< the three bits behind the first
  unsigned length_bytes{0}; ///< 2 or 8 for a length that needs fewer; 0: as short as it can be
  std::string_view mask{"\x12\xfe\x00\x9b", 4};
};

inline std::string client_frame(unsigned opcode, std::string_view body, const frame_shape& shape = {}) {
  const std::uint64_t size = body.size();
  const auto wide = shape.length_bytes != 0 ? shape.length_bytes : size < 126 ? 0u : size < 65'536 ? 2u : 8u;
  std::string bytes;
  bytes += static_cast<char>((shape.final ? 0x80u : 0u) | shape.reserved << 4 | opcode);
  bytes += static_cast<char>((shape.masked ? 0x80u : 0u) | (wide == 0   ? static_cast<unsigned>(size)
                                                            : wide == 2 ? 126u
                                                                        : 127u));
  for (auto i = wide; i > 0; --i)
    bytes += static_cast<char>(size >> 8 * (i - 1) & 0xff);
  if (!shape.masked)
    return bytes += body;
  bytes += shape.mask;
  for (std::size_t i = 0; i < body.size(); ++i)
    bytes += static_cast<char>(body[i] ^ shape.mask[i % 4]);
  return bytes;
}

/// The body of a close.
inline std::string close_body(unsigned code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(reason);
}

} // namespace ringmaster::tests
