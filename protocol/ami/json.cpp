#include "protocol/ami/json.hpp"

#include "protocol/ami/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace ringmaster::ami {
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

struct close_file {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

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

void append_json(std::string& to, const message& m) {
  to += "{\"headers\": [";
  bool first = true;
  for (const auto [name, value] : m) {
    to += first ? "[" : ", [";
    first = false;
    append_json_string(to, name);
    to += ", ";
    append_json_string(to, value);
    to += ']';
  }
  to += "]}\n";
}

void append_json(std::string& to, const block& from) {
  for (const auto m : from)
    append_json(to, m);
}

result<recording_end> write_json(std::FILE* recording, std::FILE* out, limits allowed) {
  framer cutter{allowed};
  std::string text;
  const auto write = [&](buffer bytes) {
    text.clear();
    append_json(text, *parse(std::move(bytes)));
    return std::fwrite(text.data(), 1, text.size(), out) == text.size();
  };
  const auto failed = [](std::string_view what) {
    return error{errc::malformed, fmt::format("{}: {}", what, std::strerror(errno)), {}};
  };
  for (;;) {
    const auto room = cutter.prepare(256 * 1024);
    const auto got = std::fread(room.data(), 1, room.size(), recording);
    if (got == 0)
      break;
    auto received = cutter.commit(got);
    if (!received.messages.empty() && !write(std::move(received.messages)))
      return failed("cannot write");
    if (received.fault)
      return *received.fault;
  }
  if (std::ferror(recording) != 0)
    return failed("cannot read");
  const bool cut = cutter.pending() != 0;
  if (cut && !write(cutter.take_pending()))
    return failed("cannot write");
  if (std::fflush(out) != 0)
    return failed("cannot write");
  return cut ? recording_end::within_message : recording_end::whole;
}

int ami_json_files(const std::vector<std::string>& files, std::FILE* out, std::FILE* complaints) {
  int status = 0;
  for (const auto& name : files) {
    std::unique_ptr<std::FILE, close_file> opened;
    if (name != "-") {
      opened.reset(std::fopen(name.c_str(), "rb"));
      if (!opened) {
        fmt::print(complaints, "ami-json: {}: {}\n", name, std::strerror(errno));
        status = 1;
        continue;
      }
    }
    const auto end = write_json(opened ? opened.get() : stdin, out);
    if (!end) {
      fmt::print(complaints, "ami-json: {}: {}\n", name, end.error().message);
      status = 1;
    } else if (*end == recording_end::within_message) {
      fmt::print(complaints, "ami-json: {}: ends within a message\n", name);
    }
  }
  return status;
}

} // namespace ringmaster::ami
