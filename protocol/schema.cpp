// SPDX-License-Identifier: Apache-2.0
#include "protocol/schema.hpp"

#include "protocol/json.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace ringmaster {
namespace {

std::string_view kind_name(value_kind kind) noexcept {
  switch (kind) {
  case value_kind::integer: return "integer";
  case value_kind::number: return "number";
  case value_kind::boolean: return "boolean";
  case value_kind::string: return "string";
  case value_kind::lines: return "string, with line breaks";
  case value_kind::uuid: return "uuid";
  case value_kind::timestamp: return "timestamp";
  case value_kind::strings: return "object of strings";
  case value_kind::json:
  case value_kind::object: return "object";
  case value_kind::list: return "list"; // of lists, which no table has
  }
  return {};
}

/// number_3: {"number_", "3"}; the second is empty where there is no number.
std::pair<std::string_view, std::string_view> split_number(std::string_view name) noexcept {
  const auto end = name.find_last_not_of("0123456789");
  if (end == std::string_view::npos || name[end] != '_')
    return {name, {}};
  return {name.substr(0, end + 1), name.substr(end + 1)};
}

std::string with_n(std::string_view text, std::string_view number) {
  std::string out{text};
  if (number.empty())
    return out;
  for (auto at = out.find(number); at != std::string::npos; at = out.find(number, at + 1))
    out.replace(at, number.size(), "N");
  return out;
}

/// Whether `b` is `a` for another number.
bool same_but_for_the_number(const field_schema& a, const field_schema& b) {
  const auto [a_name, a_number] = split_number(a.name);
  const auto [b_name, b_number] = split_number(b.name);
  return !a_number.empty() && !b_number.empty() && a_name == b_name && a.must == b.must && a.may == b.may && a.kind == b.kind &&
         a.by_default == b.by_default && with_n(a.doc, a_number) == with_n(b.doc, b_number);
}

/// What a cell of a table cannot hold as it is.
std::string in_cell(std::string_view text) {
  std::string out;
  for (const char c : text)
    c == '|' ? out.append("\\|") : c == '\n' ? out.append(" ") : out.append(1, c);
  return out;
}

/// The sentence that ends with what the value must be.
std::string meaning(const field_schema& f, std::string_view doc) {
  std::string out{doc};
  if (f.must->required)
    out.append(" Required.");
  if (const auto says = must_be(*f.must); !says.empty() && is_sent(f.may)) {
    out.append(" Must be ");
    for (const char c : says) // what Markdown would take for a tag of HTML
      c == '<' ? out.append("\\<") : out.append(1, c);
    out.push_back('.');
  }
  return out;
}

/// Of a Markdown link, its text: where it leads is known to the documentation alone.
std::string without_links(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('[');
    const auto middle = open == std::string_view::npos ? open : text.find("](", open);
    const auto close = middle == std::string_view::npos ? middle : text.find(')', middle);
    if (close == std::string_view::npos)
      break;
    out.append(text.substr(0, open)).append(text.substr(open + 1, middle - open - 1));
    text.remove_prefix(close + 1);
  }
  return out.append(text);
}

/// Each of `marks` in a character class of a regular expression.
std::string in_class(std::string_view marks) {
  std::string out;
  for (const char c : marks) {
    if (c == '\\' || c == ']' || c == '[' || c == '^' || c == '-' || c == '/')
      out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

class schema_writer {
public:
  explicit schema_writer(std::string& out) noexcept : w_{out} {}

  void object(const object_schema& fields, direction which) {
    const auto has = [&](const field_schema& f) { return which == direction::shown ? is_shown(f.may) : f.may != access::shown_only; };
    w_.begin_object();
    w_.member("type", "object");
    w_.key("properties");
    w_.begin_object();
    for (const auto& f : fields)
      if (has(f)) {
        w_.key(f.name);
        field(f, which);
      }
    w_.end_object();
    // What is shown is shown whole; what is sent may leave out what has a default.
    std::vector<std::string_view> always;
    for (const auto& f : fields)
      if (has(f) && (which == direction::shown || f.must->required))
        always.push_back(f.name);
    if (!always.empty()) {
      w_.key("required");
      w_.begin_list();
      for (const auto name : always)
        w_.string(name);
      w_.end_list();
    }
    if (which == direction::sent)
      w_.member("additionalProperties", false);
    w_.end_object();
  }

private:
  void field(const field_schema& f, direction which) {
    w_.begin_object();
    if (f.is_list) {
      type("array", f.nullable);
      w_.key("items");
      w_.begin_object();
      value(f, false, which);
      w_.end_object();
    } else {
      value(f, f.nullable, which);
    }
    if (const auto says = without_links(meaning(f, f.doc)); !says.empty())
      w_.member("description", says);
    if (which == direction::sent && is_sent(f.may) && !f.by_default.empty() && !f.must->required && f.may != access::secret) {
      w_.key("default");
      w_.raw(f.by_default);
    }
    if (which == direction::sent && !is_sent(f.may))
      w_.member("readOnly", true);
    if (f.may == access::secret)
      w_.member("writeOnly", true);
    w_.end_object();
  }

  void value(const field_schema& f, bool nullable, direction which) {
    switch (f.kind) {
    case value_kind::integer:
      type("integer", nullable);
      w_.member("format", "int64");
      return bounds(f, nullable);
    case value_kind::number: type("number", nullable); return bounds(f, nullable);
    case value_kind::boolean: return type("boolean", nullable);
    case value_kind::string:
    case value_kind::lines: type("string", nullable); return text(f, nullable, which);
    case value_kind::uuid: type("string", nullable); return w_.member("format", "uuid");
    case value_kind::timestamp: type("string", nullable); return w_.member("format", "date-time");
    case value_kind::strings:
      type("object", nullable);
      w_.key("additionalProperties");
      w_.begin_object();
      w_.member("type", "string");
      return w_.end_object();
    case value_kind::json: return type("object", true);
    case value_kind::list: return type("array", nullable);
    case value_kind::object: {
      std::string inner;
      append_json_schema(inner, f.members, which);
      w_.key(nullable ? "anyOf" : "allOf");
      w_.begin_list();
      w_.raw(inner);
      if (nullable) {
        w_.begin_object();
        w_.member("type", "null");
        w_.end_object();
      }
      return w_.end_list();
    }
    }
  }

  void type(std::string_view name, bool nullable) {
    w_.key("type");
    if (!nullable)
      return w_.string(name);
    w_.begin_list();
    w_.string(name);
    w_.string("null");
    w_.end_list();
  }

  void bound(std::string_view name, std::optional<double> value) {
    if (!value)
      return;
    w_.key(name);
    w_.raw(fmt::format("{}", *value));
  }

  void bounds(const field_schema& f, bool nullable) {
    const auto& c = *f.must;
    bound("minimum", c.least);
    bound("maximum", c.most);
    bound("exclusiveMinimum", c.above);
    bound("exclusiveMaximum", c.below);
    if (c.integers.empty())
      return;
    w_.key("enum");
    w_.begin_list();
    for (const auto one : c.integers)
      w_.number(one);
    if (nullable)
      w_.null();
    w_.end_list();
  }

  void texts(std::string_view key, const constraint& c, bool nullable) {
    w_.key(key);
    w_.begin_list();
    for (const auto one : c.texts)
      w_.string(one);
    if (nullable)
      w_.null();
    w_.end_list();
  }

  void text(const field_schema& f, bool nullable, direction which) {
    const auto& c = *f.must;
    if (!c.texts.empty()) // whoever reads an enumeration takes it at its word, also where other cases are taken
      return texts(c.any_case ? "examples" : "enum", c, nullable && !c.any_case);
    // Of what is shown nothing more is promised: it may come from times when more was allowed.
    if (which == direction::shown)
      return;
    if (c.bytes > 0)
      w_.member("maxLength", static_cast<std::int64_t>(c.bytes));
    if (c.marks && !c.all_letters)
      w_.member("pattern", "^[A-Za-z0-9" + in_class(*c.marks) + "]*$");
  }

  json_writer w_;
};

} // namespace

std::string type_name(const field_schema& f) {
  std::string out{f.is_list ? "list of " : ""};
  out.append(kind_name(f.kind));
  if (f.nullable)
    out.append(" or null");
  return out;
}

std::string to_markdown(const object_schema& fields) {
  std::string out{"| field | type | default | writable | meaning |\n|---|---|---|---|---|"};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& f = fields[i];
    auto last = i;
    while (last + 1 < fields.size() && same_but_for_the_number(f, fields[last + 1]))
      ++last;
    const auto number = last > i ? split_number(f.name).second : std::string_view{};
    out.append("\n| `").append(f.name).append("`");
    if (last > i)
      out.append(" … `").append(fields[last].name).append("`");
    out.append(" | ").append(type_name(f)).append(" | ");
    if (is_shown(f.may) && f.may != access::shown_only && !f.by_default.empty())
      out.append("`").append(in_cell(f.by_default)).append("`");
    out.append(" | ").append(f.may == access::secret ? "yes, never shown" : is_sent(f.may) ? "yes" : "").append(" | ");
    out.append(in_cell(meaning(f, with_n(f.doc, number)))).append(" |");
    i = last;
  }
  return out;
}

void append_json_schema(std::string& out, const object_schema& fields, direction which) { schema_writer{out}.object(fields, which); }

} // namespace ringmaster
