// SPDX-License-Identifier: Apache-2.0
#include "http/config/json_reader.hpp"

#include <simdjson.h>

#include <algorithm>

namespace ringmaster::config {
namespace {

namespace od = simdjson::ondemand;

/// Walks simdjson's on-demand values, which know where in the text they stand.
class reader {
public:
  reader(std::string_view text, std::string_view name) : name_{name}, padded_{text} {}

  result<json_node> read() {
    od::parser parser;
    od::document doc;
    if (const auto code = parser.iterate(padded_).get(doc); code)
      return fail(1, code);
    json_node root;
    root.line = 1;
    od::value top;
    if (const auto code = doc.get_value().get(top); code)
      return fail(1, code == simdjson::SCALAR_DOCUMENT_AS_VALUE ? simdjson::INCORRECT_TYPE : code);
    if (auto ok = read_value(top, root, 0); !ok)
      return ok.error();
    // Past the end there is no location any more.
    if (doc.current_location().error() == simdjson::SUCCESS)
      return fail(last_, simdjson::TRAILING_CONTENT);
    return root;
  }

private:
  static constexpr int deepest = 16;

  result<void> read_value(od::value v, json_node& into, int depth) {
    if (depth > deepest)
      return fail(into.line, simdjson::DEPTH_ERROR);
    od::json_type type;
    if (const auto code = v.type().get(type); code)
      return fail(into.line, code);
    switch (type) {
    case od::json_type::array: return read_list(v, into, depth);
    case od::json_type::object: return read_object(v, into, depth);
    case od::json_type::number: return read_number(v, into);
    case od::json_type::string: {
      std::string_view s;
      if (const auto code = v.get_string().get(s); code)
        return fail(into.line, code);
      into.value = std::string{s};
      return {};
    }
    case od::json_type::boolean: {
      bool b = false;
      if (const auto code = v.get_bool().get(b); code)
        return fail(into.line, code);
      into.value = b;
      return {};
    }
    case od::json_type::null:
      if (!v.is_null())
        return fail(into.line, simdjson::N_ATOM_ERROR);
      return {};
    }
    return fail(into.line, simdjson::TAPE_ERROR);
  }

  result<void> read_number(od::value v, json_node& into) {
    auto text = v.raw_json_token();
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t'))
      text.remove_suffix(1);
    double checked = 0;
    if (const auto code = v.get_double().get(checked); code)
      return fail(into.line, code);
    into.value = json_number{std::string{text}};
    return {};
  }

  result<void> read_list(od::value v, json_node& into, int depth) {
    od::array items;
    if (const auto code = v.get_array().get(items); code)
      return fail(into.line, code);
    json_node::list out;
    for (auto item : items) {
      od::value next;
      if (const auto code = item.get(next); code)
        return fail(last_, code);
      auto& node = out.emplace_back();
      node.line = line_of(next.raw_json_token().data());
      if (auto ok = read_value(next, node, depth + 1); !ok)
        return ok;
    }
    into.value = std::move(out);
    return {};
  }

  result<void> read_object(od::value v, json_node& into, int depth) {
    od::object members;
    if (const auto code = v.get_object().get(members); code)
      return fail(into.line, code);
    json_node::object out;
    for (auto member : members) {
      od::field f;
      if (const auto code = std::move(member).get(f); code)
        return fail(last_, code);
      const auto line = line_of(f.key().raw());
      std::string_view key;
      if (const auto code = f.unescaped_key().get(key); code)
        return fail(line, code);
      auto& [name, node] = out.emplace_back(std::string{key}, json_node{});
      node.line = line;
      if (auto ok = read_value(f.value(), node, depth + 1); !ok)
        return ok;
    }
    into.value = std::move(out);
    return {};
  }

  /// Places come in rising order, so each newline is counted once.
  std::size_t line_of(const char* at) {
    const auto* begin = padded_.data();
    const auto offset = static_cast<std::size_t>(at - begin);
    if (at < begin || offset > padded_.size())
      return last_;
    if (offset < counted_)
      counted_ = 0, last_ = 1;
    last_ += static_cast<std::size_t>(std::count(begin + counted_, at, '\n'));
    counted_ = offset;
    return last_;
  }

  error fail(std::size_t line, simdjson::error_code code) const {
    return error{errc::malformed,
                 std::string{name_} + ":" + std::to_string(line) + ": " +
                     (code == simdjson::INCORRECT_TYPE ? "not a JSON object" : simdjson::error_message(code)),
                 {}};
  }

  std::string_view name_;
  simdjson::padded_string padded_;
  std::size_t counted_{};
  std::size_t last_{1};
};

} // namespace

std::string_view json_node::kind() const noexcept {
  switch (value.index()) {
  case 0: return "null";
  case 1: return "true or false";
  case 2: return "a number";
  case 3: return "a string";
  case 4: return "a list";
  case 5: return "an object";
  }
  return "nothing";
}

result<json_node> read_json(std::string_view text, std::string_view name) { return reader{text, name}.read(); }

} // namespace ringmaster::config
