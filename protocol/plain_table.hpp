// SPDX-License-Identifier: Apache-2.0
/// A field table without a struct, for objects whose values nobody computes with: kept, checked and shown, and that is all. The
/// fields are data alone, so that hundreds of them cost no code:
///
///     inline constexpr plain_field greeting_fields[] = {
///         {1, "id", value_kind::integer, access::read_only, "Its number."},
///         {2, "title", value_kind::string, access::writable, "Its title.", &title_rule},
///         {3, "seconds", value_kind::integer, access::writable, "How long.", &seconds_rule, "30"},
///         {4, "rooms", value_kind::string, access::writable, "Where.", &any_value, {}, true}};
///     struct greeting : plain_object {};
///     inline constexpr plain_table greetings{greeting_fields};
///
/// The functions of a `field_table` (fields.hpp) do the same for it: JSON and forms in with every check, JSON out, records,
/// `describe`. A record is what it would be if there were a struct with these fields, so that there may be one later. What is not
/// set is the default, and null without one. Slower than a struct: a value is found by its tag.
#pragma once

#include "protocol/fields.hpp"
#include "protocol/schema.hpp"

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ringmaster {

/// The first says that there is none.
using plain_value =
    std::variant<std::monostate, std::int64_t, double, bool, std::string, lines, uuid, time_point, variables, std::vector<std::string>>;

struct plain_field {
  std::uint8_t tag;      ///< in the database: never changed or given to another
  std::string_view name; ///< "id" is the object's number, whatever else it has
  value_kind kind;       ///< no json, list or object
  access may;
  std::string_view doc;
  const constraint* must{&any_value};
  std::string_view by_default{}; ///< as text; empty: null
  bool is_list{false};           ///< of strings, which is the one list there is
};

class plain_table {
public:
  /// Does not compile with a tag or a name twice, a kind that there is not, or a constraint that its values cannot have.
  template <std::size_t N>
  constexpr explicit plain_table(const plain_field (&fields)[N]) : fields_{fields} {
    for (std::size_t i = 0; i < N; ++i) {
      const auto& f = fields[i];
      if (f.kind == value_kind::json || f.kind == value_kind::list || f.kind == value_kind::object ||
          (f.is_list && f.kind != value_kind::string))
        throw "a kind that a plain table does not have";
      if (!f.is_list && !suits(*f.must, f.kind))
        throw "a constraint that values of this type cannot have";
      for (std::size_t j = 0; j < i; ++j)
        if (fields[j].tag == f.tag || fields[j].name == f.name)
          throw "a tag or a name stands twice";
    }
  }

  [[nodiscard]] constexpr std::span<const plain_field> all() const noexcept { return fields_; }
  [[nodiscard]] const plain_field* find(std::string_view name) const noexcept;
  template <class F>
  constexpr void each(F&& f) const {
    for (const auto& one : fields_)
      f(one);
  }

private:
  std::span<const plain_field> fields_;
};

struct plain_object {
  std::int64_t id{0};
  std::vector<std::pair<std::uint8_t, plain_value>> values; ///< by tag, those that are set; sorted

  bool operator==(const plain_object&) const = default;
  /// What is set, else the default; the first alternative for neither, and for a name that the table does not have.
  [[nodiscard]] plain_value get(std::string_view name, const plain_table& table) const;
  /// Unset by the first alternative. Checks nothing.
  void set(const plain_field& which, plain_value value);
};
template <class T>
concept plain = std::derived_from<T, plain_object>;

namespace detail {
[[nodiscard]] std::optional<error> merge_into(plain_object& object, simdjson::dom::element body, const plain_table& table);
[[nodiscard]] std::optional<error> merge_texts_into(plain_object& object, const std::vector<std::pair<std::string, std::string>>& members,
                                                    const plain_table& table);
[[nodiscard]] bool read_record_into(plain_object& object, std::string_view bytes, const plain_table& table);
} // namespace detail

template <plain T>
[[nodiscard]] result<T> merge_json(const T& before, simdjson::dom::element body, const plain_table& table) {
  T after = before;
  if (auto wrong = detail::merge_into(after, body, table))
    return std::move(*wrong);
  return after;
}
template <plain T>
[[nodiscard]] result<T> merge_form(const T& before, const std::vector<std::pair<std::string, std::string>>& members,
                                   const plain_table& table) {
  T after = before;
  if (auto wrong = detail::merge_texts_into(after, members, table))
    return std::move(*wrong);
  return after;
}
void append_json(std::string& out, const plain_object& object, const plain_table& table);
[[nodiscard]] std::string to_record(const plain_object& object, const plain_table& table);
template <plain T>
[[nodiscard]] result<T> from_record(std::string_view bytes, const plain_table& table) {
  T object{};
  if (!detail::read_record_into(object, bytes, table))
    return error{errc::storage_failed, "a record of the database cannot be read", {}};
  return object;
}
[[nodiscard]] std::optional<error> missing_field(const plain_object& object, const plain_table& table);
[[nodiscard]] object_schema describe(const plain_table& table);
/// The names of the fields in which two objects differ, with blanks between.
[[nodiscard]] std::string changed_fields(const plain_object& before, const plain_object& after, const plain_table& table);

} // namespace ringmaster
