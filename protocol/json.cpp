#include "protocol/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace ringmaster {
namespace {

/// The length of the valid UTF-8 sequence at `text[at]`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const auto lead = byte(at);
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead <= 0xDF)
    return follows(at + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const auto second = byte(at + 1);
    const bool ok = follows(at + 1) && follows(at + 2) && !(lead == 0xE0 && second < 0xA0) &&
                    !(lead == 0xED && second > 0x9F);
    return ok ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const auto second = byte(at + 1);
    const bool ok = follows(at + 1) && follows(at + 2) && follows(at + 3) &&
                    !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F);
    return ok ? 4 : 0;
  }
  return 0;
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0; // start of the run that needs no change
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      if (const auto length = sequence_length(text, i)) {
        i += length;
        continue;
      }
    }
    out.append(text.substr(plain, i - plain));
    switch (c) {
    case '"': out.append("\\\""); break;
    case '\\': out.append("\\\\"); break;
    case '\n': out.append("\\n"); break;
    case '\r': out.append("\\r"); break;
    case '\t': out.append("\\t"); break;
    default:
      if (c < 0x20)
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      else
        out.append("\xEF\xBF\xBD");
    }
    plain = ++i;
  }
  out.append(text.substr(plain));
  out.push_back('"');
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
