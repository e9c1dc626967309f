/// Create, read, update, delete and list for any resource that has a field table.
///
/// What a resource brings (`R`):
///
///     using object = …;                          the struct
///     static constexpr auto& table;              its fields
///     static constexpr std::string_view name;    "plan", for messages
///     static constexpr std::string_view path;    "/ob/plans"
///     static constexpr std::size_t list_count;   items of a list without `count`
///     static result<object> create(write_txn&, changes&, object, time_point now);
///     static result<object> update(write_txn&, changes&, const uuid&, const storage::edit<object>&, time_point now);
///     static result<object> remove(write_txn&, changes&, const uuid&, const remove_options&, time_point now);
///     static result<storage::page<object>> list(const txn&, const http::request&, const storage::page_request&);
///     static void append_item(std::string&, const object&, const http::request&);   one item of a list
///     static std::optional<http::response> other_form(const context&, const http::request&);
///                                                a list that is no JSON, if there is one; may be left out
#pragma once

#include "http/outbound/context.hpp"
#include "http/outbound/query.hpp"
#include "http/router.hpp"
#include "protocol/fields.hpp"

namespace ringmaster::outbound {

inline constexpr std::string_view may_read = "ob.read", may_write = "ob.write";

struct remove_options {
  bool force{false};
  bool delete_dls{false};
};

/// Appends {"list": […]} and, when there is more, "next_page_token".
template <class T, class AppendItem>
void append_page(std::string& out, const storage::page<T>& page, AppendItem&& append_item) {
  out.append("{\"list\":[");
  bool first = true;
  for (const auto& item : page.items) {
    if (!first)
      out.push_back(',');
    first = false;
    append_item(item);
  }
  out.push_back(']');
  if (page.next)
    out.append(",\"next_page_token\":\"").append(to_string(*page.next)).push_back('"');
  out.push_back('}');
}

/// A resource says with `stops(body)` which changes have to be possible in a full database as well.
template <class R>
[[nodiscard]] storage::room room_for(simdjson::dom::element body) {
  if constexpr (requires { R::stops(body); })
    return R::stops(body) ? storage::room::reserve : storage::room::ordinary;
  else
    return storage::room::ordinary;
}

template <class R>
struct resource_handlers {
  using object = typename R::object;

  static http::response shown(const context& c, const result<object>& r) {
    if (!r)
      return refuse(c, r.error());
    return answer(c, [&](std::string& out) { append_json(out, *r, R::table); });
  }

  static void create(const context& c, const http::request& req, const http::responder& reply) {
    const auto body = read_body(req.body);
    if (!body)
      return reply(refuse(c, body.error()));
    auto fresh = merge_json(object{}, (*body)->root, R::table);
    if (!fresh)
      return reply(refuse(c, fresh.error()));
    c.engine->transact<object>(
        [fresh = std::move(*fresh), now = c.now()](storage::write_txn& in, changes& what) {
          return R::create(in, what, fresh, now);
        },
        [c, reply](const result<object>& made) { reply(shown(c, made)); });
  }

  static void detail(const context& c, const uuid& id, const http::responder& reply) {
    const auto in = c.read();
    if (!in)
      return reply(refuse(c, in.error()));
    reply(shown(c, storage::get<object>(*in, id)));
  }

  static void list(const context& c, const http::request& req, const http::responder& reply) {
    if (req.trailing_slash && !req.body.empty()) { // the id may come in the body: GET /ob/plans/ {"uuid": …}
      const auto id = named_in_body(req.body);
      return id ? detail(c, *id, reply) : reply(refuse(c, id.error()));
    }
    if constexpr (requires { R::other_form(c, req); })
      if (auto other = R::other_form(c, req))
        return reply(std::move(*other));
    const auto which = page_parameters(req, R::list_count);
    if (!which)
      return reply(refuse(c, which.error()));
    const auto in = c.read();
    if (!in)
      return reply(refuse(c, in.error()));
    const auto found = R::list(*in, req, *which);
    if (!found)
      return reply(refuse(c, found.error()));
    reply(answer(c, [&](std::string& out) {
      append_page(out, *found, [&](const object& o) { R::append_item(out, o, req); });
    }));
  }

  static void update(const context& c, const uuid& id, const http::request& req, const http::responder& reply) {
    const auto body = read_body(req.body);
    if (!body)
      return reply(refuse(c, body.error()));
    c.engine->transact<object>(
        [id, body = *body, now = c.now()](storage::write_txn& in, changes& what) {
          return R::update(
              in, what, id, [&](const object& before) { return merge_json(before, body->root, R::table); }, now);
        },
        [c, reply](const result<object>& done) { reply(shown(c, done)); }, room_for<R>((*body)->root));
  }

  static void remove(const context& c, const uuid& id, const http::request& req, const http::responder& reply) {
    const auto force = flag(req, "force");
    if (!force)
      return reply(refuse(c, force.error()));
    const auto delete_dls = flag(req, "delete_dls");
    if (!delete_dls)
      return reply(refuse(c, delete_dls.error()));
    c.engine->transact<object>(
        [id, options = remove_options{*force, *delete_dls}, now = c.now()](storage::write_txn& in, changes& what) {
          return R::remove(in, what, id, options, now);
        },
        [c, reply](const result<object>& done) { reply(shown(c, done)); }, storage::room::reserve);
  }

  [[nodiscard]] static result<void> add_to(http::router& r, const context& c) {
    using http::method;
    const std::string all{R::path}, one = all + "/{uuid}";
    const auto by_id = [c](auto act) {
      return http::handler{[c, act](const http::request& req, const http::responder& reply) {
        const auto id = path_id(req, R::name);
        id ? act(*id, req, reply) : reply(refuse(c, id.error()));
      }};
    };
    const auto add = [&r](method m, const std::string& path, std::string_view permission, http::handler to) {
      return r.add({m, path, std::string{permission}, http::access::token, {std::move(to), {}, {}, 0}});
    };
    result<void> done;
    const auto keep = [&done](result<void> added) {
      if (done && !added)
        done = added.error();
    };
    keep(add(method::post, all, may_write, [c](const auto& req, const auto& reply) { create(c, req, reply); }));
    keep(add(method::get, all, may_read, [c](const auto& req, const auto& reply) { list(c, req, reply); }));
    keep(add(method::get, one, may_read,
             by_id([c](const uuid& id, const auto&, const auto& reply) { detail(c, id, reply); })));
    keep(add(method::put, one, may_write,
             by_id([c](const uuid& id, const auto& req, const auto& reply) { update(c, id, req, reply); })));
    keep(add(method::del, one, may_write,
             by_id([c](const uuid& id, const auto& req, const auto& reply) { remove(c, id, req, reply); })));
    return done;
  }

private:
  static result<uuid> named_in_body(std::string_view text) {
    const auto body = read_body(text);
    if (!body)
      return body.error();
    uuid id;
    simdjson::dom::element named;
    if ((*body)->root["uuid"].get(named) != simdjson::SUCCESS || field_type<uuid>::read_json(named, id))
      return invalid_field("uuid", "uuid must be a uuid");
    return id;
  }
};

} // namespace ringmaster::outbound
