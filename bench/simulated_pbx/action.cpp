// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/action.hpp"

#include <algorithm>

namespace ringmaster::sim {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

} // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_true(std::string_view text) noexcept {
  for (const std::string_view yes : {"yes", "true", "y", "t", "1", "on"})
    if (same_name(text, yes))
      return true;
  return false;
}

std::string_view action::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (same_name(key, name))
      return value;
  return {};
}

std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  if (text.empty())
    return parts;
  parts.emplace_back();
  int parentheses = 0;
  int brackets = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      if (++i < text.size())
        parts.back() += text[i];
      continue;
    }
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (c == ',' && !quoted && parentheses == 0 && brackets == 0) {
      parts.emplace_back();
      continue;
    }
    if (c == '(')
      ++parentheses;
    else if (c == ')' && parentheses > 0)
      --parentheses;
    else if (c == '[')
      ++brackets;
    else if (c == ']' && brackets > 0)
      --brackets;
    parts.back() += c;
  }
  return parts;
}

action_reader::status action_reader::next(action& into) {
  into.headers.clear();
  std::size_t at = begin_;
  for (;;) {
    const auto end = buffer_.find('\n', at);
    if (end == std::string::npos) {
      if (buffer_.size() - at > longest_line)
        return status::line_too_long;
      // Keep only what is unread; actions are small, so this moves little.
      buffer_.erase(0, begin_);
      begin_ = 0;
      return status::more;
    }
    std::string_view line{buffer_.data() + at, end - at};
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    at = end + 1;
    if (line.size() >= longest_line)
      return status::line_too_long;
    if (line.empty()) {
      begin_ = at;
      if (into.headers.empty())
        continue; // blank lines between actions mean nothing
      return status::ready;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
      continue;
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    if (into.headers.size() == most_headers)
      return status::too_many_headers;
    into.headers.emplace_back(line.substr(0, colon), value);
  }
}

} // namespace ringmaster::sim
