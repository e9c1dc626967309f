// SPDX-License-Identifier: Apache-2.0
/// Any bytes as a form: the first line is the Content-Type. What is read holds no more than came, and texts are texts.
#include "http/api/form.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto line = bytes.find('\n');
  if (line == std::string_view::npos)
    return 0;
  const auto read = ringmaster::api::read_form(bytes.substr(0, line), bytes.substr(line + 1));
  const auto require = [](bool holds) {
    if (!holds)
      std::abort();
  };
  if (!read) {
    require(!read.error().message.empty());
    return 0;
  }
  std::size_t held = 0;
  for (const auto& part : *read) {
    held += part.name.size() + part.text.size() + part.file_name.size() + part.media.size();
    require(simdjson::validate_utf8(part.name.data(), part.name.size()) && part.name.find('\n') == std::string::npos);
    require(part.is_file || (simdjson::validate_utf8(part.text.data(), part.text.size()) && part.text.find('\0') == std::string::npos));
  }
  require(held <= size && read->size() <= ringmaster::api::most_form_parts);
  return 0;
}
