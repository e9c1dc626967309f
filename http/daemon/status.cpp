// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/status.hpp"

#include "actors/live_json.hpp"
#include "protocol/json.hpp"
#include "protocol/permission.hpp"

#include <algorithm>
#include <atomic>

namespace ringmaster::daemon {

namespace {

/// Seconds.
std::int64_t age_of(const zone_keeper::state& zones, time_point now) {
  return std::max<std::int64_t>(std::chrono::floor<std::chrono::seconds>(now - zones.files_from).count(), 0);
}

void append_writing(json_writer& w, const live_writing& to, bool of_the_database) {
  w.begin_object();
  w.member("writable", to.works);
  if (!to.works) {
    w.member("reason", std::string_view{to.trouble});
    w.member("since", format_timestamp(to.since));
    if (of_the_database)
      w.member("waiting_ends", static_cast<std::int64_t>(to.waiting));
  }
  w.end_object();
}

void append(json_writer& w, const zone_keeper::state& zones, time_point now) {
  w.begin_object();
  w.member("version", std::string_view{zones.version});
  w.member("files_from", format_timestamp(zones.files_from));
  w.member("age", age_of(zones, now));
  w.member("in_use_since", format_timestamp(zones.in_use_since));
  w.member("zones", static_cast<std::int64_t>(zones.zones));
  w.key("trouble");
  zones.trouble.empty() ? w.null() : w.string(zones.trouble);
  w.key("since");
  zones.trouble.empty() ? w.null() : w.string(format_timestamp(zones.trouble_since));
  w.end_object();
}

void append(json_writer& w, const core::health_trouble& trouble) {
  w.begin_object();
  w.member("what", trouble.what);
  w.key("name");
  trouble.name.empty() ? w.null() : w.string(trouble.name);
  w.member("text", std::string_view{trouble.text});
  w.key("since");
  trouble.since ? w.string(format_timestamp(*trouble.since)) : w.null();
  w.end_object();
}

http::response health(engine& about) {
  http::response r;
  std::string out;
  json_writer w{out};
  const auto database = about.live().database.get(), results = about.live().result_file.get();
  const auto zones = about.zones().now();
  w.begin_object();
  const auto wrong = about.what_is_wrong();
  w.member("status", wrong.empty() ? "ok" : "degraded");
  w.key("wrong");
  w.begin_list();
  for (const auto& one : wrong)
    append(w, one);
  w.end_list();
  w.key("database");
  append_writing(w, *database, true);
  w.key("result_file");
  append_writing(w, *results, false);
  w.key("zone_rules");
  append(w, zones, about.options().time->date());
  w.key("pbxs");
  w.begin_list();
  for (const auto& configured : about.options().pbxs) {
    const auto live = about.live().pbxs.find(configured.name);
    append_server(w, configured.name, live.get(), about.resting(configured.name));
  }
  w.end_list();
  w.end_object();
  r.body = std::move(out);
  return r;
}

void add_pbx_metrics(metrics::registry& to, engine& from, const std::string& name) {
  struct value {
    const char* name;
    const char* help;
    double (*read)(const live_pbx&);
  };
  constexpr value values[] = {
      {"ringmaster_pbx_connected", "1 when the server is logged in, booted and listed.",
       [](const live_pbx& p) { return p.connected ? 1.0 : 0.0; }},
      {"ringmaster_pbx_channels", "Calls of ours on the server.",
       [](const live_pbx& p) { return static_cast<double>(p.channels); }},
      {"ringmaster_pbx_queued_originates", "Originates that wait for the server's rate.",
       [](const live_pbx& p) { return static_cast<double>(p.queued); }},
      {"ringmaster_pbx_missing_rights", "Rights that the AMI user lacks, as far as is known; see /health.",
       [](const live_pbx& p) { return static_cast<double>(p.missing_rights ? p.missing_rights->size() : 0); }}};
  for (const auto& v : values)
    to.add_callback(
        v.name, v.help, false,
        [&from, name, read = v.read] {
          const auto live = from.live().pbxs.find(name);
          return live ? read(*live) : 0.0;
        },
        {{"pbx", name}});
}

} // namespace

void add_engine_metrics(metrics::registry& to, engine& from) {
  auto& total = from.live().total;
  const auto count = [&to](const char* name, const char* help, const std::atomic<std::uint64_t>& value) {
    to.add_callback(name, help, true, [&value] { return static_cast<double>(value.load(std::memory_order_relaxed)); });
  };
  count("ringmaster_ami_messages_total", "Messages read from Asterisk.", total.ami_messages);
  count("ringmaster_ami_bytes_total", "Bytes read from Asterisk.", total.ami_bytes);
  count("ringmaster_calls_begun_total", "Calls begun.", total.calls_begun);
  count("ringmaster_calls_answered_total", "Calls that the customer answered.", total.calls_answered);
  count("ringmaster_calls_connected_total", "Answered calls that met an agent within the grace.", total.calls_connected);
  count("ringmaster_calls_abandoned_total", "Answered calls that met no agent within the grace, however they left.", total.calls_abandoned);
  count("ringmaster_calls_ended_total", "Calls that ended.", total.calls_ended);
  count("ringmaster_originate_failures_total", "Originates that Asterisk refused.", total.originate_failures);
  count("ringmaster_commits_total", "Commits of the database.", total.commits);
  count("ringmaster_committed_operations_total", "Writes in those commits.", total.committed_operations);
  count("ringmaster_commit_failures_total", "Commits that the disk refused.", total.commit_failures);
  const auto gauge = [&to](const char* name, const char* help, std::function<double()> read) {
    to.add_callback(name, help, false, std::move(read));
  };
  gauge("ringmaster_writes_in_flight", "Writes that wait or run.",
        [&from] { return static_cast<double>(from.writes_in_flight()); });
  gauge("ringmaster_live_dialings", "Calls that are up.",
        [&from] { return static_cast<double>(from.live().dialings.size()); });
  gauge("ringmaster_dial_lists", "Dial lists in memory.",
        [&from] { return static_cast<double>(from.live().dial_lists.load(std::memory_order_relaxed)); });
  gauge("ringmaster_database_used_bytes", "Bytes of the database in use.",
        [&from] { return static_cast<double>(from.database().space().used); });
  gauge("ringmaster_database_limit_bytes", "Most that the database may hold.",
        [&from] { return static_cast<double>(from.database().space().limit); });
  gauge("ringmaster_database_writable", "1 when calls can be begun: the database takes what is written.",
        [&from] { return from.live().database.get()->works ? 1.0 : 0.0; });
  gauge("ringmaster_database_waiting_ends", "What became of calls and could not be written to the database yet.",
        [&from] { return static_cast<double>(from.live().database.get()->waiting); });
  gauge("ringmaster_troubles", "What is the matter, by count: `wrong` of /health. 0 is well.",
        [&from] { return static_cast<double>(from.what_is_wrong().size()); });
  gauge("ringmaster_disk_free_bytes", "Free where the database is; -1 where that is not known.",
        [&from] { return static_cast<double>(from.live().disk_free.load(std::memory_order_relaxed)); });
  gauge("ringmaster_result_file_writable", "1 when the result file takes lines; they are kept meanwhile.",
        [&from] { return from.live().result_file.get()->works ? 1.0 : 0.0; });
  to.add_list("ringmaster_zone_rules", "1; `version` is that of the time zones' rules in use.", [&from] {
    return std::vector<metrics::registry::labelled>{{{{"version", from.zones().now().version}}, 1}};
  });
  gauge("ringmaster_zone_rules_age_seconds", "Since the newest file of the time zones' rules in use was made.",
        [&from] { return static_cast<double>(age_of(from.zones().now(), from.options().time->date())); });
  gauge("ringmaster_zone_rules_current", "1 when the time zones' rules on disk are those in use, and whole.",
        [&from] { return from.zones().now().trouble.empty() ? 1.0 : 0.0; });
  for (const auto& p : from.options().pbxs)
    add_pbx_metrics(to, from, p.name);
  to.add_list("ringmaster_breaker_open",
              "1 for each server, trunk and campaign that gets no calls but single ones, since it fails by itself.", [&from] {
                std::vector<metrics::registry::labelled> open;
                for (const auto& p : from.options().pbxs)
                  for (auto& one : from.resting(p.name))
                    open.push_back({{{"pbx", one.server}, {"what", std::string{core::name(one.what)}}, {"name", one.name}}, 1});
                return open;
              });
}

void add_server_metrics(metrics::registry& to, const http::server& from) {
  const auto& c = from.counters();
  const auto add = [&to](const char* name, const char* help, bool is_counter, const std::atomic<std::uint64_t>& value) {
    to.add_callback(name, help, is_counter,
                    [&value] { return static_cast<double>(value.load(std::memory_order_relaxed)); });
  };
  add("ringmaster_http_connections_total", "Connections accepted.", true, c.accepted);
  add("ringmaster_http_connections", "Connections now.", false, c.open);
  add("ringmaster_http_turned_away_total", "Connections beyond the limit, of all or of one address.", true, c.turned_away);
  add("ringmaster_http_strangers", "Connections now on which no good token has come yet.", false, c.strangers);
  add("ringmaster_http_displaced_total", "Connections without a good token that went for another.", true, c.displaced);
  to.add_callback("ringmaster_http_body_bytes", "Bytes of request bodies that are being held.", false,
                  [&from] { return static_cast<double>(from.body_bytes()); });
  add("ringmaster_http_bodies_refused_total", "Bodies refused since all together would have been too much.", true, c.bodies_refused);
  add("ringmaster_http_requests_total", "Requests.", true, c.requests);
  add("ringmaster_http_refused_total", "Requests refused by the gate or a limit.", true, c.refused);
  add("ringmaster_http_timed_out_total", "Connections that were too slow.", true, c.timed_out);
  for (std::size_t i = 1; i < c.by_status_class.size(); ++i)
    to.add_callback("ringmaster_http_responses_total", "Responses, by the class of their status.", true,
                    [&value = c.by_status_class[i]] { return static_cast<double>(value.load(std::memory_order_relaxed)); },
                    {{"class", std::to_string(i) + "xx"}});
}

void add_login_metrics(metrics::registry& to, const auth::login& from) {
  const auto& c = from.counters();
  const auto add = [&to](const char* name, const char* help, const std::atomic<std::uint64_t>& value) {
    to.add_callback(name, help, true, [&value] { return static_cast<double>(value.load(std::memory_order_relaxed)); });
  };
  add("ringmaster_logins_total", "Users who signed in.", c.succeeded);
  add("ringmaster_logins_wrong_total", "Wrong passwords, and users that do not exist.", c.wrong);
  add("ringmaster_logins_refused_total", "Tries to sign in that were told to wait, and not checked.", c.refused);
}

result<void> add_status(http::router& r, engine& about, const metrics::registry& page) {
  static constexpr http::object_kind state{"Health", nullptr, "`status`, `wrong` and what they are made of."};
  constexpr std::string_view group = "Watching";
  if (auto added = r.add({.method = http::method::get, .path = "/health", .needs = http::access::open,
                          .to = {.on_request = [&about](const auto&, const auto& reply) { reply(health(about)); }},
                          .about = {.group = group, .summary = "Says whether all is well, and what is not", .reply = &state,
                                    .shape = http::reply_shape::one}});
      !added)
    return added;
  return r.add(
      {.method = http::method::get,
       .path = "/metrics",
       .permission = std::string{permission::metrics_read},
       .to = {.on_request =
                  [&page](const auto&, const auto& reply) {
                    http::response shown;
                    shown.content_type = "text/plain; version=0.0.4; charset=utf-8";
                    shown.body = page.render();
                    reply(std::move(shown));
                  }},
       .about = {.group = group, .summary = "Figures for Prometheus", .shape = http::reply_shape::document, .media = "text/plain"}});
}

} // namespace ringmaster::daemon
