// SPDX-License-Identifier: Apache-2.0
/// Create, read, update, delete and list for any resource that has a field table.
///
/// What a resource brings (`R`):
///
///     using object = …;                          the struct
///     static constexpr auto& table;              its fields
///     static constexpr std::string_view name;    "plan", for messages
///     static constexpr std::string_view path;    "/ob/plans"
///     static constexpr std::string_view group;   "Plans", for the description of the API
///     static constexpr http::object_kind shown, sent;   "Plan", "PlanInput", the same
///     static constexpr std::string_view may_read, may_write;   permissions (protocol/permission.hpp)
///     static constexpr std::size_t list_count;   items of a list without `count`
///     using keeper = …;                          what keeps them; without, the collection of such objects
/// and, where that is not said by the table:
///
///     static result<page> list(const txn&, const http::request&, const page_query<position>&);   else all of them
///     static void append_item(std::string&, const object&, const http::request&);   one item of a list; else the whole object
///     static std::vector<http::query_parameter> list_query();   query parameters of a list, beside those for pages
///     static std::optional<http::response> other_form(const context&, const http::request&);
///                                                a list that is no JSON, if there is one
///     static bool stops(const input&);           which changes have to be possible in a full database as well
///     static bool may_see(const auth::principal&, const object&);   whose object it is; to all others it is not there
///     static void begin(object&, const auth::principal&);           what a new one has of him who makes it
///
/// What happens to it is a command (`actors/commands/`).
#pragma once

#include "actors/commands/collected.hpp"
#include "http/api/input.hpp"
#include "http/api/page.hpp"
#include "http/api/query.hpp"
#include "http/api/write.hpp"
#include "http/router.hpp"

namespace ringmaster::api {

/// A keeper says what an id is, where objects are, and which commands there are for them. This one is of collections
/// (storage/collection.hpp), whose ids are integers.
template <class T>
struct collection_keeper {
  using id = std::int64_t;
  static constexpr std::string_view parameter = "{id}";
  [[nodiscard]] static result<id> read_id(const context&, const http::request& req, std::string_view what) {
    id read = 0;
    const auto text = req.param("id");
    if (read_position(text, read))
      return read;
    return error{errc::not_found, std::string{"there is no "}.append(what).append(" \"").append(text).append("\""), {}};
  }
  [[nodiscard]] static result<T> get(const storage::txn& in, id which) { return storage::get<T>(in, which); }
  [[nodiscard]] static error unknown(id which, std::string_view) { return storage::collecting::unknown(storage::collecting::of<T>, which); }
  [[nodiscard]] static result<storage::numbered_page<T>> list(const storage::txn& in, const page_query<id>& which) {
    return storage::list<T>(in, storage::numbered_request{which.after.value_or(0), which.count});
  }
  [[nodiscard]] static result<T> create(const commands::context& c, const T& fresh) { return commands::create_collected(c, fresh); }
  [[nodiscard]] static result<T> update(const commands::context& c, id which, const std::function<result<T>(const T&)>& edit) {
    return commands::update_collected(c, which, edit);
  }
  struct removal {};
  [[nodiscard]] static std::vector<http::query_parameter> removal_query() { return {}; }
  [[nodiscard]] static result<removal> read_removal(const http::request&) { return removal{}; }
  [[nodiscard]] static result<T> remove(const commands::context& c, id which, const removal&) {
    return commands::remove_collected<T>(c, which);
  }
};

namespace resource_detail {
template <class R>
struct keeper_of {
  using type = collection_keeper<typename R::object>;
};
template <class R>
requires requires { typename R::keeper; }
struct keeper_of<R> {
  using type = typename R::keeper;
};
} // namespace resource_detail

template <class R>
struct resource_handlers {
  using object = typename R::object;
  using keeper = typename resource_detail::keeper_of<R>::type;
  using id_of = typename keeper::id;

  static http::response shown(const context& c, const result<object>& r, http::outcome what = http::outcome::shown) {
    if (!r)
      return refuse(c, r.error());
    return answer(
        c, [&](std::string& out) { append_json(out, *r, R::table); }, what);
  }

  static void create(const context& c, const http::request& req, const http::responder& reply) {
    const auto body = input::of(c, req);
    if (!body)
      return reply(refuse(c, body.error()));
    auto fresh = body->merge(object{}, R::table);
    if (!fresh)
      return reply(refuse(c, fresh.error()));
    if constexpr (requires { R::begin(*fresh, *req.caller); })
      R::begin(*fresh, *req.caller);
    write<object>(
        c, req.caller, [fresh = std::move(*fresh)](const commands::context& to) { return keeper::create(to, fresh); },
        [c, reply](const result<object>& made) { reply(shown(c, made, http::outcome::created)); });
  }

  static void detail(const context& c, const id_of& id, const http::request& req, const http::responder& reply) {
    const auto in = c.read();
    if (!in)
      return reply(refuse(c, in.error()));
    reply(shown(c, seen(*in, id, req.caller)));
  }

  static void list(const context& c, const http::request& req, const http::responder& reply) {
    if constexpr (requires { keeper::named_in_body(req.body); })
      if (req.trailing_slash && !req.body.empty()) { // the id may come in the body: GET /ob/plans/ {"uuid": …}
        const auto id = keeper::named_in_body(req.body);
        return id ? detail(c, *id, req, reply) : reply(refuse(c, id.error()));
      }
    if constexpr (requires { R::other_form(c, req); })
      if (auto other = R::other_form(c, req))
        return reply(std::move(*other));
    const auto which = page_parameters<id_of>(req, R::list_count);
    if (!which)
      return reply(refuse(c, which.error()));
    reply(answer_with_list<id_of>(
        c, *which, [c, req](std::string& out, const page_query<id_of>& some, bool first) -> result<appended<id_of>> {
          const auto in = c.read();
          if (!in)
            return in.error();
          const auto found = some_of(*in, req, some);
          if (!found)
            return found.error();
          if constexpr (has_owners) {
            auto visible = *found; // a page may have fewer than were asked for, and a next one
            std::erase_if(visible.items, [&](const object& o) { return !R::may_see(*req.caller, o); });
            return append_page<id_of>(
                out, visible, first, [&](std::string& to, const object& o) { append_item(to, o, req); }, found->items.size());
          } else {
            return append_page<id_of>(out, *found, first, [&](std::string& to, const object& o) { append_item(to, o, req); });
          }
        }));
  }

  static void update(const context& c, const id_of& id, const http::request& req, const http::responder& reply) {
    const auto body = input::of(c, req);
    if (!body)
      return reply(refuse(c, body.error()));
    auto may_fill = storage::room::ordinary;
    if constexpr (requires { R::stops(*body); })
      if (R::stops(*body))
        may_fill = storage::room::reserve;
    write<object>(
        c, req.caller,
        [id, body = *body, by = req.caller](const commands::context& to) {
          if constexpr (has_owners)
            if (const auto before = seen(to.in, id, by); !before)
              return before;
          return keeper::update(to, id, [&](const object& before) { return body.merge(before, R::table); });
        },
        [c, reply](const result<object>& done) { reply(shown(c, done, http::outcome::changed)); }, may_fill);
  }

  static void remove(const context& c, const id_of& id, const http::request& req, const http::responder& reply) {
    const auto options = keeper::read_removal(req);
    if (!options)
      return reply(refuse(c, options.error()));
    write<object>(
        c, req.caller,
        [id, options = *options, by = req.caller](const commands::context& to) {
          if constexpr (has_owners)
            if (const auto before = seen(to.in, id, by); !before)
              return before;
          return keeper::remove(to, id, options);
        },
        [c, reply](const result<object>& done) { reply(shown(c, done, http::outcome::removed)); }, storage::room::reserve);
  }

  [[nodiscard]] static result<void> add_to(http::router& r, const context& c) {
    using http::method;
    using http::outcome;
    const std::string all{R::path}, one = all + "/" + std::string{keeper::parameter};
    const auto by_id = [c](auto act) {
      return http::handler{[c, act](const http::request& req, const http::responder& reply) {
        const auto id = keeper::read_id(c, req, R::name);
        id ? act(*id, req, reply) : reply(refuse(c, id.error()));
      }};
    };
    result<void> done;
    const auto add = [&](method m, const std::string& path, std::string_view permission, http::handler to, std::string_view summary,
                         outcome does, http::reply_shape shape, const http::object_kind* body = nullptr,
                         std::vector<http::query_parameter> query = {}) {
      auto added = r.add({.method = m,
                          .path = path,
                          .permission = std::string{permission},
                          .to = {.on_request = std::move(to)},
                          .query = std::move(query),
                          .about = {.group = R::group,
                                    .summary = summary,
                                    .body = body,
                                    .reply = &R::shown,
                                    .shape = shape,
                                    .does = does,
                                    .id = field_type<id_of>::kind}});
      if (done && !added)
        done = added.error();
    };
    add(
        method::post, all, R::may_write, [c](const auto& req, const auto& reply) { create(c, req, reply); }, "Creates one",
        outcome::created, http::reply_shape::one, &R::sent);
    std::vector<http::query_parameter> list_query{http::count_parameter, http::page_token_parameter};
    if constexpr (requires { R::list_query(); })
      for (auto& further : R::list_query())
        list_query.push_back(std::move(further));
    add(
        method::get, all, R::may_read, [c](const auto& req, const auto& reply) { list(c, req, reply); }, "Lists them", outcome::shown,
        http::reply_shape::list, nullptr, list_query);
    add(method::get, one, R::may_read, by_id([c](const id_of& id, const auto& req, const auto& reply) { detail(c, id, req, reply); }),
        "Shows one", outcome::shown, http::reply_shape::one);
    add(method::put, one, R::may_write, by_id([c](const id_of& id, const auto& req, const auto& reply) { update(c, id, req, reply); }),
        "Changes what the body names", outcome::changed, http::reply_shape::one, &R::sent);
    add(method::del, one, R::may_write, by_id([c](const id_of& id, const auto& req, const auto& reply) { remove(c, id, req, reply); }),
        "Deletes one", outcome::removed, http::reply_shape::one, nullptr, keeper::removal_query());
    return done;
  }

private:
  static constexpr bool has_owners = requires(const auth::principal& who, const object& what) { R::may_see(who, what); };

  /// To whoever may not see it, it is not there.
  static result<object> seen(const storage::txn& in, const id_of& id, [[maybe_unused]] const std::shared_ptr<const auth::principal>& by) {
    auto found = keeper::get(in, id);
    if constexpr (has_owners)
      if (found && !(by && R::may_see(*by, *found)))
        return keeper::unknown(id, R::name);
    return found;
  }

  static auto some_of(const storage::txn& in, const http::request& req, const page_query<id_of>& which) {
    if constexpr (requires { R::list(in, req, which); })
      return R::list(in, req, which);
    else
      return keeper::list(in, which);
  }
  static void append_item(std::string& out, const object& item, const http::request& req) {
    if constexpr (requires { R::append_item(out, item, req); })
      R::append_item(out, item, req);
    else
      append_json(out, item, R::table);
  }
};

} // namespace ringmaster::api
