// SPDX-License-Identifier: Apache-2.0
#include "protocol/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ringmaster {
namespace {

/// Length of the UTF-8 sequence at the front of `text`; 0 when there is none, and then `wrong` is how many
/// bytes make one replacement character.
std::size_t sequence_length(std::string_view text, std::size_t& wrong) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80)
    return 1;
  wrong = 1;
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  if (length == 0)
    return 0;
  // The second byte's range keeps out overlong forms, surrogates and what lies behind U+10FFFF.
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (; wrong != length; ++wrong) {
    const unsigned next = byte(wrong);
    if (next < (wrong == 1 ? low : 0x80U) || next > (wrong == 1 ? high : 0xbfU))
      return 0;
  }
  return length;
}

bool is_plain(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c != '"' && c != '\\'; });
}

} // namespace

void append_json_string(std::string& to, std::string_view value) {
  to += '"';
  // `char` is signed: bytes above 127 are not plain.
  if (is_plain(value)) {
    to.append(value).push_back('"');
    return;
  }
  while (!value.empty()) {
    std::size_t wrong = 1;
    const std::size_t length = sequence_length(value, wrong);
    const char c = value[0];
    if (length == 0) {
      to += "\xef\xbf\xbd";
      value.remove_prefix(wrong);
      continue;
    }
    if (length > 1 || (c >= ' ' && c != '"' && c != '\\'))
      to.append(value.substr(0, length));
    else if (c == '"' || c == '\\')
      to.append({'\\', c});
    else if (c == '\t')
      to += "\\t";
    else if (c == '\r')
      to += "\\r";
    else if (c == '\n')
      to += "\\n";
    else
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned>(c));
    value.remove_prefix(length);
  }
  to += '"';
}

void append_json_number(std::string& out, std::int64_t value) {
  const fmt::format_int text{value};
  out.append(text.data(), text.size());
}

void json_writer::separate() {
  if (!first_)
    out_.push_back(',');
  first_ = false;
}

void json_writer::open(char c) {
  separate();
  out_.push_back(c);
  first_ = true;
}

void json_writer::close(char c) {
  out_.push_back(c);
  first_ = false;
}

void json_writer::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_.push_back(':');
  first_ = true;
}

void json_writer::string(std::string_view value) {
  separate();
  append_json_string(out_, value);
}

void json_writer::number(std::int64_t value) {
  separate();
  append_json_number(out_, value);
}

void json_writer::number(double value) {
  separate();
  if (std::isfinite(value))
    fmt::format_to(std::back_inserter(out_), "{}", value);
  else
    out_.append("null");
}

void json_writer::boolean(bool value) {
  separate();
  out_.append(value ? "true" : "false");
}

void json_writer::null() {
  separate();
  out_.append("null");
}

void json_writer::raw(std::string_view value) {
  separate();
  out_.append(value);
}

} // namespace ringmaster
