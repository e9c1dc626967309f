// SPDX-License-Identifier: Apache-2.0
#include "http/server/wire.hpp"

#include "http/server/gate.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <iterator>

namespace ringmaster::http {
namespace {

void append_status_line(std::string& out, unsigned status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, std::string_view{reason.data(), reason.size()});
}

bool has_line_end(std::string_view text) noexcept { return text.find_first_of("\r\n") != std::string_view::npos; }

void append_header(std::string& out, std::string_view name, std::string_view value) {
  if (has_line_end(name) || has_line_end(value))
    return;
  out.append(name).append(": ").append(value).append("\r\n");
}

bool never_has_body(unsigned status) noexcept { return status < 200 || status == 204 || status == 304; }

} // namespace

void append_response(std::string& out, const response& r, const wire_form& form) {
  std::string_view body;
  const bool streamed = std::holds_alternative<std::shared_ptr<body_source>>(r.body);
  if (const auto* own = std::get_if<std::string>(&r.body))
    body = *own;
  else if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&r.body); shared && *shared)
    body = **shared;

  out.reserve(out.size() + 256 + (form.body_apart ? 0 : body.size()));
  append_status_line(out, r.status);
  out += form.date_line;
  if (!r.content_type.empty() && !never_has_body(r.status))
    append_header(out, "Content-Type", r.content_type);
  bool says_cache = false;
  for (const auto& [name, value] : r.headers) {
    append_header(out, name, value);
    says_cache = says_cache || same_text(name, "cache-control");
  }
  if (!says_cache)
    out += "Cache-Control: no-store\r\n";
  out += form.further;
  if (!form.keep_alive)
    out += "Connection: close\r\n";
  else if (!form.http_1_1)
    out += "Connection: keep-alive\r\n";
  if (never_has_body(r.status)) {
    out += "\r\n";
    return;
  }
  if (streamed) {
    out += form.http_1_1 ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
    return;
  }
  const fmt::format_int length{body.size()};
  out.append("Content-Length: ").append(length.data(), length.size()).append("\r\n\r\n");
  if (!form.head_only && !form.body_apart)
    out += body;
}

void append_chunk(std::string& out, std::string_view piece) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out.append(piece).append("\r\n");
}

} // namespace ringmaster::http
