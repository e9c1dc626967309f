// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/resources.hpp"

#include "http/outbound/export.hpp"

namespace ringmaster::outbound {

// --- dl -----------------------------------------------------------------------------------------------------

std::vector<http::query_parameter> dl_resource::list_query() {
  return {{"dlma_uuid", "The list whose entries are meant; all, without.", value_kind::uuid},
          {"format", "`csv`: a file of all of them.", value_kind::string, {"json", "csv"}}};
}

result<storage::page<dl>> dl_resource::list(const storage::txn& in, const http::request& req, const page_query& which) {
  const auto of = id_parameter(req, "dlma_uuid");
  if (!of)
    return of.error();
  return *of ? storage::list_entries(in, **of, {which.after, which.count}) : keeper::list(in, which);
}
std::optional<http::response> dl_resource::other_form(const context& c, const http::request& req) {
  const auto format = req.query_value("format");
  if (!format || format->empty() || *format == "json")
    return std::nullopt;
  if (*format == "csv")
    return export_entries(c, req);
  return refuse(c, invalid_field("format", "format must be json or csv"));
}

// --- campaign -----------------------------------------------------------------------------------------------

std::vector<http::query_parameter> campaign_resource::list_query() {
  return {{"detail", "1: whole campaigns, and not their uuids alone.", value_kind::integer}};
}

result<storage::page<campaign>> campaign_resource::list(const storage::txn& in, const http::request& req, const page_query& which) {
  if (const auto whole = flag(req, "detail"); !whole)
    return whole.error();
  return keeper::list(in, which);
}
void campaign_resource::append_item(std::string& out, const campaign& item, const http::request& req) {
  if (req.query_value("detail") == "1")
    return append_json(out, item, table);
  out.append("{\"uuid\":\"").append(to_string(item.id)).append("\"}");
}

bool campaign_resource::stops(const input& body) {
  const auto status = body.only("status");
  return status && *status != static_cast<std::int64_t>(campaign_status::started);
}

} // namespace ringmaster::outbound
