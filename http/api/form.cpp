// SPDX-License-Identifier: Apache-2.0
#include "http/api/form.hpp"

#include "http/server/gate.hpp"
#include "http/server/request.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace ringmaster::api {
namespace {

using http::same_text;
using http::without_blanks;

error broken(std::string why) { return error{errc::malformed, "the form cannot be read: " + std::move(why), {}}; }

/// A header's value: what stands before the first `;`, and the parameters behind it.
class parameters {
public:
  static std::optional<parameters> of(std::string_view value) {
    parameters read;
    const auto first = std::min(value.find(';'), value.size());
    read.main_ = without_blanks(value.substr(0, first));
    value.remove_prefix(first);
    while (!value.empty()) {
      value.remove_prefix(1); // the semicolon
      const auto equals = value.find_first_of("=;");
      if (equals == std::string_view::npos && without_blanks(value).empty())
        return read; // some clients end with a semicolon
      if (equals == std::string_view::npos || value[equals] == ';')
        return std::nullopt;
      auto& [name, text] = read.all_.emplace_back(without_blanks(value.substr(0, equals)), std::string{});
      value.remove_prefix(equals + 1);
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      if (!value.empty() && value.front() == '"') {
        if (!take_quoted(value, text))
          return std::nullopt;
      } else {
        const auto end = std::min(value.find(';'), value.size());
        text = without_blanks(value.substr(0, end));
        value.remove_prefix(end);
      }
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      if (!value.empty() && value.front() != ';')
        return std::nullopt;
    }
    return read;
  }

  [[nodiscard]] std::string_view main() const noexcept { return main_; }
  /// Null when it is not there.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept {
    for (const auto& [its, text] : all_)
      if (same_text(its, name))
        return &text;
    return nullptr;
  }
  [[nodiscard]] bool has_twice(std::string_view name) const noexcept {
    return std::count_if(all_.begin(), all_.end(), [&](const auto& one) { return same_text(one.first, name); }) > 1;
  }

private:
  /// Browsers write a quote as %22 and leave backslashes alone; curl writes a backslash before both.
  static bool take_quoted(std::string_view& from, std::string& into) {
    for (std::size_t i = 1; i < from.size(); ++i) {
      if (from[i] == '"')
        return from.remove_prefix(i + 1), true;
      if (from[i] == '\\' && i + 1 < from.size() && (from[i + 1] == '"' || from[i + 1] == '\\'))
        ++i;
      into.push_back(from[i]);
    }
    return false;
  }

  std::string_view main_;
  std::vector<std::pair<std::string_view, std::string>> all_;
};

bool is_boundary(std::string_view text) noexcept {
  const auto good = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"'()+_,-./:=? "}.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 70 && text.back() != ' ' && std::all_of(text.begin(), text.end(), good);
}

bool is_utf8_without_nul(std::string_view text) noexcept {
  return text.find('\0') == std::string_view::npos && simdjson::validate_utf8(text.data(), text.size());
}
bool has_controls(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// What stands before the content of a part.
result<form_part> read_part_head(std::string_view head) {
  constexpr std::size_t most_bytes = 4 * 1024;
  if (head.size() > most_bytes)
    return broken("the head of a part is too long");
  form_part part;
  bool named = false;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(head.size(), end == std::string_view::npos ? head.size() : end + 2));
    const auto colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t' || line[colon - 1] == ' ' ||
        has_controls(line))
      return broken("a line in the head of a part is no header");
    const auto name = line.substr(0, colon), value = without_blanks(line.substr(colon + 1));
    if (same_text(name, "content-type")) {
      part.media = value;
    } else if (same_text(name, "content-transfer-encoding")) {
      if (!same_text(value, "binary") && !same_text(value, "8bit") && !same_text(value, "7bit"))
        return broken("a part comes in a transfer encoding, which forms do not have");
    } else if (same_text(name, "content-disposition")) {
      const auto says = parameters::of(value);
      const auto* field = says ? says->find("name") : nullptr;
      if (named || !field || !same_text(says->main(), "form-data") || says->has_twice("name") || says->has_twice("filename"))
        return broken("a part has not one name");
      named = true;
      part.name = *field;
      if (const auto* file = says->find("filename")) {
        part.is_file = true;
        part.file_name = *file;
      }
    }
  }
  if (!named)
    return broken("a part has no name");
  if (!is_utf8_without_nul(part.name) || !is_utf8_without_nul(part.file_name))
    return broken("the name of a part is not UTF-8");
  return part;
}

result<std::vector<form_part>> read_multipart(std::string_view boundary, std::string_view body) {
  std::vector<form_part> parts;
  const std::string delimiter = "\r\n--" + std::string{boundary};
  if (!body.starts_with(std::string_view{delimiter}.substr(2)))
    return broken("it does not begin with its boundary");
  body.remove_prefix(delimiter.size() - 2);
  for (;;) {
    if (body == "--" || body == "--\r\n")
      return parts;
    if (!body.starts_with("\r\n"))
      return broken("what follows a boundary is neither a part nor the end");
    body.remove_prefix(2);
    if (parts.size() == most_form_parts)
      return error{errc::too_large, "a form has at most " + std::to_string(most_form_parts) + " parts", {}};
    const auto head_end = body.find("\r\n\r\n");
    if (head_end == std::string_view::npos)
      return broken("the head of a part has no end");
    auto part = read_part_head(body.substr(0, head_end));
    if (!part)
      return part.error();
    // The line break that ends the head may be that of the next boundary, when the content is empty.
    body.remove_prefix(head_end + 2);
    const auto end = body.find(delimiter);
    if (end == std::string_view::npos)
      return broken("the last boundary is missing");
    const auto content = end == 0 ? std::string_view{} : body.substr(2, end - 2);
    if (!part->is_file && !is_utf8_without_nul(content))
      return broken("\"" + part->name + "\" is not UTF-8");
    part->text = content;
    parts.push_back(std::move(*part));
    body.remove_prefix(end + delimiter.size());
  }
}

} // namespace

bool is_form(std::string_view content_type) noexcept {
  const auto media = without_blanks(content_type.substr(0, content_type.find(';')));
  return same_text(media, "application/x-www-form-urlencoded") || same_text(media, "multipart/form-data");
}

result<std::vector<form_part>> read_form(std::string_view content_type, std::string_view body) {
  const auto says = parameters::of(content_type);
  if (says && same_text(says->main(), "multipart/form-data")) {
    const auto* boundary = says->find("boundary");
    if (!boundary || says->has_twice("boundary") || !is_boundary(*boundary))
      return broken("its Content-Type names no boundary");
    return read_multipart(*boundary, body);
  }
  if (!says || !same_text(says->main(), "application/x-www-form-urlencoded"))
    return error{errc::unsupported_media, "a form is application/x-www-form-urlencoded or multipart/form-data", "content-type"};
  std::vector<std::pair<std::string, std::string>> pairs;
  if (const auto read = http::read_pairs(body, http::line_breaks::taken, pairs); !read)
    return broken("it " + read.error().message);
  if (pairs.size() > most_form_parts)
    return error{errc::too_large, "a form has at most " + std::to_string(most_form_parts) + " parts", {}};
  std::vector<form_part> parts;
  parts.reserve(pairs.size());
  for (auto& [name, text] : pairs)
    parts.push_back({std::move(name), std::move(text), false, {}, {}});
  return parts;
}

} // namespace ringmaster::api
