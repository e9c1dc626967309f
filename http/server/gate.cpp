// SPDX-License-Identifier: Apache-2.0
#include "http/server/gate.hpp"

#include <array>
#include <cstring>

namespace ringmaster::http {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c)
    table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c)
    table[c] = table[c - 'a' + 'A'] = true;
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~"})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto token_table = make_token_table();

bool is_token(std::string_view text) noexcept {
  if (text.empty())
    return false;
  for (const char c : text)
    if (!token_table[static_cast<unsigned char>(c)])
      return false;
  return true;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<refusal> read_target_form(std::string_view target, method m, const head_limits& limits) {
  if (target.size() > limits.target)
    return refusal::target_too_long;
  if (target == "*")
    return m == method::options ? std::nullopt : std::optional{refusal::bad_target};
  // Absolute and authority forms name a host a second time; a server behind no proxy has no use for them.
  if (target.empty() || target.front() != '/')
    return refusal::bad_target;
  for (const char c : target)
    if (c <= 0x20 || c >= 0x7F || c == '#')
      return refusal::bad_target;
  return std::nullopt;
}

std::optional<refusal> read_request_line(std::string_view line, const head_limits& limits, request_head& into) {
  const auto first = line.find(' ');
  if (first == std::string_view::npos)
    return refusal::bad_request_line;
  const auto second = line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos)
    return refusal::bad_request_line;
  const auto verb = line.substr(0, first);
  const auto version = line.substr(second + 1);
  if (!is_token(verb))
    return refusal::bad_request_line;
  if (version == "HTTP/1.1")
    into.http_1_1 = true;
  else if (version == "HTTP/1.0")
    into.http_1_1 = false;
  else
    return version.starts_with("HTTP/") ? refusal::bad_version : refusal::bad_request_line;
  into.method = parse_method(verb);
  into.target = line.substr(first + 1, second - first - 1);
  return read_target_form(into.target, into.method, limits);
}

std::optional<refusal> read_length(std::string_view value, std::uint64_t& into) {
  // 18 digits always fit 63 bits; a longer length is no length that anybody means.
  if (value.empty() || value.size() > 18)
    return refusal::bad_length;
  std::uint64_t n = 0;
  for (const char c : value) {
    if (c < '0' || c > '9')
      return refusal::bad_length;
    n = n * 10 + static_cast<std::uint64_t>(c - '0');
  }
  into = n;
  return std::nullopt;
}

bool is_host(std::string_view value) noexcept {
  for (const char c : value) {
    const bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                    c == '-' || c == '_' || c == ':' || c == '[' || c == ']' || c == '%' || c == '~';
    if (!ok)
      return false;
  }
  return !value.empty();
}

/// What the fields that shape the message have said so far.
struct shaping {
  unsigned hosts{};
  unsigned lengths{};
  unsigned codings{};
  bool close{};
  bool keep{};
  bool upgrade_option{};
  bool upgrade_field{};
};

std::optional<refusal> read_shaping_field(const field_view& f, request_head& into, shaping& so_far) {
  // Dispatch on the length first: most fields shape nothing.
  switch (f.name.size()) {
  case 4:
    if (same_text(f.name, "host")) {
      if (++so_far.hosts > 1)
        return refusal::doubled_host;
      if (!is_host(f.value))
        return refusal::bad_host;
    }
    return std::nullopt;
  case 6:
    if (same_text(f.name, "expect")) {
      if (!same_text(f.value, "100-continue"))
        return refusal::unknown_expectation;
      into.expects_continue = true;
    }
    return std::nullopt;
  case 7:
    if (same_text(f.name, "upgrade"))
      so_far.upgrade_field = true;
    return std::nullopt;
  case 10:
    if (same_text(f.name, "connection"))
      for_each_member(f.value, [&](std::string_view option) {
        so_far.close = so_far.close || same_text(option, "close");
        so_far.keep = so_far.keep || same_text(option, "keep-alive");
        so_far.upgrade_option = so_far.upgrade_option || same_text(option, "upgrade");
      });
    return std::nullopt;
  case 14:
    if (same_text(f.name, "content-length")) {
      if (++so_far.lengths > 1)
        return refusal::doubled_length;
      return read_length(f.value, into.content_length);
    }
    return std::nullopt;
  case 17:
    if (same_text(f.name, "transfer-encoding")) {
      if (++so_far.codings > 1 || !same_text(f.value, "chunked"))
        return refusal::bad_transfer_coding;
    }
    return std::nullopt;
  default: return std::nullopt;
  }
}

std::optional<refusal> conclude(request_head& into, const shaping& s) {
  if (into.http_1_1 && s.hosts == 0)
    return refusal::missing_host;
  if (s.codings > 0 && !into.http_1_1)
    return refusal::coding_in_http_1_0;
  if (s.codings > 0 && s.lengths > 0)
    return refusal::both_framings;
  into.framing = s.codings > 0 ? framing::chunked
                 : s.lengths > 0 && into.content_length > 0 ? framing::length
                                                            : framing::none;
  into.keep_alive = into.http_1_1 ? !s.close : s.keep && !s.close;
  into.wants_upgrade = into.http_1_1 && s.upgrade_option && s.upgrade_field;
  // HTTP/1.0 knows no interim responses.
  into.expects_continue = into.expects_continue && into.http_1_1 && into.framing != framing::none;
  return std::nullopt;
}

std::optional<refusal> read_field(std::string_view line, field_view& into) {
  if (line.front() == ' ' || line.front() == '\t')
    return refusal::folded_field;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return refusal::bad_field_name;
  into.name = line.substr(0, colon);
  if (!is_token(into.name))
    return refusal::bad_field_name;
  into.value = without_blanks(line.substr(colon + 1));
  for (const char c : into.value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F)
      return refusal::bad_field_value;
  }
  return std::nullopt;
}

} // namespace

bool same_text(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size())
    return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i]))
      return false;
  return true;
}

std::string_view request_head::field(std::string_view name) const noexcept {
  for (const auto& f : fields)
    if (same_text(f.name, name))
      return f.value;
  return {};
}

std::optional<std::size_t> find_head_end(std::string_view bytes, std::size_t searched) noexcept {
  // The empty line may have begun in bytes that were searched before.
  std::size_t at = searched < 3 ? 0 : searched - 3;
  while (at < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
    if (!found)
      return std::nullopt;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
    if (at == bytes.size())
      return std::nullopt;
    // A bare LF ends the head here too, so that the gate refuses it at once instead of waiting for a CRLF.
    if (bytes[at] == '\n')
      return at + 1;
    if (bytes[at] == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n')
      return at + 2;
  }
  return std::nullopt;
}

std::optional<refusal> read_head(std::string_view head, const head_limits& limits, request_head& into) {
  into.fields.clear();
  into.content_length = 0;
  into.expects_continue = false;
  if (head.size() > limits.bytes)
    return refusal::head_too_long;
  shaping so_far;
  bool first = true;
  while (!head.empty()) {
    const void* found = std::memchr(head.data(), '\n', head.size());
    if (!found)
      return refusal::bare_line_end;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - head.data());
    if (end == 0 || head[end - 1] != '\r')
      return refusal::bare_line_end;
    const auto line = head.substr(0, end - 1);
    head.remove_prefix(end + 1);
    if (line.find('\r') != std::string_view::npos)
      return refusal::bare_line_end;
    if (first) {
      if (auto why = read_request_line(line, limits, into))
        return why;
      first = false;
      continue;
    }
    if (line.empty())
      return head.empty() ? conclude(into, so_far) : std::optional{refusal::bare_line_end};
    if (into.fields.size() == limits.fields)
      return refusal::too_many_fields;
    field_view f;
    if (auto why = read_field(line, f))
      return why;
    if (auto why = read_shaping_field(f, into, so_far))
      return why;
    into.fields.push_back(f);
  }
  return refusal::bare_line_end;
}

std::string_view describe(refusal r) noexcept {
  switch (r) {
  case refusal::bad_request_line: return "the request line is malformed";
  case refusal::bad_version: return "only HTTP/1.1 and HTTP/1.0 are spoken here";
  case refusal::bad_target: return "the request target is not a path, or holds bytes that must be escaped";
  case refusal::target_too_long: return "the request target is too long";
  case refusal::head_too_long: return "the request header is too long";
  case refusal::too_many_fields: return "the request has too many header fields";
  case refusal::bare_line_end: return "lines of the header must end with CRLF";
  case refusal::folded_field: return "a header field is folded over lines";
  case refusal::bad_field_name: return "the name of a header field is malformed";
  case refusal::bad_field_value: return "a header field holds a control character";
  case refusal::missing_host: return "the Host field is missing";
  case refusal::doubled_host: return "there is more than one Host field";
  case refusal::bad_host: return "the Host field is malformed";
  case refusal::both_framings: return "Content-Length and Transfer-Encoding exclude each other";
  case refusal::doubled_length: return "there is more than one Content-Length";
  case refusal::bad_length: return "Content-Length is not a plain number";
  case refusal::bad_transfer_coding: return "the only Transfer-Encoding taken is chunked, once";
  case refusal::coding_in_http_1_0: return "HTTP/1.0 has no Transfer-Encoding";
  case refusal::unknown_expectation: return "the only expectation met is 100-continue";
  case refusal::bad_chunk: return "the chunked body is malformed, or has an extension or a trailer";
  case refusal::body_too_long: return "the body is too large";
  }
  return "the request is malformed";
}

unsigned http_status(refusal r) noexcept {
  switch (r) {
  case refusal::body_too_long: return 413;
  case refusal::target_too_long: return 414;
  case refusal::unknown_expectation: return 417;
  case refusal::head_too_long:
  case refusal::too_many_fields: return 431;
  case refusal::bad_version: return 505;
  case refusal::bad_request_line:
  case refusal::bad_target:
  case refusal::bare_line_end:
  case refusal::folded_field:
  case refusal::bad_field_name:
  case refusal::bad_field_value:
  case refusal::missing_host:
  case refusal::doubled_host:
  case refusal::bad_host:
  case refusal::both_framings:
  case refusal::doubled_length:
  case refusal::bad_length:
  case refusal::bad_transfer_coding:
  case refusal::coding_in_http_1_0:
  case refusal::bad_chunk: return 400;
  }
  return 400;
}

} // namespace ringmaster::http
