// SPDX-License-Identifier: Apache-2.0
/// Create, read, update, delete and list for any resource that has a field table.
///
/// What a resource brings (`R`):
///
///     using object = …;                          the struct
///     static constexpr auto& table;              its fields
///     static constexpr std::string_view name;    "plan", for messages
///     static constexpr std::string_view path;    "/ob/plans"
///     static constexpr std::size_t list_count;   items of a list without `count`
///     static constexpr http::object_kind shown, sent;   "Plan", "PlanInput", for the description of the API
///     static constexpr std::string_view group;   "Plans", the same
/// and, where that is not said by the table:
///
///     static result<storage::page<object>> list(const txn&, const http::request&, const storage::page_request&);
///                                                else all of them
///     static void append_item(std::string&, const object&, const http::request&);   one item of a list; else the whole object
///     static std::vector<http::query_parameter> list_query();   query parameters of a list, beside those for pages
///     static std::optional<http::response> other_form(const context&, const http::request&);
///                                                a list that is no JSON, if there is one
///
/// What happens to it is a command (`actors/commands/outbound.hpp`).
#pragma once

#include "actors/commands/outbound.hpp"
#include "http/outbound/context.hpp"
#include "http/outbound/pages.hpp"
#include "http/outbound/query.hpp"
#include "http/router.hpp"
#include "protocol/fields.hpp"

namespace ringmaster::outbound {

inline constexpr std::string_view may_read = "ob.read", may_write = "ob.write";

/// A resource says with `stops(body)` which changes have to be possible in a full database as well.
template <class R>
[[nodiscard]] storage::room room_for(const input& body) {
  if constexpr (requires { R::stops(body); })
    return R::stops(body) ? storage::room::reserve : storage::room::ordinary;
  else
    return storage::room::ordinary;
}

template <class R>
struct resource_handlers {
  using object = typename R::object;

  static http::response shown(const context& c, const result<object>& r, http::outcome what = http::outcome::shown) {
    if (!r)
      return refuse(c, r.error());
    return answer(c, [&](std::string& out) { append_json(out, *r, R::table); }, what);
  }

  static void create(const context& c, const http::request& req, const http::responder& reply) {
    const auto body = input::of(c, req);
    if (!body)
      return reply(refuse(c, body.error()));
    auto fresh = body->merge(object{}, R::table);
    if (!fresh)
      return reply(refuse(c, fresh.error()));
    c.engine->transact<object>(
        [c, fresh = std::move(*fresh), now = c.now()](storage::write_txn& in, changes& told) {
          return commands::create(commands::context{in, told, now, *c.engine->zones().rules()}, fresh);
        },
        [c, reply](const result<object>& made) { reply(shown(c, made, http::outcome::created)); });
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
    reply(answer_with_list(c, *which, [c, req](std::string& out, const storage::page_request& some, bool first) -> result<appended> {
      const auto in = c.read();
      if (!in)
        return in.error();
      const auto found = some_of(*in, req, some);
      if (!found)
        return found.error();
      return append_page(out, *found, first, [&](std::string& to, const object& o) { append_item(to, o, req); });
    }));
  }

  static void update(const context& c, const uuid& id, const http::request& req, const http::responder& reply) {
    const auto body = input::of(c, req);
    if (!body)
      return reply(refuse(c, body.error()));
    c.engine->transact<object>(
        [c, id, body = *body, now = c.now()](storage::write_txn& in, changes& told) {
          const storage::edit<object> edit = [&](const object& before) { return body.merge(before, R::table); };
          return commands::update<object>(commands::context{in, told, now, *c.engine->zones().rules()}, id, edit);
        },
        [c, reply](const result<object>& done) { reply(shown(c, done, http::outcome::changed)); }, room_for<R>(*body));
  }

  static void remove(const context& c, const uuid& id, const http::request& req, const http::responder& reply) {
    const auto force = flag(req, "force");
    if (!force)
      return reply(refuse(c, force.error()));
    const auto delete_dls = flag(req, "delete_dls");
    if (!delete_dls)
      return reply(refuse(c, delete_dls.error()));
    const auto erase = flag(req, "erase");
    if (!erase)
      return reply(refuse(c, erase.error()));
    c.engine->transact<object>(
        [c, id, options = commands::removal{*force, *delete_dls, *erase}, now = c.now()](storage::write_txn& in, changes& told) {
          return commands::remove<object>(commands::context{in, told, now, *c.engine->zones().rules()}, id, options);
        },
        [c, reply](const result<object>& done) { reply(shown(c, done, http::outcome::removed)); }, storage::room::reserve);
  }

  [[nodiscard]] static result<void> add_to(http::router& r, const context& c) {
    using http::method;
    const std::string all{R::path}, one = all + "/{uuid}";
    const auto by_id = [c](auto act) {
      return http::handler{[c, act](const http::request& req, const http::responder& reply) {
        const auto id = path_id(c, req, R::name);
        id ? act(*id, req, reply) : reply(refuse(c, id.error()));
      }};
    };
    result<void> done;
    const auto add = [&](method m, http::outcome does, const std::string& path, std::string_view permission, http::handler to,
                         const http::object_kind* body, http::reply_shape shape, std::string_view summary,
                         std::vector<http::query_parameter> query = {}) {
      auto added = r.add({.method = m,
                          .path = path,
                          .permission = std::string{permission},
                          .to = {.on_request = std::move(to)},
                          .query = std::move(query),
                          .about = {.group = R::group, .summary = summary, .body = body, .reply = &R::shown, .shape = shape, .does = does}});
      if (done && !added)
        done = added.error();
    };
    constexpr auto one_of_them = http::reply_shape::one, list_of_them = http::reply_shape::list;
    add(method::post, http::outcome::created, all, may_write, [c](const auto& req, const auto& reply) { create(c, req, reply); }, &R::sent, one_of_them, "Creates one");
    std::vector<http::query_parameter> list_query{http::count_parameter, http::page_token_parameter};
    if constexpr (requires { R::list_query(); })
      for (auto& further : R::list_query())
        list_query.push_back(std::move(further));
    add(method::get, http::outcome::shown, all, may_read, [c](const auto& req, const auto& reply) { list(c, req, reply); }, nullptr, list_of_them, "Lists them", list_query);
    add(method::get, http::outcome::shown, one, may_read, by_id([c](const uuid& id, const auto&, const auto& reply) { detail(c, id, reply); }), nullptr, one_of_them, "Shows one");
    add(method::put, http::outcome::changed, one, may_write, by_id([c](const uuid& id, const auto& req, const auto& reply) { update(c, id, req, reply); }), &R::sent, one_of_them,
        "Changes what the body names");
    add(method::del, http::outcome::removed, one, may_write, by_id([c](const uuid& id, const auto& req, const auto& reply) { remove(c, id, req, reply); }), nullptr, one_of_them,
        "Deletes one",
        {{"force", "1: also where others refer to it, or it has calls up.", value_kind::integer},
         {"delete_dls", "1: a dlma with its entries.", value_kind::integer},
         {"erase", "1: its personal data at once.", value_kind::integer}});
    return done;
  }

private:
  static result<storage::page<object>> some_of(const storage::txn& in, const http::request& req, const storage::page_request& which) {
    if constexpr (requires { R::list(in, req, which); })
      return R::list(in, req, which);
    else
      return storage::list<object>(in, which);
  }
  static void append_item(std::string& out, const object& item, const http::request& req) {
    if constexpr (requires { R::append_item(out, item, req); })
      R::append_item(out, item, req);
    else
      append_json(out, item, R::table);
  }

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
