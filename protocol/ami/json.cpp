// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/json.hpp"

#include "protocol/ami/parser.hpp"
#include "protocol/json.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace ringmaster::ami {
namespace {

struct close_file {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

} // namespace

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
    if (m.type() != message_type::greeting)
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
  if (cut) {
    text.clear();
    append_json(text, *parse(cutter.take_pending()));
    if (text.ends_with("]}\n")) // a greeting alone is no message
      text.replace(text.size() - 2, 1, ", \"cut\": true}");
    if (std::fwrite(text.data(), 1, text.size(), out) != text.size())
      return failed("cannot write");
  }
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
      fmt::print(complaints, "ami-json: {}: ends within a message, which is marked \"cut\"\n", name);
      status = 1;
    }
  }
  return status;
}

} // namespace ringmaster::ami
