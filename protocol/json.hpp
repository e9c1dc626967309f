// SPDX-License-Identifier: Apache-2.0
/// Writing JSON text. Reading is simdjson's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster {

/// Appends `value` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD, one for each
/// maximal invalid part as Unicode recommends, so that the output is valid JSON whatever a peer sent.
void append_json_string(std::string& to, std::string_view value);

/// Appends a decimal number.
void append_json_number(std::string& out, std::int64_t value);

/// Writes objects and lists without counting commas:
///
///     json_writer w{out};
///     w.begin_object();
///     w.key("list"); w.begin_list(); ... w.end_list();
///     w.end_object();
class json_writer {
public:
  explicit json_writer(std::string& out) noexcept : out_{out} {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_list() { open('['); }
  void end_list() { close(']'); }
  void key(std::string_view name);
  void string(std::string_view value);
  void number(std::int64_t value);
  void number(double value);
  void boolean(bool value);
  void null();
  /// `value` is JSON already.
  void raw(std::string_view value);

  void member(std::string_view name, std::string_view value) { key(name), string(value); }
  void member(std::string_view name, const char* value) { key(name), string(value); }
  void member(std::string_view name, std::int64_t value) { key(name), number(value); }
  void member(std::string_view name, int value) { key(name), number(std::int64_t{value}); }
  void member(std::string_view name, std::size_t value) { key(name), number(static_cast<std::int64_t>(value)); }
  void member(std::string_view name, double value) { key(name), number(value); }
  void member(std::string_view name, bool value) { key(name), boolean(value); }

private:
  void open(char c);
  void close(char c);
  void separate();
  std::string& out_;
  bool first_{true};
};

} // namespace ringmaster
