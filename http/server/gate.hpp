// SPDX-License-Identifier: Apache-2.0
/// The strict gate: reads the raw head of a request, and refuses whatever two parsers could read in two ways.
///
/// Pure: bytes in, a head or a refusal out. Beast 1.81 lets several forms of smuggling through, so every
/// request passes here first, and what the gate says about the framing is what counts. After a refusal the
/// connection closes, because where the next request begins is anybody's guess.
#pragma once

#include "http/server/limits.hpp"
#include "http/server/request.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ringmaster::http {

/// Why a head is not accepted.
enum class refusal : std::uint8_t {
  bad_request_line,     ///< not `METHOD SP target SP HTTP/1.x`
  bad_version,          ///< neither HTTP/1.0 nor HTTP/1.1
  bad_target,           ///< not in origin form (nor `*` with OPTIONS), or a byte that belongs escaped
  target_too_long,
  head_too_long,
  too_many_fields,
  bare_line_end,        ///< a CR or LF that is not part of a CRLF
  folded_field,         ///< a line that continues the one before
  bad_field_name,       ///< empty, not a token, or space before the colon
  bad_field_value,      ///< a control character
  missing_host,         ///< HTTP/1.1 without Host
  doubled_host,
  bad_host,
  both_framings,        ///< Content-Length and Transfer-Encoding
  doubled_length,       ///< more than one Content-Length, even when they agree
  bad_length,           ///< anything but digits that fit 63 bits
  bad_transfer_coding,  ///< anything but one `chunked`
  coding_in_http_1_0,   ///< Transfer-Encoding with HTTP/1.0
  unknown_expectation,  ///< Expect with anything but `100-continue`
  bad_chunk,            ///< malformed chunk, a chunk extension, or a trailer
  body_too_long,
};

/// A sentence for the client.
[[nodiscard]] std::string_view describe(refusal r) noexcept;
/// 400, 413, 414, 417, 431 or 505.
[[nodiscard]] unsigned http_status(refusal r) noexcept;

enum class framing : std::uint8_t { none, length, chunked };

/// One header as it stands in the head, without the space around its value.
struct field_view {
  std::string_view name;
  std::string_view value;
};

/// An accepted head. Views point into the bytes that were read.
struct request_head {
  http::method method{http::method::get};
  std::string_view target;
  bool http_1_1{true};
  bool keep_alive{true};
  http::framing framing{http::framing::none};
  std::uint64_t content_length{};
  bool expects_continue{};
  bool wants_upgrade{}; ///< `Connection: upgrade` with an Upgrade field
  std::vector<field_view> fields;

  /// The first field of that name, in any case; empty when there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
};

/// Where the head at the front of `bytes` ends: one past its empty line; nothing when it is not complete.
/// `searched` bytes were looked at before without success; pass it to look at each byte once.
[[nodiscard]] std::optional<std::size_t> find_head_end(std::string_view bytes, std::size_t searched) noexcept;

/// Reads a complete head (up to and with its empty line) into `into`, whose fields are reused.
/// One pass, no allocation once `fields` has grown; below a microsecond for usual heads.
[[nodiscard]] std::optional<refusal> read_head(std::string_view head, const head_limits& limits, request_head& into);

/// Without the blanks and tabs at its ends.
[[nodiscard]] constexpr std::string_view without_blanks(std::string_view text) noexcept {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string_view::npos ? std::string_view{} : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Calls `each` for the members of a comma-separated list.
template <class Each>
void for_each_member(std::string_view list, Each&& each) {
  while (true) {
    const auto comma = list.find(',');
    each(without_blanks(list.substr(0, comma)));
    if (comma == std::string_view::npos)
      return;
    list.remove_prefix(comma + 1);
  }
}

/// ASCII without regard to case.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b) noexcept;

} // namespace ringmaster::http
