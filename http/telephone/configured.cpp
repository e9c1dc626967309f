// SPDX-License-Identifier: Apache-2.0
#include "http/telephone/configured.hpp"

namespace ringmaster::telephone {
namespace {

/// As it goes into the file; nothing: it cannot.
std::optional<std::string> value_of(simdjson::dom::element e) {
  std::string_view said;
  if (e.get(said) == simdjson::SUCCESS)
    return std::string{said};
  std::int64_t number = 0;
  if (e.get(number) == simdjson::SUCCESS)
    return std::to_string(number);
  return std::nullopt;
}

std::optional<error> read_setting(std::string_view name, simdjson::dom::element value, core::setting& into) {
  into.name = name;
  if (value.is_null())
    return std::nullopt;
  simdjson::dom::array several;
  if (value.get(several) != simdjson::SUCCESS) {
    auto said = value_of(value);
    if (!said)
      return invalid_field(name, std::string{name} + " must be text, a whole number, a list of them or null");
    into.values.push_back(std::move(*said));
    return std::nullopt;
  }
  for (const auto one : several) {
    auto said = value_of(one);
    if (!said)
      return invalid_field(name, std::string{name} + " must be a list of texts");
    into.values.push_back(std::move(*said));
  }
  return std::nullopt;
}

} // namespace

result<section_body> read_section(const http::request& req) {
  const auto body = api::read_body(req.body);
  if (!body)
    return body.error();
  section_body read;
  for (const simdjson::dom::key_value_pair pair : simdjson::dom::object{(*body)->root}) {
    if (pair.key == "pbx" || pair.key == "name") {
      auto& into = pair.key == "pbx" ? read.pbx : read.name;
      std::string_view said;
      if (into || pair.value.get(said) != simdjson::SUCCESS || said.empty())
        return invalid_field(pair.key, std::string{pair.key} + " must be a text, once");
      into = said;
      continue;
    }
    for (const auto& known : read.settings)
      if (known.name == pair.key)
        return invalid_field(pair.key, std::string{pair.key} + " is given twice");
    if (auto wrong = read_setting(pair.key, pair.value, read.settings.emplace_back()))
      return *wrong;
  }
  return read;
}

void configure(const context& c, const result<section_change>& change, const http::responder& reply) {
  if (!change)
    return reply(api::refuse(c, change.error()));
  c.engine->configure(change->pbx, change->what,
                      [c, reply](const result<void>& came) { reply(came ? api::done(c) : api::refuse(c, came.error())); });
}

} // namespace ringmaster::telephone
