// SPDX-License-Identifier: Apache-2.0
/// One description per resource: a plain struct and beside it one table of its fields. Validation, defaults,
/// JSON both ways, the storage encoding, CSV columns and the reference page are generic code over the table.
///
///     struct plan { uuid id; std::optional<std::string> name; std::int64_t retry_delay{60}; };
///     inline constexpr constraint delay_limits{.least = 0, .most = 86'400, .unit = "s"};
///     inline constexpr auto plan_fields = field_table{
///         field{1, "uuid", &plan::id, access::read_only, "Plan uuid."},
///         field{2, "name", &plan::name, access::writable, "Plan name."},
///         field{3, "retry_delay", &plan::retry_delay, access::writable, "Seconds until the next try.", delay_limits}};
///
/// What stands here is data: `describe` (schema.hpp) gives it to those who document it.
///
/// The number of a field is its tag in the database: never change or reuse one. A default that records rely
/// on changes only together with the storage format.
#pragma once

#include "protocol/constraint.hpp"
#include "protocol/error.hpp"
#include "protocol/field_types.hpp"
#include "protocol/json.hpp"

#include <simdjson.h>

#include <array>
#include <tuple>
#include <type_traits>

namespace ringmaster {

enum class access : std::uint8_t {
  writable,    ///< callers may send it
  read_only,   ///< shown; sent back unchanged it is accepted, changed it is refused
  stored_only, ///< kept, never shown
  shown_only,  ///< computed for a reply, never kept
  secret,      ///< callers may send it; kept, never shown
};

[[nodiscard]] constexpr bool is_sent(access may) noexcept { return may == access::writable || may == access::secret; }
[[nodiscard]] constexpr bool is_shown(access may) noexcept { return may != access::stored_only && may != access::secret; }

/// Reaches one element of an array member, so that number_1 … number_8 are fields each.
template <class T, class A>
struct element {
  A T::*array;
  std::size_t index;
  constexpr auto& operator()(T& t) const { return (t.*array)[index]; }
  constexpr const auto& operator()(const T& t) const { return (t.*array)[index]; }
};
template <class T, class A>
element(A T::*, int) -> element<T, A>;

template <class T, class M>
struct member {
  M T::*pointer;
  constexpr M& operator()(T& t) const { return t.*pointer; }
  constexpr const M& operator()(const T& t) const { return t.*pointer; }
};

namespace detail {
template <class Get>
struct reached;
template <class T, class M>
struct reached<member<T, M>> {
  using object = T;
  using value = M;
};
template <class T, class A>
struct reached<element<T, A>> {
  using object = T;
  using value = typename A::value_type;
};
} // namespace detail

/// Whether a value says nothing. A number, a switch, an object always say something.
template <class M>
[[nodiscard]] bool is_unset(const M&) noexcept {
  return false;
}
[[nodiscard]] inline bool is_unset(const std::string& v) noexcept { return v.empty(); }
[[nodiscard]] inline bool is_unset(const lines& v) noexcept { return v.value.empty(); }
[[nodiscard]] inline bool is_unset(const uuid& v) noexcept { return v == uuid{}; }
[[nodiscard]] inline bool is_unset(const variables& v) noexcept { return v.entries.empty(); }
template <class M>
[[nodiscard]] bool is_unset(const std::vector<M>& v) noexcept {
  return v.empty();
}
template <class M>
[[nodiscard]] bool is_unset(const std::optional<M>& v) noexcept {
  return !v || is_unset(*v);
}

/// Whether there are such values: of others, none can be required.
template <class M>
inline constexpr bool can_be_unset =
    std::is_same_v<M, std::string> || std::is_same_v<M, lines> || std::is_same_v<M, uuid> || std::is_same_v<M, variables>;
template <class M>
inline constexpr bool can_be_unset<std::vector<M>> = true;
template <class M>
inline constexpr bool can_be_unset<std::optional<M>> = true;

template <class Get>
struct field {
  using object = typename detail::reached<Get>::object;
  using value = typename detail::reached<Get>::value;

  std::uint8_t tag;
  std::string_view name;
  Get get;
  access may;
  std::string_view doc; ///< a sentence or several, in Markdown
  const constraint* must;

  /// `limits` is kept by reference.
  constexpr field(int number, const char* called, Get how, access who, const char* says, const constraint& limits = any_value)
      : tag{static_cast<std::uint8_t>(number)}, name{called}, get{how}, may{who}, doc{says}, must{&limits} {
    if (!suits(limits, field_type<value>::kind))
      throw "a constraint that values of this type cannot have";
    if (limits.required && !can_be_unset<value>)
      throw "a value of this type is always there: nobody can be required to give it";
  }
  constexpr field(int number, const char* called, value object::*which, access who, const char* says,
                  const constraint& limits = any_value)
    requires std::is_same_v<Get, member<object, value>>
      : field(number, called, Get{which}, who, says, limits) {}
  field(int, const char*, Get, access, const char*, const constraint&&) = delete;
};
template <class T, class M>
field(int, const char*, M T::*, access, const char*) -> field<member<T, M>>;
template <class T, class M>
field(int, const char*, M T::*, access, const char*, const constraint&) -> field<member<T, M>>;
template <class T, class A>
field(int, const char*, element<T, A>, access, const char*) -> field<element<T, A>>;
template <class T, class A>
field(int, const char*, element<T, A>, access, const char*, const constraint&) -> field<element<T, A>>;

template <class... Gets>
struct field_table {
  std::tuple<field<Gets>...> all;
  constexpr explicit field_table(field<Gets>... fields) : all{fields...} {}

  using object = std::tuple_element_t<0, std::tuple<typename field<Gets>::object...>>;
  static constexpr std::size_t size = sizeof...(Gets);

  template <class F>
  constexpr void each(F&& f) const {
    std::apply([&](const auto&... fields) { (f(fields), ...); }, all);
  }
  /// Calls `f` with the field called `name`; false when there is none.
  template <class F>
  constexpr bool with(std::string_view name, F&& f) const {
    bool found = false;
    each([&](const auto& one) {
      if (!found && one.name == name) {
        found = true;
        f(one);
      }
    });
    return found;
  }
};

/// Appends `object` as JSON, fields in table order.
template <class T, class... G>
void append_json(std::string& out, const T& object, const field_table<G...>& table) {
  out.push_back('{');
  bool first = true;
  table.each([&](const auto& f) {
    if (!is_shown(f.may))
      return;
    if (!first)
      out.push_back(',');
    first = false;
    out.push_back('"');
    out.append(f.name); // names are ours and need no escape
    out.append("\":");
    field_type<std::remove_cvref_t<decltype(f.get(object))>>::write_json(out, f.get(object));
  });
  out.push_back('}');
}

template <class T, class... G>
[[nodiscard]] std::string to_json(const T& object, const field_table<G...>& table) {
  std::string out;
  append_json(out, object, table);
  return out;
}

/// Which fields of a table, by their tags, a body has named so far.
using named_fields = std::array<bool, 256>;

namespace detail {

/// Reads one value into `object`, with every check a field has.
template <class T, class F, class Read>
std::optional<error> assign_field(T& object, const F& f, Read&& read) {
  using value = typename F::value;
  value fresh{};
  if (auto wrong = read(fresh))
    return invalid_field(f.name, fmt_must_be(f.name, *wrong));
  tidy(*f.must, fresh);
  if (!passes(*f.must, fresh))
    return invalid_field(f.name, fmt_must_be(f.name, must_be(*f.must)));
  if (!is_sent(f.may)) {
    if (f.may == access::read_only && fresh == f.get(object))
      return std::nullopt; // what was read may be sent back
    return invalid_field(f.name, std::string{f.name} + " is read-only");
  }
  f.get(object) = std::move(fresh);
  return std::nullopt;
}

/// Has `read(field, object)`, which may complain, read a member of a body into the field that it names.
template <class T, class Read, class... G>
std::optional<error> assign_member(T& object, std::string_view name, named_fields& named, const field_table<G...>& table, Read&& read) {
  std::optional<error> wrong;
  const bool known = table.with(name, [&](const auto& f) {
    if (f.may == access::stored_only || f.may == access::shown_only)
      wrong = invalid_field(f.name, std::string{f.name} + " is read-only");
    else if (std::exchange(named[f.tag], true))
      wrong = invalid_field(f.name, std::string{f.name} + " is given twice");
    else
      wrong = read(f, object);
  });
  return known ? wrong : invalid_field(name, "unknown field \"" + std::string{name} + '"');
}

} // namespace detail

/// Applies the members of a JSON object to a copy of `before` and returns the copy. Unknown and doubled
/// fields, wrong types, values out of range and control characters are errors that name the field.
template <class T, class... G>
[[nodiscard]] result<T> merge_json(const T& before, simdjson::dom::element body,
                                   const field_table<G...>& table) {
  if (!body.is_object())
    return error{errc::malformed, "the body must be a JSON object", {}};
  T after = before;
  named_fields named{};
  for (const simdjson::dom::key_value_pair pair : simdjson::dom::object{body}) {
    const simdjson::dom::element value = pair.value; // not a structured binding: a lambda takes it
    const auto read = [&](const auto& f, T& object) {
      return detail::assign_field(object, f,
                                  [&](auto& fresh) { return field_type<std::remove_cvref_t<decltype(fresh)>>::read_json(value, fresh); });
    };
    if (auto wrong = detail::assign_member(after, pair.key, named, table, read))
      return std::move(*wrong);
  }
  return after;
}

/// The same of a form: pairs of name and text, as a page in a browser sends them. An empty text unsets what can be unset, and
/// leaves all else as it was: a page sends the fields, too, that nobody filled in.
template <class T, class Members, class... G>
[[nodiscard]] result<T> merge_form(const T& before, const Members& members, const field_table<G...>& table) {
  T after = before;
  named_fields named{};
  for (const auto& [name, text] : members) {
    const auto read = [&, &text = text](const auto& f, T& object) -> std::optional<error> {
      using value = typename std::remove_cvref_t<decltype(f)>::value;
      if (text.empty() && !can_be_unset<value>)
        return std::nullopt;
      return detail::assign_field(object, f, [&](auto& fresh) {
        return text.empty() ? complaint{} : field_type<std::remove_cvref_t<decltype(fresh)>>::read_text(text, fresh);
      });
    };
    if (auto wrong = detail::assign_member(after, name, named, table, read))
      return std::move(*wrong);
  }
  return after;
}

/// Applies one CSV cell; an empty cell leaves the default.
template <class T, class... G>
[[nodiscard]] std::optional<error> assign_text(T& object, std::string_view name, std::string_view text,
                                               const field_table<G...>& table) {
  std::optional<error> wrong;
  const bool known = table.with(name, [&](const auto& f) {
    if (!text.empty())
      wrong = detail::assign_field(object, f, [&](auto& fresh) {
        return field_type<std::remove_cvref_t<decltype(fresh)>>::read_text(text, fresh);
      });
  });
  if (!known)
    return invalid_field(name, "unknown column \"" + std::string{name} + '"');
  return wrong;
}

/// A struct that says which table is its own (`constexpr const auto& fields_of(const T*)` beside it) can be a field of another.
template <class T>
concept has_fields = requires(const T* t) { fields_of(t); };

template <has_fields T>
struct field_type<T> {
  static constexpr auto kind = value_kind::object;
  static constexpr const T* its{nullptr};
  static void write_json(std::string& out, const T& v) { append_json(out, v, fields_of(its)); }
  static complaint read_json(simdjson::dom::element from, T& v) {
    auto read = merge_json(T{}, from, fields_of(its));
    if (!read)
      return "an object in which " + read.error().message;
    if (const auto missing = missing_field(*read, fields_of(its)))
      return "an object in which " + missing->message;
    v = std::move(*read);
    return std::nullopt;
  }
  static complaint read_text(std::string_view from, T& v) {
    simdjson::dom::parser parser;
    simdjson::dom::element read;
    return parser.parse(from.data(), from.size()).get(read) ? complaint{"an object in JSON"} : read_json(read, v);
  }
  static void write_record(std::string& out, const T& v) { append_record(out, v, fields_of(its)); }
  static bool read_record(std::string_view from, T& v) {
    auto read = from_record<T>(from, fields_of(its));
    if (read)
      v = std::move(*read);
    return read.has_value();
  }
};

/// The storage encoding. A record is
///
///     record := version:u8(1) { tag:u8 length:varint payload }*
///
/// with a field left out where it has the struct's default; unknown tags are passed over when read.
template <class T, class... G>
void append_record(std::string& out, const T& object, const field_table<G...>& table) {
  [[maybe_unused]] static const T defaults{};
  out.push_back('\1');
  table.each([&](const auto& f) {
    if (f.may == access::shown_only || f.get(object) == f.get(defaults))
      return;
    using type = field_type<std::remove_cvref_t<decltype(f.get(object))>>;
    const char begins[2] = {static_cast<char>(f.tag), '\0'}; // one byte of length is enough for nearly every value
    const auto length_at = out.size() + 1;
    out.append(begins, 2);
    type::write_record(out, f.get(object));
    const auto length = out.size() - length_at - 1;
    if (length < 0x80) {
      out[length_at] = static_cast<char>(length);
    } else {
      std::string varint;
      append_varint(varint, length);
      out.replace(length_at, 1, varint);
    }
  });
}

template <class T, class... G>
[[nodiscard]] std::string to_record(const T& object, const field_table<G...>& table) {
  std::string out;
  append_record(out, object, table);
  return out;
}

/// Reads what `append_record` wrote; an error means that the database is damaged.
template <class T, class... G>
[[nodiscard]] result<T> from_record(std::string_view bytes, const field_table<G...>& table) {
  const error damaged{errc::storage_failed, "a record of the database cannot be read", {}};
  if (bytes.empty() || bytes[0] != '\1')
    return damaged;
  bytes.remove_prefix(1);
  std::uint8_t tag = 0;
  std::string_view payload;
  bool good = true, some = false; // `some`: tag and payload are those of a field that is not read yet
  const auto next = [&] {
    some = !bytes.empty();
    if (!some)
      return;
    tag = static_cast<std::uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    std::uint64_t length = bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
    if (!bytes.empty() && length < 0x80)
      bytes.remove_prefix(1);
    else
      good = take_varint(bytes, length);
    good = good && length <= bytes.size();
    some = good;
    if (good) {
      payload = bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  };
  result<T> read;
  T& object = *read;
  next();
  while (some) {
    // Fields were written in the table's order, so that one walk meets all of them, unless the table has changed since.
    const auto before = bytes.size();
    table.each([&](const auto& f) {
      if (!some || f.tag != tag)
        return;
      good = field_type<std::remove_cvref_t<decltype(f.get(object))>>::read_record(payload, f.get(object));
      good ? next() : void(some = false);
    });
    if (some && bytes.size() == before)
      next(); // of a field that is no more
  }
  if (!good)
    return damaged;
  return read;
}

/// The first field that must be given and is not: null, an empty text, no uuid.
template <class T, class... G>
[[nodiscard]] std::optional<error> missing_field(const T& object, const field_table<G...>& table) {
  std::optional<error> missing;
  table.each([&](const auto& f) {
    if (!missing && f.must->required && is_unset(f.get(object)))
      missing = invalid_field(f.name, std::string{f.name} + " is required");
  });
  return missing;
}

} // namespace ringmaster
