// SPDX-License-Identifier: Apache-2.0
#include "protocol/field_types.hpp"

#include "protocol/json.hpp"
#include "protocol/printable.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace ringmaster {
namespace {

constexpr std::string_view plain_text = "a string without line breaks or NUL";
constexpr std::string_view utf8 = "UTF-8, which this is not";

void append_string_record(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out.append(text);
}

bool take_string_record(std::string_view& bytes, std::string& text) {
  std::uint64_t length = 0;
  if (!take_varint(bytes, length) || length > bytes.size())
    return false;
  text.assign(bytes.substr(0, length));
  bytes.remove_prefix(length);
  return true;
}

} // namespace

const std::string* variables::find(std::string_view name) const noexcept {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.first == name; });
  return at == entries.end() ? nullptr : &at->second;
}

void variables::set(std::string_view name, std::string_view value) {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.first == name; });
  if (at != entries.end())
    at->second.assign(value);
  else
    entries.emplace_back(name, value);
}

bool is_variable_name(std::string_view name) noexcept {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && name.size() <= 80 && letter(name.front()) && name.back() != ' ' &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ' ';
         });
}

bool is_single_line(std::string_view text) noexcept {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

bool take_varint(std::string_view& bytes, std::uint64_t& value) noexcept {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

std::string fmt_must_be(std::string_view name, std::string_view says) {
  return std::string{name}.append(" must be ").append(says);
}

// --- integers -----------------------------------------------------------------------------------------------

using integer = field_type<std::int64_t>;

void integer::write_json(std::string& out, std::int64_t v) { append_json_number(out, v); }

complaint integer::read_json(simdjson::dom::element from, std::int64_t& v) {
  if (from.get(v))
    return "an integer";
  return std::nullopt;
}

complaint integer::read_text(std::string_view from, std::int64_t& v) {
  const auto [end, failed] = std::from_chars(from.data(), from.data() + from.size(), v);
  if (failed != std::errc{} || end != from.data() + from.size())
    return "an integer";
  return std::nullopt;
}

void integer::write_record(std::string& out, std::int64_t v) {
  append_varint(out, (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
}

bool integer::read_record(std::string_view from, std::int64_t& v) {
  std::uint64_t zigzag = 0;
  if (!take_varint(from, zigzag) || !from.empty())
    return false;
  v = static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  return true;
}

// --- numbers ------------------------------------------------------------------------------------------------

using number_field = field_type<double>;

void number_field::write_json(std::string& out, double v) { json_writer{out}.number(v); }

complaint number_field::read_json(simdjson::dom::element from, double& v) {
  if (from.get(v))
    return "a number";
  return std::nullopt;
}

complaint number_field::read_text(std::string_view from, double& v) {
  const auto [end, failed] = std::from_chars(from.data(), from.data() + from.size(), v);
  if (failed != std::errc{} || end != from.data() + from.size() || !std::isfinite(v))
    return "a number";
  return std::nullopt;
}

void number_field::write_record(std::string& out, double v) {
  char bytes[sizeof v];
  std::memcpy(bytes, &v, sizeof v);
  out.append(bytes, sizeof v);
}

bool number_field::read_record(std::string_view from, double& v) {
  if (from.size() != sizeof v)
    return false;
  std::memcpy(&v, from.data(), sizeof v);
  return std::isfinite(v);
}

// --- booleans -----------------------------------------------------------------------------------------------

complaint field_type<bool>::read_json(simdjson::dom::element from, bool& v) {
  if (from.get(v))
    return "true or false";
  return std::nullopt;
}

complaint field_type<bool>::read_text(std::string_view from, bool& v) {
  if (from != "true" && from != "false")
    return "true or false";
  v = from == "true";
  return std::nullopt;
}

bool field_type<bool>::read_record(std::string_view from, bool& v) {
  if (from.size() != 1 || (from[0] != '\0' && from[0] != '\1'))
    return false;
  v = from[0] == '\1';
  return true;
}

// --- strings ------------------------------------------------------------------------------------------------

void field_type<lines>::write_json(std::string& out, const lines& v) { append_json_string(out, v.value); }

complaint field_type<lines>::read_json(simdjson::dom::element from, lines& v) {
  std::string_view text;
  if (from.get(text))
    return "a string";
  return read_text(text, v);
}

complaint field_type<lines>::read_text(std::string_view from, lines& v) {
  if (!simdjson::validate_utf8(from.data(), from.size()))
    return std::string{utf8};
  std::string value;
  value.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] == '\0')
      return "a string without NUL";
    if (from[i] == '\r') { // alone, or the first half of a line's end
      value.push_back('\n');
      if (i + 1 < from.size() && from[i + 1] == '\n')
        ++i;
    } else {
      value.push_back(from[i]);
    }
  }
  v.value = std::move(value);
  return std::nullopt;
}

using text_field = field_type<std::string>;

void text_field::write_json(std::string& out, const std::string& v) { append_json_string(out, v); }

complaint text_field::read_json(simdjson::dom::element from, std::string& v) {
  std::string_view text;
  if (from.get(text))
    return "a string";
  return read_text(text, v);
}

complaint text_field::read_text(std::string_view from, std::string& v) {
  if (!simdjson::validate_utf8(from.data(), from.size()))
    return std::string{utf8};
  if (!is_single_line(from))
    return std::string{plain_text};
  v.assign(from);
  return std::nullopt;
}

// --- uuids --------------------------------------------------------------------------------------------------

void field_type<uuid>::write_json(std::string& out, const uuid& v) {
  const auto at = out.size();
  out.resize(at + 38, '"');
  write_uuid(v, out.data() + at + 1);
}

complaint field_type<uuid>::read_json(simdjson::dom::element from, uuid& v) {
  std::string_view text;
  if (from.get(text))
    return "a uuid";
  return read_text(text, v);
}

complaint field_type<uuid>::read_text(std::string_view from, uuid& v) {
  const auto id = parse_uuid(from);
  if (!id)
    return "a uuid";
  v = *id;
  return std::nullopt;
}

bool field_type<uuid>::read_record(std::string_view from, uuid& v) {
  if (from.size() != v.bytes.size())
    return false;
  std::copy(from.begin(), from.end(), v.bytes.begin());
  return true;
}

// --- times --------------------------------------------------------------------------------------------------

void field_type<time_point>::write_json(std::string& out, const time_point& v) {
  out.push_back('"');
  append_timestamp(out, v);
  out.push_back('"');
}

complaint field_type<time_point>::read_json(simdjson::dom::element from, time_point& v) {
  std::string_view text;
  if (from.get(text))
    return "a timestamp";
  return read_text(text, v);
}

complaint field_type<time_point>::read_text(std::string_view from, time_point& v) {
  const auto at = parse_timestamp(from);
  if (!at)
    return "a timestamp like 2017-03-08T01:42:40.668089274Z";
  v = *at;
  return std::nullopt;
}

void field_type<time_point>::write_record(std::string& out, const time_point& v) {
  integer::write_record(out, v.time_since_epoch().count());
}

bool field_type<time_point>::read_record(std::string_view from, time_point& v) {
  std::int64_t count = 0;
  if (!integer::read_record(from, count))
    return false;
  v = time_point{std::chrono::nanoseconds{count}};
  return true;
}

// --- variables ----------------------------------------------------------------------------------------------

void field_type<variables>::write_json(std::string& out, const variables& v) {
  json_writer w{out};
  w.begin_object();
  for (const auto& [name, value] : v.entries)
    w.member(name, value);
  w.end_object();
}

complaint field_type<variables>::read_json(simdjson::dom::element from, variables& v) {
  simdjson::dom::object object;
  if (from.get(object))
    return "an object of strings";
  for (const auto [name, value] : object) {
    std::string_view text;
    if (!is_variable_name(name))
      return "an object whose names have letters, digits, '_', '.', '-' and blanks only: \"" +
             std::string{name.substr(0, 80)} + "\" has not";
    if (value.get(text) || !is_printable(text) || text.size() > 512)
      return "an object of strings of 512 bytes at most, without control characters: \"" + std::string{name} +
             "\" is not";
    if (v.find(name))
      return "an object with each name once: \"" + std::string{name} + "\" is there twice";
    if (v.entries.size() == 64) // before there are so many that looking for a name takes its time
      return "an object of 64 variables at most";
    v.entries.emplace_back(name, text);
  }
  return std::nullopt;
}

complaint field_type<variables>::read_text(std::string_view from, variables& v) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  if (parser.parse(from.data(), from.size()).get(object))
    return "a JSON object of strings";
  return read_json(object, v);
}

void field_type<variables>::write_record(std::string& out, const variables& v) {
  for (const auto& [name, value] : v.entries) {
    append_string_record(out, name);
    append_string_record(out, value);
  }
}

bool field_type<variables>::read_record(std::string_view from, variables& v) {
  v.entries.clear();
  while (!from.empty()) {
    auto& [name, value] = v.entries.emplace_back();
    if (!take_string_record(from, name) || !take_string_record(from, value))
      return false;
  }
  return true;
}

} // namespace ringmaster
