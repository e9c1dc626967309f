// SPDX-License-Identifier: Apache-2.0
// /queue: queues, their members and callers, all of a queue together, and what a supervisor does to a member.
#include "http/telephone/groups.hpp"

#include "http/telephone/configured.hpp"
#include "http/telephone/resource.hpp"

#include <map>

namespace ringmaster::telephone {
namespace {

using http::method;

/// Whether `said`, plain or global, is the name of this queue.
bool is_queue(std::string_view said, std::string_view pbx, std::string_view name) noexcept {
  return said == name || core::id_on(pbx, said) == name;
}

/// Those of the queue that "queue_name" names, or all.
template <class T>
auto of_queue(const asked& what) {
  return [name = what["queue_name"]](const T& one) { return name.empty() || is_queue(name, one.pbx, one.queue_name); };
}

result<found_object<queue_member>> find_plain_member(const servers& where, std::string_view name, std::string_view queue) {
  if (queue.empty())
    if (auto by_id = find_plain<queue_member>(where, name); by_id || by_id.error().code != errc::not_found)
      return by_id;
  std::vector<found_object<queue_member>> all;
  for (const auto* server : where) {
    if (!queue.empty()) {
      const auto plain = core::id_on(server->pbx, queue).value_or(queue);
      if (auto object = server->of<queue_member>().find(std::string{name}.append("@").append(plain))) {
        all.push_back({server, std::move(object)});
        continue; // an interface means one; names may not
      }
    }
    std::vector<core::live_table<queue_member>::pointer> members;
    server->of<queue_member>().collect(members);
    for (auto& one : members)
      if (one->look([&](const queue_member& m) {
            return (m.name == name || m.location == name || m.id == name) && (queue.empty() || is_queue(queue, m.pbx, m.queue_name));
          }))
        all.push_back({server, std::move(one)});
  }
  if (all.empty())
    return no_such("queue member", name);
  if (all.size() > 1)
    return not_clear("queue member", name, "say which with queue_name, pbx or by its id, location@queue_name");
  return std::move(all.front());
}

/// A member by its name or interface, by its id, plain or global, or by any of them and "queue_name".
result<found_object<queue_member>> find_member(const context& c, const asked& what, std::string_view name) {
  const auto where = servers_of(c, what);
  if (!where)
    return where.error();
  return find_anywhere(*where, name, [&](const servers& on, std::string_view plain) {
    return find_plain_member(on, plain, what["queue_name"]);
  });
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

http::response show_member(const context& c, const asked& what, std::string_view name) {
  const auto one = find_member(c, what, name);
  if (!one)
    return api::refuse(c, one.error());
  return api::answer(c, [&](std::string& out) { append_object(out, *one->object); });
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

http::response status(const context& c, const asked& what, std::string_view name) {
  const auto where = servers_of(c, what);
  if (!where)
    return api::refuse(c, where.error());
  const auto one = find_one<queue>(*where, name);
  if (!one)
    return api::refuse(c, one.error());
  auto parts = parts_of(*one->server);
  const auto plain = one->object->look([](const queue& q) { return q.name; });
  return api::answer(c, [&](std::string& out) { append_status(out, *one->object, parts[plain]); });
}

http::response statuses(const context& c, const http::request& req, const asked& what) {
  const auto where = servers_of(c, what);
  if (!where)
    return api::refuse(c, where.error());
  const auto which = page_of(req);
  if (!which)
    return api::refuse(c, which.error());
  bool more = false;
  const auto queues = collect<queue>(*where, *which, more, [](const queue&) { return true; });
  std::map<std::string, std::map<std::string, status_parts>> by_server;
  for (const auto* server : *where)
    by_server[server->pbx] = parts_of(*server);
  return api::answer(c, [&](std::string& out) {
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
    pbx_field<core::member_to_add>,
};
/// What changes, and of which member, where the path leaves that open.
struct change_of_one : core::member_change {
  std::optional<std::string> queue_name, pbx;
};
inline constexpr auto change_fields = field_table{
    field{1, "paused", &core::member_change::paused, access::writable, "1 pauses, 0 ends the pause."},
    field{2, "paused_reason", &core::member_change::paused_reason, access::writable, "Why it is paused."},
    field{3, "penalty", &core::member_change::penalty, access::writable, "Penalty."},
    field{4, "ring_inuse", &core::member_change::ring_inuse, access::writable, "1: is rung though in use."},
    field{5, "queue_name", &change_of_one::queue_name, access::writable, "Queue that is meant."},
    field{6, "pbx", &change_of_one::pbx, access::writable, "Server that is meant."},
};

void add_member(const context& c, const http::request& req, const http::responder& reply) {
  const auto body = api::read_body(req.body);
  if (!body)
    return reply(api::refuse(c, body.error()));
  auto who = merge_json(on_server<core::member_to_add>{}, (*body)->root, add_fields);
  if (!who)
    return reply(api::refuse(c, who.error()));
  if (const auto wrong = core::queue_add_request(*who); !wrong)
    return reply(api::refuse(c, wrong.error()));
  const auto where = servers_for(c, req, who->pbx);
  if (!where)
    return reply(api::refuse(c, where.error()));
  const auto to = find_one<queue>(*where, who->queue_name);
  if (!to)
    return reply(api::refuse(c, to.error()));
  who->queue_name = to->object->look([](const queue& q) { return q.name; });
  ask(c, to->server->pbx, core::queue_add_request(*who), reply);
}

void ask_in_turn(const context& c, const std::string& pbx, std::shared_ptr<const std::vector<telephone_request>> what,
                 std::size_t at, const http::responder& reply) {
  c.engine->ask(pbx, (*what)[at], [=](const result<std::string>& said) {
    if (!said)
      return reply(api::refuse(c, said.error()));
    if (at + 1 < what->size())
      return ask_in_turn(c, pbx, what, at + 1, reply);
    reply(api::done(c));
  });
}

void change_member(const context& c, const http::request& req, const http::responder& reply) {
  const auto body = api::read_body(req.body);
  if (!body)
    return reply(api::refuse(c, body.error()));
  const auto change = merge_json(change_of_one{}, (*body)->root, change_fields);
  if (!change)
    return reply(api::refuse(c, change.error()));
  const auto about = asked::of(req, {{"pbx", change->pbx}, {"queue_name", change->queue_name}});
  if (!about)
    return reply(api::refuse(c, about.error()));
  const auto one = find_member(c, *about, req.param("id"));
  if (!one)
    return reply(api::refuse(c, one.error()));
  auto what = one->object->look(
      [&](const queue_member& m) { return core::queue_member_requests(m.queue_name, m.location, *change); });
  if (!what)
    return reply(api::refuse(c, what.error()));
  ask_in_turn(c, one->server->pbx, std::make_shared<const std::vector<telephone_request>>(std::move(*what)), 0, reply);
}

void remove_member(const context& c, const http::request& req, const http::responder& reply) {
  const auto about = asked::of(req, {"queue_name"});
  if (!about)
    return reply(api::refuse(c, about.error()));
  const auto one = find_member(c, *about, req.param("id"));
  if (!one)
    return reply(api::refuse(c, one.error()));
  ask(c, one->server->pbx,
      one->object->look([](const queue_member& m) { return core::queue_remove_request(m.queue_name, m.location); }), reply);
}

/// GET of a member that the body names by its id, or by its name or interface.
void get_members(const context& c, const http::request& req, const http::responder& reply) {
  const auto what = asked::of(req, {"id", "name", "queue_name"});
  if (!what)
    return reply(api::refuse(c, what.error()));
  const auto &id = (*what)["id"], &name = (*what)["name"];
  if (!id.empty() && !name.empty() && id != name)
    return reply(api::refuse(c, invalid_field("name", "give id or name, not both")));
  if (id.empty() && name.empty())
    return reply(live_resource<queue_member>::list(c, req, *what, of_queue<queue_member>(*what)));
  reply(show_member(c, *what, id.empty() ? name : id));
}

} // namespace

result<void> add_queue(http::router& r, const context& c) {
  result<void> done;
  const auto keep = [&done](result<void> added) {
    if (done && !added)
      done = added.error();
  };
  using shape = http::reply_shape;
  static constexpr http::object_kind status_kind{"QueueStatus", nullptr, "`queue`, `members` and `entries`."},
      to_add{"QueueMemberInput", [] { return describe<on_server<core::member_to_add>>(add_fields); }},
      to_change{"QueueMemberChange", [] { return describe<change_of_one>(change_fields); }};
  const auto add = [&](method m, const char* path, std::string_view permission, std::string_view summary, http::handler to,
                       std::initializer_list<std::string_view> query = {}, shape gives = shape::nothing,
                       const http::object_kind* reply = nullptr, const http::object_kind* body = nullptr) {
    keep(r.add({.method = m,
                .path = path,
                .permission = std::string{permission},
                .to = {.on_request = std::move(to)},
                .query = query_of(query),
                .about = {.group = group_of(path), .summary = summary, .body = body, .reply = reply, .shape = gives}}));
  };
  const auto* member = &kind_of<queue_member>;
  keep(live_resource<queue>::add_to(r, c, "/queue/queues"));
  keep(add_configured<queue>(r, c, "/queue/queues", core::configured_kind::queue));
  keep(live_resource<queue_entry>::add_to(r, c, "/queue/entries", of_queue<queue_entry>, "queue_name"));
  add(method::get, "/queue/members", may_read, "Lists them", [c](const auto& req, const auto& reply) { get_members(c, req, reply); },
      {"id", "name", "queue_name", "count", "page_token"}, shape::list, member);
  add(method::get, "/queue/members/{id}", may_read, "Shows one", [c](const auto& req, const auto& reply) {
    const auto what = asked::of(req, {"queue_name"});
    reply(what ? show_member(c, *what, req.param("id")) : api::refuse(c, what.error()));
  }, {"queue_name"}, shape::one, member);
  add(method::post, "/queue/members", may_supervise, "Adds a member to a queue",
      [c](const auto& req, const auto& reply) { add_member(c, req, reply); }, {}, shape::nothing, nullptr, &to_add);
  add(method::put, "/queue/members/{id}", may_supervise, "Pauses a member, ends the pause, sets its penalty",
      [c](const auto& req, const auto& reply) { change_member(c, req, reply); }, {"queue_name"}, shape::nothing, nullptr, &to_change);
  add(method::del, "/queue/members/{id}", may_supervise, "Takes a member out of a queue",
      [c](const auto& req, const auto& reply) { remove_member(c, req, reply); }, {"queue_name"});
  add(method::get, "/queue/statuses", may_read, "Lists queues with their members and callers", [c](const auto& req, const auto& reply) {
    const auto what = asked::of(req, {"name"});
    if (!what)
      return reply(api::refuse(c, what.error()));
    const auto& name = (*what)["name"];
    reply(name.empty() ? statuses(c, req, *what) : status(c, *what, name));
  }, {"name", "count", "page_token"}, shape::list, &status_kind);
  add(method::get, "/queue/statuses/{id}", may_read, "Shows a queue with its members and callers", [c](const auto& req, const auto& reply) {
    const auto what = asked::of(req);
    reply(what ? status(c, *what, req.param("id")) : api::refuse(c, what.error()));
  }, {}, shape::one, &status_kind);
  return done;
}

} // namespace ringmaster::telephone
