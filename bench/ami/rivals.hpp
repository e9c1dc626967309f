// SPDX-License-Identifier: Apache-2.0
/// The same events as other formats, read by the libraries that people would reach for.
#pragma once

#include "protocol/ami/message.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ringmaster::bench {

/// Sums over everything that was read, so that nothing is optimised away and both sides must agree.
struct totals {
  std::size_t events{0};
  std::size_t text_bytes{0};
  long long numbers{0};
  friend bool operator==(const totals&, const totals&) = default;
};

/// Every typed event of `from`, all of its fields.
void add_typed(totals& to, const ami::block& from);

/// The messages of a block as one JSON array of objects `{"Event": "Newchannel", "Channel": …}`, values as
/// strings.
[[nodiscard]] std::string as_json(const ami::block& from);

/// Reads it with simdjson on-demand: the same events, the same fields, the same conversions. As ours, it
/// copies the bytes once, from where they were received to where it needs them (with its padding).
class simdjson_reader {
public:
  simdjson_reader();
  ~simdjson_reader();
  void add_typed(totals& to, const std::string& json);

private:
  struct state;
  state* state_;
};

/// Each message as a HTTP response's head with the same header lines (names that HTTP does not allow, such
/// as those with parentheses, lose those letters).
[[nodiscard]] std::vector<std::string> as_http(const ami::block& from);

/// Parses them with Beast's parser; the number of header fields seen.
[[nodiscard]] std::size_t parse_http(const std::vector<std::string>& heads);

} // namespace ringmaster::bench
