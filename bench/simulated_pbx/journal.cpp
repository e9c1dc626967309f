// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/journal.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace ringmaster::sim {
namespace {

void quote(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  out += '"';
}

} // namespace

journal::~journal() {
  if (descriptor_ >= 0) {
    flush();
    ::close(descriptor_);
  }
}

result<void> journal::open(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0)
    return error{
        errc::storage_failed, fmt::format("cannot open the log {}: {}", path, std::strerror(errno)), {}};
  return {};
}

void journal::write(std::string_view event, sim_time t, std::initializer_list<member> members,
                    const std::vector<std::pair<std::string, std::string>>* variables) {
  if (descriptor_ < 0)
    return;
  const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count();
  fmt::format_to(std::back_inserter(lines_), R"({{"event":"{}","t":{:.6f},"wall":{:.6f})", event,
                 static_cast<double>(t.count()) / 1e6, static_cast<double>(wall) / 1e6);
  for (const auto& [name, value] : members) {
    lines_ += ',';
    quote(lines_, name);
    lines_ += ':';
    quote(lines_, value);
  }
  if (variables != nullptr) {
    lines_ += ",\"variables\":{";
    bool first = true;
    for (const auto& [name, value] : *variables) {
      if (!first)
        lines_ += ',';
      first = false;
      quote(lines_, name);
      lines_ += ':';
      quote(lines_, value);
    }
    lines_ += '}';
  }
  lines_ += "}\n";
}

bool journal::flush() {
  std::string_view rest = lines_;
  while (!rest.empty()) {
    const auto n = ::write(descriptor_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      break;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  lines_.erase(0, lines_.size() - rest.size());
  return rest.empty();
}

} // namespace ringmaster::sim
