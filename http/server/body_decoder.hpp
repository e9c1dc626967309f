// SPDX-License-Identifier: Apache-2.0
/// Takes the body of a request off the wire: Beast's parser decodes, the gate's rules hold.
#pragma once

#include "http/server/gate.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::http {

/// One body. Feed it what comes after the head; it appends decoded bytes to a string of the caller's.
/// Refuses chunk extensions and trailers: no client of this API sends them, and they hide things.
class body_decoder final : private boost::beast::http::basic_parser<true> {
public:
  /// `head` is the raw head that the gate let through.
  explicit body_decoder(const head_limits& limits);

  /// Beast reads the head as well: a head that it understands in another way than the gate is refused.
  [[nodiscard]] std::optional<refusal> begin(std::string_view head, const request_head& as_gated);

  struct progress {
    std::size_t used{};            ///< bytes taken; the rest stays to be fed again with more behind it
    bool done{};
    std::optional<refusal> why{};
  };
  [[nodiscard]] progress feed(std::string_view bytes, std::string& decoded);

private:
  using error_code = boost::beast::error_code;
  using text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field, text, text, error_code& ec) override;
  void on_header_impl(error_code&) override { in_body_ = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(text body, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, text extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code&) override;
  void on_finish_impl(error_code&) override {}

  bool in_body_{};
  std::string* out_{};
};

} // namespace ringmaster::http
