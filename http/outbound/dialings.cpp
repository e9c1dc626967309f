// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/dialings.hpp"

#include "http/outbound/resource.hpp"
#include "storage/dialing.hpp"

namespace ringmaster::outbound {

namespace {

/// A dialing with all that it was begun with is some 4 KB of JSON.
constexpr std::size_t list_count = 1'000;

/// The durable record lags behind the call: not every event is worth a write.
void overlay(dialing& call, const live_dialing& now) {
  call.status = now.status;
  if (now.channel)
    call.channel = now.channel;
  if (now.res_dial != 0 || now.res_dial_detail) {
    call.res_dial = now.res_dial;
    call.res_dial_detail = now.res_dial_detail;
  }
  if (now.res_hangup != 0 || now.res_hangup_detail) {
    call.res_hangup = now.res_hangup;
    call.res_hangup_detail = now.res_hangup_detail;
  }
  if (now.tm_update)
    call.tm_update = now.tm_update;
}

result<void> complete(const context& c, const storage::txn& in, dialing& call) {
  if (const auto filled = storage::fill_info(in, call); !filled)
    return filled.error();
  if (const auto now = c.engine->live().dialings.find(call.id))
    overlay(call, now->shown());
  return {};
}

http::response list(const context& c, const http::request& req) {
  const auto which = api::page_parameters<uuid>(req, list_count);
  if (!which)
    return refuse(c, which.error());
  return api::answer_with_list<uuid>(c, *which, [c](std::string& out, const page_query& some, bool first) -> result<appended> {
    const auto in = c.read();
    if (!in)
      return in.error();
    auto found = storage::list_dialings(*in, {some.after, some.count});
    if (!found)
      return found.error();
    for (auto& call : found->items)
      if (const auto done = complete(c, *in, call); !done)
        return done.error();
    return api::append_page<uuid>(out, *found, first, [](std::string& to, const dialing& call) { append_json(to, call, dialing_fields); });
  });
}

/// Just after a start the calls that were up are known to the database before they are to the engine.
error not_hung_up(const context& c, const uuid& id, const error& why) {
  if (why.code == errc::not_found)
    if (const auto in = c.read(); in && storage::get_dialing(*in, id))
      return {errc::pbx_unavailable, "the dialing " + to_string(id) + " is being looked for on its server; try again", {}};
  return why;
}

http::response detail(const context& c, const uuid& id) {
  const auto in = c.read();
  if (!in)
    return refuse(c, in.error());
  auto call = storage::get_dialing(*in, id);
  if (!call)
    return refuse(c, call.error());
  if (const auto done = complete(c, *in, *call); !done)
    return refuse(c, done.error());
  return answer(c, [&](std::string& out) { append_json(out, *call, dialing_fields); });
}

} // namespace

result<void> add_dialings(http::router& r, const context& c) {
  using http::method;
  using shape = http::reply_shape;
  static constexpr http::object_kind shown{"Dialing", [] { return describe<dialing>(dialing_fields); }};
  const auto add = [&r](method m, const char* path, std::string_view permission, http::handler to, std::string_view summary,
                        shape gives, std::vector<http::query_parameter> query = {}) {
    return r.add({.method = m,
                  .path = path,
                  .permission = std::string{permission},
                  .to = {.on_request = std::move(to)},
                  .query = std::move(query),
                  .about = {.group = "Dialings", .summary = summary, .reply = gives == shape::nothing ? nullptr : &shown, .shape = gives}});
  };
  if (auto added = add(method::get, "/ob/dialings", may_read, [c](const auto& req, const auto& reply) { reply(list(c, req)); },
                       "Lists the calls that are up", shape::list, {http::count_parameter, http::page_token_parameter});
      !added)
    return added;
  if (auto added = add(
          method::get, "/ob/dialings/{uuid}", may_read,
          [c](const auto& req, const auto& reply) {
            const auto id = path_id(c, req, "dialing");
            reply(id ? detail(c, *id) : refuse(c, id.error()));
          },
          "Shows one", shape::one);
      !added)
    return added;
  return add(
      method::del, "/ob/dialings/{uuid}", may_write,
      [c](const auto& req, const auto& reply) {
        const auto id = path_id(c, req, "dialing");
        if (!id)
          return reply(refuse(c, id.error()));
        c.engine->hang_up(*id, [c, id = *id, reply](const result<void>& done) {
          reply(done ? outbound::done(c) : refuse(c, not_hung_up(c, id, done.error())));
        });
      },
      "Hangs one up", shape::nothing);
}

} // namespace ringmaster::outbound
