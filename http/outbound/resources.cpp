#include "http/outbound/resources.hpp"

#include "http/outbound/campaign_rules.hpp"
#include "http/outbound/export.hpp"

namespace ringmaster::outbound {

namespace {

/// Keeps the id of what a write made or changed, for the actors.
template <class T>
result<T> noted(result<T> written, std::vector<uuid>& in) {
  if (written)
    in.push_back(written->id);
  return written;
}

/// What every delete tells: campaigns that lost a reference.
template <class T>
result<T> told(result<storage::removed<T>> gone, changes& what) {
  if (!gone)
    return gone.error();
  for (const auto& c : gone->changed)
    what.campaigns.push_back(c.id);
  return std::move(gone->object);
}

/// A change of what campaigns may be running with. The edit of storage must not look at other records, so everything is
/// settled before it.
template <class T>
result<T> update_settled(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<T>& change,
                         result<T> (*settle)(const storage::txn&, T), time_point now) {
  const auto before = storage::get<T>(in, id);
  if (!before)
    return before;
  auto after = change(*before);
  if (!after)
    return after;
  after->id = id;
  const auto settled = settle(in, std::move(*after));
  if (!settled)
    return settled;
  const auto as_settled = [&](const T&) -> result<T> { return *settled; };
  return noted(storage::update(in, id, storage::edit<T>{as_settled}, now), what.resources);
}

} // namespace

// --- plan ---------------------------------------------------------------------------------------------------

result<plan> plan_resource::create(storage::write_txn& in, changes& what, plan fresh, time_point now) {
  return noted(storage::create(in, std::move(fresh), now), what.resources);
}
result<plan> plan_resource::update(storage::write_txn& in, changes& what, const uuid& id,
                                   const storage::edit<plan>& change, time_point now) {
  return update_settled(in, what, id, change, settle_plan, now);
}
result<plan> plan_resource::remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how,
                                   time_point now) {
  return noted(told(storage::remove_plan(in, id, how.force, now), what), what.resources);
}
result<storage::page<plan>> plan_resource::list(const storage::txn& in, const http::request&,
                                                const storage::page_request& which) {
  return storage::list<plan>(in, which);
}
void plan_resource::append_item(std::string& out, const plan& item, const http::request&) {
  append_json(out, item, table);
}

// --- destination --------------------------------------------------------------------------------------------

result<destination> destination_resource::create(storage::write_txn& in, changes& what, destination fresh,
                                                 time_point now) {
  return noted(storage::create(in, std::move(fresh), now), what.resources);
}
result<destination> destination_resource::update(storage::write_txn& in, changes& what, const uuid& id,
                                                 const storage::edit<destination>& change, time_point now) {
  return update_settled(in, what, id, change, settle_destination, now);
}
result<destination> destination_resource::remove(storage::write_txn& in, changes& what, const uuid& id,
                                                 const remove_options& how, time_point now) {
  return noted(told(storage::remove_destination(in, id, how.force, now), what), what.resources);
}
result<storage::page<destination>> destination_resource::list(const storage::txn& in, const http::request&,
                                                              const storage::page_request& which) {
  return storage::list<destination>(in, which);
}
void destination_resource::append_item(std::string& out, const destination& item, const http::request&) {
  append_json(out, item, table);
}

// --- dlma ---------------------------------------------------------------------------------------------------

result<dlma> dlma_resource::create(storage::write_txn& in, changes& what, dlma fresh, time_point now) {
  return noted(storage::create(in, std::move(fresh), now), what.resources);
}
result<dlma> dlma_resource::update(storage::write_txn& in, changes& what, const uuid& id,
                                   const storage::edit<dlma>& change, time_point now) {
  return update_settled(in, what, id, change, settle_dlma, now);
}
result<dlma> dlma_resource::remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how,
                                   time_point now) {
  return noted(told(storage::remove_dlma(in, id, how.delete_dls, how.force, now), what), what.resources);
}
result<storage::page<dlma>> dlma_resource::list(const storage::txn& in, const http::request&,
                                                const storage::page_request& which) {
  return storage::list<dlma>(in, which);
}
void dlma_resource::append_item(std::string& out, const dlma& item, const http::request&) {
  append_json(out, item, table);
}

// --- dl -----------------------------------------------------------------------------------------------------

namespace {

result<dl> entered(result<storage::entry_change> written, changes& what) {
  if (!written)
    return written.error();
  if (written->left)
    what.gone.emplace_back(*written->left, written->entry.id);
  what.entries.emplace_back(written->entry.dlma_uuid, written->state);
  return std::move(written->entry);
}

} // namespace

result<dl> dl_resource::create(storage::write_txn& in, changes& what, dl fresh, time_point now) {
  return entered(storage::create(in, std::move(fresh), now), what);
}
result<dl> dl_resource::update(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<dl>& change,
                               time_point now) {
  return entered(storage::update(in, id, change, now), what);
}
result<dl> dl_resource::remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how,
                               time_point now) {
  auto gone = storage::remove_entry(in, id, how.force, now);
  if (gone) {
    what.gone.emplace_back(gone->object.dlma_uuid, id);
    what.hang_up.insert(what.hang_up.end(), gone->live_dialings.begin(), gone->live_dialings.end());
  }
  return told(std::move(gone), what);
}
result<storage::page<dl>> dl_resource::list(const storage::txn& in, const http::request& req,
                                            const storage::page_request& which) {
  const auto of = id_parameter(req, "dlma_uuid");
  if (!of)
    return of.error();
  return *of ? storage::list_entries(in, **of, which) : storage::list<dl>(in, which);
}
std::optional<http::response> dl_resource::other_form(const context& c, const http::request& req) {
  const auto format = req.query_value("format");
  if (!format || format->empty() || *format == "json")
    return std::nullopt;
  if (*format == "csv")
    return export_entries(c, req);
  return refuse(c, invalid_field("format", "format must be json or csv"));
}
void dl_resource::append_item(std::string& out, const dl& item, const http::request&) {
  append_json(out, item, table);
}

// --- campaign -----------------------------------------------------------------------------------------------

result<campaign> campaign_resource::create(storage::write_txn& in, changes& what, campaign fresh, time_point now) {
  const campaign nothing;
  const auto settled = settle_campaign(in, nothing, std::move(fresh));
  return settled ? noted(storage::create(in, *settled, now), what.campaigns) : settled;
}
result<campaign> campaign_resource::update(storage::write_txn& in, changes& what, const uuid& id,
                                           const storage::edit<campaign>& change, time_point now) {
  // The edit of storage must not look at other records, so everything is settled before it.
  const auto before = storage::get<campaign>(in, id);
  if (!before)
    return before;
  auto after = change(*before);
  if (!after)
    return after;
  const auto settled = settle_campaign(in, *before, std::move(*after));
  if (!settled)
    return settled;
  const auto as_settled = [&](const campaign&) -> result<campaign> { return *settled; };
  return noted(storage::update(in, id, storage::edit<campaign>{as_settled}, now), what.campaigns);
}
result<campaign> campaign_resource::remove(storage::write_txn& in, changes& what, const uuid& id,
                                           const remove_options& how, time_point now) {
  auto gone = storage::remove_campaign(in, id, how.force, now);
  if (gone)
    what.hang_up.insert(what.hang_up.end(), gone->live_dialings.begin(), gone->live_dialings.end());
  return noted(told(std::move(gone), what), what.campaigns);
}
result<storage::page<campaign>> campaign_resource::list(const storage::txn& in, const http::request& req,
                                                        const storage::page_request& which) {
  if (const auto whole = flag(req, "detail"); !whole)
    return whole.error();
  return storage::list<campaign>(in, which);
}
void campaign_resource::append_item(std::string& out, const campaign& item, const http::request& req) {
  if (req.query_value("detail") == "1")
    return append_json(out, item, table);
  out.append("{\"uuid\":\"").append(to_string(item.id)).append("\"}");
}

bool campaign_resource::stops(simdjson::dom::element body) {
  simdjson::dom::object members;
  if (body.get(members) != simdjson::SUCCESS || members.size() != 1)
    return false;
  std::int64_t status = 0;
  return members["status"].get(status) == simdjson::SUCCESS && status != static_cast<std::int64_t>(campaign_status::started);
}

} // namespace ringmaster::outbound
