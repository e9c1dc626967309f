// SPDX-License-Identifier: Apache-2.0
#include "http/api/input.hpp"

#include "http/api/form.hpp"

namespace ringmaster::api {

result<input> input::of(const context& c, const http::request& req, empty_body without) {
  input read;
  const auto type = req.header("content-type");
  const auto first = req.body.find_first_not_of(" \t\r\n");
  const bool is_json = first == std::string::npos || req.body[first] == '{' || !c.speaks->takes_forms() || !is_form(type);
  if (is_json) {
    auto body = read_body(req.body, without);
    if (!body)
      return body.error();
    read.json_ = std::move(*body);
    return read;
  }
  auto parts = read_form(type, req.body);
  if (!parts)
    return parts.error();
  std::vector<std::pair<std::string, std::string>> members;
  members.reserve(parts->size());
  for (auto& part : *parts) {
    if (part.is_file)
      return error{errc::unsupported_media, "\"" + part.name + "\" is a file, and none is taken here", part.name};
    members.emplace_back(std::move(part.name), std::move(part.text));
  }
  read.form_ = std::make_shared<const std::vector<std::pair<std::string, std::string>>>(std::move(members));
  return read;
}

std::optional<std::int64_t> input::only(std::string_view name) const {
  std::int64_t value = 0;
  if (form_) {
    if (form_->size() != 1 || form_->front().first != name || field_type<std::int64_t>::read_text(form_->front().second, value))
      return std::nullopt;
    return value;
  }
  simdjson::dom::object members;
  if (json_->root.get(members) != simdjson::SUCCESS || members.size() != 1 || members[name].get(value) != simdjson::SUCCESS)
    return std::nullopt;
  return value;
}

} // namespace ringmaster::api
