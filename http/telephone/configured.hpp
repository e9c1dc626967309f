// SPDX-License-Identifier: Apache-2.0
/// Making, changing and removing what a server keeps in its configuration: POST, PUT and DELETE of queues and
/// lots.
#pragma once

#include "actors/core/telephone/configuration.hpp"
#include "http/telephone/resource.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::telephone {

/// A body: a server, a name and settings. Values are text or whole numbers, of a setting with several values
/// also a list; null is Asterisk's default.
struct section_body {
  std::optional<std::string> pbx, name;
  std::vector<core::setting> settings;
};
[[nodiscard]] result<section_body> read_section(const http::request& req);

/// What is to be changed, and on which server.
struct section_change {
  std::string pbx;
  core::section_order what;
};
/// Has it changed; answers with the bare envelope, or with what hinders it.
void configure(const context& c, const result<section_change>& change, const http::responder& reply);

[[nodiscard]] inline result<section_change> on(const std::string& pbx, result<core::section_order> what) {
  if (!what)
    return what.error();
  return section_change{pbx, std::move(*what)};
}

template <class T>
[[nodiscard]] result<section_change> creation(const context& c, core::configured_kind kind, const http::request& req) {
  const auto body = read_section(req);
  if (!body)
    return body.error();
  if (!body->name)
    return invalid_field("name", "name must be given");
  auto what = core::create_section(kind, *body->name, body->settings);
  if (!what)
    return what.error();
  const auto where = servers_for(c, req, body->pbx);
  if (!where)
    return where.error();
  const auto kind_name = core::resource<T>::name;
  if (where->size() != 1)
    return not_clear(kind_name, *body->name, "there is more than one server: say on which with pbx");
  if (find_plain<T>(*where, *body->name))
    return invalid_field("name", "there is a " + std::string{kind_name} + " \"" + *body->name + "\" already");
  return on(where->front()->pbx, std::move(what));
}

template <class T>
[[nodiscard]] result<section_change> change(const context& c, core::configured_kind kind, const http::request& req) {
  const auto body = read_section(req);
  if (!body)
    return body.error();
  const auto where = servers_for(c, req, body->pbx);
  if (!where)
    return where.error();
  const auto one = find_one<T>(*where, req.param("id"));
  if (!one)
    return one.error();
  const auto name = one->object->look([](const T& t) { return t.name; });
  if (body->name && *body->name != name)
    return invalid_field("name", "name stays what it is: \"" + name + '"');
  return on(one->server->pbx, core::change_section(kind, name, body->settings));
}

template <class T>
[[nodiscard]] result<section_change> removal(const context& c, core::configured_kind kind, const http::request& req) {
  const auto one = asked_one<T>(c, req);
  if (!one)
    return one.error();
  return on(one->server->pbx, core::remove_section(kind, one->object->look([](const T& t) { return t.name; })));
}

/// POST `path`; PUT and DELETE `path`/{id}.
template <class T>
[[nodiscard]] result<void> add_configured(http::router& r, const context& c, const std::string& path,
                                          core::configured_kind kind) {
  using http::method;
  using reading = result<section_change> (*)(const context&, core::configured_kind, const http::request&);
  static constexpr http::object_kind settings{"Settings", nullptr, "`name`, `pbx` and settings by their names in Asterisk."};
  const auto add = [&](method m, const std::string& at, std::string_view summary, const http::object_kind* body, reading read) {
    return r.add({.method = m,
                  .path = at,
                  .permission = std::string{may_supervise},
                  .to = {.on_request = [c, kind, read](const http::request& req, const http::responder& reply) {
                    configure(c, read(c, kind, req), reply);
                  }},
                  .query = query_of(),
                  .about = {.group = group_of(path), .summary = summary, .body = body}});
  };
  if (auto added = add(method::post, path, "Makes one in the server's configuration", &settings, creation<T>); !added)
    return added;
  if (auto added = add(method::put, path + "/{id}", "Changes its settings", &settings, change<T>); !added)
    return added;
  return add(method::del, path + "/{id}", "Takes it out of the server's configuration", nullptr, removal<T>);
}

} // namespace ringmaster::telephone
