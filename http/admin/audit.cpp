// SPDX-License-Identifier: Apache-2.0
#include "http/admin/audit.hpp"

#include "http/api/page.hpp"
#include "protocol/permission.hpp"
#include "storage/audit.hpp"

namespace ringmaster::admin {
namespace {

constexpr std::size_t list_count = 1'000;

http::response list(const api::context& c, const http::request& req) {
  auto which = api::page_parameters<std::int64_t>(req, list_count);
  if (!which)
    return api::refuse(c, which.error());
  if (const auto since = req.query_value("since"); since && !since->empty()) {
    time_point from{};
    if (field_type<time_point>::read_text(*since, from))
      return api::refuse(c, invalid_field("since", "since must be a time such as 2026-01-31T12:00:00Z"));
    const auto in = c.read();
    const auto before = in ? storage::last_audit_before(*in, from) : result<std::int64_t>{in.error()};
    if (!before)
      return api::refuse(c, before.error());
    which->after = std::max(which->after.value_or(0), *before);
  }
  const std::string object{req.query_value("object").value_or(std::string_view{})};
  return api::answer_with_list<std::int64_t>(
      c, *which,
      [c, object](std::string& out, const api::page_query<std::int64_t>& some, bool first) -> result<api::appended<std::int64_t>> {
        const auto in = c.read();
        if (!in)
          return in.error();
        const storage::numbered_request from{some.after.value_or(0), some.count};
        const auto found = object.empty() ? storage::list<storage::audit_record>(*in, from)
                                          : storage::list_by(*in, &storage::audit_record::history_of, object, from);
        if (!found)
          return found.error();
        return api::append_page<std::int64_t>(
            out, *found, first, [](std::string& to, const storage::audit_record& one) { append_json(to, one, storage::audit_fields); });
      });
}

} // namespace

result<void> add_audit(http::router& r, const api::context& c) {
  static constexpr http::object_kind record{"AuditRecord", [] { return describe<storage::audit_record>(storage::audit_fields); }};
  return r.add(
      {.method = http::method::get,
       .path = "/admin/audit",
       .permission = std::string{permission::ob_compliance},
       .to = {.on_request = [c](const auto& req, const auto& reply) { reply(list(c, req)); }},
       .query = {http::count_parameter,
                 http::page_token_parameter,
                 {"object", "The history of one object alone, by its id; entries (dls) have none of their own."},
                 {"since", "From this moment on.", value_kind::timestamp}},
       .about = {.group = "Audit", .summary = "Lists who changed what, oldest first", .reply = &record, .shape = http::reply_shape::list}});
}

} // namespace ringmaster::admin
