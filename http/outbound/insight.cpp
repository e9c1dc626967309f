#include "http/outbound/insight.hpp"

#include "actors/core/explain.hpp"
#include "actors/live_json.hpp"
#include "http/outbound/resource.hpp"
#include "storage/outbound.hpp"

namespace ringmaster::outbound {

namespace {

/// For a campaign whose actor has not spoken yet: what its record says.
std::string reasons_of_record(const campaign& c, time_point now) {
  core::campaign_snapshot seen;
  seen.status = static_cast<campaign_status>(c.status);
  seen.has_plan = c.plan.has_value();
  seen.has_dlma = c.dlma.has_value();
  seen.has_destination = c.dest.has_value();
  seen.dial_mode = 1;
  std::string out;
  core::append_reasons(out, core::explain_campaign(seen, now));
  return out;
}

result<campaign> durable(const context& c, const uuid& id) {
  const auto in = c.read();
  return in ? storage::get<campaign>(*in, id) : result<campaign>{in.error()};
}

http::response explain_campaign(const context& c, const uuid& id) {
  const auto kept = durable(c, id);
  if (!kept)
    return refuse(c, kept.error());
  const auto live = c.engine->live().campaigns.find(id);
  const bool spoken = live && !live->explain_json.empty();
  return answer(c, [&](std::string& out) {
    json_writer w{out};
    w.begin_object();
    w.member("uuid", to_string(id));
    w.member("status", kept->status);
    w.key("reasons");
    w.raw(spoken ? live->explain_json : reasons_of_record(*kept, c.now()));
    w.end_object();
  });
}

http::response stats(const context& c, const uuid& id) {
  const auto kept = durable(c, id);
  if (!kept)
    return refuse(c, kept.error());
  const auto found = c.engine->live().campaigns.find(id);
  live_campaign live = found ? *found : live_campaign{};
  live.id = id;
  return answer(c, [&](std::string& out) { append_stats(out, live, kept->status); });
}

} // namespace

result<void> add_insight(http::router& r, const context& c) {
  const auto add = [&](const char* path, std::string_view what, auto act) {
    const auto to = [c, what, act](const http::request& req, const http::responder& reply) {
      const auto id = path_id(req, what);
      id ? act(*id, reply) : reply(refuse(c, id.error()));
    };
    return r.add({http::method::get, path, std::string{may_read}, http::access::token, {to, {}, {}, 0}});
  };
  if (auto added = add("/ob/campaigns/{uuid}/stats", "campaign",
                       [c](const uuid& id, const http::responder& reply) { reply(stats(c, id)); });
      !added)
    return added;
  if (auto added = add("/ob/campaigns/{uuid}/explain", "campaign",
                       [c](const uuid& id, const http::responder& reply) { reply(explain_campaign(c, id)); });
      !added)
    return added;
  return add("/ob/dls/{uuid}/explain", "dl", [c](const uuid& id, const http::responder& reply) {
    c.engine->explain_entry(id, [c, reply](const result<std::string>& reasons) {
      reply(reasons ? http::success(*reasons, c.now()) : refuse(c, reasons.error()));
    });
  });
}

} // namespace ringmaster::outbound
