// SPDX-License-Identifier: Apache-2.0
#include "protocol/plain_table.hpp"

#include <algorithm>

namespace ringmaster {
namespace {

/// Calls `f` with an empty value of the field's type.
template <class F>
decltype(auto) with_type_of(const plain_field& field, F&& f) {
  if (field.is_list)
    return f(std::vector<std::string>{});
  switch (field.kind) {
  case value_kind::number: return f(double{});
  case value_kind::boolean: return f(bool{});
  case value_kind::string: return f(std::string{});
  case value_kind::lines: return f(lines{});
  case value_kind::uuid: return f(uuid{});
  case value_kind::timestamp: return f(time_point{});
  case value_kind::strings: return f(variables{});
  case value_kind::integer:
  case value_kind::json:
  case value_kind::list:
  case value_kind::object: break; // the last three are in no table
  }
  return f(std::int64_t{});
}

plain_value default_of(const plain_field& f) {
  if (f.by_default.empty())
    return {};
  return with_type_of(f, [&](auto value) -> plain_value {
    if (field_type<decltype(value)>::read_text(f.by_default, value))
      return {};
    return value;
  });
}

auto place_of(const plain_object& object, std::uint8_t tag) {
  return std::lower_bound(object.values.begin(), object.values.end(), tag, [](const auto& one, std::uint8_t t) { return one.first < t; });
}

plain_value value_of(const plain_object& object, const plain_field& f) {
  if (f.name == "id")
    return object.id;
  const auto at = place_of(object, f.tag);
  return at != object.values.end() && at->first == f.tag ? at->second : default_of(f);
}

bool is_unset_value(const plain_value& value) {
  return std::visit([](const auto& v) { return std::is_same_v<std::remove_cvref_t<decltype(v)>, std::monostate> || is_unset(v); }, value);
}

/// As detail::assign_field does it for a member of a struct.
std::optional<error> assign(plain_object& object, const plain_field& f, plain_value fresh) {
  const auto name = std::string{f.name};
  bool good = true;
  std::visit(
      [&](auto& v) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(v)>, std::monostate>) {
          tidy(*f.must, v);
          good = passes(*f.must, v);
        }
      },
      fresh);
  if (!good)
    return invalid_field(f.name, fmt_must_be(f.name, must_be(*f.must)));
  if (!is_sent(f.may)) {
    if (f.may == access::read_only && fresh == value_of(object, f))
      return std::nullopt;
    return invalid_field(f.name, name + " is read-only");
  }
  object.set(f, std::move(fresh));
  return std::nullopt;
}

/// Finds the field, and has `read(field)` make the value.
template <class Read>
std::optional<error> assign_named(plain_object& object, std::string_view name, named_fields& named, const plain_table& table, Read&& read) {
  const auto* f = table.find(name);
  if (!f)
    return invalid_field(name, "unknown field \"" + std::string{name} + '"');
  if (f->may == access::stored_only || f->may == access::shown_only)
    return invalid_field(f->name, std::string{f->name} + " is read-only");
  if (std::exchange(named[f->tag], true))
    return invalid_field(f->name, std::string{f->name} + " is given twice");
  plain_value fresh;
  if (const complaint wrong = read(*f, fresh))
    return invalid_field(f->name, fmt_must_be(f->name, *wrong));
  return assign(object, *f, std::move(fresh));
}

} // namespace

const plain_field* plain_table::find(std::string_view name) const noexcept {
  const auto at = std::find_if(fields_.begin(), fields_.end(), [&](const plain_field& f) { return f.name == name; });
  return at == fields_.end() ? nullptr : &*at;
}

plain_value plain_object::get(std::string_view name, const plain_table& table) const {
  const auto* f = table.find(name);
  return f ? value_of(*this, *f) : plain_value{};
}

void plain_object::set(const plain_field& which, plain_value value) {
  const auto at = values.begin() + (place_of(*this, which.tag) - values.begin());
  const bool there = at != values.end() && at->first == which.tag;
  if (std::holds_alternative<std::monostate>(value)) {
    if (there)
      values.erase(at);
  } else if (there) {
    at->second = std::move(value);
  } else {
    values.emplace(at, which.tag, std::move(value));
  }
}

namespace detail {

std::optional<error> merge_into(plain_object& object, simdjson::dom::element body, const plain_table& table) {
  if (!body.is_object())
    return error{errc::malformed, "the body must be a JSON object", {}};
  named_fields named{};
  for (const simdjson::dom::key_value_pair pair : simdjson::dom::object{body}) {
    const simdjson::dom::element value = pair.value;
    const auto read = [&](const plain_field& f, plain_value& fresh) -> complaint {
      if (value.is_null())
        return std::nullopt; // unset: the default, or null
      return with_type_of(f, [&](auto v) -> complaint {
        auto wrong = field_type<decltype(v)>::read_json(value, v);
        fresh = std::move(v);
        return wrong;
      });
    };
    if (auto wrong = assign_named(object, pair.key, named, table, read))
      return wrong;
  }
  return std::nullopt;
}

std::optional<error> merge_texts_into(plain_object& object, const std::vector<std::pair<std::string, std::string>>& members,
                                      const plain_table& table) {
  named_fields named{};
  for (const auto& [name, text] : members) {
    const auto read = [&, &text = text](const plain_field& f, plain_value& fresh) -> complaint {
      if (text.empty())
        return std::nullopt;
      return with_type_of(f, [&](auto v) -> complaint {
        auto wrong = field_type<decltype(v)>::read_text(text, v);
        fresh = std::move(v);
        return wrong;
      });
    };
    if (auto wrong = assign_named(object, name, named, table, read))
      return wrong;
  }
  return std::nullopt;
}

bool read_record_into(plain_object& object, std::string_view bytes, const plain_table& table) {
  if (bytes.empty() || bytes[0] != '\1')
    return false;
  bytes.remove_prefix(1);
  while (!bytes.empty()) {
    const auto tag = static_cast<std::uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    std::uint64_t length = 0;
    if (!take_varint(bytes, length) || length > bytes.size())
      return false;
    const auto payload = bytes.substr(0, length);
    bytes.remove_prefix(length);
    const auto all = table.all();
    const auto f = std::find_if(all.begin(), all.end(), [&](const plain_field& one) { return one.tag == tag; });
    if (f == all.end())
      continue; // of a field that is no more
    const bool good = with_type_of(*f, [&](auto v) {
      if (!field_type<decltype(v)>::read_record(payload, v))
        return false;
      f->name == "id" ? void() : object.set(*f, std::move(v));
      return true;
    });
    if (!good)
      return false;
  }
  return true;
}

} // namespace detail

void append_json(std::string& out, const plain_object& object, const plain_table& table) {
  out.push_back('{');
  bool first = true;
  for (const auto& f : table.all()) {
    if (!is_shown(f.may))
      continue;
    if (!std::exchange(first, false))
      out.push_back(',');
    out.append("\"").append(f.name).append("\":");
    std::visit(
        [&](const auto& v) {
          using value = std::remove_cvref_t<decltype(v)>;
          if constexpr (std::is_same_v<value, std::monostate>)
            out.append("null");
          else
            field_type<value>::write_json(out, v);
        },
        value_of(object, f));
  }
  out.push_back('}');
}

std::string to_record(const plain_object& object, const plain_table& table) {
  std::string out{'\1'};
  for (const auto& f : table.all()) {
    const auto at = place_of(object, f.tag);
    if (f.may == access::shown_only || f.name == "id" || at == object.values.end() || at->first != f.tag)
      continue;
    std::string payload;
    std::visit(
        [&](const auto& v) {
          using value = std::remove_cvref_t<decltype(v)>;
          if constexpr (!std::is_same_v<value, std::monostate>)
            field_type<value>::write_record(payload, v);
        },
        at->second);
    out.push_back(static_cast<char>(f.tag));
    append_varint(out, payload.size());
    out.append(payload);
  }
  return out;
}

std::optional<error> missing_field(const plain_object& object, const plain_table& table) {
  for (const auto& f : table.all())
    if (f.must->required && is_unset_value(value_of(object, f)))
      return invalid_field(f.name, std::string{f.name} + " is required");
  return std::nullopt;
}

object_schema describe(const plain_table& table) {
  object_schema all;
  for (const auto& f : table.all()) {
    if (f.may == access::stored_only)
      continue;
    auto& one = all.emplace_back();
    one.name = f.name;
    one.doc = f.doc;
    one.may = f.may;
    one.kind = f.kind;
    one.is_list = f.is_list;
    one.nullable = f.by_default.empty() && !f.must->required && f.name != "id";
    one.must = f.must;
    if (f.name != "id")
      std::visit(
          [&](const auto& v) {
            using value = std::remove_cvref_t<decltype(v)>;
            if constexpr (std::is_same_v<value, std::monostate>)
              one.by_default = one.nullable ? "null" : "";
            else
              field_type<value>::write_json(one.by_default, v);
          },
          default_of(f));
  }
  return all;
}

std::string changed_fields(const plain_object& before, const plain_object& after, const plain_table& table) {
  std::string names;
  for (const auto& f : table.all())
    if (f.may != access::shown_only && !(value_of(before, f) == value_of(after, f)))
      names.append(names.empty() ? "" : " ").append(f.name);
  return names;
}

} // namespace ringmaster
