// SPDX-License-Identifier: Apache-2.0
/// What a field of a resource can hold, and how each type is read and written as JSON, CSV text and record.
#pragma once

#include "protocol/time.hpp"
#include "protocol/uuid.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ringmaster {

/// Names and values for a channel, in the order given; names are unique.
struct variables {
  std::vector<std::pair<std::string, std::string>> entries;

  bool operator==(const variables&) const = default;
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  /// Sets or replaces.
  void set(std::string_view name, std::string_view value);
};

/// Text that may have line breaks, which are LF: CR LF and CR become that. For people to read; no header and no log takes it.
struct lines {
  std::string value;
  bool operator==(const lines&) const = default;
};

/// JSON that somebody rendered already.
struct json_text {
  std::string raw;
  bool operator==(const json_text&) const = default;
};

/// A safe name for a variable of a channel: letters, digits, `_ . -` and blanks, beginning with a letter or
/// `_`, 80 characters at most. Anything with parentheses would call a dialplan function when it is set.
[[nodiscard]] bool is_variable_name(std::string_view name) noexcept;

/// No CR, LF or NUL: the three that could end an AMI header, a log line or a C string.
[[nodiscard]] bool is_single_line(std::string_view text) noexcept;

void append_varint(std::string& out, std::uint64_t value);
[[nodiscard]] bool take_varint(std::string_view& bytes, std::uint64_t& value) noexcept;

[[nodiscard]] std::string fmt_must_be(std::string_view name, std::string_view says);

/// What a field holds, for those who do not know its type in C++.
enum class value_kind : std::uint8_t {
  integer,   ///< 64 bit
  number,    ///< finite
  boolean,
  string,    ///< UTF-8 without line breaks and NUL
  lines,     ///< UTF-8 without NUL
  uuid,      ///< "018f8e0a-…"
  timestamp, ///< UTC, nine digits of a second
  strings,   ///< an object whose values are strings
  json,      ///< an object of whatever members
  list,
  object,    ///< with a table of its own
};

/// `read_json` and `read_text` return nothing on success, else what completes "NAME must be …".
/// `read_record` returns false for bytes that no `write_record` made.
template <class M>
struct field_type;

using complaint = std::optional<std::string>;

template <>
struct field_type<std::int64_t> {
  static constexpr auto kind = value_kind::integer;
  static void write_json(std::string& out, std::int64_t v);
  static complaint read_json(simdjson::dom::element from, std::int64_t& v);
  static complaint read_text(std::string_view from, std::int64_t& v);
  static void write_record(std::string& out, std::int64_t v);
  static bool read_record(std::string_view from, std::int64_t& v);
};

/// Finite numbers; kept as the eight bytes of the IEEE double, as the machine has them.
template <>
struct field_type<double> {
  static constexpr auto kind = value_kind::number;
  static void write_json(std::string& out, double v);
  static complaint read_json(simdjson::dom::element from, double& v);
  static complaint read_text(std::string_view from, double& v);
  static void write_record(std::string& out, double v);
  static bool read_record(std::string_view from, double& v);
};

template <>
struct field_type<bool> {
  static constexpr auto kind = value_kind::boolean;
  static void write_json(std::string& out, bool v) { out.append(v ? "true" : "false"); }
  static complaint read_json(simdjson::dom::element from, bool& v);
  static complaint read_text(std::string_view from, bool& v);
  static void write_record(std::string& out, bool v) { out.push_back(v ? '\1' : '\0'); }
  static bool read_record(std::string_view from, bool& v);
};

template <>
struct field_type<std::string> {
  static constexpr auto kind = value_kind::string;
  static void write_json(std::string& out, const std::string& v);
  static complaint read_json(simdjson::dom::element from, std::string& v);
  static complaint read_text(std::string_view from, std::string& v);
  static void write_record(std::string& out, const std::string& v) { out.append(v); }
  static bool read_record(std::string_view from, std::string& v) { return v.assign(from), true; }
};

template <>
struct field_type<lines> {
  static constexpr auto kind = value_kind::lines;
  static void write_json(std::string& out, const lines& v);
  static complaint read_json(simdjson::dom::element from, lines& v);
  static complaint read_text(std::string_view from, lines& v);
  static void write_record(std::string& out, const lines& v) { out.append(v.value); }
  static bool read_record(std::string_view from, lines& v) { return v.value.assign(from), true; }
};

template <>
struct field_type<uuid> {
  static constexpr auto kind = value_kind::uuid;
  static void write_json(std::string& out, const uuid& v);
  static complaint read_json(simdjson::dom::element from, uuid& v);
  static complaint read_text(std::string_view from, uuid& v);
  static void write_record(std::string& out, const uuid& v) { out.append(v.view()); }
  static bool read_record(std::string_view from, uuid& v);
};

template <>
struct field_type<time_point> {
  static constexpr auto kind = value_kind::timestamp;
  static void write_json(std::string& out, const time_point& v);
  static complaint read_json(simdjson::dom::element from, time_point& v);
  static complaint read_text(std::string_view from, time_point& v);
  static void write_record(std::string& out, const time_point& v);
  static bool read_record(std::string_view from, time_point& v);
};

template <>
struct field_type<variables> {
  static constexpr auto kind = value_kind::strings;
  static void write_json(std::string& out, const variables& v);
  static complaint read_json(simdjson::dom::element from, variables& v);
  static complaint read_text(std::string_view from, variables& v);
  static void write_record(std::string& out, const variables& v);
  static bool read_record(std::string_view from, variables& v);
};

template <>
struct field_type<json_text> {
  static constexpr auto kind = value_kind::json;
  static void write_json(std::string& out, const json_text& v) { out.append(v.raw.empty() ? "null" : v.raw); }
  static complaint read_json(simdjson::dom::element, json_text&) { return "left out"; }
  static complaint read_text(std::string_view, json_text&) { return "left out"; }
  static void write_record(std::string& out, const json_text& v) { out.append(v.raw); }
  static bool read_record(std::string_view from, json_text& v) { return v.raw.assign(from), true; }
};

template <class M>
struct field_type<std::optional<M>> {
  using inner = field_type<M>;
  static constexpr auto kind = inner::kind;
  static void write_json(std::string& out, const std::optional<M>& v) {
    if (v)
      inner::write_json(out, *v);
    else
      out.append("null");
  }
  static complaint read_json(simdjson::dom::element from, std::optional<M>& v) {
    if (from.is_null())
      return v.reset(), std::nullopt;
    return inner::read_json(from, v.emplace());
  }
  static complaint read_text(std::string_view from, std::optional<M>& v) { return inner::read_text(from, v.emplace()); }
  // Present but equal to the inner type's zero is still present: the tag alone says so. Null is written only where it is not
  // the default; that of a whole number is a byte that no number is.
  static void write_record(std::string& out, const std::optional<M>& v) {
    if constexpr (std::is_same_v<M, std::int64_t>)
      if (!v)
        return out.push_back('\xff');
    inner::write_record(out, *v);
  }
  static bool read_record(std::string_view from, std::optional<M>& v) {
    if constexpr (std::is_same_v<M, std::int64_t>)
      if (from == "\xff")
        return v.reset(), true;
    return inner::read_record(from, v.emplace());
  }
};

/// A list, in a cell of CSV and elsewhere in text as JSON.
template <class M>
struct field_type<std::vector<M>> {
  using inner = field_type<M>;
  static constexpr auto kind = value_kind::list;
  static void write_json(std::string& out, const std::vector<M>& v) {
    out.push_back('[');
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i > 0)
        out.push_back(',');
      inner::write_json(out, v[i]);
    }
    out.push_back(']');
  }
  static complaint read_json(simdjson::dom::element from, std::vector<M>& v) {
    if (!from.is_array())
      return "a list";
    v.clear();
    for (const simdjson::dom::element one : simdjson::dom::array{from})
      if (auto wrong = inner::read_json(one, v.emplace_back()))
        return "a list, of which number " + std::to_string(v.size()) + " must be " + *wrong;
    return std::nullopt;
  }
  static complaint read_text(std::string_view from, std::vector<M>& v) {
    simdjson::dom::parser parser;
    simdjson::dom::element read;
    return parser.parse(from.data(), from.size()).get(read) ? complaint{"a list in JSON"} : read_json(read, v);
  }
  static void write_record(std::string& out, const std::vector<M>& v) {
    std::string one;
    for (const auto& value : v) {
      one.clear();
      inner::write_record(one, value);
      append_varint(out, one.size());
      out.append(one);
    }
  }
  static bool read_record(std::string_view from, std::vector<M>& v) {
    v.clear();
    while (!from.empty()) {
      std::uint64_t length = 0;
      if (!take_varint(from, length) || length > from.size() || !inner::read_record(from.substr(0, length), v.emplace_back()))
        return false;
      from.remove_prefix(length);
    }
    return true;
  }
};

} // namespace ringmaster
