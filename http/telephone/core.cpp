// /core: channels, asynchronous AGI, systems, modules.
#include "http/telephone/groups.hpp"

#include "http/telephone/resource.hpp"
#include "protocol/uuid.hpp"

namespace ringmaster::telephone {
namespace {

using http::method;

http::endpoint answered_by(http::handler to) { return {std::move(to), {}, {}, 0}; }

/// POST {"command": "…"}: the id that its result is shown under.
void post_command(const context& c, const http::request& req, const http::responder& reply) {
  const auto one = find_one<agi>(c, req, req.param("id"));
  if (!one)
    return reply(outbound::refuse(c, one.error()));
  const auto body = outbound::read_body(req.body);
  if (!body)
    return reply(outbound::refuse(c, body.error()));
  std::string_view command;
  for (const auto& [name, value] : simdjson::dom::object{(*body)->root})
    if (name != "command")
      return reply(outbound::refuse(c, invalid_field(name, "unknown field \"" + std::string{name} + '"')));
  if ((*body)->root["command"].get(command) != simdjson::SUCCESS)
    return reply(outbound::refuse(c, invalid_field("command", "command must be a string: an AGI command, e.g. ANSWER")));
  const auto id = to_string(random_uuid());
  const auto what = core::agi_request(one->object->look([](const agi& a) { return a.name; }), id, command);
  if (!what)
    return reply(outbound::refuse(c, what.error()));
  c.engine->ask(one->server->pbx, *what, [c, reply, id, asked = std::string{command}](const result<std::string>& said) {
    if (!said)
      return reply(outbound::refuse(c, said.error()));
    reply(outbound::answer(c, [&](std::string& out) {
      json_writer w{out};
      w.begin_object();
      w.member("id", id);
      w.member("command", asked);
      w.end_object();
    }));
  });
}

void module_command(const context& c, core::module_action what, const http::request& req, const http::responder& reply) {
  const auto name = core::module_name(req.param("id"));
  const auto where = servers_of(c, req);
  if (!where)
    return reply(outbound::refuse(c, where.error()));
  std::string pbx;
  if (what == core::module_action::load) { // which need not be there yet
    if (where->size() != 1)
      return reply(outbound::refuse(c, not_clear("module", name, "there is more than one server: say which with ?pbx=")));
    pbx = where->front()->pbx;
  } else {
    const auto one = find_one<module_info>(c, req, name);
    if (!one)
      return reply(outbound::refuse(c, one.error()));
    pbx = one->server->pbx;
  }
  ask(c, pbx, core::module_request(what, name), reply); // the list follows the server's own events
}

} // namespace

result<void> add_core(http::router& r, const context& c) {
  result<void> done;
  const auto keep = [&done](result<void> added) {
    if (done && !added)
      done = added.error();
  };
  keep(live_resource<channel>::add_to(r, c, "/core/channels"));
  keep(add_action<channel>(r, c, method::del, "/core/channels/{id}",
                           [](const channel& one) { return core::hang_up_request(one.name); }));
  keep(live_resource<agi>::add_to(r, c, "/core/agis"));
  keep(add_action<agi>(r, c, method::del, "/core/agis/{id}", [](const agi& one) { return core::hang_up_request(one.name); }));
  keep(r.add({method::post, "/core/agis/{id}", std::string{may_supervise}, http::access::token,
              answered_by([c](const auto& req, const auto& reply) { post_command(c, req, reply); })}));
  keep(live_resource<system_info>::add_to(r, c, "/core/systems"));
  keep(live_resource<module_info>::add_to(r, c, "/core/modules"));
  const std::pair<method, core::module_action> module_methods[] = {
      {method::post, core::module_action::load}, {method::put, core::module_action::reload}, {method::del, core::module_action::unload}};
  for (const auto& [m, what] : module_methods)
    keep(r.add({m, "/core/modules/{id}", std::string{may_supervise}, http::access::token,
                answered_by([c, what = what](const auto& req, const auto& reply) { module_command(c, what, req, reply); })}));
  return done;
}

} // namespace ringmaster::telephone
