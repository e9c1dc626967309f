// SPDX-License-Identifier: Apache-2.0
// /core: channels, asynchronous AGI, systems, modules.
#include "http/telephone/groups.hpp"

#include "http/telephone/resource.hpp"
#include "protocol/uuid.hpp"

namespace ringmaster::telephone {
namespace {

using http::method;

http::endpoint answered_by(http::handler to) { return {std::move(to), {}, {}, 0}; }

struct command_body {
  std::string command;
};
inline constexpr auto command_fields = field_table{
    field{1, "command", &command_body::command, access::writable, "An AGI command."},
    pbx_field<command_body>,
};

/// POST {"command": "…"}: the id that its result is shown under.
void post_command(const context& c, const http::request& req, const http::responder& reply) {
  const auto body = api::read_body(req.body);
  if (!body)
    return reply(api::refuse(c, body.error()));
  const auto asked_for = merge_json(on_server<command_body>{}, (*body)->root, command_fields);
  if (!asked_for)
    return reply(api::refuse(c, asked_for.error()));
  const auto& command = asked_for->command;
  const auto where = servers_for(c, req, asked_for->pbx);
  if (!where)
    return reply(api::refuse(c, where.error()));
  const auto one = find_one<agi>(*where, req.param("id"));
  if (!one)
    return reply(api::refuse(c, one.error()));
  const auto id = to_string(random_uuid());
  const auto what = core::agi_request(one->object->look([](const agi& a) { return a.name; }), id, command);
  if (!what)
    return reply(api::refuse(c, what.error()));
  c.engine->ask(one->server->pbx, *what, [c, reply, id, asked = command](const result<std::string>& said) {
    if (!said)
      return reply(api::refuse(c, said.error()));
    reply(api::answer(c, [&](std::string& out) {
      json_writer w{out};
      w.begin_object();
      w.member("id", id);
      w.member("command", asked);
      w.end_object();
    }));
  });
}

void module_command(const context& c, core::module_action what, const http::request& req, const http::responder& reply) {
  const auto about = asked::of(req);
  if (!about)
    return reply(api::refuse(c, about.error()));
  auto where = servers_of(c, *about);
  if (!where)
    return reply(api::refuse(c, where.error()));
  auto name = core::module_name(req.param("id"));
  if (what == core::module_action::load) { // which need not be there yet
    for (const auto* server : servers{*where})
      if (const auto id = core::id_on(server->pbx, name)) {
        name = *id;
        *where = {server};
        break;
      }
    if (where->size() != 1)
      return reply(api::refuse(c, not_clear("module", name, "there is more than one server: say which with pbx")));
    return ask(c, where->front()->pbx, core::module_request(what, name), reply);
  }
  const auto one = find_one<module_info>(*where, name);
  if (!one)
    return reply(api::refuse(c, one.error()));
  const auto pbx = one->server->pbx;
  const auto plain = one->object->look([](const module_info& m) { return m.name; });
  ask(c, pbx, core::module_request(what, plain), reply); // the list follows the server's own events
}

} // namespace

result<void> add_core(http::router& r, const context& c) {
  result<void> done;
  const auto keep = [&done](result<void> added) {
    if (done && !added)
      done = added.error();
  };
  keep(live_resource<channel>::add_to(r, c, "/core/channels"));
  keep(add_action<channel>(r, c, method::del, "/core/channels/{id}", "Hangs it up",
                           [](const channel& one) { return core::hang_up_request(one.name); }));
  keep(live_resource<agi>::add_to(r, c, "/core/agis"));
  keep(add_action<agi>(r, c, method::del, "/core/agis/{id}", "Hangs it up", [](const agi& one) { return core::hang_up_request(one.name); }));
  static constexpr http::object_kind command{"AgiCommand", [] { return describe<on_server<command_body>>(command_fields); }},
      handed{"AgiCommandHandedOver", nullptr, "`id` and `command`."};
  keep(r.add({.method = method::post,
              .path = "/core/agis/{id}",
              .permission = std::string{may_supervise},
              .to = answered_by([c](const auto& req, const auto& reply) { post_command(c, req, reply); }),
              .query = query_of(),
              .about = {.group = group_of("/core"), .summary = "Hands it an AGI command", .body = &command, .reply = &handed,
                        .shape = http::reply_shape::one}}));
  keep(live_resource<system_info>::add_to(r, c, "/core/systems"));
  keep(live_resource<module_info>::add_to(r, c, "/core/modules"));
  const std::tuple<method, core::module_action, std::string_view> module_methods[] = {{method::post, core::module_action::load, "Loads it"},
                                                                                  {method::put, core::module_action::reload, "Reloads it"},
                                                                                  {method::del, core::module_action::unload, "Unloads it"}};
  for (const auto& [m, what, summary] : module_methods)
    keep(r.add({.method = m,
                .path = "/core/modules/{id}",
                .permission = std::string{may_supervise},
                .to = answered_by([c, what = what](const auto& req, const auto& reply) { module_command(c, what, req, reply); }),
                .query = query_of(),
                .about = {.group = group_of("/core"), .summary = summary}}));
  return done;
}

} // namespace ringmaster::telephone
