// SPDX-License-Identifier: Apache-2.0
#include "http/server/request.hpp"

#include <simdjson.h>

#include <algorithm>

namespace ringmaster::http {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

error bad_target(std::string why) { return error{errc::malformed, std::move(why), {}}; }

bool is_break(unsigned char byte) noexcept { return byte == '\r' || byte == '\n' || byte == '\t'; }

/// Decodes escapes, and `+` to a space where `plus` says so, onto `out`. Its errors complete "the text …".
result<void> decode(std::string_view text, bool plus, line_breaks breaks, std::string& out) {
  const auto is_plain = [plus](char c) { return c >= 0x20 && c < 0x7F && c != '%' && !(plus && c == '+'); };
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    out.append(text);
    return {};
  }
  out.reserve(text.size());
  bool beyond_ascii = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus) {
      out.push_back(' ');
      continue;
    }
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return bad_target("has a malformed escape");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && !(breaks == line_breaks::taken && is_break(byte))) || byte == 0x7F)
      return bad_target("holds a control character");
    beyond_ascii = beyond_ascii || byte >= 0x80;
    out.push_back(c);
  }
  if (beyond_ascii && !simdjson::validate_utf8(out.data(), out.size()))
    return bad_target("is not UTF-8");
  return {};
}

result<void> read_path(std::string_view path, request& into) {
  if (path.empty() || path.front() != '/')
    return bad_target("is not a path");
  path.remove_prefix(1);
  while (!path.empty()) {
    const auto slash = path.find('/');
    std::string segment;
    if (auto ok = decode(path.substr(0, slash), false, line_breaks::refused, segment); !ok)
      return ok;
    // `.` and `..` mean something to proxies and file systems; an empty segment is one of the ways to
    // write a path twice.
    if (segment.empty() || segment == "." || segment == "..")
      return bad_target("has an empty segment in its path, or one of dots");
    into.segments.push_back(std::move(segment));
    if (slash == std::string_view::npos)
      return {};
    path.remove_prefix(slash + 1);
  }
  into.trailing_slash = true;
  return {};
}

} // namespace

std::string_view to_string(method m) noexcept {
  switch (m) {
  case method::get: return "GET";
  case method::head: return "HEAD";
  case method::post: return "POST";
  case method::put: return "PUT";
  case method::del: return "DELETE";
  case method::options: return "OPTIONS";
  case method::patch: return "PATCH";
  case method::other: return "other";
  }
  return "other";
}

method parse_method(std::string_view token) noexcept {
  for (const auto m : {method::get, method::post, method::put, method::del, method::head, method::options, method::patch})
    if (token == to_string(m))
      return m;
  return method::other;
}

std::string_view request::param(std::string_view name) const noexcept {
  for (const auto& p : params)
    if (p.name == name && p.segment < segments.size())
      return segments[p.segment];
  return {};
}

std::optional<std::string_view> request::query_value(std::string_view name) const noexcept {
  for (const auto& [key, value] : query)
    if (key == name)
      return value;
  return std::nullopt;
}

result<void> read_pairs(std::string_view text, line_breaks breaks, std::vector<std::pair<std::string, std::string>>& into) {
  while (!text.empty()) {
    const auto amp = text.find('&');
    const auto pair = text.substr(0, amp);
    text.remove_prefix(amp == std::string_view::npos ? text.size() : amp + 1);
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    std::pair<std::string, std::string> decoded;
    if (auto ok = decode(pair.substr(0, equals), true, line_breaks::refused, decoded.first); !ok)
      return ok;
    if (equals != std::string_view::npos)
      if (auto ok = decode(pair.substr(equals + 1), true, breaks, decoded.second); !ok)
        return ok;
    into.push_back(std::move(decoded));
  }
  return {};
}

result<void> read_target(std::string_view target, request& into) {
  into.segments.clear();
  into.query.clear();
  into.trailing_slash = false;
  const auto question = target.find('?');
  auto read = read_path(target.substr(0, question), into);
  if (read && question != std::string_view::npos)
    read = read_pairs(target.substr(question + 1), line_breaks::refused, into.query);
  return read ? read : bad_target("the request target " + read.error().message);
}

} // namespace ringmaster::http
