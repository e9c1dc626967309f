/// Making, changing and removing what a server keeps in its configuration: POST, PUT and DELETE of queues and
/// lots.
#pragma once

#include "actors/core/telephone/configuration.hpp"
#include "http/telephone/resource.hpp"

#include <memory>
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

/// Asks for what changes the file, and for the reload; answers with the bare envelope or with the server's
/// refusal.
void reconfigure(const context& c, const std::string& pbx, const result<core::reconfiguration>& what,
                 const http::responder& reply);

template <class T>
void create_configured(const context& c, core::configured_kind kind, const http::request& req,
                       const http::responder& reply) {
  const auto body = read_section(req);
  if (!body)
    return reply(outbound::refuse(c, body.error()));
  if (!body->name)
    return reply(outbound::refuse(c, invalid_field("name", "name must be given")));
  const auto what = core::create_section(kind, *body->name, body->settings);
  if (!what)
    return reply(outbound::refuse(c, what.error()));
  const auto where = servers_for(c, req, body->pbx);
  if (!where)
    return reply(outbound::refuse(c, where.error()));
  const auto kind_name = core::resource<T>::name;
  if (where->size() != 1)
    return reply(outbound::refuse(
        c, not_clear(kind_name, *body->name, "there is more than one server: say on which with pbx")));
  if (find_plain<T>(*where, *body->name))
    return reply(outbound::refuse(c, invalid_field("name", "there is a " + std::string{kind_name} + " \"" +
                                                               *body->name + "\" already")));
  reconfigure(c, where->front()->pbx, what, reply);
}

template <class T>
void change_configured(const context& c, core::configured_kind kind, const http::request& req,
                       const http::responder& reply) {
  const auto body = read_section(req);
  if (!body)
    return reply(outbound::refuse(c, body.error()));
  const auto where = servers_for(c, req, body->pbx);
  if (!where)
    return reply(outbound::refuse(c, where.error()));
  const auto one = find_one<T>(*where, req.param("id"));
  if (!one)
    return reply(outbound::refuse(c, one.error()));
  const auto name = one->object->look([](const T& t) { return t.name; });
  if (body->name && *body->name != name)
    return reply(outbound::refuse(c, invalid_field("name", "name stays what it is: \"" + name + '"')));
  reconfigure(c, one->server->pbx, core::change_section(kind, name, body->settings), reply);
}

template <class T>
void remove_configured(const context& c, core::configured_kind kind, const http::request& req,
                       const http::responder& reply) {
  const auto what = asked::of(req);
  if (!what)
    return reply(outbound::refuse(c, what.error()));
  const auto where = servers_of(c, *what);
  if (!where)
    return reply(outbound::refuse(c, where.error()));
  const auto one = find_one<T>(*where, req.param("id"));
  if (!one)
    return reply(outbound::refuse(c, one.error()));
  reconfigure(c, one->server->pbx,
              core::remove_section(kind, one->object->look([](const T& t) { return t.name; })), reply);
}

/// POST `path`; PUT and DELETE `path`/{id}.
template <class T>
[[nodiscard]] result<void> add_configured(http::router& r, const context& c, const std::string& path,
                                          core::configured_kind kind) {
  using http::method;
  using handled =
      void (*)(const context&, core::configured_kind, const http::request&, const http::responder&);
  const auto add = [&](method m, const std::string& at, handled how) {
    return r.add({m,
                  at,
                  std::string{may_supervise},
                  http::access::token,
                  {[c, kind, how](const http::request& req, const http::responder& reply) {
                     how(c, kind, req, reply);
                   },
                   {},
                   {},
                   0}});
  };
  if (auto added = add(method::post, path, create_configured<T>); !added)
    return added;
  if (auto added = add(method::put, path + "/{id}", change_configured<T>); !added)
    return added;
  return add(method::del, path + "/{id}", remove_configured<T>);
}

} // namespace ringmaster::telephone
