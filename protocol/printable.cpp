#include "protocol/printable.hpp"

#include <simdjson.h>

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

} // namespace ringmaster
