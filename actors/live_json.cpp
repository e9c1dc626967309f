#include "actors/live_json.hpp"

#include "protocol/json.hpp"
#include "protocol/time.hpp"

#include <algorithm>

namespace ringmaster {
namespace {

void text_member(json_writer& w, std::string_view name, const text& value) {
  w.key(name);
  if (value)
    w.string(*value);
  else
    w.null();
}

} // namespace

void append_stats(std::string& out, const live_campaign& live, std::int64_t status) {
  const auto offered = live.connected + live.abandoned;
  const double share = offered == 0 ? 0.0 : static_cast<double>(live.abandoned) / static_cast<double>(offered);
  json_writer w{out};
  w.begin_object();
  w.member("uuid", to_string(live.id));
  w.member("status", status);
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
}

void append_live_dialing(std::string& out, const live_dialing& live) {
  json_writer w{out};
  w.begin_object();
  w.member("uuid", to_string(live.id));
  w.member("uuid_camp", to_string(live.campaign));
  w.member("status", live.status);
  text_member(w, "channel", live.channel);
  w.member("res_dial", live.res_dial);
  text_member(w, "res_dial_detail", live.res_dial_detail);
  w.member("res_hangup", live.res_hangup);
  text_member(w, "res_hangup_detail", live.res_hangup_detail);
  w.key("tm_update");
  if (live.tm_update)
    w.string(format_timestamp(*live.tm_update));
  else
    w.null();
  w.end_object();
}

} // namespace ringmaster
