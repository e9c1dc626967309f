// /queue: queues, their members and callers, all of a queue together, and what a supervisor does to a member.
#include "http/telephone/groups.hpp"

#include "http/telephone/resource.hpp"

#include <map>

namespace ringmaster::telephone {
namespace {

using http::method;

/// Those of the queue that `?queue_name=` names, or all.
template <class T>
auto of_queue(const http::request& req) {
  return [name = std::string{req.query_value("queue_name").value_or("")}](const T& one) {
    return name.empty() || one.queue_name == name;
  };
}

/// A member by its name or interface, by its id, or by any of them and `?queue_name=`.
result<found_object<queue_member>> find_member(const context& c, const http::request& req, std::string_view name) {
  const auto queue = std::string{req.query_value("queue_name").value_or("")};
  if (queue.empty())
    if (auto by_id = find_one<queue_member>(c, req, name); by_id || by_id.error().code != errc::not_found)
      return by_id;
  const auto where = servers_of(c, req);
  if (!where)
    return where.error();
  std::vector<found_object<queue_member>> all;
  for (const auto* server : *where) {
    if (!queue.empty())
      if (auto object = server->of<queue_member>().find(std::string{name} + "@" + queue)) {
        all.push_back({server, std::move(object)});
        continue; // an interface means one; names may not
      }
    std::vector<core::live_table<queue_member>::pointer> members;
    server->of<queue_member>().collect(members);
    for (auto& one : members)
      if (one->look([&](const queue_member& m) {
            return (m.name == name || m.location == name || m.id == name) && (queue.empty() || m.queue_name == queue);
          }))
        all.push_back({server, std::move(one)});
  }
  if (all.empty())
    return no_such("queue member", name);
  if (all.size() > 1)
    return not_clear("queue member", name, "say which with ?queue_name=, ?pbx= or by its id, location@queue_name");
  return std::move(all.front());
}

/// A list in JSON, each item as `append(out, *item)` writes it.
template <class Items, class Append>
void append_list(std::string& out, const Items& items, Append&& append) {
  out.push_back('[');
  bool first = true;
  for (const auto& one : items) {
    if (!std::exchange(first, false))
      out.push_back(',');
    append(out, *one);
  }
  out.push_back(']');
}

http::response show_member(const context& c, const http::request& req, std::string_view name) {
  const auto one = find_member(c, req, name);
  if (!one)
    return outbound::refuse(c, one.error());
  return outbound::answer(c, [&](std::string& out) { append_object(out, *one->object); });
}

/// {"queue": {…}, "entries": […], "members": […]}, callers in the order in which they wait.
struct status_parts {
  std::vector<core::live_table<queue_entry>::pointer> entries;
  std::vector<core::live_table<queue_member>::pointer> members;
};

void append_status(std::string& out, const core::live_object<queue>& of, const status_parts& parts) {
  out.append("{\"entries\":");
  append_list(out, parts.entries, append_object<queue_entry>);
  out.append(",\"members\":");
  append_list(out, parts.members, append_object<queue_member>);
  out.append(",\"queue\":");
  append_object(out, of);
  out.push_back('}');
}

/// By queue, of one server.
std::map<std::string, status_parts> parts_of(const core::telephone_tables& server) {
  std::map<std::string, status_parts> all;
  bool more = false;
  const auto any = [](const auto&) { return true; };
  for (auto& one : collect<queue_member>({&server}, {}, more, any))
    all[one->look([](const queue_member& m) { return m.queue_name; })].members.push_back(std::move(one));
  std::vector<std::pair<std::int64_t, core::live_table<queue_entry>::pointer>> waiting;
  for (auto& one : collect<queue_entry>({&server}, {}, more, any))
    waiting.emplace_back(one->look([](const queue_entry& e) { return e.position; }), std::move(one));
  std::stable_sort(waiting.begin(), waiting.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [position, one] : waiting)
    all[one->look([](const queue_entry& e) { return e.queue_name; })].entries.push_back(std::move(one));
  return all;
}

http::response status(const context& c, const http::request& req, std::string_view name) {
  const auto one = find_one<queue>(c, req, name);
  if (!one)
    return outbound::refuse(c, one.error());
  auto parts = parts_of(*one->server);
  return outbound::answer(c, [&](std::string& out) { append_status(out, *one->object, parts[std::string{name}]); });
}

http::response statuses(const context& c, const http::request& req) {
  const auto where = servers_of(c, req);
  if (!where)
    return outbound::refuse(c, where.error());
  const auto which = page_of(req);
  if (!which)
    return outbound::refuse(c, which.error());
  bool more = false;
  const auto queues = collect<queue>(*where, *which, more, [](const queue&) { return true; });
  std::map<std::string, std::map<std::string, status_parts>> by_server;
  for (const auto* server : *where)
    by_server[server->pbx] = parts_of(*server);
  return outbound::answer(c, [&](std::string& out) {
    out.append("{\"list\":");
    append_list(out, queues, [&](std::string& to, const core::live_object<queue>& one) {
      const auto [pbx, name] = one.look([](const queue& q) { return std::pair{q.pbx, q.name}; });
      append_status(to, one, by_server[pbx][name]);
    });
    if (more)
      out.append(",\"next_page_token\":\"").append(std::to_string(queues.back()->serial)).push_back('"');
    out.push_back('}');
  });
}

// --- what a supervisor does

inline constexpr auto add_fields = field_table{
    field{1, "queue_name", &core::member_to_add::queue_name, access::writable, "Queue."},
    field{2, "location", &core::member_to_add::location, access::writable, "Interface to be rung."},
    field{3, "name", &core::member_to_add::name, access::writable, "Name; the interface without one."},
    field{4, "state_interface", &core::member_to_add::state_interface, access::writable, "Whose device state counts."},
    field{5, "penalty", &core::member_to_add::penalty, access::writable, "Penalty."},
    field{6, "paused", &core::member_to_add::paused, access::writable, "1: begins paused."},
};
inline constexpr auto change_fields = field_table{
    field{1, "paused", &core::member_change::paused, access::writable, "1 pauses, 0 ends the pause."},
    field{2, "paused_reason", &core::member_change::paused_reason, access::writable, "Why it is paused."},
    field{3, "penalty", &core::member_change::penalty, access::writable, "Penalty."},
    field{4, "ring_inuse", &core::member_change::ring_inuse, access::writable, "1: is rung though in use."},
};

void add_member(const context& c, const http::request& req, const http::responder& reply) {
  const auto body = outbound::read_body(req.body);
  if (!body)
    return reply(outbound::refuse(c, body.error()));
  const auto who = merge_json(core::member_to_add{}, (*body)->root, add_fields);
  if (!who)
    return reply(outbound::refuse(c, who.error()));
  const auto what = core::queue_add_request(*who);
  if (!what)
    return reply(outbound::refuse(c, what.error()));
  const auto to = find_one<queue>(c, req, who->queue_name);
  if (!to)
    return reply(outbound::refuse(c, to.error()));
  ask(c, to->server->pbx, what, reply);
}

void ask_in_turn(const context& c, const std::string& pbx, std::shared_ptr<const std::vector<telephone_request>> what,
                 std::size_t at, const http::responder& reply) {
  c.engine->ask(pbx, (*what)[at], [=](const result<std::string>& said) {
    if (!said)
      return reply(outbound::refuse(c, said.error()));
    if (at + 1 < what->size())
      return ask_in_turn(c, pbx, what, at + 1, reply);
    reply(http::success(c.now()));
  });
}

void change_member(const context& c, const http::request& req, const http::responder& reply) {
  const auto one = find_member(c, req, req.param("id"));
  if (!one)
    return reply(outbound::refuse(c, one.error()));
  const auto body = outbound::read_body(req.body);
  if (!body)
    return reply(outbound::refuse(c, body.error()));
  const auto change = merge_json(core::member_change{}, (*body)->root, change_fields);
  if (!change)
    return reply(outbound::refuse(c, change.error()));
  auto what = one->object->look(
      [&](const queue_member& m) { return core::queue_member_requests(m.queue_name, m.location, *change); });
  if (!what)
    return reply(outbound::refuse(c, what.error()));
  ask_in_turn(c, one->server->pbx, std::make_shared<const std::vector<telephone_request>>(std::move(*what)), 0, reply);
}

void remove_member(const context& c, const http::request& req, const http::responder& reply) {
  const auto one = find_member(c, req, req.param("id"));
  if (!one)
    return reply(outbound::refuse(c, one.error()));
  ask(c, one->server->pbx,
      one->object->look([](const queue_member& m) { return core::queue_remove_request(m.queue_name, m.location); }), reply);
}

} // namespace

result<void> add_queue(http::router& r, const context& c) {
  result<void> done;
  const auto keep = [&done](result<void> added) {
    if (done && !added)
      done = added.error();
  };
  const auto add = [&](method m, const char* path, std::string_view permission, http::handler to) {
    keep(r.add({m, path, std::string{permission}, http::access::token, {std::move(to), {}, {}, 0}}));
  };
  keep(live_resource<queue>::add_to(r, c, "/queue/queues"));
  keep(live_resource<queue_entry>::add_to(r, c, "/queue/entries", of_queue<queue_entry>));
  add(method::get, "/queue/members", may_read, [c](const auto& req, const auto& reply) {
    const auto id = named_in_body(req, "name");
    if (!id)
      return reply(outbound::refuse(c, id.error()));
    if (!*id)
      return reply(live_resource<queue_member>::list(c, req, of_queue<queue_member>(req)));
    reply(show_member(c, req, **id));
  });
  add(method::get, "/queue/members/{id}", may_read,
      [c](const auto& req, const auto& reply) { reply(show_member(c, req, req.param("id"))); });
  add(method::post, "/queue/members", may_supervise, [c](const auto& req, const auto& reply) { add_member(c, req, reply); });
  add(method::put, "/queue/members/{id}", may_supervise,
      [c](const auto& req, const auto& reply) { change_member(c, req, reply); });
  add(method::del, "/queue/members/{id}", may_supervise,
      [c](const auto& req, const auto& reply) { remove_member(c, req, reply); });
  add(method::get, "/queue/statuses", may_read, [c](const auto& req, const auto& reply) {
    const auto name = named_in_body(req, "name");
    if (!name)
      return reply(outbound::refuse(c, name.error()));
    reply(*name ? status(c, req, **name) : statuses(c, req));
  });
  add(method::get, "/queue/statuses/{id}", may_read,
      [c](const auto& req, const auto& reply) { reply(status(c, req, req.param("id"))); });
  return done;
}

} // namespace ringmaster::telephone
