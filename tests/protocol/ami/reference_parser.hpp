// SPDX-License-Identifier: Apache-2.0
/// The AMI read in the plainest way, as the judge of the parser: one line after the other, one string each.
#pragma once

#include "protocol/ami/message.hpp"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::ami::reference {

using headers = std::vector<std::pair<std::string, std::string>>;

inline std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

inline bool raw_follows(const std::vector<std::string>& lines) {
  return !lines.empty() && (lower(lines[0]) == "response: follows" || lower(lines[0]) == "response:follows");
}

inline headers finished(std::vector<std::string> lines) {
  headers made;
  bool raw = false;
  const bool follows = raw_follows(lines);
  if (follows && lines.back() == "--END COMMAND--")
    lines.pop_back();
  for (std::size_t i = 0; i != lines.size(); ++i) {
    auto& line = lines[i];
    if (follows && i > 0 && !raw)
      raw = lower(line).rfind("privilege: ", 0) != 0 && lower(line).rfind("actionid: ", 0) != 0;
    if (raw) {
      const std::string mark = "--END COMMAND--";
      if (i + 1 == lines.size() && line.size() >= mark.size() &&
          line.compare(line.size() - mark.size(), mark.size(), mark) == 0)
        line.resize(line.size() - mark.size());
      made.emplace_back("Output", line);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string::npos || (i == 0 && line.rfind("Asterisk Call Manager", 0) == 0)) {
      made.emplace_back("", line);
      continue;
    }
    auto value = line.substr(colon + 1);
    if (!value.empty() && value[0] == ' ')
      value.erase(0, 1);
    made.emplace_back(line.substr(0, colon), value);
  }
  return made;
}

inline std::vector<headers> parse(const std::string& bytes) {
  std::vector<headers> messages;
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < bytes.size()) {
    auto end = bytes.find('\n', at);
    auto line = bytes.substr(at, end == std::string::npos ? end : end - at);
    at = end == std::string::npos ? bytes.size() : end + 1;
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (lines.empty() && line.rfind("Asterisk Call Manager", 0) == 0) {
      messages.push_back(finished({line}));
      continue;
    }
    if (!line.empty() || (at == bytes.size() && end == std::string::npos)) {
      lines.push_back(line);
      continue;
    }
    if (lines.empty())
      continue;
    const auto& last = lines.back();
    const std::string mark = "--END COMMAND--";
    const bool marked = last.size() >= mark.size() && last.substr(last.size() - mark.size()) == mark;
    if (raw_follows(lines) && !marked) {
      lines.push_back(line);
      continue;
    }
    messages.push_back(finished(std::exchange(lines, {})));
  }
  if (!lines.empty())
    messages.push_back(finished(lines));
  return messages;
}

/// The same of a block, through the public interface.
inline void append(std::vector<headers>& to, const block& from) {
  for (const auto message : from) {
    auto& made = to.emplace_back();
    for (const auto [name, value] : message)
      made.emplace_back(name, value);
  }
}

inline std::vector<headers> of(const block& from) {
  std::vector<headers> made;
  append(made, from);
  return made;
}

} // namespace ringmaster::ami::reference
