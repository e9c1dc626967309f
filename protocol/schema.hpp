// SPDX-License-Identifier: Apache-2.0
/// A field table (fields.hpp) as plain data, for those who know no types: the documentation, the OpenAPI description, tests
/// that walk over every table.
#pragma once

#include "protocol/fields.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

struct field_schema {
  std::string_view name, doc;
  access may{access::writable};
  value_kind kind{value_kind::string}; ///< of a list: of what it lists
  bool is_list{false};
  bool nullable{false};
  const constraint* must{&any_value};
  std::string by_default;            ///< in JSON; empty: there is none, as of a uuid
  std::vector<field_schema> members; ///< of an object
};
using object_schema = std::vector<field_schema>;

template <class T, class... G>
[[nodiscard]] object_schema describe(const field_table<G...>& table);

namespace detail {

template <class M>
void describe_value(field_schema& out) {
  out.kind = field_type<M>::kind;
  if constexpr (has_fields<M>)
    out.members = describe<M>(fields_of(static_cast<const M*>(nullptr)));
}
template <class M>
struct describe_type {
  static void in(field_schema& out) { describe_value<M>(out); }
};
template <class M>
struct describe_type<std::optional<M>> {
  static void in(field_schema& out) {
    out.nullable = true;
    describe_type<M>::in(out);
  }
};
template <class M>
struct describe_type<std::vector<M>> {
  static void in(field_schema& out) {
    out.is_list = true;
    describe_type<M>::in(out);
  }
};

} // namespace detail

/// Every field that anybody may see or send, in the table's order.
template <class T, class... G>
[[nodiscard]] object_schema describe(const field_table<G...>& table) {
  object_schema all;
  const T fresh{};
  table.each([&](const auto& f) {
    if (f.may == access::stored_only)
      return;
    using value = typename std::remove_cvref_t<decltype(f)>::value;
    auto& one = all.emplace_back();
    one.name = f.name;
    one.doc = f.doc;
    one.may = f.may;
    one.must = f.must;
    detail::describe_type<value>::in(one);
    if (one.kind != value_kind::uuid || one.nullable)
      field_type<value>::write_json(one.by_default, f.get(fresh));
  });
  return all;
}

/// Its type as people name it: "integer or null".
[[nodiscard]] std::string type_name(const field_schema& f);

/// A table of Markdown, a row a field, without an empty line at its end. Fields that are the same but for a number
/// (number_1 … number_8) share a row.
[[nodiscard]] std::string to_markdown(const object_schema& fields);

/// What a JSON Schema (2020-12, as OpenAPI 3.1 has it) is to describe: what a caller may send, or what he is shown.
enum class direction : std::uint8_t { sent, shown };
/// Appends a schema of the object. Of what is sent, unknown members are refused.
void append_json_schema(std::string& out, const object_schema& fields, direction which);

} // namespace ringmaster
