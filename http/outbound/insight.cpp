#include "http/outbound/insight.hpp"

#include "actors/core/explain.hpp"
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
  const live_campaign live = found ? *found : live_campaign{};
  const auto offered = live.connected + live.abandoned;
  const double share = offered == 0 ? 0.0 : static_cast<double>(live.abandoned) / static_cast<double>(offered);
  return answer(c, [&](std::string& out) {
    json_writer w{out};
    w.begin_object();
    w.member("uuid", to_string(id));
    w.member("status", kept->status);
    w.member("calls_begun", live.calls_begun);
    w.member("ringing", live.ringing);
    w.member("waiting", live.waiting);
    w.member("talking", live.talking);
    w.member("in_flight", live.in_flight);
    w.member("agents_total", live.agents_total);
    w.member("agents_free", live.agents_free);
    w.member("agents_busy", live.agents_busy);
    w.member("agents_paused", live.agents_paused);
    w.member("answered", live.answered);
    w.member("connected", live.connected);
    w.member("abandoned", live.abandoned);
    w.member("abandoned_share", share);
    w.member("ended", live.ended);
    w.member("failed", live.failed);
    w.member("entries_total", live.entries_total);
    w.member("entries_left", live.entries_total - std::min(live.entries_done, live.entries_total));
    w.member("entries_done", live.entries_done);
    w.member("entries_ready", live.entries_ready);
    w.member("entries_cooling", live.entries_cooling);
    w.end_object();
  });
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
