// SPDX-License-Identifier: Apache-2.0
/// Bodies as forms of browsers and HTTP clients send them: `application/x-www-form-urlencoded` (url.spec.whatwg.org), and
/// `multipart/form-data` (RFC 7578, RFC 2046), in which files come.
///
/// Strict: what two readers could take for two things is refused. No preamble before the first boundary, no header line that
/// continues the one before, no transfer encoding; a boundary is followed by a line break or by `--` and nothing else.
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::api {

struct form_part {
  std::string name; ///< UTF-8 without control characters; may be empty, and come more than once
  std::string text; ///< of a field: UTF-8 without NUL, which may have line breaks. Of a file: its bytes.
  bool is_file{};
  std::string file_name; ///< as the client called it: for people to read, never a path of ours
  std::string media;     ///< the Content-Type of a part of a multipart form; empty when it has none
};

/// Parts that a form may have; each costs a few hundred bytes whatever it holds.
inline constexpr std::size_t most_form_parts = 1'000;

/// Whether a Content-Type is that of a form.
[[nodiscard]] bool is_form(std::string_view content_type) noexcept;

/// The parts in their order. `unsupported_media` for a Content-Type that is none of the two, `malformed` for a body that is not
/// what it says, `too_large` for too many parts. Copies each part once.
[[nodiscard]] result<std::vector<form_part>> read_form(std::string_view content_type, std::string_view body);

} // namespace ringmaster::api
