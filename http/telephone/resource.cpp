// SPDX-License-Identifier: Apache-2.0
#include "http/telephone/resource.hpp"

#include <algorithm>

namespace ringmaster::telephone {
namespace {


} // namespace

std::optional<error> asked::take(const http::request& req, std::string_view name, std::string_view in_body) {
  const auto in_query = req.query_value(name).value_or("");
  if (!in_query.empty() && !in_body.empty() && in_query != in_body)
    return invalid_field(name, std::string{name} + " is one thing in the query and another in the body");
  if (!in_query.empty() || !in_body.empty())
    said_.emplace_back(name, in_query.empty() ? in_body : in_query);
  return std::nullopt;
}

result<asked> asked::of(const http::request& req, std::initializer_list<std::string_view> fields) {
  const auto body = api::read_body(req.body, api::empty_body::taken);
  if (!body)
    return body.error();
  const auto known = [&](std::string_view name) {
    return name == "pbx" || std::find(fields.begin(), fields.end(), name) != fields.end();
  };
  std::vector<std::pair<std::string_view, std::string_view>> members;
  for (const auto& [name, element] : simdjson::dom::object{(*body)->root}) {
    std::string_view value;
    if (!known(name))
      return invalid_field(name, "unknown field \"" + std::string{name} + '"');
    if (element.get(value) != simdjson::SUCCESS || value.empty())
      return invalid_field(name, std::string{name} + " must be a string that says what is asked for");
    for (const auto& [other, ignored] : members)
      if (other == name)
        return invalid_field(name, std::string{name} + " is given twice");
    members.emplace_back(name, value);
  }
  asked what;
  const auto take_one = [&](std::string_view name) {
    std::string_view in_body;
    for (const auto& [given, value] : members)
      if (given == name)
        in_body = value;
    return what.take(req, name, in_body);
  };
  if (auto wrong = take_one("pbx"))
    return *wrong;
  for (const auto name : fields)
    if (auto wrong = name == "pbx" ? std::nullopt : take_one(name))
      return *wrong;
  return what;
}

result<asked> asked::of(const http::request& req,
                        std::initializer_list<std::pair<std::string_view, std::optional<std::string>>> in_body) {
  asked what;
  for (const auto& [name, value] : in_body)
    if (auto wrong = what.take(req, name, value.value_or("")))
      return *wrong;
  return what;
}

const std::string& asked::operator[](std::string_view name) const {
  static const std::string nothing;
  for (const auto& [known, value] : said_)
    if (known == name)
      return value;
  return nothing;
}

result<servers> servers_of(const context& c, const asked& what) {
  const auto& wanted = what["pbx"];
  servers found;
  for (const auto& one : c.engine->telephones())
    if (wanted.empty() || one->pbx == wanted)
      found.push_back(one.get());
  if (found.empty() && !wanted.empty())
    return invalid_field("pbx", "there is no server \"" + wanted + "\"");
  return found;
}

result<servers> servers_for(const context& c, const http::request& req, const std::optional<std::string>& body_pbx) {
  const auto what = asked::of(req, {{"pbx", body_pbx}});
  if (!what)
    return what.error();
  return servers_of(c, *what);
}

result<page> page_of(const http::request& req) {
  const auto which = api::page_parameters<std::int64_t>(req, 0); // serials are given one by one from 1 on
  if (!which)
    return which.error();
  return page{which->count > 0 ? std::optional{which->count} : std::nullopt, static_cast<std::uint64_t>(which->after.value_or(0))};
}

std::vector<http::query_parameter> query_of(std::initializer_list<std::string_view> names) {
  std::vector<http::query_parameter> all{{"pbx", "The server that is meant, where there are several."}};
  for (const auto name : names)
    if (name == http::count_parameter.name)
      all.push_back(http::count_parameter);
    else if (name == http::page_token_parameter.name)
      all.push_back(http::page_token_parameter);
    else if (name == "queue_name")
      all.push_back({name, "The queue that is meant."});
    else if (name != "pbx")
      all.push_back({name, "The one that is meant."});
  return all;
}

std::string_view group_of(std::string_view path) noexcept {
  constexpr std::pair<std::string_view, std::string_view> groups[] = {
      {"/core", "Channels, AGI, systems and modules"}, {"/queue", "Queues"}, {"/park", "Parking"}, {"/pjsip", "PJSIP"},
      {"/agents", "Agents, devices and peers"}, {"/device_states", "Agents, devices and peers"},
      {"/peers", "Agents, devices and peers"}, {"/registries", "Agents, devices and peers"}};
  for (const auto& [begins, group] : groups)
    if (path.starts_with(begins))
      return group;
  return "Others";
}

error no_such(std::string_view what, std::string_view id) {
  return {errc::not_found, std::string{"there is no "}.append(what).append(" \"").append(id).append("\""), {}};
}

error not_clear(std::string_view what, std::string_view id, std::string_view how) {
  return {errc::illegal_state,
          std::string{"which "}.append(what).append(" \"").append(id).append("\" is meant is not clear; ").append(how), {}};
}

void ask(const context& c, const std::string& pbx, const result<telephone_request>& what, const http::responder& reply) {
  if (!what)
    return reply(api::refuse(c, what.error()));
  c.engine->ask(pbx, *what, [c, reply](const result<std::string>& said) { reply(said ? api::done(c) : api::refuse(c, said.error())); });
}

} // namespace ringmaster::telephone
