// SPDX-License-Identifier: Apache-2.0
/// List and detail of any kind of live object, from its row in core/telephone/resources.hpp.
///
/// A list is in the order in which its objects came to be; whole, or with `?count=` in pages of up to 10,000,
/// each with the `next_page_token` of the one that follows. `?pbx=`, or `pbx` in the body, names the server that is
/// meant; an id that two servers have is an error without it, unless it is the global one ("pbx1:1001").
#pragma once

#include "actors/core/telephone/requests.hpp"
#include "actors/core/telephone/tables.hpp"
#include "http/api/context.hpp"
#include "http/api/page.hpp"
#include "http/router.hpp"
#include "protocol/json.hpp"
#include "protocol/permission.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::telephone {

using api::context;

inline constexpr std::string_view may_read = permission::telephone_read, may_supervise = permission::telephone_supervise;

/// Objects of a list that are rendered at a time, so that the thread serves its other connections in between.
inline constexpr std::size_t a_piece = 128;

using servers = std::vector<const core::telephone_tables*>;

/// What a request asks about besides its path, in its query or, with the same meaning, in its body.
class asked {
public:
  /// Of a request whose body is nothing but this: "pbx" and `fields`, all of them strings. Errors name the field: it is
  /// unknown, no string, or its query says something else.
  [[nodiscard]] static result<asked> of(const http::request& req, std::initializer_list<std::string_view> fields = {});
  /// Of one whose body holds other things as well: `in_body` is what it says of these.
  [[nodiscard]] static result<asked>
  of(const http::request& req, std::initializer_list<std::pair<std::string_view, std::optional<std::string>>> in_body);

  /// What was said; empty: nothing.
  [[nodiscard]] const std::string& operator[](std::string_view name) const;

private:
  [[nodiscard]] std::optional<error> take(const http::request& req, std::string_view name, std::string_view in_body);
  std::vector<std::pair<std::string, std::string>> said_;
};

/// Those that "pbx" names, or all. Error: there is no such server.
[[nodiscard]] result<servers> servers_of(const context& c, const asked& what);
/// Those that the query or `body_pbx`, the body's "pbx", names, or all.
[[nodiscard]] result<servers> servers_for(const context& c, const http::request& req,
                                          const std::optional<std::string>& body_pbx);

/// A body's struct with the server beside it, so that its table can have that, too.
template <class T>
struct on_server : T {
  std::optional<std::string> pbx;
};
template <class T>
inline constexpr auto pbx_field =
    field{255, "pbx", &on_server<T>::pbx, access::writable, "Server that is meant, where there are several."};

struct page {
  std::optional<std::size_t> count; ///< nothing: the whole list
  std::uint64_t after{0};           ///< serial of the last object of the page before
};
[[nodiscard]] result<page> page_of(const http::request& req);

/// The query parameters of a path: `pbx`, and those named.
[[nodiscard]] std::vector<http::query_parameter> query_of(std::initializer_list<std::string_view> names = {});

[[nodiscard]] error no_such(std::string_view what, std::string_view id);
/// More than one object is meant; `how` says what tells them apart.
[[nodiscard]] error not_clear(std::string_view what, std::string_view id, std::string_view how);

template <class T>
struct found_object {
  const core::telephone_tables* server;
  typename core::live_table<T>::pointer object;
};

/// By its id alone.
template <class T>
[[nodiscard]] result<found_object<T>> find_plain(const servers& where, std::string_view id) {
  std::vector<found_object<T>> all;
  for (const auto* server : where)
    if (auto object = server->of<T>().find(id))
      all.push_back({server, std::move(object)});
  if constexpr (requires(const T& t) { core::resource<T>::also_called(t, id); })
    if (all.empty()) // by its other name, which costs a walk over all
      for (const auto* server : where) {
        std::vector<typename core::live_table<T>::pointer> known;
        server->of<T>().collect(known);
        for (auto& one : known)
          if (one->look([&](const T& t) { return core::resource<T>::also_called(t, id); }))
            all.push_back({server, std::move(one)});
      }
  if (all.empty())
    return no_such(core::resource<T>::name, id);
  if (all.size() > 1)
    return not_clear(
        core::resource<T>::name, id,
        std::all_of(all.begin(), all.end(), [&](const auto& one) { return one.server == all.front().server; })
            ? "name it in full"
            : "more than one server has it: say which with pbx");
  return std::move(all.front());
}

/// `find(servers, id)` on the server that a global id names, and else, or if that has none, on all with `said` as it is.
template <class Find>
[[nodiscard]] auto find_anywhere(const servers& where, std::string_view said, Find&& find) -> decltype(find(where, said)) {
  for (const auto* server : where)
    if (const auto id = core::id_on(server->pbx, said))
      if (auto one = find(servers{server}, *id); one || one.error().code != errc::not_found)
        return one;
  return find(where, said);
}

/// By its id, plain or global.
template <class T>
[[nodiscard]] result<found_object<T>> find_one(const servers& where, std::string_view id) {
  return find_anywhere(where, id, [](const servers& on, std::string_view plain) { return find_plain<T>(on, plain); });
}

/// The one that the path names, on the server that the query or the body names.
template <class T>
[[nodiscard]] result<found_object<T>> asked_one(const context& c, const http::request& req) {
  const auto what = asked::of(req);
  if (!what)
    return what.error();
  const auto where = servers_of(c, *what);
  if (!where)
    return where.error();
  return find_one<T>(*where, req.param("id"));
}

/// All objects of these servers, oldest first, of one page.
template <class T, class Wanted>
[[nodiscard]] std::vector<typename core::live_table<T>::pointer> collect(const servers& of, const page& which,
                                                                         bool& more, Wanted&& wanted) {
  std::vector<typename core::live_table<T>::pointer> all;
  for (const auto* server : of)
    server->of<T>().collect(all);
  std::erase_if(all, [&](const auto& one) { return one->serial <= which.after || !one->look(wanted); });
  const auto older = [](const auto& a, const auto& b) { return a->serial < b->serial; };
  more = which.count && *which.count < all.size();
  if (more) {
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(*which.count);
    std::nth_element(all.begin(), end, all.end(), older);
    all.erase(end, all.end());
  }
  std::sort(all.begin(), all.end(), older);
  return all;
}

template <class T>
void append_object(std::string& out, const core::live_object<T>& one) {
  one.look([&](const T& value) { append_json(out, value, core::resource<T>::fields); });
}

/// What a list shows of an object: all of it, or its ids and its server.
template <class T>
void append_listed(std::string& out, const core::live_object<T>& one) {
  if constexpr (requires { core::resource<T>::listed_by_id; }) {
    one.look([&](const T& value) {
      out.append("{\"").append(core::resource<T>::id_field).append("\":");
      append_json_string(out, core::resource<T>::id(value));
      out.append(",\"pbx\":");
      append_json_string(out, value.pbx);
      out.append(",\"global_id\":");
      append_json_string(out, value.global_id);
      out.push_back('}');
    });
  } else {
    append_object(out, one);
  }
}

/// As the description of the API names it.
template <class T>
inline constexpr http::object_kind kind_of{core::resource<T>::name, [] { return describe<T>(core::resource<T>::fields); }};

/// "/queue/members": "Queues", and so on; those of the same first segment are together.
[[nodiscard]] std::string_view group_of(std::string_view path) noexcept;

template <class T>
struct live_resource {
  using row = core::resource<T>;
  using pointer = typename core::live_table<T>::pointer;

  template <class Wanted>
  static http::response list(const context& c, const http::request& req, const asked& what, Wanted&& wanted) {
    const auto where = servers_of(c, what);
    if (!where)
      return api::refuse(c, where.error());
    const auto which = page_of(req);
    if (!which)
      return api::refuse(c, which.error());
    bool more = false;
    auto items = std::make_shared<std::vector<pointer>>(collect<T>(*where, *which, more, wanted));
    auto next = more ? std::to_string(items->back()->serial) : std::string{};
    // Which objects are in the list is settled now; each is shown as it is when its turn comes.
    return api::answer_in_pieces(c, [items, next = std::move(next), at = std::size_t{0}](std::string& out) mutable -> result<api::piece> {
      const auto end = std::min(at + a_piece, items->size());
      out.reserve(out.size() + (end - at) * 700 + 256);
      for (; at != end; ++at) {
        if (at != 0)
          out.push_back(',');
        append_listed<T>(out, *std::exchange((*items)[at], nullptr));
      }
      return api::piece{next, at == items->size()};
    });
  }

  static http::response detail(const context& c, const asked& what, std::string_view id) {
    const auto where = servers_of(c, what);
    if (!where)
      return api::refuse(c, where.error());
    const auto one = find_one<T>(*where, id);
    if (!one)
      return api::refuse(c, one.error());
    return api::answer(c, [&](std::string& out) { append_object(out, *one->object); });
  }

  /// GET `path` and GET `path`/{id}; also GET `path`/ with the id in the body. `filter(asked)` gives what says of a T
  /// whether the list has it; `filters` are the fields that it looks at.
  template <class Filter>
  [[nodiscard]] static result<void> add_to(http::router& r, const context& c, const std::string& path, Filter filter,
                                           std::string_view filters) {
    using http::method;
    const auto add = [&](const std::string& at, http::handler to, std::vector<http::query_parameter> query, http::reply_shape shape,
                         std::string_view summary) {
      return r.add({.method = method::get,
                    .path = at,
                    .permission = std::string{may_read},
                    .to = {.on_request = std::move(to)},
                    .query = std::move(query),
                    .about = {.group = group_of(path), .summary = summary, .reply = &kind_of<T>, .shape = shape}});
    };
    if (auto added = add(path,
                         [c, filter, filters](const http::request& req, const http::responder& reply) {
                           const auto what = asked::of(req, {row::id_field, filters});
                           if (!what)
                             return reply(api::refuse(c, what.error()));
                           const auto& id = (*what)[row::id_field];
                           reply(id.empty() ? list(c, req, *what, filter(*what)) : detail(c, *what, id));
                         },
                         query_of({row::id_field, filters, "count", "page_token"}), http::reply_shape::list, "Lists them");
        !added)
      return added;
    return add(path + "/{id}", [c](const http::request& req, const http::responder& reply) {
      const auto what = asked::of(req);
      reply(what ? detail(c, *what, req.param("id")) : api::refuse(c, what.error()));
    }, query_of(), http::reply_shape::one, "Shows one");
  }
  [[nodiscard]] static result<void> add_to(http::router& r, const context& c, const std::string& path) {
    return add_to(r, c, path, [](const asked&) { return [](const T&) { return true; }; }, "pbx");
  }
};

/// Asks `server` for `what` and answers with the bare envelope, or with what the server said against it.
void ask(const context& c, const std::string& pbx, const result<telephone_request>& what,
         const http::responder& reply);

/// A route that asks a server for something: DELETE `path`/{id} and the like. `make(const T&)` gives the
/// request.
template <class T, class Make>
[[nodiscard]] result<void> add_action(http::router& r, const context& c, http::method m, const std::string& path,
                                      std::string_view summary, Make make) {
  return r.add({.method = m,
                .path = path,
                .permission = std::string{may_supervise},
                .to = {.on_request = [c, make](const http::request& req, const http::responder& reply) {
                   const auto one = asked_one<T>(c, req);
                   if (!one)
                     return reply(api::refuse(c, one.error()));
                   ask(c, one->server->pbx, one->object->look(make), reply);
                 }},
                .query = query_of(),
                .about = {.group = group_of(path), .summary = summary}});
}

} // namespace ringmaster::telephone
